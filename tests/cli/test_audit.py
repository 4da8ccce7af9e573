import json
import sqlite3
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.sealing.checkpoints import read


@pytest.fixture
def clew(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(tmp_path / "data"), *words])
        return code, *capfd.readouterr()

    return command


@pytest.fixture
def audit(clew):
    """Two acts, sealed."""
    for day in ("2026-01-01", "2026-01-02"):
        clew("legal", "set", "private-messages", "--basis", "A regulation", "--since", day)
    clew("audit", "seal")
    return lambda *words: clew("audit", *words)


def lines_of(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_what_waits_is_sealed_by_hand(clew) -> None:
    clew("legal", "set", "private-messages", "--basis", "A regulation", "--since", "2026-01-01")
    assert clew("audit", "seal")[1] == "1 sealed; the log has 1 leaf, and 0 rows wait\n"
    assert clew("audit", "seal")[1] == "0 sealed; the log has 1 leaf, and 0 rows wait\n"


def test_acts_are_shown_by_what_is_asked_for_and_showing_them_is_one(audit) -> None:
    code, out, _ = audit("show", "--act", "legal.set", "--json")
    found = lines_of(out)
    assert (code, [each["leaf"] for each in found]) == (0, [1, 0])
    assert found[0]["subject"] == "purpose:private-messages"
    assert found[0]["facts"]["since"] == "2026-01-02T00:00:00.000Z"  # type: ignore[index]
    assert "audit.read" in audit("show")[1]
    assert audit("show", "--actor", "user:nobody", "--json")[1] == ""
    assert audit("show", "--until", "2020-01-01", "--json")[1] == ""


def test_a_sound_log_says_what_was_looked_at_and_what_is_not_protected(audit) -> None:
    code, out, _ = audit("verify")
    assert code == 0
    first, second = out.splitlines()
    assert first.startswith("sound: 2 of 2 leaves, 2 checkpoints, the last signed at ")
    assert second == "not sealed yet, and so not protected: 0 rows"
    told = lines_of(audit("verify", "--json", "--since", "1")[1])[0]
    assert (told["sound"], told["size"], told["since"], told["faults"]) == (True, 2, 0, [])


def test_a_changed_row_is_named_and_ends_with_5(audit, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data" / "clew.db") as database:
        database.execute("DROP TRIGGER audit_events_keep")
        database.execute("UPDATE audit_events SET actor = 'command:eve' WHERE number = 1")
    database.close()
    code, out, _ = audit("verify")
    assert code == 5
    assert out.startswith("leaf 1: the row is not what was sealed")
    assert "\nNOT SOUND: 2 of 2 leaves" in out
    told = lines_of(audit("verify", "--json")[1])[0]
    assert (told["sound"], told["fault_count"]) == (False, 1)
    assert told["faults"][0]["first"] == 1  # type: ignore[index]


def test_a_checkpoint_is_printed_and_appended_to_a_witness(audit, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    code, out, err = audit("checkpoint", "--witness", str(witness))
    assert (code, read(out).size) == (0, 2)
    assert err.startswith("verifier key: clew/audit/")
    assert witness.read_text() == out
    audit("seal")
    assert audit("verify", "--witness", str(witness))[0] == 0
    code, _, err = audit("verify", "--witness", str(tmp_path / "none"))
    assert (code, "no witness file" in err) == (2, True)


def test_a_log_without_leaves_has_no_checkpoint_to_print(clew) -> None:
    code, _, err = clew("audit", "checkpoint")
    assert (code, "nothing is sealed yet" in err) == (2, True)


def test_a_leaf_is_proved_with_all_that_verifies_it(audit) -> None:
    code, out, _ = audit("prove", "1", "--consistent-with", "1")
    proof = lines_of(out)[0]
    assert code == 0
    assert (proof["leaf"], len(proof["inclusion_path"]), proof["consistency"]["size"]) == (1, 1, 1)  # type: ignore[arg-type, index]
    assert read(str(proof["checkpoint"])).size == 2
    assert proof["event"]["act"] == "legal.set"  # type: ignore[index]
    code, _, err = audit("prove", "9")
    assert (code, "has 2 leaves" in err) == (2, True)


def test_the_export_is_every_leaf_and_the_checkpoint_and_is_an_act_itself(audit) -> None:
    code, out, _ = audit("export")
    *leaves, last = lines_of(out)
    assert (code, [each["leaf"] for each in leaves]) == (0, [0, 1])
    assert read(str(last["checkpoint"])).size == 2
    assert "audit.export" in audit("show")[1]
    assert [each.get("leaf") for each in lines_of(audit("export", "--since", "1")[1])] == [1, None]


def test_a_cleared_record_is_erased_by_a_person_who_is_asked(audit) -> None:
    code, _, err = audit("erase", "user:ada", "--ground", "Order of 2026-03-01")
    assert (code, "is no record of a person outside" in err, "give --yes" in err) == (3, True, False)
    words = ("erase", "purpose:private-messages", "--ground", "Order of 2026-03-01")
    code, _, err = audit(*words)
    assert (code, "give --yes" in err) == (3, True)
    code, out, _ = audit(*words, "--yes")
    assert (code, out) == (0, "gone for good: 2 events of 1 record; the log knows them as audit-key:1\n")
    assert audit("verify")[0] == 0
    assert "A regulation" not in audit("export")[1]
    assert "erased (audit-key:1)" in audit("show")[1]
    code, _, err = audit(*words, "--yes")
    assert (code, "no sealed event bears that subject" in err) == (2, True)
