"""A report on one viral file from many accounts: their ids, the file, and nothing that such a report may not hold.

Source: NCMEC CyberTipline Reporting API, June 2025, Appendix E.
"""

from collections.abc import Iterable
from dataclasses import replace

from clew.records.report import BatchReason, Report, ReportedSubject
from clew.records.report_file import ReportFile
from clew.records.review import FileAnnotation

# One of the two a batched file must bear, and no other mark.
VIRAL = frozenset({FileAnnotation.VIRAL, FileAnnotation.POTENTIAL_MEME})


def batched(facts: Report, key: str, accounts: Iterable[str]) -> Report:
    """The same incident as a batched report, with these accounts beside those that stand there already.

    Args:
        facts: of a report on one account, or of a batch that more accounts are added to.
        key: of the one file; where nobody has marked it, it is marked viral: so says whoever asks for the batch.
        accounts: the platform's own ids.
    """
    named = [each.identifier for each in facts.subjects if each.identifier]
    return Report(
        batch=BatchReason.VIRAL_MEME,
        incident=replace(facts.incident, urgent_because=None),
        reporter=facts.reporter,
        subjects=tuple(ReportedSubject(identifier=each) for each in dict.fromkeys((*named, *accounts))),
        files=tuple(_file(each) for each in facts.files if each.key == key),
    )


def _file(file: ReportFile) -> ReportFile:
    return ReportFile(
        key=file.key,
        uploaded_at=file.uploaded_at,
        publicly_available=file.publicly_available,
        annotations=file.annotations & VIRAL or frozenset({FileAnnotation.VIRAL}),
        industry_class=file.industry_class,
    )
