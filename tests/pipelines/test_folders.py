"""Folder runs: everything is answered once, durable before it is told, and a killed run goes on where it was."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.errors import ConflictError
from clew.parts.stores.base import HitFilter
from clew.pipelines.files import open_hasher, shown_path, told_path
from clew.pipelines.folders import RunPlan, ScreenedFile, begin, screen_folders
from clew.pipelines.installation import Installation
from clew.records.hashlist import Action, NewEntry
from clew.records.identifiers import ListName, SignalType
from clew.records.match import Channel
from clew.records.screening import CountKey
from clew.records.signal import Reason
from clew.settings import Decode
from tests.installed import NOON, AddList

SHA256 = SignalType("sha256")
DECODE = Decode(workers=2)


def plan(*roots: Path, lists: tuple[str, ...] = ()) -> RunPlan:
    return RunPlan(
        roots=tuple(bytes(root) for root in roots),
        lists=tuple(ListName(each) for each in lists),
        types=(SHA256,),
        dihedral=False,
    )


def screen(installation: Installation, wanted: RunPlan, *, fresh: bool = False) -> list[ScreenedFile]:
    with begin(installation, wanted, fresh=fresh) as under_way, open_hasher(DECODE) as hasher:
        return list(screen_folders(installation, hasher, under_way))


def screen_some(installation: Installation, wanted: RunPlan, files: int) -> list[ScreenedFile]:
    """As a command that is stopped after so many lines."""
    with begin(installation, wanted, fresh=False) as under_way, open_hasher(DECODE) as hasher:
        running = screen_folders(installation, hasher, under_way)
        told = [next(running) for _ in range(files)]
        running.close()
        return told


def digest(content: bytes) -> bytes:
    import hashlib

    return hashlib.sha256(content).digest()


def fill(folder: Path, files: int) -> None:
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:05}").write_bytes(b"content %d" % number)


def test_every_file_is_answered_in_order_and_counted_once(
    installation: Installation, add_list: AddList, tmp_path: Path
) -> None:
    fill(tmp_path / "up", 200)
    add_list("known", [digest(b"content 7"), digest(b"content 150")], "sha256")
    told = screen(installation, plan(tmp_path / "up"))
    assert [_name(each) for each in told] == [f"{number:05}" for number in range(200)]
    assert [_name(each) for each in told if each.action is Action.BLOCK] == ["00007", "00150"]
    with installation.store.read() as reader:
        counts = reader.counts(NOON.date(), NOON.date())
        assert counts[CountKey(day=NOON.date(), channel=Channel.FOLDER, action=Action.PASS)] == 198
        assert counts[CountKey(day=NOON.date(), channel=Channel.FOLDER, action=Action.BLOCK)] == 2
        assert reader.count_hits(HitFilter(run_id=reader.runs(1)[0].id)) == 2
        assert (reader.runs(1)[0].files, reader.runs(1)[0].hits) == (200, 2)


def test_what_cannot_be_read_is_named_and_is_no_screening(installation: Installation, tmp_path: Path) -> None:
    fill(tmp_path / "up", 2)
    os.mkfifo(tmp_path / "up" / "pipe")
    told = screen(installation, plan(tmp_path / "up", tmp_path / "none"))
    refused = [each for each in told if each.action is None]
    assert [(_name(each), each.unhashable[0].reason) for each in refused] == [
        ("pipe", Reason.NOT_A_FILE),
        ("none", Reason.UNREADABLE),
    ]
    with installation.store.read() as reader:
        counts = reader.counts(NOON.date(), NOON.date())
        assert (reader.runs(1)[0].files, reader.runs(1)[0].unread) == (2, 2)
    day, channel = NOON.date(), Channel.FOLDER
    assert counts == {
        CountKey(day=day, channel=channel, action=Action.PASS): 2,
        CountKey(day=day, channel=channel, type=SHA256, reason=Reason.NOT_A_FILE): 1,
        CountKey(day=day, channel=channel, type=SHA256, reason=Reason.UNREADABLE): 1,
    }


def test_a_name_that_is_not_utf8_or_not_printable_is_shown_so_that_none_is_taken_for_another(
    installation: Installation, tmp_path: Path
) -> None:
    fill(tmp_path / "up", 0)
    for name in (b"caf\xe9.bin", b"line\nblock  forged", b"caf\\xe9.bin"):
        Path(os.fsdecode(bytes(tmp_path / "up") + b"/" + name)).write_bytes(b"x")
    told = [each.path for each in screen(installation, plan(tmp_path / "up"))]
    names = [shown_path(path).rpartition("/")[2] for path in told]
    assert names == ["caf\\\\xe9.bin", "caf\\xe9.bin", "line\\nblock  forged"]
    # A program is given what it can open.
    assert [Path(os.fsdecode(_bytes_of(told_path(path)))).read_bytes() for path in told] == [b"x"] * 3
    assert told_path(told[2])["path"].endswith("line\nblock  forged")
    assert told_path(told[0])["path"].endswith("caf\\xe9.bin")


def _name(file: ScreenedFile) -> str:
    return Path(os.fsdecode(file.path)).name


def _bytes_of(told: dict[str, str]) -> bytes:
    return bytes.fromhex(told["path_bytes"]) if "path_bytes" in told else told["path"].encode()


def test_a_stopped_run_goes_on_where_it_was_and_tells_its_earlier_part_again(
    installation: Installation, add_list: AddList, tmp_path: Path
) -> None:
    fill(tmp_path / "up", 300)
    add_list("known", [digest(b"content 7"), digest(b"content 290")], "sha256")
    wanted = plan(tmp_path / "up")
    early = screen_some(installation, wanted, 100)
    with begin(installation, wanted, fresh=False) as again, open_hasher(DECODE) as hasher:
        assert again.resumed
        done = again.run.files
        assert done >= len(early)
        told = list(screen_folders(installation, hasher, again))
    assert sorted(_name(each) for each in told) == [f"{number:05}" for number in range(300)]
    assert [_name(each) for each in told if each.hit is not None] == ["00007", "00290"]
    assert (len([each for each in told if each.earlier]), again.skipped) == (done, done)
    assert (again.run.files, again.run.hits) == (300, 2)
    with begin(installation, wanted, fresh=False) as next_one:
        assert not next_one.resumed


def test_a_file_that_changed_since_the_stop_is_screened_again(installation: Installation, tmp_path: Path) -> None:
    fill(tmp_path / "up", 200)
    wanted = plan(tmp_path / "up")
    screen_some(installation, wanted, 64)
    (tmp_path / "up" / "00003").write_bytes(b"changed")
    again = [_name(each) for each in screen(installation, wanted) if not each.earlier]
    assert again[0] == "00003"
    assert "00004" not in again


def test_what_the_earlier_part_could_not_hash_is_told_again(installation: Installation, tmp_path: Path) -> None:
    fill(tmp_path / "up", 150)
    wanted = replace(plan(tmp_path / "up"), types=(SHA256, SignalType("pdq")))
    (tmp_path / "up" / "00002").write_bytes(b"")
    screen_some(installation, wanted, 100)
    told = {_name(each): each for each in screen(installation, wanted)}
    assert told["00002"].earlier
    assert [(each.type, each.reason) for each in told["00002"].unhashable] == [("pdq", Reason.EMPTY)]


def test_a_run_begins_anew_when_the_lists_have_gained_entries_since(
    installation: Installation, add_list: AddList, tmp_path: Path
) -> None:
    """Files done before were not compared with the new entries: going on would miss one of them in silence."""
    fill(tmp_path / "up", 200)
    wanted = plan(tmp_path / "up")
    screen_some(installation, wanted, 100)
    add_list("late", [digest(b"content 7")], "sha256")
    with begin(installation, wanted, fresh=False) as again:
        assert (again.resumed, again.outdated) == (False, True)
    assert [_name(each) for each in screen(installation, wanted) if each.hit] == ["00007"]


def test_a_run_against_one_list_goes_on_when_another_has_gained(
    installation: Installation, add_list: AddList, tmp_path: Path
) -> None:
    fill(tmp_path / "up", 100)
    add_list("asked", [digest(b"x")], "sha256")
    wanted = plan(tmp_path / "up", lists=("asked",))
    screen_some(installation, wanted, 10)
    other = add_list("other", [digest(b"y")], "sha256")
    with begin(installation, wanted, fresh=False) as again:
        assert again.resumed
    with installation.store.read() as reader:
        asked = reader.find_list(ListName("asked"))
    assert asked is not None
    assert asked.id != other.id
    entry = NewEntry(type=SHA256, value=digest(b"z"))
    installation.store.transact(lambda unit: unit.add_entries(asked.id, [entry], NOON))
    with begin(installation, wanted, fresh=False) as again:
        assert again.outdated


def test_two_machines_over_one_database_have_runs_of_their_own(installation: Installation, tmp_path: Path) -> None:
    fill(tmp_path / "up", 3)
    here, there = replace(plan(tmp_path / "up"), machine="a"), replace(plan(tmp_path / "up"), machine="b")
    with begin(installation, here, fresh=False) as ours, begin(installation, there, fresh=False) as theirs:
        assert not theirs.resumed
        assert ours.run.id != theirs.run.id


def test_the_same_run_is_refused_while_another_data_folder_has_it_under_way(
    installation: Installation, tmp_path: Path
) -> None:
    wanted = plan(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    elsewhere = replace(installation, settings=replace(installation.settings, data_dir=tmp_path / "elsewhere"))
    with (
        begin(installation, wanted, fresh=False),
        pytest.raises(ConflictError, match="under way from another data folder"),
        begin(elsewhere, wanted, fresh=False),
    ):
        pass
    with begin(elsewhere, wanted, fresh=False) as after:
        assert after.resumed


def test_a_run_that_lost_its_lease_writes_nothing_more(installation: Installation, tmp_path: Path) -> None:
    fill(tmp_path / "up", 3)
    with begin(installation, plan(tmp_path / "up"), fresh=False) as under_way, open_hasher(DECODE) as hasher:
        name, late = f"run.{under_way.plan.key}", NOON + timedelta(minutes=31)
        installation.store.transact(lambda unit: unit.try_lease(name, "another", late, late))
        with pytest.raises(ConflictError):
            list(screen_folders(installation, hasher, under_way))
    with installation.store.read() as reader:
        assert reader.runs(1)[0].files == 0


def test_a_link_that_is_named_inside_a_folder_that_is_named_is_followed(
    installation: Installation, tmp_path: Path
) -> None:
    fill(tmp_path / "up", 1)
    fill(tmp_path / "apart", 2)
    (tmp_path / "up" / "link").symlink_to(tmp_path / "apart")
    wanted = plan(tmp_path / "up", tmp_path / "up" / "link", tmp_path / "up" / "link" / "00001")
    read = [each.path for each in screen(installation, wanted) if each.action is not None]
    up = os.fsencode(tmp_path / "up")
    assert sorted(read)[:3] == [up + b"/00000", up + b"/link/00000", up + b"/link/00001"]


def test_a_file_at_the_end_of_a_very_long_path_is_hashed_once(installation: Installation, tmp_path: Path) -> None:
    top = tmp_path / "up"
    top.mkdir()
    way = [os.open(top, os.O_RDONLY)]
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=way[-1])
        way.append(os.open("d" * 200, os.O_RDONLY, dir_fd=way[-1]))
    os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=way[-1]))
    for each in way:
        os.close(each)
    for number in range(100):
        (top / f"e{number:03}").write_bytes(b"x")
    wanted = plan(top)
    screen_some(installation, wanted, 70)
    again = [each for each in screen(installation, wanted) if not each.earlier]
    assert not [each for each in again if each.path.endswith(b"/file")]


def test_an_entry_that_is_gone_does_not_make_a_run_begin_anew(
    installation: Installation, add_list: AddList, tmp_path: Path
) -> None:
    fill(tmp_path / "up", 100)
    wanted = plan(tmp_path / "up")
    known = add_list("known", [digest(b"x"), digest(b"y")], "sha256")
    screen_some(installation, wanted, 10)
    installation.store.transact(lambda unit: unit.remove_entries(known.id, [(SHA256, digest(b"x"))], NOON))
    with begin(installation, wanted, fresh=False) as again:
        assert again.resumed


def test_a_fresh_run_leaves_the_unfinished_one(installation: Installation, tmp_path: Path) -> None:
    fill(tmp_path / "up", 3)
    wanted = plan(tmp_path / "up")
    with begin(installation, wanted, fresh=False):
        pass
    with begin(installation, wanted, fresh=True) as again:
        assert not again.resumed


def test_the_same_run_is_refused_while_another_process_has_it_under_way(
    installation: Installation, tmp_path: Path
) -> None:
    wanted = plan(tmp_path)
    with (
        begin(installation, wanted, fresh=False),
        pytest.raises(ConflictError, match="under way in another process"),
        begin(installation, wanted, fresh=False),
    ):
        pass


def test_a_root_inside_another_is_screened_once(installation: Installation, tmp_path: Path) -> None:
    fill(tmp_path / "up", 3)
    roots = (tmp_path / "up", tmp_path / "up" / "00001", tmp_path / "up", tmp_path / "upper")
    assert plan(*roots).roots == (bytes(tmp_path / "up"), bytes(tmp_path / "upper"))
    assert len(screen(installation, plan(tmp_path / "up", tmp_path / "up" / "00001"))) == 3


def test_another_list_or_folder_is_another_run(tmp_path: Path) -> None:
    keys = [
        plan(tmp_path).key,
        plan(tmp_path, lists=("a",)).key,
        plan(tmp_path / "a").key,
    ]
    assert len(set(keys)) == 3
    assert plan(tmp_path, lists=("a", "b")).key == plan(tmp_path, lists=("b", "a")).key


ROUNDS = int(os.environ.get("CLEW_TEST_KILL_ROUNDS", "4"))


@pytest.mark.slow
def test_a_screening_that_is_killed_loses_nothing_and_hashes_nothing_twice(
    installation: Installation, add_list: AddList, tmp_path: Path
) -> None:
    """SIGKILL of real processes at random moments; then the run is let through to its end."""
    files = 3000
    fill(tmp_path / "up", files)
    known = sorted(random.Random(5).sample(range(files), 60))
    add_list("known", [digest(b"content %d" % number) for number in known], "sha256")
    command = [sys.executable, "-m", "clew", "screen", "--json", "--type", "sha256", str(tmp_path / "up")]
    settings = installation.settings
    environment = os.environ | {"CLEW_DATA_DIR": str(settings.data_dir), "CLEW_DATABASE": settings.database}
    moments = random.Random(6)
    told: set[str] = set()
    killed = 0
    for number in range(ROUNDS + 1):
        output = tmp_path / "told"
        with output.open("wb") as stream:
            process = subprocess.Popen(command, env=environment, stdout=stream, stderr=subprocess.PIPE)
        if number < ROUNDS:
            deadline = time.monotonic() + 60
            wanted_bytes = moments.randrange(1, 600_000 // (ROUNDS + 1))
            while output.stat().st_size < wanted_bytes and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
        _, error = process.communicate(timeout=120)
        assert process.returncode in {-signal.SIGKILL, 1}, error
        lines = [line for line in output.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
        told |= {line.decode() for line in lines if b'"action":"block"' in line and b'"earlier"' not in line}
        killed += process.returncode == -signal.SIGKILL
        if process.returncode == 1:
            break
    with installation.store.read() as reader:
        run = reader.runs(10)[-1]
        counts = reader.counts(NOON.date().replace(year=2000), NOON.date().replace(year=2100))
        hits = reader.hits(HitFilter(limit=1000))
    # Each file was counted exactly once, whatever was killed when; each known one is a hit exactly once.
    assert sum(number for key, number in counts.items() if key.action is not None) == files
    assert (run.files, run.hits) == (files, len(known))
    assert sorted(int(Path(hit.reference or "").name) for hit in hits) == known
    assert len(told) <= len(known)
    assert killed == ROUNDS
