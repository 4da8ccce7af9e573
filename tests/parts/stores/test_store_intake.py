"""What was taken in, in the store: numbered once, found by what it states, unchanged afterwards."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from operator import methodcaller

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._intake import IntakeFilter, SenderDay
from clew.parts.stores.base import Store
from clew.records.identifiers import IntakeNumber, ObjectId, QuestionId, SenderId
from clew.records.intake import Gap, IntakeFile, IntakeForm, IntakeSender, IntakeState, Question, SenderRight
from clew.records.mention import IdentifierKind, Origin, Part
from tests.parts.stores.intake_records import HARBOUR, intake_of, mention_of, sender_of
from tests.parts.stores.store_records import NOON

GAP = Gap(path="subjects[0].ip_events[0].port", because="missing", cost="the address cannot be attributed")


def question_of(name: str, number: int = 1, **particulars) -> Question:
    return Question(
        **{
            "id": QuestionId(name),
            "number": IntakeNumber(number),
            "sender_id": HARBOUR,
            "path": GAP.path,
            "text": "Which port?",
            "asked_at": NOON,
            "asked_by": "user:ada",
            **particulars,
        }
    )


def file_of(name: str, at: datetime) -> IntakeFile:
    return IntakeFile(
        id=name,
        number=IntakeNumber(1),
        sha256=bytes(32),
        md5=bytes(16),
        size_bytes=5_000_000_000,
        object_id=ObjectId("o"),
        uploaded_at=at,
    )


def test_a_sender_comes_back_as_it_was_stored(any_store: Store):
    full = sender_of(
        "Harbour",
        user="harbour-user",
        secret_digest=bytes(32),
        rights=frozenset({SenderRight.SUBMIT}),
        reports_a_day=1000,
        contact_email="desk@harbour.example",
        blocked_at=NOON,
    )
    any_store.transact(
        lambda unit: [unit.put_sender(each) for each in (sender_of("Harbour"), full, sender_of("Alder"))]
    )
    with any_store.read() as reader:
        assert reader.find_sender(HARBOUR) == full
        assert reader.find_sender_by_user("harbour-user") == full
        assert reader.find_sender_by_user("nobody") is None
        assert [each.name for each in reader.senders()] == ["Alder", "Harbour"]


@pytest.mark.parametrize("clash", [sender_of("Harbour"), sender_of("Alder", user="harbour-user")])
def test_two_senders_share_neither_name_nor_user(any_store: Store, clash: IntakeSender):
    any_store.transact(lambda unit: unit.put_sender(sender_of("Harbour", user="harbour-user")))
    with pytest.raises(ConflictError, match="another sender"):
        any_store.transact(lambda unit: unit.put_sender(replace(clash, id=SenderId("another"))))


def test_numbers_rise_from_one(any_store: Store):
    first = any_store.transact(lambda unit: unit.add_intake(intake_of("a")))
    rest = any_store.transact(lambda unit: unit.add_intakes([intake_of(each) for each in "bacb"]))
    last = any_store.transact(lambda unit: unit.add_intake(intake_of("d")))
    assert first.number == 1
    assert [None if each is None else each.number for each in rest] == [2, None, 3, None]
    assert last.number > 3


def test_a_report_comes_back_as_it_was_stored(any_store: Store):
    full = intake_of(
        "a",
        form=IntakeForm.CYBERTIPLINE,
        incident_type="Online Enticement",
        incident_at=NOON - timedelta(days=1),
        ended_at=NOON,
        country="NL",
        language="nl",
        file_count=3,
        gaps=(GAP,),
        document='{"a":1}',
    )
    stored = any_store.transact(lambda unit: unit.add_intake(full))
    with any_store.read() as reader:
        assert reader.find_intake(stored.number) == replace(full, number=stored.number) == stored
        assert reader.intakes_of([stored.number, IntakeNumber(5)]) == {stored.number: stored}
        assert reader.find_same_intake(HARBOUR, full.digest) == stored
        assert reader.find_same_intake(SenderId("alder"), full.digest) is None


def test_the_same_bytes_of_one_sender_are_one_report_until_it_was_taken_back(any_store: Store):
    stored = any_store.transact(lambda unit: unit.add_intake(intake_of("a", state=IntakeState.OPEN)))
    any_store.transact(lambda unit: unit.add_intake(intake_of("a", sender_id=SenderId("alder"))))
    with pytest.raises(ConflictError, match="same sender"):
        any_store.transact(lambda unit: unit.add_intake(intake_of("a")))
    taken_back = replace(stored, state=IntakeState.RETRACTED, ended_at=NOON)
    any_store.transact(lambda unit: unit.change_intake(taken_back))
    again = any_store.transact(lambda unit: unit.add_intake(intake_of("a")))
    assert again.number > stored.number


def test_adders_side_by_side_store_each_report_once(any_store: Store):
    names = [f"report {number}" for number in range(40)]

    def add(worker: int) -> int:
        added = 0
        for report in map(intake_of, names[worker:] + names[:worker]):
            added += any_store.transact(methodcaller("add_intakes", [report])) != [None]
        return added

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, range(0, 40, 10))) == 40
    with any_store.read() as reader:
        assert sorted(each.reference for each in reader.intakes(IntakeFilter(limit=100))) == sorted(names)


def test_what_was_taken_in_keeps_its_words(any_store: Store):
    opened = any_store.transact(lambda unit: unit.add_intake(intake_of("a", state=IntakeState.OPEN)))
    finished = replace(opened, state=IntakeState.TAKEN_IN, document='{"b":2}', file_count=2, gaps=(GAP,))
    any_store.transact(lambda unit: unit.change_intake(finished))
    with pytest.raises(ConflictError, match="does not change"):
        any_store.transact(lambda unit: unit.change_intake(replace(finished, document="{}")))
    with pytest.raises(NotFoundError):
        any_store.transact(lambda unit: unit.change_intake(replace(finished, number=IntakeNumber(9))))
    with any_store.read() as reader:
        assert reader.find_intake(opened.number) == finished


def test_an_answer_changes_the_gaps_alone(any_store: Store):
    stored = any_store.transact(lambda unit: unit.add_intake(intake_of("a", gaps=(GAP,))))
    any_store.transact(lambda unit: unit.put_gaps(stored.number, []))
    with any_store.read() as reader:
        assert reader.find_intake(stored.number) == replace(stored, gaps=())
        assert reader.intakes(IntakeFilter(incomplete=True)) == []
    with pytest.raises(NotFoundError):
        any_store.transact(lambda unit: unit.put_gaps(IntakeNumber(9), []))


def test_reports_are_listed_by_every_filter_newest_first(any_store: Store):
    reports = [
        intake_of("a"),
        intake_of("b", sender_id=SenderId("alder")),
        intake_of("c", state=IntakeState.OPEN),
        intake_of("d", form=IntakeForm.VICS),
        intake_of("e", gaps=(GAP,)),
    ]
    any_store.transact(lambda unit: unit.add_intakes(reports))

    def listed(**wanted) -> str:
        with any_store.read() as reader:
            return "".join(each.reference for each in reader.intakes(IntakeFilter(**wanted)))

    assert listed() == "edcba"
    assert listed(sender_id=HARBOUR) == "edca"
    assert listed(state=IntakeState.OPEN) == "c"
    assert listed(form=IntakeForm.VICS) == "d"
    assert listed(incomplete=True) == "e"
    assert listed(incomplete=False) == "dcba"
    assert listed(limit=2) == "ed"
    assert listed(before=IntakeNumber(4), limit=2) == "cb"


def test_pending_reports_wait_once_and_leave_in_their_order(any_store: Store):
    numbers = [IntakeNumber(each) for each in (3, 1, 2)]
    any_store.transact(lambda unit: [unit.put_pending(each) for each in (numbers, numbers[:1])])
    with any_store.read() as reader:
        assert reader.pending(2) == [1, 2]
    assert any_store.transact(lambda unit: unit.delete_pending([IntakeNumber(1), IntakeNumber(7)])) == 1
    with any_store.read() as reader:
        assert (reader.count_pending(), reader.pending(9)) == (2, [2, 3])


def test_mentions_come_back_whole_and_in_their_order(any_store: Store):
    first = mention_of(IdentifierKind.EMAIL, "a@b.example", raw="A@B.example", verified=True)
    second = mention_of(
        IdentifierKind.IP,
        "203.0.113.9",
        origin=Origin(path="incident.text", start=4),
        part=Part.OTHER,
        person=2,
        at=NOON,
        port=443,
        verified=False,
    )
    number, other = IntakeNumber(1), IntakeNumber(2)
    any_store.transact(lambda unit: unit.add_mentions([(number, first), (other, first)]))
    any_store.transact(lambda unit: unit.add_mentions([(number, second)]))
    with any_store.read() as reader:
        assert reader.mentions_of([number, other, IntakeNumber(3)]) == {1: [first, second], 2: [first], 3: []}
        assert reader.mentions_of([number], most_each=1) == {1: [first]}


def test_reports_are_found_by_what_they_state(any_store: Store):
    name = mention_of(IdentifierKind.EMAIL, "a@b.example")
    stated = [(IntakeNumber(each), name) for each in (1, 2, 2, 3)]
    stated.append((IntakeNumber(4), mention_of(IdentifierKind.ACCOUNT, "a@b.example")))
    any_store.transact(lambda unit: unit.add_mentions(stated))
    with any_store.read() as reader:
        assert reader.reports_mentioning(IdentifierKind.EMAIL, "a@b.example") == [3, 2, 1]
        assert reader.reports_mentioning(IdentifierKind.EMAIL, "a@b.example", before=IntakeNumber(3), limit=1) == [2]
        assert reader.reports_mentioning(IdentifierKind.PHONE, "a@b.example") == []


def test_identifiers_are_found_by_how_they_begin_byte_by_byte(any_store: Store):
    stated = [
        (IdentifierKind.EMAIL, "ab@x.example"),
        (IdentifierKind.ACCOUNT, "ab@x.example"),
        (IdentifierKind.EMAIL, "aB@x.example"),
        (IdentifierKind.EMAIL, "abé@x.example"),
        (IdentifierKind.EMAIL, "ac@x.example"),
        (IdentifierKind.EMAIL, "ab%_@x.example"),
    ]
    rows = [(IntakeNumber(at), mention_of(*each)) for at, each in enumerate(stated * 2)]
    any_store.transact(lambda unit: unit.add_mentions(rows))
    with any_store.read() as reader:
        everything = [(value, kind.value) for kind, value in reader.values_like(None, "ab", 9)]
        assert everything == sorted((value, kind.value) for kind, value in stated if value.startswith("ab"))
        assert reader.values_like(IdentifierKind.ACCOUNT, "a", 9) == [stated[1]]
        assert len(reader.values_like(None, "a", 2)) == 2
        assert reader.values_like(None, "ab%", 9) == [stated[5]]


def test_files_come_back_in_the_order_of_their_coming_and_are_described_once(any_store: Store):
    first, second = file_of("b", NOON), file_of("a", NOON + timedelta(seconds=1))
    any_store.transact(lambda unit: [unit.add_intake_file(each) for each in (second, first)])
    any_store.transact(lambda unit: unit.describe_intake_file("b", NOON))
    with any_store.read() as reader:
        assert reader.intake_files(IntakeNumber(1)) == [replace(first, described_at=NOON), second]
        assert reader.intake_files(IntakeNumber(2)) == []
    for again in (methodcaller("add_intake_file", first), methodcaller("describe_intake_file", "b", NOON)):
        with pytest.raises(ConflictError):
            any_store.transact(again)


def test_a_senders_days_only_grow(any_store: Store):
    any_store.transact(lambda unit: unit.count_sent(HARBOUR, NOON, reports=2, incomplete=1))
    any_store.transact(lambda unit: unit.count_sent(HARBOUR, NOON, reports=1, repeated=4, refused=5))
    any_store.transact(lambda unit: unit.count_sent(HARBOUR, NOON + timedelta(days=1), reports=7))
    any_store.transact(lambda unit: unit.count_sent(SenderId("alder"), NOON, reports=9))
    today = SenderDay(day=NOON.date().isoformat(), reports=3, incomplete=1, repeated=4, refused=5)
    with any_store.read() as reader:
        assert reader.sender_days(HARBOUR, 9)[1] == today
        assert [each.reports for each in reader.sender_days(HARBOUR, 1)] == [7]
        assert reader.sent_on(HARBOUR, NOON) == 3
        assert reader.sent_on(HARBOUR, NOON - timedelta(days=1)) == 0


def test_a_question_is_answered_once(any_store: Store):
    asked = [
        question_of("q1"),
        question_of("q2", number=2),
        question_of("q3"),
        question_of("q4", sender_id=SenderId("alder")),
    ]
    any_store.transact(lambda unit: [unit.put_question(each) for each in asked])
    answered = any_store.transact(lambda unit: unit.answer_question(QuestionId("q3"), "49152", NOON))
    assert answered == question_of("q3", answer="49152", answered_at=NOON)
    with any_store.read() as reader:
        assert [each.id for each in reader.questions(sender_id=HARBOUR)] == ["q2", "q1", "q3"]
        assert [each.id for each in reader.questions(number=IntakeNumber(1))] == ["q4", "q1", "q3"]
        still_open = sum(each.answered_at is None for each in reader.questions(sender_id=HARBOUR))
        assert reader.count_open_questions(HARBOUR, 100) == still_open == 2
        assert reader.count_open_questions(HARBOUR, 1) == 1
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.answer_question(QuestionId("q3"), "1", NOON))
    with pytest.raises(NotFoundError):
        any_store.transact(lambda unit: unit.answer_question(QuestionId("none"), "1", NOON))


def test_the_mentions_of_a_report_are_counted_without_being_read(any_store):
    any_store.transact(methodcaller("put_sender", sender_of("Harbour")))
    number = any_store.transact(lambda unit: unit.add_intake(intake_of("one"))).number
    with any_store.read() as reader:
        assert reader.count_mentions(number) == 0
    for many in (3, 4):
        mentions = [(number, mention_of(IdentifierKind.FILE, f"md5:{each:032x}")) for each in range(many)]
        any_store.transact(methodcaller("add_mentions", mentions))
    with any_store.read() as reader:
        assert reader.count_mentions(number) == len(reader.mentions_of([number])[number]) == 7
