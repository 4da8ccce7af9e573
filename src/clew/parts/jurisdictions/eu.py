"""The European Union: the duty of the Digital Services Act, and a legal basis for scanning that ends by itself."""

from datetime import date

from clew.parts.jurisdictions.base import (
    Jurisdiction,
    LegalClock,
    PoliceFirst,
    Reading,
    Recipient,
    Retention,
    Statement,
    ViewingRule,
)
from clew.records.evidence import ProcessKind

_AS_OF = date(2026, 11, 22)
_ARTICLE_18 = "Regulation (EU) 2022/2065 (DSA), Article 18"
_ON_PROCESS = frozenset({ProcessKind.COURT_ORDER, ProcessKind.WARRANT, ProcessKind.EXIGENCY})


def _says(source: str, text: str, reading: Reading = Reading.MEMORY) -> Statement:
    return Statement(text=text, source=source, as_of=_AS_OF, reading=reading)


_LAW = Jurisdiction(
    code="EU",
    name="European Union",
    duties=(
        _says(
            _ARTICLE_18,
            "A hosting service that suspects a crime which threatens life or safety informs the Member State concerned "
            "promptly.",
        ),
        _says(
            "Regulation (EU) 2021/1232, as amended by (EU) 2024/1307",
            "The interim ground for scanning private messages expired on 3 April 2026; a Council position of 2 July "
            "2026 would revive it to 3 April 2028. Whether it is in force was not checked: record the basis with its "
            "dates (clew legal set).",
            Reading.SECOND_HAND,
        ),
    ),
    recipients=(
        Recipient(
            name="the Member State concerned; where it is not known, that of establishment or Europol",
            statement=_says(
                _ARTICLE_18,
                "Where the Member State is not known: the one of establishment or of the legal representative, or "
                "Europol.",
            ),
        ),
    ),
    retention=Retention(
        years=None,
        statement=_says(
            "no text of ours",
            "We know of no one period for the Union; national law sets it. Evidence is kept until a person records "
            "when it ends.",
        ),
    ),
    viewing=ViewingRule(
        name="eu-recorded-process 2026-11-22",
        bytes_on=_ON_PROCESS,
        unviewed_on=_ON_PROCESS,
        statement=_says(
            "no text of ours",
            "We know of no rule on files that a provider has not viewed. Bytes leave on a recorded legal process only.",
        ),
    ),
    clocks=(
        LegalClock(
            what="inform after suspicion",
            within=None,
            statement=_says(_ARTICLE_18, "Promptly; the text sets no number."),
        ),
    ),
    police_first=PoliceFirst(
        within=None,
        statement=_says(
            "no text of ours",
            "We know of no act of the Union on a hotline's notices to hosts; in the Member States hotlines work "
            "by agreement with the police. Notices wait until the police were told and have nothing against them.",
            Reading.MEMORY,
        ),
    ),
)

PART = _LAW
