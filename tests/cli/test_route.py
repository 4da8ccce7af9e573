"""`clew route`, `clew recipients`, `clew refer`, `clew referrals`, as a person types them."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines.recipient_files import form_text
from tests.pipelines.routing_desk import RoutingDesk, ip, open_desk, report

Command = Callable[..., tuple[int, str, str]]

# What a process may never do while it routes: make a socket that leaves the machine, or ask for a name.
OFFLINE = """
import sys

def deny(event, arguments):
    if event == "socket.__new__" and arguments[1] in (2, 10):
        raise SystemExit(f"a socket of family {arguments[1]}")
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto"}:
        raise SystemExit(event)

sys.addaudithook(deny)
from clew.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def command(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def typed(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(tmp_path / "data"), *words])
        return code, *capfd.readouterr()

    monkeypatch.setenv("CLEW_GEOGRAPHY_FILES", f"mmdb:{tmp_path / 'a.mmdb'}, mmdb:{tmp_path / 'b.mmdb'}")
    monkeypatch.setenv("CLEW_GEOGRAPHY_EXITS", str(tmp_path / "exits"))
    return typed


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoutingDesk]:
    """The store that the commands open, with its files beside it."""
    (tmp_path / "data").mkdir()
    store = load("stores", "sql", StorePart).open(f"sqlite:///{tmp_path / 'data' / 'clew.db'}")
    store.migrate()
    yield open_desk(store, tmp_path)
    store.close()


def test_an_address_is_routed_with_every_reason_in_sight(desk: RoutingDesk, command: Command) -> None:
    code, out, _ = command("route", "--address", "192.0.2.200@2026-05-01T12:00:00Z:40123")
    assert code == 0
    assert "contested" in out
    assert "a.mmdb says NL; b.mmdb says BE" in out
    assert "nl-desk" in out


@pytest.mark.parametrize(
    ("given", "port", "at"),
    [
        ("192.0.2.66", None, None),
        ("192.0.2.66:40123", 40123, None),
        ("192.0.2.66@2026-05-01T12:00:00Z", None, "2026"),
        ("192.0.2.66@2026-05-01T14:00:00+02:00:40123", 40123, "2026"),
        ("[2001:db8::1]:443", 443, None),
        ("2001:db8::1@2026-05-01T12:00Z", None, "2026"),
        ("[2001:db8::1]@2026-05-01T12:00:00.5Z:443", 443, "2026"),
        ("2001:db8::1", None, None),
    ],
)
def test_address_time_and_port_are_told_apart(
    desk: RoutingDesk, command: Command, given: str, port: int | None, at: str | None
) -> None:
    code, out, _ = command("route", "--address", given, "--json")
    told = json.loads(out)["whereabouts"][0]
    shared = "192.0.2.66" in given
    assert code == 0
    assert [each["for"] for each in told["votes"]] == [{"NL": 1.0}]
    # The list of shared addresses is of the event's time, so it is asked only where a time was given.
    assert bool(told["not_attributable"]) == (shared and port is None and at is not None)


@pytest.mark.parametrize(
    "given", ["", "boats", "192.0.2.7@noon", "192.0.2.7@2026-13-01T12:00:00Z", "192.0.2.7:0", "192.0.2.7:99999"]
)
def test_what_is_no_address_is_refused(desk: RoutingDesk, command: Command, given: str) -> None:
    code, _, err = command("route", "--address", given)
    assert code == 2
    assert err.startswith("clew: ")


def test_reports_or_an_address_and_not_both(desk: RoutingDesk, command: Command) -> None:
    assert command("route")[0] == 2
    assert command("route", "1", "--address", "192.0.2.7")[0] == 2


def test_a_report_is_routed_and_its_sender_asked_once(desk: RoutingDesk, command: Command) -> None:
    number = desk.take(report(), ip("192.0.2.66", port=None))
    code, out, _ = command("route", str(number), "--ask")
    assert code == 0
    assert "not attributable: report 1: subjects[0].ip_events[0]" in out
    assert out.endswith("asked: 1\n")
    assert "asked: 1" not in command("route", str(number), "--ask")[1]


def test_routing_opens_no_socket_and_asks_for_no_name(desk: RoutingDesk, command: Command, tmp_path: Path) -> None:
    for words in (["--address", "192.0.2.200@2026-05-01T12:00:00Z:40123"], ["--address", "2001:db8::1"]):
        arguments = ["--data-dir", str(tmp_path / "data"), "route", *words, "--json"]
        done = subprocess.run(
            [sys.executable, "-c", OFFLINE, *arguments], env=os.environ, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["whereabouts"][0]["votes"]


def test_the_network_is_truly_denied_in_that_test() -> None:
    for attempt in ("socket.create_connection(('192.0.2.1', 9))", "socket.getaddrinfo('a.example', 9)"):
        code = OFFLINE.partition("from clew")[0] + f"import socket; {attempt}"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 1


def test_recipients_are_imported_listed_shown_and_checked(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "us.toml"
    path.write_text(command("recipients", "form", "us-task-forces")[1])
    assert path.read_text() == form_text("us-task-forces")
    assert command("recipients", "import", str(path))[1].startswith("61 recipients added, 0 changed, 0 as they were")
    lines = [json.loads(each) for each in command("recipients", "list", "--country", "us", "--json")[1].splitlines()]
    assert len(lines) == 61
    assert "no contact is known" in lines[0]["lacks"]
    assert "not usable" in command("recipients", "list")[1]
    assert "no channel is known" in command("recipients", "show", "us-wy")[1]
    code, out, _ = command("recipients", "check", "--json")
    found = [json.loads(each) for each in out.splitlines()]
    assert code == 6
    assert (len(found), found[-1]["concern"]) == (62, "gap")
    assert command("recipients", "show", "mars")[0] == 2


def test_a_table_in_order_passes_the_check(desk: RoutingDesk, command: Command, tmp_path: Path) -> None:
    whole = tmp_path / "be.csv"
    whole.write_text(
        "id,name,kind,country,valid_from,legal_basis,channel,contact,confirmed_at\n"
        "be-bare,Desk,police,BE,2026-01-01,agreement,portal,desk,2999-01-01\n"
        "nl-desk,Desk,police,NL,2026-01-01,agreement,portal,desk,2999-01-01\n"
    )
    assert command("recipients", "import", str(whole))[0] == 0
    assert command("recipients", "check")[:2] == (0, "nothing found\n")


def test_a_report_is_referred_listed_and_marked(desk: RoutingDesk, command: Command, tmp_path: Path) -> None:
    number = desk.take(report(), ip("192.0.2.7"))
    target = tmp_path / "referral.zip"
    words = ("refer", str(number), "--to", "nl-desk", "--because", "the address", "--out", str(target))
    code, out, _ = command(*words, "--json")
    told = json.loads(out)
    assert (code, told["reports"]) == (0, [1])
    with zipfile.ZipFile(target) as archive:
        assert f"{told['package']}/manifest.sig" in archive.namelist()
    assert target.stat().st_mode & 0o077 == 0
    assert command(*words)[0] == 3
    code, out, _ = command("referrals", "mark", told["referral"], "sent", "--told", "by courier")
    assert (code, out) == (0, f"{told['referral']}: sent\n")
    assert command("referrals", "mark", told["referral"], "made")[0] == 3
    (line,) = command("referrals", "list", "--report", "1", "--state", "sent", "--json")[1].splitlines()
    assert json.loads(line)["told"] == "by courier"
    assert command("referrals", "list", "--state", "made", "--json")[1] == ""


def test_a_refused_referral_leaves_no_archive(desk: RoutingDesk, command: Command, tmp_path: Path) -> None:
    number = desk.take(report())
    target = tmp_path / "referral.zip"
    words = ("refer", str(number), "--to", "be-bare", "--because", "the address", "--out", str(target))
    code, _, err = command(*words)
    assert (code, "no channel is known" in err) == (3, True)
    assert not target.exists()
