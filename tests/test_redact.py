from clew import redact


def test_a_hash_is_never_written_whole() -> None:
    assert redact.short_hash(bytes.fromhex("6ac3f9010203040506070809")) == "6ac3f901…"


def test_a_file_name_keeps_its_first_character_and_suffix() -> None:
    assert redact.short_name("/home/somebody/holiday.jpg") == "h….jpg"


def test_a_key_keeps_its_public_prefix_only() -> None:
    assert redact.short_secret("clew_a1b2c3_secretsecret") == "clew_a1b2c3_…"
    assert redact.short_secret("bare") == "…"


def test_a_database_url_loses_user_and_password() -> None:
    assert redact.short_url("postgresql://user:p@ss@host:5432/clew") == "postgresql://host:5432/clew"


def test_what_is_not_printable_is_escaped_so_that_a_name_forges_no_line_and_moves_no_cursor() -> None:
    assert redact.printable("a\x1b[31mred") == "a\\x1b[31mred"
    assert redact.printable("x\nblock  fake.jpg") == "x\\nblock  fake.jpg"
    assert redact.printable("rl\u202egpj.exe \x9b") == "rl\\u202egpj.exe \\x9b"
    assert redact.printable("Grüße 写真 é") == "Grüße 写真 é"
