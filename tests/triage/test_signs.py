from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clew.records.report import (
    Chat,
    Incident,
    Location,
    Person,
    QuotedMessage,
    ReportAnnotation,
    ReportedSubject,
    Victim,
)
from clew.records.report_file import Relevance
from clew.records.review import FileAnnotation, IndustryClass
from tests.triage.facts import FILE, PLAIN, incident, told_of


def names(told) -> set[str]:
    return {sign.name for sign in told.signs}


def test_a_plain_report_bears_no_sign_and_says_what_it_leaves_unsaid() -> None:
    told = told_of(PLAIN)
    assert names(told) == set()
    assert {"live-stream", "danger-words", "victim", "new-material"} <= told.untold
    assert "enticement" not in told.untold  # it has a type


def test_the_reports_own_fields_are_signs_with_their_paths() -> None:
    report = replace(
        incident(urgent_because="he drives to her", annotations=frozenset({ReportAnnotation.SEXTORTION})),
        files=(replace(FILE, annotations=frozenset({FileAnnotation.LIVE_STREAMING})),),
        victims=(Victim(person=Person(first_name="Kim")),),
        messages=(QuotedMessage(sender="x", text="hello"),),
    )
    told = told_of(report)
    assert names(told) == {"urgent", "extortion", "live-stream", "victim", "victim-found", "chat-with-child"}
    assert told.source("live-stream") == "files[0].annotations"
    assert not {"live-stream", "victim", "danger-words"} & told.untold


def test_words_in_any_text_are_a_sign_with_the_path_and_the_phrase() -> None:
    told = told_of(replace(PLAIN, details=(Chat(content="I am scared of my coach"),)))
    assert names(told) == {"danger-words", "trust-words"}
    assert told.source("danger-words") == "details[0].content: i am scared"


def test_material_is_new_only_when_judged_and_on_no_list_and_neither_drawn_nor_passed_around() -> None:
    judged = replace(FILE, industry_class=IndustryClass.B1)
    assert "new-material" in names(told_of(replace(PLAIN, files=(judged,)), listed=False))
    assert "new-material" not in names(told_of(replace(PLAIN, files=(judged,)), listed=None))
    assert "new-material" not in names(told_of(replace(PLAIN, files=(FILE,)), listed=False))
    viral = replace(judged, annotations=frozenset({FileAnnotation.VIRAL}))
    assert "new-material" not in names(told_of(replace(PLAIN, files=(viral,)), listed=False))
    aside = replace(judged, relevance=Relevance.SUPPLEMENTAL)
    assert "new-material" not in names(told_of(replace(PLAIN, files=(aside,)), listed=False))


def test_a_report_whose_every_file_is_listed_is_known_material() -> None:
    assert "listed" in names(told_of(replace(PLAIN, files=(FILE, replace(FILE, key="f1"))), listed=True))
    no_hash = replace(FILE, key="f1", hashes=())
    assert "listed" not in names(told_of(replace(PLAIN, files=(FILE, no_hash)), listed=True))


people = st.builds(Person, first_name=st.text(max_size=5), last_name=st.text(max_size=5), age=st.integers(0, 99))
countries = st.sampled_from(["NL", "DE", "SO", "US", None])


@given(person=people, country=countries, bio=st.text(max_size=20))
def test_who_a_person_is_and_where_they_live_is_no_sign(person: Person, country: str | None, bio: str) -> None:
    who = ReportedSubject(person=person, location=Location(country=country), profile_bio=bio)
    assert told_of(replace(PLAIN, subjects=(who,))) == told_of(replace(PLAIN, subjects=(ReportedSubject(),)))


def test_the_type_is_untold_where_nobody_said_it() -> None:
    report = replace(PLAIN, incident=Incident(at=PLAIN.incident.at))
    assert "enticement" in told_of(report).untold
