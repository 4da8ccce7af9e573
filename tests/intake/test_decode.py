"""The pool against files that do the worst to the worker that decodes them."""

import asyncio
import contextlib
import hashlib
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clew.errors import UnavailableError
from clew.intake.decode import DecodePool, PoolLimits
from clew.intake.hash_content import Hasher
from clew.intake.receive import hold
from clew.intake.selecting import SelectorLoop
from clew.intake.wire import MOST_BYTES_INSIDE, Request
from clew.intake.zygote import Outcome
from clew.pipelines.decode_worker import choose_methods
from clew.records.identifiers import SignalType
from clew.records.signal import Reason
from clew.settings import Decode
from tests.intake.rough_worker import LIES, MANY_SIGNALS
from tests.pictures import encoded, huge_png, jpeg, landscape

TYPES = tuple(map(SignalType, ("md5", "sha1", "sha256", "pdq")))
WIDTHS = dict(zip(TYPES, (16, 20, 32, 32), strict=True))
ROUGH = Path(__file__).parent / "rough_worker.py"
PICTURE = jpeg(1, 320, 240)


def rough(what):
    return b"ROUGH:" + what.encode() + b"\n"


class Bench:
    """A pool on its own loop, and blocking calls for tests."""

    def __init__(self, *, memory_mb=256, **limits):
        self.loop = SelectorLoop()
        command = [sys.executable, str(ROUGH), str(memory_mb)]
        self.pool = DecodePool(
            self.loop, command, PoolLimits(**({"workers": 1, "seconds": 20.0, "files_each": 1000} | limits)), WIDTHS
        )

    def begin(self, content, *, inside=False, **how):
        answer: list[Outcome | UnavailableError] = []
        self.pool.submit(content if inside else hold(content), TYPES, answer.append, size_bytes=len(content), **how)
        return answer

    def hash(self, content, **how):
        return self.finish(self.begin(content, **how))

    def finish(self, answer):
        while not answer:
            self.loop.run_once(10)
        return answer[0]

    def close(self):
        self.pool.close()
        self.loop.close()


@pytest.fixture
def bench(request):
    made = Bench(**getattr(request, "param", {}))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared():
    made = Bench(workers=2)
    yield made
    made.close()


def values(outcome):
    assert isinstance(outcome, Outcome)
    return {each.type: each.value for each in outcome.hashed.signals}


def reasons(outcome):
    assert isinstance(outcome, Outcome)
    return {each.type: each.reason for each in outcome.hashed.unhashable}


def has_digests(outcome, content):
    found = values(outcome)
    return all(found[name] == hashlib.new(name, content).digest() for name in ("md5", "sha1", "sha256"))


def test_a_picture_gets_all_its_signals(shared):
    outcome = shared.hash(PICTURE)
    assert has_digests(outcome, PICTURE)
    assert set(values(outcome)) == set(TYPES)
    assert reasons(outcome) == {}
    assert outcome.hashed.media_type == "image/jpeg"
    assert outcome.hashed.size_bytes == len(PICTURE)
    assert min(outcome.spent.digests_s, outcome.spent.decode_s, outcome.spent.hash_s) > 0


@pytest.mark.parametrize("size_bytes", [0, 1, MOST_BYTES_INSIDE - 1, MOST_BYTES_INSIDE])
def test_a_small_file_inside_its_request_is_hashed_as_one_behind_a_descriptor(shared, size_bytes):
    content = PICTURE.ljust(MOST_BYTES_INSIDE, b"\0")[:size_bytes]
    inside, behind = shared.hash(content, inside=True), shared.hash(content)
    assert inside.hashed == behind.hashed
    assert has_digests(inside, content)
    assert inside.hashed.size_bytes == size_bytes


def test_what_no_buffer_takes_comes_behind_a_descriptor(bench):
    content = PICTURE.ljust(MOST_BYTES_INSIDE, b"\0")
    assert has_digests(bench.hash(content, inside=True), content)
    for worker in bench.pool._workers.values():
        worker.files.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    assert has_digests(bench.hash(content, inside=True), content)


def test_a_crash_over_a_file_inside_its_request_costs_it_no_digest(shared):
    content = rough("exit")
    outcome = shared.hash(content, inside=True)
    assert has_digests(outcome, content)
    assert reasons(outcome) == {"pdq": Reason.CRASHED}


def test_queries_get_eight_forms_of_each_picture(shared):
    signals = [each for each in shared.hash(PICTURE, dihedral=True).hashed.signals if each.type == "pdq"]
    assert len(signals) == 8
    assert len({each.form for each in signals}) == 8


VECTORS = Path(__file__).parents[1] / "vectors" / "heic"
FORMATS = {
    **{name: encoded(landscape(3, 200, 150), name) for name in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")},
    "inks": encoded(landscape(3, 200, 150).convert("CMYK"), "JPEG"),
    "TIFF in JPEG": encoded(landscape(3, 200, 150), "TIFF", compression="jpeg"),
    "animation": encoded(landscape(3), "WEBP", save_all=True, append_images=[landscape(4), landscape(5)]),
    "truncated": jpeg(3)[:9000],
    **{path.stem: path.read_bytes() for path in sorted(VECTORS.glob("*.heic"))},
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_confined_worker_finds_what_an_unconfined_process_finds(shared, name):
    descriptor = hold(FORMATS[name])
    hasher = Hasher(choose_methods(Decode(pixels=4_000_000, file_mb=8, frames=4)))
    expected, _ = hasher.hash_content(descriptor, Request(1, TYPES))
    os.close(descriptor)
    assert shared.hash(FORMATS[name]).hashed == expected
    assert reasons(shared.hash(FORMATS[name])) == ({"pdq": Reason.TRUNCATED} if name == "truncated" else {})


@pytest.mark.parametrize("what", ["socket", "exec", "open", "fork", "kill"])
def test_a_decoder_gets_eperm_when_it_tries(shared, what):
    outcome = shared.hash(rough(what))
    assert [each.detail for each in outcome.hashed.unhashable] == ["EPERM"]
    assert has_digests(outcome, rough(what))


@pytest.mark.parametrize("what", ["segfault", "exit"])
def test_a_crash_costs_one_file_and_not_its_digests(shared, what):
    files = [PICTURE, rough(what), PICTURE, PICTURE]
    outcomes = [shared.finish(each) for each in [shared.begin(content) for content in files]]
    assert [reasons(each) for each in outcomes] == [{}, {"pdq": Reason.CRASHED}, {}, {}]
    assert all(has_digests(*pair) for pair in zip(outcomes, files, strict=True))


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_cannot_be_true_is_the_workers_crash(shared, lie):
    replaced = shared.pool.state.replaced
    outcome = shared.hash(rough(lie))
    assert reasons(outcome) == {"pdq": Reason.CRASHED}
    assert has_digests(outcome, rough(lie))
    assert shared.pool.state.replaced == replaced + 1


def test_the_largest_answer_comes_through_whole(bench):
    assert bench.hash(rough("many")).hashed.signals[3:] == MANY_SIGNALS
    assert bench.pool.state.replaced == 0


def test_a_decoders_own_exception_is_a_crash_without_the_worker(shared):
    replaced = shared.pool.state.replaced
    assert reasons(shared.hash(rough("raise"))) == {"pdq": Reason.CRASHED}
    assert shared.pool.state.replaced == replaced


@pytest.mark.parametrize("bench", [{"seconds": 1.5}], indirect=True)
def test_the_watchdog_ends_a_file_that_takes_too_long(bench):
    outcome = bench.hash(rough("busy"))
    assert reasons(outcome) == {"pdq": Reason.TOO_SLOW}
    assert has_digests(outcome, rough("busy"))
    assert reasons(bench.hash(PICTURE)) == {}


def test_a_decoder_beyond_its_memory_is_refused_and_its_worker_replaced(bench):
    outcome = bench.hash(rough("hoard"))
    assert reasons(outcome) == {"pdq": Reason.TOO_MUCH_MEMORY}
    assert has_digests(outcome, rough("hoard"))
    assert reasons(bench.hash(PICTURE)) == {}
    assert bench.pool.state.replaced == 1


def test_a_bomb_costs_nothing_but_its_header(shared):
    content = huge_png()
    outcome = shared.hash(content)
    assert reasons(outcome) == {"pdq": Reason.TOO_MANY_PIXELS}
    assert has_digests(outcome, content)


@pytest.mark.parametrize("bench", [{"workers": 2, "ahead": 3, "queue": 2000}], indirect=True)
def test_each_of_a_thousand_files_gets_its_own_answer(bench):
    pictures = [jpeg(seed, 64, 48) for seed in range(20)]
    contents = [pictures[number % 20] + number.to_bytes(4) for number in range(1000)]
    answers = [bench.begin(content) for content in contents]
    for content, answer in zip(contents, answers, strict=True):
        assert values(bench.finish(answer))["sha256"] == hashlib.sha256(content).digest()
    assert bench.pool.state.done == 1000
    assert bench.pool.state.replaced == 0


@pytest.mark.parametrize("bench", [{"workers": 2, "ahead": 4}], indirect=True)
def test_crashes_among_many_files_are_blamed_on_the_right_ones(bench):
    contents = [rough("segfault") if number % 7 == 3 else PICTURE for number in range(60)]
    outcomes = [bench.finish(answer) for answer in [bench.begin(content) for content in contents]]
    for content, outcome in zip(contents, outcomes, strict=True):
        assert reasons(outcome) == ({} if content is PICTURE else {"pdq": Reason.CRASHED})
        assert has_digests(outcome, content)


@pytest.mark.slow
@pytest.mark.parametrize("bench", [{"workers": 2, "ahead": 4}], indirect=True)
def test_files_behind_a_slow_one_are_given_to_another_worker(bench):
    while bench.pool.state.ready < 2:
        bench.loop.run_once(10)
    slow = bench.begin(rough("slow"))
    others = [bench.begin(PICTURE) for _ in range(7)]
    for answer in others:
        assert reasons(bench.finish(answer)) == {}
    assert not slow
    assert reasons(bench.finish(slow)) == {"pdq": Reason.DAMAGED}
    assert bench.pool.state.done == 8


@pytest.mark.parametrize(
    ("bench", "contents"),
    [
        ({"workers": 1, "ahead": 4, "seconds": 0.6}, [rough("busy"), PICTURE]),
        ({"workers": 1, "ahead": 4, "seconds": 0.6}, [rough("busy"), *[PICTURE] * 9]),
        ({"workers": 2, "ahead": 4, "seconds": 0.6}, [rough("busy"), rough("busy"), PICTURE, PICTURE]),
        ({"workers": 2, "ahead": 4, "seconds": 0.6}, [*[rough("busy")] * 3, *[PICTURE] * 5]),
    ],
    indirect=["bench"],
)
def test_a_file_behind_one_that_ends_its_worker_is_answered(bench, contents):
    answers = [bench.begin(content) for content in contents]
    for content, answer in zip(contents, answers, strict=True):
        expected = {} if content is PICTURE else {"pdq": Reason.TOO_SLOW}
        assert reasons(bench.finish(answer)) == expected
        assert has_digests(answer[0], content)
    assert bench.pool.under_way == 0
    assert bench.pool.state.done == len(contents)


@pytest.mark.slow
@pytest.mark.parametrize("bench", [{"ahead": 4}], indirect=True)
def test_an_only_worker_is_not_given_what_it_has(bench):
    answers = [bench.begin(content) for content in (rough("slow"), PICTURE, PICTURE)]
    for answer in answers:
        bench.finish(answer)
    assert bench.pool.under_way == 0
    assert [len(answer) for answer in answers] == [1, 1, 1]
    assert bench.pool.state.replaced == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_each_file_is_answered_once_whatever_dies(seed):
    dice, others = random.Random(seed), set(children(os.getpid()))
    made = Bench(workers=1 + seed % 2, ahead=dice.randint(1, 4), seconds=0.8, files_each=dice.randint(3, 30))
    kinds = [PICTURE] * 6 + [rough(what) for what in ("nap", "segfault", "exit", "talk", "busy")]
    contents = [dice.choice(kinds) for _ in range(30)]
    answers = [made.begin(content) for content in contents]
    killings = 0
    while not all(answers):
        made.loop.run_once(1)
        if killings < 12 and dice.random() < 0.1:
            zygotes = [pid for pid in children(os.getpid()) if pid not in others]
            prey = [pid for zygote in zygotes for pid in children(zygote)] + (zygotes if dice.random() < 0.1 else [])
            # What dies again and again before it is ready is another rule: the pool gives up.
            if made.pool.state.ready == 1 + seed % 2 and prey:
                killings += 1
                with contextlib.suppress(ProcessLookupError):
                    os.kill(dice.choice(prey), signal.SIGKILL)
    assert made.pool.under_way == 0
    made.close()
    assert [len(answer) for answer in answers] == [1] * 30
    assert all(isinstance(answer[0], Outcome) for answer in answers)


def test_an_idle_worker_that_talks_is_replaced(bench):
    assert reasons(bench.hash(rough("talk"))) == {"pdq": Reason.DAMAGED}
    while bench.pool.state.replaced == 0:
        bench.loop.run_once(10)
    assert reasons(bench.hash(PICTURE)) == {}


def test_without_descriptors_the_pool_waits_and_goes_on(bench):
    assert reasons(bench.hash(PICTURE)) == {}
    content, other = hold(rough("segfault")), hold(PICTURE)
    highest = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    answers: list[list[Outcome | UnavailableError]] = [[], []]
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, hard))
    taken = []
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        bench.pool.submit(content, TYPES, answers[0].append)
        bench.pool.submit(other, TYPES, answers[1].append)
        while bench.pool.state.replaced == 0:
            bench.loop.run_once(10)
        for _ in range(5):
            bench.loop.run_once(10)
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert reasons(bench.finish(answers[0])) == {"pdq": Reason.CRASHED}
    assert reasons(bench.finish(answers[1])) == {}


def test_while_no_zygote_can_be_started_files_are_given_back_and_then_it_goes_on(bench):
    while not bench.pool.state.ready:
        bench.loop.run_once(10)
    command, bench.pool._command = bench.pool._command, ["/nowhere/at/all"]
    (zygote,) = [pid for pid in children(os.getpid()) if str(ROUGH) in command_of(pid)][-1:]
    os.kill(zygote, signal.SIGKILL)
    while bench.pool.state.ready:  # a worker that is still there may yet answer
        bench.loop.run_once(10)
    assert isinstance(bench.hash(PICTURE), UnavailableError)
    assert isinstance(bench.hash(PICTURE), UnavailableError)
    bench.pool._command = command
    while not bench.pool.state.ready:
        bench.loop.run_once(10)
    assert reasons(bench.hash(PICTURE)) == {}


@pytest.mark.parametrize("bench", [{"files_each": 3}], indirect=True)
def test_a_worker_is_replaced_after_its_term(bench):
    for _ in range(7):
        assert reasons(bench.hash(PICTURE)) == {}
    assert bench.pool.state.replaced == 2


@pytest.mark.parametrize("bench", [{"queue": 3}], indirect=True)
def test_a_full_queue_refuses_and_keeps_what_it_has(bench):
    while not bench.pool.state.ready:
        bench.loop.run_once(10)
    answers = [bench.begin(PICTURE) for _ in range(4)]
    descriptor = hold(PICTURE)
    with pytest.raises(UnavailableError):
        bench.pool.submit(descriptor, TYPES, print)
    with pytest.raises(OSError):
        os.fstat(descriptor)
    assert all(reasons(bench.finish(answer)) == {} for answer in answers)


def open_files():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_descriptor_is_left_behind(shared):
    for content in (PICTURE, rough("segfault"), rough("raise")):
        shared.hash(content)
    before = open_files()
    for _ in range(20):
        shared.hash(PICTURE)
        shared.hash(rough("segfault"))
    while shared.pool.state.ready < 2:
        shared.loop.run_once(10)
    shared.hash(PICTURE)
    assert open_files() <= before + 2


def command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


def children(pid):
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@pytest.mark.parametrize("bench", [{"workers": 2}], indirect=True)
def test_a_killed_zygote_is_started_again_and_its_files_are_done(bench):
    while bench.pool.state.ready < 2:
        bench.loop.run_once(10)
    (zygote,) = [pid for pid in children(os.getpid()) if str(ROUGH) in Path(f"/proc/{pid}/cmdline").read_text()][-1:]
    answers = [bench.begin(rough("nap")), bench.begin(PICTURE)]
    os.kill(zygote, signal.SIGKILL)
    assert reasons(bench.finish(answers[0])) == {"pdq": Reason.DAMAGED}
    assert reasons(bench.finish(answers[1])) == {}


def test_workers_that_never_start_are_an_error_not_a_wait():
    loop = SelectorLoop()
    pool = DecodePool(
        loop, [sys.executable, "-c", "raise SystemExit"], PoolLimits(workers=1, seconds=1.0, files_each=9), WIDTHS
    )
    answer: list[Outcome | UnavailableError] = []
    pool.submit(hold(PICTURE), TYPES, answer.append)
    while not answer:
        loop.run_once(10)
    assert isinstance(answer[0], UnavailableError)
    with pytest.raises(UnavailableError):
        pool.submit(hold(PICTURE), TYPES, answer.append)
    pool.close()
    loop.close()


def test_what_is_under_way_when_the_pool_closes_is_given_back():
    bench = Bench()
    answers = [bench.begin(PICTURE) for _ in range(3)]
    bench.close()
    assert all(isinstance(answer[0], UnavailableError) for answer in answers)


def test_a_pool_works_on_an_asyncio_loop():
    async def hash_all():
        loop = asyncio.get_running_loop()
        limits = PoolLimits(workers=2, seconds=20.0, files_each=100)
        pool = DecodePool(loop, [sys.executable, str(ROUGH), "256"], limits, WIDTHS)
        try:
            futures = []
            for content in (PICTURE, rough("segfault"), PICTURE):
                future = loop.create_future()
                pool.submit(hold(content), TYPES, future.set_result)
                futures.append(future)
            return await asyncio.gather(*futures)
        finally:
            pool.close()

    assert [reasons(each) for each in asyncio.run(hash_all())] == [{}, {"pdq": Reason.CRASHED}, {}]


OWNER = """
import sys, time
sys.path.insert(0, {root!r})
from tests.intake.test_decode import Bench
bench = Bench(workers=2)
while bench.pool.state.ready < 2:
    bench.loop.run_once(10)
print("ready", flush=True)
time.sleep(60)
"""


def test_all_workers_end_when_their_owner_is_killed():
    root = str(Path(__file__).parents[2])
    owner = subprocess.Popen([sys.executable, "-c", OWNER.format(root=root)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "ready\n"
    (zygote,) = children(owner.pid)
    workers = children(zygote)
    assert len(workers) == 2
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 20
    while any(_runs(pid) for pid in (zygote, *workers)):
        assert time.monotonic() < deadline, "a process outlived its owner"
        time.sleep(0.01)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


CLOSED_EARLY = """
import os, select, socket
from clew.intake.worker import READY, serve_zygote
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
zygote = os.fork()
if zygote == 0:
    ours.close()
    serve_zygote(theirs, None, 1 << 30)
    os._exit(0)
theirs.close()
assert ours.recv(16) == READY
files, its_files = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
socket.send_fds(ours, [b"1"], [its_files.fileno()])
select.select([ours], [], [])  # the worker's pidfd has come, and nobody reads it
ours.close()
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(zygote, 0)[1]))
"""


def test_a_zygote_whose_last_word_is_not_read_ends_in_silence():
    ended = subprocess.run([sys.executable, "-c", CLOSED_EARLY], capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")
