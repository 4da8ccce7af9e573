"""Passwords: what one must be, and hashes that know their own parameters."""

import unicodedata

import pytest

from clew.errors import DamagedError, InputError
from clew.ground.passwords import NOBODYS_HASH, check_password, hash_password, outdated, same_password

PASSWORD = "Straße über sieben Brücken"


def test_a_password_is_known_again_and_another_is_not() -> None:
    hashed = hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert same_password(hashed, PASSWORD)
    assert not same_password(hashed, PASSWORD + " ")
    assert hash_password(PASSWORD) != hashed, "each has a salt of its own"


def test_a_letter_and_its_accent_typed_apart_are_the_same_letter() -> None:
    apart = unicodedata.normalize("NFD", PASSWORD)
    assert apart != PASSWORD
    assert same_password(hash_password(PASSWORD), apart)


@pytest.mark.parametrize("password", ["", "elevenchars", "éclair de n"])
def test_a_short_password_is_refused_by_its_characters(password: str) -> None:
    with pytest.raises(InputError, match=f"got {len(password)}"):
        check_password(unicodedata.normalize("NFD", password), "ada")


def test_the_name_is_no_password_in_any_case() -> None:
    with pytest.raises(InputError, match="something else than the name"):
        check_password("BARTHOLOMEW II", "Bartholomew ii")
    check_password("bartholomew iii", "Bartholomew II")


def test_signs_and_digits_are_not_asked_for() -> None:
    check_password("only small letters", "ada")


def test_a_stored_text_that_is_no_hash_is_damage_and_not_a_wrong_password() -> None:
    with pytest.raises(DamagedError):
        same_password("$argon2id$v=19$m=65536", PASSWORD)


def test_the_hash_for_unknown_names_costs_what_any_other_does() -> None:
    assert not outdated(NOBODYS_HASH)
    assert not same_password(NOBODYS_HASH, PASSWORD)
    assert outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$GpZ3sK/oH9p7VIiV56G/64Zo/8GaUw434IimaPqxwCo")
