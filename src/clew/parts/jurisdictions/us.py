"""The United States: reports to NCMEC, one year of preservation, and what a provider has not opened stays closed."""

from datetime import date, timedelta

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


def _says(source: str, text: str, reading: Reading = Reading.SECOND_HAND) -> Statement:
    return Statement(text=text, source=source, as_of=_AS_OF, reading=reading)


_LAW = Jurisdiction(
    code="US",
    name="United States",
    duties=(
        _says(
            "18 U.S.C. 2258A(a)",
            "A provider that has actual knowledge of an apparent offence against a child reports it as soon as "
            "reasonably possible; since 7 May 2024 this includes trafficking of minors (1591) and enticement "
            "(2422(b)). It may report what is planned or imminent.",
        ),
        _says("18 U.S.C. 2258A(f)", "There is no duty to monitor."),
        _says("18 U.S.C. 2258E", "A provider is an electronic communication service or a remote computing service."),
    ),
    recipients=(
        Recipient(
            name="NCMEC CyberTipline",
            clearinghouse="cybertipline",
            statement=_says("18 U.S.C. 2258A(a)", "Reports go to the CyberTipline of NCMEC."),
        ),
    ),
    retention=Retention(
        years=1,
        statement=_says(
            "18 U.S.C. 2258A(h)",
            "A finished submission is a request to preserve the reported content, with what is commingled with it, for "
            "one year (90 days before the REPORT Act, Pub. L. 118-59), in a secure place with limited access, in a "
            "manner consistent with the current NIST Cybersecurity Framework; a provider may keep it longer to reduce "
            "proliferation.",
        ),
    ),
    viewing=ViewingRule(
        name="us-private-search 2026-11-22",
        bytes_on=frozenset({ProcessKind.SUBPOENA, ProcessKind.COURT_ORDER, ProcessKind.WARRANT, ProcessKind.EXIGENCY}),
        unviewed_on=frozenset({ProcessKind.WARRANT, ProcessKind.EXIGENCY}),
        statement=_says(
            "United States v. Wilson, 13 F.4th 961 (9th Cir. 2021)",
            "Opening a file that nobody at the provider viewed needs a warrant. Other circuits allow the opening of "
            "files that match a hash (Reddick, 5th; Miller, 6th); the strictest reading is applied. A file that is not "
            "known to have been viewed counts as not viewed; a public one is not locked.",
            Reading.MEMORY,
        ),
    ),
    clocks=(
        LegalClock(
            what="report after actual knowledge",
            within=None,
            statement=_says("18 U.S.C. 2258A(a)", "As soon as reasonably possible; the text sets no number."),
        ),
        LegalClock(
            what="finish a report that was begun",
            within=timedelta(hours=24),
            statement=_says(
                "CyberTipline Reporting API documentation, last updated 11 June 2025",
                "An unfinished report is dropped 24 hours after opening or one hour after the last upload, whichever "
                "is later.",
                Reading.SOURCE,
            ),
        ),
    ),
    safeguards=(
        _says(
            "18 U.S.C. 2258B",
            "Keep the number of people with access small, store securely, and destroy permanently when law enforcement "
            "asks for it.",
        ),
        _says(
            "18 U.S.C. 2258B(d)",
            "Vendors of NCMEC minimise access, encrypt in storage and transfer end to end or equivalently, and are "
            "audited independently each year.",
            Reading.EXCERPT,
        ),
    ),
    police_first=PoliceFirst(
        within=None,
        statement=_says(
            "no text of ours",
            "We know of no statute on a hotline's notices to hosts. Notices wait until law enforcement was told "
            "and has nothing against them.",
            Reading.MEMORY,
        ),
    ),
)

PART = _LAW
