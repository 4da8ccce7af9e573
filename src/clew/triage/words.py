"""Danger words: phrases of each language, as data, and where a text contains them.

They are a hint where a report has no field of its own for what it says in words; a report's own fields go before. A
phrase found names its kind and stands in no log: only the path of the field and the kind are kept.
"""

import enum
import importlib.resources
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from clew.errors import InputError


class WordKind(enum.StrEnum):
    """What a phrase hints at; the names of the lists in a word file."""

    DANGER = "danger"
    SELF_HARM = "self_harm"
    EXTORTION = "extortion"
    HANDS_ON = "hands_on"
    TRUST = "trust"
    LIVE = "live"


# A text longer than this is searched in its first part only: nobody hides a call for help behind a novel.
_LONGEST = 100_000
_WORD = re.compile(r"\w+(?:'\w+)*")


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are words of, by code."""
    return tuple(sorted(_files()))


def words_in(text: str) -> Mapping[WordKind, str]:
    """The kinds of phrases in a text, each with the first phrase of it that was found, as its file writes it.

    All languages are searched: a report's language is often unsaid, and wrong when said. Cost: one look-up a word.
    """
    words = _words(text[:_LONGEST])
    phrases = _phrases()
    found: dict[WordKind, str] = {}
    for place, word in enumerate(words):
        for rest, kind, phrase in phrases.get(word, ()):
            if kind not in found and words[place + 1 : place + 1 + len(rest)] == rest:
                found[kind] = phrase
    return found


def read_words(text: str) -> Mapping[WordKind, tuple[str, ...]]:
    """The phrases of one word file.

    Raises:
        InputError: a kind is missing or unknown, or a phrase is empty or not in lower case.
    """
    told = tomllib.loads(text)
    lists = {name: told[name] for name in told if name not in {"language", "written"}}
    if set(lists) != {kind.value for kind in WordKind}:
        raise InputError(f"a word file has the lists {', '.join(WordKind)}, got {', '.join(sorted(lists))}")
    for name, phrases in lists.items():
        for phrase in phrases:
            if not phrase.strip() or phrase != phrase.casefold():
                raise InputError(f"a phrase of '{name}' is empty or not in lower case: phrases are compared folded")
    return {WordKind(name): tuple(phrases) for name, phrases in lists.items()}


@cache
def _phrases() -> Mapping[str, Sequence[tuple[list[str], WordKind, str]]]:
    """By their first word: the words that must follow, the kind, and the phrase as it is written."""
    by_first: dict[str, list[tuple[list[str], WordKind, str]]] = defaultdict(list)
    for text in _files().values():
        for kind, phrases in read_words(text).items():
            for phrase in phrases:
                first, *rest = _words(phrase)
                by_first[first].append((rest, kind, phrase))
    return by_first


def _words(text: str) -> list[str]:
    """The words of a text, without case, and every apostrophe the same."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'"))


@cache
def _files() -> Mapping[str, str]:
    folder = importlib.resources.files("clew.triage") / "words"
    return {
        file.name.removesuffix(".toml"): file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
