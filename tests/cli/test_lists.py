import io
import json
import os
import sys
from pathlib import Path

import pytest

from clew.cli.main import run

A = "0cc175b9c0f1b6a831c399e269772661"
B = "92eb5ffee6ae2fec3ad71c777531578f"
NEW_LIST = [
    *("--source", "ncmec", "--kind", "clearinghouse", "--jurisdiction", "US"),
    *("--legal-basis", "Hash sharing agreement of 1 March 2026", "--since", "2026-03-01"),
]


class Command:
    """The real command on an installation of this test's own."""

    def __init__(self, folder: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._captured = captured
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = run(["--data-dir", str(self.folder / "data"), *words])
        self.out, self.err = self._captured.readouterr()
        return code

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]

    def file(self, name: str, content: str) -> str:
        path = self.folder / name
        path.write_text(content)
        return str(path)


@pytest.fixture
def clew(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, capfd)


@pytest.fixture
def filled(clew: Command) -> Command:
    """An installation with one list of two entries."""
    content = f"type,value,category\nmd5,{A},vics-us:1\nmd5,{B},vics-us:2\n"
    assert clew("lists", "import", clew.file("a.csv", content), "--list", "national-a", "--vetted", *NEW_LIST) == 0
    return clew


def test_an_import_says_what_came(clew: Command) -> None:
    path = clew.file("a.csv", f"type,value\nmd5,{A}\nmd5,{B}\n")
    assert clew("lists", "import", path, "--list", "national-a", *NEW_LIST) == 0
    assert clew.out == "national-a: 2 rows read as csv; entries: 2 new, 0 changed, 0 unchanged.\n"
    assert clew.err == ""
    assert clew("lists", "import", path, "--list", "national-a", "--json") == 0
    assert clew.lines[0]["unchanged"] == 2


def test_unusable_rows_end_with_6_and_are_counted_and_named(clew: Command) -> None:
    path = clew.file("a.csv", f"type,value,colour\nmd5,{A},red\nmd5,{A[:-1]},\nphotodna,{B},\n")
    assert clew("lists", "import", path, "--list", "national-a", *NEW_LIST) == 6
    assert clew.out.splitlines()[1:] == [
        "Not known, and not read: colour",
        "2 faults, hashes that could not be used: hash (1); unknown-type (1)",
        "  row 3: MD5 hash must be 32 hex digits, got 31",
        "  row 4: type 'photodna' is not known; known are md5, pdq, sha1, sha256",
    ]
    assert clew("lists", "show", "national-a", "--faults", "--json") == 0
    assert [each.get("row") for each in clew.lines] == [None, 3, 4]
    assert clew("lists", "import", path, "--list", "national-a", "--json") == 6
    assert clew.lines[0]["faults_by_kind"] == {"hash": 1, "unknown-type": 1}


def test_the_first_import_names_every_particular_that_is_missing(clew: Command) -> None:
    path = clew.file("a.csv", f"type,value\nmd5,{A}\n")
    assert clew("lists", "import", path, "--list", "national-a", "--source", "ncmec", "--jurisdiction", "US") == 2
    assert "'ncmec' is not recorded yet" in clew.err
    assert "--kind clearinghouse, --legal-basis" in clew.err
    assert "--jurisdiction US" not in clew.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import", "none.csv", "--list", "x"), 2, "none.csv is not there"),
        (("import", ".", "--list", "x"), 2, "is another thing"),
        (("show", "none"), 2, "no list 'none'; there are: national-a"),
        (("export", "national-a", "--format", "xml", "--out", "x"), 2, "no list format 'xml'"),
        (("export", "national-a", "--format", "csv", "--out", "x"), 3, "does not grant export"),
        (("set", "national-a"), 2, "nothing to change was named"),
        (("set", "national-a", "--within", "pdq"), 2, "--within must be TYPE=BITS"),
        (("set", "national-a", "--within", "pdq=999"), 2, "0 to 256 bits, got 999"),
        (("set", "national-a", "--within", "md5=1"), 2, "or not at all, got 1"),
        (("set", "national-a", "--kept-days", "-1"), 2, "kept days"),
        (("remove", "national-a"), 3, "2 entries? It cannot be undone. Nobody can be asked here; give --yes"),
        (("remove", "national-a", "--value", A), 2, "--type and --value together"),
        (("remove", "national-a", "--type", "md5", "--value", "abc"), 2, "32 hex digits, got 3"),
        (("source", "ncmec", "--jurisdiction", "UK"), 2, "the United Kingdom is GB"),
        (("source", "other", "--kind", "police"), 2, "still to be said"),
        (
            ("opinion", "national-a", "--type", "crc", "--value", A, "--member", "m", "--standing", "negative"),
            2,
            "--type",
        ),
        (("import", "none.csv"), 2, "--list"),
        (
            ("import", "none.csv", "--list", "x", "--since", "yesterday"),
            2,
            "'yesterday' is no date; write it as YYYY-MM-DD or YYYY-MM-DDThh:mm:ss or YYYY-MM-DDThh:mm:ss+hh:mm.",
        ),
    ],
)
def test_what_cannot_be_done_ends_with_its_code_and_says_why(filled: Command, words, code: int, said: str) -> None:
    assert filled("lists", *words) == code
    assert said in filled.err
    assert A not in filled.err
    assert filled.out == ""


def test_show_tells_size_source_ground_and_errors(filled: Command) -> None:
    assert filled("lists", "show", "national-a") == 0
    told = {line[:12].strip(): line[13:] for line in filled.out.splitlines()}
    assert told["entries"] == "md5 2"
    assert told["source"] == "ncmec (clearinghouse, US)"
    assert told["legal basis"] == "in force: Hash sharing agreement of 1 March 2026"
    assert told["rights"] == "matching only"
    assert told["last import"].endswith("Z, 0 faults")
    assert told["near match"] == "review, within pdq 31 of 256 bits (the type's default)"

    assert filled("lists", "show", "--json") == 0
    [state] = filled.lines
    assert (state["list"], state["entries"], state["vetted_entries"]) == ("national-a", {"md5": 2}, 2)
    assert state["source"]["legal_basis"]["in_force"] is True

    assert filled("lists", "show") == 0
    assert "national-a" in filled.out


def test_an_empty_installation_says_what_would_fill_it(clew: Command) -> None:
    assert clew("lists", "show") == 0
    assert "clew lists import FILE --list NAME" in clew.out
    assert clew("lists", "sources") == 0
    assert "There is no source yet" in clew.out


def test_a_granted_list_goes_out_and_comes_in_again(filled: Command) -> None:
    assert filled("lists", "source", "ncmec", "--right", "export") == 0
    assert "rights: export" in filled.out
    for form in ("csv", "jsonlines", "vics"):
        path = str(filled.folder / f"out.{form}")
        assert filled("lists", "export", "national-a", "--format", form, "--out", path) == 0
        assert f"2 entries written to {path} as {form}" in filled.out
        assert filled("lists", "export", "national-a", "--format", form, "--out", path) == 3
        assert "--force replaces a file" in filled.err
        assert filled("lists", "import", path, "--list", form, "--source", "ncmec", "--json") == 0
        assert (filled.lines[0]["new"], filled.lines[0]["format"]) == (2, form)
    assert filled("lists", "source", "ncmec", "--no-rights") == 0
    assert filled("lists", "export", "national-a", "--format", "csv", "--out", str(filled.folder / "x")) == 3


def test_a_list_goes_to_standard_output_whole_and_alone(clew: Command) -> None:
    path = clew.file("a.csv", f"type,value\nmd5,{A}\nsha1,{A}{A[:8]}\n")
    clew("lists", "import", path, "--list", "mixed", *NEW_LIST, "--right", "export")
    assert clew("lists", "export", "mixed", "--format", "jsonlines", "--out", "-") == 0
    assert [each["type"] for each in clew.lines] == ["md5", "sha1"]
    assert clew("lists", "export", "mixed", "--format", "vics", "--out", "-") == 6
    assert len(json.loads(clew.out)["value"]) == 1
    assert "1 sha1: VICS demands" in clew.err
    assert [each.name for each in (clew.folder / "data").iterdir() if each.name.startswith("tmp")] == []


def test_a_file_whose_name_is_not_utf8_goes_out_and_comes_in(filled: Command) -> None:
    filled("lists", "source", "ncmec", "--right", "export")
    path = os.fsdecode(os.fsencode(filled.folder) + b"/caf\xe9.csv")
    for flag in ((), ("--force", "--json")):
        assert filled("lists", "export", "national-a", "--format", "csv", "--out", path, *flag) == 0
        assert "caf" in filled.out
    assert filled("lists", "import", path, "--list", "national-a") == 0
    assert filled("lists", "import", path + "x", "--list", "national-a") == 2


def test_an_export_that_cannot_bear_every_entry_ends_with_6(clew: Command) -> None:
    path = clew.file("a.csv", f"type,value\nmd5,{A}\nsha1,{A}{A[:8]}\n")
    clew("lists", "import", path, "--list", "mixed", *NEW_LIST, "--right", "export")
    words = ("lists", "export", "mixed", "--format", "vics", "--out", str(clew.folder / "x"), "--json")
    assert clew(*words) == 6
    assert clew.lines[0]["left_out"] == {"sha1: VICS demands an MD5 of each record": 1}


def test_a_vics_file_of_an_unknown_region_needs_a_region(clew: Command) -> None:
    document = {
        "@odata.context": "http://x/DataModels/2.0.xml/CUSTOM/$metadata#Media",
        "value": [{"MD5": A, "Category": 0}],
    }
    path = clew.file("a.json", json.dumps(document))
    words = ("lists", "import", path, "--list", "v", *NEW_LIST)
    assert clew(*words) == 2
    assert "ask the sender, then give --region" in clew.err
    assert clew(*words, "--region", "CA") == 0
    assert "Left out: category 0: 'non-pertinent' in some tools" in clew.out
    assert clew(*words, "--region", "CA", "--uncategorised") == 0
    assert "1 new" in clew.out


def test_set_changes_a_list_and_shows_it(filled: Command) -> None:
    assert filled("lists", "set", "national-a", "--within", "pdq=24", "--exact-action", "review", "--unvetted") == 0
    assert "within pdq 24 of 256 bits\n" in filled.out
    assert "0; the list is unvetted" in filled.out
    assert filled("lists", "set", "national-a", "--within", "pdq=default", "--kept-days", "30") == 0
    assert "(the type's default)" in filled.out
    assert "30 days" in filled.out


def test_an_opinion_against_an_entry_is_shown_as_disputed(filled: Command, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(A + "\n"))
    words = ("lists", "opinion", "national-a", "--type", "md5", "--value", "-", "--member", "hotline-b")
    assert filled(*words, "--standing", "negative") == 0
    assert filled.out == "hotline-b says negative. The entry is disputed: it leads to review at most.\n"
    assert filled("lists", "show", "--json") == 0
    assert filled.lines[0]["disputed_entries"] == 1


def test_one_entry_or_a_whole_list_is_removed(filled: Command) -> None:
    assert filled("lists", "remove", "national-a", "--type", "MD5", "--value", A) == 0
    assert filled("lists", "remove", "national-a", "--yes") == 0
    assert filled.out == "The list national-a is removed, with 1 entry.\n"
    assert filled("lists", "show", "national-a") == 2


def test_expire_removes_what_has_expired(clew: Command) -> None:
    path = clew.file("a.csv", f"type,value,expires_at\nmd5,{A},2026-01-01\nmd5,{B},\n")
    assert clew("lists", "import", path, "--list", "x", *NEW_LIST) == 0
    assert "1 of them had expired before they came and do not match." in clew.out
    assert clew("lists", "expire") == 0
    assert clew.out == "1 entry has expired and is removed.\n"


def test_a_list_is_made_empty_for_an_own_desk(clew: Command) -> None:
    assert clew("lists", "create", "own", *NEW_LIST, "--vetted") == 0
    assert clew("lists", "create", "own", *NEW_LIST) == 3
    assert "clew lists set" in clew.err


@pytest.mark.parametrize(
    "command",
    ["import", "show", "export", "create", "set", "remove", "sources", "source", "opinion", "expire"],
)
def test_every_command_has_an_example_in_its_help(clew: Command, command: str) -> None:
    assert clew("lists", command, "--help") == 0
    assert "Example" in clew.out
    assert f"clew lists {command} " in clew.out


def test_an_import_says_how_many_entries_are_vetted_by_their_own_word(clew: Command) -> None:
    path = clew.file("a.csv", f"type,value,vetted\nmd5,{A},yes\nmd5,{B},\n")
    assert clew("lists", "import", path, "--list", "tips", *NEW_LIST) == 0
    assert clew.out.splitlines()[-1] == (
        "1 entry says of itself that it is vetted, though the list is not: an exact match on such an entry can lead to "
        "block."
    )
    assert clew("lists", "import", path, "--list", "tips", "--json") == 0
    assert clew.lines[0]["vetted_by_themselves"] == 1
    assert clew("lists", "set", "tips", "--vetted") == 0
    assert clew("lists", "import", path, "--list", "tips") == 0
    assert "says of itself" not in clew.out


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("block", "block when vetted and undisputed; review when not vetted or disputed"),
        ("review", "review"),
        ("pass", "pass when vetted and undisputed, nobody is asked; review when not vetted or disputed"),
    ],
)
def test_what_an_exact_match_leads_to_is_told_by_case(filled: Command, action: str, said: str) -> None:
    assert filled("lists", "set", "national-a", "--exact-action", action, "--kept-days", "1") == 0
    shown = {line[:12].strip(): line[13:] for line in filled.out.splitlines()}
    assert shown["exact match"] == said
    assert shown["kept"] == "1 day"


def test_a_file_without_a_row_says_so_and_leaves_the_faults_that_are_recorded(clew: Command) -> None:
    rough = clew.file("a.csv", f"type,value\nmd5,{A}\nmd5,abc\n")
    assert clew("lists", "import", rough, "--list", "national-a", *NEW_LIST) == 6
    assert "1 fault, hashes that could not be used" in clew.out
    assert clew("lists", "import", clew.file("b.csv", "type,value\n"), "--list", "national-a") == 0
    assert clew.out == (
        "national-a: nothing was in the file, read as csv: not one row. The list and what is recorded of its last "
        "import stay as they were.\n"
    )
    assert clew("lists", "show", "national-a", "--faults") == 0
    assert "national-a: 1 fault in the last import" in clew.out
