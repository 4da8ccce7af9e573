"""The checklist before the first report."""

from dataclasses import replace
from pathlib import Path

import pytest

from clew.parts.stores.base import Store
from clew.pipelines.onboarding import checklist
from clew.settings import Reporting, Settings

READY = Reporting(
    filing=True,
    test_user="esp",
    test_password="word",
    last_name="Harbour",
    email="reports@forum.example",
    emergency_contact="+1 555 0100",
    registered="2026-03-01",
)


def weak(store: Store, jurisdiction: str = "us", **reporting: object) -> list[str]:
    settings = Settings(jurisdiction=jurisdiction, reporting=replace(READY, **reporting))  # type: ignore[arg-type]
    with store.read() as reader:
        return [each.told for each in checklist(settings, reader) if not each.good]


def test_a_platform_that_is_ready_is_told_nothing(store: Store):
    assert weak(store) == []


@pytest.mark.parametrize(
    "name", ["email", "last_name", "emergency_contact", "registered", "test_user", "test_password"]
)
def test_what_is_not_set_is_named(store: Store, name: str):
    (told,) = weak(store, **{name: ""})
    assert name.rsplit("_", maxsplit=1)[-1] in told


@pytest.mark.parametrize("url", ["http://report.example/ispws", "report.example"])
def test_an_address_that_would_send_in_clear_is_named(store: Store, url: str):
    (told,) = weak(store, test_url=url)
    assert "https" in told


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://report.example/ispws", "over TLS, with its certificate checked"),
        ("http://127.0.0.1:8091/ispws", "on this machine and is called without TLS"),
    ],
)
def test_how_the_recipient_is_called_is_said_as_it_is(store: Store, url: str, said: str):
    settings = Settings(reporting=replace(READY, test_url=url))
    with store.read() as reader:
        told = [each.told for each in checklist(settings, reader)]
    assert any(said in each for each in told), told


def test_certificates_that_cannot_be_read_are_named(store: Store, tmp_path: Path):
    (told,) = weak(store, authority_file=str(tmp_path / "none.pem"))
    assert "certificates" in told


@pytest.mark.parametrize("jurisdiction", ["uk", "eu"])
def test_where_the_recipient_has_no_open_interface_the_folder_is_asked_for(store: Store, jurisdiction: str):
    assert any("folder" in told for told in weak(store, jurisdiction))
    assert weak(store, jurisdiction, clearinghouse="folder") == []


def test_filing_that_is_off_is_no_fault_as_long_as_nothing_waits(store: Store):
    assert weak(store, filing=False) == []
