"""The sample's addresses stand at every state, of hosts that are nobody's; the operator's settings stay as they are."""

from pathlib import Path

from clew.parts.stores._url_reports import UrlFilter
from clew.parts.stores.base import Store
from clew.pipelines.sample_urls import make_urls
from clew.records.url_report import UrlState
from tests.pipelines.hotline_house import open_house


def test_addresses_of_nobody_stand_at_every_state(any_store: Store, tmp_path: Path) -> None:
    desk = open_house(any_store, tmp_path).desk
    made = make_urls(desk, tmp_path / "sample")
    with any_store.read() as reader:
        found = reader.url_reports(UrlFilter(limit=100))
    assert len(found) == made
    assert {each.state for each in found} == set(UrlState)
    assert {each.host.rpartition(".")[2] for each in found} == {"example", "onion"}
    assert next(each for each in found if each.host.endswith(".onion")).sightings == 2
    assert desk.settings.hotline.name == "Harbour Hotline"
