"""Handing over ends as every filing does: filed, by hand, failed with an alert, withdrawn, or waiting and shown."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clew.errors import ConflictError, InputError
from clew.parts.clearinghouses.base import ClearinghousePart
from clew.parts.formats.base import ClearinghouseFormat, Fault, FieldSpec, Fitted
from clew.parts.formats.cybertipline import PART
from clew.parts.stores.base import Store
from clew.pipelines.filing import clear_alert, record_by_hand, task_key, withdraw
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.filing_work import reconcile
from clew.records.filing import Filing, FilingAlertKind, FilingState, PaperKind
from clew.records.identifiers import FilingId
from clew.records.outbox import Fence, TaskState
from clew.records.report import Report
from clew.records.report_file import ReportFile
from tests.pipelines.filing_house import ADA, FilingHouse, open_filing_house

BOATS, HARBOUR = b"boats " * 500, b"a harbour at noon"


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    return tmp_path / "portal" / "test"


@pytest.fixture
def house(store: Store, tmp_path: Path) -> FilingHouse:
    opened = open_filing_house(store, tmp_path / "data", "http://127.0.0.1:9")
    return opened.with_settings(clearinghouse="folder", folder=str(tmp_path / "portal"))


class Killed(BaseException):
    """What nothing catches."""


def stops(step: str, error: BaseException) -> Callable[[str], None]:
    def hook(name: str) -> None:
        if name == step:
            raise error

    return hook


def take_back(house: FilingHouse, filing_id: FilingId) -> Filing:
    return house.store.transact(lambda unit: withdraw(unit, house.desk, filing_id, because="wrong account", actor=ADA))


def package_of(filing: Filing) -> str:
    return f"{filing.id}-{filing.report_id[-8:]}"


def test_a_fault_of_ours_at_each_attempt_fails_the_filing_with_an_alert_after_the_horizon(house):
    filing = house.order(house.case(BOATS))
    bad = house.passing(stops("before storing handed", RuntimeError("typst")))
    began = house.clock()
    for _ in range(60):
        bad.work()
        reconcile(bad.desk)
        if house.state(filing.id) is FilingState.FAILED:
            break
        house.clock.move(hours=4, minutes=1)
    assert house.alerts(filing.id) == {FilingAlertKind.FAILED}
    assert "RuntimeError" in house.file(filing.id).alerts[0].told
    assert house.clock() - began <= timedelta(hours=80)


def test_a_worker_that_is_killed_at_each_attempt_leaves_no_filing_without_end(house):
    filing = house.order(house.case(BOATS))
    for _ in range(60):
        with suppress(Killed):
            house.passing(stops("after storing begun", Killed())).work()
        if house.state(filing.id) is FilingState.FAILED:
            break
        house.clock.move(hours=4, minutes=1)
    assert house.state(filing.id) is FilingState.FAILED
    assert house.alerts(filing.id) == {FilingAlertKind.FAILED}


def test_a_filing_whose_task_the_outbox_gave_up_has_failed_with_an_alert(house):
    filing = house.order(house.case(BOATS))
    bad = house.passing(stops("before storing begun", Killed()))
    with pytest.raises(Killed):
        bad.work()
    task = house.file(filing.id).task
    assert task is not None
    house.store.transact(lambda unit: kill_task(unit, house, filing))
    assert reconcile(house.desk).alerts == 1
    assert house.state(filing.id) is FilingState.FAILED
    assert house.alerts(filing.id) == {FilingAlertKind.FAILED}


def kill_task(unit, house: FilingHouse, filing: Filing) -> None:
    task = unit.find_task(task_key(filing))
    unit.end_task(Fence(task_id=task.id, token=task.token), house.clock(), TaskState.DEAD, "no answer")


def test_a_receipt_that_can_never_be_read_ends_in_an_alert(house, portal):
    filing = house.order(house.case(BOATS))
    house.work()
    (portal / "receipts" / f"{package_of(filing)}.pdf").write_bytes(b"")
    for _ in range(4):
        house.clock.move(hours=13)
        house.work()
    assert house.state(filing.id) is FilingState.HANDED
    (alert,) = house.file(filing.id).alerts
    assert alert.kind is FilingAlertKind.RECEIPT_AWAITED
    assert "empty" in alert.told


def test_a_pipe_in_place_of_a_receipt_stops_no_worker_and_is_named_on_the_alert(house, portal):
    filing = house.order(house.case(BOATS))
    house.work()
    os.mkfifo(portal / "receipts" / f"{package_of(filing)}.pdf")
    for _ in range(4):
        house.clock.move(hours=13)
        house.work()
    (alert,) = house.file(filing.id).alerts
    assert f"{package_of(filing)}.pdf is no regular file" in alert.told


def test_a_withdrawal_outlives_a_folder_that_cannot_be_read_for_a_while(house, portal):
    filing = house.order(house.case(BOATS))
    house.work()
    take_back(house, filing.id)
    aside = portal.with_name("aside")
    portal.rename(aside)
    portal.write_bytes(b"no folder")
    house.work()
    assert house.state(filing.id) is FilingState.WITHDRAWING
    portal.unlink()
    aside.rename(portal)
    house.clock.move(hours=1)
    house.work()
    assert house.state(filing.id) is FilingState.WITHDRAWN
    assert house.file(filing.id).filing.told == "wrong account"


def test_a_withdrawal_that_never_succeeds_ends_in_an_alert(house, portal):
    filing = house.order(house.case(BOATS))
    house.work()
    take_back(house, filing.id)
    shutil.rmtree(portal)
    portal.write_bytes(b"no folder")
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FAILED
    (alert,) = house.file(filing.id).alerts
    assert "withdraw it again" in alert.told


def test_whoever_withdraws_what_was_handed_over_is_told_of_the_package_until_somebody_took_it_away(house):
    filing = house.order(house.case(BOATS))
    house.work()
    house.clock.move(hours=49)
    house.work()
    take_back(house, filing.id)
    house.work()
    assert house.state(filing.id) is FilingState.WITHDRAWN
    (alert,) = house.file(filing.id).alerts
    assert alert.kind is FilingAlertKind.PACKAGE_LIES
    assert package_of(filing) in alert.told


def test_a_package_that_was_put_just_before_the_withdrawal_is_told_of(house):
    filing = house.order(house.case(BOATS))
    with pytest.raises(Killed):
        house.passing(stops("before storing handed", Killed())).work()
    assert take_back(house, filing.id).state is FilingState.WITHDRAWING
    house.work()
    assert house.state(filing.id) is FilingState.WITHDRAWN
    assert house.alerts(filing.id) == {FilingAlertKind.PACKAGE_LIES}


def test_a_package_that_is_put_after_the_withdrawal_was_done_is_told_of(house):
    filing = house.order(house.case(BOATS))

    def hook(step: str) -> None:
        if step == "after storing begun":
            take_back(house, filing.id)
            house.work("worker-2")
            assert house.state(filing.id) is FilingState.WITHDRAWN
            assert house.alerts(filing.id) == set()

    house.passing(hook).work("worker-1")
    assert house.state(filing.id) is FilingState.WITHDRAWN
    assert house.alerts(filing.id) == {FilingAlertKind.PACKAGE_LIES}


def test_an_order_that_no_worker_has_taken_is_withdrawn_at_once(house, portal):
    filing = house.order(house.case(BOATS))
    assert take_back(house, filing.id).state is FilingState.WITHDRAWN
    assert not portal.exists()


def test_what_the_recipient_has_acknowledged_is_filed_and_not_withdrawn(house, portal):
    filing = house.order(house.case(BOATS))
    house.work()
    (portal / "receipts" / f"{package_of(filing)}.pdf").write_bytes(b"received")
    take_back(house, filing.id)
    house.work()
    assert house.state(filing.id) is FilingState.FILED
    assert house.file(filing.id).receipt is not None


@pytest.mark.parametrize("step", ["after storing begun", "before storing handed", "after storing handed"])
@pytest.mark.parametrize("answered", [True, False])
def test_a_withdrawal_ends_wherever_the_worker_that_packed_was_killed(house, portal, step, answered):
    filing = house.order(house.case(BOATS))
    with pytest.raises(Killed):
        house.passing(stops(step, Killed())).work()
    assert house.file(filing.id).filing.number == package_of(filing)
    if answered:
        (portal / "receipts").mkdir(parents=True, exist_ok=True)
        (portal / "receipts" / f"{package_of(filing)}.pdf").write_bytes(b"received")
    take_back(house, filing.id)
    house.work_to_the_end()
    reconcile(house.desk)
    assert not house.work()
    known = house.file(filing.id)
    assert known.filing.state is (FilingState.FILED if answered else FilingState.WITHDRAWN)
    assert (known.receipt is not None) is answered
    lies = (portal / package_of(filing)).exists()
    assert house.alerts(filing.id) == ({FilingAlertKind.PACKAGE_LIES} if lies and not answered else set())


@pytest.mark.parametrize("step", ["before storing begun", "after storing begun"])
def test_a_worker_that_is_killed_while_it_takes_back_leaves_the_next_to_find_the_receipt(house, portal, step):
    filing = house.order(house.case(BOATS))
    with pytest.raises(Killed):
        house.passing(stops("before storing handed", Killed())).work()
    (portal / "receipts" / f"{package_of(filing)}.pdf").write_bytes(b"received")
    take_back(house, filing.id)
    with pytest.raises(Killed):
        house.passing(stops(step, Killed())).work()
    assert house.state(filing.id) is FilingState.WITHDRAWING
    house.clock.move(hours=1)
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED


def report_anew(house: FilingHouse, portal: Path, *answered: int) -> Filing:
    """A filing whose first package lies unrecorded, failed, was given another report, and was withdrawn."""
    case_id = house.case(BOATS)
    first = house.order(case_id)
    house.passing(stops("before storing handed", RuntimeError("a fault of ours"))).work_to_the_end()
    assert house.state(first.id) is FilingState.FAILED
    again = house.order(case_id)
    assert (again.id, again.report_id != first.report_id) == (first.id, True)
    with pytest.raises(Killed):
        house.passing(stops("before storing handed", Killed())).work()
    packages = [package_of(first), package_of(again)]
    for place in answered:
        (portal / "receipts" / f"{packages[place]}.pdf").write_bytes(b"received %d" % place)
    take_back(house, first.id)
    house.work_to_the_end()
    return first


def test_a_receipt_of_an_earlier_package_files_the_earlier_report_and_says_so(house, portal):
    first = report_anew(house, portal, 0)
    filed = house.file(first.id).filing
    assert (filed.state, filed.number, filed.report_id) == (FilingState.FILED, package_of(first), first.report_id)
    assert house.alerts(first.id) == {FilingAlertKind.EARLIER_FILED, FilingAlertKind.PACKAGE_LIES}


def test_receipts_of_both_packages_file_the_last_report_and_keep_the_other_receipt(house, portal):
    first = report_anew(house, portal, 0, 1)
    known = house.file(first.id)
    assert known.filing.state is FilingState.FILED
    assert known.filing.report_id != first.report_id
    assert known.receipt is not None
    assert known.receipt.body == b"received 1"
    assert FilingAlertKind.ANOTHER_RECEIPT in house.alerts(first.id)


def test_a_receipt_whose_package_was_carried_away_is_found_by_the_name_that_was_recorded(house, portal):
    filing = house.order(house.case(BOATS))
    house.work()
    house.store.transact(
        lambda unit: unit.change_filing(replace(unit.get_filing(filing.id), number=f"{filing.id}-other"))
    )
    shutil.rmtree(portal / package_of(filing))
    (portal / "receipts" / f"{package_of(filing)}.pdf").write_bytes(b"received")
    take_back(house, filing.id)
    house.work()
    filed = house.file(filing.id).filing
    assert (filed.state, filed.number) == (FilingState.FILED, package_of(filing))


@pytest.mark.parametrize("made", [False, True])
def test_an_empty_receipts_folder_is_awaited_and_told_of_and_withdrawn_like_a_missing_one(house, portal, made):
    filing = house.order(house.case(BOATS))
    house.work()
    assert list((portal / "receipts").iterdir()) == []
    if not made:
        (portal / "receipts").rmdir()
    house.clock.move(hours=1)
    house.work()
    waiting = house.file(filing.id)
    assert (waiting.filing.state, waiting.alerts) == (FilingState.HANDED, ())
    assert "lay their receipt beside it or record its number" in str(waiting.filing.told)
    house.clock.move(hours=48)
    house.work()
    (alert,) = house.file(filing.id).alerts
    assert alert.kind is FilingAlertKind.RECEIPT_AWAITED
    assert "nobody has acknowledged it" in alert.told
    take_back(house, filing.id)
    house.work()
    assert house.state(filing.id) is FilingState.WITHDRAWN
    assert house.alerts(filing.id) == {FilingAlertKind.PACKAGE_LIES}


def test_a_package_is_looked_for_where_it_was_put_whatever_the_settings_name_now(house, portal, tmp_path):
    filing = house.order(house.case(BOATS))
    house.work()
    (portal / "receipts" / f"{package_of(filing)}.pdf").write_bytes(b"received")
    house.clock.move(hours=1)
    house.with_settings(folder=str(tmp_path / "elsewhere")).work()
    assert house.state(filing.id) is FilingState.FILED


def test_each_receipt_that_lies_for_a_package_is_kept_and_a_person_compares_them(house, portal):
    filing = house.order(house.case(BOATS))
    house.work()
    for suffix, body in (("eml", b"received"), ("pdf", b"received, under number 7")):
        (portal / "receipts" / f"{package_of(filing)}.{suffix}").write_bytes(body)
    house.clock.move(hours=1)
    house.work()
    known = house.file(filing.id)
    assert known.filing.state is FilingState.FILED
    kept = [(each.kind, each.body) for each in known.papers if each.kind is not PaperKind.MANIFEST]
    assert kept == [(PaperKind.RECEIPT, b"received"), (PaperKind.OTHER_RECEIPT, b"received, under number 7")]
    assert house.alerts(filing.id) == {FilingAlertKind.ANOTHER_RECEIPT}


def test_a_number_by_hand_ends_a_handover_with_the_report_that_lies_there(house):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    at = house.clock()
    done = house.store.transact(
        lambda unit: record_by_hand(unit, house.desk, filing.id, number="P-1", filed_at=at, actor=ADA)
    )
    assert (done.state, done.number, done.report_id) == (FilingState.FILED_BY_HAND, "P-1", filing.report_id)


class OtherFormat(type(PART)):  # type: ignore[misc]
    """A format of another recipient's own."""

    name = "other"
    default_profile = "first"
    profiles = ("first",)

    def report_xml(self, report: Report, profile: str) -> bytes:
        return b"<other>" + str(len(report.files)).encode() + b"</other>"

    def fit(self, report: Report, profile: str, *, at: datetime) -> Fitted:
        return Fitted(report=report, notes=())

    def faults_of(self, document: bytes, root: str, profile: str, **_: object) -> list[Fault]:
        return []

    def file_details_xml(self, file: ReportFile, number: int, file_id: str, profile: str) -> bytes:
        return b"<file/>"

    def fields(self, profile: str) -> tuple[FieldSpec, ...]:
        return ()


class OtherDesk(FilingDesk):
    """A desk whose recipients take that format."""

    def format_of(self, part: ClearinghousePart) -> ClearinghouseFormat:
        return OtherFormat()


def test_a_recipient_with_a_format_of_its_own_gets_the_report_in_it(house, portal):
    desk = OtherDesk(
        settings=house.desk.settings, store=house.store, strongroom=house.desk.strongroom, clock=house.clock
    )
    other = FilingHouse(desk, house.clock, house.contents)
    filing = other.order(other.case(BOATS))
    assert filing.profile == "first"
    other.work()
    assert other.state(filing.id) is FilingState.HANDED
    assert (portal / package_of(filing) / "report.xml").read_bytes() == b"<other>1</other>"


def by_hand(house: FilingHouse, filing: Filing, *, asked: bool = False) -> Filing:
    at = house.clock()
    return house.store.transact(
        lambda unit: record_by_hand(unit, house.desk, filing.id, number="P-7", filed_at=at, actor=ADA, asked=asked)
    )


def test_a_package_that_may_lie_there_is_asked_about_before_a_number_is_recorded_by_hand_and_told_of_after(house):
    filing = house.order(house.case(BOATS))
    with pytest.raises(Killed):
        house.passing(stops("before storing handed", Killed())).work()
    with pytest.raises(ConflictError, match="left a package"):
        by_hand(house, filing)
    assert by_hand(house, filing, asked=True).state is FilingState.FILED_BY_HAND
    (alert,) = house.file(filing.id).alerts
    assert alert.kind is FilingAlertKind.PACKAGE_LIES
    assert "filed by hand as P-7" in alert.told


def test_a_package_that_is_put_after_its_filing_was_recorded_by_hand_is_told_of(house):
    filing = house.order(house.case(BOATS))

    def hook(step: str) -> None:
        if step == "after storing begun":
            by_hand(house, filing, asked=True)
            (alert,) = house.file(filing.id).alerts
            house.store.transact(lambda unit: clear_alert(unit, house.desk, alert.id, actor=ADA))

    house.passing(hook).work()
    (alert,) = house.file(filing.id).alerts
    assert (alert.kind, package_of(filing) in alert.told) == (FilingAlertKind.PACKAGE_LIES, True)


def test_a_filing_that_failed_after_its_package_lay_there_is_asked_about_before_a_number_is_recorded_by_hand(house):
    filing = house.order(house.case(BOATS))
    bad = house.passing(stops("before storing handed", RuntimeError("a fault of ours")))
    bad.work_to_the_end()
    assert house.state(filing.id) is FilingState.FAILED
    with pytest.raises(ConflictError, match="left a package"):
        by_hand(house, filing)
    by_hand(house, filing, asked=True)
    assert house.alerts(filing.id) == {FilingAlertKind.PACKAGE_LIES}


@pytest.mark.parametrize(("attempts", "told"), [(0, set()), (1, {FilingAlertKind.PACKAGE_LIES})])
def test_a_filing_whose_part_is_not_installed_any_more_is_withdrawn_and_what_may_lie_is_told_of(house, attempts, told):
    filing = house.order(house.case(BOATS))
    gone = {"clearinghouse": "gone", "attempts": attempts, "state": FilingState.FAILED}
    house.store.transact(lambda unit: unit.change_filing(replace(unit.get_filing(filing.id), **gone)))
    assert take_back(house, filing.id).state is FilingState.WITHDRAWN
    assert house.alerts(filing.id) == told


def test_what_nobody_has_acknowledged_stays_seen_for_a_day(house):
    filing = house.order(house.case(BOATS))
    house.work()
    house.clock.move(hours=49)
    house.work()
    (alert,) = house.file(filing.id).alerts
    house.store.transact(lambda unit: clear_alert(unit, house.desk, alert.id, actor=ADA))
    house.clock.move(minutes=16)
    assert house.work()
    assert house.alerts(filing.id) == set()
    house.clock.move(hours=24)
    assert house.work()
    assert house.alerts(filing.id) == {FilingAlertKind.RECEIPT_AWAITED}


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x1b]0;owned\x07", "two\nlines"])
def test_a_reason_that_no_screen_should_show_withdraws_nothing(house, reason):
    filing = house.order(house.case(BOATS))
    with pytest.raises(InputError, match="why nothing is filed"):
        house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because=reason, actor=ADA))
