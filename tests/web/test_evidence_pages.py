"""The pages of preservation: what they say, what they change, who may do it, and what they never show."""

import html
import re
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from clew.pipelines import holds, legal_process
from clew.pipelines.evidence import seal
from clew.pipelines.process_void import void_process
from clew.records.evidence import HoldKind, ProcessKind
from clew.records.identifiers import CaseId
from clew.records.people import Role
from clew.settings import Review
from tests.web.web_desk import MORNING, SAME_SITE, WebDesk

CASE = CaseId("01KA2VJ5T0M3N4P5Q6R7S8T9V0")
PAGE = f"/evidence/{CASE}"
CANARY = b"harbour-canary-bytes"


def text(answer: httpx.Response) -> str:
    """What a person reads."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", answer.text)).split())


@pytest.fixture
def kept(desk: WebDesk) -> WebDesk:
    """A case of one object, whose report is finished; a reporter is signed in."""
    room = desk.installation.strongroom
    seal(room, CASE, CANARY, actor="system:test", media_type="image/png")
    room.store.transact(
        lambda unit: holds.preserve(unit, room, CASE, finished_at=MORNING, reference="filing-1", actor="system:file")
    )
    desk.sign_in(Role.REPORTER)
    return desk


def post(desk: WebDesk, path: str, form: dict[str, str]) -> httpx.Response:
    return desk.call("POST", path, data=form, headers=SAME_SITE)


def standing(desk: WebDesk) -> list[HoldKind]:
    with desk.installation.store.read() as reader:
        return sorted(hold.kind for hold in holds.standing_holds(reader, CASE, desk.clock()))


def hold_id(desk: WebDesk) -> str:
    with desk.installation.store.read() as reader:
        return holds.standing_holds(reader, CASE, desk.clock())[0].id


def record(desk: WebDesk, kind: ProcessKind, actor: str = "user:other", due_at: datetime | None = None):
    asked = legal_process.Asked(
        kind=kind, reference="26-12", authority="County court", issued_at=MORNING - timedelta(days=2), due_at=due_at
    )
    return legal_process.record_process(desk.installation.strongroom, CASE, asked, actor=actor)


def test_an_empty_vault_says_why_it_is_empty(desk: WebDesk) -> None:
    desk.sign_in()
    assert "No evidence is held" in text(desk.get("/evidence"))
    assert "sealed when a hit becomes a case" in text(desk.get("/evidence"))


def test_the_list_says_what_is_held_why_and_until_when(kept: WebDesk) -> None:
    said = text(kept.get("/evidence"))
    assert "1 case held" in said
    assert f"…{CASE[-8:]}" in said
    assert "Preservation 1 Mar 2027 in 365 days" in said
    assert "18 U.S.C. 2258A(h) (unverified: second-hand)" in said


def test_cases_are_filtered_by_how_they_stand(kept: WebDesk) -> None:
    assert f"…{CASE[-8:]}" in text(kept.get("/evidence?kept=held"))
    assert "No case stands so" in text(kept.get("/evidence?kept=lapsed"))
    kept.clock.move(days=400)
    kept.sign_in(Role.REPORTER)
    assert "0 cases held, 1 without a hold" in text(kept.get("/evidence"))
    assert "a person decides" in text(kept.get("/evidence?kept=lapsed"))


def test_what_runs_out_soon_stands_first(kept: WebDesk) -> None:
    assert "no last hold ends" in text(kept.get("/evidence"))
    kept.clock.move(days=330)
    kept.sign_in(Role.REPORTER)
    assert "the last hold ends" in text(kept.get("/evidence"))


def test_a_request_without_a_date_stands_under_its_own_heading(kept: WebDesk) -> None:
    assert "without a date" not in text(kept.get("/evidence"))
    record(kept, ProcessKind.WARRANT)
    said = text(kept.get("/evidence"))
    assert "Not answered, without a date Warrant 26-12, County court" in said


def test_an_overdue_request_stands_on_today_until_it_is_answered(kept: WebDesk) -> None:
    process = record(kept, ProcessKind.WARRANT, due_at=kept.clock() + timedelta(days=2))
    assert "overdue" not in text(kept.get("/"))
    kept.clock.move(days=3)
    kept.sign_in(Role.REPORTER)
    assert "1 legal request is overdue An authority waits for an answer past its day." in text(kept.get("/"))
    legal_process.answer_process(kept.installation.strongroom, process.id, actor="user:other")
    assert "overdue" not in text(kept.get("/"))


def test_a_case_tells_its_holds_and_never_shows_a_byte(kept: WebDesk) -> None:
    answer = kept.get(PAGE)
    assert "Held until 1 Mar 2027" in text(answer)
    assert "Open case" in text(answer)
    assert CANARY.decode() not in answer.text
    with kept.installation.store.read() as reader:
        (sealed,) = reader.objects_of_case(CASE)
    assert sealed.id[:12] not in answer.text


def test_a_hold_is_extended_put_and_released(kept: WebDesk) -> None:
    first = hold_id(kept)
    answer = post(kept, f"{PAGE}/extend", {"hold": first, "until": "2027-12-31", "ground": "trial pending"})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert "Held until 1 Jan 2028" in text(kept.get(PAGE))
    assert post(kept, f"{PAGE}/hold", {"ground": "order 12", "until": ""}).status_code == 303
    assert standing(kept) == [HoldKind.LEGAL, HoldKind.PRESERVATION, HoldKind.PRESERVATION]
    with kept.installation.store.read() as reader:
        (legal,) = (each for each in holds.standing_holds(reader, CASE, kept.clock()) if each.kind is HoldKind.LEGAL)
    post(kept, f"{PAGE}/release", {"hold": legal.id, "ground": "superseded"})
    assert standing(kept) == [HoldKind.PRESERVATION, HoldKind.PRESERVATION]
    assert "superseded" in text(kept.get(PAGE))


def test_a_preservation_ends_early_when_a_second_person_agrees_and_can_be_kept_after_all(kept: WebDesk) -> None:
    first = hold_id(kept)
    form = {"hold": first, "ground": "filed by mistake"}
    assert "another person must agree" in text(kept.get(PAGE))
    post(kept, f"{PAGE}/release", form)
    assert standing(kept) == [HoldKind.PRESERVATION]
    assert "asked to release it" in text(kept.get(PAGE))
    assert "It stands until another person agrees" in text(kept.get(PAGE))
    assert "Release this hold" not in text(kept.get(PAGE))
    answer = post(kept, f"{PAGE}/release", form)
    assert (answer.status_code, "another person must agree" in text(answer)) == (403, True)
    assert post(kept, f"{PAGE}/release", {"hold": first, "keep": "yes"}).status_code == 303
    assert "asked to release it" not in text(kept.get(PAGE))
    post(kept, f"{PAGE}/release", form)
    kept.sign_in(Role.REPORTER)
    assert post(kept, f"{PAGE}/release", {"hold": first, "ground": "agreed"}).status_code == 303
    assert standing(kept) == []
    assert "filed by mistake; agreed" in text(kept.get(PAGE))


def test_a_destruction_waits_for_the_answer_to_every_legal_request(kept: WebDesk) -> None:
    kept.clock.move(days=400)
    kept.sign_in(Role.REPORTER)
    record(kept, ProcessKind.DESTRUCTION_REQUEST)
    warrant = record(kept, ProcessKind.WARRANT)
    said = text(kept.get(PAGE))
    assert "Not possible now: the warrant 26-12 of County court is not answered" in said
    answer = post(kept, f"{PAGE}/destroy", {"confirm": CASE, "process": ""})
    assert (answer.status_code, "a legal request is not answered: warrant 26-12" in text(answer)) == (403, True)
    post(kept, f"{PAGE}/answered", {"process": warrant.id})
    assert post(kept, f"{PAGE}/destroy", {"confirm": CASE, "process": ""}).status_code == 303


def test_what_went_wrong_is_said_where_the_person_was(kept: WebDesk) -> None:
    form = {"hold": hold_id(kept), "until": "2026-04-01", "ground": "shorter"}
    answer = post(kept, f"{PAGE}/extend", form)
    assert answer.status_code == 400
    assert "an extension ends later than the hold" in text(answer)
    assert "Held until 1 Mar 2027" in text(answer)
    assert post(kept, f"{PAGE}/hold", {"ground": "x", "until": "soon"}).status_code == 400
    assert post(kept, f"{PAGE}/process", {"kind": "wish", "issued": "2026-02-01"}).status_code == 400


def test_a_hold_or_process_of_another_case_is_not_touched(kept: WebDesk) -> None:
    seal(kept.installation.strongroom, CaseId("other"), b"another", actor="system:test")
    process = record(kept, ProcessKind.WARRANT)
    for path, form in [("release", {"hold": hold_id(kept), "ground": "x"}), ("answered", {"process": process.id})]:
        assert post(kept, f"/evidence/other/{path}", form).status_code == 404
    assert standing(kept) == [HoldKind.PRESERVATION]


def test_a_legal_request_is_recorded_approved_and_answered(kept: WebDesk) -> None:
    form = {
        "kind": "warrant",
        "reference": "26-77",
        "authority": "County court",
        "issued": "2026-02-20",
        "due": "2026-03-15",
    }
    assert post(kept, f"{PAGE}/process", form).status_code == 303
    assert "Warrant 26-77 County court, issued 20 Feb 2026" in text(kept.get(PAGE))
    assert "warrant 26-77, County court" in text(kept.get("/evidence"))
    exigency = record(kept, ProcessKind.EXIGENCY)
    assert post(kept, f"{PAGE}/approve", {"process": exigency.id}).status_code == 303
    assert post(kept, f"{PAGE}/answered", {"process": exigency.id}).status_code == 303
    with kept.installation.store.read() as reader:
        approved = reader.get_process(exigency.id)
    assert approved.approved_by is not None
    assert approved.answered_by == approved.approved_by


def test_a_legal_request_is_voided_by_two_and_can_be_kept_in_force(kept: WebDesk) -> None:
    warrant = record(kept, ProcessKind.WARRANT)
    assert post(kept, f"{PAGE}/void", {"process": warrant.id, "ground": "meant for another case"}).status_code == 303
    told = text(kept.get(PAGE))
    assert "asked to void it" in told
    assert "Void the request" not in told  # who asked does not agree with themselves
    assert post(kept, f"{PAGE}/void", {"process": warrant.id, "keep": "yes"}).status_code == 303
    assert "asked to void it" not in text(kept.get(PAGE))
    room = kept.installation.strongroom
    void_process(room, warrant.id, ground="meant for another case", actor="user:other")
    assert "Void the request" in text(kept.get(PAGE))
    assert post(kept, f"{PAGE}/void", {"process": warrant.id, "ground": "quashed"}).status_code == 303
    told = text(kept.get(PAGE))
    assert "meant for another case; quashed" in told
    assert "Mark answered" not in told
    assert post(kept, f"{PAGE}/void", {"process": warrant.id, "ground": "quashed"}).status_code == 409


def test_a_destruction_says_what_would_go_and_needs_two_people(kept: WebDesk) -> None:
    assert "1 hold forbids it" in text(kept.get(PAGE))
    kept.clock.move(days=400)
    kept.sign_in(Role.REPORTER)
    assert "no lawful request for it is on record" in text(kept.get(PAGE))
    record(kept, ProcessKind.DESTRUCTION_REQUEST)
    said = text(kept.get(PAGE))
    assert "1 object, 20 bytes, and the one key that opens them" in said
    assert "you ask, another person confirms" in said
    assert post(kept, f"{PAGE}/destroy", {"confirm": "another"}).status_code == 403
    assert post(kept, f"{PAGE}/destroy", {"confirm": CASE}).status_code == 303
    assert "You have asked for it" in text(kept.get(PAGE))
    assert post(kept, f"{PAGE}/withdraw", {}).status_code == 303
    assert "Withdrawn, nothing was destroyed" in text(kept.get(PAGE))
    assert post(kept, f"{PAGE}/destroy", {"confirm": CASE}).status_code == 303
    kept.sign_in(Role.SENIOR_REVIEWER)
    assert "Destroy it for good" in text(kept.get(PAGE))
    assert post(kept, f"{PAGE}/destroy", {"confirm": CASE}).status_code == 303
    assert "Destroyed on 5 Apr 2027" in text(kept.get(PAGE))
    signed = kept.get(f"{PAGE}/certificate")
    assert signed.json()["statement"]["case"] == CASE
    assert "Destroyed 1" in text(kept.get("/evidence"))


def test_who_may_not_change_anything_sees_no_form(kept: WebDesk) -> None:
    kept.sign_in(Role.AUDITOR)
    answer = kept.get(PAGE)
    assert answer.status_code == 200
    assert f'action="{PAGE}' not in answer.text
    assert post(kept, f"{PAGE}/hold", {"ground": "x"}).status_code == 403
    for role in (Role.REVIEWER, Role.READ_ONLY):
        kept.sign_in(role)
        assert kept.get(PAGE).status_code == 403


def test_looking_at_a_case_is_written_down(kept: WebDesk) -> None:
    kept.get(PAGE)
    with kept.installation.store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT act, subject FROM audit_events").all()
    assert ("evidence.open-case", f"case:{CASE}") in [tuple(row) for row in rows]


def test_what_is_not_kept_has_no_page(kept: WebDesk) -> None:
    assert kept.get("/evidence/none").status_code == 404
    assert kept.get(f"{PAGE}/certificate").status_code == 404


def alone(desk: WebDesk) -> None:
    """From now on the installation has one person."""
    door = desk.app.state.door
    before = door.installation
    door.installation = replace(
        before,
        settings=replace(before.settings, review=Review(one_person=True)),
        strongroom=replace(before.strongroom, two_people=False),
    )


def test_who_is_alone_is_told_from_when_on_they_may_confirm_and_of_nobody_else(desk: WebDesk) -> None:
    room = desk.installation.strongroom
    seal(room, CASE, CANARY, actor="system:test", media_type="image/png")
    room.store.transact(lambda unit: holds.end_open_case(unit, room, CASE, ground="dismissed", actor="system:test"))
    alone(desk)
    desk.sign_in(Role.REPORTER)
    record(desk, ProcessKind.DESTRUCTION_REQUEST)
    said = text(desk.get(PAGE))
    assert "you ask, and confirm it yourself after a delay; the certificate says so" in said
    assert post(desk, f"{PAGE}/destroy", {"confirm": CASE}).status_code == 303
    said = text(desk.get(PAGE))
    assert "you confirm what you asked for yourself, from" in said
    assert "another person" not in said
    answer = post(desk, f"{PAGE}/destroy", {"confirm": CASE})
    assert (answer.status_code, "agree with yourself after" in text(answer)) == (403, True)


def test_who_comes_with_an_old_proof_is_told_before_they_type_that_it_would_be_lost(kept: WebDesk) -> None:
    assert "prove first that it is you" not in text(kept.get(PAGE))
    kept.clock.move(minutes=16)
    assert "prove first that it is you" in text(kept.get(PAGE))
    led = post(kept, f"{PAGE}/destroy", {"confirm": CASE}).headers["location"]
    assert "What you had just asked for was not done" in text(kept.get(led))
    assert "was not done" not in text(kept.get("/stepup?back=/"))
