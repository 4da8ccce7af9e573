"""Find what else waits for a report on one viral file: the decided cases of other accounts that hold the very bytes."""

from dataclasses import dataclass

from clew.parts.stores.base import Reader
from clew.pipelines.case_file import reportable_contents
from clew.pipelines.filing_shown import filing_standing
from clew.records.identifiers import CaseId, ContentId
from clew.settings import Settings

# Cases without a report among which others are looked for: the urgent, then the oldest.
_LOOKED_THROUGH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SameFile:
    """Another account's case that holds a file of this one and stands in no report.

    Attributes:
        content_id: the file, as this case names it.
        reference: the platform's own id of the account; None where it did not say.
    """

    case_id: CaseId
    content_id: ContentId
    reference: str | None


def same_files(reader: Reader, case_id: CaseId, settings: Settings) -> list[SameFile]:
    """The cases of other accounts that wait for a report on the same bytes, of the oldest two hundred that wait."""
    case = reader.get_case(case_id)
    ours = {each.sha256: each.id for each, _, _ in reportable_contents(reader, case_id) if each.sha256 is not None}
    found: list[SameFile] = []
    for other_id in filing_standing(reader, settings, _LOOKED_THROUGH).unreported if ours else ():
        other = reader.get_case(other_id)
        if other_id == case_id or other.subject_id == case.subject_id or other.environment != case.environment:
            continue
        shared = [ours[each.sha256] for each, _, _ in reportable_contents(reader, other_id) if each.sha256 in ours]
        if shared and not other.safeguarding:
            reference = reader.get_subject(other.subject_id).reference
            found.append(SameFile(case_id=other_id, content_id=shared[0], reference=reference))
    return found
