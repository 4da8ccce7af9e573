"""Each element of the grammar is filled by something a platform knows, and nothing that it knows is lost."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from clew.parts.formats.cybertipline import PART
from clew.parts.formats.cybertipline._fields import marks_of
from clew.pipelines.report_forms import compose_report, details_of
from clew.records.report_file import ViewingStatement
from tests.parts.formats.report_facts import NOW, Facts, batched, maximal

VIEWED = ViewingStatement(viewed=True, exif_viewed=True, narrative="A person viewed the entire file.")
# What is not sent: it ties the file to its bytes on our side.
NOT_SENT = {"files[].key"}
OF_THE_LEDGER = {"files[].viewed", "files[].exif_viewed"}


def paths_of(facts: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a JSON form, lists with empty brackets."""
    if isinstance(facts, dict):
        for name, value in facts.items():
            yield from paths_of(value, f"{path}.{name}" if path else name)
    elif isinstance(facts, list):
        for value in facts:
            yield from paths_of(value, f"{path}[]")
    else:
        yield path, facts


def documents(facts: Facts, profile: str) -> list[ET.Element]:
    composed = compose_report(PART.read_facts(facts), {"file-one": VIEWED}, at=NOW, profile=profile)
    assert composed.faults == ()
    return [ET.fromstring(composed.xml), *map(ET.fromstring, details_of(composed.report, profile))]


def elements_of(element: ET.Element, path: str = "") -> Iterator[str]:
    here = f"{path}/{element.tag}" if path else element.tag
    yield here
    yield from (f"{here}/@{name}" for name in element.attrib)
    for child in element:
        yield from elements_of(child, here)


def elements_of_the_grammar(profile: str) -> dict[str, bool]:
    """Every element and attribute, and whether anything can fill it."""
    found = {each.element: each.unfillable is None for each in PART.fields(profile) if each.element}
    return found | {"report": True} | dict.fromkeys(marks_of(profile), True)


@pytest.mark.parametrize("profile", PART.profiles)
def test_every_element_is_filled_by_something_a_platform_knows_or_listed_with_the_reason(profile: str) -> None:
    for each in PART.fields(profile):
        assert bool(each.filled_from) != bool(each.unfillable), each.path
    filled = {
        path for facts in (maximal(), batched()) for root in documents(facts, profile) for path in elements_of(root)
    }
    wanted = elements_of_the_grammar(profile)
    assert filled - wanted.keys() == set()
    assert {path for path, fillable in wanted.items() if fillable} - filled == set()


def test_only_what_says_the_same_as_another_element_is_unfillable() -> None:
    unfillable = {each.element for each in PART.fields("2026-08") if each.unfillable}
    assert unfillable == {"fileDetails/potentialMeme"}


def test_every_field_of_the_form_stands_in_the_maximal_facts() -> None:
    given = {path.split("further")[0] for facts in (maximal(), batched()) for path, _ in paths_of(facts)}
    forms = {
        each.path for each in PART.fields("2026-08") if each.path and each.filled_from and "further" not in each.path
    }
    leaves = {path for path in forms if not any(other.startswith((f"{path}.", f"{path}[].")) for other in forms)}
    wanted = {path.removesuffix("[]") for path in leaves - OF_THE_LEDGER}
    assert wanted - {path.removesuffix("[]") for path in given} == set()


@pytest.mark.parametrize("profile", PART.profiles)
def test_every_leaf_of_the_facts_stands_in_a_document_or_is_named(profile: str) -> None:
    text = "\n".join(
        part
        for root in documents(maximal(), profile)
        for element in root.iter()
        for part in (element.tag, element.text or "", *element.attrib.values())
    )
    lost = [path for path, value in paths_of(maximal()) if not _is_told(value, text) and path not in NOT_SENT]
    assert lost == []


def _is_told(value: object, text: str) -> bool:
    words = {
        # our words, where the grammar has others
        "enticement": "Online Enticement of Children for Sexual Acts",
        "sextortion": "sextortion",
        "solicitation": "csamSolicitation",
        "minor-to-minor": "minorToMinorInteraction",
        "sadistic-exploitation": "sadisticOnlineExploitation",
        "guardian": "Parent/Guardian",
        "linked": "Linked",
        "mobile": "Mobile",
        "home": "Home",
        "billing": "Billing",
        "login": "Login",
        "purchase": "Purchase",
        "reported": "Reported",
        "exif": "EXIF",
        "anime-drawing-virtual-hentai": "animeDrawingVirtualHentai",
        "potential-meme": "potentialMeme",
        "possible-self-production": "possibleSelfProduction",
        "physical-harm": "physicalHarm",
        "violence-gore": "violenceGore",
        "live-streaming": "liveStreaming",
        "generative-ai": "generativeAi",
        "not-held": "not held",
        "not-known": "not known",
        "subjects[0].person.phones": "subjects 1, person, phones",
        "victims[].school": "victims, school",
        "2026-11-20T10:00:00+01:00": "2026-11-20T09:00:00Z",
        "2026-11-19T10:00:00.250Z": "2026-11-19T10:00:00.250000Z",
    }
    if isinstance(value, bool):
        return True  # held by the round trip: a truth has no text of its own
    return words.get(str(value), str(value)) in text
