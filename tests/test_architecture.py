"""The house's directions, held: who may import whom. It holds directions, never sizes."""

import ast
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "clew"

# Lowest floor first; a room may import its own floor and those below it.
FLOORS = [
    {"records", "redact"},
    {"errors"},
    {"kernels", "ground", "settings", "addresses"},
    {"parts"},
    {"intake", "matching", "sealing", "review", "reporting", "triage", "hotline", "measurement"},
    {"pipelines"},
    {"cli", "web", "__main__"},
]
STAGES = FLOORS[4]

# One package is the home of each framework; every other outside library has one file.
FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "fastapi": ("web",),
    "starlette": ("web",),
    "typer": ("cli",),
    "rich": ("cli",),
    "sqlalchemy": ("parts/stores",),
    "alembic": ("parts/stores",),
    "PIL": ("parts/decoders", "pipelines/drawing.py"),  # reading in the limited worker; drawing the sample day
    "cryptography": ("ground",),  # signing, sealing
    "msgspec": ("",),  # JSON at each door
    "numpy": ("",),
}
NUMPY_FREE = {"records", "redact", "errors"}


@dataclass(frozen=True)
class Import:
    file: Path
    module: str
    line: int
    inside_function: bool
    type_checking: bool

    @property
    def where(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def imports_of(file: Path) -> list[Import]:
    found: list[Import] = []

    def visit(node: ast.AST, *, inside: bool, typed: bool) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inside = True
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            typed = True
        if isinstance(node, ast.Import):
            found.extend(Import(file, alias.name, node.lineno, inside, typed) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import hides its floor"
            module = node.module or ""
            if module == "clew" or (ROOT.parent / module.replace(".", "/")).is_dir():
                found.extend(Import(file, f"{module}.{alias.name}", node.lineno, inside, typed) for alias in node.names)
            else:
                found.append(Import(file, module, node.lineno, inside, typed))
        for child in ast.iter_child_nodes(node):
            visit(child, inside=inside, typed=typed)

    visit(ast.parse(file.read_text("utf-8")), inside=False, typed=False)
    return found


ALL = [each for file in sorted(ROOT.rglob("*.py")) for each in imports_of(file)]
OURS = [each for each in ALL if each.module.split(".")[0] == "clew" and each.module != "clew.__version__"]


def room(file: Path) -> str:
    return file.relative_to(ROOT).with_suffix("").parts[0]


def target(module: str) -> list[str]:
    return module.split(".")[1:]


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def test_every_room_has_a_floor() -> None:
    rooms = {room(file) for file in ROOT.rglob("*.py")} - {"__init__"}
    assert rooms <= set().union(*FLOORS)


def test_an_upper_floor_imports_lower_ones_only() -> None:
    wrong = [
        each.where
        for each in OURS
        if room(each.file) != "__init__"
        and target(each.module)
        and target(each.module)[0] not in {"_native", "__version__"}
        and floor(target(each.module)[0]) > floor(room(each.file))
    ]
    assert not wrong


def test_a_stage_imports_no_other_stage_and_of_the_parts_only_a_base() -> None:
    wrong = []
    for each in OURS:
        path = target(each.module)
        if room(each.file) not in STAGES or not path:
            continue
        if path[0] in STAGES and path[0] != room(each.file):
            wrong.append(each.where)
        if path[0] == "parts" and (len(path) < 3 or path[2] != "base"):
            wrong.append(each.where)
    assert not wrong


def test_a_shelf_imports_no_other_shelf() -> None:
    wrong = []
    for each in OURS:
        place = each.file.relative_to(ROOT).parts
        path = target(each.module)
        if place[0] == "parts" and len(place) > 2 and path[:1] == ["parts"] and path[1] != place[1]:
            wrong.append(each.where)
    assert not wrong


def test_every_part_ends_with_its_part_and_bears_its_file_name() -> None:
    for shelf in (folder for folder in (ROOT / "parts").iterdir() if (folder / "__init__.py").exists()):
        for file in shelf.iterdir():
            name = file.stem
            if name.startswith("_") or name == "base" or (file.is_file() and file.suffix != ".py"):
                continue
            source = (file / "__init__.py" if file.is_dir() else file).read_text("utf-8")
            assert source.rstrip().splitlines()[-1].startswith("PART"), f"{file} does not end with PART = ..."


def test_only_kernels_touch_the_native_extension() -> None:
    wrong = [each.where for each in ALL if "_native" in each.module and room(each.file) != "kernels"]
    assert not wrong


def test_imports_inside_a_function_stand_only_where_slowness_asks_for_them() -> None:
    wrong = [
        each.where
        for each in ALL
        if each.inside_function and room(each.file) not in {"cli", "__main__"} and each.file.name != "shelf.py"
    ]
    assert not wrong


def test_nothing_of_ours_is_imported_for_types_alone() -> None:
    assert not [each.where for each in OURS if each.type_checking]


def test_each_outside_library_has_one_home() -> None:
    homes: dict[str, set[Path]] = defaultdict(set)
    for each in ALL:
        library = each.module.split(".")[0]
        if library not in sys.stdlib_module_names and library != "clew":
            homes[library].add(each.file.relative_to(ROOT))
    wrong = []
    for library, files in homes.items():
        if library in FRAMEWORKS:
            home = FRAMEWORKS[library]
            wrong += [f"{library} in {file}" for file in files if not file.as_posix().startswith(home)]
        elif len(files) > 1:
            wrong.append(f"{library} in {sorted(map(str, files))}")
    assert not wrong


def test_records_do_no_input_or_output() -> None:
    allowed = {"collections", "dataclasses", "datetime", "enum", "typing", "pathlib", "clew"}
    wrong = [each.where for each in ALL if room(each.file) in NUMPY_FREE and each.module.split(".")[0] not in allowed]
    assert not wrong


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager", "service", "impl"])
def test_no_room_is_named_after_nothing(name: str) -> None:
    assert not list(ROOT.rglob(f"{name}.py"))
