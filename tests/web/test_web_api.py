"""The API: what it says is what the pages say, in shapes that its own description promises."""

import json
from urllib.parse import urlsplit

import pytest

from monitor.web import api_shapes as shapes


def read(site, path, **more):
    answer = site.get(path, **more)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    return answer.json()


def all_of(site, path):
    """Every entry of a list, page by page."""
    items = []
    while path:
        page = read(site, path)
        items += page["items"]
        path = page["next"] and urlsplit(page["next"])._replace(scheme="", netloc="").geturl()
    return items


def test_the_list_read_one_by_one_is_the_list_read_at_once(pages):
    whole = read(pages, "/api/v1/changes?limit=100")
    assert whole["next"] is None
    assert len(whole["items"]) > 3
    assert all_of(pages, "/api/v1/changes?limit=1") == whole["items"]


def test_changes_and_events_come_newest_first_and_each_can_be_opened(pages):
    items = all_of(pages, "/api/v1/changes")
    assert [item["at"] for item in items] == sorted((item["at"] for item in items), reverse=True)
    for item in items:
        one = read(pages, item["url"])
        assert (one["type"], one["id"], one["source"]) == (item["type"], item["id"], item["source"])
        assert one["severity"] == item["severity"]


def test_a_filter_leaves_what_it_says(pages):
    items = all_of(pages, "/api/v1/changes")
    severe = all_of(pages, "/api/v1/changes?severity=critical&severity=substantive")
    assert severe == [item for item in items if item["severity"] in {"critical", "substantive"}]
    assert 0 < len(severe) < len(items)
    source = items[0]["source"]
    mine = all_of(pages, f"/api/v1/changes?source={source}")
    assert mine == [item for item in items if item["source"] == source]


def test_a_period_leaves_out_what_came_before_and_after(pages):
    items = all_of(pages, "/api/v1/changes")
    middle = items[len(items) // 2]["at"]
    after = all_of(pages, f"/api/v1/changes?since={middle}")
    before = all_of(pages, f"/api/v1/changes?until={middle}")
    assert after + before == items
    assert before


def test_a_change_has_its_words_its_reasons_and_the_hashes_of_both_bodies(pages):
    number = next(i["id"] for i in all_of(pages, "/api/v1/changes?kind=text") if i["type"] == "change")
    change = read(pages, f"/api/v1/changes/{number}")
    assert {mark["mark"] for part in change["parts"] for mark in part["marks"]} >= {"added", "removed"}
    assert change["reasons"]
    assert all(reason["text"] for reason in change["reasons"])
    stored = pages.store.history.change(number)
    assert (change["old_sha256"], change["new_sha256"]) == (stored.old_sha256, stored.new_sha256)
    assert read(pages, f"/api/v1/snapshots/{change['new_snapshot']}")["sha256"] == stored.new_sha256


def test_the_snapshots_of_a_source_are_facts_without_bytes(pages):
    source = read(pages, "/api/v1/sources")["items"][0]["id"]
    rows = all_of(pages, f"/api/v1/sources/{source}/snapshots?limit=1")
    assert [row["id"] for row in rows] == [row.id for row in pages.store.history.snapshots(source)]
    assert all(len(row["sha256"]) == 64 and row["source"] == source for row in rows)


def test_citations_say_what_the_coverage_page_says(pages):
    items = read(pages, "/api/v1/citations")["items"]
    table = pages.get("/coverage.csv").text
    assert items
    assert all(item["state"] in table for item in items)
    assert {item["answer"] for item in items} <= {"look", "unknown", "stands"}


def test_a_review_made_on_a_page_stands_in_the_api(pages):
    visitor = pages.visitor()
    visitor.post("/name", {"name": "Ada", "to": "/"}, on="/name")
    item = all_of(pages, "/api/v1/changes")[0]
    path = f"/{item['type']}s/{item['id']}"
    assert visitor.post(f"{path}/review", {"state": "relevant", "note": "see memo"}, on=path).status_code == 303
    (review,) = read(pages, item["url"])["reviews"]
    assert (review["state"], review["who"], review["note"]) == ("relevant", "Ada", "see memo")
    assert all_of(pages, "/api/v1/changes?state=relevant")[0]["review"]["state"] == "relevant"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/changes/99999", 404, ""),
        ("/api/v1/changes/abc", 404, "number"),
        ("/api/v1/changes?severity=grave", 400, "severity"),
        ("/api/v1/changes?limit=0", 400, "limit"),
        ("/api/v1/changes?limit=101", 400, "limit"),
        ("/api/v1/changes?since=yesterday", 400, "since"),
        ("/api/v1/changes?since=2026-11-01T00:00:00", 400, "since"),
        ("/api/v1/changes?since=0001-01-01T00:00:00%2B14:00", 400, "since"),
        ("/api/v1/changes?until=9999-12-31T23:59:59-14:00", 400, "until"),
        ("/api/v1/changes?after=<script>", 400, "after"),
        (f"/api/v1/changes?after=0~{2**63}", 400, "after"),
        ("/api/v1/sources/nobody", 404, ""),
        ("/api/v1/sources/nobody/snapshots", 404, ""),
        ("/api/v1/nothing", 404, ""),
    ],
)
def test_what_is_wrong_is_said_to_programs_as_programs_read_it(pages, path, status, said):
    answer = pages.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert said in problem["detail"]
    assert "<script>" not in answer.text


def test_a_stranger_is_told_to_show_a_key_and_nothing_else(site):
    stranger = site("lived", public_url="https://watch.example.org", web_password="").visitor(
        ip="192.0.2.7", base="https://watch.example.org"
    )
    for path in ("/api/v1/changes", "/api/v1/openapi.json", "/api/v1/sources/x/snapshots"):
        answer = stranger.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert set(answer.json()) == {"status", "title", "detail"}


def test_hostile_text_stays_text(hostile_pages):
    for item in all_of(hostile_pages, "/api/v1/changes?everything=1"):
        answer = hostile_pages.get(item["url"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        json.loads(answer.text)


def test_an_empty_home_has_empty_lists(empty_pages):
    assert read(empty_pages, "/api/v1/changes") == {"items": [], "next": None}
    assert isinstance(read(empty_pages, "/api/v1/sources")["items"], list)


def test_the_description_names_every_route_and_every_field(pages):
    described = read(pages, "/api/v1/openapi.json")
    routes = {path for method, path in _templates(pages) if path.startswith("/api/v1/")}
    assert set(described["paths"]) == routes - {"/api/v1/openapi.json"}
    for shape in (shapes.ChangeShape, shapes.SnapshotShape, shapes.CitationShape, shapes.SourceShape):
        assert set(described["components"]["schemas"][shape.__name__]["properties"]) == set(shape.model_fields)


def _templates(site):
    return {(method, route.path) for route in site.house.routes for method in route.methods}


def test_a_list_asks_few_questions_however_long_it_is(pages, queries):
    assert queries(pages, "/api/v1/changes?limit=100") <= 4
    assert queries(pages, "/api/v1/citations") <= 4
    assert queries(pages, "/api/v1/sources") <= 3
