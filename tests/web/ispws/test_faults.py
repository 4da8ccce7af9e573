"""Each fault on demand, the plan that orders them, and the production start that refuses them."""

import re

import pytest

from clew.errors import InputError, RefusedError
from clew.ground.safe_xml import DEFAULT_MAX_BYTES
from clew.parts.formats.cybertipline import PART
from clew.web.ispws.faults import DroppedError
from clew.web.ispws.opening import Wanted, opened
from clew.web.ispws.plan import Plan, read_plan
from clew.web.ispws.senders import NamedSender
from tests.web.ispws.clearinghouse_desk import OTHER, PASSWORD, USER, Desk, open_desk, report_xml


def on(endpoint: str, fault: str, **more: object) -> dict[str, object]:
    return {"endpoint": endpoint, "fault": fault, **more}


def test_a_connection_dropped_before_the_commit_leaves_nothing_done() -> None:
    with open_desk(on("submit", "drop-before", calls=[1])) as desk:
        with pytest.raises(DroppedError):
            desk.submit()
        assert desk.states() == []
        assert desk.submit().code == 0


@pytest.mark.parametrize(("endpoint", "state"), [("submit", "open"), ("finish", "finished"), ("retract", "retracted")])
def test_a_connection_dropped_after_the_commit_leaves_it_done(endpoint: str, state: str) -> None:
    with open_desk(on(endpoint, "drop-after", calls=[1])) as desk:
        if endpoint == "submit":
            with pytest.raises(DroppedError):
                desk.submit()
        else:
            number = desk.submit().number
            with pytest.raises(DroppedError):
                getattr(desk, endpoint)(number)
        assert desk.states() == [state]
        (call,) = [each for each in desk.recorded()["calls"] if each["endpoint"] == endpoint]
        assert (call["fault"], call["status"], call["code"]) == ("drop-after", 0, 0)


def test_an_upload_dropped_after_the_commit_is_in_the_receipt() -> None:
    with open_desk(on("upload", "drop-after", calls=[1])) as desk:
        number = desk.submit().number
        with pytest.raises(DroppedError):
            desk.upload(number)
        assert len(desk.finish(number).read.file_ids) == 1


@pytest.mark.parametrize(("after", "states"), [(False, []), (True, ["open"])])
@pytest.mark.parametrize("fault", ["status", "code", "empty-401"])
def test_an_answer_instead_of_the_call_or_of_its_answer(fault: str, after: bool, states: list[str]) -> None:
    with open_desk(on("submit", fault, after=after)) as desk:
        answer = desk.ask("POST", "/ispws/submit", content=report_xml(), headers={"content-type": "text/xml"})
        assert answer.status_code == {"status": 503, "code": 500, "empty-401": 401}[fault]
        assert (answer.content == b"") == (fault == "empty-401")
        assert desk.states() == states


def test_a_report_that_cannot_be_retracted_because_it_is_finished_can_be_feigned() -> None:
    with open_desk(on("retract", "code", code=5102, calls=[1])) as desk:
        number = desk.submit().number
        assert desk.retract(number).code == 5102
        assert desk.states() == ["open"]
        assert desk.retract(number).code == 0


def test_a_revoked_credential_stays_revoked_for_its_sender_alone() -> None:
    with open_desk(on("upload", "revoked", calls=[1])) as desk:
        number, theirs = desk.submit().number, desk.submit(user=OTHER).number
        for path in ("upload", "finish", "retract", "submit"):
            answer = desk.ask("POST", f"/ispws/{path}", data={"id": str(number)})
            assert (answer.status_code, answer.content) == (401, b"")
        assert desk.finish(theirs, user=OTHER).code == 0
        assert desk.states() == ["open", "finished"]
        desk.ask("PUT", "/ispws-recorder/plan", json={"faults": []})
        assert desk.finish(number).code == 0


def test_a_wrong_hash_is_told_and_the_right_one_kept() -> None:
    with open_desk(on("upload", "wrong-hash")) as desk:
        told = desk.upload(desk.submit().number).read.hash
        (file,) = desk.recorded()["reports"][0]["files"]
        assert told is not None
        assert re.fullmatch("[0-9a-f]{32}", told)
        assert told != file["md5"]


def test_a_wrong_file_id_is_told_of_an_upload_and_in_a_receipt() -> None:
    with open_desk(on("*", "wrong-file-id")) as desk:
        number = desk.submit().number
        told = desk.upload(number).file_id
        assert desk.describe(number, told).code == 5002
        listed = desk.finish(number).read.file_ids
        (file,) = desk.recorded()["reports"][0]["files"]
        assert told != file["id"]
        assert listed != (file["id"],)
        assert len(listed) == 1


def test_a_receipt_can_list_a_file_that_never_was() -> None:
    with open_desk(on("finish", "other-files")) as desk:
        number = desk.submit().number
        file_id = desk.upload(number).file_id
        assert desk.finish(number).read.file_ids == (file_id, "0" * 32)
        assert desk.states() == ["finished"]


@pytest.mark.parametrize("fault", ["oversized", "doctype", "malformed"])
@pytest.mark.parametrize("endpoint", ["submit", "finish"])
def test_an_answer_that_must_not_be_read_is_refused_by_our_own_reader(fault: str, endpoint: str) -> None:
    with open_desk(on(endpoint, fault)) as desk:
        if endpoint == "finish":
            number = desk.submit().number
            answer = desk.ask("POST", "/ispws/finish", data={"id": str(number)})
        else:
            answer = desk.ask("POST", "/ispws/submit", content=report_xml(), headers={"content-type": "text/xml"})
        assert answer.status_code == 200
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert (len(answer.content) > DEFAULT_MAX_BYTES) == (fault == "oversized")
        with pytest.raises(InputError):
            PART.read_response(answer.content)
        assert desk.states() == ["finished" if endpoint == "finish" else "open"]


def test_a_fault_that_has_nothing_to_break_breaks_nothing() -> None:
    with open_desk(on("*", "wrong-hash")) as desk:
        number = desk.submit().number
        assert desk.finish(number).code == 0


@pytest.mark.parametrize("after", [False, True])
def test_a_slow_answer_is_the_right_one(after: bool) -> None:
    with open_desk(on("submit", "slow", seconds=0.01, after=after)) as desk:
        assert desk.submit().code == 0
        assert desk.states() == ["open"]


# ---- the plan


def fates(desk: Desk, calls: int) -> list[int]:
    return [desk.submit().code for _ in range(calls)]


def test_a_fault_hits_the_calls_that_the_plan_names() -> None:
    with open_desk(on("submit", "code", calls=[2, 4])) as desk:
        assert fates(desk, 5) == [0, 1000, 0, 1000, 0]


def test_the_calls_of_each_endpoint_are_counted_apart() -> None:
    with open_desk({"fault": "code", "calls": [2]}) as desk:
        number = desk.submit().number
        assert desk.upload(number).code == 0
        assert desk.submit().code == 1000
        assert desk.upload(number).code == 1000


def test_the_first_line_that_fits_is_the_one() -> None:
    with open_desk(on("submit", "code", code=1100, calls=[1]), on("*", "code", code=1300)) as desk:
        assert fates(desk, 2) == [1100, 1300]


def test_the_same_seed_brings_the_same_faults_and_another_others() -> None:
    def run(seed: int) -> list[int]:
        with open_desk(on("submit", "code", probability=0.5), seed=seed) as desk:
            return fates(desk, 20)

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert {0, 1000} == set(run(1))


def test_a_probability_is_that_of_a_call_whatever_the_others_are() -> None:
    plan = read_plan(b'{"seed": 3, "faults": [{"fault": "code", "probability": 0.3}]}')
    alone = [plan.of("submit", call) is not None for call in range(1, 2_001)]
    assert alone == [plan.of("submit", call) is not None for call in range(1, 2_001)]
    assert 500 < sum(alone) < 700
    assert alone != [plan.of("upload", call) is not None for call in range(1, 2_001)]


def test_a_new_plan_counts_from_one_again() -> None:
    with open_desk() as desk:
        fates(desk, 3)
        plan = {"faults": [on("submit", "code", calls=[1])]}
        assert desk.ask("PUT", "/ispws-recorder/plan", json=plan).status_code == 200
        assert fates(desk, 2) == [1000, 0]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'{"fault": []}',
        b'{"faults": [{"endpoint": "submit"}]}',
        b'{"faults": [{"fault": "explode"}]}',
        b'{"faults": [{"fault": "code", "code": 7}]}',
        b'{"faults": [{"fault": "slow", "seconds": -1}]}',
        b'{"faults": [{"fault": "slow", "probability": 2}]}',
        b'{"faults": [{"fault": "slow", "calls": [0]}]}',
        b'{"faults": [{"fault": "slow", "endpoint": "home"}]}',
        b'{"faults": [{"fault": "status", "status": 200}]}',
        b'{"faults": [{"fault": "slow", "second": 3}]}',
    ],
)
def test_a_plan_that_is_none_is_refused_and_the_old_one_stays(desk: Desk, text: bytes) -> None:
    with pytest.raises(InputError, match="plan of faults"):
        read_plan(text)
    assert desk.ask("PUT", "/ispws-recorder/plan", content=text).status_code == 400
    assert desk.submit().code == 0


# ---- production


@pytest.mark.parametrize("wanted", [{"plan": Plan()}, {"recording": True}])
def test_a_production_start_refuses_faults_and_recorder(wanted: dict[str, object]) -> None:
    asked = Wanted(senders=[NamedSender(user=USER, password=PASSWORD)], environment="production", **wanted)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="production"), opened(asked):
        pass


def test_a_production_start_without_them_serves() -> None:
    with open_desk(plan=None, environment="production") as desk:
        assert desk.finish(desk.submit().number).code == 0
