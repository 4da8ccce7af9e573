"""The table of recipients: from a file, all or nothing, and what is wrong with it said."""

import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clew.errors import InputError, NotFoundError
from clew.parts.stores.base import Store
from clew.pipelines import recipients
from clew.pipelines.recipient_files import form_text, read_recipients
from clew.pipelines.recipients import Concern, Imported
from clew.records.audit import AuditFilter
from clew.records.identifiers import RecipientId
from clew.records.report import IncidentType

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
WHOLE = """
[[recipient]]
id = "nl-desk"
name = "National desk"
kind = "central"
country = "NL"
valid_from = 2026-01-01
legal_basis = "agreement of 2025"
language = "nl"
channel = "portal"
contact = "desk 4"
confirmed_at = 2026-04-01
takes = ["material", "enticement"]
priority = 3
"""
SHEET = (
    "\ufeffid;name;kind;country;valid_from;legal_basis;language;channel;contact;confirmed_at;takes;priority\r\n"
    "nl-desk;National desk;central;NL;2026-01-01;agreement of 2025;nl;portal;desk 4;2026-04-01;"
    "material enticement;3\r\n"
)


def written(folder: Path, text: str, name: str = "recipients.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def bring(store: Store, path: Path) -> Imported:
    return recipients.import_recipients(store, path, actor="user:ada", clock=lambda: NOW)


def test_toml_and_a_spreadsheet_say_the_same(tmp_path: Path) -> None:
    (one,) = read_recipients(written(tmp_path, WHOLE))
    assert read_recipients(written(tmp_path, SHEET, "a.csv")) == [one]
    assert read_recipients(written(tmp_path, SHEET.replace(";", ","), "b.csv")) == [one]
    assert one.takes == {IncidentType.MATERIAL, IncidentType.ENTICEMENT}
    assert one.lacks(NOW.date()) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no recipient"),
        ("x = 1", "and nothing else"),
        ("[[recipient]", "is no TOML"),
        ("[[recipient]]\nid = 'a'", "name, kind, country must be given"),
        (WHOLE + WHOLE, "'nl-desk' stands there twice"),
        (WHOLE.replace("nl-desk", "NL desk"), "id must be small letters"),
        (WHOLE.replace('"NL"', '"Holland"'), "country must be ISO 3166-1"),
        (WHOLE.replace("central", "spies"), "kind must be one of task-force"),
        (WHOLE.replace("2026-04-01", '"last week"'), "confirmed_at must be a day"),
        (WHOLE.replace("material", "anything"), "takes must be of material"),
        (WHOLE.replace("priority = 3", "priority = -1"), "priority must be a number"),
        (WHOLE.replace("2026-01-01", "2026-01-01\nvalid_until = 2026-01-01"), "valid_until must be after"),
        (WHOLE + "county = 'west'\n", "a county needs its region"),
        (WHOLE + "email = 'a'\n", "no such field: email"),
        (WHOLE.replace("desk 4", "desk\\u0000"), "contact must be a line"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole_and_names_it(store: Store, tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        bring(store, written(tmp_path, text))
    with store.read() as reader:
        assert reader.recipients() == []


def test_a_spreadsheet_row_with_more_cells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2: more cells"):
        read_recipients(written(tmp_path, "id,name,kind,country\na,b,police,NL,x\n", "a.csv"))


def test_an_import_adds_changes_and_leaves_and_says_so_in_the_audit(store: Store, tmp_path: Path) -> None:
    assert bring(store, written(tmp_path, WHOLE)) == Imported(added=1, changed=0, unchanged=0)
    assert bring(store, written(tmp_path, WHOLE)) == Imported(added=0, changed=0, unchanged=1)
    other = WHOLE.replace("desk 4", "desk 5")
    assert bring(store, written(tmp_path, other)) == Imported(added=0, changed=1, unchanged=0)
    with store.read() as reader:
        lines = reader.audit_lines(AuditFilter(subject="recipient:nl-desk"))
    events = [(each.event.act, each.event.facts["changed"]) for each in lines if each.event]
    assert events == [("recipient.change", "contact"), ("recipient.add", None)]
    assert "desk 5" not in str(lines)


def test_the_form_of_the_61_task_forces_has_their_structure_and_no_contact(store: Store, tmp_path: Path) -> None:
    rows = tomllib.loads(form_text("us-task-forces"))["recipient"]
    by_state = Counter(each["region"] for each in rows)
    assert (len(rows), len(by_state)) == (61, 50)
    assert {state: count for state, count in by_state.items() if count > 1} == {
        "CA": 5,
        "FL": 3,
        "TX": 3,
        "NY": 2,
        "IL": 2,
        "VA": 2,
    }
    assert bring(store, written(tmp_path, form_text("us-task-forces"))).added == 61
    with store.read() as reader:
        known = reader.recipients()
    assert all("confirm before use" in each.name for each in known)
    assert not any(each.channel or each.contact or each.legal_basis or each.county for each in known)
    assert all(each.lacks(NOW.date()) for each in known)


def test_a_form_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="there are: us-task-forces"):
        form_text("mars")


def test_the_check_names_what_cannot_be_used_what_is_stale_and_countries_without_any(tmp_path: Path) -> None:
    (good,) = read_recipients(written(tmp_path, WHOLE))
    old = replace(good, id=RecipientId("old"), confirmed_at=date(2025, 1, 1))
    bare = replace(good, id=RecipientId("bare"), country="BE", channel="", contact="")
    found = recipients.check([good, old, bare], NOW.date())
    assert [(each.concern, each.recipient_id, each.country) for each in found] == [
        (Concern.STALE, "old", "NL"),
        (Concern.UNUSABLE, "bare", "BE"),
        (Concern.GAP, None, "BE"),
    ]


def test_an_unknown_recipient_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="clew recipients list"):
        recipients.get_recipient(store, RecipientId("nobody"))
