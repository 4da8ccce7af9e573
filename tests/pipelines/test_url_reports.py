"""Addresses at a hotline: one row each, every act audited without the address, the police first, nothing fetched."""

import json
import socket
import socketserver
from pathlib import Path
from typing import Any

import pytest

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.parts.stores.base import Store
from clew.pipelines import url_reports
from clew.pipelines.outbox import Outbox
from clew.pipelines.url_notices import KIND, draft_notice, notice_handler, send_notice
from clew.pipelines.url_reports import Origin
from clew.pipelines.url_shown import export_rows, public_figures, shown_urls, url_file, waiting
from clew.records.identifiers import UrlReportId
from clew.records.outbox import TaskState
from clew.records.url_report import HostRole, UrlAct, UrlCame, UrlEnd, UrlFound, UrlReport, UrlState
from tests.pipelines.hotline_house import ADA, NOON, HotlineHouse, open_house
from tests.pipelines.local_servers import KeptMail, serving


@pytest.fixture
def house(store: Store, tmp_path: Path) -> HotlineHouse:
    folder = tmp_path / "house"
    folder.mkdir()
    return open_house(store, folder)


def mail(house: HotlineHouse, report: UrlReport) -> Outbox:
    send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=True)
    return Outbox(house.desk.store, house.desk.clock, {KIND: notice_handler(house.desk)}, "one")


# ---------------------------------------------------------------- taking in


def test_however_it_is_written_one_address_is_one_row_with_its_sightings(house: HotlineHouse) -> None:
    first = house.add("https://Board.example/a?utm_source=x")
    again = house.add("hxxp[:]//board[.]example/a", UrlCame.BY_HAND)
    other = house.add("https://board.example/b")
    assert (again.id, again.sightings) == (first.id, 2)
    assert other.id != first.id
    with house.desk.store.read() as reader:
        file = url_file(reader, house.desk, first.id)
    assert [each.came for each in file.sightings] == [UrlCame.BY_HAND, UrlCame.PARTNER]
    assert [each.act for each in file.actions] == [UrlAct.RECEIVE, UrlAct.SIGHT]


def test_what_is_no_address_is_refused_and_stores_nothing(house: HotlineHouse) -> None:
    with pytest.raises(InputError):
        house.add("no address at all")
    with house.desk.store.read() as reader:
        assert reader.count_url_reports() == {}


def test_an_address_that_was_gone_and_is_reported_again_waits_for_a_person(house: HotlineHouse) -> None:
    report = house.free(house.add())
    send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=False)
    url_reports.check(house.desk, report.id, UrlFound.DOWN, actor=ADA)
    url_reports.close(house.desk, report.id, UrlEnd.REMOVED, actor=ADA)
    back = house.add()
    assert (back.state, back.sightings, back.category) == (UrlState.RECEIVED, 2, None)
    assert house.told(back)[-1] == ("url.sight", {"came": "partner", "number": None, "opened_again": True})


# ---------------------------------------------------------------- the work


def test_every_act_is_a_dated_row_and_an_audit_row_that_bears_neither_address_nor_words(house: HotlineHouse) -> None:
    report = house.free(house.add())
    send_notice(house.desk, report.id, HostRole.REGISTRAR, "en", actor=ADA, by_mail=False)
    house.move(days=1)
    url_reports.order_check(house.desk, report.id, 24, actor=ADA)
    url_reports.check(house.desk, report.id, UrlFound.DOWN, actor=ADA, words="a page of the host at board.example")
    url_reports.close(house.desk, report.id, UrlEnd.REMOVED, actor=ADA)
    url_reports.reopen(house.desk, report.id, actor=ADA, words="it is back")
    acts = ["receive", "assess", "host", "hold", "release", "notice", "order-check", "check", "close", "reopen"]
    told = house.told(report)
    assert [act for act, _ in told] == [f"url.{act}" for act in acts]
    assert "board" not in json.dumps(told)
    assert "police" not in json.dumps(told)
    with house.desk.store.read() as reader:
        actions = reader.url_actions(report.id)
    assert [each.act.value for each in actions] == acts
    assert [each.at for each in actions[:6]] == [NOON] * 6
    assert actions[3].words == "State police, 7731"


def test_no_notice_leaves_before_the_police_released_it_and_nothing_is_recorded(house: HotlineHouse) -> None:
    report = house.add()
    url_reports.assess(house.desk, report.id, "baseline", actor=ADA)
    url_reports.look_up_host(house.desk, report.id, actor=ADA)
    for by_mail in (False, True):
        with pytest.raises(RefusedError, match="police come first"):
            send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=by_mail)
    url_reports.hold(house.desk, report.id, actor=ADA, words="State police")
    house.move(days=1_000)
    with pytest.raises(RefusedError, match="until they release it"):
        send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=False)
    with house.desk.store.read() as reader:
        assert reader.url_notices(report.id) == []


def test_a_hold_that_was_agreed_for_some_hours_runs_out(store: Store, tmp_path: Path) -> None:
    house = open_house(store, tmp_path, hold_hours=48)
    report = house.add()
    url_reports.assess(house.desk, report.id, "baseline", actor=ADA)
    url_reports.look_up_host(house.desk, report.id, actor=ADA)
    url_reports.hold(house.desk, report.id, actor=ADA, words="State police")
    house.move(hours=47)
    with pytest.raises(RefusedError, match="2026-03-03 12:00"):
        send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=False)
    house.move(hours=1)
    send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=False)
    assert house.read(report.id).state is UrlState.NOTICE_SENT


def test_whom_of_the_police_somebody_told_must_be_said(house: HotlineHouse) -> None:
    report = house.add()
    url_reports.assess(house.desk, report.id, "baseline", actor=ADA)
    with pytest.raises(InputError, match="whom of the police"):
        url_reports.hold(house.desk, report.id, actor=ADA, words="  ")


def test_a_category_that_the_scheme_does_not_have_is_refused_with_those_it_has(house: HotlineHouse) -> None:
    with pytest.raises(InputError, match="baseline, national, doubtful, not-illegal"):
        url_reports.assess(house.desk, house.add().id, "worst", actor=ADA)


def test_two_people_who_opened_the_same_page_do_not_overwrite_each_other(house: HotlineHouse) -> None:
    report = house.add()
    url_reports.assess(house.desk, report.id, "national", actor=ADA, version=report.version)
    with pytest.raises(ConflictError, match="somebody else"):
        url_reports.assess(house.desk, report.id, "not-illegal", actor="user:bo", version=report.version)
    assert house.read(report.id).category == "national"


def test_where_it_moved_to_is_an_address_of_its_own(house: HotlineHouse) -> None:
    report = house.free(house.add())
    send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=False)
    with pytest.raises(InputError, match="where it moved to"):
        url_reports.check(house.desk, report.id, UrlFound.MOVED, actor=ADA)
    with pytest.raises(InputError, match="where it moved to"):
        url_reports.check(house.desk, report.id, UrlFound.UP, actor=ADA, moved_to="https://pier.example/a")
    with pytest.raises(InputError, match="another address"):
        url_reports.check(house.desk, report.id, UrlFound.MOVED, actor=ADA, moved_to="board.example/a.html")
    url_reports.check(house.desk, report.id, UrlFound.MOVED, actor=ADA, moved_to="https://pier.example/a")
    with house.desk.store.read() as reader:
        found = reader.find_url_report("pier.example/a")
    assert found is not None
    assert (found.came, found.state) == (UrlCame.MOVED, UrlState.RECEIVED)


# ---------------------------------------------------------------- who hosts it


@pytest.mark.parametrize(
    ("address", "network", "names"),
    [
        ("https://board.example/", "", {"registrar": "Names Ltd", "host": "Quay Hosting"}),  # noted by the resolver
        ("https://a.b.board.example/", "", {"registrar": "Names Ltd"}),
        ("https://shop.board.example/", "", {"registrar": "Names Ltd", "host": "Shop Host"}),
        ("https://shop.board.example/", "192.0.2.7", {"registrar": "Names Ltd", "host": "Quay Hosting"}),
        ("https://board.example/", "192.0.2.200", {"registrar": "Names Ltd", "host": "Pier Networks"}),
        ("https://board.example/", "as64500", {"registrar": "Names Ltd", "host": "Pier Networks"}),
        ("https://192.0.2.9/x", "", {"host": "Quay Hosting"}),
        ("https://[2001:db8::7]/x", "", {"host": "Six Hosting"}),
    ],
)
def test_the_narrowest_row_of_the_operators_list_answers(
    house: HotlineHouse, address: str, network: str, names: dict[str, str]
) -> None:
    report = url_reports.look_up_host(house.desk, house.add(address).id, actor=ADA, network=network)
    assert {each.role.value: each.name for each in report.hosting} == names


def test_an_answer_says_from_where_it_is_and_of_when(house: HotlineHouse) -> None:
    noted = url_reports.look_up_host(house.desk, house.add().id, actor=ADA).hosted(HostRole.HOST)
    assert noted is not None
    assert noted.evidence == "row 4 of hosting.csv; address noted by the operator's resolver on 2026-02-28T10:00:00Z"
    assert (noted.network, noted.as_of, noted.contact) == ("192.0.2.7", "2026-02-02", "abuse@quay.example")
    given = url_reports.look_up_host(house.desk, house.add().id, actor=ADA, network="192.0.2.8")
    told = given.hosted(HostRole.HOST)
    assert told is not None
    assert told.evidence.endswith("; address given by a person")


def test_who_is_not_on_the_list_is_not_invented(house: HotlineHouse) -> None:
    report = house.add("https://elsewhere.example/")
    for network in ("", "198.51.100.1", "AS64999"):
        with pytest.raises(ConflictError, match="name nobody"):
            url_reports.look_up_host(house.desk, report.id, actor=ADA, network=network)
    with pytest.raises(InputError, match="IP address"):
        url_reports.look_up_host(house.desk, report.id, actor=ADA, network="quay")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("range,192.0.2.1/24,,host,Quay,a@quay.example,NL,2026-02-02", "host bits"),
        ("range,192.0.2.0/24,,host,,a@quay.example,NL,2026-02-02", "names nobody"),
        ("place,x,,host,Quay,a@quay.example,NL,2026-02-02", "kind is"),
        ("asn,sixty,,host,Quay,a@quay.example,NL,2026-02-02", "kind is"),
        ("domain,x.example,,owner,Quay,a@quay.example,NL,2026-02-02", "owner"),
        ("domain,x.example,,host,Quay,a@quay.example,Holland,2026-02-02", "two capital letters"),
        ("domain,x.example,,host,Quay,a@quay.example,NL,lately", "as_of"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(house: HotlineHouse, row: str, why: str) -> None:
    (house.folder / "hosting.csv").write_text(f"kind,value,asn,role,name,contact,country,as_of\n{row}\n")
    with pytest.raises(InputError, match=rf"row 2 of .*{why}"):
        url_reports.look_up_host(house.desk, house.add().id, actor=ADA)


def test_nothing_of_the_whole_work_asks_the_network(house: HotlineHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", denied)
    monkeypatch.setattr(socket, "getaddrinfo", denied)
    report = house.free(house.add())
    send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=False)
    url_reports.check(house.desk, report.id, UrlFound.DOWN, actor=ADA)
    assert url_reports.close(house.desk, report.id, UrlEnd.REMOVED, actor=ADA).state is UrlState.CLOSED


# ---------------------------------------------------------------- notices


def test_a_notice_is_written_in_the_operators_words_with_the_address_defanged(house: HotlineHouse) -> None:
    report = house.free(house.add())
    text = draft_notice(house.desk, house.read(report.id), HostRole.HOST, "de")
    assert text.recipient == "abuse@quay.example"
    assert text.subject == f"Removal of illegal material, our reference {report.id}"
    assert text.text == (
        "To Quay Hosting: on 2026-03-01 we assessed this address as: Illegal under national law.\n"
        "hxxps[:]//board[.]example/a[.]html\nHarbour Hotline\n"
    )
    with pytest.raises(NotFoundError, match="there are: de, en"):
        draft_notice(house.desk, house.read(report.id), HostRole.HOST, "fr")
    with pytest.raises(InputError, match="language"):
        draft_notice(house.desk, house.read(report.id), HostRole.HOST, "../../en")


def test_words_that_name_what_they_may_not_are_refused(house: HotlineHouse) -> None:
    report = house.free(house.add())
    file = house.folder / "words" / "host.en.txt"
    for words, why in (
        ("Subject: x\n\n$secret", "only: .address"),
        ("Dear\n\nx", "begin with"),
        ("Subject: $\n", "only"),
    ):
        file.write_text(words)
        with pytest.raises(InputError, match=why):
            draft_notice(house.desk, house.read(report.id), HostRole.HOST, "en")


def test_a_notice_that_a_person_sent_is_kept_as_it_was_written(house: HotlineHouse) -> None:
    report = house.free(house.add())
    made = send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=False)
    with house.desk.store.read() as reader:
        assert reader.url_notices(report.id) == [made]
    changed = house.read(report.id)
    assert (changed.state, changed.notices, made.sent_at) == (UrlState.NOTICE_SENT, 1, NOON)


def test_a_mail_leaves_once_and_only_then_is_the_notice_sent(store: Store, tmp_path: Path) -> None:
    kept: Any = type("Kept", (KeptMail,), {"received": []})
    with serving(socketserver.TCPServer(("127.0.0.1", 0), kept)) as port:
        house = open_house(store, tmp_path, mail_port=port)
        _mail_once(house)
    (text,) = kept.received
    assert "To: abuse@quay.example" in text
    assert "hxxps[:]//board[.]example/a[.]html" in text
    assert "https://" not in text


def _mail_once(house: HotlineHouse) -> None:
    report = house.free(house.add())
    box = mail(house, report)
    assert house.read(report.id).state is UrlState.ASSESSED
    with pytest.raises(ConflictError, match="waits to leave"):
        send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=True)
    house.move(minutes=1)
    assert box.work_once()
    assert not box.work_once()
    changed = house.read(report.id)
    assert (changed.state, changed.notices) == (UrlState.NOTICE_SENT, 1)


def test_a_mail_that_the_server_does_not_take_is_tried_again_and_in_the_end_told(house: HotlineHouse) -> None:
    report = house.free(house.add())
    box = mail(house, report)  # nothing listens at the server's port
    for _ in range(36):
        assert box.work_once()
        house.move(minutes=10)
    with house.desk.store.read() as reader:
        assert reader.count_tasks() == {TaskState.DEAD: 1}
        last = reader.url_actions(report.id)[-1]
    assert (last.act, last.facts) == (UrlAct.NOTICE_FAILED, {"notice": 1, "why": "undelivered"})
    assert house.read(report.id).state is UrlState.ASSESSED
    send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=True)  # another may be ordered now


def test_a_mail_is_held_back_when_the_address_was_closed_meanwhile(store: Store, tmp_path: Path) -> None:
    kept: Any = type("Kept", (KeptMail,), {"received": []})
    with serving(socketserver.TCPServer(("127.0.0.1", 0), kept)) as port:
        house = open_house(store, tmp_path, mail_port=port)
        report = house.free(house.add())
        box = mail(house, report)
        url_reports.close(house.desk, report.id, UrlEnd.POLICE_ASK, actor=ADA)
        assert box.work_once()
    assert kept.received == []
    assert house.told(report)[-1] == ("url.notice-failed", {"notice": 1, "why": "held-back"})
    assert house.read(report.id).state is UrlState.CLOSED


def test_who_has_no_mail_address_gets_no_mail(house: HotlineHouse) -> None:
    report = house.add("https://shop.board.example/")
    house.free(report)
    with pytest.raises(InputError, match="no mail address"):
        send_notice(house.desk, report.id, HostRole.HOST, "en", actor=ADA, by_mail=True)


# ---------------------------------------------------------------- what is shown and exported


def test_everything_that_is_due_stands_first(house: HotlineHouse) -> None:
    first, second = house.add("https://a.example/"), house.add("https://b.example/")
    url_reports.assess(house.desk, second.id, "national", actor=ADA)
    with house.desk.store.read() as reader:
        assert waiting(reader, NOON)["due"] == 1
        assert waiting(reader, NOON)["received"] == 1
    shown = shown_urls(house.desk, [house.read(second.id), house.read(first.id)])
    assert [(each.next, each.due) for each in shown] == [(UrlAct.HOLD, True), (UrlAct.ASSESS, False)]


ADDRESSES = [
    "https://quorvane.example/p/a.html?u=http://zorvathin.example/",
    "http://ulmswaterferry.onion/x",
    "https://192.0.2.77:8443/skarnholt",
    "https://bücherwelt.example/ä",
]


def test_no_address_can_be_opened_from_anything_that_is_exported(house: HotlineHouse) -> None:
    for each in ADDRESSES:
        house.add(each)
    with house.desk.store.read() as reader:
        said = json.dumps(list(export_rows(reader, house.desk, NOON, house.desk.clock().replace(year=2027))))
    assert "quorvane[.]example" in said
    for each in ADDRESSES:
        host = each.split("/")[2].rpartition(":")[0] or each.split("/")[2]
        assert each not in said
        assert host not in said
    assert "://" not in said


def test_a_public_export_holds_no_address_and_no_name_whatever_was_reported(house: HotlineHouse) -> None:
    """Like the canaries: each piece of every address is looked for, plain and defanged."""
    reports = [house.add(each) for each in ADDRESSES]
    url_reports.assess(house.desk, reports[0].id, "national", actor=ADA, words="see zorvathin.example")
    house.free(house.add("https://board.example/ondrabell"))
    with house.desk.store.read() as reader:
        said = json.dumps(public_figures(reader, NOON, house.desk.clock().replace(year=2027)), ensure_ascii=False)
    pieces = ["quorvane", "zorvathin", "ulmswaterferry", "skarnholt", "192", "bücherwelt", "ondrabell", "board"]
    pieces += ["Quay", "abuse@", ADA, "[.]", "hxxp", *(each.id for each in reports)]
    assert [piece for piece in pieces if piece in said] == []
    assert json.loads(said)["received"] == 5


def test_counts_of_a_public_export_are_multiples_of_five(house: HotlineHouse) -> None:
    for number in range(13):
        house.add(f"https://board.example/{number}")
    with house.desk.store.read() as reader:
        figures = public_figures(reader, NOON, house.desk.clock().replace(year=2027))
    assert figures["received"] == 15
    assert figures["by_state"] == {"received": 15}


def test_only_what_was_received_in_the_time_is_exported(house: HotlineHouse) -> None:
    house.add("https://a.example/")
    house.move(days=2)
    inside = house.add("https://b.example/")
    house.move(days=2)
    house.add("https://c.example/")
    with house.desk.store.read() as reader:
        rows = list(export_rows(reader, house.desk, NOON.replace(day=2), NOON.replace(day=4)))
    assert [row["id"] for row in rows] == [inside.id]


def test_an_address_that_is_not_there_is_said_so(house: HotlineHouse) -> None:
    with pytest.raises(NotFoundError):
        url_reports.assess(house.desk, UrlReportId("none"), "national", actor=ADA)


def test_a_partners_reference_stands_with_the_sighting(house: HotlineHouse) -> None:
    origin = Origin(came=UrlCame.PARTNER, actor="key:k1", reference="NL-2231")
    got = url_reports.receive(house.desk, "https://a.example/", origin)
    with house.desk.store.read() as reader:
        assert reader.url_sightings(got.report.id, 5)[0].reference == "NL-2231"
    with pytest.raises(InputError, match="reference"):
        url_reports.receive(house.desk, "https://a.example/", Origin(came=UrlCame.PARTNER, actor="k", reference="a\nb"))
