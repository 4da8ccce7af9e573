"""The sample day's cases stand in every state, made by the same sentences as real ones."""

from pathlib import Path

import pytest

from clew.parts.stores._review import JobFilter
from clew.pipelines.files import open_hasher
from clew.pipelines.filing_shown import filing_standing
from clew.pipelines.installation import open_installation
from clew.pipelines.sample import ensure_drawn, ensure_lists
from clew.pipelines.sample_cases import SampleReceiver, make_cases
from clew.pipelines.strongroom import open_strongroom
from clew.pipelines.verification import verify
from clew.records.evidence import HoldKind
from clew.records.filing import FilingState
from clew.records.people import Role
from clew.settings import Decode, Settings
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, clearinghouse_process


@pytest.mark.slow
def test_hits_wait_one_report_is_filed_and_preserved_and_one_failed_with_its_alert(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", decode=Decode(workers=1))
    with (
        clearinghouse_process(tmp_path / "clearinghouse") as house,
        open_installation(settings, follow=False) as installation,
        open_hasher(settings.decode) as hasher,
    ):
        day = ensure_drawn(tmp_path / "sample")
        ensure_lists(installation, hasher, day)
        made = make_cases(
            installation, hasher, day, SampleReceiver(address=house.address, user=USER, password=PASSWORD)
        )
        with installation.store.read() as reader:
            urgent = reader.count_jobs(JobFilter(urgent=True))
            standing = filing_standing(reader, settings)
            holds = reader.holds_of_case(made.filed.case_id) if made.filed.case_id else []
            people = reader.users()
        assert (made.filed.state, made.failed.state) == (FilingState.FILED, FilingState.FAILED)
        assert [each["number"] for each in house.reports(state="finished")] == [int(made.filed.number or 0)]
        assert (made.waiting, urgent) == (5, 2)
        assert [each.filing_id for each in standing.alerts] == [made.failed.id]
        assert any(each.kind is HoldKind.PRESERVATION and each.until for each in holds)
        assert verify(open_strongroom(settings, installation.store, installation.clock), actor="command:test").sound
        assert all(each.disabled_at is not None for each in people if each.has(Role.REVIEWER))
