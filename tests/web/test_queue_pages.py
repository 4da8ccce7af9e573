"""The pages of the queue: what is shown of a place, who decides, what waits for another person, what is taken back."""

import pytest

from clew.records.audit import AuditFilter
from clew.records.people import Role
from clew.records.triage import PlaceState
from tests.web.queue_desk import QueueSite, open_site
from tests.web.web_desk import WebDesk


@pytest.fixture
def site(desk: WebDesk) -> QueueSite:
    return open_site(desk)


def acts(site: QueueSite, subject: str) -> list[str]:
    with site.web.installation.store.read() as reader:
        lines = reader.audit_lines(AuditFilter(subject=subject, limit=50))
    return [line.event.act for line in reversed(lines) if line.event is not None]


def test_an_empty_queue_says_why_and_what_would_fill_it(site: QueueSite) -> None:
    site.sign_in()
    text = site.web.get("/queue").text
    assert "Nothing waits" in text
    assert "no report came yet" in text
    assert "Take the next" not in text


def test_what_stands_ahead_comes_first_with_its_reason_and_no_word_of_the_report(site: QueueSite) -> None:
    calm, danger = site.take_in("mara")[0], site.take_in("quorvane", urgent="They meet at four.")[0]
    site.sign_in()
    text = site.web.get("/queue").text
    assert text.index(f'href="/queue/{danger}"') < text.index(f'href="/queue/{calm}"')
    assert "Child in danger" in text
    for secret in ("quorvane", "mara", "They meet", "board.example"):
        assert secret not in text


def test_pages_follow_one_another_and_every_place_stands_on_one(site: QueueSite) -> None:
    taken = site.take_in(*(f"n{number}" for number in range(60)))
    site.sign_in()
    seen, link = [], "/queue"
    while link:
        text = site.web.get(link).text
        seen += [number for number in taken if f'<a href="/queue/{number}" data-row' in text]
        link = text.split('">Next 25')[0].rsplit('href="', 1)[1].replace("&amp;", "&") if "Next 25" in text else ""
    assert sorted(seen) == sorted(taken)
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("query", ["after=1_x_1_1", "after=" + "9" * 90, "country=D1", "after=0_1e999_1_1"])
def test_a_question_that_is_not_understood_is_refused(site: QueueSite, query: str) -> None:
    site.sign_in()
    assert site.web.get(f"/queue?{query}").status_code == 400


def test_next_is_what_the_rule_of_the_queue_takes(site: QueueSite) -> None:
    site.take_in("mara")
    danger = site.take_in("nell", urgent="Now.")[0]
    user = site.sign_in()
    answer = site.post("/queue/next")
    assert answer.headers["location"] == f"/queue/{danger}"
    assert (site.place(danger).state, site.place(danger).holder) == (PlaceState.CLAIMED, user.id)


def test_identifiers_are_covered_until_they_are_asked_for_and_that_is_audited(site: QueueSite) -> None:
    number = site.take_in("quorvane")[0]
    site.sign_in()
    for page in (f"/queue/{number}", f"/queue/{number}/reports/{number}"):
        answer = site.web.get(page)
        assert answer.status_code == 200
        assert "quorvane" not in answer.text
    whole = site.web.get(f"/queue/{number}/reports/{number}?whole=1").text
    assert "quorvane" in whole
    assert "hxxps[:]//board[.]example" in whole
    assert "://board" not in whole
    assert acts(site, f"place:{number}").count("place.read") == 1
    assert acts(site, f"intake:{number}") == ["intake.read", "intake.read"]


def test_factors_are_shown_signed_with_their_source_and_their_sum(site: QueueSite) -> None:
    number = site.take_in("mara", urgent="Now.")[0]
    site.sign_in()
    text = site.web.get(f"/queue/{number}").text
    place = site.place(number)
    for factor in place.risk.factors:
        assert f"<b>{factor.weight:+.2f}</b>".replace("-", "\N{MINUS SIGN}") in text
    assert f"<b>{place.risk.figure:+.2f}</b>".replace("-", "\N{MINUS SIGN}") in text
    assert "incident, urgent because" in text


def test_nothing_is_chosen_for_a_person(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    site.sign_in()
    site.hold(number)
    text = site.web.get(f"/queue/{number}").text
    assert " checked" not in text
    refused = site.post(f"/queue/{number}/decide", token=site.place(number).token, act="close", reason="viral")
    assert refused.status_code == 400
    assert "whether a child was in danger" in refused.text


def test_a_close_needs_its_reason_and_what_was_typed_is_kept(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    site.sign_in()
    site.hold(number)
    refused = site.decide(number, "close", note="as in 7731")
    assert refused.status_code == 400
    assert "as in 7731" in refused.text
    assert site.decide(number, "close", reason="viral").status_code == 303
    assert site.place(number).state is PlaceState.DECIDED


def test_a_decision_is_taken_back_from_the_queue(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    site.sign_in()
    site.hold(number)
    queue = site.web.get(site.decide(number, "close", reason="spam").headers["location"]).text
    decision = queue.split('name="decision" value="')[1].split('"')[0]
    assert site.post(f"/queue/{number}/undo", decision=decision).status_code == 303
    assert site.place(number).state is PlaceState.WAITING
    assert acts(site, f"place:{number}") == ["place.claim", "place.decide", "place.undo"]


def test_lowering_danger_waits_for_another_person_who_is_offered_it(site: QueueSite) -> None:
    number = site.take_in("mara", urgent="Now.")[0]
    site.sign_in()
    site.hold(number)
    site.decide(number, "downgrade")
    assert site.place(number).state is PlaceState.SECOND_LOOK
    own = site.web.get(f"/queue/{number}").text
    assert "waits for another person" in own
    assert site.post(f"/queue/{number}/claim").status_code == 403
    site.sign_in()
    assert "A second look is asked for" in site.web.get(f"/queue/{number}").text
    site.hold(number)
    site.decide(number, "downgrade")
    assert (site.place(number).state, site.place(number).overrides) == (PlaceState.WAITING, ())


def test_a_claim_that_was_lost_decides_nothing_and_says_so(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    site.sign_in()
    token = site.hold(number).token
    site.web.clock.move(hours=2)
    site.sign_in()
    site.hold(number)
    late = site.post(f"/queue/{number}/decide", token=token, act="close", reason="spam", urgent="no")
    assert late.status_code == 409
    assert "you hold this place no longer" in late.text.lower()


def test_a_lease_runs_on_while_its_page_says_that_somebody_is_there(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    site.sign_in()
    before = site.hold(number)
    site.web.clock.move(minutes=5)
    answer = site.post(f"/queue/{number}/renew", token=before.token)
    after = site.place(number)
    assert before.lease_until is not None
    assert after.lease_until is not None
    assert after.lease_until > before.lease_until
    assert answer.json() == {"until": after.lease_until.strftime("%H:%M")}
    assert site.post(f"/queue/{number}/renew", token=before.token + 1).status_code == 409


def test_outcomes_and_officers_facts_are_recorded_and_withdrawn(site: QueueSite) -> None:
    number = site.take_in("mara")[0]
    site.sign_in()
    assert site.post(f"/queue/{number}/outcome", kind="not-actionable").status_code == 400
    assert site.post(f"/queue/{number}/outcome", kind="child-safeguarded", source="harbour unit").status_code == 303
    fact = {"number": number, "about": "register", "officer": "Badge 7", "confirmed": "2026-02-01"}
    assert site.post(f"/queue/{number}/fact", **fact).status_code == 303
    assert [each.kind.value for each in site.place(number).overrides] == ["officer-fact"]
    text = site.web.get(f"/queue/{number}").text
    assert "A child was safeguarded" in text
    assert "harbour unit" in text
    outcome = text.split('name="outcome" value="')[1].split('"')[0]
    assert site.post(f"/queue/{number}/outcome/withdraw", outcome=outcome).status_code == 303
    assert site.post(f"/queue/{number}/fact/withdraw", number=number, about="register").status_code == 303
    assert site.place(number).overrides == ()


def test_whoever_reads_only_is_offered_no_act(site: QueueSite) -> None:
    number = site.take_in("mara", urgent="Now.")[0]
    site.sign_in(Role.AUDITOR)
    for page in ("/queue", f"/queue/{number}", f"/queue/{number}/reports/{number}"):
        text = site.web.get(page).text
        assert 'action="/queue' not in text.replace('action="/queue">', "")


def test_a_number_whose_report_is_worked_elsewhere_leads_there(site: QueueSite) -> None:
    first = site.take_in("mara")[0]
    second = site.house.take_in()
    site.house.linked[second] = first
    site.house.order()
    site.sign_in()
    answer = site.web.get(f"/queue/{second}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/queue/{first}?said=moved")
    assert site.web.get("/queue/99999").status_code == 404


def test_what_came_since_a_person_looked_is_marked_new(site: QueueSite) -> None:
    first = site.take_in("mara")[0]
    site.sign_in()
    assert ">new<" not in site.web.get(f"/queue/{first}").text
    site.web.clock.move(minutes=5)
    second = site.house.take_in()
    site.house.linked[second] = first
    site.house.order()
    text = site.web.get(f"/queue/{first}").text
    assert text.count(">new<") == 1
    assert "a further linked report" in text


def test_a_report_that_cannot_be_read_is_said_so(site: QueueSite) -> None:
    number = site.house.take_in(document="{broken")
    site.house.order()
    site.sign_in()
    assert "cannot be read" in site.web.get(f"/queue/{number}/reports/{number}").text


def test_a_place_of_several_reports_leads_to_its_cluster(site: QueueSite) -> None:
    first = site.take_in("mara")[0]
    second = site.house.take_in()
    site.house.linked[second] = first
    site.house.order()
    site.sign_in()
    assert f'href="/clusters/{first}"' in site.web.get(f"/queue/{first}").text
