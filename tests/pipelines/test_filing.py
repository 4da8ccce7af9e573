"""Filing against the strict clearinghouse, in a process of its own: each fault, each refusal, each way to end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError, UnavailableError
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Store
from clew.pipelines.filing import clear_alert, file_report, record_by_hand, task_key, withdraw
from clew.pipelines.filing_outcome import store_receipt
from clew.pipelines.filing_shown import filing_standing
from clew.pipelines.filing_work import Reconciled, reconcile
from clew.records.case import CaseState
from clew.records.evidence import HoldKind
from clew.records.filing import Filing, FilingAlertKind, FilingState, PaperKind, Step
from clew.records.identifiers import CaseId, FilingId, VerdictId
from clew.records.report_file import Relevance, ReportFile
from clew.records.review import Decision, JobState, VerdictStanding
from tests.pipelines.filing_house import ADA, FilingHouse, SetClock, open_filing_house
from tests.pipelines.review_house import audit_of
from tests.web.ispws.clearinghouse_desk import ClearinghouseProcess, clearinghouse_process

BOATS, HARBOUR = b"boats " * 5000, b"a harbour at noon"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClearinghouseProcess]:
    with clearinghouse_process(tmp_path_factory.mktemp("clearinghouse")) as house:
        yield house


@pytest.fixture
def there(server: ClearinghouseProcess) -> ClearinghouseProcess:
    server.load()
    return server


@pytest.fixture
def house(store: Store, tmp_path: Path, there: ClearinghouseProcess) -> FilingHouse:
    return open_filing_house(store, tmp_path / "data", there.address)


@pytest.fixture
def any_house(any_store: Store, tmp_path: Path, there: ClearinghouseProcess) -> FilingHouse:
    return open_filing_house(any_store, tmp_path / "data", there.address)


def finished(there: ClearinghouseProcess, case_id: str) -> list[dict]:
    return there.reports(f"account-{case_id}", "finished")


def test_a_report_is_filed_with_its_files_and_the_receipt_is_kept_byte_for_byte(house, there):
    case_id = house.case(BOATS, HARBOUR)
    filing = house.order(case_id)
    assert house.work()
    assert not house.work()
    known = house.file(filing.id)
    (report,) = finished(there, case_id)
    assert known.filing.state is FilingState.FILED
    assert known.filing.number == str(report["number"])
    assert known.filing.environment == "test"
    assert known.receipt is not None
    assert b"reportDoneResponse" in known.receipt.body
    assert known.filing.receipt_digest == known.receipt.digest
    assert [step.step for step in known.steps] == [
        Step.BEGUN,
        Step.SUBMITTING,
        Step.OPENED,
        Step.UPLOADED,
        Step.DESCRIBED,
        Step.UPLOADED,
        Step.DESCRIBED,
        Step.FINISHING,
        Step.FINISHED,
    ]
    assert [paper.kind for paper in known.papers].count(PaperKind.FILE_DETAILS) == 2
    assert known.alerts == ()


def test_a_text_only_case_is_filed_without_any_file(house, there):
    case_id = house.case()
    filing = house.order(case_id)
    house.work()
    assert house.state(filing.id) is FilingState.FILED
    assert finished(there, case_id)[0]["files"] == []


def test_the_evidence_is_preserved_for_a_year_from_the_receipt_and_the_case_is_closed(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.clock.move(hours=5)
    house.work()
    with house.store.read() as reader:
        (hold,) = [each for each in reader.holds_of_case(case_id) if each.stands(house.clock())]
        assert reader.get_case(case_id).state is CaseState.CLOSED
    assert hold.kind is HoldKind.PRESERVATION
    assert hold.reference == filing.id
    assert hold.begun_at == house.clock()
    assert hold.until == house.clock().replace(year=house.clock().year + 1)


def test_the_report_says_of_viewing_what_the_ledger_says_when_it_is_sent(house, there):
    case_id = house.case(BOATS)
    facts = house.report(case_id)
    claimed = replace(facts, files=(replace(facts.files[0], viewed=True, exif_viewed=True),))
    filing = house.store.transact(lambda unit: file_report(unit, house.desk, case_id, claimed, actor=ADA))
    house.work()
    (details,) = [each.body for each in house.file(filing.id).papers if each.kind is PaperKind.FILE_DETAILS]
    assert b"<fileViewedByEsp>false</fileViewedByEsp>" in details
    assert b"<exifViewedByEsp>false</exifViewedByEsp>" in details


def test_on_each_database_a_lost_answer_a_lost_lease_and_a_double_click_file_one_report(any_house, there):
    there.load({"endpoint": "upload", "fault": "drop-after", "calls": [1]})
    case_id = any_house.case(BOATS)
    filing = any_house.order(case_id)
    with pytest.raises(ConflictError, match="already"):
        any_house.order(case_id)
    other = open_filing_house(any_house.store, any_house.desk.settings.data_dir, there.address, SetClock())

    def hook(step: str) -> None:
        if step == "before storing finishing" and other.clock.now <= any_house.clock.now:
            other.clock.now = any_house.clock.now + timedelta(minutes=6)
            other.work("worker-2")

    stolen = any_house.passing(hook)
    stolen.work_to_the_end()
    known = any_house.file(filing.id)
    assert known.filing.state is FilingState.FILED
    assert known.receipt is not None
    assert len(finished(there, case_id)) == 1
    assert len(there.reports(f"account-{case_id}", "retracted")) == 2
    with any_house.store.read() as reader:
        assert filing_standing(reader, any_house.desk.settings).unreported == ()
    assert reconcile(any_house.desk) == Reconciled()


# ---------------------------------------------------------------- orders


def test_a_double_click_orders_one_report(house, there):
    case_id = house.case(BOATS)
    house.order(case_id)
    with pytest.raises(ConflictError, match="already"):
        house.order(case_id)
    house.work()
    with pytest.raises(ConflictError, match="supplement"):
        house.order(case_id)
    assert len(finished(there, case_id)) == 1


def test_a_supplement_is_a_report_of_its_own(house, there):
    case_id = house.case(BOATS)
    house.order(case_id)
    house.work()
    second = house.order(case_id, supplement=True)
    house.work()
    assert second.part == 1
    assert house.state(second.id) is FilingState.FILED
    assert len(finished(there, case_id)) == 2


def test_without_a_reportable_verdict_nothing_is_ordered(house, there):
    case_id = house.case(BOATS, decision=Decision.NOT_REPORTABLE)
    with pytest.raises(RefusedError, match="no verdict"):
        house.order(case_id)


def test_a_report_whose_verdict_was_reversed_meanwhile_is_not_sent(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    with house.store.read() as reader:
        verdicts = [verdict.id for verdict in reader.verdicts_of(case_id)]
    house.store.transact(lambda unit: unit.set_standing(verdicts, VerdictStanding.REVERSED))
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FAILED
    assert "no verdict" in house.file(filing.id).alerts[0].told
    assert there.reports(f"account-{case_id}") == []


def test_a_file_that_nobody_called_reportable_stands_in_no_report_unless_it_is_supplemental(house, there):
    case_id = house.case(BOATS, HARBOUR)
    with house.store.read() as reader:
        second = reader.verdicts_of(case_id)[1]
    house.store.transact(lambda unit: unit.set_standing([second.id], VerdictStanding.REVERSED))
    with pytest.raises(RefusedError, match="supplemental"):
        house.order(case_id)
    report = house.report(case_id)
    files = tuple(
        replace(file, relevance=Relevance.SUPPLEMENTAL) if file.key == second.content_id else file
        for file in report.files
    )
    supplemental = replace(report, files=files)
    house.store.transact(lambda unit: file_report(unit, house.desk, case_id, supplemental, actor=ADA))
    house.work()
    assert len(finished(there, case_id)[0]["files"]) == 2


def test_a_case_of_a_test_is_never_filed_in_production(house, there):
    case_id = house.case(BOATS)
    production = FilingHouse(
        replace(house.desk, settings=replace(house.desk.settings, environment="production")),
        house.clock,
        house.contents,
    )
    with pytest.raises(RefusedError, match="opened in 'test'"):
        production.order(case_id)


def test_a_retry_inherits_the_environment_of_its_filing(house, there):
    filing = house.order(house.case(BOATS))
    desk = replace(house.desk, settings=replace(house.desk.settings, environment="production"))
    FilingHouse(desk, house.clock, house.contents).work()
    known = house.file(filing.id).filing
    assert known.environment == "test"
    assert known.state is FilingState.FILED
    assert known.place == there.address


def test_a_file_without_sealed_bytes_is_not_ordered(house, there):
    case_id = house.case()
    with house.store.read() as reader:
        content = reader.contents_of(case_id)[0]
    report = replace(house.report(case_id), files=(ReportFile(key=content.id),))
    with pytest.raises(NotFoundError, match="no sealed bytes"):
        house.store.transact(lambda unit: file_report(unit, house.desk, case_id, report, actor=ADA))
    with house.store.read() as reader:
        assert reader.filings(FilingFilter(case_id=case_id)) == []


def test_while_filing_is_off_a_report_waits_and_is_shown_and_goes_once_it_is_on(house, there):
    off = house.with_settings(filing=False)
    filing = off.order(off.case(BOATS))
    assert filing.state is FilingState.OFF
    assert not off.work()
    with house.store.read() as reader:
        standing = filing_standing(reader, off.desk.settings)
    assert (standing.on, dict(standing.counts)) == (False, {FilingState.OFF: 1})
    assert reconcile(house.desk).switched == 1
    assert house.state(filing.id) is FilingState.WAITING
    house.work()
    assert house.state(filing.id) is FilingState.FILED


# ---------------------------------------------------------------- faults of the other side


@pytest.mark.parametrize("endpoint", ["submit", "upload", "fileinfo", "finish"])
@pytest.mark.parametrize("fault", ["drop-before", "drop-after", "oversized", "doctype", "malformed", "status"])
def test_after_a_lost_or_hostile_answer_the_report_is_taken_back_first_and_filed_once(house, there, endpoint, fault):
    there.load({"endpoint": endpoint, "fault": fault, "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    first = house.file(filing.id)
    assert first.filing.state is FilingState.WAITING
    assert first.filing.due_at == house.clock() + timedelta(minutes=1)
    house.work_to_the_end()
    assert len(finished(there, case_id)) == 1
    assert house.state(filing.id) is FilingState.FILED
    done = fault in {"drop-after", "oversized", "doctype", "malformed"} and endpoint == "finish"
    assert house.alerts(filing.id) == ({FilingAlertKind.RECEIPT_MISSING} if done else set())
    assert (house.file(filing.id).receipt is None) == done


def test_an_answer_whose_digest_differs_is_never_described_nor_finished(house, there):
    there.load({"endpoint": "upload", "fault": "wrong-hash", "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    known = house.file(filing.id)
    assert Step.UPLOADED not in {step.step for step in known.steps}
    assert "digest" in (known.filing.told or "")
    house.work_to_the_end()
    assert len(finished(there, case_id)) == 1


@pytest.mark.parametrize("fault", ["other-files", "wrong-file-id"])
def test_a_receipt_that_lists_other_files_is_kept_and_a_person_is_told_and_nothing_is_sent_again(house, there, fault):
    there.load({"endpoint": "finish", "fault": fault})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work_to_the_end()
    known = house.file(filing.id)
    assert known.filing.state is FilingState.FILED
    assert known.receipt is not None
    (alert,) = known.alerts
    assert alert.kind is FilingAlertKind.RECEIPT_DIFFERS
    assert "does not list what was sent" in alert.told
    assert len(finished(there, case_id)) == 1


def test_a_wrong_file_id_is_not_taken_for_a_described_file(house, there):
    there.load({"endpoint": "upload", "fault": "wrong-file-id", "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED
    assert len(finished(there, case_id)) == 1
    assert any("5002" in (step.told or "") for step in house.file(filing.id).steps)


@pytest.mark.parametrize("endpoint", ["submit", "upload", "finish"])
def test_credentials_revoked_half_way_fail_with_an_alert_and_go_on_once_they_are_new(house, there, endpoint):
    there.load({"endpoint": endpoint, "fault": "revoked", "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FAILED
    (alert,) = house.file(filing.id).alerts
    assert alert.kind is FilingAlertKind.FAILED
    assert "password" in alert.told
    there.load()
    house.again(filing.id)
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED
    assert house.alerts(filing.id) == set()
    assert len(finished(there, case_id)) == 1


def test_the_alert_of_a_failed_filing_cannot_be_put_aside(house, there):
    there.load({"endpoint": "submit", "fault": "code", "code": 4100})
    filing = house.order(house.case(BOATS))
    house.work()
    (alert,) = house.file(filing.id).alerts
    with pytest.raises(RefusedError, match="filed again"):
        house.store.transact(lambda unit: clear_alert(unit, house.desk, alert.id, actor=ADA))


def test_on_each_database_seeing_to_an_alert_twice_is_audited_once(any_house, there):
    house = any_house
    there.load({"endpoint": "finish", "fault": "other-files"})
    filing = house.order(house.case(BOATS))
    house.work_to_the_end()
    (alert,) = house.file(filing.id).alerts
    cleared = [house.store.transact(lambda unit: clear_alert(unit, house.desk, alert.id, actor=ADA)) for _ in range(2)]
    assert cleared == [True, False]
    (seen,) = [each for each in audit_of(house.store) if each["act"] == "filing.seen"]
    assert (seen["actor"], seen["filing"], seen["kind"]) == (ADA, filing.id, FilingAlertKind.RECEIPT_DIFFERS.value)


@pytest.mark.parametrize("code", [1000, 1100, 1110, 1111, 1300])
def test_a_fault_of_the_server_is_tried_again(house, there, code):
    there.load({"endpoint": "submit", "fault": "code", "code": code, "calls": [1]})
    filing = house.order(house.case(BOATS))
    house.work()
    assert house.state(filing.id) is FilingState.WAITING
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED


def test_what_never_succeeds_is_given_up_after_the_horizon_with_an_alert(house, there):
    there.load({"endpoint": "submit", "fault": "status"})
    filing = house.order(house.case(BOATS))
    began = house.clock()
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FAILED
    assert house.alerts(filing.id) == {FilingAlertKind.FAILED}
    assert timedelta(hours=72) <= house.clock() - began < timedelta(hours=80)


def test_a_failed_filing_takes_a_mended_report_and_no_second_filing_is_made(house, there):
    there.load({"endpoint": "submit", "fault": "code", "code": 4100, "calls": [1]})
    case_id = house.case(BOATS)
    first = house.order(case_id)
    house.work()
    assert house.state(first.id) is FilingState.FAILED
    again = house.order(case_id)
    assert again.id == first.id
    assert again.report_id != first.report_id
    house.work_to_the_end()
    assert house.state(first.id) is FilingState.FILED


def test_an_open_report_is_never_looked_for_at_another_address(house, there):
    there.load({"endpoint": "finish", "fault": "drop-after", "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    elsewhere = house.with_settings(test_url=there.address.replace("127.0.0.1", "localhost"))
    elsewhere.clock.move(minutes=5)
    elsewhere.work()
    assert house.state(filing.id) is FilingState.FAILED
    assert "another address" in (house.file(filing.id).filing.told or "")
    house.again(filing.id)
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED
    assert len(finished(there, case_id)) == 1


def failed_with_a_changed_report(house, there) -> tuple[Filing, Filing]:
    """The first report was finished there, its answer lost, its filing failed; then a report with one file more."""
    there.load({"endpoint": "finish", "fault": "drop-after", "calls": [1]}, {"endpoint": "retract", "fault": "revoked"})
    case_id = house.case(BOATS, HARBOUR)
    both = house.contents[case_id]
    house.contents[case_id] = both[:1]
    first = house.order(case_id)
    house.work_to_the_end()
    assert house.state(first.id) is FilingState.FAILED
    house.contents[case_id] = both
    house.clock.move(minutes=1)
    changed = house.order(case_id)
    assert changed.id == first.id
    assert changed.report_id != first.report_id
    there.load()
    return first, changed


def test_a_filing_found_finished_names_the_report_that_was_sent_and_the_changed_one_is_due_as_a_supplement(
    house, there
):
    first, changed = failed_with_a_changed_report(house, there)
    house.work_to_the_end()
    known = house.file(first.id)
    assert known.filing.state is FilingState.FILED
    assert known.filing.report_id == first.report_id
    assert house.alerts(first.id) == {FilingAlertKind.RECEIPT_MISSING, FilingAlertKind.EARLIER_FILED}
    (told,) = [each.told for each in known.alerts if each.kind is FilingAlertKind.EARLIER_FILED]
    assert "supplement" in told
    (sent,) = finished(there, str(changed.case_id))
    assert (str(sent["number"]), len(sent["files"])) == (known.filing.number, 1)


def test_a_late_receipt_settles_the_report_that_was_sent_not_the_one_given_since(house, there):
    first, changed = failed_with_a_changed_report(house, there)
    at = house.clock()
    house.store.transact(lambda unit: store_receipt(unit, house.desk, first.id, str(changed.number), b"late", at))
    known = house.file(first.id)
    assert (known.filing.state, known.filing.report_id) == (FilingState.FILED, first.report_id)
    assert house.alerts(first.id) == {FilingAlertKind.EARLIER_FILED}


def test_a_changed_report_that_was_sent_itself_is_the_one_that_is_filed(house, there):
    there.load({"endpoint": "upload", "fault": "revoked", "calls": [1]}, {"endpoint": "retract", "fault": "revoked"})
    case_id = house.case(BOATS)
    first = house.order(case_id)
    house.work_to_the_end()
    assert house.file(first.id).filing.number is not None
    changed = house.order(case_id)
    there.load({"endpoint": "finish", "fault": "drop-after", "calls": [1]})
    house.work_to_the_end()
    assert house.file(first.id).filing.report_id == changed.report_id
    assert house.alerts(first.id) == {FilingAlertKind.RECEIPT_MISSING}


# ---------------------------------------------------------------- workers, clocks, disks


def test_a_worker_that_lost_its_lease_never_finishes_the_report(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    other = open_filing_house(house.store, house.desk.settings.data_dir, there.address, SetClock())

    def hook(step: str) -> None:
        if step == "before storing finishing" and other.clock.now == house.clock.now:
            other.clock.move(minutes=6)
            other.work("worker-2")

    house.passing(hook).work("worker-1")
    assert house.state(filing.id) is FilingState.FILED
    assert len(finished(there, case_id)) == 1
    assert len(there.reports(f"account-{case_id}", "retracted")) == 1


def test_a_receipt_that_comes_to_a_worker_who_lost_the_lease_is_kept(house, there):
    """The other takes back, learns that it is finished, and says that the receipt is missing; then it arrives."""
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    other = open_filing_house(house.store, house.desk.settings.data_dir, there.address, SetClock())
    between: list[FilingState] = []

    def hook(step: str) -> None:
        if step == "before storing finished":
            other.clock.move(minutes=6)
            other.work("worker-2")
            between.append(house.state(filing.id))
            assert house.alerts(filing.id) == {FilingAlertKind.RECEIPT_MISSING}

    house.passing(hook).work("worker-1")
    known = house.file(filing.id)
    assert between == [FilingState.FILED]
    assert known.receipt is not None
    assert known.alerts == ()
    assert len(finished(there, case_id)) == 1


def test_a_receipt_that_differs_from_the_one_that_is_kept_is_kept_too_and_a_person_is_told(house, there):
    filing = house.order(house.case(BOATS))
    house.work()
    known = house.file(filing.id)
    number, at = str(known.filing.number), house.clock()
    assert known.receipt is not None
    for body in (known.receipt.body, b"another", b"another"):
        house.store.transact(partial(store_receipt_of, house, filing.id, number, body, at))
    receipts = [(each.kind, each.body) for each in house.file(filing.id).papers if "receipt" in each.kind]
    assert receipts == [(PaperKind.RECEIPT, known.receipt.body), (PaperKind.OTHER_RECEIPT, b"another")]
    (alert,) = house.file(filing.id).alerts
    assert alert.kind is FilingAlertKind.ANOTHER_RECEIPT
    assert "compare" in alert.told


def store_receipt_of(house, filing_id, number, body, at, unit):
    return store_receipt(unit, house.desk, filing_id, number, body, at)


def test_a_receipt_of_a_report_that_was_given_up_is_kept_with_its_number(house, there):
    there.load({"endpoint": "upload", "fault": "status", "calls": [1]})
    filing = house.order(house.case(BOATS))
    house.work()
    left, at = str(house.file(filing.id).filing.number), house.clock()
    by_hand(house, filing.id, "A-77", at, asked=True)
    house.store.transact(partial(store_receipt_of, house, filing.id, left, b"late", at))
    known = house.file(filing.id)
    (other,) = [each for each in known.papers if each.kind is PaperKind.OTHER_RECEIPT]
    assert (other.body, other.key) == (b"late", left)
    assert (known.filing.number, house.alerts(filing.id)) == ("A-77", {FilingAlertKind.ANOTHER_RECEIPT})


@pytest.mark.parametrize("error", [ConflictError("changed meanwhile"), NotFoundError("no such law"), ValueError("x")])
def test_a_receipt_outlives_whatever_keeps_it_from_being_settled(house, there, error):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    failing = Failing(house.store, error)

    def hook(step: str) -> None:
        if step == "before storing finished":
            failing.left = 1

    FilingHouse(replace(house.desk, store=failing, passing=hook), house.clock, house.contents).work()
    kept = house.file(filing.id).receipt
    assert kept is not None
    house.work_to_the_end()
    known = house.file(filing.id)
    assert (known.filing.state, known.filing.receipt_digest) == (FilingState.FILED, kept.digest)
    assert known.alerts == ()
    assert len(finished(there, case_id)) == 1


class Failing:
    """A store that fails so many times."""

    def __init__(self, store: Store, error: Exception) -> None:
        self._store = store
        self._error = error
        self.left = 0

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def transact(self, work):
        if self.left:
            self.left -= 1
            raise self._error
        return self._store.transact(work)


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-2)])
def test_a_clock_that_jumps_ends_no_filing_and_delays_none_for_good(house, there, jump):
    there.load({"endpoint": "submit", "fault": "status", "calls": [1, 2]})
    filing = house.order(house.case(BOATS))
    house.work()
    house.clock.now += jump
    house.work()
    house.clock.now -= jump
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED


def test_a_receipt_is_stored_as_soon_as_the_full_disk_takes_it(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    full = FullDisk(house.store)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        full.left -= 1

    def hook(step: str) -> None:
        if step == "before storing finished":
            full.left = 7

    desk = replace(house.desk, store=full, wait=wait, passing=hook)
    FilingHouse(desk, house.clock, house.contents).work()
    known = house.file(filing.id)
    assert known.filing.state is FilingState.FILED
    assert known.receipt is not None
    assert len(waits) == 7
    assert len(finished(there, case_id)) == 1


class FullDisk:
    """A store whose disk is full for so many tries."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.left = 0

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def transact(self, work):
        if self.left:
            raise UnavailableError("the disk is full")
        return self._store.transact(work)


def test_damaged_evidence_fails_with_an_alert_and_sends_nothing(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    for path in (house.desk.settings.data_dir / "vault" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            body = bytearray(path.read_bytes())
            body[-1] ^= 1
            path.write_bytes(body)
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FAILED
    assert finished(there, case_id) == []


# ---------------------------------------------------------------- people


def test_a_person_may_record_what_they_filed_elsewhere(house, there):
    there.load({"endpoint": "submit", "fault": "code", "code": 4100})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    house.clock.move(hours=2)
    at = house.clock() - timedelta(hours=1)
    by_hand(house, filing.id, "A-77", at)
    known = house.file(filing.id)
    assert (known.filing.state, known.filing.number) == (FilingState.FILED_BY_HAND, "A-77")
    assert (known.filing.finished_by, known.alerts) == (ADA, ())
    with house.store.read() as reader:
        (hold,) = [each for each in reader.holds_of_case(case_id) if each.stands(house.clock())]
    assert hold.begun_at == at
    assert not house.work()


def by_hand(house: FilingHouse, filing_id: FilingId, number: str, at: datetime, *, asked: bool = False) -> Filing:
    return house.store.transact(
        lambda unit: record_by_hand(unit, house.desk, filing_id, number=number, filed_at=at, actor=ADA, asked=asked)
    )


@pytest.mark.parametrize("minutes", [-1, 1])
def test_nothing_was_filed_by_hand_before_its_case_or_in_the_future(house, there, minutes):
    filing = house.order(house.case(BOATS))
    with pytest.raises(InputError, match="must"):
        by_hand(house, filing.id, "A-77", house.clock() + timedelta(minutes=minutes))


def test_what_was_withdrawn_is_not_recorded_as_filed_by_hand(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    house.order(case_id)
    with pytest.raises(ConflictError, match="withdrawn"):
        by_hand(house, filing.id, "A-77", house.clock())


def test_while_a_report_may_stand_there_another_is_filed_by_hand_only_by_who_has_asked(house, there):
    there.load({"endpoint": "upload", "fault": "status", "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    left = house.file(filing.id).filing.number
    with pytest.raises(ConflictError, match=f"left report {left} open"):
        by_hand(house, filing.id, "A-77", house.clock())
    done = by_hand(house, filing.id, "A-77", house.clock(), asked=True)
    assert (done.state, done.number) == (FilingState.FILED_BY_HAND, "A-77")
    house.work_to_the_end()
    assert finished(there, case_id) == []


def test_the_number_that_was_left_open_may_be_recorded_and_names_the_report_that_was_sent(house, there):
    first, changed = failed_with_a_changed_report(house, there)
    done = by_hand(house, first.id, str(changed.number), house.clock())
    assert (done.state, done.report_id) == (FilingState.FILED_BY_HAND, first.report_id)
    assert house.alerts(first.id) == {FilingAlertKind.EARLIER_FILED}
    with house.store.read() as reader:
        assert first.case_id is not None
        assert reader.get_case(first.case_id).state is CaseState.OPEN


def test_an_order_may_be_withdrawn_before_it_is_sent(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    assert not house.work()
    assert house.state(filing.id) is FilingState.WITHDRAWN
    assert there.reports(f"account-{case_id}") == []
    assert house.order(case_id).id != filing.id


def test_withdrawing_takes_back_what_lies_open_there(house, there):
    there.load({"endpoint": "upload", "fault": "status", "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    assert house.state(filing.id) is FilingState.WITHDRAWING
    house.work()
    assert house.state(filing.id) is FilingState.WITHDRAWN
    assert [each["state"] for each in there.reports(f"account-{case_id}")] == ["retracted"]


def test_withdrawing_that_fails_says_so_and_may_be_repeated(house, there):
    there.load({"endpoint": "upload", "fault": "status", "calls": [1]}, {"endpoint": "retract", "fault": "revoked"})
    filing = house.order(house.case(BOATS))
    house.work()
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    house.work()
    assert house.state(filing.id) is FilingState.FAILED
    assert "withdraw it again" in house.file(filing.id).alerts[0].told
    there.load()
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.WITHDRAWN
    assert house.alerts(filing.id) == set()


def test_withdrawing_what_had_been_finished_says_that_it_is_filed(house, there):
    there.load({"endpoint": "finish", "fault": "drop-after", "calls": [1]})
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.work()
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    house.work()
    assert house.state(filing.id) is FilingState.FILED
    assert house.alerts(filing.id) == {FilingAlertKind.RECEIPT_MISSING}
    with pytest.raises(ConflictError, match="supplement"):
        house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="late", actor=ADA))


def test_a_report_that_was_ordered_elsewhere_since_is_not_tried_again_here(house, there):
    there.load({"endpoint": "submit", "fault": "code", "code": 4100, "calls": [1]})
    case_id = house.case(BOATS)
    failed = house.order(case_id)
    house.work()
    house.clock.move(minutes=1)
    other = house.order(case_id, clearinghouse="folder")
    with pytest.raises(ConflictError, match=f"ordered to folder since, as filing {other.id}"):
        house.again(failed.id)
    house.store.transact(lambda unit: withdraw(unit, house.desk, other.id, because="wrong way", actor=ADA))
    assert house.again(failed.id).state is FilingState.WAITING


# ---------------------------------------------------------------- the reconciler


def test_the_reconciler_sets_going_what_has_lost_its_task_and_raises_a_missing_alert(house, there):
    there.load({"endpoint": "submit", "fault": "code", "code": 4100, "calls": [1]})
    failed = house.order(house.case(BOATS))
    house.work()
    lost = house.order(house.case(HARBOUR))

    def lose(unit) -> None:
        unit.cancel_task(task_key(lost), house.clock(), "lost")
        unit.clear_filing_alerts(failed.id, tuple(FilingAlertKind), "nobody", house.clock())

    house.store.transact(lose)
    found = reconcile(house.desk)
    assert (found.set_going, found.alerts) == (1, 1)
    assert reconcile(house.desk) == Reconciled()
    house.work_to_the_end()
    assert house.state(lost.id) is FilingState.FILED
    assert house.alerts(failed.id) == {FilingAlertKind.FAILED}


def test_a_decided_case_without_any_report_is_shown(house, there):
    case_id = house.case(BOATS)
    with house.store.read() as reader:
        assert filing_standing(reader, house.desk.settings).unreported == (case_id,)
    house.order(case_id)
    with house.store.read() as reader:
        assert filing_standing(reader, house.desk.settings).unreported == ()


def test_a_case_with_more_to_decide_stays_open_and_its_later_content_asks_for_a_supplement(house, there):
    case_id = house.case(BOATS, HARBOUR)
    report = house.report(case_id)
    first = replace(report, files=report.files[:1])
    with house.store.read() as reader:
        job = reader.get_job_of_case(case_id)
    house.store.transact(lambda unit: unit.change_job(replace(job, state=JobState.WAITING)))
    house.store.transact(lambda unit: file_report(unit, house.desk, case_id, first, actor=ADA))
    house.work()
    with house.store.read() as reader:
        assert reader.get_case(case_id).state is CaseState.OPEN
        verdict = reader.verdicts_of(case_id)[1]
    house.clock.move(minutes=10)
    later = replace(verdict, id=VerdictId(f"{verdict.id[:-2]}ZZ"), at=house.clock())
    house.store.transact(lambda unit: unit.add_verdict(later))
    with house.store.read() as reader:
        assert filing_standing(reader, house.desk.settings).unreported == (case_id,)


def test_no_audit_row_bears_anything_of_the_report(house, there):
    house.work()
    case_id = house.case(BOATS)
    house.order(case_id)
    house.work()
    text = str(audit_of(house.store))
    assert "filing.finished" in text
    assert "forum.example" not in text
    assert ".png" not in text


# ---------------------------------------------------------------- the folder


def test_a_report_for_a_folder_lies_sealed_until_its_receipt_comes(house, there, tmp_path):
    folder = house.with_settings(clearinghouse="folder", folder=str(tmp_path / "portal"))
    case_id = folder.case(BOATS)
    filing = folder.order(case_id)
    folder.work()
    assert folder.state(filing.id) is FilingState.HANDED
    place = tmp_path / "portal" / "test"
    name = package_name(filing)
    names = {each.name for each in (place / name).iterdir()}
    assert names >= {"facts.json", "report.xml", "manifest.json", "manifest.sig"}
    assert any(name.endswith(".pdf") for name in names)
    assert BOATS not in b"".join(each.read_bytes() for each in (place / name).iterdir())
    folder.clock.move(hours=49)
    folder.work()
    assert folder.alerts(filing.id) == {FilingAlertKind.RECEIPT_AWAITED}
    (place / "receipts" / f"{name}.pdf").write_bytes(b"received with thanks, 12345")
    folder.clock.move(hours=1)
    folder.work()
    known = folder.file(filing.id)
    assert known.filing.state is FilingState.FILED
    assert known.receipt is not None
    assert known.receipt.body == b"received with thanks, 12345"
    assert known.alerts == ()


class Killed(BaseException):
    """What nothing catches."""


def killed_after_its_package(folder: FilingHouse, case_id: CaseId) -> Filing:
    filing = folder.order(case_id)

    def hook(step: str) -> None:
        if step == "before storing handed":
            raise Killed

    with pytest.raises(Killed):
        folder.passing(hook).work()
    return filing


def test_a_new_report_gets_a_package_of_its_own_and_the_person_is_told_of_the_older_one(house, there, tmp_path):
    folder = house.with_settings(clearinghouse="folder", folder=str(tmp_path / "portal"))
    case_id = folder.case(BOATS, HARBOUR)
    filing = killed_after_its_package(folder, case_id)
    with folder.store.read() as reader:
        second = reader.verdicts_of(case_id)[1]
    gone = second.content_id
    (kept,) = [each for each in folder.contents[case_id] if each != gone]
    folder.store.transact(lambda unit: unit.set_standing([second.id], VerdictStanding.REVERSED))
    folder.clock.move(minutes=6)
    folder.work()
    assert folder.state(filing.id) is FilingState.FAILED
    folder.contents[case_id] = [kept]
    changed = folder.order(case_id)
    folder.clock.move(minutes=6)
    folder.work()
    known = folder.file(filing.id).filing
    assert (known.state, known.number) == (FilingState.HANDED, package_name(changed))
    facts = (tmp_path / "portal" / "test" / package_name(changed) / "facts.json").read_bytes()
    assert kept.encode() in facts
    assert gone.encode() not in facts
    assert f"older package of this report, {package_name(filing)}," in (known.told or "")


def test_a_retry_of_the_same_report_uses_the_package_that_lies_there(house, there, tmp_path):
    folder = house.with_settings(clearinghouse="folder", folder=str(tmp_path / "portal"))
    filing = killed_after_its_package(folder, folder.case(BOATS))
    folder.clock.move(minutes=6)
    folder.work()
    known = folder.file(filing.id).filing
    assert known.state is FilingState.HANDED
    assert "older package" not in (known.told or "")
    assert {each.name for each in (tmp_path / "portal" / "test").iterdir()} == {package_name(filing), "receipts"}


def package_name(filing: Filing) -> str:
    return f"{filing.id}-{filing.report_id[-8:]}"
