"""The public form over HTTP: what is taken in, what comes back with all that was typed, and what is never told."""

import io
import re
from dataclasses import replace

import pytest

from clew.hotline.public_facts import DANGER
from clew.pipelines.ordering import order_pending
from clew.records.intake import IntakeForm
from clew.records.people import Role
from clew.web import log
from clew.web.selfhelp.form import LONGEST, TRAP
from tests.web.selfhelp.public_visitor import FORM, Visitor, code_in, token_in, typed_in

WORDS = "The tern-and-lantern words that only this form holds"


def test_a_form_becomes_a_report_of_the_public_with_its_words_links_and_danger(visitor: Visitor) -> None:
    answer = visitor.send(
        who="child", danger="yes", words=WORDS, places="https://board.example/a\nfoo_bar on chatapp", years="13-15",
        land="NL", may="way", way="mara@example.org", times="2 to 3", nobody="yes",
    )  # fmt: skip
    assert answer.status_code == 200
    (report,), (facts,) = visitor.reports(), visitor.facts()
    assert report.form is IntakeForm.PUBLIC
    assert (report.language, report.country) == ("en", "NL")
    assert facts.incident.urgent_because == DANGER
    assert facts.additional_info == WORDS
    assert facts.details[0].urls == ("https://board.example/a",)  # type: ignore[union-attr]
    assert facts.further[0].text.startswith("Reach who wrote this in one way only")
    assert facts.reporter.contact is not None


def test_the_acknowledgement_shows_the_code_and_nothing_that_was_sent(visitor: Visitor) -> None:
    answer = visitor.send(words=WORDS, places="https://board.example/a", may="way", way="mara@example.org")
    code = code_in(answer)
    for sent in (WORDS, "board.example", "mara@example.org"):
        assert sent not in answer.text
    (report,) = visitor.reports()
    assert code.replace("-", "") not in repr(report).replace("-", "")
    assert code not in report.document
    assert visitor.desk.get("/write/en").text.count(code) == 0


def test_the_same_form_sent_twice_is_one_report_with_one_code(visitor: Visitor) -> None:
    typed = {"form_token": visitor.load(), "words": WORDS}
    first, second = visitor.post(typed), visitor.post(typed)
    assert (first.status_code, second.status_code) == (200, 200)
    assert code_in(first) == code_in(second)
    assert len(visitor.reports()) == 1


def test_a_form_changed_and_sent_again_adds_to_the_first(visitor: Visitor) -> None:
    """Who goes back a page and writes more must not lose it to the rule against sending twice."""
    token = visitor.load()
    first = visitor.post({"form_token": token, "words": WORDS, "may": "way", "way": "mara@example.org"})
    second = visitor.post({"form_token": token, "words": f"{WORDS} And more.", "may": "no"})
    assert code_in(first) == code_in(second)
    reports, facts = visitor.reports(), visitor.facts()
    assert reports[0].reference == reports[1].reference
    told = {each.label: each.text for each in facts[1].further}
    assert told["Adds to report"] == str(reports[0].number)
    assert told["Safe contact"] == "Do not contact who wrote this."


def test_more_is_added_by_the_code_however_it_is_typed_and_shows_nothing(visitor: Visitor) -> None:
    code = code_in(visitor.send(words=WORDS))
    answer = visitor.send("/more", code=code.upper().replace("-", " "), words="Another line", danger="yes")
    assert answer.status_code == 200
    assert WORDS not in answer.text
    assert "Another line" not in answer.text
    assert code not in answer.text
    added = visitor.facts()[1]
    assert added.incident.urgent_because == DANGER
    assert {each.label: each.text for each in added.further}["Adds to report"] == str(visitor.reports()[0].number)
    again = visitor.send("/more", code=code, words="Another line", danger="yes")
    assert again.status_code == 200
    assert len(visitor.reports()) == 2


@pytest.mark.parametrize("code", ["", "abcd-efgh-jkmn-pqrs", "%00", "x" * 100, "' or 1=1 --"])
def test_a_code_of_no_report_is_said_and_what_was_typed_stays(visitor: Visitor, code: str) -> None:
    visitor.send(words=WORDS)
    answer = visitor.send("/more", code=code, words="Another line")
    assert answer.status_code in {400, 404}
    assert "No report has this code" in answer.text
    assert typed_in(answer) == "Another line"
    assert len(visitor.reports()) == 1


def test_a_text_too_long_comes_back_whole_with_what_to_do(visitor: Visitor) -> None:
    text = "wave " * (LONGEST["words"] // 5) + "and 7 more"
    answer = visitor.send(words=text, may="no")
    assert answer.status_code == 400
    assert "too long by 10 characters" in answer.text
    assert typed_in(answer) == text
    assert 'name="may" value="no" checked' in answer.text
    assert not visitor.reports()
    token = token_in(answer)
    assert visitor.post({"form_token": token, "words": text[: LONGEST["words"]]}).status_code == 200


def test_longest_means_characters_in_any_script(visitor: Visitor) -> None:
    assert visitor.send(words="\U0001f30a" * LONGEST["words"]).status_code == 200
    assert visitor.send(words="\U0001f30a" * (LONGEST["words"] + 1)).status_code == 400


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "There is nothing here yet"),
        ({"words": " \n\t "}, "There is nothing here yet"),
        ({"who": "child", "may": "no", "years": "13-15"}, "There is nothing here yet"),
        ({"words": "x", "way": "mara@example.org"}, "Choose if we may"),
        ({"words": "x", "may": "way"}, "Write how, or choose No"),
        ({"words": "x", "may": "way", "way": "y" * 201}, "too long by 1 characters"),
    ],
)
def test_what_is_to_be_changed_is_said_beside_its_field(visitor: Visitor, typed: dict[str, str], said: str) -> None:
    answer = visitor.send(**typed)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'role="alert"' in answer.text
    assert not visitor.reports()


def test_the_box_for_danger_alone_is_enough(visitor: Visitor) -> None:
    assert visitor.send(danger="yes").status_code == 200
    assert visitor.facts()[0].incident.urgent_because == DANGER


def test_who_says_no_is_not_kept_reachable_by_what_they_typed_before(visitor: Visitor) -> None:
    assert visitor.send(words="x", may="no", way="mara@example.org", times="2 to 3", message="yes").status_code == 200
    (report,) = visitor.reports()
    assert "mara" not in report.document
    assert "2 to 3" not in report.document


def test_a_form_in_no_time_asks_once_more_and_is_taken_then(visitor: Visitor) -> None:
    token = token_in(visitor.desk.get("/write/en"))
    visitor.desk.clock.move(seconds=1)
    answer = visitor.post({"form_token": token, "words": WORDS})
    assert answer.status_code == 400
    assert "press Send once more" in answer.text
    assert typed_in(answer) == WORDS
    visitor.desk.clock.move(seconds=2)
    assert visitor.post({"form_token": token_in(answer), "words": WORDS}).status_code == 200


@pytest.mark.parametrize("token", ["", "made-up", "A" * 76])
def test_a_form_without_a_token_of_ours_asks_once_more(visitor: Visitor, token: str) -> None:
    answer = visitor.post({"form_token": token, "words": WORDS})
    assert "press Send once more" in answer.text
    assert typed_in(answer) == WORDS
    assert not visitor.reports()


def test_a_form_of_yesterday_asks_once_more(visitor: Visitor) -> None:
    token = visitor.load()
    visitor.desk.clock.move(hours=25)
    answer = visitor.post({"form_token": token, "words": WORDS})
    assert "press Send once more" in answer.text
    assert token_in(answer) != token


def test_whoever_fills_in_what_nobody_sees_is_asked_again_and_never_taken_in(visitor: Visitor) -> None:
    answer = visitor.send(words=WORDS, **{TRAP: "https://ads.example/"})
    assert "press Send once more" in answer.text
    assert "ads.example" not in answer.text  # so that a person whose browser filled it in gets through next time
    assert not visitor.reports()


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "image/jpeg"},
        {"content-type": "text/plain"},
        {"content-type": "application/json"},
        {},
    ],
)
def test_what_could_bear_a_file_is_refused(visitor: Visitor, headers: dict[str, str]) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="words"; filename="a.jpg"\r\n\r\nbytes\r\n--x--\r\n'
    answer = visitor.desk.call("POST", "/write/en", headers=headers, content=body)
    assert answer.status_code == 415
    assert "no pictures and no files" in answer.text
    assert not visitor.reports()


def test_no_page_has_a_field_for_a_file(visitor: Visitor) -> None:
    pages = [visitor.desk.get(f"/write/{code}{path}").text for code in ("en", "ar") for path in ("", "/more")]
    assert not [page for page in pages if re.search(r'type="?file|multipart|capture=', page)]


def test_a_body_beyond_every_form_is_refused_with_what_to_do(visitor: Visitor) -> None:
    answer = visitor.desk.call("POST", "/write/en", headers=FORM, content=b"words=" + b"x" * 1_000_000)
    assert answer.status_code == 413
    assert "more than this page can take" in answer.text
    many = visitor.desk.call("POST", "/write/en", headers=FORM, content=b"&".join(b"a=1" for _ in range(60)))
    assert many.status_code == 400


def test_one_address_is_limited_keeps_its_words_and_nobody_else_waits(visitor: Visitor) -> None:
    for number in range(5):
        assert visitor.send(words=f"{WORDS} {number}").status_code == 200
    answer = visitor.send(words="The sixth")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert re.search(r"Wait \d+ minutes", answer.text)
    assert typed_in(answer) == "The sixth"
    assert len(visitor.reports()) == 5


def test_behind_a_proxy_its_last_address_counts_and_what_a_caller_wrote_does_not(visitor: Visitor) -> None:
    desk = visitor.desk.app.state.public
    object.__setattr__(desk.settings, "address_header", "X-Forwarded-For")
    for number in range(7):
        headers = {"x-forwarded-for": f"198.51.100.{number}, 192.0.2.1"}
        answer = visitor.post({"form_token": visitor.load(), "words": f"{number}"}, headers=headers)
        assert answer.status_code == (200 if number < 5 else 429)
    other = {"x-forwarded-for": "192.0.2.1, 192.0.2.2"}
    assert visitor.post({"form_token": visitor.load(), "words": "x"}, headers=other).status_code == 200


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "</textarea><input name=x>",
    "a\x00b\x1bc",
    "\u202egnp.exe\u2066",
    "'; drop table intake_reports; --",
    "\ud7ff\uffff\U0010ffff",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_stored_as_text_and_shown_as_text(visitor: Visitor, text: str) -> None:
    shown = visitor.send(words=text, may="way").text
    for bare in ("<script>alert", "<img src=x", "</textarea><input name=x>", "{{ 49", "\x00"):
        assert bare not in shown
    assert visitor.send(words=text, places=text).status_code == 200
    assert visitor.facts()[0].additional_info == re.sub("[\x00-\x1f]", "", text)


def test_bytes_that_are_no_text_are_taken_in_as_far_as_they_are(visitor: Visitor) -> None:
    body = f"form_token={visitor.load()}&words=one%FF%C3two".encode()
    assert visitor.desk.call("POST", "/write/en", headers=FORM, content=body).status_code == 200
    assert visitor.facts()[0].additional_info == "one\ufffd\ufffdtwo"


def test_choices_that_are_none_of_ours_are_left_out(visitor: Visitor) -> None:
    assert visitor.send(words="x", who="admin", years="-1", land="ZZ", may="always").status_code == 200
    (facts,) = visitor.facts()
    assert [each.label for each in facts.further] == ["Safe contact"]


def test_a_database_that_cannot_serve_keeps_the_words_and_says_that_nothing_was_sent(visitor: Visitor) -> None:
    token = visitor.load()
    visitor.desk.installation.store.close()
    answer = visitor.post({"form_token": token, "words": WORDS})
    assert answer.status_code == 503
    assert "Nothing was sent" in answer.text
    assert typed_in(answer) == WORDS


def test_a_blocked_sender_closes_the_form_and_says_so(visitor: Visitor) -> None:
    visitor.send(words="x")

    def block(unit) -> None:
        sender = unit.find_sender("public")
        unit.put_sender(replace(sender, blocked_at=visitor.desk.clock()))

    visitor.desk.installation.store.transact(block)
    answer = visitor.send(words=WORDS)
    assert answer.status_code == 403
    assert "closed at the moment" in answer.text
    assert typed_in(answer) == WORDS


def test_nothing_that_was_typed_is_logged(visitor: Visitor) -> None:
    stream = io.StringIO()
    log.configure("debug", stream)
    try:
        code = code_in(visitor.send(words=WORDS, places="https://board.example/a", may="way", way="mara@example.org"))
        visitor.send(words=WORDS, may="way")
        visitor.send("/more", code=code, words=WORDS)
        visitor.send("/more", code="abcd-efgh", words=WORDS)
        visitor.desk.installation.store.close()
        visitor.post({"form_token": "x", "words": WORDS})
    finally:
        log.configure("error")
    said = stream.getvalue()
    assert '"route":"/write/{language}"' in said
    for typed in ("tern-and-lantern", "board.example", "mara", code, "abcd-efgh", "127.0.0.1"):
        assert typed not in said


def test_every_page_is_kept_apart_kept_nowhere_and_sets_no_cookie(visitor: Visitor) -> None:
    sent = visitor.send(words="x")
    for answer in (visitor.desk.get("/write"), visitor.desk.get("/write/en"), visitor.desk.get("/write/ar/more"), sent):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
    text = visitor.desk.get("/write/en").text
    loaded = re.findall(r'<(?:link|script|img|iframe|form)\b[^>]*?(?:href|src|action)="([^"]*)"', text)
    assert loaded
    assert all(each.startswith("/") for each in loaded)


def test_the_language_is_the_path_s_or_the_browser_s_and_another_one_leads_back(visitor: Visitor) -> None:
    asked = visitor.desk.call("GET", "/write", headers={"accept-language": "ar-EG,ar;q=0.9"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/write/ar")
    text = visitor.desk.get("/write/ar").text
    assert '<html lang="ar" dir="rtl">' in text
    for path in ("/write/xx", "/write/xx/more", "/write/..%2fetc"):
        assert visitor.desk.get(path).headers.get("location", "/write") == "/write"
    assert visitor.desk.call("POST", "/write/xx", data={}).headers["location"] == "/write"


def test_the_operator_s_numbers_and_promises_stand_on_the_page_and_none_else(visitor: Visitor) -> None:
    text = visitor.desk.get("/write/en").text
    assert 'href="tel:112"' in text
    assert 'href="tel:5550100"' in text
    assert "Alarmnummer" in visitor.desk.get("/write/nl").text
    assert "Two people of the hotline read it." in text
    assert "Nobody &lt;b&gt;else&lt;/b&gt; does." in text
    assert "Two people" not in visitor.desk.get("/write/nl").text
    assert "Harbour Hotline" in text


def test_an_error_that_nobody_foresaw_says_what_to_do_in_every_language(visitor: Visitor) -> None:
    object.__setattr__(visitor.desk.app.state.public, "numbers", None)
    answer = visitor.desk.get("/write/en")
    assert answer.status_code == 500
    for code in ("en", "nl", "ar"):
        assert f'lang="{code}"' in answer.text
    assert "data-quick-exit" in answer.text
    assert visitor.desk.call("PUT", "/write/en").status_code == 405


def test_whoever_opens_the_report_sees_first_how_not_to_reach_who_wrote_it(visitor: Visitor) -> None:
    """Before anything is uncovered, and without what was typed; whole, with every link defanged."""
    visitor.send(
        words="See https://board.example/a now", may="way", way="seal on chatapp", times="2 to 3", nobody="yes"
    )
    visitor.send(words="x", may="no", way="mara@example.org")
    installation = visitor.desk.installation
    while order_pending(installation.queue_desk, "test"):
        pass
    visitor.desk.sign_in(Role.REVIEWER)
    first, second = (visitor.desk.get(f"/queue/{each.number}/reports/{each.number}").text for each in visitor.reports())
    assert "Reach who wrote this in one way only" in first
    assert "Leave no message. Tell nobody else that they wrote." in first
    for typed in ("chatapp", "2 to 3", "board.example", "board[.]"):
        assert typed not in first
    assert "Do not contact who wrote this." in second
    number = visitor.reports()[0].number
    whole = visitor.desk.get(f"/queue/{number}/reports/{number}?whole=1").text
    assert "hxxps[:]//board[.]example/a" in whole
    assert "board.example" not in whole
