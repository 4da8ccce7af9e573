"""The commands as a person runs them: words, exit codes, JSON lines."""

import json
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.cli.main import COMMANDS, run
from clew.cli.screen import _print_text
from clew.pipelines.folders import ScreenedFile
from clew.records.hashlist import Action
from clew.records.identifiers import EntryId, HitId, ListId, ListName, SignalType, SourceName
from clew.records.match import Channel, Hit, IndexState, Match
from clew.records.signal import Signal
from tests.pictures import encoded, landscape


def clew(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    out, err = capfd.readouterr()
    return code, out, err


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLEW_DECODE_WORKERS", "1")
    return tmp_path


def test_clew_alone_prints_the_map(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = clew(capfd)
    assert code == 0
    assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(capfd: pytest.CaptureFixture[str], name: str) -> None:
    code, out, _ = clew(capfd, name, "--help")
    assert code == 0
    assert "Usage: clew" in out


def test_an_unknown_command_or_flag_is_bad_input(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    assert clew(capfd, "nope")[0] == 2
    assert clew(capfd, "hash", "--colour", "x")[0] == 2


def test_settings_that_are_wrong_are_named_before_anything_is_done(
    capfd: pytest.CaptureFixture[str], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEW_WEB_PORT", "many")
    code, _, err = clew(capfd, "doctor")
    assert code == 2
    assert "web.port must be int" in err


def test_an_error_that_nobody_foresaw_is_internal_and_never_one(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    # 1 means "hits found": a script that blocks on it must not be misled by a crash.
    process = subprocess.run(
        [sys.executable, "-c", "import clew.cli.main as m, sys; m.settings.load = 0; sys.exit(m.run(['doctor']))"],
        capture_output=True,
        check=False,
    )
    assert process.returncode == 5
    assert b"Traceback" in process.stderr


def test_hash_gives_a_json_line_a_file(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "a.jpg").write_bytes(encoded(landscape(seed=4), "JPEG"))
    (data / "b.txt").write_bytes(b"a")
    code, out, _ = clew(capfd, "hash", "--json", str(data / "a.jpg"), str(data / "b.txt"))
    picture, text = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert [each["type"] for each in picture["signals"]] == ["md5", "sha1", "sha256", "pdq"]
    assert len(picture["signals"][3]["value"]) == 64
    assert text["signals"][0]["value"] == "0cc175b9c0f1b6a831c399e269772661"
    assert [(each["type"], each["reason"]) for each in text["unhashable"]] == [("pdq", "not-a-picture")]


def test_hash_ends_with_6_when_something_could_not_be_hashed(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "cut.jpg").write_bytes(encoded(landscape(seed=4), "JPEG")[:40])
    (data / "loop").symlink_to("loop")
    code, out, err = clew(capfd, "hash", str(data / "cut.jpg"), str(data / "loop"))
    assert code == 6
    assert "damaged" in out
    assert "unreadable: Too many levels of symbolic links" in out
    assert "2 of 2 files" in err


@pytest.mark.parametrize("command", ["hash", "screen"])
def test_a_path_where_nothing_is_is_a_slip_and_not_an_empty_folder(
    capfd: pytest.CaptureFixture[str], data: Path, command: str
) -> None:
    code, out, err = clew(capfd, command, str(data), str(data / "gone.jpg"))
    assert (code, out) == (2, "")
    assert "nothing is at" in err


def test_hash_of_an_unknown_type_names_those_that_there_are(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    code, _, err = clew(capfd, "hash", "--type", "crc32", str(data))
    assert code == 2
    assert "there are: md5, pdq, sha1, sha256" in err


def sample_list(capfd: pytest.CaptureFixture[str], data: Path, value: str, *, category: str = "") -> None:
    (data / "list.csv").write_text(f"type,value,category\nmd5,{value},{category}\n")
    source = [
        "--source",
        "us",
        "--kind",
        "own",
        "--jurisdiction",
        "DE",
        "--legal-basis",
        "tests",
        "--since",
        "2026-01-01",
    ]
    code, _, err = clew(capfd, "lists", "import", str(data / "list.csv"), "--list", "ours", "--vetted", *source)
    assert code == 0, err


def test_screen_ends_with_1_on_a_hit_and_0_without(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "up").mkdir()
    (data / "up" / "a").write_bytes(b"a")
    (data / "up" / "b").write_bytes(b"b")
    sample_list(capfd, data, "0cc175b9c0f1b6a831c399e269772661")
    code, out, _ = clew(capfd, "screen", "--json", "--type", "md5", str(data / "up"))
    hit, passed = (json.loads(line) for line in out.splitlines())
    assert code == 1
    assert (hit["action"], hit["matches"][0]["list"], passed["action"]) == ("block", "ours", "pass")
    shown = json.loads(clew(capfd, "hits", "--json")[1])
    assert {name: hit[name] for name in ("matches", "total_matches", "index")} == {
        name: shown[name] for name in ("matches", "total_matches", "index")
    }
    assert (hit["flooded"], passed["flooded"], passed["index"]) == (False, False, None)
    code, out, _ = clew(capfd, "screen", "--type", "md5", str(data / "up" / "b"))
    assert code == 0
    assert out == "1 file screened, 0 hits; not hashed in full: 0, no pictures: 0\n"
    (data / "up" / "c.zip").write_bytes(b"PK\x03\x04")
    code, out, _ = clew(capfd, "screen", str(data / "up" / "b"), str(data / "up" / "c.zip"))
    assert code == 0
    assert "c.zip  no pdq: container" in out
    assert "2 files screened, 0 hits; not hashed in full: 0, no pictures: 2, of them containers: 1\n" in out


def test_what_an_earlier_command_found_is_marked(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    match = Match(
        signal=Signal(type=SignalType("md5"), value=bytes(16)),
        entry_id=EntryId(1),
        value=bytes(16),
        distance=0,
        within_bits=0,
        exact=True,
        list_id=ListId(1),
        list_name=ListName("ours"),
        source=SourceName("us"),
        category=None,
        vetted=True,
        disputed=False,
    )
    hit = Hit(
        id=HitId("1"),
        at=datetime(2026, 3, 1, tzinfo=UTC),
        channel=Channel.FOLDER,
        reference=None,
        action=Action.BLOCK,
        size_bytes=1,
        media_type=None,
        matches=(match,),
        total_matches=1,
        index=IndexState(generation=0, sequence=1),
        run_id=None,
    )
    for earlier in (False, True):
        _print_text(ScreenedFile(path=b"/up/a", action=Action.BLOCK, hit=hit, earlier=earlier))
    first, again = capfd.readouterr().out.splitlines()
    assert again == f"{first}  (found before)"


def test_run_looks_at_its_port_before_it_draws_anything(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = clew(capfd, "run", "--port", str(taken.getsockname()[1]))
    assert (code, "is taken" in err) == (3, True)
    assert not (data / "data" / "sample").exists()


@pytest.mark.parametrize("name", ["CLEW_DECODE_WORKER", "CLEW_DATABSE"])
def test_a_misspelt_variable_is_named(
    capfd: pytest.CaptureFixture[str], data: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    code, _, err = clew(capfd, "doctor")
    assert code == 2
    assert f"{name} is no setting of ours" in err


def test_match_reads_lines_and_names_the_bad_ones(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    sample_list(capfd, data, "0cc175b9c0f1b6a831c399e269772661")
    lines = b"md5 0cc175b9c0f1b6a831c399e269772661\nmd5 xyz\n"
    process = subprocess.run([sys.executable, "-m", "clew", "match"], input=lines, capture_output=True, check=False)
    found, bad = (json.loads(line) for line in process.stdout.splitlines())
    assert process.returncode == 1
    assert (found["type"], found["matches"][0]["distance"], found["matches"][0]["list"]) == ("md5", 0, "ours")
    assert b"1 line could not be read; it is answered with its fault" in process.stderr
    assert bad == {"line": 2, "error": "MD5 hash must be 32 hex digits, got 3"}


def test_a_match_has_one_shape_in_every_command(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "a").write_bytes(b"a")
    sample_list(capfd, data, "0cc175b9c0f1b6a831c399e269772661", category="industry:A1")
    screened = json.loads(clew(capfd, "screen", "--json", "--type", "md5", str(data / "a"))[1])
    command = [sys.executable, "-m", "clew", "match"]
    lines = b"md5 0cc175b9c0f1b6a831c399e269772661\n"
    looked_up = json.loads(subprocess.run(command, input=lines, capture_output=True, check=False).stdout)
    assert looked_up["matches"] == screened["matches"]
    assert looked_up["matches"][0]["category"] == {"scheme": "industry", "code": "A1"}


def test_hits_are_shown_by_action(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "a").write_bytes(b"a")
    sample_list(capfd, data, "0cc175b9c0f1b6a831c399e269772661")
    assert clew(capfd, "screen", "--type", "md5", str(data / "a"))[0] == 1
    assert json.loads(clew(capfd, "hits", "--action", "block", "--json")[1])["action"] == "block"
    assert clew(capfd, "hits", "--action", "review", "--json")[1] == ""
    assert "1 of 1 hit; one with its matches" in clew(capfd, "hits", "--action", "block")[1]


@pytest.mark.parametrize(
    ("how", "code", "name"), [(signal.SIGTERM, 143, "SIGTERM"), (signal.SIGINT, 130, "Ctrl-C")], ids=["TERM", "INT"]
)
def test_a_command_that_is_told_to_end_says_so_and_leaves_no_trace(
    capfd: pytest.CaptureFixture[str], data: Path, how: signal.Signals, code: int, name: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "clew", "match"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"md5 xyz\n" * 1000)  # one batch: once it is answered, the command waits for more
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(how)
        told = process.stderr.read().decode()
        assert process.wait(30) == code
    assert told == f"clew: ended by {name}; what was acknowledged is stored\n"


@pytest.mark.slow
def test_a_screening_that_is_told_to_end_goes_on_later(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "up").mkdir()
    for number in range(3000):
        (data / "up" / f"{number:04}").write_bytes(b"%d" % number)
    command = [sys.executable, "-m", "clew", "screen", "--json", "--type", "md5", str(data / "up")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        told = process.stderr.read().decode()
        assert process.wait(60) == 143
    assert "The same command goes on, --fresh begins anew" in told
    assert "Traceback" not in told


def test_a_reader_that_goes_away_is_neither_a_trace_nor_a_hit(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    for number in range(300):
        (data / f"{number}").write_bytes(b"x")
    process = subprocess.Popen(
        [sys.executable, "-m", "clew", "hash", "--json", "--type", "md5", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 141


def test_doctor_looks_at_everything(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    code, out, _ = clew(capfd, "doctor", "--json")
    told = {each["what"]: each["health"] for each in map(json.loads, out.splitlines())}
    assert code == 0
    assert {"processor", "decode workers", "database", "index", "private-messages", "kept-signals"} <= told.keys()
    assert told["lists"] == "weak"


def test_a_ground_that_was_ended_on_purpose_is_in_order(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    ground = ("--basis", "tests", "--since", "2026-01-01")
    assert clew(capfd, "legal", "set", "kept-signals", *ground)[0] == 0
    assert clew(capfd, "legal", "end", "kept-signals", "--yes")[0] == 0
    assert clew(capfd, "legal", "set", "private-messages", *ground, "--until", "2026-01-02")[0] == 0
    told = {each["what"]: each for each in map(json.loads, clew(capfd, "doctor", "--json")[1].splitlines())}
    assert told["kept-signals"]["health"] == "good"
    assert told["kept-signals"]["told"].startswith("off: ended 20")
    assert told["private-messages"]["health"] == "weak"


def test_doctor_ends_with_4_when_something_is_missing(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    (data / "data").mkdir(mode=0o755)
    (data / "data" / "clew.db").write_bytes(b"this is no database" * 100)
    code, out, _ = clew(capfd, "doctor", "--json")
    told = {each["what"]: each["health"] for each in map(json.loads, out.splitlines())}
    assert code == 4
    assert told["database"] == "missing"
    assert told["data folder"] == "weak"


@pytest.mark.parametrize("above", ["/proc/nowhere", "a-file"])
def test_a_data_folder_that_cannot_be_made_is_missing(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, above: str
) -> None:
    (tmp_path / "a-file").write_bytes(b"")
    code, out, _ = clew(capfd, "--data-dir", str(tmp_path / above / "data"), "doctor", "--json")
    told = {each["what"]: each for each in map(json.loads, out.splitlines())}
    assert code == 4
    assert told["data folder"]["health"] == "missing"
    assert "cannot be made" in told["data folder"]["told"]


def test_index_shows_builds_and_verifies(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    sample_list(capfd, data, "0cc175b9c0f1b6a831c399e269772661")
    _, out, _ = clew(capfd, "index", "show", "--json")
    entries = {each["type"]: each["entries"] for each in map(json.loads, out.splitlines())}
    assert entries == {"md5": 1, "pdq": 0, "sha1": 0, "sha256": 0}
    assert clew(capfd, "index", "build", "md5")[1] == "md5: 1 entry\n"
    assert clew(capfd, "index", "verify")[:2] == (0, "every segment is whole\n")
    assert clew(capfd, "index", "build", "crc32")[0] == 2


def test_parts_says_which_are_ready(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = clew(capfd, "parts", "--json")
    parts = {(each["shelf"], each["part"]): each["state"] for each in map(json.loads, out.splitlines())}
    assert parts["signals", "pdq"] == "ready"
    assert parts["indexes", "hamming"] == "ready"


def test_the_data_folder_may_be_named_after_the_command(capfd: pytest.CaptureFixture[str], data: Path) -> None:
    assert clew(capfd, "index", "show", "--data-dir", str(data / "elsewhere"))[0] == 0
    assert (data / "elsewhere" / "clew.db").exists()


def test_a_table_is_never_cut_to_the_width_of_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    from clew.cli.console import print_table

    print_table(("id", "note"), [("x" * 150, "whole"), ("写真", "\x1b[31m")])
    assert capfd.readouterr().out.splitlines() == [
        "id" + " " * 150 + "note",
        "x" * 150 + "  whole",
        "写真" + " " * 148 + "\\x1b[31m",
    ]


@pytest.mark.parametrize("name", ["no\x1b[2Jlist", "no\nclew: ready", "no\u202elist"])
def test_an_error_writes_no_control_character_of_a_stranger_s_name(
    capfd: pytest.CaptureFixture[str], data: Path, name: str
) -> None:
    code, _, told = clew(capfd, "lists", "show", name)
    assert code != 0
    assert told.startswith("clew: ")
    assert told.count("\n") == 1
    assert all(each.isprintable() for each in told.rstrip("\n"))
