"""The journal of filing: what a database that was put back has forgotten is not filed again."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clew.errors import ConflictError, InputError, UnavailableError
from clew.parts.stores.base import StorePart
from clew.pipelines.filing import record_by_hand, withdraw
from clew.pipelines.filing_journal import Stage
from clew.pipelines.onboarding import checklist
from clew.pipelines.strongroom import open_strongroom
from clew.records.filing import Filing, FilingAlertKind, FilingState
from clew.records.identifiers import CaseId
from tests.pipelines.filing_house import ADA, MORNING, FilingHouse, open_filing_house
from tests.web.ispws.clearinghouse_desk import ClearinghouseProcess, clearinghouse_process

BOATS = b"boats " * 500


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClearinghouseProcess]:
    with clearinghouse_process(tmp_path_factory.mktemp("clearinghouse")) as opened:
        yield opened


@pytest.fixture
def there(server: ClearinghouseProcess) -> ClearinghouseProcess:
    server.load()
    return server


class Copied(FilingHouse):
    """A house on SQLite, whose database is copied and put back as a person would."""

    part: StorePart
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "clew.db"

    def copy(self) -> Path:
        """Yesterday's copy, taken while the database is in use."""
        copy = self.folder / "copy.db"
        with sqlite3.connect(self.database) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        return copy

    def put_back(self, copy: Path) -> None:
        """The copy is the database again."""
        self.store.close()
        for each in self.folder.glob("clew.db*"):
            each.unlink()
        copy.rename(self.database)
        store = self.part.open(f"sqlite:///{self.database}")
        room = open_strongroom(self.desk.settings, store, self.clock)
        self.desk = replace(self.desk, store=store, strongroom=room)


@pytest.fixture
def house(store_part: StorePart, sqlite_template: Path, tmp_path: Path, there) -> Iterator[Copied]:
    (tmp_path / "clew.db").write_bytes(sqlite_template.read_bytes())
    store = store_part.open(f"sqlite:///{tmp_path / 'clew.db'}")
    opened = open_filing_house(store, tmp_path / "data", there.address)
    made = Copied(opened.desk, opened.clock, opened.contents)
    made.part, made.folder = store_part, tmp_path
    yield made
    made.store.close()


def finished(there: ClearinghouseProcess, case_id: CaseId) -> list[dict]:
    return there.reports(f"account-{case_id}", "finished")


def test_a_report_that_a_restored_database_has_forgotten_is_found_filed_and_not_sent_again(house, there):
    filing = house.order(case_id := house.case(BOATS))
    copy = house.copy()
    house.work_to_the_end()
    number = house.file(filing.id).filing.number
    house.put_back(copy)
    assert house.state(filing.id) is FilingState.WAITING
    house.work_to_the_end()
    found = house.file(filing.id).filing
    assert (found.state, found.number) == (FilingState.FILED, number)
    assert FilingAlertKind.RECEIPT_MISSING in house.alerts(filing.id)
    assert len(finished(there, case_id)) == 1


def test_a_report_that_is_ordered_anew_after_a_restore_is_found_filed_too(house, there):
    case_id, copy = house.case(BOATS), house.copy()
    lost = house.order(case_id)
    house.work_to_the_end()
    number = house.file(lost.id).filing.number
    house.put_back(copy)
    anew = house.order(case_id)
    assert anew.id != lost.id
    house.work_to_the_end()
    found = house.file(anew.id).filing
    assert (found.state, found.number) == (FilingState.FILED, number)
    assert len(finished(there, case_id)) == 1


def test_the_report_after_the_one_that_a_restored_database_knows_is_found_as_well(house, there):
    """The copy knows an open report; since then it was taken back, and another one finished."""
    there.load({"endpoint": "upload", "fault": "drop-before", "calls": [1]})
    filing = house.order(case_id := house.case(BOATS))
    house.work()
    assert house.file(filing.id).filing.number is not None
    copy = house.copy()
    house.work_to_the_end()
    house.put_back(copy)
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED
    assert len(finished(there, case_id)) == 1


def test_supplements_are_no_copies_of_the_report_that_they_add_to(house, there):
    case_id = house.case(BOATS)
    for supplement in (False, True, True):
        house.order(case_id, supplement=supplement)
        house.work_to_the_end()
    assert len(finished(there, case_id)) == 3


def test_a_restored_filing_is_neither_withdrawn_nor_recorded_elsewhere_in_silence(house, there):
    filing = house.order(case_id := house.case(BOATS))
    copy = house.copy()
    house.work_to_the_end()
    house.put_back(copy)
    with pytest.raises(ConflictError, match="it could stand there twice"):
        house.store.transact(
            lambda unit: record_by_hand(unit, house.desk, filing.id, number="77", filed_at=MORNING, actor=ADA)
        )
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="a mistake", actor=ADA))
    assert house.state(filing.id) is FilingState.WITHDRAWING
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED
    assert len(finished(there, case_id)) == 1


def test_nothing_is_sent_while_the_journal_cannot_be_written(house, there):
    path = house.desk.settings.data_dir / "filing-journal.jsonl"
    path.mkdir()
    filing = house.order(case_id := house.case(BOATS))
    house.work()
    assert "journal of filing" in (house.file(filing.id).filing.told or "")
    assert there.reports(f"account-{case_id}", "open") == []
    path.rmdir()
    house.work_to_the_end()
    assert house.state(filing.id) is FilingState.FILED


@pytest.mark.parametrize("act", ["again", "withdraw"])
def test_a_report_that_was_left_open_where_the_clearinghouse_is_no_more_is_given_up_on_its_word(house, there, act):
    there.load({"endpoint": "finish", "fault": "drop-before", "calls": [1]})
    filing = house.order(case_id := house.case(BOATS))
    house.work()
    moved = house.with_settings(test_url=there.address.replace("127.0.0.1", "localhost"))
    moved.clock.move(days=30)
    moved.work()
    assert "another address" in (moved.file(filing.id).filing.told or "")
    if act == "again":
        moved.again(filing.id)
        moved.work()
        assert moved.state(filing.id) is FilingState.FAILED  # without asking, it stays where it was
        moved.again(filing.id, asked=True)
        moved.work_to_the_end()
        assert moved.state(filing.id) is FilingState.FILED
        assert len(finished(there, case_id)) == 1
    else:
        moved.store.transact(
            lambda unit: withdraw(unit, moved.desk, filing.id, because="a mistake", actor=ADA, asked=True)
        )
        assert moved.state(filing.id) is FilingState.WITHDRAWN
    assert "filing.forget" in moved.acts()


@pytest.fixture
def journal(house):
    return house.desk.journal


@pytest.fixture
def filing(house) -> Filing:
    ordered: Filing = house.order(house.case(BOATS))
    return replace(ordered, place="https://there.example")


def test_the_newest_report_that_is_not_gone_stands(journal, filing):
    assert journal.standing(filing) is None
    for number, stage in (("1", Stage.OPENED), ("2", Stage.OPENED), ("2", Stage.FINISHING), ("3", Stage.OPENED)):
        journal.note(filing, number, stage, MORNING)
    for number, before in (("3", False), ("2", True), ("1", False)):
        known = journal.standing(filing)
        assert (known.number, known.finishing, known.place) == (number, before, "https://there.example")
        journal.note(filing, number, Stage.GONE, MORNING)
    assert journal.standing(filing) is None


def test_what_was_broken_off_while_it_was_written_spoils_no_other_line(journal, filing, house):
    path = house.desk.settings.data_dir / "filing-journal.jsonl"
    journal.note(filing, "1", Stage.OPENED, MORNING)
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        journal.note(filing, "2", Stage.OPENED, MORNING)
        assert journal.standing(filing).number == "2"
        assert journal.filings() == {filing.id}


def test_a_line_of_a_later_version_is_not_passed_over(journal, filing, house):
    journal.note(filing, "1", Stage.OPENED, MORNING)
    path = house.desk.settings.data_dir / "filing-journal.jsonl"
    line = json.loads(path.read_text().strip())
    path.write_text(json.dumps({**line, "stage": "merged"}))
    with pytest.raises(InputError, match="later version of Clew, 'merged'"):
        journal.standing(filing)


def test_the_journal_bears_nothing_of_the_report_and_is_its_owner_s_alone(journal, filing, house):
    journal.note(filing, "1", Stage.OPENED, MORNING)
    path = house.desk.settings.data_dir / "filing-journal.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(path.read_text().strip())) == {"at", "report", "filing", "place", "number", "stage"}


def test_a_full_disk_is_told_of(filing, house):
    moved = house.with_settings(journal="/dev/full")
    with pytest.raises(UnavailableError, match="No space left"):
        moved.desk.journal.note(filing, "1", Stage.OPENED, MORNING)


def weak(house) -> list[str]:
    settings = replace(house.desk.settings, environment="production")
    with house.store.read() as reader:
        return [each.told for each in checklist(settings, reader) if not each.good and "journal" in each.told]


def test_the_check_names_what_a_restored_database_has_forgotten(house, there):
    kept, copy = house.with_settings(journal=str(house.folder / "apart")), house.copy()
    kept.order(kept.case(BOATS))
    kept.work_to_the_end()
    assert weak(kept) == []
    house.put_back(copy)
    (told,) = weak(Copied(replace(kept.desk, store=house.store), house.clock))
    assert "names 1 filing that the database does not know" in told


def test_the_check_says_that_a_journal_in_the_data_folder_is_put_back_with_it(house):
    (told,) = weak(house)
    assert "reporting.journal" in told
    (told,) = weak(house.with_settings(journal=str(house.folder)))
    assert "cannot be used" in told
