"""The audit page: what was done, how the log stands, and a look at all of it; and that looking is written down."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.ground.identity import new_id
from clew.pipelines.audit import open_log, seal
from clew.pipelines.audit_erase import erase
from clew.records.audit import OF_EXPOSURE, AuditEvent, AuditFilter
from clew.records.people import Role
from clew.records.screening import Scope
from clew.sealing.checkpoints import read
from tests.web.web_desk import MORNING, SAME_SITE, WebDesk, pdq, signal

EVENT = AuditEvent(at=MORNING, actor="command:ada", act="list.put", subject="list:a", facts={"rows": 3, "vetted": True})


@pytest.fixture
def auditor(desk: WebDesk) -> WebDesk:
    desk.sign_in(Role.AUDITOR)
    return desk


def write(desk: WebDesk, *events: AuditEvent) -> None:
    desk.installation.store.transact(lambda unit: [unit.audit(event) for event in events])


def seal_all(desk: WebDesk) -> int:
    return seal(log_of(desk))


def log_of(desk: WebDesk):
    return open_log(desk.installation.settings, desk.installation.store, desk.clock)


def acts(desk: WebDesk) -> list[tuple[str, str]]:
    with desk.installation.store.read() as reader:
        lines = reader.audit_lines(AuditFilter(limit=100))
    return [(line.event.act, line.event.subject) for line in reversed(lines) if line.event is not None]


def rows(text: str) -> int:
    return text.count('data-label="On which record"')


def test_the_page_shows_what_was_done_by_whom_and_how_the_log_stands(auditor: WebDesk) -> None:
    write(auditor, EVENT)
    sealed = seal_all(auditor)
    text = auditor.get("/audit").text
    assert f"<h1>{sealed} act{'s' if sealed > 1 else ''} sealed, 1 not yet</h1>" in text
    for said in ("command:ada", "list.put", "list:a", '<span class="quiet">vetted</span> yes', "none is set"):
        assert said in text
    assert "not yet</span>" in text, "the reading of this very page is not sealed yet"
    assert ("audit.read", "audit") in acts(auditor)


def test_acts_are_filtered_and_paged(auditor: WebDesk) -> None:
    write(auditor, *(replace(EVENT, at=MORNING + timedelta(hours=n), subject=f"list:{n % 2}") for n in range(60)))
    assert rows(auditor.get("/audit?act=list.put").text) == 50
    first = auditor.get("/audit?act=list.put").text
    more = re.search(r'href="(/audit\?act=list.put&amp;before=\d+)"', first)
    assert more is not None
    assert rows(auditor.get(more[1].replace("&amp;", "&")).text) == 10
    assert rows(auditor.get("/audit?subject=list:1").text) == 30
    assert rows(auditor.get("/audit?act=list.put&since=2026-03-03").text) == 60 - 40
    assert rows(auditor.get("/audit?act=list.put&until=2026-03-01").text) == 16
    assert "No act fits" in auditor.get("/audit?actor=user:none").text
    assert rows(auditor.get("/audit?act=list.put&since=yesterday").text) == 50, "a day that is none asks for nothing"


def test_what_somebody_looked_for_is_written_down_by_kind_only(auditor: WebDesk) -> None:
    auditor.get("/audit?subject=case:secret&actor=user:x")
    with auditor.installation.store.read() as reader:
        [line] = reader.audit_lines(AuditFilter(act="audit.read"))
    assert line.event is not None
    assert line.event.facts == {"by": "actor subject"}


def test_people_are_shown_by_name(auditor: WebDesk) -> None:
    auditor.get("/audit")
    assert re.search(r">user [0-9A-Z]{26}</a>", auditor.get("/audit").text)


def test_an_act_is_shown_with_short_ids_and_without_what_it_leaves_open(auditor: WebDesk) -> None:
    case_id = new_id(MORNING)
    facts: dict[str, str | None] = {"filing": case_id, "number": None, "request": "", "state": "under-way"}
    write(auditor, replace(EVENT, subject=f"case:{case_id}", facts=facts))
    text = auditor.get("/audit?act=list.put").text
    assert f">case:…{case_id[-8:]}</a>" in text
    assert f'subject=case%3A{case_id}"' in text, "its link asks for the whole of it"
    assert f'<span class="quiet">filing</span> …{case_id[-8:]}, <span class="quiet">state</span> under-way</td>' in text


def test_an_erased_act_is_a_line_without_its_event(auditor: WebDesk) -> None:
    write(auditor, replace(EVENT, subject="subject:a"))
    erase(log_of(auditor), ["subject:a"], ground="order", actor="command:ada")
    text = auditor.get("/audit").text
    assert "the event is gone; its proof stands" in text
    assert "subject:a" not in text


def test_a_stuck_sequencer_is_told(auditor: WebDesk) -> None:
    write(auditor, EVENT)
    assert "Sealing is stuck" not in auditor.get("/audit").text
    auditor.clock.move(seconds=61)
    assert "Sealing is stuck" in auditor.get("/audit").text


def test_a_look_at_the_whole_log_is_made_and_told(auditor: WebDesk) -> None:
    write(auditor, EVENT)
    seal_all(auditor)
    assert "Not verified since the service started" in auditor.get("/audit/verified").text
    answer = auditor.call("POST", "/audit/verify", headers=SAME_SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit/verified")
    auditor.app.state.door.verifying.close()
    text = auditor.get("/audit/verified").text
    assert "<h1>All of it is as it was sealed</h1>" in text
    assert "begun" in auditor.get("/audit").text
    assert ("audit.verify", "audit") in acts(auditor)


def test_what_is_not_as_sealed_is_told_with_its_leaf(auditor: WebDesk) -> None:
    write(auditor, EVENT, EVENT)
    seal_all(auditor)
    with auditor.installation.store._database.writing.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("DROP TRIGGER audit_events_keep")
        connection.exec_driver_sql("UPDATE audit_events SET facts = '{}' WHERE act = 'list.put'")
    auditor.call("POST", "/audit/verify", headers=SAME_SITE)
    auditor.app.state.door.verifying.close()
    text = auditor.get("/audit/verified").text
    assert "<h1>2 things are not as sealed</h1>" in text
    assert "the row is not what was sealed" in text


def test_a_look_that_fails_says_why(auditor: WebDesk, tmp_path: Path) -> None:
    (tmp_path / "witness").write_text("a diary\n")
    verifying = auditor.app.state.door.verifying
    verifying.begin(replace(log_of(auditor), witness=tmp_path / "witness"), "user:x")
    verifying.close()
    text = auditor.get("/audit/verified").text
    assert "<h1>The look could not be finished</h1>" in text
    assert "a checkpoint has an origin" in text


def test_the_newest_checkpoint_is_downloaded(auditor: WebDesk) -> None:
    assert auditor.get("/audit/checkpoint").status_code == 404
    size = seal_all(auditor)
    answer = auditor.get("/audit/checkpoint")
    assert read(answer.text).size == size
    assert answer.headers["content-disposition"] == f'attachment; filename="clew-audit-{size}.checkpoint"'


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.AUDITOR, Role.ADMINISTRATOR}])
def test_who_is_neither_auditor_nor_administrator_sees_no_way_to_it(desk: WebDesk, role: Role) -> None:
    desk.sign_in(role)
    assert desk.get("/audit").status_code == 403
    assert 'href="/audit"' not in desk.get("/").text


def test_reads_of_hits_and_searches_are_written_down(desk: WebDesk) -> None:
    desk.add_list("national", [pdq(1)])
    key = desk.key(Scope.SCREEN, Scope.HITS_READ)
    hit = desk.screen(key, json={"signals": [signal(pdq(1))]}).json()["hit"]
    before = len(acts(desk))
    desk.call("GET", "/api/v1/hits", key=key)
    desk.call("GET", f"/api/v1/hits/{hit}", key=key)
    desk.sign_in()
    for path in ("/hits", f"/hits/{hit}", f"/find?q={pdq(1).hex()[:8]}", "/find?q=harbour", "/find"):
        desk.get(path)
    read_acts = [each for each in acts(desk)[before:] if each[0].startswith(("hit", "console"))]
    assert read_acts == [
        ("hits.read", "hits"),
        ("hit.open", f"hit:{hit}"),
        ("hits.read", "hits"),
        ("hit.open", f"hit:{hit}"),
        ("console.find", "console"),
        ("console.find", "console"),
    ]
    with desk.installation.store.read() as reader:
        lines = reader.audit_lines(AuditFilter(act="hits.read"))
    assert [line.event.actor.split(":")[0] for line in lines if line.event] == ["user", "key"]


VIEW = AuditEvent(at=MORNING, actor="user:rita", act="view.served", subject="case:a", facts={"filter": "full"})


def test_who_was_shown_what_bears_no_name_and_is_found_by_no_person_s_acts(auditor: WebDesk) -> None:
    """Exposure is the person's own to count, and a manager's in totals of teams alone."""
    stopped = {"reason": "exposure"}
    write(auditor, *(replace(VIEW, act=act, facts=stopped) for act in sorted(OF_EXPOSURE)))
    write(auditor, replace(EVENT, actor="user:rita"), replace(VIEW, act="review.hand_over", facts={"reason": "shift"}))
    text = auditor.get("/audit").text
    assert text.count("somebody who reviews") == len(OF_EXPOSURE)
    assert text.count(">user:rita</a>") == 2, "a job given on for another reason is no exposure"
    found = auditor.get("/audit?actor=user:rita").text
    assert rows(found) == 1
    assert "theirs alone to count" in found
    for act in sorted(OF_EXPOSURE):
        assert rows(auditor.get(f"/audit?act={act}").text) == (2 if act == "review.hand_over" else 1)
        assert rows(auditor.get(f"/audit?act={act}&actor=user:rita").text) == 0


def test_a_person_who_reads_the_log_finds_what_they_themselves_were_shown(desk: WebDesk) -> None:
    user = desk.sign_in(Role.AUDITOR, Role.REVIEWER)
    write(desk, replace(VIEW, actor=user.actor), replace(VIEW, actor="key:0123456789"))
    text = desk.get("/audit").text
    assert "somebody who reviews" not in text
    assert "key:0123456789" in text
    assert rows(desk.get(f"/audit?actor={user.actor}&act=view.served").text) == 1


def test_an_erased_act_stays_a_line_whoever_is_asked_for(auditor: WebDesk) -> None:
    write(auditor, replace(VIEW, subject="subject:a"))
    erase(log_of(auditor), ["subject:a"], ground="order", actor="command:ada")
    with auditor.installation.store.read() as reader:
        lines = reader.audit_lines(AuditFilter(without=OF_EXPOSURE, limit=100))
    assert [line for line in lines if line.event is None]
