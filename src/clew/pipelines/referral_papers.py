"""The documents of a referral: each report in every form of the hand-over, and why it goes where it goes.

A report that was taken in becomes the record that the forms of the hand-over write; only its facts are in it. Bytes of
files never are: who sent the report holds them, and hands them over on legal process.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from clew.ground.clock import iso
from clew.parts.clearinghouses.base import PackedFile
from clew.parts.formats.base import ClearinghouseFormat
from clew.pipelines.hand_over import document
from clew.pipelines.routing import RoutingAnswer, stored_form, stored_report
from clew.records.handover import FiledFile, FiledReport
from clew.records.identifiers import IntakeNumber, ReportId
from clew.records.intake import IntakeReport
from clew.records.referral import Referral
from clew.records.report_file import ReportFile
from clew.records.routing import LeftOut, Vote, Whereabouts
from clew.settings import Settings

# The forms of a report; the certificate is not among them: only who keeps the original records can sign one.
_PAPER = "report.pdf"
_FORMS = (_PAPER, "report.json", "report.vics.json", "report.case.jsonld")
# A paper of more files is read by nobody and takes minutes to set; the other forms hold them all.
MOST_FILES_ON_PAPER = 2_000
_DIGESTS = {"md5", "sha1", "sha256", "pdq"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A report as it was taken in, with its sender's name."""

    report: IntakeReport
    sender: str


def papers(
    referral: Referral, taken: Sequence[TakenIn], routing: RoutingAnswer, settings: Settings
) -> list[PackedFile]:
    """Every document of the package, without manifest.

    Raises:
        MissingPartError: the library that sets the paper is not installed.
    """
    form, found = stored_form(), list[PackedFile]()
    cautions: dict[str, None] = {}
    unset: list[IntakeNumber] = []
    for each in taken:
        filed = filed_report(form, each, settings, referral.made_at)
        cautions |= dict.fromkeys(filed.cautions)
        for name in _FORMS:
            if name == _PAPER and len(filed.files) > MOST_FILES_ON_PAPER:
                unset.append(each.report.number)
                continue
            made = document(filed, name)
            numbered = name.replace("report", f"report-{each.report.number}", 1)
            found.append(PackedFile(name=numbered, media_type=made.media_type, body=made.body))
    return [
        *found,
        _referral_paper(referral, taken, routing, settings),
        _read_me(referral, taken, list(cautions), unset, settings),
    ]


def filed_report(form: ClearinghouseFormat, taken: TakenIn, settings: Settings, at: datetime) -> FiledReport:
    """A report that was taken in here, as the forms of the hand-over know reports: this desk is its clearinghouse."""
    report = stored_report(form, taken.report)
    return FiledReport(
        report_id=ReportId(f"intake-{taken.report.number}"),
        case_id=None,
        report=report,
        clearinghouse=_desk(settings),
        number=str(taken.report.number),
        received_at=taken.report.received_at,
        sender=taken.sender,
        environment=settings.environment,
        files=tuple(_filed_file(each) for each in report.files),
        made_at=at,
    )


def _filed_file(file: ReportFile) -> FiledFile:
    digests = {each.type.lower(): each.value.lower() for each in file.hashes if each.type.lower() in _DIGESTS}
    return FiledFile(file=file, digests=digests)


def _desk(settings: Settings) -> str:
    return settings.reporting.company.partition("\n")[0] or "the clearinghouse desk"


def _referral_paper(
    referral: Referral, taken: Sequence[TakenIn], routing: RoutingAnswer, settings: Settings
) -> PackedFile:
    told = {
        "referral": referral.id,
        "environment": settings.environment,
        "recipient": {"id": referral.recipient_id, "name": referral.recipient_name},
        "from": _desk(settings),
        "made_at": iso(referral.made_at),
        "because": referral.because,
        "cluster": referral.cluster_id,
        "reports": [
            {
                "number": each.report.number,
                "sender": each.sender,
                "senders_reference": each.report.reference or None,
                "received_at": iso(each.report.received_at),
                "gaps": [asdict(gap) for gap in each.report.gaps],
            }
            for each in taken
        ],
        "whereabouts": [_whereabouts(each) for each in routing.whereabouts],
    }
    body = json.dumps(told, ensure_ascii=False, indent=2).encode()
    return PackedFile(name="referral.json", media_type="application/json", body=body)


def _whereabouts(answer: Whereabouts) -> dict[str, object]:
    """The distribution with each vote; a lead, and so it says."""
    return {
        "about": answer.about.value,
        "a_lead_and_no_finding": True,
        "rules": answer.rules,
        "countries": [asdict(each) for each in answer.shares],
        "unknown": answer.unknown,
        "unknown_because": answer.unknown_because,
        "contested": answer.contested,
        "votes": [_vote(each) for each in answer.votes],
        "without_vote": [_left(each) for each in answer.left_out],
        "not_attributable": [_left(each) for each in answer.not_attributable],
    }


def _vote(vote: Vote) -> dict[str, object]:
    return {
        "kind": vote.kind.value,
        "where": vote.whence.text,
        "value": vote.value,
        "for": {territory.code: share for territory, share in vote.shares},
        "log_odds": round(vote.log_odds, 4),
        "told": vote.told,
    }


def _left(left: LeftOut) -> dict[str, object]:
    return {"kind": left.kind.value, "where": left.whence.text, "value": left.value, "because": left.because}


def _read_me(
    referral: Referral,
    taken: Sequence[TakenIn],
    cautions: Sequence[str],
    unset: Sequence[IntakeNumber],
    settings: Settings,
) -> PackedFile:
    numbers: list[IntakeNumber] = [each.report.number for each in taken]
    cluster = "" if referral.cluster_id is None else f", together as cluster {referral.cluster_id}"
    lines = [
        f"Referral {referral.id} from {_desk(settings)} to {referral.recipient_name}.",
        *cautions,
        "",
        f"Reports: {', '.join(map(str, numbers))}{cluster}.",
        "",
        "manifest.json names every file with its SHA-256; manifest.sig is an Ed25519 signature over it.",
        "report-*.pdf is for people; the other report files are for tools. referral.json says why it goes to you.",
        "Where somebody is likely to be is a lead with its evidence and its doubts, and no finding.",
        "That reports stand together is a lead, too: each of them was made by itself.",
        "No bytes of files are in this package: who sent a report holds them, and hands them over on legal process.",
        *(f"Report {each} has too many files for a paper; its other forms hold them all." for each in unset),
        "If this is not yours, say so: the referral will be taken back and sent on.",
    ]
    return PackedFile(
        name="README.txt", media_type="text/plain; charset=utf-8", body=("\n".join(lines) + "\n").encode()
    )
