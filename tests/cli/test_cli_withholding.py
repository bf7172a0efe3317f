"""`withhold`: what is withheld is shown by no command."""

import json

SHOWING = [
    ("read", "coc-home"),
    ("show", "1"),
    ("show", "1", "--json"),
    ("changes",),
    ("explain", "1"),
]


def numbers(opened):
    return [row.id for row in opened.history.snapshots("coc-home")]


def withhold_all(monitor, opened):
    for number in numbers(opened):
        done = monitor("withhold", number, "--reason", "a court order", "--who", "Anna")
        assert done.code == 0, done.said
        assert "coc-home is withheld" in done.out


def test_no_command_shows_what_is_withheld(monitor, opened):
    before = {line: monitor(*line).said for line in SHOWING}
    withhold_all(monitor, opened)
    for line, said in before.items():
        after = monitor(*line).said
        assert "a court order" in after, line
        assert after != said


def test_no_report_is_made_of_it(monitor, opened, tmp_path):
    withhold_all(monitor, opened)
    done = monitor("report", "coc-home", "--out", tmp_path / "report.zip")
    assert (done.code, "a court order" in done.err) == (1, True)
    assert not (tmp_path / "report.zip").exists()


def test_marks_go_and_hashes_stay(monitor, opened):
    hashes = json.loads(monitor("show", "1", "--json").out)
    withhold_all(monitor, opened)
    shown = json.loads(monitor("show", "1", "--json").out)
    assert hashes["parts"]
    assert shown["parts"] == []
    assert (shown["old_sha256"], shown["new_sha256"]) == (hashes["old_sha256"], hashes["new_sha256"])
    assert shown["reasons"][0]["code"] == "withheld"
    assert shown["reasons"][0]["places"] == str(len(hashes["parts"]))


def test_it_is_lifted_with_a_reason_of_its_own(monitor, opened):
    number = numbers(opened)[0]
    monitor("withhold", number, "--reason", "a court order", "--who", "Anna")
    again = monitor("withhold", number, "--reason", "a court order")
    assert (again.code, "withheld already" in again.err) == (1, True)
    done = monitor("withhold", number, "--reason", "set aside", "--lift", "--who", "Ben")
    assert "is shown again" in done.out
    assert monitor("withhold", number, "--reason", "x", "--lift").code == 1
    rows = [(row.who, row.what, row.detail) for row in opened.audit.list()]
    assert rows == [("Ben", "lift", "set aside"), ("Anna", "withhold", "a court order")]


def test_mistakes_are_named(monitor, opened):
    assert "There is no copy 999" in monitor("withhold", 999, "--reason", "x").err
    assert "There is no copy -1" in monitor("withhold", "--reason", "x", "--", "-1").err
    assert "say why" in monitor("withhold", 1, "--reason", "  ").err
    assert "say why" in monitor("withhold", 1, "--reason", "\u200b\u202e ").err
    assert opened.audit.list() == ()


def test_without_a_name_the_user_of_the_machine_said_it(monitor, opened):
    monitor("withhold", numbers(opened)[0], "--reason", "x")
    assert opened.audit.list()[0].who
