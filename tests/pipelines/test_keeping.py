"""The bytes of a hit: in the vault, or an alert stands that says they are not. The hit itself is never lost."""

import os
import shutil
from pathlib import Path

from clew.intake.receive import hold
from clew.pipelines import keeping
from clew.records.case import AlertKind, NotHeld
from tests.pipelines.review_house import House, upload_of


def keep(house: House, number: int, *, content: bytes | None = None) -> bool:
    found = house.hit(number, seals=True)
    held = upload_of(number) if content is None else content
    descriptor = hold(held)
    try:
        return keeping.keep(
            house.desk, found.hit_ids[0], descriptor, size_bytes=len(upload_of(number)), media_type="image/png"
        )
    finally:
        os.close(descriptor)


def test_a_hit_has_its_bytes_in_the_vault_and_says_which(any_house: House):
    content = any_house.sealed_hit(1)
    assert content.not_held is None
    with any_house.store.read() as reader:
        assert content.object_id is not None
        sealed = reader.get_object(content.object_id)
        assert (sealed.case_id, sealed.size_bytes) == (content.case_id, len(upload_of(1)))
        assert reader.case_alerts() == []


def test_a_seal_that_fails_leaves_the_hit_and_an_alert(any_house: House):
    assert not keep(any_house, 1, content=b"cut off")
    with any_house.store.read() as reader:
        (alert,) = reader.case_alerts()
        assert alert.content_id is not None
        content = reader.get_content(alert.content_id)
    assert (alert.kind, content.not_held, content.object_id) == (
        AlertKind.SEAL_FAILED, NotHeld.SEAL_FAILED, None,
    )  # fmt: skip
    assert any_house.audit("content.not_held")[0]["error"] == "InputError"


def test_a_vault_that_is_away_loses_no_hit(house: House, tmp_path: Path):
    keep(house, 1)
    folder = tmp_path / "data" / "vault"
    shutil.rmtree(folder)
    folder.write_text("no folder any more")
    assert not keep(house, 2)
    with house.store.read() as reader:
        assert [each.kind for each in reader.case_alerts()] == [AlertKind.SEAL_FAILED]


def test_a_seal_whose_process_was_lost_is_told_after_a_while_and_once(any_house: House):
    content = any_house.hit(1, seals=True)
    assert keeping.fail_interrupted(any_house.desk) == 0
    any_house.clock.move(minutes=16)
    assert keeping.fail_interrupted(any_house.desk) == 1
    assert keeping.fail_interrupted(any_house.desk) == 0
    with any_house.store.read() as reader:
        assert reader.get_content(content.id).not_held is NotHeld.SEAL_FAILED
        assert len(reader.case_alerts(case_id=content.case_id)) == 1


def test_a_hit_that_is_not_to_be_sealed_is_left_alone(house: House):
    found = house.hit(1)
    assert not keeping.keep(house.desk, found.hit_ids[0], -1, size_bytes=1, media_type=None)
    with house.store.read() as reader:
        assert reader.get_content(found.id).not_held is NotHeld.VAULT_OFF
