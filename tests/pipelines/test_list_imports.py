import io
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.errors import ConflictError, InputError, MissingPartError, RefusedError, UnavailableError
from clew.pipelines import list_imports
from clew.pipelines.list_forms import get_exchange
from clew.pipelines.list_imports import Asked, import_file
from clew.pipelines.lists import ListChanges, change_list
from clew.pipelines.sources import SourceClaim
from clew.records.identifiers import ListName
from tests.parts.stores.full_disk import room_for_pages
from tests.pipelines.list_desk import ACTOR, CLAIM, MEASURES, NAME, SIGNALS, csv, md5

EMPTY_FILE_MD5 = "d41d8cd98f00b204e9800998ecf8427e"


def test_every_row_is_new_changed_unchanged_or_a_fault(any_desk) -> None:
    first = any_desk.bring(csv(1, 2, 3))
    assert (first.rows, first.new, first.changed, first.unchanged, first.faults) == (3, 3, 0, 0, 0)
    second = any_desk.bring(
        "type,value,note\n" + csv(1, 4, cells=",").split("\n", 1)[1] + f"md5,{md5(2).hex()},x\nmd5,zz,\n"
    )
    assert (second.rows, second.new, second.changed, second.unchanged, second.faults) == (4, 1, 1, 1, 1)
    assert any_desk.numbers() == [1, 2, 3, 4]


def test_a_value_that_stands_twice_counts_once_with_its_last_particulars(desk) -> None:
    rows = f"type,value,note\nmd5,{md5(7).hex()},one\nmd5,{md5(7).hex()},one\nmd5,{md5(7).hex()},two\n"
    outcome = desk.bring(rows)
    assert (outcome.rows, outcome.new, outcome.changed, outcome.unchanged) == (3, 1, 1, 1)
    assert [each.note for each in desk.entries()] == ["two"]


def test_the_first_import_needs_the_sources_particulars_and_makes_nothing_without(desk) -> None:
    with pytest.raises(InputError, match=r"a new list needs its source.*--source .*--kind .*--since "):
        desk.bring(csv(1), source=SourceClaim())
    with desk.store.read() as reader:
        assert (reader.lists(), reader.sources()) == ([], [])


def test_later_imports_need_nothing_and_may_repeat_the_same(desk) -> None:
    desk.bring(csv(1), vetted=True)
    desk.bring(csv(2), source=SourceClaim())
    desk.bring(csv(3), vetted=True)
    assert desk.numbers() == [1, 2, 3]


def test_a_second_list_of_a_known_source_needs_its_name_only(desk) -> None:
    desk.bring(csv(1))
    outcome = desk.bring(csv(2), name=ListName("other"), source=SourceClaim(name="ncmec"))
    assert outcome.source == "ncmec"


def test_an_import_that_contradicts_the_list_is_refused(desk) -> None:
    desk.bring(csv(1), vetted=True)
    with pytest.raises(ConflictError, match="is of the source 'ncmec', not of 'other'"):
        desk.bring(csv(2), source=SourceClaim(name="other"))
    with pytest.raises(ConflictError, match="is recorded as vetted"):
        desk.bring(csv(2), vetted=False)
    assert desk.numbers() == [1]


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, 12, tzinfo=UTC), "ended on 2026-06-01T12:00"),
        (datetime(2026, 6, 2, tzinfo=UTC), None, "begins on 2026-06-02"),
    ],
)
def test_no_entry_comes_while_the_ground_is_not_in_force(desk, since, until, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        desk.bring(csv(1), source=replace(CLAIM, since=since, until=until))
    assert desk.entries() == []


def test_a_file_that_is_no_list_makes_no_list(desk) -> None:
    with pytest.raises(InputError, match="expected a header line"):
        desk.bring("hello\n")
    with desk.store.read() as reader:
        assert reader.lists() == []


def test_hashes_that_stand_for_nothing_are_faults(desk) -> None:
    pdq_zero, pdq_full, pdq_good = "0" * 64, "f" * 64, "0f" * 32
    outcome = desk.bring(
        f"type,value,quality\nmd5,{EMPTY_FILE_MD5},\npdq,{pdq_zero},\npdq,{pdq_full},\npdq,{pdq_good},49\n"
        f"pdq,{pdq_good},50\nsha1,{'0' * 40},\nsha256,{'1' * 63},\n"
    )
    assert outcome.new == 1
    assert [each.row for each in outcome.first_faults] == [2, 3, 4, 5, 7, 8]
    assert outcome.faults_by_kind == {"hash": 6}


def test_faults_are_kept_with_the_import_and_replaced_by_the_next(desk) -> None:
    desk.bring(csv(1) + "md5,zz\n" * 1_500)
    state = desk.state()
    with desk.store.read() as reader:
        faults = reader.import_faults(state.hash_list.id, 5_000)
    assert (state.last_import_faults, len(faults), faults[0].row) == (1_500, 1_000, 3)
    assert state.last_import_at == desk.clock.at

    desk.bring(csv(1))
    assert desk.state().last_import_faults == 0


def test_an_entry_that_had_expired_before_it_came_is_counted_and_does_not_match(desk) -> None:
    outcome = desk.bring(csv(1, columns=",expires_at", cells=",2026-05-31") + f"md5,{md5(2).hex()},2026-06-02\n")
    assert (outcome.new, outcome.expired) == (2, 1)
    assert desk.numbers() == [2]


def test_an_entry_whose_source_now_lets_it_expire_falls_silent(desk) -> None:
    desk.bring(csv(1, 2))
    outcome = desk.bring(csv(1, columns=",expires_at", cells=",2026-05-31"))
    assert (outcome.changed, outcome.expired) == (1, 1)
    assert desk.numbers() == [2]


def test_an_entry_that_does_not_say_takes_the_lists_word(desk) -> None:
    desk.bring(csv(1, 2, columns=",vetted", cells=",") + f"md5,{md5(3).hex()},false\n", vetted=True)
    assert [each.vetted for each in sorted(desk.entries(), key=lambda each: each.value)] == [True, True, False]
    change_list(desk.store, NAME, ListChanges(vetted=False), measures=MEASURES, actor=ACTOR, clock=desk.clock)
    assert not [each for each in desk.entries() if each.vetted]


def test_every_chunk_and_the_end_are_audited_without_a_hash(any_desk, monkeypatch) -> None:
    monkeypatch.setattr(list_imports, "_CHUNK_ROWS", 2)
    any_desk.bring(csv(1, 2, 3) + "md5,zz\n")
    assert [(each["new"], each["rows_through"]) for each in any_desk.audit("list.import")] == [(2, 2), (1, 4)]
    [end] = any_desk.audit("list.import-end")
    assert (end["rows"], end["new"], end["faults"], end["actor"]) == (4, 3, 1, ACTOR)
    assert md5(3).hex() not in repr(any_desk.audit("list.import", "list.import-end", "list.create", "source.create"))


def test_what_was_told_is_durable_and_in_the_end_everything_is_told(desk, monkeypatch) -> None:
    monkeypatch.setattr(list_imports, "_CHUNK_ROWS", 10)
    told: list[tuple[int, int, int]] = []
    content = csv(*range(1, 96)).encode()
    desk.bring(content)  # the list is there

    def advance(rows: int, read_bytes: int) -> None:
        told.append((rows, read_bytes, len(desk.entries(ListName("second")))))

    list_imports.import_list(
        desk.store,
        io.BytesIO(content),
        ListName("second"),
        Asked(source=CLAIM),
        part=get_exchange("csv"),
        signals=SIGNALS,
        actor=ACTOR,
        clock=desk.clock,
        advance=advance,
    )
    assert [rows for rows, _, _ in told] == [0, 10, 20, 30, 40, 50, 60, 70, 80, 95]
    assert not [each for each in told if each[2] < each[0]]
    assert told[-1][1] == len(content)


def test_a_disk_that_stops_giving_the_file_ends_the_import_and_keeps_what_came(desk, monkeypatch) -> None:
    monkeypatch.setattr(list_imports, "_CHUNK_ROWS", 2)

    class Failing(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            if self.tell() > 200:
                raise OSError(5, "Input/output error")
            return super().readline(size)

    with pytest.raises(UnavailableError, match=r"after row 6: Input/output error; what came before is on the list"):
        list_imports.import_list(
            desk.store,
            Failing(csv(*range(1, 96)).encode()),
            NAME,
            Asked(source=CLAIM),
            part=get_exchange("csv"),
            signals=SIGNALS,
            actor=ACTOR,
            clock=desk.clock,
        )
    assert desk.numbers() == [1, 2, 3, 4, 5, 6]


def test_a_full_database_says_what_it_has_stored_and_the_same_import_goes_on(desk, monkeypatch) -> None:
    monkeypatch.setattr(list_imports, "_CHUNK_ROWS", 5_000)
    desk.bring(csv(1))
    content = csv(*range(1, 40_001))
    with room_for_pages(desk.store, 700), pytest.raises(UnavailableError) as refused:
        desk.bring(content)
    stored = len(desk.entries())
    assert 5_000 <= stored < 40_000
    assert f"stored before: {stored:,} entries of the first {stored:,} rows; run the same import" in str(refused.value)
    assert desk.bring(content).unchanged == stored
    assert len(desk.entries()) == 40_000


def bring_file(desk, path: Path, **asked: object):
    return import_file(
        desk.store,
        path,
        NAME,
        Asked(source=CLAIM, **asked),  # type: ignore[arg-type]
        signals=SIGNALS,
        actor=ACTOR,
        clock=desk.clock,
    )


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        (
            "padded",
            '{"CaseNumber":7,'
            + " " * 30_000
            + '"@odata.context":"http://x/DataModels/2.0.xml/US/$metadata#Media","value":[{"Category":1,"MD5":"'
            + md5(1).hex()
            + '"}]}',
            "vics",
        ),
        ("a.csv", csv(1), "csv"),
        ("a.json", csv(1), "csv"),
        ("a", f'{{"type":"md5","value":"{md5(1).hex()}"}}', "jsonlines"),
        ("a.jsonl", f'{{broken\n{{"type":"md5","value":"{md5(1).hex()}"}}', "jsonlines"),
        (
            "a.txt",
            '{"@odata.context":"http://x/DataModels/2.0.xml/US/$metadata#Media","value":[{"Category":1,"MD5":"'
            + md5(1).hex()
            + '"}]}',
            "vics",
        ),
    ],
)
def test_the_form_of_a_file_is_found_by_its_content_then_by_its_name(desk, tmp_path, name, content, form) -> None:
    path = tmp_path / name
    path.write_text(content)
    outcome = bring_file(desk, path)
    assert (outcome.format, outcome.new) == (form, 1)


def test_a_file_of_no_form_is_refused_with_the_forms_there_are(desk, tmp_path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"\x89PNG\r\n")
    with pytest.raises(InputError, match=r"give --format csv\|jsonlines\|vics"):
        bring_file(desk, path)
    with pytest.raises(MissingPartError, match="no list format 'xml'; there are: csv, jsonlines, vics"):
        bring_file(desk, path, format="xml")


def test_what_is_no_file_is_refused(desk, tmp_path) -> None:
    for path in (tmp_path, tmp_path / "none", Path("/dev/null")):
        with pytest.raises(InputError, match="expected a file"):
            bring_file(desk, path)


# ------------------------------------------------------------------------------------------------ SIGKILL

IMPORTER = """
import contextlib, sys
from pathlib import Path
from clew.ground.clock import system_clock
from clew.pipelines import list_imports
from clew.pipelines.installation import open_store
from clew.settings import Settings
from tests.parts.stores.full_disk import room_for_pages
from tests.pipelines.list_desk import ACTOR, CLAIM, NAME, SIGNALS

list_imports._CHUNK_ROWS = 500
with contextlib.closing(open_store(Settings(data_dir=Path(sys.argv[1]), database=sys.argv[3]))) as store:
    outcome = list_imports.import_file(
        store, Path(sys.argv[2]), NAME, list_imports.Asked(source=CLAIM), signals=SIGNALS, actor=ACTOR,
        clock=system_clock, advance=lambda rows, _: print(rows, flush=True),
    )
print("done", outcome.new, outcome.unchanged, flush=True)
"""


ROUNDS = int(os.environ.get("CLEW_TEST_KILL_ROUNDS", "4"))


@pytest.mark.slow
def test_a_killed_import_loses_nothing_it_told_and_is_completed_by_the_same_command(any_desk, tmp_path) -> None:
    total, chance = 20_000, random.Random(4)
    path = tmp_path / "list.csv"
    path.write_text(csv(*range(1, total + 1)))
    told = 0
    for _ in range(ROUNDS):
        command = [sys.executable, "-c", IMPORTER, str(tmp_path / "data"), str(path), any_desk.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(2, 30)):
                told = max(told, int(process.stdout.readline() or 0))
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        any_desk.store.check(whole=True)
        standing = any_desk.numbers()
        assert standing == list(range(1, len(standing) + 1))
        assert told <= len(standing) < total
        assert len(any_desk.audit("list.import-end")) == 0
        assert sum(each["new"] for each in any_desk.audit("list.import")) == len(standing)

    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert any_desk.numbers() == list(range(1, total + 1))
    assert result.stdout.splitlines()[-1] == f"done {total - len(standing)} {len(standing)}"
    assert any_desk.state().entries == {"md5": total}
