"""Flags, subjects and threads over HTTP; and a screened hit that becomes a case with its bytes sealed."""

import hashlib
from pathlib import Path

import pytest

from clew.pipelines.appeals import answer_appeal
from clew.pipelines.case_file import CaseFile, case_file
from clew.pipelines.review import claim
from clew.pipelines.verdicts import VerdictGiven, record_verdict
from clew.records.case import AlertKind, ContentKind, NotHeld, Origin
from clew.records.identifiers import AppealId, CaseId, UserId
from clew.records.people import Role, User
from clew.records.review import Decision, JobState, Lane, Look
from clew.records.screening import Scope
from clew.records.subject import AccountIdentifier, IpUse
from tests.pictures import encoded, landscape
from tests.web.web_desk import WebDesk, open_desk, pdq, signal

SHA256 = bytes(range(32))
SUBJECT = {
    "service": "board",
    "screen_name": "Heron 7",
    "emails": [{"address": "heron@example.com", "verified": True, "verified_at": "2026-02-01T10:00:00+01:00"}],
    "phones": [{"number": "6 1234", "calling_code": "+31"}],
    "addresses": [{"city": "Lake", "country": "NL"}],
    "location": {"country": "NL", "verified": False},
    "ip_events": [{"address": "192.0.2.7", "use": "upload", "at": "2026-03-01T07:59:00Z", "port": 41200}],
    "devices": [{"kind": "IMEI", "value": "D-7"}],
    "payments": [{"method": "bitcoin", "amount_minor": 125000, "currency": "BTC", "account": "bc1qexample"}],
    "linked": [{"kind": "linked", "platform": "elsewhere", "screen_name": "egret"}],
    "born_on": "2001-02-03",
    "disabled": {"permanently": True, "at": "2026-03-01T08:00:00Z"},
}


def picture_of(seed: int) -> bytes:
    picture: bytes = encoded(landscape(seed, 160, 120), "PNG")
    return picture


def send(desk: WebDesk, method: str, path: str, body: object, *scopes: Scope):
    return desk.call(method, path, key=desk.key(*(scopes or (Scope.CASES_WRITE,))), json=body)


def case_of(desk: WebDesk, case_id: str) -> CaseFile:
    with desk.installation.store.read() as reader:
        return case_file(reader, CaseId(case_id))


# ---------------------------------------------------------------- flags, subjects, threads


def test_a_flag_without_any_file_is_a_case_in_its_lane(desk: WebDesk) -> None:
    body = {
        "subject": "account-7",
        "reason": "extortion",
        "messages": [
            {"text": "send me a card", "author": "account-7", "at": "2026-03-01T07:00:00Z", "ip": {"address": "::1"}},
            {"text": "which one?", "author": "child-2", "context": True},
        ],
        "safeguarding": False,
    }
    answer = send(desk, "POST", "/api/v1/flags", body)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["lane"] == "ongoing-extortion"
    found = case_of(desk, said["case"])
    (content,) = found.contents
    assert (content.kind, content.origin, content.messages) == (ContentKind.THREAD, Origin.FLAG, 2)
    assert (found.job.lane, found.subject.reference) == (Lane.ONGOING_EXTORTION, "account-7")


def test_a_flag_bears_the_hashes_of_a_file_and_what_is_known_of_its_upload(desk: WebDesk) -> None:
    body = {
        "subject": "account-7",
        "reason": "abuse-material",
        "infant": True,
        "reference": "upload-9",
        "signals": [signal(SHA256, "sha256")],
        "size_bytes": 1234,
        "media_type": "image/png",
        "upload": {
            "file_name": "Meer.png",
            "publicly_available": True,
            "uploaded_at": "2026-03-01T08:00:00+01:00",
            "provenance": {"generated": True, "model": "m-1", "prompt": "a lake", "upload_source": "output"},
        },
    }
    said = send(desk, "POST", "/api/v1/flags", body).json()
    (content,) = case_of(desk, said["case"]).contents
    assert said["lane"] == "infant"
    assert (content.sha256, content.not_held, content.file_name) == (SHA256, NotHeld.HASHES_ONLY, "Meer.png")
    assert content.uploaded_at is not None
    assert content.uploaded_at.isoformat() == "2026-03-01T07:00:00+00:00"
    assert content.provenance is not None
    assert content.provenance.prompt == "a lake"


def test_a_subject_is_told_once_and_found_by_what_was_said(desk: WebDesk) -> None:
    answer = send(desk, "PUT", "/api/v1/subjects/account-7", SUBJECT | {"safeguarding": True})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["reference"], answer.json()["safeguarding"]) == ("account-7", True)
    with desk.installation.store.read() as reader:
        (subject,) = reader.subjects_by(AccountIdentifier.EMAIL, "Heron@example.com")
    stated = subject.particulars
    assert (stated.ip_events[0].port, stated.ip_events[0].use) == (41200, IpUse.UPLOAD)
    assert (stated.linked[0].screen_name, str(stated.born_on)) == ("egret", "2001-02-03")
    assert stated.disabled is not None
    assert stated.disabled.permanently


def test_a_thread_sent_later_joins_the_case_and_changes_no_lane(desk: WebDesk) -> None:
    first = send(desk, "POST", "/api/v1/flags", {"subject": "account-7", "reason": "live-danger"}).json()
    desk.clock.move(seconds=1)
    body = {"subject": "account-7", "messages": [{"text": "before", "context": True}], "reference": "thread-1"}
    later = send(desk, "POST", "/api/v1/contents", body).json()
    assert (later["case"], later["lane"]) == (first["case"], "live-danger")
    assert [each.origin for each in case_of(desk, first["case"]).contents] == [Origin.FLAG, Origin.CONTEXT]


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "/api/v1/flags", {"subject": "a", "reason": "dislike"}, "reason must be one of abuse-material"),
        ("POST", "/api/v1/flags", {"subject": "", "reason": "other"}, "$.subject"),
        ("POST", "/api/v1/flags", {"subject": "a", "reason": "other", "viewed": True}, "unknown field"),
        ("POST", "/api/v1/flags", {"subject": "a", "reason": "other", "signals": [signal(b"1")]}, "signals[0]"),
        ("POST", "/api/v1/flags", {"subject": "a\0b", "reason": "other"}, "subject must not bear the character NUL"),
        (
            "POST",
            "/api/v1/contents",
            {"subject": "a", "messages": [{"text": "x", "ip": {"address": "here"}}]},
            "messages[0].ip.address must be an IPv4 or IPv6 address",
        ),
        ("POST", "/api/v1/contents", {"subject": "a", "messages": []}, "$.messages"),
        ("PUT", "/api/v1/subjects/a", {"ip_events": [{"address": "192.0.2.1", "port": 0}]}, "$.ip_events[0].port"),
        ("PUT", "/api/v1/subjects/a", {"registered_at": "2026-03-01T08:00:00"}, "$.registered_at"),
        ("PUT", "/api/v1/subjects/a", {"location": {"country": "Holland"}}, "$.location.country"),
        ("PUT", "/api/v1/subjects/" + "a" * 256, {}, "at most 255 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_place(
    desk: WebDesk, method: str, path: str, body: object, told: str
) -> None:
    answer = send(desk, method, path, body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


def test_no_call_says_that_a_file_was_viewed(desk: WebDesk) -> None:
    document = desk.get("/api/openapi.json").json()
    heard = {name: shape for name, shape in document["components"]["schemas"].items() if not name.endswith("Said")}
    assert not [name for name, shape in heard.items() if "viewed" in str(shape).lower()]


# ---------------------------------------------------------------- screening


def test_a_hit_by_hashes_is_a_case_of_its_subject(desk: WebDesk) -> None:
    desk.add_list("national", [SHA256], "sha256")
    body = {"signals": [signal(SHA256, "sha256")], "reference": "upload-1", "upload": {"subject": "account-7"}}
    said = desk.screen(desk.key(Scope.SCREEN), json=body).json()
    assert (said["action"], set(said)) == (
        "block", {"action", "hit", "matches", "total_matches", "flooded", "unhashable", "index"},
    )  # fmt: skip
    with desk.installation.store.read() as reader:
        subject = reader.find_subject("account-7")
        content = reader.find_content_of_hit(said["hit"])
    assert subject is not None
    assert content is not None
    assert (content.reference, content.not_held) == ("upload-1", NotHeld.HASHES_ONLY)


def test_each_of_a_batch_has_its_own_subject_and_a_pass_leaves_no_trace(desk: WebDesk) -> None:
    desk.add_list("national", [SHA256], "sha256")
    batch = [
        {"signals": [signal(SHA256, "sha256")], "upload": {"subject": f"account-{place}"}} for place in range(3)
    ] + [{"signals": [signal(pdq(5))], "upload": {"subject": "nobody"}}]
    assert desk.screen(desk.key(Scope.SCREEN), json={"batch": batch}).status_code == 200
    with desk.installation.store.read() as reader:
        assert [reader.find_subject(name) is None for name in ("account-0", "account-2", "nobody")] == [
            False, False, True,
        ]  # fmt: skip


@pytest.mark.parametrize("way", ["query", "headers"])
def test_an_uploaded_hit_has_its_facts_and_its_bytes_in_the_vault(hashing_desk: WebDesk, way: str) -> None:
    desk, picture = hashing_desk, picture_of(3 if way == "query" else 4)
    digest = _sha256(picture)
    desk.add_list(f"national-{way}", [digest], "sha256")
    facts = {
        "subject": f"account-{way}",
        "file_name": "Mère.png",
        "uploaded_at": "2026-03-01T07:30:00Z",
        "url": "https://board.example/f/1",
        "publicly_available": "true",
        "ip": "192.0.2.7",
        "ip_port": "41200",
        "ip_at": "2026-03-01T07:30:00Z",
    }
    headers = {"content-type": "image/png"}
    if way == "headers":
        headers |= {f"x-clew-{name.replace('_', '-')}": text.encode() for name, text in facts.items()}  # type: ignore[misc]
    answer = desk.call(
        "POST",
        "/api/v1/screen",
        key=desk.key(Scope.SCREEN),
        headers=headers,
        content=picture,
        **({"params": facts} if way == "query" else {}),
    )
    assert answer.status_code == 200, answer.text
    with desk.installation.store.read() as reader:
        content = reader.find_content_of_hit(answer.json()["hit"])
        assert content is not None
        assert content.object_id is not None
        assert reader.get_object(content.object_id).size_bytes == len(picture)
        assert reader.get_case(content.case_id).environment == "test"
    assert (content.file_name, content.publicly_available, content.not_held) == ("Mère.png", True, None)
    assert content.ip_event is not None
    assert (content.ip_event.port, content.ip_event.use) == (41200, IpUse.UPLOAD)
    assert (content.sha256, content.media_type) == (digest, "image/png")


def test_a_form_of_files_seals_each_hit_and_takes_a_name_for_each(hashing_desk: WebDesk) -> None:
    desk = hashing_desk
    pictures = [picture_of(seed) for seed in (11, 12, 13)]
    desk.add_list("national-form", [_sha256(pictures[0]), _sha256(pictures[2])], "sha256")
    answer = desk.call(
        "POST",
        "/api/v1/screen",
        key=desk.key(Scope.SCREEN),
        files=[("file", ("x", each, "image/png")) for each in pictures],
        data={"subject": "account-form", "file_name": ["one.png", "two.png", "three.png"]},
    )
    assert answer.status_code == 200, answer.text
    hits = [each["hit"] for each in answer.json()["results"]]
    assert [hit is None for hit in hits] == [False, True, False]
    with desk.installation.store.read() as reader:
        contents = [reader.find_content_of_hit(hit) for hit in hits if hit]
    assert [each.file_name for each in contents if each] == ["one.png", "three.png"]
    assert all(each is not None and each.object_id is not None for each in contents)
    assert len({each.case_id for each in contents if each}) == 1


def test_a_vault_that_fails_changes_no_answer_and_loses_no_hit(tmp_path: Path, sqlite_template: Path) -> None:
    picture = picture_of(21)
    with open_desk(tmp_path / "data", sqlite_template, hashing=True) as desk:
        (desk.installation.settings.data_dir / "vault").write_text("no folder")
        desk.add_list("national", [_sha256(picture)], "sha256")
        answer = desk.call(
            "POST",
            "/api/v1/screen?subject=account-7",
            key=desk.key(Scope.SCREEN),
            headers={"content-type": "image/png"},
            content=picture,
        )
        assert (answer.status_code, answer.json()["action"]) == (200, "block")
        with desk.installation.store.read() as reader:
            content = reader.find_content_of_hit(answer.json()["hit"])
            assert content is not None
            assert content.not_held is NotHeld.SEAL_FAILED
            assert [each.kind for each in reader.case_alerts()] == [AlertKind.SEAL_FAILED]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("ip=here", "the upload.ip.address must be an IPv4 or IPv6 address"),
        ("ip=192.0.2.1&ip_port=0", "expected a whole number of at least 1"),
        ("uploaded_at=yesterday", "Invalid RFC3339"),
        ("subject=", "expected text of at least 1 character"),
        ("subject=a&subject=b", "subject was given twice"),
        ("ip_port=4", "the field `address` is missing"),
        ("file_name=a&file_name=b", "one content takes one reference and one file name, got 2"),
        ("viewed=true", "only these are known: channel, file_name, ip"),
    ],
)
def test_a_fact_that_cannot_be_used_is_refused_before_anything_is_screened(
    desk: WebDesk, query: str, told: str
) -> None:
    answer = desk.call(
        "POST", f"/api/v1/screen?{query}", key=desk.key(Scope.SCREEN), json={"signals": [signal(pdq(1))]}
    )
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


def _sha256(content: bytes) -> bytes:

    return hashlib.sha256(content).digest()


# ---------------------------------------------------------------- appeals


def decide(desk: WebDesk, case_id: str) -> User:
    """A reviewer calls all of the case reportable."""
    who = User(id=UserId("ada"), name="ada", roles=frozenset({Role.REVIEWER}), created_at=desk.clock())
    review_desk = desk.installation.review_desk
    desk.installation.store.transact(lambda unit: unit.put_user(who))
    lease = claim(review_desk, who, case_of(desk, case_id).job.id).lease
    assert lease is not None
    for each in case_of(desk, case_id).contents:
        given = VerdictGiven(content_id=each.id, decision=Decision.SAME_AS_LISTED)
        record_verdict(review_desk, who, lease, given)
    return who


def test_an_appeal_is_passed_on_by_what_the_platform_knows_and_becomes_another_persons_job(desk: WebDesk) -> None:
    body = {"subject": "account-7", "reason": "other", "reference": "upload-31", "size_bytes": 10}
    flagged = send(desk, "POST", "/api/v1/flags", body).json()
    early = send(desk, "POST", "/api/v1/appeals", {"case": flagged["case"]})
    assert (early.status_code, "decided for good" in early.text) == (409, True)
    who = decide(desk, flagged["case"])
    for against in (
        {"case": flagged["case"]},
        {"content": flagged["content"]},
        {"subject": "account-7"},
        {"subject": "account-7", "content_reference": "upload-31"},
    ):
        answer = send(desk, "POST", "/api/v1/appeals", {**against, "reference": "ticket 4"})
        assert answer.status_code == 201, answer.text
        (said,) = answer.json()["appeals"]
        assert (said["case"], said["content"], said["state"]) == (flagged["case"], flagged["content"], "open")
    file = case_of(desk, flagged["case"])
    assert (file.job.look, file.job.not_by, len(file.appeals)) == (Look.APPEAL, (who.id,), 1)


def test_an_appeal_sent_again_after_its_answer_is_the_answered_one(desk: WebDesk) -> None:
    body = {"subject": "account-7", "reason": "other", "reference": "upload-31", "size_bytes": 10}
    flagged = send(desk, "POST", "/api/v1/flags", body).json()
    decide(desk, flagged["case"])
    judge = User(id=UserId("judge"), name="judge", roles=frozenset({Role.SENIOR_REVIEWER}), created_at=desk.clock())
    desk.installation.store.transact(lambda unit: unit.put_user(judge))

    def appealed(reference: str | None) -> tuple[str, str]:
        against = {"case": flagged["case"], **({"reference": reference} if reference else {})}
        (said,) = send(desk, "POST", "/api/v1/appeals", against).json()["appeals"]
        return said["id"], said["state"]

    def upheld(appeal_id: str) -> None:
        review_desk = desk.installation.review_desk
        lease = claim(review_desk, judge, case_of(desk, flagged["case"]).job.id).lease
        assert lease is not None
        answer_appeal(review_desk, judge, lease, AppealId(appeal_id), uphold=True)

    first, _ = appealed("ticket 4")
    upheld(first)
    assert appealed("ticket 4") == (first, "upheld")
    assert case_of(desk, flagged["case"]).job.state is JobState.DECIDED
    # Another ticket, or one without a name, may be a new appeal of the same user.
    other, state = appealed("ticket 5")
    assert (other != first, state) == (True, "open")
    upheld(other)
    nameless, state = appealed(None)
    assert (nameless not in {first, other}, state) == (True, "open")
    upheld(nameless)
    assert appealed(None)[0] not in {first, other, nameless}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"subject": "nobody"}, 404),
        ({"case": "none"}, 404),
        ({"content": "none"}, 404),
        ({"subject": "account-7", "said": "I did nothing"}, 400),
        ({"subject": "a\u0000b"}, 400),
    ],
)
def test_an_appeal_against_nothing_that_is_here_is_refused(desk: WebDesk, body: dict[str, object], status: int) -> None:
    assert send(desk, "POST", "/api/v1/appeals", body).status_code == status
