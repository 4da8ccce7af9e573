"""Nothing of a person, no digest and no secret comes out at a place that may not hold it.

One table says which place may hold what; everything else is a leak. The places are all that real processes gave out:
streams of a service, a worker and a clearinghouse, every page as each role, every call as each key, refusals and
failures, what is measured and what is exported.
"""

import base64
import html
import io
import itertools
from collections.abc import Callable
from urllib.parse import quote

import pytest

from clew.records.people import Role
from clew.records.screening import Scope
from clew.web import log
from tests.canary.canaries import Canary, Sighting, leaks, sightings, unused
from tests.canary.canary_day import fail_everywhere, look_everywhere, work_a_day
from tests.canary.canary_house import API, PAGES, TEXTS, House, canary_house

pytestmark = pytest.mark.slow

# All that a case holds: what whoever composes its report must read.
_CASE = ("subject.*", "upload.*", "chat.*", "digest.md5", "digest.sha1", "digest.sha256", "free.draft", "company.*")
_KEPT = ("free.hold_ground", "free.process_reference", "free.authority")

# Place: what it may hold. A place is "METHOD ROUTE as WHO", after "refused " for an answer of 400 and above; no other
# text stands in one: "log of ...", "command ...". No line names a log, an error of a program, a measure or an export.
MAY: dict[str, tuple[str, ...]] = {
    # Their own name stands at the head of each page that a person is shown, refusals too.
    "* as reviewer": ("staff.name",),
    # Who works here, for those who administer and for those who read what was done.
    "GET /administration as administrator": ("staff.*", "key.label"),
    "refused POST /administration/keys/{key_id}/revoke as administrator": ("staff.*", "key.label"),
    "GET /audit as administrator": ("staff.*",),
    "GET /audit as auditor": ("staff.*",),
    # A hit is named as the platform named the upload; whoever seeks a digest has it, and sees it in the field again.
    "GET /hits/{hit_id} as *": ("upload.reference",),
    "GET /find as *": ("digest.sha256",),
    # Whoever holds the job, and has asked for it; others who review are told who decided.
    "GET /review/{job_id} as reviewer": ("subject.*", "upload.*"),
    "GET /review/{job_id} as senior_reviewer": ("staff.name",),
    "POST /review/{job_id}/messages as reviewer": ("chat.*",),
    # The grounds on which evidence is kept, as a person wrote them for those who answer for it.
    "GET /evidence/{case_id} as *": _KEPT,
    "refused POST /evidence/{case_id}/* as reporter": _KEPT,
    # The report: composed and filed by reporters and senior reviewers, and by nobody else. What is refused in the form
    # stands in it again.
    "GET /reports/draft/{case_id} as reporter": _CASE,
    "GET /reports/draft/{case_id} as senior_reviewer": _CASE,
    "GET /reports/draft/{case_id}/receiver as reporter": _CASE,
    "GET /reports/draft/{case_id}/receiver as senior_reviewer": _CASE,
    "refused POST /reports/draft/{case_id} as reporter": _CASE,
    # Programs: a platform's own reference of its own upload, and the entry that was met, in hits; its own words back.
    "GET /api/v1/hits as hits:read": ("upload.reference", "digest.sha256"),
    "GET /api/v1/hits/{hit_id} as hits:read": ("upload.reference", "digest.sha256"),
    "POST /api/v1/screen as screen": ("digest.sha256",),
    "PUT /api/v1/subjects/{reference} as cases:write": ("subject.reference", "subject.second"),
    # A page that is opened with a link's token bears it in its form, for who has it already.
    "GET /signin as who has the link": ("secret.link_token",),
    "GET /setup as nobody": ("subject.email",),
    # The operator's own shell.
    "command keys show": ("key.label",),
    "command users list": ("staff.*",),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    with canary_house(tmp_path_factory.mktemp("canary")) as opened:
        work_a_day(opened)
        look_everywhere(opened)
        fail_everywhere(opened)
    return opened


@pytest.fixture(scope="module")
def found(house: House) -> set[Sighting]:
    return sightings(house.seen, house.planted)


def test_nothing_stands_at_a_place_that_may_not_hold_it(found: set[Sighting]) -> None:
    assert leaks(found, MAY) == []


def test_every_line_of_the_table_is_needed(found: set[Sighting]) -> None:
    """What is found where it may stand would be found where it may not."""
    idle = [place for place, canaries in MAY.items() if len(unused(found, {place: canaries})) == len(canaries)]
    assert idle == []


def test_everything_was_planted(house: House) -> None:
    """In the database or the settings; secrets stand there as digests, or sealed, and in the settings."""
    stands = (house.data / "clew.toml").read_text("utf-8") + "\n".join(house.dump)
    planted = sightings({"installation": [stands]}, house.planted)
    kept = {each.canary for each in planted}
    never = {each.name for each in house.planted if each.name.partition(".")[0] in {"caller", "secret"}}
    settled = {"secret.clearinghouse_password", "secret.oidc_secret"}
    assert {each.name for each in house.planted} - never <= kept
    assert never & kept == settled


def test_every_place_was_looked_at(house: House) -> None:
    """Each page as each role, each call as each key, refusals, failures and streams."""
    for role, rule in itertools.product(Role, PAGES):
        place = f"GET {rule.path} as {role}"
        assert house.seen.get(place) or house.seen.get(f"refused {place}"), place
    for scope, rule in itertools.product(Scope, API):
        place = f"GET {rule.path} as {scope}"
        assert house.seen.get(place) or house.seen.get(f"refused {place}"), place
    assert {200, 303, 400, 401, 403, 404, 409, 500, 503} <= house.statuses
    for place in ("log of the service", "log of the worker", "log of the clearinghouse", "log of commands"):
        assert any(text.strip() for text in house.seen[place]), place
    assert "clew_" in house.seen["GET /metrics as measure:read"][0]
    assert '"act":"view.' in house.seen["command audit export"][0].replace(" ", "")
    assert "fault inside Clew" in house.seen["log of the worker"][0]
    assert '"status":500' in house.seen["log of the service"][0]


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text,
        str.upper,
        html.escape,
        lambda text: quote(text, safe=""),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: text.encode().hex(),
        lambda text: "<b>" + "</b><b>".join(text) + "</b>",
        lambda text: "\n  ".join(text.split()),
    ],
)
@pytest.mark.parametrize("name", ["subject.screen_name", "upload.file_name", "chat.text", "secret.password"])
def test_a_planted_leak_is_found_however_it_is_written(name: str, written: Callable[[str], str]) -> None:
    planted = [Canary(*each) for each in TEXTS.items()]
    for place in (
        "log of the worker",
        "command audit export",
        "GET /metrics as measure:read",
        "refused GET / as auditor",
    ):
        found = sightings({place: ["a line", f"before {written(TEXTS[name])} after"]}, planted)
        assert f"{name} at {place}" in leaks(found, MAY)


def test_part_of_a_digest_is_found_and_what_is_shown_of_one_is_not() -> None:
    digest = Canary("digest.sha256", "0123456789abcdef" * 4, digest=True)
    assert leaks(sightings({"log": [f"met {digest.text[:17]}"]}, [digest]), MAY) == ["digest.sha256 at log"]
    assert leaks(sightings({"log": [f"met {digest.text[:16]}…"]}, [digest]), MAY) == []


def test_a_leak_of_the_real_log_is_found() -> None:
    """A line that says what it may not, by a field that is on the log's list."""
    stream = io.StringIO()
    log.configure("debug", stream)
    log.say("error", "answered", message=f"no account {TEXTS['subject.email']}")
    log.configure("error")
    planted = [Canary(*each) for each in TEXTS.items()]
    assert leaks(sightings({"log of the service": [stream.getvalue()]}, planted), MAY) == [
        "subject.email at log of the service"
    ]
