"""The forms that police and forensic tools read: each value of a report has its place, and no bytes of evidence do."""

import io
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

import pytest

from clew.errors import InputError
from clew.parts.exchanges.base import KnownType, Reading
from clew.parts.exchanges.vics import PART as VICS_READER
from clew.parts.formats import case_uco, ids_json, vics
from clew.parts.formats.base import HandoverFormat
from clew.parts.formats.pdf.certificate import certificate
from clew.parts.formats.pdf.paper import paper_of
from clew.parts.shelf import load_all
from clew.parts.signals.base import SignalPart
from clew.records.handover import FiledReport
from clew.records.hashlist import NewEntry
from clew.records.identifiers import SignalType
from tests.parts.formats.filed_reports import filed_report, text_only

BOM = b"\xef\xbb\xbf"


def police(filed: FiledReport) -> dict[str, Any]:
    found = json.loads(ids_json.PART.write(filed).removeprefix(BOM))
    assert isinstance(found, dict)
    return found


def leaves(value: object) -> list[str]:
    """Every text and number that a record holds, as it would be written."""
    if is_dataclass(value):
        return [leaf for each in fields(value) for leaf in leaves(getattr(value, each.name))]
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, (list, tuple, frozenset)):
        return [leaf for each in value for leaf in leaves(each)]
    if value is None or isinstance(value, (bool, Enum)):
        return []
    if isinstance(value, datetime):
        return [value.strftime("%H:%M:%S")]
    return [value.isoformat() if isinstance(value, date) else str(value)]


def test_the_police_json_has_a_mark_of_its_encoding_and_times_to_the_second() -> None:
    written = ids_json.PART.write(filed_report())
    assert written.startswith(BOM)
    assert police(filed_report())["dateReceived"] == "2026-03-08T02:30:00Z"
    assert police(filed_report())["reportId"] == "4564654"


def test_the_police_json_has_the_paths_that_police_tools_read() -> None:
    told = police(filed_report())["reportedInformation"]
    assert told["reportingEsp"]["espName"] == "Harbour Pictures Ltd"
    assert told["incidentSummary"]["incidentType"].startswith("Child Pornography")
    person = told["reportedPeople"]["reportedPersons"][0]
    assert (person["firstName"], person["espUserId"], person["screenName"]["value"]) == (
        "Ada",
        "account-771",
        "lighthouse",
    )
    assert person["emails"]["emails"] == [{"value": "ada@example.org", "verified": True}]
    capture = person["sourceInformation"]["sourceCaptures"][0]
    assert "IP" in capture["captureType"]
    assert (capture["value"], capture["port"], capture["dateTime"]) == ("192.0.2.17", 40123, "2026-03-08T01:58:12Z")


def test_a_file_of_which_nothing_is_said_was_not_viewed() -> None:
    first, second = police(filed_report())["reportedInformation"]["uploadedFiles"]["uploadedFiles"]
    assert first["viewedByEsp"] is True
    assert second["viewedByEsp"] is False
    assert first["verificationHash"] == "d41d8cd98f00b204e9800998ecf8427e"


@pytest.mark.parametrize("part", [ids_json.PART, case_uco.PART, vics.PART], ids=lambda part: part.name)
def test_the_same_report_is_the_same_bytes_and_no_evidence(part: HandoverFormat) -> None:
    assert part.write(filed_report()) == part.write(filed_report())
    assert len(part.write(filed_report())) < 64_000


@pytest.mark.parametrize("part", [ids_json.PART, case_uco.PART, vics.PART], ids=lambda part: part.name)
def test_a_case_of_text_alone_is_written(part: HandoverFormat) -> None:
    assert json.loads(part.write(text_only()).removeprefix(BOM))


# Neither leaves: `key` ties a file to its bytes here, and the case's own id says nothing outside.
INNER = {"content-1", "content-2", "01JCASE000000000000000000A"}


def test_nothing_that_a_report_holds_is_left_out_of_the_paper() -> None:
    shown = "\n".join(
        f"{label} {value}" for section in paper_of(filed_report()).sections for label, value in section.rows
    )
    shown += paper_of(filed_report()).heading + paper_of(filed_report()).footing
    for leaf in leaves(filed_report()):
        assert leaf in INNER or leaf in shown or leaf == "70123", leaf


# What the police's form has no place for and the paper beside it has: what is left out, payments, how a file was made.
NOT_IN_POLICE_JSON = {"subjects[0].devices", "no app is offered", "shapes-1", "a blue square", "made there", "Bo"}
NOT_IN_POLICE_JSON |= {"bitcoin", "250000", "BTC", "bc1qexample", "desk@example.org", "Test clearinghouse", "00:00:00"}
NOT_IN_POLICE_JSON |= {"test"}  # said in capitals


def test_what_the_police_json_leaves_out_is_known() -> None:
    written = ids_json.PART.write(filed_report()).decode("utf-8-sig")
    missing = {leaf for leaf in leaves(filed_report()) if leaf not in written} - INNER
    assert missing <= NOT_IN_POLICE_JSON, missing - NOT_IN_POLICE_JSON


def test_a_vics_file_is_read_back_by_the_reader_of_lists() -> None:
    case = json.loads(vics.PART.write(filed_report()))["value"][0]
    assert (case["TotalMediaFiles"], case["TotalPrecategorized"]) == (2, 2)
    assert [each["Category"] for each in case["Media"]] == [1, 3]
    written = vics.PART.write(filed_report())
    assert VICS_READER.sniff(written[:4096])
    parse = {SignalType(name): part.parse for name, part in load_all("signals", SignalPart).items()}
    types = {
        name: KnownType(name=name, parse=each, check=lambda _value, _quality: None) for name, each in parse.items()
    }
    read = list(VICS_READER.read(io.BytesIO(written), Reading(types=types)))
    digests = {each.value.hex() for each in read if isinstance(each, NewEntry)}
    assert {"d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709"} <= digests


def test_a_region_whose_categories_are_not_known_gets_none_and_an_unknown_region_is_refused() -> None:
    british = json.loads(vics.Vics("UK").write(filed_report()))
    assert british["@odata.context"].endswith("/UK/$metadata#Cases")
    assert [each["Category"] for each in british["value"][0]["Media"]] == [None, None]
    with pytest.raises(InputError, match="one of US, UK, CUSTOM"):
        vics.Vics("MARS")


def test_a_file_without_md5_has_no_place_in_vics() -> None:
    filed = filed_report()
    bare = replace(filed, files=(replace(filed.files[0], digests={"sha256": "00" * 32}),))
    assert json.loads(vics.PART.write(bare))["value"][0]["TotalMediaFiles"] == 0


def test_every_name_in_the_case_graph_that_is_pointed_at_is_there() -> None:
    graph = json.loads(case_uco.PART.write(filed_report()))["uco-core:object"]
    there = {node["@id"] for node in graph}
    assert len(there) == len(graph)

    def pointed(value: object) -> list[str]:
        if isinstance(value, dict):
            if set(value) == {"@id"}:
                return [value["@id"]]
            return [each for inner in value.values() for each in pointed(inner)]
        return [each for inner in value for each in pointed(inner)] if isinstance(value, list) else []

    assert set(pointed([list(node.values()) for node in graph])) <= there


def test_the_case_graph_holds_the_digests_as_their_types() -> None:
    graph = json.loads(case_uco.PART.write(filed_report()))["uco-core:object"]
    file = next(node for node in graph if node["@type"] == "uco-observable:File")
    content = next(each for each in file["uco-core:hasFacet"] if each["@type"] == "uco-observable:ContentDataFacet")
    methods = {each["uco-types:hashMethod"] for each in content["uco-observable:hash"]}
    assert methods == {"MD5", "SHA1", "SHA256"}


def standing(environment: str, *, filed: bool, carried: bool = False) -> FiledReport:
    acknowledged = filed_report().received_at if filed else None
    return replace(filed_report(), environment=environment, received_at=acknowledged, files_it=carried)


def vics_says(filed: FiledReport) -> list[str]:
    case = json.loads(vics.PART.write(filed))["value"][0]
    return [case["CaseNumber"], *(each["Comments"] for each in case["Media"])]


def police_say(filed: FiledReport) -> list[str]:
    told = police(filed)["reportedInformation"]
    files = told["uploadedFiles"]["uploadedFiles"]
    return [json.dumps(each["additionalInformations"]) for each in (told, *files)]


def case_says(filed: FiledReport) -> list[str]:
    bundle = json.loads(case_uco.PART.write(filed))
    nodes = {node["@type"]: node for node in bundle["uco-core:object"]}
    files = [node for node in bundle["uco-core:object"] if node["@type"] == "uco-observable:File"]
    investigation = nodes["investigation:Investigation"]
    described = [each.get("uco-core:description", "") for each in (bundle, investigation, *files)]
    return [*described, investigation["uco-core:name"], nodes["investigation:InvestigativeAction"]["uco-core:name"]]


def paper_says(filed: FiledReport) -> list[str]:
    return [
        text
        for each in (paper_of(filed), certificate(filed))
        for text in (each.title, each.environment, *each.lead[:1])
    ]


SAYS = pytest.mark.parametrize("says", [vics_says, police_say, case_says, paper_says], ids=lambda says: says.__name__)


@SAYS
def test_a_test_report_says_so_wherever_a_reader_looks_first(says: Callable[[FiledReport], list[str]]) -> None:
    assert all("TEST" in each and "NOT FILED" not in each for each in says(standing("test", filed=True)))


@SAYS
def test_a_report_that_was_never_filed_says_so_wherever_a_reader_looks_first(
    says: Callable[[FiledReport], list[str]],
) -> None:
    assert all("NOT FILED" in each and "TEST" not in each for each in says(standing("production", filed=False)))
    both = says(standing("test", filed=False))
    assert all("NOT FILED" in each or "TEST" in each for each in both)
    assert {"TEST", "NOT FILED"} <= {mark for each in both for mark in ("TEST", "NOT FILED") if mark in each}


@SAYS
def test_a_filed_report_and_one_on_its_way_bear_no_caution(says: Callable[[FiledReport], list[str]]) -> None:
    for filed in (standing("production", filed=True), standing("production", filed=False, carried=True)):
        assert not any("TEST" in each or "NOT FILED" in each for each in says(filed))


def test_a_case_without_files_that_is_a_test_says_so_in_every_form() -> None:
    bare = text_only()
    assert all("TEST" in says(bare)[0] for says in (vics_says, police_say, case_says, paper_says))


def test_a_paper_about_what_nobody_acknowledged_names_nobody_who_received_it() -> None:
    filed = standing("production", filed=False)
    told = [*paper_of(filed).sections, *certificate(filed).sections]
    said = "\n".join(f"{row}" for each in told for row in (*each.rows, *each.text))
    assert "Received by" not in said
    assert "received by" not in said
    assert "which has not acknowledged it" in said
