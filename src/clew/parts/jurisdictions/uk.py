"""The United Kingdom: reports to the NCA under the Online Safety Act 2023."""

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
_ON_PROCESS = frozenset({ProcessKind.COURT_ORDER, ProcessKind.WARRANT, ProcessKind.EXIGENCY})


def _says(source: str, text: str, reading: Reading = Reading.EXCERPT) -> Statement:
    return Statement(text=text, source=source, as_of=_AS_OF, reading=reading)


_LAW = Jurisdiction(
    code="GB",
    name="United Kingdom",
    duties=(
        _says(
            "Online Safety Act 2023, s. 66",
            "A provider reports detected and unreported child sexual exploitation and abuse content to the NCA; one "
            "outside the United Kingdom reports what is linked to it.",
        ),
        _says(
            "Online Safety Act 2023, s. 66",
            "A provider that reports to a foreign body such as NCMEC is exempt while it does so.",
            Reading.SECOND_HAND,
        ),
        _says(
            "SI 2026/268, in force 7 April 2026",
            "Reports are made by an online portal or an interface; the regulations define EXIF data, hash value, "
            "address, port and connections with other accounts.",
        ),
        _says(
            "SI 2025/368 (its relation to SI 2026/268 was not checked)",
            "The shape: an administrator, a deputy and authorised persons are registered; contents are scheduled; "
            "there are subsequent reports, a priority assessment, time frames, retention, records of reports, and a "
            "declaration that all reasonably available information is included.",
        ),
    ),
    recipients=(
        Recipient(
            name="National Crime Agency",
            statement=_says("Online Safety Act 2023, s. 66", "Reports go to the NCA."),
        ),
    ),
    retention=Retention(
        years=None,
        statement=_says(
            "SI 2025/368, SI 2026/268",
            "The regulations set a retention of data; we have not read the period. Evidence is kept until a person "
            "records when it ends.",
        ),
    ),
    viewing=ViewingRule(
        name="uk-recorded-process 2026-11-22",
        bytes_on=_ON_PROCESS,
        unviewed_on=_ON_PROCESS,
        statement=_says(
            "no text of ours",
            "We know of no rule on files that a provider has not viewed. Bytes leave on a recorded legal process only.",
            Reading.MEMORY,
        ),
    ),
    clocks=(
        LegalClock(
            what="report after detection",
            within=None,
            statement=_says("SI 2026/268", "The regulations set time frames; we have not read the numbers."),
        ),
    ),
    police_first=PoliceFirst(
        within=None,
        statement=_says(
            "no text of ours",
            "We know of no statute on a hotline's notices to hosts; hotlines work by agreement with the police. "
            "Notices wait until the police were told and have nothing against them.",
            Reading.MEMORY,
        ),
    ),
)

PART = _LAW
