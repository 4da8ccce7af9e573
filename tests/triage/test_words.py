import pytest

from clew.errors import InputError
from clew.triage.words import WordKind, languages, read_words, words_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please  HELP me, he is there", WordKind.DANGER),
        ("if you don\u2019t pay I tell everybody", WordKind.EXTORTION),
        ("Mein Stiefvater kommt", WordKind.TRUST),
        ("il me touche", WordKind.HANDS_ON),
        ("quiero morir", WordKind.SELF_HARM),
        ("hij zit nu voor de camera", WordKind.LIVE),
    ],
)
def test_a_phrase_of_each_language_is_found_whatever_its_case_and_blanks(text: str, kind: WordKind) -> None:
    assert kind in words_in(text)


@pytest.mark.parametrize("text", ["", "a teacher of lighthouses", "suicidal tendencies", "trainers for running", "0"])
def test_parts_of_words_and_other_words_are_not(text: str) -> None:
    assert words_in(text) == {}


def test_what_is_told_is_the_phrase_as_its_file_writes_it() -> None:
    assert words_in("PLEASE HELP ME")[WordKind.DANGER] == "please help me"


def test_there_are_words_of_each_kind_in_each_language() -> None:
    assert languages() == ("de", "en", "es", "fr", "nl")


@pytest.mark.parametrize("text", ['danger = ["x"]', "danger = []", 'Danger = ["x"]'])
def test_a_word_file_that_lacks_a_kind_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="lists"):
        read_words(text)


def test_a_phrase_that_could_never_be_found_is_refused() -> None:
    lists = "\n".join(f'{kind.value} = ["Help"]' for kind in WordKind)
    with pytest.raises(InputError, match="lower case"):
        read_words(lists)
