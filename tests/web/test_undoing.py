"""What the page says of the verdict that was just given."""

import pytest

from clew.parts.stores.base import Store
from clew.records.review import Decision
from clew.web.console.undoing import undo_of
from tests.pipelines.review_house import open_house
from tests.review.review_records import ADA


@pytest.mark.parametrize(
    ("one_person", "said"), [(False, "; another person looks too"), (True, "; you look once more, later")]
)
def test_nobody_who_is_alone_is_told_that_another_person_looks(store: Store, tmp_path, one_person: bool, said: str):
    house = open_house(store, tmp_path / "data").under(one_person=one_person)
    content = house.hit(1)
    recorded = house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    assert recorded.verdict is not None
    with store.read() as reader:
        undoing = undo_of(house.desk, reader, ADA, recorded.verdict.id, house.clock())
    assert undoing is not None
    assert undoing.words.endswith(said)
