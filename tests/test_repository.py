"""What may stand in the repository, and what may not."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))

# In pieces, so that this file does not name them itself.
REGISTRY_HOSTS = tuple(
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
        ("crates", "io"),
    )
)
# What builds the extension; it is not needed at run time and is passed on with nothing.
BUILD_TOOLS = {"cmake", "nanobind", "ninja", "packaging", "pathspec", "scikit-build-core"}
LARGEST_BYTES = 600_000
LONGEST_LINE = 2_000


def kept_files() -> list[Path]:
    """Every file that is tracked, or would be by the next `git add`."""
    found = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if found.returncode != 0:
        pytest.skip("not a git checkout")
    files = (ROOT / name.decode() for name in found.stdout.split(b"\0") if name)
    return sorted(file for file in files if file.is_file())


def texts() -> list[tuple[Path, str]]:
    found = []
    for file in kept_files():
        content = file.read_bytes()
        if b"\0" not in content:
            found.append((file.relative_to(ROOT), content.decode("utf-8")))
    return found


def test_no_file_names_a_package_registry() -> None:
    wrong = [f"{file} names {host}" for file, text in texts() for host in REGISTRY_HOSTS if host in text.lower()]
    assert not wrong


def test_no_file_that_records_registry_addresses_is_kept() -> None:
    assert not {file.name for file in kept_files()} & {"uv.lock", "pylock.toml", "Pipfile.lock", "poetry.lock"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_a_hash_for_each_package_and_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
    packages = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert packages
    assert not [package.split()[0] for package in packages if "--hash=sha256:" not in package]


def test_there_is_a_lock_for_running_for_testing_and_for_measuring() -> None:
    assert [lock.stem for lock in LOCKS] == ["bench", "dev", "run"]


def test_the_browser_lock_has_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert lock["packages"]
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert not [name for name, package in lock["packages"].items() if name and "integrity" not in package]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    folders = [f"{ROOT}/", re.escape(f"{Path.home()}/"), r"/Users/\w", r"[A-Z]:\\Users\\"]
    pattern = re.compile("|".join(folder for folder in folders if folder != "//"))
    wrong = [f"{file}: {found[0]}" for file, text in texts() if (found := pattern.search(text))]
    assert not wrong


def test_no_file_is_large() -> None:
    assert not [file for file in kept_files() if file.stat().st_size > LARGEST_BYTES]


def test_no_third_partys_minified_file_is_kept() -> None:
    scripts = [(file, text) for file, text in texts() if file.suffix in {".js", ".css", ".mjs"}]
    assert not [file for file, _ in scripts if ".min." in file.name or "vendor" in file.parts]
    assert not [file for file, text in scripts if max(map(len, text.splitlines()), default=0) > LONGEST_LINE]


def test_every_library_that_runs_with_clew_stands_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / "requirements" / "run.lock").read_text("utf-8")))
    missing = [name for name in sorted(locked - BUILD_TOOLS) if not re.search(rf"(?<![\w-]){name}(?![\w-])", notice)]
    assert not missing


def test_the_licence_is_whole_and_named() -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence
    assert "9. Accepting Warranty or Additional Liability" in licence
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE", "NOTICE"]


def test_nothing_is_pickled() -> None:
    pattern = re.compile(r"(?m)^\s*(?:import|from)\s+(?:pickle|cPickle|dill|marshal|shelve|joblib)\b")
    assert not [file for file, text in texts() if file.parts[0] == "src" and pattern.search(text)]


def test_a_note_of_a_change_says_its_kind_in_its_name() -> None:
    kinds = "added|changed|deprecated|removed|fixed|security"
    notes = [file.name for file in (ROOT / "changes").iterdir() if file.name != "README.md"]
    assert not [name for name in notes if not re.fullmatch(rf"[a-z0-9-]+\.({kinds})\.md", name)]


def test_no_text_ends_a_line_with_spaces_or_carriage_returns() -> None:
    # Within Markdown two spaces would break a line without being seen.
    wrong = []
    for file, text in texts():
        if "vectors" not in file.parts and re.search(r"[ \t\r]+$", text, re.MULTILINE):
            wrong.append(file)
    assert not wrong
