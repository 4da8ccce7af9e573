import resource
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from clew.errors import NotFoundError, RefusedError, UnavailableError
from clew.pipelines.list_exports import export_list
from clew.pipelines.list_forms import get_exchange
from clew.pipelines.sources import SourceClaim, put_source
from clew.records.hashlist import Right
from clew.records.identifiers import ListName
from tests.pipelines.list_desk import ACTOR, CLAIM, NAME, csv, md5


def export(desk, path: Path, *, form: str = "csv", **more):
    return export_list(desk.store, NAME, path, part=get_exchange(form), actor=ACTOR, clock=desk.clock, **more)


def test_a_list_without_the_right_is_not_exported_and_the_message_says_what_to_record(desk, tmp_path) -> None:
    desk.bring(csv(1), source=replace(CLAIM, rights=frozenset()))
    path = tmp_path / "a.csv"
    with pytest.raises(RefusedError, match=r"'ncmec' does not grant export.*clew lists source ncmec --right export"):
        export(desk, path)
    assert list(tmp_path.glob("*.csv")) == []
    assert desk.audit("list.export") == []

    put_source(desk.store, SourceClaim(name="ncmec", rights=CLAIM.rights), actor=ACTOR, clock=desk.clock)
    assert export(desk, path).entries == 1


def test_the_right_to_share_is_none_to_export(desk, tmp_path) -> None:
    desk.bring(csv(1), source=replace(CLAIM, rights=frozenset({Right.SHARE})))
    with pytest.raises(RefusedError, match="does not grant export"):
        export(desk, tmp_path / "a.csv")


def test_a_right_ends_with_the_legal_basis(desk, tmp_path) -> None:
    desk.bring(csv(1), source=replace(CLAIM, until=desk.clock.at.replace(day=3)))
    desk.clock.pass_days(2)
    with pytest.raises(RefusedError, match="legal basis of the source 'ncmec' ended"):
        export(desk, tmp_path / "a.csv")


def test_an_export_is_whole_private_and_audited(any_desk, tmp_path) -> None:
    any_desk.bring(csv(1, 2, 3))
    path = tmp_path / "a.csv"
    outcome = export(any_desk, path)
    assert (outcome.entries, outcome.left_out) == (3, {})
    assert len(path.read_text().splitlines()) == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.csv"]
    assert any_desk.audit("list.export") == [
        {"actor": ACTOR, "subject": "list:national-a", "format": "csv", "entries": 3, "left_out": 0}
    ]


def test_a_file_that_is_there_is_replaced_only_by_force(desk, tmp_path) -> None:
    desk.bring(csv(1))
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(RefusedError, match="is there already; --force"):
        export(desk, path)
    assert path.read_text() == "mine"
    assert export(desk, path, force=True).entries == 1
    assert path.read_text() != "mine"
    with pytest.raises(RefusedError, match="is there already"):
        export(desk, tmp_path, force=True)


def test_a_disk_that_is_full_leaves_the_old_file_and_no_rest(desk, tmp_path) -> None:
    desk.bring(csv(*range(1, 3_000)))
    path = tmp_path / "a.csv"
    path.write_text("mine")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(
            UnavailableError,
            match=r"a\.csv cannot be written: File too large; what stood there, if anything, stands there still",
        ):
            export(desk, path, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.csv"]


def test_a_folder_that_is_not_there_is_said(desk, tmp_path) -> None:
    desk.bring(csv(1))
    with pytest.raises(UnavailableError, match="No such file or directory"):
        export(desk, tmp_path / "none" / "a.csv")


def test_expired_entries_do_not_leave(desk, tmp_path) -> None:
    desk.bring(csv(1, columns=",expires_at", cells=",2026-06-02") + f"md5,{md5(2).hex()},\n")
    desk.clock.pass_days(1)
    assert export(desk, tmp_path / "a.csv").entries == 1


@pytest.mark.parametrize("form", ["csv", "jsonlines", "vics"])
def test_what_is_exported_can_be_imported_again(any_desk, tmp_path, form: str) -> None:
    any_desk.bring(csv(*range(1, 100), columns=",category", cells=",vics-us:1"), vetted=True)
    path = tmp_path / "out"
    export(any_desk, path, form=form)
    again = any_desk.bring(path.read_bytes(), form=form, name=ListName("again"), vetted=True)
    assert (again.new, again.faults) == (99, 0)
    first, second = any_desk.entries(), any_desk.entries(ListName("again"))
    assert {(each.value, each.category, each.vetted) for each in first} == {
        (each.value, each.category, each.vetted) for each in second
    }


def test_progress_tells_every_entry(desk, tmp_path) -> None:
    desk.bring(csv(*range(1, 2_501)))
    told: list[int] = []
    export(desk, tmp_path / "a.csv", advance=told.append)
    assert told == [1_000, 2_000, 2_500]


def test_a_list_that_is_not_there_is_said(desk, tmp_path) -> None:
    with pytest.raises(NotFoundError, match="no list 'national-a'; there are: none yet"):
        export(desk, tmp_path / "a.csv")
