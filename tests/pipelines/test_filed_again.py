"""Reported, taken back, reportable after all: what a strict clearinghouse has after each step, and nothing twice."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from clew.errors import ClewError, ConflictError
from clew.parts.stores.base import Store
from clew.pipelines import verdicts
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.filing_shown import filing_file
from clew.pipelines.filing_work import work_once
from clew.pipelines.report_drafts import file_case
from clew.pipelines.reported import has_unreported
from clew.records.case import Content
from clew.records.filing import FilingState, PaperKind
from clew.records.review import AskReason, Decision
from tests.pipelines.filing_house import ADA as ADA_ACTS
from tests.pipelines.review_house import House, open_house
from tests.review.review_records import ADA, SENIOR
from tests.web.ispws.clearinghouse_desk import ClearinghouseProcess, clearinghouse_process

ACCOUNT = "account-7"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[ClearinghouseProcess]:
    with clearinghouse_process(tmp_path / "clearinghouse") as opened:
        yield opened


@pytest.fixture
def house(any_store: Store, tmp_path: Path) -> House:
    return open_house(any_store, tmp_path / "data").under(four_eyes="none")


def desk_of(house: House, there: ClearinghouseProcess) -> FilingDesk:
    room = house.desk.strongroom
    assert room is not None
    reporting = replace(
        room.settings.reporting,
        email="desk@example.org",
        filing=True,
        test_url=there.address,
        test_user="esp",
        test_password="a long word for tests",
    )
    settings = replace(room.settings, reporting=reporting)
    return FilingDesk(settings=settings, store=house.store, strongroom=room, clock=house.clock, wait=lambda _: None)


def filed(house: House, desk: FilingDesk, content: Content, *, supplement: bool = False) -> tuple[str, str]:
    """The number of the report that is filed of the case as it stands, and the document that was sent."""
    ordered = house.store.transact(
        lambda unit: file_case(unit, desk, content.case_id, actor=ADA_ACTS, supplement=supplement)
    )
    while work_once(desk, "worker-1"):
        pass
    with house.store.read() as reader:
        known = filing_file(reader, ordered.id)
    assert known.filing.state is FilingState.FILED, known.alerts
    assert known.filing.number is not None
    (sent,) = (each for each in known.papers if each.kind is PaperKind.REPORT)
    return known.filing.number, sent.body.decode()


def judged_again(house: House, content: Content, decision: Decision) -> None:
    with house.store.read() as reader:
        last = reader.verdicts_of(content.case_id)[-1]
    verdicts.reverse(house.desk, SENIOR, last.id, AskReason.UNSURE)
    house.decide(ADA, house.lease(ADA, content), content.id, decision)


def prior_reports(document: str) -> list[str]:
    return re.findall(r"<priorCTReports>(\d+)<", document)


def lacks_report(house: House, content: Content) -> bool:
    with house.store.read() as reader:
        return has_unreported(reader, content.case_id)


@pytest.mark.slow
def test_what_is_reported_taken_back_and_reportable_again_is_told_each_time_and_never_twice(house, there):
    desk, content = desk_of(house, there), house.sealed_hit(1, ACCOUNT)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    first, _ = filed(house, desk, content)

    judged_again(house, content, Decision.NOT_REPORTABLE)
    assert not lacks_report(house, content)
    second, taken_back = filed(house, desk, content, supplement=True)
    assert prior_reports(taken_back) == [first]
    assert taken_back.count(f"that report {first} described is no longer held to be reportable") == 1

    judged_again(house, content, Decision.NOT_LISTED)
    assert lacks_report(house, content)
    third, again = filed(house, desk, content, supplement=True)
    assert prior_reports(again) == [first, second]
    assert "no longer held" not in again, "what was taken back is not taken back again"
    assert not lacks_report(house, content)

    with suppress(ClewError):  # a second press of the button
        house.store.transact(lambda unit: file_case(unit, desk, content.case_id, actor=ADA_ACTS))
    with pytest.raises(ConflictError, match="would add nothing"):
        house.store.transact(lambda unit: file_case(unit, desk, content.case_id, actor=ADA_ACTS, supplement=True))
    assert not work_once(desk, "worker-1")
    known = {str(each["number"]): each for each in there.reports(ACCOUNT)}
    assert set(known) == {first, second, third}
    assert {each["state"] for each in known.values()} == {"finished"}
    assert [len(known[each]["files"]) for each in (first, second, third)] == [1, 0, 1]
