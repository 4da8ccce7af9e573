"""Gaps of a report as it comes in: each named where it stands, once."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from clew.records.intake import Gap
from clew.records.report import ReportedSubject
from clew.records.report_file import ReportFile
from clew.records.subject import IpEvent
from clew.triage.intake_gaps import MOST_GAPS, gaps_of, merged
from tests.triage.facts import AT, FILE, INTAKE, PLAIN


def paths(**changes) -> list[str]:
    return [gap.path for gap in gaps_of(replace(PLAIN, **changes), INTAKE, [], INTAKE.received_at)]


def seen(*events: IpEvent) -> dict[str, object]:
    return {"subjects": (ReportedSubject(screen_name="mara", ip_events=events),)}


def test_an_address_is_held_to_its_port_and_its_time_where_carriers_share_it():
    assert "subjects[0].ip_events[0].port" in paths(**seen(IpEvent(address="8.8.4.4", at=AT)))
    assert "subjects[0].ip_events[0].at" in paths(**seen(IpEvent(address="8.8.4.4", port=9)))
    whole = paths(**seen(IpEvent(address="8.8.4.4", port=9, at=AT), IpEvent(address="2001:4860::8", at=AT)))
    assert not [path for path in whole if "ip_events[" in path]
    mapped = paths(**seen(IpEvent(address="::ffff:8.8.4.4", at=AT)))
    assert "subjects[0].ip_events[0].port" in mapped


def test_an_address_from_inside_a_network_is_named():
    for inside in ("10.1.2.3", "192.168.0.9", "100.64.7.7", "fd00::1", "127.0.0.1"):
        assert "subjects[0].ip_events[0].address" in paths(**seen(IpEvent(address=inside, at=AT, port=9)))


def test_what_is_named_in_its_place_is_not_said_again_of_the_whole():
    named = paths(**seen(IpEvent(address="8.8.4.4", at=AT)))
    assert named.count("subjects[0].ip_events[0].port") == 1
    assert "subjects[0].ip_events" not in named
    hashless = paths(files=(replace(FILE, hashes=()), FILE))
    assert hashless.count("files[0].hashes") == 1


def test_every_moment_of_a_report_is_looked_at():
    late = AT + timedelta(days=9)
    file = ReportFile(key="f", uploaded_at=late, hashes=FILE.hashes, ip_event=IpEvent(address="x", at=late))
    named = paths(files=(file,), incident=replace(PLAIN.incident, at=late))
    assert {"files[0].uploaded_at", "files[0].ip_event.at", "incident.at"} <= set(named)


def test_a_flood_of_gaps_in_places_is_cut_short():
    files = tuple(ReportFile(key=str(each)) for each in range(5000))
    assert len(paths(files=files)) < MOST_GAPS + 20


@given(st.lists(st.lists(st.builds(Gap, path=st.text(max_size=2), because=st.just("x"))), max_size=4))
def test_merging_keeps_each_once_and_in_order(groups):
    every = [gap for group in groups for gap in group]
    assert merged(*groups) == tuple(dict.fromkeys(every))
    assert merged(merged(*groups), merged(*groups)) == merged(*groups)
