"""A VICS case file: the files of one report by their digests, written for forensic tools, and read. No bytes.

Source: Project VIC, VICS data model 2.0, as read by five independent readers and writers.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from clew.errors import InputError
from clew.parts.formats._vics_read import read_case
from clew.parts.formats.base import CaseFileFormat, HandoverFormat
from clew.records.handover import FiledFile, FiledReport
from clew.records.intake import Case, CaseDigest, Unread
from clew.records.review import FileAnnotation

_CONTEXT = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/{region}/$metadata#Cases"
# Names of cases and media are made from ours, so that the same report always gives the same file.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://clew.invalid/vics")
# Which category a platform's own class stands for. Only the United States' categories are known here to agree with the
# industry's classes; elsewhere a file leaves without a category, for the police to give one.
_CGI, _ABUSE_MATERIAL = 3, 1
_REGIONS = ("US", "UK", "CUSTOM")
_DRAWN = {FileAnnotation.ANIME_DRAWING_VIRTUAL_HENTAI, FileAnnotation.GENERATIVE_AI}


class Vics(HandoverFormat, CaseFileFormat):
    """A VICS case file for one region's categories."""

    name = "vics"
    title = "VICS 2.0 case file (hashes, no bytes)"
    suffix = ".vics.json"
    media_type = "application/json"

    def __init__(self, region: str = "US") -> None:
        if region not in _REGIONS:
            raise InputError(f"a VICS region must be one of {', '.join(_REGIONS)}, got '{region[:20]}'")
        self._region = region

    def write(self, filed: FiledReport) -> bytes:
        """One case with a media record for each file that has an MD5, which VICS demands; others are counted."""
        media = [self._media(place, each, filed) for place, each in enumerate(filed.files, 1) if "md5" in each.digests]
        case: dict[str, Any] = {
            "CaseID": str(uuid.uuid5(_NAMESPACE, str(filed.report_id))),
            "CaseNumber": filed.marked_name,
            "ContactOrganization": filed.sender,
            "SourceApplicationName": "Clew",
            "TotalMediaFiles": len(media),
            "TotalPrecategorized": sum(each["Category"] is not None for each in media),
            "Media": media,
        }
        document = {"@odata.context": _CONTEXT.format(region=self._region), "value": [case]}
        return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")

    def is_like(self, head: bytes) -> bool:
        """The context of the data model, or the list of a case's media."""
        return b"ProjectVic/DataModels" in head or (b'"Media"' in head and b'"value"' in head)

    def read_case(self, stream: BinaryIO, at: datetime) -> Iterator[CaseDigest | Unread | Case]:
        """Every digest of every media record, then the case."""
        return read_case(stream, at)

    def _media(self, place: int, filed: FiledFile, report: FiledReport) -> dict[str, Any]:
        file = filed.file
        name = file.original_file_name or file.file_name or ""
        category = self._category(filed)
        viewed = "yes" if file.viewed else "no"
        return {
            "MediaID": place,
            "Category": category,
            "MD5": filed.digests["md5"].upper(),
            "SHA1": filed.digests["sha1"].upper() if "sha1" in filed.digests else None,
            "MediaSize": filed.size_bytes,
            "MimeType": filed.media_type,
            "RelativeFilePath": filed.path.replace("/", "\\") if filed.path else None,
            "IsSuspected": category is None,
            "IsPrecategorized": False,
            # Tools take a case apart into its media: each bears the cautions itself.
            "Comments": " ".join(
                (*report.cautions, f"Reported by {report.sender}; viewed in full by the platform: {viewed}")
            ),
            "DateUpdated": _moment(report.made_at),
            "AlternativeHashes": [
                {"HashName": kind.upper(), "HashValue": value}
                for kind, value in sorted(filed.digests.items())
                if kind not in {"md5", "sha1"}
            ],
            "MediaFiles": [
                {
                    "MD5": filed.digests["md5"].upper(),
                    "FileName": name,
                    "FilePath": file.url or "",
                    "Created": _moment(file.uploaded_at),
                }
            ],
        }

    def _category(self, filed: FiledFile) -> int | None:
        if self._region != "US":
            return None
        if filed.file.annotations & _DRAWN:
            return _CGI
        return _ABUSE_MATERIAL if filed.file.industry_class else None


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


PART = Vics()
