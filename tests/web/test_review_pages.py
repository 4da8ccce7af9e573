"""The pages of review: the queue, a job, what is served of a file and to whom, and where policy stops a person."""

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import httpx
import pytest

from clew.pipelines.cases import CaseFile, Flag, case_file, flag
from clew.pipelines.review import claim
from clew.records.case import Content, FlagReason, Message
from clew.records.identifiers import ContentId, HitId
from clew.records.people import Role, User
from clew.records.review import Decision, JobState, Lane, Look, VerdictStanding
from clew.records.screening import Scope
from clew.records.viewing import Filter
from clew.settings import Review
from clew.web.console import navigation
from tests.pictures import encoded, landscape
from tests.web.web_desk import WebDesk

_numbers = count(100)


@dataclass
class Job:
    """A hit of an account of its own, its bytes sealed; and who holds its job, if anybody does."""

    desk: WebDesk
    content: Content
    picture: bytes

    @property
    def path(self) -> str:
        return f"/review/{self.file.job.id}"

    @property
    def file(self) -> CaseFile:
        with self.desk.installation.store.read() as reader:
            return case_file(reader, self.content.case_id)

    @property
    def bears(self) -> dict[str, str]:
        """What the forms of its page bear."""
        lease = self.file.job.lease
        return {"content": self.content.id, "lease": str(lease.token) if lease else ""}

    def post(self, act: str, *, script: bool = False, **more: str) -> httpx.Response:
        headers = {"sec-fetch-site": "same-origin", **({"accept": "application/json"} if script else {})}
        return self.desk.call("POST", f"{self.path}/{act}", data={**self.bears, **more}, headers=headers)

    def take(self) -> "Job":
        assert self.post("claim").headers["location"] == self.path
        return self

    def view(self, want: str, **more: str) -> str:
        """The address of a view that may be fetched."""
        answer = self.post("view", script=True, want=want, **more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["source"])


def job(desk: WebDesk, subject: str = "") -> Job:
    number = next(_numbers)
    picture = encoded(landscape(number, 160, 120), "PNG")
    desk.add_list(f"national-{number}", [hashlib.sha256(picture).digest()], "sha256")
    answer = desk.call(
        "POST",
        "/api/v1/screen",
        key=desk.key(Scope.SCREEN),
        headers={"content-type": "image/png"},
        content=picture,
        params={"subject": subject or f"account-{number}"},
    )
    assert answer.status_code == 200, answer.text
    with desk.installation.store.read() as reader:
        content = reader.find_content_of_hit(HitId(answer.json()["hit"]))
    assert content is not None
    assert content.object_id is not None
    return Job(desk, content, picture)


def thread(desk: WebDesk, *texts: str) -> Job:
    messages = tuple(
        Message(content_id=ContentId(""), place=place, author="heron", at=desk.clock(), text=text)
        for place, text in enumerate(texts)
    )
    wanted = Flag(subject=f"account-{next(_numbers)}", reason=FlagReason.EXTORTION, messages=messages)
    made = flag(desk.installation.review_desk, wanted, actor="key:test")
    return Job(desk, made.content, b"")


@pytest.fixture
def reviewer(hashing_desk: WebDesk) -> User:
    return hashing_desk.sign_in(Role.REVIEWER)


@pytest.fixture
def strict(hashing_desk: WebDesk) -> Iterator[WebDesk]:
    """The same desk under a policy of one view a day."""
    door = hashing_desk.app.state.door
    before = door.installation
    door.installation = replace(before, settings=replace(before.settings, review=Review(views_a_day=1)))
    yield hashing_desk
    door.installation = before


# ---------------------------------------------------------------- the queue


def test_the_queue_shows_urgent_jobs_first_with_their_clock_and_why(hashing_desk: WebDesk, reviewer: User) -> None:
    calm, urgent = job(hashing_desk), thread(hashing_desk, "pay by noon")
    text = hashing_desk.get("/review").text
    assert "60 min left of 60" in text
    assert "Reported as extortion" in text
    assert "1 exact match on national-" in text
    assert text.index(urgent.path) < text.index(calm.path)
    assert calm.content.reference is None
    assert "pay by noon" not in text


def test_each_filter_shows_what_it_says(hashing_desk: WebDesk, reviewer: User) -> None:
    mine, other = job(hashing_desk).take(), job(hashing_desk)
    shown = hashing_desk.get("/review?show=mine").text
    assert mine.path in shown
    assert other.path not in shown
    assert mine.path not in hashing_desk.get("/review?show=free").text
    assert other.path not in hashing_desk.get("/review?show=urgent").text
    assert other.path not in hashing_desk.get("/review?show=decided").text
    assert hashing_desk.get("/review?show=nonsense").status_code == 200


def test_the_next_job_is_the_most_urgent_that_nobody_holds(hashing_desk: WebDesk, reviewer: User) -> None:
    taken = set()
    while (place := hashing_desk.call("POST", "/review/next", headers=SAME).headers["location"]) != "/review?said=none":
        taken.add(place)
        with hashing_desk.installation.store.read() as reader:
            found = reader.get_job(place.removeprefix("/review/"))  # type: ignore[arg-type]
        assert found.lease is not None
        assert found.lease.holder == reviewer.id
    assert taken


SAME = {"sec-fetch-site": "same-origin"}


# ---------------------------------------------------------------- the job


def test_a_job_that_is_not_held_shows_no_fact_of_its_subject(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk, "heron-seven")
    before = hashing_desk.get(found.path).text
    assert "Take this job" in before
    assert "What is known without opening" not in before
    assert 'name="verdict"' not in before
    found.take()
    held = hashing_desk.get(found.path).text
    assert "heron-seven" not in held
    assert "h…" in held
    assert "heron-seven" in hashing_desk.get(f"{found.path}?facts=true").text
    assert "<title>Review job · Clew</title>" in held


def test_no_verdict_is_chosen_beforehand_and_none_is_recorded_without_one(
    hashing_desk: WebDesk, reviewer: User
) -> None:
    found = job(hashing_desk).take()
    text = hashing_desk.get(found.path).text
    assert len(re.findall(r'name="verdict" value="[1-5]"', text)) == 5
    assert not re.search(r'name="verdict"[^>]*checked', text)
    assert found.post("verdict").status_code == 400
    assert found.file.verdicts == []


def test_a_verdict_is_recorded_and_taken_back(hashing_desk: WebDesk) -> None:
    hashing_desk.sign_in(Role.REVIEWER, Role.SENIOR_REVIEWER)
    found = job(hashing_desk).take()
    after = found.post("verdict", verdict="1", industry_class="B2").headers["location"]
    (verdict,) = found.file.verdicts
    assert (verdict.decision, verdict.industry_class, verdict.opened) == (Decision.SAME_AS_LISTED, "B2", False)
    assert found.file.job.state is JobState.DECIDED
    assert "Undo" in hashing_desk.get(after).text
    assert found.post("undo", verdict=verdict.id).headers["location"].startswith(found.path)
    (verdict,) = found.file.verdicts
    assert verdict.standing is VerdictStanding.REVERSED
    assert found.file.job.lease is not None


def test_a_reviewer_takes_back_only_while_they_hold_the_job(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    after = found.post("verdict", verdict="1").headers["location"]
    text = hashing_desk.get(after).text
    assert "A senior reviewer can take it back" in text
    assert found.post("undo", verdict=found.file.verdicts[0].id).status_code == 403


def test_a_child_in_danger_raises_the_lane_and_the_file_is_still_to_be_decided(
    hashing_desk: WebDesk, reviewer: User
) -> None:
    found = job(hashing_desk).take()
    assert "said=raised" in found.post("verdict", verdict="5").headers["location"]
    assert found.file.job.lane is Lane.LIVE_DANGER
    assert found.file.verdicts == []
    assert "said=raised-already" in found.post("verdict", verdict="5").headers["location"]


def test_a_stale_lease_records_nothing(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    lease = found.bears["lease"]
    other = hashing_desk.sign_in(Role.SENIOR_REVIEWER)
    for given in (lease, "", "x", "9" * 30):
        assert found.post("verdict", verdict="1", lease=given).status_code in {400, 409}
    hashing_desk.clock.move(minutes=31)
    claim(hashing_desk.installation.review_desk, other, found.file.job.id)
    hashing_desk.bear(reviewer)
    assert found.post("verdict", verdict="1", lease=lease).status_code == 409
    assert found.post("renew", lease=lease).status_code == 409
    assert found.file.verdicts == []


def test_a_job_is_handed_over_escalated_and_looked_at_twice(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    assert found.post("release", reason="knows-person").headers["location"] == "/review?said=released"
    assert found.file.job.state is JobState.WAITING
    assert found.post("escalate", reason="because").status_code == 400
    assert found.post("escalate", reason="legal").headers["location"] == "/review?said=escalated"
    assert found.file.job.look is Look.SENIOR
    assert found.post("claim").status_code == 403
    second = job(hashing_desk)
    assert second.post("second").headers["location"] == "/review?said=second"
    assert second.file.job.look is Look.SECOND


def test_the_first_verdict_is_not_shown_to_whoever_gives_the_second(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    found.post("verdict", verdict="2")
    assert "reportable, on no list" in hashing_desk.get(found.path).text
    hashing_desk.sign_in(Role.REVIEWER)
    before = hashing_desk.get(found.path).text
    held = hashing_desk.get(found.take().path).text
    for text in (before, held):
        assert "reportable, on no list" not in text
        assert "unopened." not in text
    assert "a second look is due" in held
    found.post("verdict", verdict="2")
    assert "F1: reportable, on no list" in hashing_desk.get(found.path).text


def test_a_lower_lane_needs_another_person(hashing_desk: WebDesk, reviewer: User) -> None:
    found = thread(hashing_desk, "where are you").take()
    assert "said=lane-asked" in found.post("lane", lane="ordinary").headers["location"]
    assert found.post("lane", answer="agree").status_code == 403
    hashing_desk.sign_in(Role.REVIEWER)
    found.post("lane", answer="agree")
    assert found.file.job.lane is Lane.ORDINARY


# ---------------------------------------------------------------- serving


def test_a_view_is_served_once_to_whoever_asked(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    source = found.view("small", blur="on", grey="on")
    hashing_desk.sign_in(Role.REVIEWER)
    assert hashing_desk.get(source).status_code == 404
    hashing_desk.bear(reviewer)
    answer = hashing_desk.get(source)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-disposition"] == 'inline; filename="content"'
    assert answer.content.startswith(b"\x89PNG")
    assert hashing_desk.get(source).status_code == 404
    with hashing_desk.installation.store.read() as reader:
        (event,) = reader.views_of(found.content.id)
    assert (event.filter, event.person, event.completed_at is None) == (Filter.BLURRED_GREY, reviewer.id, False)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ({"want": "small", "grey": "on"}, Filter.GREY),
        ({"want": "small", "blur": "on"}, Filter.BLURRED),
        ({"want": "small"}, Filter.KEYFRAME),
        ({"want": "part", "part": "5"}, Filter.CROP),
    ],
)
def test_each_smaller_view_is_what_was_ticked_and_never_counts_as_viewed(
    hashing_desk: WebDesk, reviewer: User, asked: dict[str, str], served: Filter
) -> None:
    found = job(hashing_desk).take()
    source = found.view(asked.pop("want"), **asked)
    assert hashing_desk.get(source).status_code == 200
    with hashing_desk.installation.store.read() as reader:
        (event,) = reader.views_of(found.content.id)
    assert event.filter is served
    assert found.post("confirm", view=event.id).status_code == 403
    assert not found.file.viewings[found.content.id].viewed


def test_the_whole_file_served_to_its_end_and_confirmed_is_viewed(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    source = found.view("whole")
    view_id = source.split("/")[-2]
    assert found.post("confirm", view=view_id).status_code == 403
    answer = hashing_desk.get(source)
    assert answer.content == found.picture
    assert answer.headers["content-type"] == "image/png"
    assert not found.file.viewings[found.content.id].viewed
    assert "said=viewed" in found.post("confirm", view=view_id).headers["location"]
    assert found.file.viewings[found.content.id].viewed


def test_without_a_script_a_view_has_a_page_that_shows_it_once(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    place = found.post("view", want="whole").headers["location"]
    text = hashing_desk.get(place).text
    (source,) = re.findall(r'<img src="([^"]+)"', text)
    assert hashing_desk.get(html.unescape(source)).content == found.picture
    again = hashing_desk.get(place).text
    assert "<img" not in again
    assert "I viewed all of it" in again


def test_what_may_not_be_opened_is_refused_and_leaves_no_line(hashing_desk: WebDesk, reviewer: User) -> None:
    found, other = job(hashing_desk).take(), job(hashing_desk)
    assert found.post("view", want="everything").status_code == 400
    assert found.post("view", want="part", part="10").status_code == 400
    assert found.post("view", want="small", content=other.content.id).status_code == 404
    assert other.post("view", want="small").status_code == 400
    for each in (found, other):
        with hashing_desk.installation.store.read() as reader:
            assert reader.views_of(each.content.id) == []


def test_a_proof_that_is_too_old_opens_nothing(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    hashing_desk.clock.move(minutes=16)
    assert found.post("view", want="small").headers["location"] == f"/stepup?back={found.path.replace('/', '%2F')}"
    told = found.post("view", want="small", script=True)
    assert told.json() == {"go": f"/stepup?back={found.path.replace('/', '%2F')}"}
    assert found.post("messages").status_code == 303
    with hashing_desk.installation.store.read() as reader:
        assert reader.views_of(found.content.id) == []


def test_messages_are_hidden_until_asked_and_reading_them_is_in_the_ledger(
    hashing_desk: WebDesk, reviewer: User
) -> None:
    found = thread(hashing_desk, "pay by noon", "<b>please</b>").take()
    assert "pay by noon" not in hashing_desk.get(found.path).text
    text = found.post("messages").text
    assert "pay by noon" in text
    assert "&lt;b&gt;please" in text
    with hashing_desk.installation.store.read() as reader:
        (event,) = reader.views_of(found.content.id)
    assert (event.filter, event.completed_at is None) == (Filter.TEXT, False)


def test_the_files_own_fields_are_shown_as_text(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    assert "that the file bears itself" in found.post("view", want="fields").text


# ---------------------------------------------------------------- exposure


def test_at_the_limit_nothing_is_shown_and_the_job_goes_on_to_others(strict: WebDesk) -> None:
    who = strict.sign_in(Role.REVIEWER)
    found = job(strict).take()
    assert strict.get(found.view("small")).status_code == 200
    place = found.post("view", want="small").headers["location"]
    assert place.startswith("/exposure?stopped=true")
    text = strict.get(place).text
    assert "Enough for today: 1 of 1 views" in text
    assert "The job was handed over" in text
    assert found.file.job.state is JobState.WAITING
    with strict.installation.store.read() as reader:
        assert len(reader.views_by(who.id, strict.clock().replace(year=2020))) == 1


def test_when_no_whole_view_is_left_the_job_stays_and_smaller_views_go_on(hashing_desk: WebDesk) -> None:
    door = hashing_desk.app.state.door
    before = door.installation
    door.installation = replace(before, settings=replace(before.settings, review=Review(whole_views_a_day=0)))
    try:
        hashing_desk.sign_in(Role.REVIEWER)
        found = job(hashing_desk).take()
        text = hashing_desk.get(found.post("view", want="whole").headers["location"]).text
        assert "No whole view is left to you today" in text
        assert "You still hold the job" in text
        assert hashing_desk.get(found.view("small")).status_code == 200
    finally:
        door.installation = before


def test_an_address_alone_says_of_nobody_that_they_were_stopped(hashing_desk: WebDesk, reviewer: User) -> None:
    assert "Nothing was shown" not in hashing_desk.get("/exposure?stopped=true").text


def test_a_script_is_told_where_the_limit_is_explained(strict: WebDesk) -> None:
    strict.sign_in(Role.REVIEWER)
    found = job(strict).take()
    found.view("small")
    answer = found.post("view", want="small", script=True)
    assert answer.json() == {"go": f"/exposure?stopped=true&job={found.path.removeprefix('/review/')}"}


def test_ones_own_exposure_is_ones_own_and_totals_hide_a_few(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    hashing_desk.get(found.view("small"))
    assert "1 of 40 views used: 0 whole, 1 partial, 0 texts" in hashing_desk.get("/exposure").text
    assert hashing_desk.get("/exposure/team").status_code == 403
    hashing_desk.sign_in(Role.SENIOR_REVIEWER)
    assert "0 of 40 views used" in hashing_desk.get("/exposure").text
    assert reviewer.name not in hashing_desk.get("/exposure/team").text


# ---------------------------------------------------------------- today, and the way there


def test_today_begins_with_the_urgent_job(hashing_desk: WebDesk, reviewer: User) -> None:
    hashing_desk.add_list(f"any-{next(_numbers)}", [bytes(32)], "sha256")
    thread(hashing_desk, "answer me")
    text = hashing_desk.get("/").text
    assert "Take this job" in text
    assert "nobody holds" in text
    assert re.findall(r'<span class="name">([^<]+)', text) == [
        "Screened",
        "Hits",
        "In review",
        "Verdicts",
        "Filed",
        "Preserved",
    ]
    hashing_desk.sign_in(Role.AUDITOR)
    text = hashing_desk.get("/").text
    assert "Take this job" not in text
    assert 'href="/review"' not in text


@pytest.mark.parametrize("role", list(Role))
def test_the_desk_shows_the_pages_that_a_role_may_open(hashing_desk: WebDesk, role: Role) -> None:
    user = hashing_desk.sign_in(role)
    text = hashing_desk.get("/").text
    (bar,) = re.findall(r'<nav class="pages".*?</nav>', text, re.DOTALL)
    links = re.findall(r'href="([^"]+)"', bar)
    assert links == [each.link for each in navigation.pages_of(user)]
    keys = re.findall(r'data-go="(.)"', bar)
    assert len(set(keys)) == len(links)
    for link in links:
        assert hashing_desk.get(link).status_code == 200
