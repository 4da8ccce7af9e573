"""What holds for every identifier part, whatever the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.parts import shelf
from clew.parts.identifiers.base import Context, IdentifierPart, Reading, Unusable, is_placeholder, placeholder
from clew.records.mention import IdentifierKind, Mention, Origin, Part

PARTS = shelf.load_all("identifiers", IdentifierPart)
CONTEXT = Context(country="DE", service="Instagram", label="bitcoin")

KNOWN = [
    ("email", "J.Doe+x@GoogleMail.com", "jdoe@gmail.com"),
    ("email", "Jane.Doe+work@unknown-host.org", "jane.doe+work@unknown-host.org"),
    ("email", "a.b-c@pm.me", "abc@proton.me"),
    ("email", "name-shop@yahoo.com", "name@yahoo.com"),
    ("email", "x+tag@hotmail.com", "x@hotmail.com"),
    ("email", "x+tag@ya.ru", "x+tag@yandex.ru"),  # no source says that the tag is dropped
    ("email", "x+tag@fastmail.com", "x+tag@fastmail.com"),
    ("phone", "०३० ९०१८२०", "+4930901820"),
    ("account", "Ünïcode.Näme", "instagram:ünïcode.näme"),
    ("account", "имя_2", "instagram:имя_2"),
    ("group", "群组-7", "instagram:群组-7"),
    ("url", "https://почта.рф/путь", "https://xn--80a1acny.xn--p1ai/путь"),
    ("url", "https://例え.jp/", "https://xn--r8jz45g.jp/"),
    ("ip", "\u0661.\u0662.\u0663.\u0664", None),  # no machine writes an address so
    ("bank", "NL\u0669\u0661ABNA0417164300", None),
    ("pdq", "\uff41\uff42" * 32, None),
    ("email", "one@mac.com", "one@icloud.com"),
    ("email", "jürgen@bücher.de", "jürgen@xn--bcher-kva.de"),
    ("email", "имя@почта.рф", "имя@xn--80a1acny.xn--p1ai"),
    ("email", "jo [at] host[.]org", "jo@host.org"),
    ("phone", "030 901820", "+4930901820"),
    ("phone", "0049 30 901820 ext. 12", "+4930901820;ext=12"),
    ("phone", "٠٣٠٩٠١٨٢٠", "+4930901820"),
    ("account", "@Some.Name", "instagram:some.name"),
    ("account", "https://www.instagram.com/Some.Name/?hl=de", "instagram:some.name"),
    ("account", "snap: Jo_1", None),  # the field says Instagram
    ("account", "t.me/Jo_1", "telegram:jo_1"),
    ("account", "https://discord.com/users/80351110224678912", "discord:#80351110224678912"),
    ("account", "hxxps://tiktok[.]com/@jo", "tiktok:jo"),
    ("group", "https://t.me/+AbC", "telegram:AbC"),
    ("group", "https://discord.gg/XyZ", "discord:XyZ"),
    ("device", "IMEI: 49-015420-323751-8", "imei:490154203237518"),
    ("device", "imei 490154203237519", None),
    ("device", "00-1B-63-84-45-E6", "mac:00:1b:63:84:45:e6"),
    ("device", "IDFA AEBE52E7-03EE-455A-B3C4-E57283966239", "adid:aebe52e7-03ee-455a-b3c4-e57283966239"),
    ("device", "own-id-7", "instagram:own-id-7"),
    ("ip", "::ffff:8.8.4.4", "8.8.4.4"),
    ("ip", "fe80::1%eth0", "fe80::1"),
    ("ip", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("ip", "1.2.3.256", None),
    ("url", "hxxps://Ex-Ample[.]org:443/a%7eb?q=1#f", "https://ex-ample.org/a~b?q=1#f"),
    ("url", "javascript:alert(1)", None),
    ("digest", "D41D8CD98F00B204E9800998ECF8427F", None),  # the field says bitcoin
    ("digest", "md5: D41D8CD98F00B204E9800998ECF8427F", "md5:d41d8cd98f00b204e9800998ecf8427f"),
    ("bank", "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
    ("bank", "NL91 ABNA 0417 1643 01", None),
    ("payment", "https://cash.app/$JoDoe", "cashapp:jodoe"),
    ("payment", "venmo: @Jo-Doe", "venmo:jo-doe"),
    ("payment", "https://paypal.me/JoDoe/20EUR", "paypal:jodoe"),
    ("payment", "jo.doe@okicici", "upi:jo.doe@okicici"),
    ("wallet", "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "btc:3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"),
    ("wallet", "doge:3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", None),
]


@pytest.mark.parametrize(("name", "raw", "value"), KNOWN)
def test_a_known_text_has_its_one_way_of_being_written(name, raw, value):
    found = PARTS[name].normalise(raw, CONTEXT)
    assert (found.value if isinstance(found, Reading) else None) == value


@pytest.mark.parametrize("name", PARTS)
def test_a_text_that_is_unusable_has_a_reason(name):
    for raw in ("", " ", "\0", "@" * 5000):
        found = PARTS[name].normalise(raw)
        assert isinstance(found, Unusable)
        assert found.reason


def pieces():
    known = st.sampled_from([raw for _, raw, _ in KNOWN])
    return st.lists(known | st.text(max_size=30), max_size=6).map(" ".join)


@pytest.mark.parametrize("name", PARTS)
@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=120) | pieces())
def test_any_text_is_read_without_an_error_and_what_is_read_is_read_the_same_again(name, text):
    part = PARTS[name]
    for span in part.find(text):
        assert span.raw
        assert text[span.start : span.start + len(span.raw)] == span.raw
        part.normalise(span.raw)
    for context in (CONTEXT, Context()):
        found = part.normalise(text, context)
        if isinstance(found, Reading):
            assert found.kind in part.kinds
            again = part.normalise(found.value)
            assert isinstance(again, Reading)
            assert again.value == found.value


def test_a_device_whose_platform_makes_it_too_long_is_unusable_and_not_read_once_only():
    assert isinstance(PARTS["device"].normalise("x" * 256, CONTEXT), Unusable)


def test_a_field_that_names_the_coin_picks_among_the_coins_of_one_text():
    text = "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC"
    read = [PARTS["wallet"].normalise(text, Context(label=label)) for label in ("", "Bitcoin Cash", "litecoin")]
    assert [each.value[:5] for each in read if isinstance(each, Reading)] == ["btc:3", "bch:p", "ltc:M"]


@pytest.mark.parametrize(
    ("name", "text", "raws"),
    [
        ("email", "mail jo@host.org, or <max@höst.de>.", ["jo@host.org", "max@höst.de"]),
        ("phone", "on 2024-01-15 12:30 call 030 901820 or +44 20 7946 0958.", ["030 901820", "+44 20 7946 0958"]),
        ("account", "my snap: jo_1 and ig @max.2.", ["snap: jo_1", "ig @max.2"]),
        ("ip", "from 8.8.8.8:443 and 2001:4860::8 at 12:30:11", ["8.8.8.8:443", "2001:4860::8"]),
        ("url", "see hxxp://a[.]org/x, (www.b.org/y).", ["hxxp://a[.]org/x", "www.b.org/y"]),
        ("bank", "to NL91 ABNA 0417 1643 00 PAID NOW", ["NL91 ABNA 0417 1643 00"]),
        ("payment", "pay $JoDoe1 not $20 or $5k", ["$JoDoe1"]),
        ("wallet", "(1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa)", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]),
        ("device", "IMEI 490154203237518, MAC 00:1b:63:84:45:e6", ["IMEI 490154203237518", "00:1b:63:84:45:e6"]),
        ("group", "join https://chat.whatsapp.com/AbCd12 now", ["https://chat.whatsapp.com/AbCd12"]),
    ],
)
def test_identifiers_are_found_in_words(name, text, raws):
    assert [span.raw for span in PARTS[name].find(text)] == raws


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "test@test.com"), ("email", "jo@example.com"), ("email", "000000@gmail.com"), ("phone", "123456789"),
        ("phone", "+12125550123"), ("phone", "+49000000000"), ("account", "instagram:unknown"), ("account", "x:000000"),
        ("device", "adid:00000000-0000-0000-0000-000000000000"), ("device", "imei:000000000000000"),
        ("ip", "192.0.2.1"),
        ("ip", "10.0.0.1"), ("url", "https://example.com/x"), ("file", "md5:d41d8cd98f00b204e9800998ecf8427e"),
        ("picture", "0" * 64), ("wallet", "btc:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), ("bank", "GB82WEST12345698765432"),
    ],
)  # fmt: skip
def test_what_stands_for_nobody_is_known_with_its_reason(kind, value):
    assert placeholder(IdentifierKind(kind), value)
    mention = Mention(kind=IdentifierKind(kind), value=value, raw=value, origin=Origin(path="x"), part=Part.SUBJECT)
    assert is_placeholder(mention)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "tester.maria@gmail.com"), ("phone", "+4930901820"), ("account", "instagram:some.name"),
        ("ip", "8.8.8.8"),
        ("device", "mac:00:1b:63:84:45:e6"), ("device", "imei:356938035643809"), ("bank", "NL91ABNA0417164300"),
        ("url", "https://example.company/x"), ("payment", "cashapp:jodoe"),
    ],
)  # fmt: skip
def test_what_may_be_somebodys_is_no_placeholder(kind, value):
    assert placeholder(IdentifierKind(kind), value) is None
