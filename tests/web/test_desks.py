"""A desk that is not open does not exist."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.records.people import Role
from clew.settings import DESKS
from clew.web.app import route_methods
from clew.web.rules import RULES
from tests.web.web_desk import WebDesk, open_desk


@pytest.fixture(scope="module", params=DESKS)
def alone(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[str, WebDesk]]:
    """A service with one desk, and which."""
    folder = tmp_path_factory.mktemp("web") / "data"
    with open_desk(folder, sqlite_template, desks=(request.param,)) as opened:
        yield request.param, opened


def test_every_desk_has_routes_of_its_own() -> None:
    assert {rule.desk for rule in RULES} == {"", *DESKS}


def test_routes_of_other_desks_are_gone_and_no_others(alone: tuple[str, WebDesk]) -> None:
    name, desk = alone
    there = {(method, path) for path, methods in route_methods(desk.app) for method in methods}
    assert there == {(rule.method, rule.path) for rule in RULES if rule.desk in {"", name}}
    desk.sign_in()
    for rule in RULES:
        if rule.desk not in {"", name}:
            assert desk.call(rule.method, rule.path).status_code == 404


def test_the_console_begins_at_the_desk_that_is_open_and_offers_no_other(alone: tuple[str, WebDesk]) -> None:
    name, desk = alone
    desk.sign_in()
    first = desk.get("/")
    if name == "public":  # its form is no page of the console
        assert first.headers["location"] == "/account"
        return
    page = desk.get(first.headers["location"]) if first.status_code == 303 else first
    assert page.status_code == 200
    assert f'aria-label="{name.capitalize()} desk"' in page.text
    assert "Desk: " not in page.text


def test_two_open_desks_are_offered_and_each_page_says_whose_it_is(shared_desk: WebDesk) -> None:
    shared_desk.sign_in()
    assert 'aria-label="Platform desk"' in shared_desk.get("/").text
    addresses = shared_desk.get("/urls").text
    assert 'aria-label="Clearinghouse desk"' in addresses
    assert '<a href="/">Platform<small>' in addresses


def test_who_reads_counts_only_gets_to_the_counts_of_the_only_desk(tmp_path: Path, sqlite_template: Path) -> None:
    with open_desk(tmp_path / "data", sqlite_template, desks=("clearinghouse",)) as desk:
        desk.sign_in(Role.READ_ONLY)
        assert desk.get("/").headers["location"] == "/order"
        assert desk.get("/order").status_code == 200
