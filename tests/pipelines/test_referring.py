"""A referral: a whole signed package for one recipient, recorded, and what became of it."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError, UnavailableError
from clew.ground.signing import load, verify
from clew.parts.stores._routing import ReferralFilter
from clew.parts.stores.base import Store
from clew.pipelines import referring
from clew.pipelines.referral_papers import MOST_FILES_ON_PAPER
from clew.pipelines.referring import ReferralRequest
from clew.records.audit import AuditFilter
from clew.records.identifiers import ClusterId, IntakeNumber, RecipientId, ReferralId
from clew.records.intake import IntakeState
from clew.records.referral import NEXT_STATES, Referral, ReferralState
from tests.pipelines.routing_desk import DESK, NOW, RoutingDesk, ip, open_desk, report

pytest.importorskip("typst")


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> RoutingDesk:
    return open_desk(store, tmp_path / "desk")


def refer(desk: RoutingDesk, sink: referring.Sink, *numbers: int, to: str = "nl-desk", **more: Any) -> Referral:
    asked = ReferralRequest(
        numbers=[IntakeNumber(each) for each in numbers], recipient_id=RecipientId(to), because="the address", **more
    )
    return referring.refer(desk.store, desk.settings, desk.atlas, asked, sink, actor="user:ada", clock=lambda: NOW)


def unpacked(archive: io.BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


def test_a_report_is_packed_in_every_form_under_one_signature(desk: RoutingDesk, tmp_path: Path) -> None:
    number = desk.take(report(), ip("192.0.2.7"))
    made = refer(desk, referring.to_folder(tmp_path / "out"), number)
    folder = tmp_path / "out" / made.package
    names = {each.name for each in folder.iterdir()}
    assert names == {
        "report-1.pdf",
        "report-1.json",
        "report-1.vics.json",
        "report-1.case.jsonld",
        "referral.json",
        "README.txt",
        "manifest.json",
        "manifest.sig",
    }
    manifest = (folder / "manifest.json").read_bytes()
    assert made.digest == hashlib.sha256(manifest).digest()
    for line in json.loads(manifest)["files"]:
        assert hashlib.sha256((folder / line["name"]).read_bytes()).hexdigest() == line["sha256"]
    key = load(desk.settings.signing_key_path)
    verify(key.public, manifest, bytes.fromhex((folder / "manifest.sig").read_text().strip()))


def test_police_tools_read_the_facts_as_they_were_taken_in(desk: RoutingDesk) -> None:
    archive = io.BytesIO()
    refer(desk, referring.to_zip(archive), desk.take(report(), ip("192.0.2.7")))
    told = json.loads(unpacked(archive)["report-1.json"].decode("utf-8-sig"))
    assert told["reportId"] == "1"
    assert told["dateReceived"] == "2026-05-01T12:00:00Z"
    information = told["reportedInformation"]
    assert information["reportingEsp"]["espName"] == "Harbour Pictures"
    assert information["reportedPeople"]["reportedPersons"][0]["espUserId"] == "account-771"
    file = information["uploadedFiles"]["uploadedFiles"][0]
    assert (file["viewedByEsp"], file["hashes"]) == (True, [{"type": "SHA256", "value": "ab" * 32}])


def test_the_package_says_why_it_goes_there_and_that_it_is_a_lead(desk: RoutingDesk) -> None:
    archive = io.BytesIO()
    made = refer(desk, referring.to_zip(archive), desk.take(report(), ip("192.0.2.200")))
    files = unpacked(archive)
    told = json.loads(files["referral.json"])
    assert told["recipient"] == {"id": "nl-desk", "name": "National desk"}
    assert (told["because"], told["referral"], told["from"]) == ("the address", made.id, "Lighthouse desk")
    assert told["reports"][0]["gaps"][0]["path"] == "subjects[0].ip_events[0].port"
    (subject,) = told["whereabouts"]
    assert (subject["contested"], subject["a_lead_and_no_finding"]) == (True, True)
    assert subject["votes"][0]["for"] == {"BE": 0.5, "NL": 0.5}
    assert "No bytes of files are in this package" in files["README.txt"].decode()


def test_a_test_environment_is_stamped_on_all_of_it(desk: RoutingDesk) -> None:
    archive = io.BytesIO()
    refer(desk, referring.to_zip(archive), desk.take(report()))
    files = unpacked(archive)
    assert "TEST: not a real report" in files["README.txt"].decode()
    assert "TEST: not a real report" in files["report-1.json"].decode("utf-8-sig")
    assert json.loads(files["referral.json"])["environment"] == "test"


def test_an_archive_and_a_folder_hold_the_same_bytes_under_the_same_manifest(
    desk: RoutingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.take(report())
    packages: list[Any] = []

    def both(package: Any, sign: Any) -> bytes:
        archive = io.BytesIO()
        zipped = referring.to_zip(archive)(package, sign)
        assert referring.to_folder(tmp_path)(package, sign) == zipped
        packages.append(unpacked(archive))
        return zipped

    made = refer(desk, both, number)
    assert packages[0] == {each.name: each.read_bytes() for each in (tmp_path / made.package).iterdir()}


def test_a_report_of_very_many_files_has_no_paper_and_the_package_says_so(desk: RoutingDesk) -> None:
    whole = report()
    many = tuple(replace(whole.files[0], key=str(place)) for place in range(MOST_FILES_ON_PAPER + 1))
    archive = io.BytesIO()
    refer(desk, referring.to_zip(archive), desk.take(replace(whole, files=many)))
    files = unpacked(archive)
    assert "report-1.pdf" not in files
    assert "Report 1 has too many files for a paper" in files["README.txt"].decode()
    assert files["report-1.json"].count(b"boats.jpg") == MOST_FILES_ON_PAPER + 1


def test_a_cluster_goes_as_one_package_and_each_report_knows_of_it(desk: RoutingDesk) -> None:
    one, two = desk.take(report(), ip("192.0.2.7")), desk.take(report(note="b"), digest=2)
    archive = io.BytesIO()
    made = refer(desk, referring.to_zip(archive), two, one, cluster_id=ClusterId(1))
    assert made.numbers == (one, two)
    assert {"report-1.json", "report-2.json"} <= set(unpacked(archive))
    with desk.store.read() as reader:
        assert reader.referrals_of([one, two]) == {one: [made], two: [made]}
        assert reader.referrals(ReferralFilter(cluster_id=ClusterId(1))) == [made]
        acts = {
            (each.event.act, each.event.subject)
            for each in reader.audit_lines(AuditFilter(actor="user:ada"))
            if each.event
        }
    assert acts == {
        ("referral.make", f"referral:{made.id}"),
        ("report.refer", "intake:1"),
        ("report.refer", "intake:2"),
    }


def test_a_recipient_that_lacks_something_is_refused_and_nothing_is_written(desk: RoutingDesk, tmp_path: Path) -> None:
    number = desk.take(report())
    with pytest.raises(RefusedError, match="no channel is known"):
        refer(desk, referring.to_folder(tmp_path / "out"), number, to="be-bare")
    late = replace(DESK, valid_until=date(2026, 5, 2))
    desk.store.transact(lambda unit: unit.put_recipient(late))
    with pytest.raises(RefusedError, match="not valid any more"):
        refer(desk, referring.to_folder(tmp_path / "out"), number)
    assert not (tmp_path / "out").exists()
    with desk.store.read() as reader:
        assert reader.referrals(ReferralFilter()) == []


@pytest.mark.parametrize(
    ("state", "told"), [(IntakeState.OPEN, "has not finished it"), (IntakeState.RETRACTED, "took it back")]
)
def test_a_report_that_is_not_in_or_was_taken_back_is_refused(desk: RoutingDesk, state: IntakeState, told: str) -> None:
    number = desk.take(report(), state=state)
    with pytest.raises(RefusedError, match=told):
        refer(desk, referring.to_zip(io.BytesIO()), number)


def test_what_is_not_there_or_too_much_is_refused(desk: RoutingDesk) -> None:
    number = desk.take(report())
    sink = referring.to_zip(io.BytesIO())
    with pytest.raises(NotFoundError, match="no report 9"):
        refer(desk, sink, number, 9)
    with pytest.raises(NotFoundError, match="no recipient 'mars'"):
        refer(desk, sink, number, to="mars")
    with pytest.raises(InputError, match="1 to 200 reports"):
        refer(desk, sink)
    with pytest.raises(InputError, match="1 to 200 reports"):
        refer(desk, sink, *range(1, 202))


def test_a_package_that_cannot_be_written_leaves_no_record(desk: RoutingDesk) -> None:
    def full(package: object, sign: object) -> bytes:
        raise UnavailableError("the disk is full")

    with pytest.raises(UnavailableError):
        refer(desk, full, desk.take(report()))
    with desk.store.read() as reader:
        assert reader.referrals(ReferralFilter()) == []
        assert reader.audit_lines(AuditFilter(act="referral.make")) == []


def mark(desk: RoutingDesk, referral: Referral, state: ReferralState, told: str = "") -> Referral:
    return referring.mark_referral(desk.store, referral.id, state, told=told, actor="user:bob", clock=lambda: NOW)


def test_a_referral_goes_only_where_its_state_leads(desk: RoutingDesk) -> None:
    made = refer(desk, referring.to_zip(io.BytesIO()), desk.take(report()))
    with pytest.raises(ConflictError, match="from there it can become: sent, withdrawn"):
        mark(desk, made, ReferralState.RETURNED)
    mark(desk, made, ReferralState.SENT, "by courier")
    back = mark(desk, made, ReferralState.RETURNED)
    assert (back.state, back.state_by, back.told, back.version) == (ReferralState.RETURNED, "user:bob", "", 2)
    with pytest.raises(ConflictError, match="it has ended"):
        mark(desk, made, ReferralState.SENT)
    with desk.store.read() as reader:
        acts = [each.event.act for each in reader.audit_lines(AuditFilter(actor="user:bob")) if each.event]
        assert reader.find_referral(made.id) == back
    assert acts == ["referral.returned", "referral.sent"]


def test_no_state_leads_back_to_made() -> None:
    assert set(NEXT_STATES) == set(ReferralState)
    assert not any(ReferralState.MADE in each for each in NEXT_STATES.values())


def test_an_unknown_referral_is_not_found(desk: RoutingDesk) -> None:
    with pytest.raises(NotFoundError):
        referring.mark_referral(
            desk.store, ReferralId("none"), ReferralState.SENT, told="", actor="user:bob", clock=lambda: NOW
        )
