"""A platform's Clew files to a clearinghouse's Clew: two installations, two processes, the interface between them."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clew.ground import safe_xml
from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.base import Store
from clew.records.filing import FilingState
from clew.records.identifiers import CaseId
from clew.records.intake import IntakeReport, IntakeState
from clew.records.mention import IdentifierKind
from tests.pipelines.filing_house import FilingHouse, open_filing_house
from tests.web.ispws.intake_process import IntakeProcess, intake_process

pytestmark = pytest.mark.slow
BOATS, HARBOUR = b"boats " * 5000, b"a harbour at noon"


class DiedError(BaseException):
    """The platform's worker is gone in the middle of its work."""


@pytest.fixture
def clearinghouse(any_empty_url: str, tmp_path: Path) -> Iterator[IntakeProcess]:
    with intake_process(tmp_path / "clearinghouse", any_empty_url) as process:
        yield process


@pytest.fixture
def platform(store: Store, tmp_path: Path, clearinghouse: IntakeProcess) -> FilingHouse:
    return open_filing_house(store, tmp_path / "platform", clearinghouse.address)


def died_at(wanted: str) -> Callable[[str], None]:
    def hook(name: str) -> None:
        if name == wanted:
            raise DiedError

    return hook


def reports_on(clearinghouse: IntakeProcess, case_id: CaseId) -> list[IntakeReport]:
    with clearinghouse.store.read() as reader:
        return [each for each in reader.intakes(IntakeFilter()) if f"account-{case_id}" in each.document]


def test_a_platform_and_a_clearinghouse_speak_to_each_other(platform: FilingHouse, clearinghouse: IntakeProcess):
    case_id = platform.case(BOATS, HARBOUR)
    filing = platform.order(case_id)
    platform.work_to_the_end()
    known = platform.file(filing.id)
    assert known.filing.state is FilingState.FILED
    (report,) = reports_on(clearinghouse, case_id)
    assert (report.state, str(report.number), report.file_count) == (
        IntakeState.TAKEN_IN,
        known.filing.number,
        2,
    )
    with clearinghouse.store.read() as reader:
        files = reader.intake_files(report.number)
        mentions = reader.mentions_of([report.number])[report.number]
    digests = {hashlib.sha256(each).digest() for each in (BOATS, HARBOUR)}
    assert {each.sha256 for each in files} == digests
    assert all(each.described_at is not None for each in files)
    stated = {each.value for each in mentions if each.kind is IdentifierKind.FILE}
    assert {f"sha256:{each.hex()}" for each in digests} <= stated
    assert known.receipt is not None
    receipt = known.receipt.body
    assert all(each.id.encode() in receipt for each in files)
    assert safe_xml.read_xml(receipt, max_bytes=100_000).name == "reportDoneResponse"


def test_what_was_left_open_is_taken_back_and_filed_anew(platform: FilingHouse, clearinghouse: IntakeProcess):
    case_id = platform.case(BOATS)
    filing = platform.order(case_id)
    with pytest.raises(DiedError):
        platform.passing(died_at("after upload")).work()
    platform.work_to_the_end()
    assert platform.state(filing.id) is FilingState.FILED
    last, first = reports_on(clearinghouse, case_id)
    assert (first.state, last.state) == (IntakeState.RETRACTED, IntakeState.TAKEN_IN)
    assert platform.file(filing.id).filing.number == str(last.number)
    with clearinghouse.store.read() as reader:
        assert not reader.mentions_of([first.number])[first.number]
        assert first.number not in reader.ordered_of([first.number])


def test_what_was_finished_unheard_is_not_filed_again(platform: FilingHouse, clearinghouse: IntakeProcess):
    case_id = platform.case(BOATS)
    filing = platform.order(case_id)
    with pytest.raises(DiedError):
        platform.passing(died_at("after finish")).work()
    platform.work_to_the_end()
    assert platform.state(filing.id) is FilingState.FILED
    (report,) = reports_on(clearinghouse, case_id)
    assert report.state is IntakeState.TAKEN_IN
    assert platform.file(filing.id).filing.number == str(report.number)
