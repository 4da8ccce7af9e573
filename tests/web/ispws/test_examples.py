"""Reports of our own composing are taken by the strict server: the fullest, the smallest, text alone, a batch."""

from collections.abc import Callable

import pytest

from clew.parts.formats.cybertipline import PART
from clew.pipelines.report_forms import compose_report
from tests.parts.formats.report_facts import NOW, Facts, batched, maximal, smallest, text_only
from tests.web.ispws.clearinghouse_desk import XML, Desk, open_desk
from tests.web.web_desk import SetClock

EARLIER_REPORTS = 1_000_001


def clock_of_the_facts() -> SetClock:
    clock = SetClock()
    clock.now = NOW
    return clock


def filed(desk: Desk, facts: Facts, profile: str) -> tuple[str, ...]:
    """The file ids of the receipt."""
    composed = compose_report(PART.read_facts(facts), {}, at=NOW, profile=profile)
    number = desk.submit(composed.xml).number
    for file in composed.report.files:
        file_id = desk.upload(number, file.key.encode()).file_id
        details = PART.file_details_xml(file, number, file_id, profile)
        answer = desk.call("POST", "fileinfo", content=details, headers=XML)
        assert answer.code == 0, answer.read.description
    return desk.finish(number).read.file_ids


def with_prior_reports_of_here(facts: Facts, number: int) -> Facts:
    """The facts, naming an earlier report that there is."""

    def walked(value: object) -> object:
        if isinstance(value, dict):
            return {
                key: [number] * len(each) if key == "prior_reports" else walked(each) for key, each in value.items()
            }
        return [walked(each) for each in value] if isinstance(value, list) else value

    changed = walked(facts)
    assert isinstance(changed, dict)
    return changed


@pytest.mark.parametrize("profile", PART.profiles)
@pytest.mark.parametrize("facts", [maximal, smallest, text_only, batched])
def test_a_composed_report_is_taken_in(facts: Callable[[], Facts], profile: str) -> None:
    with open_desk(clock=clock_of_the_facts(), schema=profile) as desk:
        filed(desk, smallest(), profile)
        told = with_prior_reports_of_here(facts(), EARLIER_REPORTS)
        receipt = filed(desk, told, profile)
        assert len(receipt) == len(told.get("files", []))
        assert desk.states() == ["finished", "finished"]


def test_a_composed_report_passes_the_schema_that_the_server_answers() -> None:
    with open_desk(clock=clock_of_the_facts()) as desk:
        schema = desk.ask("GET", "/ispws/xsd").content
        for facts in (maximal(), smallest(), text_only(), batched()):
            composed = compose_report(PART.read_facts(facts), {}, at=NOW)
            assert PART.schema_faults(composed.xml, schema) == []
            for file in composed.report.files:
                details = PART.file_details_xml(file, 1, "0" * 32, PART.default_profile)
                assert PART.schema_faults(details, schema) == []


def test_the_schema_of_each_profile_knows_its_own_names() -> None:
    told = maximal()
    newest = compose_report(PART.read_facts(told), {}, at=NOW, profile=PART.profiles[-1]).xml
    assert PART.schema_faults(newest, PART.schema_xml(PART.profiles[-1])) == []
    assert PART.schema_faults(newest, PART.schema_xml(PART.profiles[0])) != []


def test_an_earlier_report_that_is_not_there_is_refused() -> None:
    with open_desk(clock=clock_of_the_facts()) as desk:
        composed = compose_report(PART.read_facts(maximal()), {}, at=NOW)
        assert desk.submit(composed.xml).code == 4100
