"""Authenticators' secrets: sealed under a key beside the database, from the first one on and after a migration."""

import shutil
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command

from clew.errors import DamagedError, RefusedError, UnavailableError
from clew.ground import keyfile
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.authenticators import Authenticators, seal_clear_secrets
from clew.pipelines.doctor import Health, examine_people
from clew.pipelines.installation import open_store
from clew.records.identifiers import UserId
from clew.records.people import Role, Totp, User
from clew.settings import People, Settings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = User(id=UserId("ada"), name="Ada", roles=frozenset({Role.REVIEWER}), created_at=NOON)
BEN = replace(ADA, id=UserId("ben"), name="Ben")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def people(store: Store) -> Store:
    store.transact(lambda unit: [unit.put_user(ADA), unit.put_user(BEN)])
    return store


def put(store: Store, keys: Authenticators, user: User = ADA) -> Totp:
    def work(unit: UnitOfWork) -> Totp:
        totp = Totp(user_id=user.id, sealed=keys.seal(unit, user.id, SECRET), made_at=NOON, confirmed=True)
        unit.put_totp(totp)
        return totp

    return store.transact(work)


def test_a_sealed_secret_opens_with_its_key_and_tells_nothing_without_it(people: Store, tmp_path: Path):
    keys = Authenticators(tmp_path / "keys" / "people.key")
    totp = put(people, keys)
    assert keys.open(totp) == SECRET
    assert SECRET.encode() not in totp.sealed
    assert put(people, keys).sealed != totp.sealed
    assert stat.S_IMODE((tmp_path / "keys" / "people.key").stat().st_mode) == 0o600


def test_a_secret_put_into_another_person_s_row_or_changed_does_not_open(people: Store, tmp_path: Path):
    keys = Authenticators(tmp_path / "people.key")
    totp = put(people, keys)
    for wrong in (
        replace(totp, user_id=BEN.id),
        replace(totp, sealed=totp.sealed[:-1] + bytes([totp.sealed[-1] ^ 1])),
        replace(totp, sealed=b"\0" + SECRET.encode()),
        replace(totp, sealed=b""),
    ):
        with pytest.raises(DamagedError, match="clew users reset"):
            keys.open(wrong)


def test_a_lost_key_is_not_replaced_in_silence_and_is_once_nothing_needs_it(people: Store, tmp_path: Path):
    path = tmp_path / "people.key"
    keys = Authenticators(path)
    totp = put(people, keys)
    path.unlink()
    with pytest.raises(UnavailableError, match="put it back from your copy"):
        keys.open(totp)
    with pytest.raises(UnavailableError, match="put it back from your copy"):
        put(people, keys, BEN)
    assert not path.exists()
    people.transact(lambda unit: unit.remove_proofs(ADA.id))
    assert keys.open(put(people, keys, BEN)) == SECRET


def test_a_key_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path):
    path = tmp_path / "people.key"
    key = keyfile.load_or_make(path)
    assert keyfile.load_or_make(path) == key
    path.chmod(0o644)
    with pytest.raises(RefusedError, match="chmod 600"):
        keyfile.load(path)
    path.chmod(0o600)
    path.write_text("no key\n")
    with pytest.raises(DamagedError, match="64 hexadecimal digits"):
        keyfile.load(path)


def test_secrets_of_before_are_sealed_and_stand_in_clear_nowhere_in_the_file(people: Store, tmp_path: Path):
    people.transact(
        lambda unit: unit.put_totp(
            Totp(user_id=ADA.id, sealed=b"\0" + SECRET.encode(), made_at=NOON, confirmed=True, last_step=9)
        )
    )
    keys = Authenticators(tmp_path / "people.key")
    seal_clear_secrets(people, keys)
    with people.read() as reader:
        totp = reader.find_totp(ADA.id)
        assert reader.clear_totps() == []
    assert totp is not None
    assert (keys.open(totp), totp.last_step, totp.confirmed) == (SECRET, 9, True)
    assert not _stands_in_file(people, SECRET)


def test_an_installation_of_the_schema_before_keeps_its_authenticators_and_no_secret_in_clear(
    tmp_path: Path, store_part, monkeypatch: pytest.MonkeyPatch
):
    """Migrated to the schema before, filled with what stood there then, and opened as every door opens it."""
    folder = tmp_path / "data"
    folder.mkdir()
    store = store_part.open(f"sqlite:///{folder / 'clew.db'}")
    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", lambda config, _: upgrade(config, "0008_hits_by_action"))
    store.migrate()
    monkeypatch.undo()
    with store._database.writing.begin() as connection:
        connection.exec_driver_sql("INSERT INTO users VALUES ('ada', 'Ada', 'ada', '[]', 0, NULL, 0, NULL)")
        connection.exec_driver_sql(f"INSERT INTO totp_secrets VALUES ('ada', 1, '{SECRET}', 5, 7)")
    assert _stands_in_file(store, SECRET)
    store.close()
    settings = Settings(data_dir=folder)
    opened = open_store(settings)
    with opened.read() as reader:
        totp = reader.find_totp(UserId("ada"))
    assert totp is not None
    assert totp.last_step == 7
    assert Authenticators(settings.people_key_path).open(totp) == SECRET
    assert not _stands_in_file(opened, SECRET)
    opened.close()


def test_a_copy_of_the_database_alone_opens_no_secret(people: Store, tmp_path: Path, store_part):
    keys = Authenticators(tmp_path / "people.key")
    put(people, keys)
    _checkpoint(people)
    copy = tmp_path / "backup"
    copy.mkdir()
    shutil.copy(people._database._path, copy / "clew.db")  # type: ignore[attr-defined]
    restored = open_store(Settings(data_dir=copy))
    with restored.read() as reader:
        totp = reader.find_totp(ADA.id)
    assert totp is not None
    with pytest.raises(UnavailableError):
        Authenticators(copy / "keys" / "people.key").open(totp)
    restored.close()


def test_doctor_tells_a_lost_key_and_how_callers_behind_a_proxy_are_counted(people: Store, tmp_path: Path):
    settings = Settings(data_dir=tmp_path, people=People(key_file=str(tmp_path / "people.key")))
    assert list(examine_people(settings, people)) == []
    put(people, Authenticators(settings.people_key_path))
    assert [each.health for each in examine_people(settings, people)] == [Health.GOOD]
    settings.people_key_path.unlink()
    assert [each.health for each in examine_people(settings, people)] == [Health.MISSING]
    proxied = replace(settings, web=replace(settings.web, public_url="https://clew.example"))
    told = [each.told for each in examine_people(proxied, people)][-1]
    assert "X-Forwarded-For" in told
    elsewhere = replace(settings, web=replace(settings.web, public_url="https://clew.example", host="0.0.0.0"))
    assert "as one address" in [each.told for each in examine_people(elsewhere, people)][-1]


def _checkpoint(store: Store) -> Path:
    path: Path = store._database._path  # type: ignore[attr-defined]
    with store._database.writing.connect() as connection:  # type: ignore[attr-defined]
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return path


def _stands_in_file(store: Store, text: str) -> bool:
    return text.encode() in _checkpoint(store).read_bytes()
