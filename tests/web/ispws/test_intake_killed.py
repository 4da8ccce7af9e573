"""A clearinghouse killed while platforms file to it has every report that it acknowledged, once and whole.

CLEW_TEST_KILL_ROUNDS says how often it is killed.
"""

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import pytest

from clew.parts.formats.base import Answer
from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.base import Store
from clew.records.identifiers import IntakeNumber
from clew.records.intake import IntakeState
from clew.records.mention import IdentifierKind
from clew.web.ispws.codes import Code
from tests.web.ispws.clearinghouse_desk import report_xml
from tests.web.ispws.intake_process import Caller, IntakeProcess, intake_process

ROUNDS = int(os.environ.get("CLEW_TEST_KILL_ROUNDS", "3"))
_SENDERS = 4
# A round ends within so many answers: in the first steps of the process as well as under full load.
_MOST_ANSWERS = 80


@dataclass
class Filing:
    """One report as its platform knows it: what was acknowledged is written here, and nothing else."""

    account: str
    picture: bytes | None
    number: int | None = None
    file_ids: list[str] = field(default_factory=list)
    described: bool = False
    finished: bool = False


def step(filing: Filing, caller: Caller) -> None:
    """The next call of a report; a call whose answer did not come is made once more."""
    if filing.number is None:
        filing.number = _acknowledged(caller.submit(report_xml(filing.account))).report_number
    elif filing.picture is not None and not filing.file_ids:
        uploaded = _acknowledged(caller.upload(filing.number, filing.picture))
        assert uploaded.file_id is not None
        assert uploaded.hash == hashlib.md5(filing.picture, usedforsecurity=False).hexdigest()
        filing.file_ids.append(uploaded.file_id)
    elif filing.file_ids and not filing.described:
        # Its answer may have been lost: then the details are there.
        _acknowledged(caller.describe(filing.number, filing.file_ids[0]), Code.VALIDATION_FAILED)
        filing.described = True
    else:
        _acknowledged(caller.finish(filing.number), Code.ALREADY_FINISHED)
        filing.finished = True


def _acknowledged(answer: Answer, *others: Code) -> Answer:
    assert answer.code in {Code.OK, *others}, answer
    return answer


class Senders:
    """Platforms that file at once, and stop when nobody answers any more."""

    def __init__(self, house: IntakeProcess, open_ones: list[Filing], make: Callable[[], Filing]) -> None:
        self._house = house
        self._waiting = open_ones
        self._make = make
        self._lock = threading.Lock()
        self._answers = threading.Semaphore(0)
        self.faults: list[BaseException] = []
        self._threads = [threading.Thread(target=self._send) for _ in range(_SENDERS)]

    def send_until(self, answers: int) -> None:
        """So many calls are answered, then the process dies under those that are under way."""
        for each in self._threads:
            each.start()
        for _ in range(answers):
            assert self._answers.acquire(timeout=60), self.faults
        self._house.kill()
        for each in self._threads:
            each.join(60)

    def _send(self) -> None:
        caller = self._house.caller()
        try:
            while True:
                with self._lock:
                    filing = self._waiting.pop() if self._waiting else self._make()
                while not filing.finished:
                    step(filing, caller)
                    self._answers.release()
        except httpx.TransportError:
            return  # it is dead
        except BaseException as fault:
            self.faults.append(fault)
            raise
        finally:
            caller.close()


@pytest.mark.slow
def test_a_killed_clearinghouse_has_each_acknowledged_report_once(any_url: str, tmp_path: Path) -> None:
    draw = Random(8)
    filings: list[Filing] = []

    def make() -> Filing:
        name = len(filings)
        picture = b"a landscape, number %d " % name * 500 if name % 3 == 0 else None
        filings.append(Filing(f"account-{name}", picture))
        return filings[-1]

    # Nobody orders here, so that what waits to be ordered can be counted.
    with intake_process(tmp_path / "clearinghouse", any_url, CLEW_TRIAGE_ORDER="false") as house:
        for _ in range(ROUNDS):
            senders = Senders(house, [each for each in filings if not each.finished], make)
            senders.send_until(draw.randrange(1, _MOST_ANSWERS))
            assert not senders.faults
            house.start()
        caller = house.caller()
        for filing in filings:
            while not filing.finished:
                step(filing, caller)
        caller.close()
        house.kill()
        check(house.store, filings)


def check(store: Store, filings: list[Filing]) -> None:
    """What was acknowledged is there, once, with what it mentions, its files, and its turn to be ordered."""
    with store.read() as reader:
        reports = {each.number: each for each in reader.intakes(IntakeFilter(limit=100_000))}
        mentions = reader.mentions_of(sorted(reports))
        files = {number: reader.intake_files(number) for number in reports}
        waiting = reader.pending(100_000)
        objects = {each.id: reader.get_object(each.object_id) for some in files.values() for each in some}
    stated = {
        number: {each.value for each in some if each.kind is IdentifierKind.ACCOUNT}
        for number, some in mentions.items()
    }
    assert Counter(each.state for each in reports.values()) == Counter({IntakeState.TAKEN_IN: len(filings)})
    assert sorted(reports) == sorted(waiting)
    for filing in filings:
        assert filing.number is not None
        number = IntakeNumber(filing.number)
        assert {f"#{filing.account}"} == {value.rpartition(":")[2] for value in stated[number]}
        assert filing.account in reports[number].document
        there = {each.id: each for each in files[number]}
        assert set(filing.file_ids) <= set(there)
        if filing.picture is not None:
            assert {each.sha256 for each in there.values()} == {hashlib.sha256(filing.picture).digest()}
            assert {objects[each.id].size_bytes for each in there.values()} == {len(filing.picture)}
    assert len({filing.number for filing in filings}) == len(filings)
