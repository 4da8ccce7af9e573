"""Secrets that are recognised by their digest."""

from clew.ground.tokens import digest_of, form_token, new_recovery_code, new_token, recovery_digest, same


def test_tokens_and_codes_are_new_each_time() -> None:
    assert len({new_token() for _ in range(1000)}) == 1000
    assert len({new_recovery_code() for _ in range(1000)}) == 1000


def test_a_recovery_code_is_known_however_it_is_typed() -> None:
    code = new_recovery_code()
    assert len(code) == 19
    assert {recovery_digest(each) for each in (code, code.upper(), code.replace("-", " "), f" {code}\n")} == {
        recovery_digest(code)
    }
    assert recovery_digest(code[:-1]) != recovery_digest(code)


def test_any_text_at_all_has_a_digest_and_is_compared() -> None:
    assert len(digest_of("\udcff\x00é")) == 32
    assert same("é\udcff", "é\udcff")
    assert not same("", "0")


def test_a_form_s_token_belongs_to_its_session_and_does_not_tell_it() -> None:
    token = new_token()
    assert form_token(token) == form_token(token)
    assert form_token(token) != form_token(new_token())
    assert token not in form_token(token)
