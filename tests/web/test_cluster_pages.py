"""Clusters in the console: seen with what joins them, explained, taken apart after a preview, put together again."""

import re

import pytest

from clew.records.audit import AuditFilter
from clew.records.linking import ChangeKind
from clew.records.people import Role
from tests.web.cluster_desk import KIM, PHONE, ROE, ClusterSite, open_clusters
from tests.web.web_desk import WebDesk


@pytest.fixture
def site(desk: WebDesk) -> ClusterSite:
    site = open_clusters(desk)
    assert {site.cluster_of(number) for number in (1, 2, 3, 4)} == {1}
    desk.sign_in(Role.REVIEWER)
    return site


def text(site: ClusterSite, path: str) -> str:
    answer = site.web.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def test_a_cluster_is_shown_by_any_of_its_reports_as_a_weave_and_as_a_table(site: ClusterSite):
    page = text(site, "/clusters/3")
    assert "4 reports that tell of one subject" in page
    assert page.count('<circle class="knot merge"') == 6 + 1  # each mention that joins, and the legend's
    for value in (KIM, ROE, PHONE):
        assert value in page
    assert "jo@harbour-post.org" not in page


def test_looking_at_a_cluster_and_asking_why_stand_in_the_audit(site: ClusterSite):
    text(site, "/clusters/1?left=1&right=4")
    with site.web.installation.store.read() as reader:
        lines = reader.audit_lines(AuditFilter(limit=20))
    assert {"cluster.read", "cluster.explain"} <= {line.event.act for line in lines if line.event is not None}


def test_why_two_reports_are_together_is_a_way_with_its_weakest_link(site: ClusterSite):
    page = text(site, "/clusters/1?left=1&right=4")
    way = page[page.index('<ol class="path') : page.index("</ol>", page.index('<ol class="path'))]
    assert re.findall(r'<span class="mono">(\d+)</span>', way) == ["1", "2", "3", "4"]
    assert way.count("by weak") == 1
    assert '<path class="way"' in page
    assert 'circle class="knot on"' in page


@pytest.mark.parametrize("asked", ["left=1&right=5", "left=1&right=77", "left=x&right=1", "left=1"])
def test_where_there_is_no_way_the_page_says_so(site: ClusterSite, asked: str):
    page = text(site, f"/clusters/1?{asked}")
    assert '<ol class="path' not in page
    assert '<p class="note gap-top">' in page


def test_a_split_is_seen_before_it_is_made_and_taken_back_exactly(site: ClusterSite):
    seen = text(site, "/clusters/1/part?kind=phone&value=%2B31612340001&report=3")
    assert "It would come apart into 2" in seen
    assert {site.cluster_of(number) for number in (1, 2, 3, 4)} == {1}
    done = site.post("/clusters/1/split", kind="phone", value=PHONE, report=3, reason="another town")
    assert done.headers["location"] == "/clusters/1?said=split"
    assert [site.cluster_of(number) for number in (1, 2, 3, 4)] == [1, 1, 3, 3]
    assert site.house.place_of(4).id == 3
    with site.web.installation.store.read() as reader:
        change = next(each for each in reader.link_changes(reader.clusters_of([1])[1]) if each.kind is ChangeKind.SPLIT)  # type: ignore[list-item, index]
    assert "another town" in text(site, "/clusters/1")
    site.post("/clusters/1/undo", change=change.number, reason="the towns are one")
    assert {site.cluster_of(number) for number in (1, 2, 3, 4)} == {1}
    assert site.house.place_of(4).id == 1


def test_reports_are_taken_out_together_and_may_be_merged_again_only_by_undoing(site: ClusterSite):
    assert "It would come apart into 2" in text(site, "/clusters/1/part?report=3&report=4")
    site.post("/clusters/1/take-out", report=[3, 4], reason="a brother")
    assert [site.cluster_of(number) for number in (1, 2, 3, 4)] == [1, 1, 3, 3]
    refused = site.post("/clusters/1/merge", other=3, reason="no, one")
    assert refused.status_code == 409
    assert "Nothing was changed" in refused.text


def test_a_person_may_join_what_shares_nothing(site: ClusterSite):
    site.post("/clusters/1/merge", other=5, reason="one address, says the landlord")
    assert site.cluster_of(5) == 1
    assert "a person&#39;s word" in text(site, "/clusters/1?left=1&right=5") or "a person's word" in text(
        site, "/clusters/1?left=1&right=5"
    )


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\x07b"])
def test_nothing_is_changed_without_a_reason(site: ClusterSite, reason: str):
    answer = site.post("/clusters/1/split", kind="phone", value=PHONE, report=3, reason=reason)
    assert answer.status_code == 400
    assert "Say why" in answer.text
    assert site.cluster_of(4) == 1


@pytest.mark.parametrize("path", ["/clusters/77", "/clusters/abc", "/clusters/9" + "9" * 30])
def test_a_report_that_was_never_linked_has_no_page(site: ClusterSite, path: str):
    assert site.web.get(path).status_code == 404


def test_a_number_finds_its_cluster(site: ClusterSite):
    assert site.web.get("/clusters?q=+4+").headers["location"] == "/clusters/4"
    assert "No pair waits" in text(site, "/clusters")


def test_who_only_reads_is_offered_no_change(site: ClusterSite):
    site.web.sign_in(Role.AUDITOR)
    page = text(site, "/clusters/1")
    assert '<form class="stack-s gap-s" method="post"' not in page
    assert site.web.get("/clusters/1/part").status_code == 403
    assert site.post("/clusters/1/merge", other=5, reason="one").status_code == 403
