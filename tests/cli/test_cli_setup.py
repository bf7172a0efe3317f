"""`init`, `check`, `config`: a home is made, and seen to be in order."""

import json
import shutil
import stat

import pytest

from monitor import resources


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new home"


def test_init_makes_a_home_that_passes_the_check(monitor, folder, monkeypatch):
    done = monitor("init", folder, "--contact", "desk@example.org")
    assert done.code == 0
    assert sorted(p.name for p in folder.iterdir()) == [".env", "alerts", "db", "sources.yaml"]
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    monkeypatch.setenv("MONITOR_HOME", str(folder))
    assert "No complaints." in monitor("check").out
    rows = {r["name"]: r for r in json.loads(monitor("config", "--json").out)}
    assert (rows["MONITOR_CONTACT"]["value"], rows["MONITOR_CONTACT"]["origin"]) == ("desk@example.org", ".env")


def test_init_keeps_what_is_there(monitor, folder):
    folder.mkdir()
    (folder / "sources.yaml").write_text("mine")
    (folder / ".env").write_text("MONITOR_LANGUAGE=nl\n")
    done = monitor("init", folder)
    assert done.code == 0
    assert (folder / "sources.yaml").read_text() == "mine"
    assert (folder / ".env").read_text() == "MONITOR_LANGUAGE=nl\n"
    assert f"kept  {folder / 'sources.yaml'}" in done.out
    assert "No contact address yet" in done.out


@pytest.mark.parametrize("contact", ["not an address", "a@b.be\nMONITOR_MAIL_TO=x@y.be", "javascript:alert(1)"])
def test_init_refuses_a_bad_contact_before_it_writes_anything(monitor, folder, contact):
    done = monitor("init", folder, "--contact", contact)
    assert done.code == 78
    assert done.err.startswith("MONITOR_CONTACT: ")
    assert not folder.exists()


def test_init_says_plainly_when_the_place_is_taken_by_a_file(monitor, folder):
    folder.write_text("a file")
    done = monitor("init", folder)
    assert done.code == 1
    assert done.err.startswith(f"monitor: Cannot make a home at {folder}: ")


def test_init_prints_a_unit_for_systemd_and_makes_nothing(monitor, folder):
    done = monitor("init", folder / '100% "ours"', "--systemd")
    assert done.code == 0
    assert f'Environment="MONITOR_HOME={folder}/100%% \\"ours\\""\n' in done.out
    assert f'ReadWritePaths="{folder}/100%% \\"ours\\""\n' in done.out
    assert "RestartPreventExitStatus=75 78\n" in done.out
    assert "__main__.py" not in done.out
    assert not folder.exists()


def test_check_counts_what_is_watched(monitor, home):
    done = monitor("check")
    assert done.code == 0
    said, note = done.out.splitlines()
    assert said == f"{home / 'sources.yaml'}: 4 sources in 2 sections, 3 of them polled. No complaints."
    assert note.startswith("Note: data/citations.yaml is read as ever. It can move: mkdir -p reports; mv ")


def test_check_names_every_mistake_with_its_line(monitor, home):
    text = (home / "sources.yaml").read_text()
    broken = text.replace("jurisdiction: federal", "juristiction: federal").replace("watch: pdf", "watch: pfd")
    (home / "sources.yaml").write_text(broken)
    done = monitor("check")
    assert done.code == 78
    assert done.out == ""
    lines = broken.splitlines()
    first, second = (n for n, line in enumerate(lines, 1) if "juristiction" in line or "pfd" in line)
    assert [line.partition(" ")[0] for line in done.err.splitlines()] == [
        f"sources.yaml:{first}:",
        f"sources.yaml:{second}:",
    ]
    assert 'did you mean "jurisdiction"?' in done.err
    assert 'did you mean "pdf"?' in done.err


def test_check_refuses_a_selector_that_is_none(monitor, home):
    text = (home / "sources.yaml").read_text()
    (home / "sources.yaml").write_text(text.replace("    jurisdiction: federal", "    selector: 'div['"))
    done = monitor("check")
    assert done.code == 78
    assert done.err.startswith("sources.yaml:9: selector: ")


def test_check_reads_another_file(monitor, home, tmp_path):
    other = tmp_path / "other.yaml"
    shutil.copy2(resources.bundled("sources.yaml"), other)
    assert "32 sources" in monitor("check", other).out
    missing = monitor("check", tmp_path / "none.yaml")
    assert missing.code == 78
    assert "none.yaml" in missing.err


def test_a_home_without_a_list_uses_the_one_that_came_with_the_program(monitor, home):
    (home / "sources.yaml").unlink()
    assert "32 sources" in monitor("check").out


def test_config_shows_each_setting_its_value_and_origin(monitor, home, monkeypatch):
    (home / ".env").write_text("MONITOR_HOST_GAP=5s\n")
    monkeypatch.setenv("MONITOR_MAX_POLLS", "2")
    lines = {line.split()[0]: line.split()[1:] for line in monitor("config").out.splitlines()}
    assert lines["MONITOR_HOST_GAP"] == ["5s", ".env"]
    assert lines["MONITOR_MAX_POLLS"] == ["2", "environment"]
    assert lines["MONITOR_LANGUAGE"] == ["en", "default"]


def test_config_names_every_bad_value_without_repeating_it(monitor, home, monkeypatch):
    monkeypatch.setenv("MONITOR_SMTP_URL", "smtp://user:c4nary@smtp.example.org:25")
    monkeypatch.setenv("MONITOR_TIMEZONE", "Europe/Brusels")
    done = monitor("config")
    assert done.code == 78
    assert "MONITOR_SMTP_URL: would send mail unencrypted" in done.err
    assert "did you mean Europe/Brussels?" in done.err
    assert "c4nary" not in done.said


def test_a_settings_file_that_is_no_text_is_named(monitor, home):
    (home / ".env").write_bytes(b"MONITOR_LANGUAGE=\xff\xfe")
    done = monitor("status")
    assert (done.code, done.err) == (78, f"{home / '.env'}: is not UTF-8 text\n")


def test_a_home_can_be_made_with_the_further_sources(monitor, tmp_path):
    folder = tmp_path / "new"
    assert monitor("init", folder, "--with", "further").code == 0
    done = monitor("check", folder / "sources.yaml")
    assert "62 sources" in done.out
    again = monitor("init", folder, "--with", "further")
    assert (again.code, "write into it: include: [further]" in again.err) == (78, True)


def test_a_list_the_program_does_not_have_is_no_option(monitor, tmp_path):
    done = monitor("init", tmp_path / "new", "--with", "more")
    assert (done.code, done.err) == (78, "--with more: is no list of the program (there is further)\n")
    assert not (tmp_path / "new").exists()
