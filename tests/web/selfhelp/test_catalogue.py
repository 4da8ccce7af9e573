"""The words of the public pages: complete in every language, plain, and the language that a browser asks for."""

import re
import tomllib

import pytest

from clew.errors import InputError
from clew.settings import Public
from clew.triage.words import words_in
from clew.web.selfhelp.catalogue import DIRECTIONS, FOLDER, asked_for, catalogue, languages

ENGLISH = catalogue("en").words
TEMPLATES = FOLDER.parent.parent / "templates" / "public"
# Whose letters run from right to left, of all that a site may add. Source: Unicode 16, Bidi_Class R and AL.
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


@pytest.mark.parametrize("code", languages())
def test_a_language_has_every_word_and_no_other(code: str) -> None:
    told = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    assert set(told) == {"name", "direction", "words"}
    assert told["direction"] in DIRECTIONS
    assert set(told["words"]) == set(ENGLISH)
    assert all(isinstance(each, str) and each.strip() == each and each for each in told["words"].values())


@pytest.mark.parametrize("code", languages())
def test_a_sentence_names_what_the_english_one_names(code: str) -> None:
    for name, sentence in catalogue(code).words.items():
        assert re.findall(r"\{\w*\}", sentence) == re.findall(r"\{\w*\}", ENGLISH[name]), name


@pytest.mark.parametrize("code", [each for each in languages() if each != "en"])
def test_no_sentence_was_left_in_english(code: str) -> None:
    same = {name for name, sentence in catalogue(code).words.items() if sentence == ENGLISH[name]}
    assert same <= {"title"}


@pytest.mark.parametrize("code", languages())
def test_the_direction_is_that_of_the_letters(code: str) -> None:
    words = catalogue(code)
    letters = bool(RIGHT_TO_LEFT.search(words.words["heading"]))
    assert letters == (words.direction == "rtl")


def test_the_settings_open_every_language_and_one_runs_from_right_to_left() -> None:
    assert set(Public().languages) == set(languages())
    assert "rtl" in {catalogue(code).direction for code in languages()}


def test_every_word_is_used_and_every_name_used_is_there() -> None:
    """A template fails by itself on a missing name; a word that nothing shows would be translated for nothing."""
    source = "".join(file.read_text("utf-8") for file in [*TEMPLATES.glob("*.html"), *FOLDER.parent.glob("*.py")])
    made = {name for name in ENGLISH if name.startswith(("who_", "years_"))}
    unused = {name for name in ENGLISH if not re.search(rf"say\.{name}\b|\"{name}\"|words\.words\.{name}\b", source)}
    assert unused <= made


def test_the_english_is_plain() -> None:
    """Short sentences and short words: what somebody of eleven reads without help."""
    for name, text in ENGLISH.items():
        for sentence in re.split(r"(?<=[.?!])\s", text):
            words = re.findall(r"[\w'\u2019-]+", sentence)
            assert len(words) <= 20, name
            assert max(map(len, words)) <= 11, name


def test_the_title_tells_nobody_what_the_page_is_for() -> None:
    for code in languages():
        told = words_in(catalogue(code).words["title"])
        assert not told
        assert not re.search(
            "report|abuse|help|danger|meld|missbrauch|denunci|signal", catalogue(code).words["title"], re.IGNORECASE
        )


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "en"),
        ("*", "en"),
        ("ar", "ar"),
        ("pt-BR, nl;q=0.5", "nl"),
        ("de;q=0.2, nl-BE;q=0.9, en;q=0.1", "nl"),
        ("de;q=0, nl;q=0.1", "nl"),
        ("de;q=bad, nl", "nl"),
        ("DE-ch", "de"),
        ("en;q=0", "en"),
        (";;,,=,q=1;" * 1000, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_most_of_those_offered(accept: str, wanted: str) -> None:
    assert asked_for(accept, ["en", "nl", "de", "ar"]) == wanted


@pytest.mark.parametrize("code", ["xx", "", "../words/en", "EN"])
def test_a_language_without_words_is_refused_by_name(code: str) -> None:
    with pytest.raises(InputError, match=r"public\.languages names"):
        catalogue(code)
