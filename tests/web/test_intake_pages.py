"""Intake in the console: what came, newest first, and the reports that state an identifier."""

import re

import pytest

from clew.records.audit import AuditFilter
from clew.records.people import Role
from tests.web.cluster_desk import KIM, ClusterSite, open_clusters
from tests.web.web_desk import WebDesk


@pytest.fixture
def site(desk: WebDesk) -> ClusterSite:
    site = open_clusters(desk)
    desk.sign_in(Role.REVIEWER)
    return site


def text(site: ClusterSite, path: str, status: int = 200) -> str:
    answer = site.web.get(path)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.text)


def numbers(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'href="/clusters/(\d+)"', page)]


def acts(site: ClusterSite) -> list[str]:
    with site.web.installation.store.read() as reader:
        return [each.event.act for each in reader.audit_lines(AuditFilter(limit=20)) if each.event is not None]


def test_reports_are_listed_newest_first_without_a_word_of_them(site: ClusterSite):
    page = text(site, "/intake")
    assert re.findall(r'<th scope="row">.*?>(\d+)<', page) == ["5", "4", "3", "2", "1"]
    assert numbers(page) == [4, 3, 2, 1]
    assert KIM not in page
    assert "intake.list" in acts(site)


def test_the_list_is_of_one_sender_and_pages_behind_a_number(site: ClusterSite):
    assert numbers(text(site, "/intake?sender=S2")) == [2]
    assert numbers(text(site, "/intake?before=3")) == [2, 1]
    assert "No report stands so" in text(site, "/intake?state=retracted")


def test_an_identifier_is_found_by_its_beginning_and_exactly(site: ClusterSite):
    page = text(site, "/intake/search?q=kim%40")
    assert KIM in page
    assert numbers(page) == [2, 1]
    assert numbers(text(site, f"/intake/search?q={KIM}&kind=email&exact=1&before=2")) == [1]
    assert "No report states it" in text(site, "/intake/search?q=kim%40&kind=email&exact=1")
    assert "No report states it" in text(site, "/intake/search?q=kim%40&kind=phone")


def test_a_search_is_noted_without_its_words(site: ClusterSite):
    text(site, f"/intake/search?q={KIM}")
    assert "intake.search" in acts(site)
    with site.web.installation.store.read() as reader:
        assert KIM not in str(reader.audit_lines(AuditFilter(limit=20)))


@pytest.mark.parametrize(("asked", "said"), [("q=ki", "at least 3"), (f"q={KIM}&exact=1", "needs the kind")])
def test_a_search_that_cannot_be_made_says_what_it_needs(site: ClusterSite, asked: str, said: str):
    page = text(site, f"/intake/search?{asked}", 400)
    assert said in page
    assert numbers(page) == []


def test_what_is_typed_is_shown_as_text_and_a_number_that_is_none_finds_nothing(site: ClusterSite):
    assert "<b>kim</b>" not in text(site, "/intake/search?q=%3Cb%3Ekim%3C/b%3E")
    text(site, "/intake?before=x1", 404)


@pytest.mark.parametrize("path", ["/intake", "/intake/search?q=kim%40"])
def test_an_auditor_reads_and_an_administrator_alone_does_not(site: ClusterSite, path: str):
    site.web.sign_in(Role.AUDITOR)
    text(site, path)
    site.web.sign_in(Role.ADMINISTRATOR)
    text(site, path, 403)
