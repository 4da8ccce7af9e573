"""The pages of review: the queue, a job, what is served of a file and to whom, and where policy stops a person."""

import hashlib
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import httpx
import pytest
from PIL import Image

from clew.ground.identity import new_id
from clew.parts.keyrings.file import FileKeyring
from clew.pipelines.case_file import CaseFile, case_file
from clew.pipelines.flags import Flag, flag
from clew.pipelines.review import claim
from clew.pipelines.strongroom import open_strongroom
from clew.records.case import AlertKind, CaseAlert, Content, FlagReason, Message, NotHeld, Provenance, UploadFacts
from clew.records.identifiers import AlertId, ContentId, HitId
from clew.records.people import Role, User
from clew.records.review import Decision, JobState, Lane, Look, VerdictStanding
from clew.records.screening import Scope
from clew.records.viewing import Filter
from clew.settings import Review, Vault
from clew.web.console import navigation, views
from clew.web.console.servings import Pictures
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


def job(desk: WebDesk, subject: str = "", picture: bytes = b"", kind: str = "image/png", *, held: bool = True) -> Job:
    number = next(_numbers)
    picture = picture or encoded(landscape(number, 160, 120), "PNG")
    desk.add_list(f"national-{number}", [hashlib.sha256(picture).digest()], "sha256")
    answer = desk.call(
        "POST",
        "/api/v1/screen",
        key=desk.key(Scope.SCREEN),
        headers={"content-type": kind},
        content=picture,
        params={"subject": subject or f"account-{number}"},
    )
    assert answer.status_code == 200, answer.text
    with desk.installation.store.read() as reader:
        content = reader.find_content_of_hit(HitId(answer.json()["hit"]))
    assert content is not None
    assert (content.object_id is not None) == held
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


def test_a_hit_leads_to_its_review_and_says_that_its_bytes_are_sealed(hashing_desk: WebDesk, reviewer: User) -> None:
    one = job(hashing_desk)
    text = hashing_desk.get(f"/hits/{one.content.hit_ids[0]}").text
    assert f'href="{one.path}" data-main>Open review' in text
    assert "sealed with their case" in text, f"{reviewer.name} may not open the page of preservation"


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
    job(hashing_desk)
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


def test_a_second_look_asked_for_in_the_queue_leaves_what_is_decided_alone(
    hashing_desk: WebDesk, reviewer: User
) -> None:
    first = job(hashing_desk, "account-twice").take()
    more = job(hashing_desk, "account-twice")
    assert more.content.case_id == first.content.case_id
    first.post("verdict", verdict="1")
    assert first.post("second", content="").headers["location"] == "/review?said=second"
    assert [each.standing for each in first.file.verdicts] == [VerdictStanding.FINAL]
    assert [each.content_id for each in first.file.opinions] == [more.content.id]


def test_who_asked_for_a_lower_lane_is_not_offered_to_agree(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    found.post("lane", lane="infant")
    found.post("lane", lane="ordinary")
    own = hashing_desk.get(found.path).text
    assert 'value="agree"' not in own
    assert "needs a second look by another person" in own
    found.post("release")
    hashing_desk.sign_in(Role.REVIEWER)
    found.take()
    assert 'value="agree"' in hashing_desk.get(found.path).text


def test_a_job_that_nobody_who_works_here_may_take_says_so(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    found.post("verdict", verdict="4")
    with hashing_desk.installation.store.read() as reader:
        others = [each for each in reader.users() if each.id != reviewer.id]
    gone = [replace(each, disabled_at=hashing_desk.clock()) for each in others]
    hashing_desk.installation.store.transact(lambda unit: [unit.put_user(each) for each in gone])
    assert "Nobody who works here may: an administrator adds a reviewer." in hashing_desk.get(found.path).text
    other = hashing_desk.sign_in(Role.REVIEWER)
    hashing_desk.bear(reviewer)
    assert f"It is open to {other.name}." in hashing_desk.get(found.path).text


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


def test_the_answer_to_a_view_bears_the_meter_that_the_page_would_show(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    for want in ("small", "whole"):
        meter = found.post("view", script=True, want=want).json()["meter"]
        text = html.unescape(hashing_desk.get(found.path).text)
        assert f'aria-label="{meter["said"]}"' in text
        assert f"data-budget>{meter['words']}</p>" in text
        assert f"data-views>{meter['views']}<" in text
        assert re.findall(r'<rect class="(full|part|left)"', text) == meter["ticks"]
    assert (meter["views"], meter["ticks"][:3]) == (2, ["full", "part", "left"])


def test_a_view_that_another_process_made_is_made_anew_and_served(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    source = found.view("small")
    hashing_desk.app.state.door.pictures = Pictures(hashing_desk.clock)  # as of a process that was just started
    answer = hashing_desk.get(source)
    assert (answer.status_code, answer.content[:4]) == (200, b"\x89PNG")
    assert hashing_desk.get(source).status_code == 404


def test_a_view_of_a_job_that_was_handed_over_meanwhile_is_refused(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    sources = [found.view("small"), found.view("whole")]
    found.post("release", reason="knows-person")
    for source in sources:
        answer = hashing_desk.get(source)
        assert answer.status_code == 409
        assert "do not hold this job any more" in answer.text
    found.take()
    assert hashing_desk.get(sources[1]).content == found.picture


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


def test_the_page_of_a_whole_view_without_script_offers_no_word_and_says_why(
    hashing_desk: WebDesk, reviewer: User
) -> None:
    found = job(hashing_desk).take()
    text = hashing_desk.get(found.view("whole").removesuffix("/bytes")).text
    assert "I viewed all of it" not in text
    assert "cannot prove that all of the file came" in text


def test_a_view_that_was_asked_for_and_never_came_leaves_the_verdict_unopened(
    hashing_desk: WebDesk, reviewer: User
) -> None:
    for fetched in (False, True):
        found = job(hashing_desk).take()
        source = found.view("whole")
        if fetched:
            hashing_desk.get(source)
        found.post("verdict", verdict="1")
        (verdict,) = found.file.verdicts
        assert verdict.opened == fetched


def test_the_whole_file_served_to_its_end_and_confirmed_is_viewed(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    source = found.view("whole")
    view_id = source.split("/")[-2]
    assert found.post("confirm", view=view_id).status_code == 403
    answer = hashing_desk.get(source)
    assert answer.content == found.picture
    assert answer.headers["content-type"] == "image/png"
    assert not found.file.viewings[found.content.id].viewed
    known = hashlib.sha256(found.picture).hexdigest()
    for proof in ("", "not hexadecimal", known):
        refused = found.post("confirm", view=view_id, proof=proof)
        assert (refused.status_code, "did not prove that all bytes" in refused.text) == (403, True)
    proof = hashlib.sha256(view_id.encode() + answer.content).hexdigest()
    assert "said=viewed" in found.post("confirm", view=view_id, proof=proof).headers["location"]
    assert found.file.viewings[found.content.id].viewed


@pytest.mark.parametrize("lost", [True, False], ids=["lost key", "wrong key"])
def test_without_its_master_key_nothing_is_shown_and_the_page_says_what_is_safe_and_what_to_do(
    hashing_desk: WebDesk, reviewer: User, lost: bool
) -> None:
    found = job(hashing_desk).take()
    source = found.view("whole")
    file = hashing_desk.installation.settings.data_dir / "keys" / "vault.keys"
    right = file.read_text()
    if lost:
        file.rename(file.with_name("aside"))
    else:
        # Of another installation: its line names another key.
        other = FileKeyring(file.with_name("other.keys"))
        other.prepare(first=True)
        file.write_text(file.with_name("other.keys").read_text())
    try:
        told = [
            hashing_desk.get(source).text,
            found.post("view", script=True, want="small").json()["message"],
            found.post("view", want="small").text,
        ]
    finally:
        if lost:
            file.with_name("aside").rename(file)
        file.write_text(right)
    for each in told:
        assert "what is sealed lies unchanged in the vault" in html.unescape(each)
        assert "clew doctor" in each
        assert str(file.parent) not in each
    with hashing_desk.installation.store.read() as reader:
        assert not any(each.completed_at for each in reader.views_of(found.content.id))
    assert hashing_desk.get(found.view("whole")).content == found.picture


def test_a_hit_whose_bytes_found_no_vault_is_answered_and_told_by_alert_and_page(
    hashing_desk: WebDesk, reviewer: User, tmp_path: Path
) -> None:
    door = hashing_desk.app.state.door
    before = door.installation
    (tmp_path / "full").write_text("no folder, as a disk without room")
    settings = replace(before.settings, vault=Vault(folder=str(tmp_path / "full")))
    room = open_strongroom(settings, before.store, before.clock)
    door.installation = replace(before, settings=settings, strongroom=room)
    try:
        found = job(hashing_desk, held=False)
    finally:
        door.installation = before
    assert found.content.not_held is NotHeld.SEAL_FAILED
    assert [each.kind for each in found.file.alerts] == [AlertKind.SEAL_FAILED]
    found.take()
    assert "sealing failed; an alert stands" in hashing_desk.get(found.path).text
    assert "sealing it failed, and an alert says so" in found.post("view", script=True, want="small").json()["message"]


# The first bytes of films, and nothing to be seen in them.
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm" + bytes(
    99
)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(99)
MATROSKA = WEBM.replace(b"\x84webm", b"\x88matroska")


def test_a_film_too_large_for_a_page_streams_past_it_and_its_page_says_so(
    hashing_desk: WebDesk, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = job(hashing_desk, picture=WEBM + bytes([next(_numbers) % 256]), kind="video/webm").take()
    assert "You can confirm it once all of it was played" in hashing_desk.get(found.path).text
    monkeypatch.setattr(views, "FILM_MB", 0)
    text = hashing_desk.get(found.path).text
    assert "streams past the page, which cannot prove that all of it came" in text
    assert 'value="whole" data-plain' in text
    view = hashing_desk.get(found.post("view", want="whole").headers["location"]).text
    assert "is too large for a page to hold" in view
    assert "media-src 'self'" in hashing_desk.get("/review").headers["content-security-policy"]
    assert "media-src blob:" in hashing_desk.get(found.path).headers["content-security-policy"]


@pytest.mark.parametrize(
    ("film", "kind", "whole"),
    [(WEBM, "video/webm", True), (MP4, "video/mp4", True), (MATROSKA, "video/x-matroska", False)],
    ids=["webm", "mp4", "matroska"],
)
def test_a_film_without_a_decoder_has_no_small_view_and_the_page_says_what_can_be_done(
    hashing_desk: WebDesk, reviewer: User, film: bytes, kind: str, whole: bool
) -> None:
    found = job(hashing_desk, picture=film + bytes([next(_numbers) % 256]), kind=kind).take()
    assert found.content.media_type == kind
    text = hashing_desk.get(found.path).text
    assert f"No part here can make keyframes of {kind}" in text
    assert "hand the job over" in text
    assert 'value="small"' not in text
    assert ("Open the whole film" in text) == whole
    for want in ("small", "part", "fields"):
        told = found.post("view", script=True, want=want, part="5")
        assert (told.status_code, "no part here can make keyframes" in told.json()["message"]) == (400, True)
    assert found.post("view", want="whole").status_code == (303 if whole else 400)
    with hashing_desk.installation.store.read() as reader:
        assert [each.filter for each in reader.views_of(found.content.id)] == [Filter.FULL] * whole


def test_a_whole_film_waits_for_the_person_without_sound_and_is_served_once(
    hashing_desk: WebDesk, reviewer: User
) -> None:
    found = job(hashing_desk, picture=WEBM + b"x", kind="video/webm").take()
    place = found.post("view", want="whole").headers["location"]
    text = hashing_desk.get(place).text
    (film,) = re.findall(r"<video[^>]*>", text)
    assert "muted" in film
    assert 'preload="none"' in film
    assert "autoplay" not in film
    answer = hashing_desk.get(f"{place}/bytes")
    assert (answer.content, answer.headers["content-type"]) == (found.picture, "video/webm")
    assert hashing_desk.get(f"{place}/bytes").status_code == 404
    assert "<video" not in hashing_desk.get(place).text


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_is_shown_as_one_frame_that_does_not_move(
    hashing_desk: WebDesk, reviewer: User, kind: str
) -> None:
    frames = [landscape(number, 96, 64) for number in (next(_numbers), 2, 3)]
    moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50, loop=0)
    found = job(hashing_desk, picture=moving, kind=f"image/{kind.lower()}").take()
    assert "the small view is its first picture" in hashing_desk.get(found.path).text
    answer = hashing_desk.get(found.view("small"))
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert (shown.format, getattr(shown, "n_frames", 1), shown.size) == ("PNG", 1, (96, 64))


def test_without_a_script_a_view_has_a_page_that_shows_it_once(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk).take()
    place = found.post("view", want="whole").headers["location"]
    text = hashing_desk.get(place).text
    (source,) = re.findall(r'<img src="([^"]+)"', text)
    assert hashing_desk.get(html.unescape(source)).content == found.picture
    again = hashing_desk.get(place).text
    assert "<img" not in again
    assert "The view stays a part" in again


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
    led = found.post("view", want="small").headers["location"]
    assert led == f"/stepup?back={found.path.replace('/', '%2F')}&undone=yes"
    assert "was not done" in hashing_desk.get(led).text
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


def test_fields_that_cannot_be_read_were_not_viewed(hashing_desk: WebDesk, reviewer: User) -> None:
    found = job(hashing_desk, picture=b"\x89PNG\r\n\x1a\n" + b"\xff" * 64).take()
    answer = found.post("view", want="fields")
    assert (answer.status_code, "cannot be read" in answer.text) == (404, True)
    with hashing_desk.installation.store.read() as reader:
        (event,) = reader.views_of(found.content.id)
    assert event.completed_at is None
    assert found.post("confirm", view=event.id).status_code == 403
    assert not found.file.viewings[found.content.id].metadata_viewed


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
    assert "Enough for now: 1 of 1 views" in text
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
        assert "No whole view is left to you now" in text
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
    assert links == [each.link for each in navigation.pages_of(user, "platform")]
    keys = re.findall(r'data-go="([^"]+)"', bar)
    assert len(keys) == len(links)
    letters = " ".join(keys).split()
    assert len(set(letters)) == len(letters)
    for link in links:
        assert hashing_desk.get(link).status_code == 200


# ---------------------------------------------------------------- appeals, routes, alerts


def decided_by_another(desk: WebDesk) -> Job:
    """A job that somebody else has decided as the listed picture."""
    desk.sign_in(Role.REVIEWER)
    one = job(desk).take()
    assert one.post("verdict", verdict="1").status_code == 303
    return one


def test_a_senior_reviewer_passes_on_an_appeal_and_another_answers_it(hashing_desk: WebDesk) -> None:
    one = decided_by_another(hashing_desk)
    (verdict,) = one.file.verdicts
    reviewer_sees = hashing_desk.get(one.path).text
    assert "Pass on an appeal" not in reviewer_sees
    assert one.post("appeals", verdict=verdict.id).status_code == 403
    hashing_desk.sign_in(Role.SENIOR_REVIEWER)
    assert "Pass on an appeal" in hashing_desk.get(one.path).text
    answer = one.post("appeals", verdict=verdict.id, reference="ticket <4>")
    assert answer.headers["location"].endswith("said=appealed")
    shown = hashing_desk.get(answer.headers["location"]).text
    assert "F1: waits for its answer" in shown
    assert "Pass on an appeal" not in shown
    assert (one.file.job.look, one.file.job.not_by) == (Look.APPEAL, (verdict.by,))
    one.take()
    assert one.post("appeal", appeal=one.file.appeals[0].id, answer="uphold").status_code == 303
    assert "answered: the verdict stands" in hashing_desk.get(one.path).text
    assert one.post("appeals", verdict="01M822MD2WZ41659TDG2SXE3X0").status_code == 404


def test_the_route_is_changed_with_a_reason_and_back_by_a_form_of_the_job(hashing_desk: WebDesk) -> None:
    hashing_desk.sign_in(Role.REVIEWER)
    one = job(hashing_desk)
    refused = one.post("route", route="informational", because="seen elsewhere")
    assert (refused.status_code, one.file.case.informational_because) == (403, None)
    one.take()
    assert "For information only, because" in hashing_desk.get(one.path).text
    assert one.post("route", route="informational", because=" ").status_code == 400
    assert one.post("route", route="elsewhere", because="x").status_code == 400
    assert one.post("route", route="informational", because="made by a model, no account").status_code == 303
    assert one.file.case.informational_because == "made by a model, no account"
    assert "made by a model, no account" in hashing_desk.get(one.path).text
    assert one.post("route", route="referral").status_code == 303
    assert one.file.case.informational_because is None


def test_where_generated_material_came_from_is_shown_and_its_prompt_only_when_asked_for(hashing_desk: WebDesk) -> None:
    hashing_desk.sign_in(Role.REVIEWER)
    made = Provenance(generated=True, model="lake-diffusion 2", prompt="a lake <b>at dusk</b>", upload_source="output")
    wanted = Flag(
        subject=f"account-{next(_numbers)}",
        reason=FlagReason.OTHER,
        size_bytes=10,
        facts=UploadFacts(provenance=made),
    )
    one = Job(hashing_desk, flag(hashing_desk.installation.review_desk, wanted, actor="key:test").content, b"")
    assert "lake-diffusion" not in hashing_desk.get(one.path).text, "facts stand there for whoever holds the job"
    assert "at dusk" not in hashing_desk.get(f"{one.path}?prompt=true").text
    one.take()
    page = hashing_desk.get(one.path).text
    assert "lake-diffusion 2" in page
    assert "what the model made" in page
    assert "21 characters, hidden" in page
    assert "at dusk" not in page
    assert "a lake &lt;b&gt;at dusk&lt;/b&gt;" in hashing_desk.get(f"{one.path}?prompt=true").text


def alert_of(desk: WebDesk, one: Job, kind: AlertKind) -> CaseAlert:
    at = desk.clock()
    alert = CaseAlert(id=AlertId(new_id(at)), case_id=one.content.case_id, kind=kind, at=at, content_id=one.content.id)
    desk.installation.store.transact(lambda unit: unit.raise_case_alert(alert))
    return alert


def test_an_alert_of_a_case_stands_everywhere_until_a_person_says_what_was_done(hashing_desk: WebDesk) -> None:
    hashing_desk.sign_in(Role.REPORTER)
    one = job(hashing_desk)
    alert = alert_of(hashing_desk, one, AlertKind.REVERSED_AFTER_FILING)
    for path in ("/", "/reports", "/alerts"):
        shown = hashing_desk.get(path).text
        assert "A verdict fell after its report was filed" in shown, path
        assert "by a supplement" in shown, path
    assert f'href="/alerts#{alert.id}"' in hashing_desk.get("/").text
    assert end(hashing_desk, alert, because="").status_code == 400
    hashing_desk.sign_in(Role.REVIEWER)
    assert "A verdict fell after its report was filed" in hashing_desk.get(one.path).text
    assert "I have seen to it" not in hashing_desk.get("/alerts").text
    assert end(hashing_desk, alert, because="mine").status_code == 403
    hashing_desk.sign_in(Role.REPORTER)
    assert end(hashing_desk, alert, because="supplement filed").headers["location"] == "/alerts?said=ended"
    for path in ("/", "/reports", "/alerts"):
        assert alert.id not in hashing_desk.get(path).text, path
    with hashing_desk.installation.store.read() as reader:
        assert reader.get_case_alert(alert.id).cleared_because == "supplement filed"


def end(desk: WebDesk, alert: CaseAlert, **fields: str) -> httpx.Response:
    return desk.call("POST", f"/alerts/{alert.id}/end", data=fields, headers=SAME)
