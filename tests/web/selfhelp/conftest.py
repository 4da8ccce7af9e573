from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.settings import Public
from tests.web.selfhelp.public_visitor import Visitor
from tests.web.web_desk import open_desk

NUMBERS = (
    "country,language,country_name,kind,service,number\n"
    "NL,nl,Nederland,emergency,Alarmnummer,112\n"
    "NL,,Netherlands,emergency,Emergency number,112\n"
    "XX,,Harbourland,helpline,Children's line,555 0100\n"
)


@pytest.fixture
def visitor(tmp_path: Path, sqlite_template: Path) -> Iterator[Visitor]:
    (tmp_path / "numbers.csv").write_text(NUMBERS)
    promises = tmp_path / "promises"
    promises.mkdir()
    (promises / "en.txt").write_text("Two people of the\nhotline read it.\n\nNobody <b>else</b> does.\n")
    public = Public(name="Harbour Hotline", numbers=str(tmp_path / "numbers.csv"), promises=str(promises), per_hour=5)
    with open_desk(tmp_path / "data", sqlite_template, desks=("clearinghouse", "public"), public=public) as opened:
        yield Visitor(opened)
