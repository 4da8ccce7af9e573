"""What is not documented fails. Links inside the pages are Sphinx's to check, with warnings as errors."""

import dataclasses
import enum
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from clew import errors
from clew.cli import main
from clew.cli.main import COMMANDS
from clew.parts.stores._evidence import Kept
from clew.pipelines.verification_run import FaultKind
from clew.records.evidence import ProcessKind
from clew.records.hashlist import Action, Right, ServiceKind, Standing
from clew.records.match import Channel
from clew.records.screening import Purpose, Scope
from clew.records.signal import Reason
from clew.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)


def read(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def rows(page: str) -> dict[str, list[str]]:
    """The rows of a page's tables, by what stands in code in the first cell."""
    found = {}
    for line in read(page).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        first = re.fullmatch(r"`([^`]+)`|(\d+)", cells[0].strip("| ")) if line.startswith("|") else None
        if first:
            found[first[1] or first[2]] = cells
    return found


# ---- settings


def all_settings() -> Iterator[tuple[str, str, object]]:
    """Each setting's name, variable and default."""
    for outer in dataclasses.fields(Settings):
        if isinstance(outer.type, type) and dataclasses.is_dataclass(outer.type):
            for inner in dataclasses.fields(outer.type):
                yield f"{outer.name}.{inner.name}", f"CLEW_{outer.name}_{inner.name}".upper(), inner.default
        else:
            yield outer.name, f"CLEW_{outer.name}".upper(), outer.default


@pytest.mark.parametrize(("name", "variable", "default"), list(all_settings()))
def test_every_setting_is_documented_with_its_variable_and_default(name: str, variable: str, default: object) -> None:
    cells = rows("settings.md")[name]
    assert cells[1] == f"`{variable}`"
    text = str(default).lower() if isinstance(default, bool) else str(default)
    text = ", ".join(default) if isinstance(default, tuple) else text
    assert cells[2] == (f"`{text}`" if text else "*(empty)*")
    assert len(cells[3]) > len("some meaning")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    assert set(rows("settings.md")) == {name for name, _, _ in all_settings()}


# ---- commands


def options_of(name: str) -> Iterator[tuple[str, str]]:
    """Each subcommand of a command, with itself and each of its options."""
    command = typer.main.get_command(importlib.import_module(COMMANDS[name][0]).app)
    group = getattr(command, "commands", None)
    for sub, each in (group or {"": command}).items():
        heading = f"clew {name} {sub}".strip()
        yield heading, heading
        for parameter in each.params:
            longest = max(parameter.opts, key=len)
            if longest.startswith("--") and parameter.name not in {"help", "install_completion", "show_completion"}:
                yield heading, longest


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_with_every_option(name: str) -> None:
    _, found, rest = read("commands.md").partition(f"\n## `clew {name}`\n")
    assert found
    section = f"# `clew {name}`\n" + rest.split("\n## ")[0]
    missing = []
    for heading, text in options_of(name):
        _, found, part = section.partition(f"# `{heading}`\n")
        if not found or (text.startswith("--") and text not in part.split("\n### ")[0]):
            missing.append(f"{heading}: {text}")
    assert not missing


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example_of_it(name: str) -> None:
    command = typer.main.get_command(importlib.import_module(COMMANDS[name][0]).app)
    group = getattr(command, "commands", None) or {"": command}
    without = [sub for sub, each in group.items() if f"clew {name} {sub}".strip() not in (each.epilog or "")]
    assert without == []


def test_no_command_is_documented_that_does_not_exist() -> None:
    assert re.findall(r"(?m)^## `clew (\w+)`$", read("commands.md")) == list(COMMANDS)


# ---- errors and exit codes


def error_classes(root: type[errors.ClewError] = errors.ClewError) -> Iterator[type[errors.ClewError]]:
    yield root
    for each in root.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from error_classes(each)


@pytest.mark.parametrize("kind", list(error_classes()))
def test_every_error_is_documented_with_exit_code_status_and_retry(kind: type[errors.ClewError]) -> None:
    cells = rows("errors.md")[kind.__name__]
    assert cells[1:4] == [str(kind.exit_code), str(kind.http_status), "yes" if kind.retry else "no"]


def test_every_exit_code_is_documented() -> None:
    codes = {each.exit_code for each in error_classes()} | {0, 1, 6} | {main._BAD_INPUT, main._INTERNAL}
    codes |= {main._INTERRUPTED, main._UNREAD, main._TERMINATED}
    assert {int(first) for first in rows("errors.md") if first.isdigit()} == codes


# ---- words


@pytest.mark.parametrize(
    ("words", "page"),
    [
        (Reason, "methods/screening.md"),
        (Action, "methods/screening.md"),
        (Channel, "methods/screening.md"),
        (ServiceKind, "glossary.md"),
        (Right, "glossary.md"),
        (Standing, "glossary.md"),
        (Purpose, "legal.md"),
        (Scope, "commands.md"),
        (Kept, "commands.md"),
        (ProcessKind, "commands.md"),
        (FaultKind, "commands.md"),
    ],
)
def test_every_word_that_a_user_meets_is_explained(words: type[enum.StrEnum], page: str) -> None:
    text = read(page)
    assert not [word.value for word in words if f"`{word.value}`" not in text]


# ---- the HTTP service


def test_every_route_of_the_interface_is_documented() -> None:
    from clew.web.rules import RULES

    text = read("guides/http.md")
    wanted = [rule for rule in RULES if rule.path.startswith(("/api/", "/healthz", "/readyz", "/metrics"))]
    missing = [f"{rule.method} {rule.path}" for rule in wanted if f"{rule.method} {rule.path}" not in text]
    assert not missing


def test_every_metric_is_documented() -> None:
    source = (ROOT / "src" / "clew" / "web" / "metrics.py").read_text("utf-8")
    text = read("guides/operate.md")
    assert not [name for name in re.findall(r'"(clew_\w+)"', source) if name not in text]


# ---- the pages themselves


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_path_that_a_page_names_exists(page: Path) -> None:
    """Paths in code, with a folder and a suffix of ours; those of the reader's own machine begin with a slash."""
    named = re.findall(r"`((?:[\w-]+/)+[\w.*-]+\.(?:py|md|inl|cpp|hpp|toml|lock|svg|css))`", page.read_text("utf-8"))
    places = (ROOT, ROOT / "src" / "clew", DOCS)
    assert not [path for path in named if not any(list(place.glob(path)) for place in places)]


def test_the_pages_load_nothing_from_elsewhere() -> None:
    """The theme's files are our own; an extension or an option could change that."""
    conf = (DOCS / "conf.py").read_text("utf-8")
    assert "://" not in conf
    assert "mathjax" not in conf
    drawings = [file.read_text("utf-8") for file in DOCS.rglob("*.svg") if "_build" not in file.parts]
    assert not [text for text in drawings if re.search(r"(?:href|src|url\()\W*https?:", text)]


def test_every_decision_says_what_would_change_it() -> None:
    for page in sorted((DOCS / "decisions").glob("0*.md")):
        text = page.read_text("utf-8")
        parts = re.findall(r"(?m)^\*\*(Context|Decision|Consequences|What would change it)\.\*\*", text)
        assert parts == ["Context", "Decision", "Consequences", "What would change it"], page.name
        assert re.search(r"(?m)^\d{1,2} [A-Z][a-z]+ \d{4}$", text), f"{page.name} has no date"
