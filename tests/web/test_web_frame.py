"""The frame of every page."""


def test_the_first_page_is_there_for_whoever_sits_at_the_machine(pages):
    answer = pages.get("/")
    assert answer.status_code == 200
    assert "Supervisory Body for Police Information" in answer.text


def test_an_empty_home_has_a_first_page(empty_pages):
    assert "No change has been seen yet" in empty_pages.get("/").text


def test_a_page_can_be_looked_at_over_a_real_socket(pages, serve, open_page):
    watched = open_page()
    watched.page.goto(serve(pages))
    assert watched.page.title() == "Changes – Footnote Watch"
    assert watched.errors == []
