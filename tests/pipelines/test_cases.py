"""Cases: what belongs to one subject comes together, whoever sends it and through which door."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ConflictError, InputError, RefusedError
from clew.pipelines import case_marks, verdicts
from clew.pipelines.case_file import case_file, reportable_contents
from clew.pipelines.cases import HitContent, open_cases
from clew.pipelines.closing import close_case
from clew.pipelines.review import claim
from clew.pipelines.subjects import put_subject
from clew.records.case import NO_FACTS, CaseState, ContentKind, FlagReason, NotHeld, Origin, Provenance, ReportRoute
from clew.records.identifiers import HitId, RunId
from clew.records.match import Channel
from clew.records.review import AskReason, Decision, JobState, Lane, VerdictStanding
from clew.records.subject import AccountIdentifier, Device, Email, IpEvent, IpUse, Particulars, Payment, Phone
from tests.parts.stores.store_records import hit_of
from tests.pipelines.review_house import MORNING, House, sha256_of, thread
from tests.review.review_records import ADA, BO, SENIOR

PARTICULARS = Particulars(
    service="board",
    screen_name="Heron 7",
    display_names=("Heron", "Grey heron"),
    profile_urls=("https://board.example/u/7",),
    emails=(Email(address="Heron@Example.com", verified=True, verified_at=MORNING),),
    phones=(Phone(number="6 1234", calling_code="+31"),),
    ip_events=(IpEvent(address="192.0.2.7", use=IpUse.UPLOAD, at=MORNING, port=41_200),),
    devices=(Device(kind="advertising id", value="D-7"),),
    payments=(Payment(method="bitcoin", amount_minor=125_000, currency="BTC", account="bc1qexample"),),
)


def test_hits_and_flags_of_one_subject_are_one_case_with_one_job(any_house: House):
    one, two = any_house.hit(1), any_house.hit(2)
    flagged = any_house.flag(messages=thread("hello", "who is this?"))
    assert one.case_id == two.case_id == flagged.case.id
    with any_house.store.read() as reader:
        found = case_file(reader, one.case_id)
    assert [each.origin for each in found.contents] == [Origin.HIT, Origin.HIT, Origin.FLAG]
    assert [each.kind for each in found.contents][-1] is ContentKind.THREAD
    assert (found.job.contents, found.job.decided) == (3, 0)
    assert found.subject.reference == "account-7"
    assert any_house.acts(like="case.") == ["case.open", "case.join", "case.join", "case.flag"]


def test_another_subject_has_a_case_of_its_own_and_so_has_each_upload_whose_account_is_not_named(any_house: House):
    contents = [any_house.hit(1), any_house.hit(2, "account-8"), any_house.hit(3, None), any_house.hit(4, None)]
    assert len({each.case_id for each in contents}) == 4


def test_a_hit_brings_all_that_was_said_of_its_upload(any_house: House):
    facts = {
        "file_name": "Meer (1).png",
        "uploaded_at": MORNING,
        "url": "https://board.example/f/1",
        "publicly_available": False,
        "ip_event": PARTICULARS.ip_events[0],
        "device": PARTICULARS.devices[0],
        "provenance": Provenance(generated=True, model="m-1", prompt="a lake", upload_source="output"),
    }
    content = any_house.hit(1, **facts)  # type: ignore[arg-type]
    with any_house.store.read() as reader:
        stored = reader.get_content(content.id)
        assert reader.find_content_of_hit(content.hit_ids[0]) == stored
    assert {name: getattr(stored, name) for name in facts} == facts
    assert stored.sha256 == sha256_of(1)
    assert stored.not_held is NotHeld.VAULT_OFF
    assert [each.form for each in stored.signals] == [None], "turned forms are for searching"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"channel": Channel.HASHES}, NotHeld.HASHES_ONLY),
        ({"channel": Channel.UPLOAD, "size_bytes": None}, NotHeld.HASHES_ONLY),
        ({"channel": Channel.PRIVATE_MESSAGE}, NotHeld.SEALING),
    ],
)
def test_a_content_without_bytes_says_why(house: House, change: dict[str, object], why: NotHeld):
    hit = replace(hit_of(1), id=HitId("0" * 26), **change)  # type: ignore[arg-type]
    assert house.open(HitContent(hit=hit, signals=(), facts=NO_FACTS), hit, seals=True).not_held is why


def test_a_text_only_flag_is_a_case_without_any_file(any_house: House):
    said = thread("send me a card", "which one?", "or everybody will see it")
    flagged = any_house.flag(FlagReason.EXTORTION, messages=said)
    assert (flagged.content.kind, flagged.content.messages, flagged.content.not_held) == (
        ContentKind.THREAD, 3, NotHeld.NO_FILE,
    )  # fmt: skip
    assert flagged.job.lane is Lane.ONGOING_EXTORTION
    with any_house.store.read() as reader:
        assert [each.text for each in reader.messages_of(flagged.content.id)] == [each.text for each in said]


def test_a_flag_raises_the_lane_of_a_job_that_stands_and_never_lowers_it(any_house: House):
    content = any_house.hit(1)
    any_house.clock.move(minutes=7)
    raised = any_house.flag(FlagReason.LIVE_DANGER).job
    assert raised.lane is Lane.LIVE_DANGER
    assert raised.since >= raised.opened_at + timedelta(minutes=7)
    any_house.clock.move(minutes=7)
    assert any_house.flag(FlagReason.OTHER).job.lane is Lane.LIVE_DANGER
    assert any_house.job(content).due_at == raised.due_at


def test_what_joins_a_held_job_leaves_it_to_its_holder(any_house: House):
    content = any_house.hit(1)
    lease = any_house.lease(ADA, content)
    any_house.flag(FlagReason.LIVE_DANGER)
    job = any_house.job(content)
    assert (job.state, job.lease, job.lane) == (JobState.HELD, lease, Lane.LIVE_DANGER)


def test_what_joins_a_decided_job_opens_it_again_with_a_new_clock(any_house: House):
    content = any_house.flag(FlagReason.EXTORTION, messages=thread("a")).content
    any_house.decide(ADA, any_house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    any_house.decide(BO, any_house.lease(BO, content), content.id, Decision.NOT_LISTED)
    assert any_house.job(content).state is JobState.DECIDED
    any_house.clock.move(hours=3)
    any_house.hit(2)
    job = any_house.job(content)
    assert (job.state, job.decided, job.contents) == (JobState.WAITING, 1, 2)
    assert job.since >= job.opened_at + timedelta(hours=3)


def test_what_comes_after_a_case_was_closed_opens_another(any_house: House):
    content = any_house.hit(1)
    at = any_house.clock()
    closed = any_house.store.transact(
        lambda unit: close_case(unit, content.case_id, at, actor="system:filing", because="filed")
    )
    assert closed.state is CaseState.CLOSED
    assert any_house.hit(2).case_id != content.case_id
    with any_house.store.read() as reader:
        assert len(reader.cases_of(closed.subject_id)) == 2


def test_a_case_of_the_test_environment_is_joined_by_nothing_from_production(any_house: House):
    tried = any_house.hit(1)
    live = House(replace(any_house.desk, environment="production"), any_house.clock)
    real = live.hit(2)
    assert real.case_id != tried.case_id
    assert live.hit(3).case_id == real.case_id
    assert any_house.hit(4).case_id == tried.case_id
    with any_house.store.read() as reader:
        assert reader.get_case(real.case_id).environment == "production"


def test_bytes_that_were_judged_for_good_are_known_when_they_come_again(any_house: House):
    first = any_house.sealed_hit(1)
    recorded = any_house.decide(ADA, any_house.lease(ADA, first), first.id, Decision.SAME_AS_LISTED)
    again = any_house.hit(1, "account-8")
    assert recorded.verdict is not None
    assert again.known == recorded.verdict.id
    assert any_house.hit(2, "account-8").known is None
    verdicts.reverse(any_house.desk, SENIOR, recorded.verdict.id, reason=AskReason.DIFFER)
    with any_house.store.read() as reader:
        assert reader.get_content(again.id).known is None, "a verdict that was taken back makes nothing known"


def test_hits_of_one_subject_from_many_threads_are_one_case(any_house: House):
    at_once = threading.Barrier(8)
    faults: list[BaseException] = []

    def hit(number: int) -> None:
        at_once.wait(30)
        try:
            any_house.hit(number)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=hit, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert faults == []
    with any_house.store.read() as reader:
        subject = reader.find_subject("account-7")
        assert subject is not None
        (case,) = reader.cases_of(subject.id)
        assert len(reader.contents_of(case.id)) == 8


def test_hits_of_a_folder_become_jobs_when_somebody_asks_for_it_and_only_once(any_house: House):
    hit = replace(hit_of(1), channel=Channel.FOLDER, run_id=RunId("run"))
    any_house.store.transact(lambda unit: unit.add_hits([hit]))
    (made,) = open_cases(any_house.desk, [hit.id], actor="command:ada")
    assert (made.hit_ids, made.not_held) == ((hit.id,), NotHeld.HASHES_ONLY)
    assert open_cases(any_house.desk, [hit.id], actor="command:ada") == [made]


# ---------------------------------------------------------------- subjects


def test_a_subject_is_stored_and_found_by_everything_that_names_it(any_house: House):
    stored = put_subject(any_house.desk, "account-7", PARTICULARS, actor="key:test")
    assert stored.particulars == PARTICULARS
    wanted = {
        AccountIdentifier.REFERENCE: "ACCOUNT-7",
        AccountIdentifier.SCREEN_NAME: "heron 7",
        AccountIdentifier.EMAIL: " heron@example.com ",
        AccountIdentifier.PHONE: "+316 1234",
        AccountIdentifier.IP: "192.0.2.7",
        AccountIdentifier.DEVICE: "d-7",
        AccountIdentifier.PAYMENT_ACCOUNT: "bc1qexample",
        AccountIdentifier.PROFILE_URL: "https://board.example/u/7",
    }
    with any_house.store.read() as reader:
        found = {kind: reader.subjects_by(kind, text) for kind, text in wanted.items()}
        assert found == {kind: [stored] for kind in wanted}
        assert reader.subjects_by(AccountIdentifier.EMAIL, "other@example.com") == []


def test_a_new_statement_replaces_the_one_before_as_a_whole(any_house: House):
    put_subject(any_house.desk, "account-7", PARTICULARS, actor="key:test")
    put_subject(any_house.desk, "account-7", Particulars(screen_name="Egret"), actor="key:test")
    with any_house.store.read() as reader:
        assert reader.subjects_by(AccountIdentifier.EMAIL, "heron@example.com") == []
        (subject,) = reader.subjects_by(AccountIdentifier.SCREEN_NAME, "egret")
    assert subject.particulars.emails == ()


def test_an_extorted_child_is_on_the_safeguarding_track_whichever_comes_first(any_house: House):
    put_subject(any_house.desk, "child", Particulars(), safeguarding=True, actor="key:test")
    assert any_house.flag(subject="child", messages=thread("help")).case.safeguarding
    later = any_house.hit(1, "account-9")
    put_subject(any_house.desk, "account-9", Particulars(), safeguarding=True, actor="key:test")
    assert any_house.job(later).safeguarding
    lease = claim(any_house.desk, SENIOR, any_house.job(later).id).lease
    assert lease is not None
    with pytest.raises(ConflictError):
        case_marks.set_safeguarding(any_house.desk, SENIOR, replace(lease, token=lease.token + 1), on=False)
    case_marks.set_safeguarding(any_house.desk, SENIOR, lease, on=False)
    with any_house.store.read() as reader:
        assert not reader.get_case(later.case_id).safeguarding
    marks = any_house.audit("case.safeguarding")
    assert [(each["actor"], each["on"]) for each in marks] == [("key:test", True), ("user:senior", False)]


def test_nothing_of_a_person_stands_in_the_audit(any_house: House):
    put_subject(any_house.desk, "account-7", PARTICULARS, actor="key:test")
    any_house.flag(FlagReason.EXTORTION, messages=thread("my secret text"), reference="upload-9")
    any_house.hit(1, file_name="Heron.png", url="https://board.example/f/1")
    said = str([any_house.audit(act) for act in set(any_house.acts())]).lower()
    for planted in ("heron", "192.0.2.7", "bc1q", "secret", "account-7", "upload-9", "board.example", "d-7"):
        assert planted not in said


# ---------------------------------------------------------------- what goes into a report


def test_a_case_is_informational_only_with_a_reason(any_house: House):
    content = any_house.hit(1)
    with pytest.raises(RefusedError, match="whoever holds the job"):
        case_marks.set_route(any_house.desk, ADA, content.case_id, ReportRoute.INFORMATIONAL, "a viral copy")
    any_house.lease(ADA, content)
    with pytest.raises(InputError, match="why nobody can act on it"):
        case_marks.set_route(any_house.desk, ADA, content.case_id, ReportRoute.INFORMATIONAL, " ")
    why = "training data, no account"
    case = case_marks.set_route(any_house.desk, ADA, content.case_id, ReportRoute.INFORMATIONAL, why)
    assert case.informational_because == why
    case = case_marks.set_route(any_house.desk, SENIOR, content.case_id, ReportRoute.REFERRAL)
    assert (case.route, case.informational_because) == (ReportRoute.REFERRAL, None)
    assert [event["route"] for event in any_house.audit("case.route")] == ["informational", "referral"]


def test_a_report_holds_what_a_final_verdict_calls_reportable_and_text_as_well_as_files(any_house: House):
    file, other = any_house.hit(1), any_house.hit(2)
    text = any_house.flag(messages=thread("a")).content
    lease = any_house.lease(ADA, file)
    any_house.decide(ADA, lease, file.id, Decision.SAME_AS_LISTED)
    any_house.decide(ADA, lease, other.id, Decision.NOT_REPORTABLE)
    any_house.decide(ADA, lease, text.id, Decision.NOT_LISTED)
    with any_house.store.read() as reader:
        assert [each.id for each, _, _ in reportable_contents(reader, file.case_id)] == [file.id]
    any_house.decide(BO, any_house.lease(BO, file), text.id, Decision.NOT_LISTED)
    with any_house.store.read() as reader:
        found = reportable_contents(reader, file.case_id)
    assert [content.id for content, _, _ in found] == [file.id, text.id]
    assert all(verdict.standing is VerdictStanding.FINAL and not viewing.viewed for _, verdict, viewing in found)


def test_in_an_urgent_lane_a_report_does_not_wait_for_the_second_look(any_house: House):
    content = any_house.flag(FlagReason.LIVE_DANGER, messages=thread("a")).content
    any_house.decide(ADA, any_house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    with any_house.store.read() as reader:
        ((_, verdict, _),) = reportable_contents(reader, content.case_id)
    assert verdict.standing is VerdictStanding.PROVISIONAL
