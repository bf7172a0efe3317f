"""The further sources: off until a line says so, and then read as strictly as the list itself."""

import os
import shutil

import pytest

from monitor import config, resources, wiring
from monitor.errors import ConfigError

INCLUDE = "version: 1\ninclude: [further]\n"


@pytest.fixture
def home(tmp_path, good):
    """A home whose list includes the further sources, with a copy of them that may be broken."""
    (tmp_path / "sources.yaml").write_text(good.replace("version: 1\n", INCLUDE))
    (tmp_path / "data").mkdir()
    shutil.copy(resources.data("further.yaml"), tmp_path / "data")
    return tmp_path


def complaints(home):
    with pytest.raises(ConfigError) as error:
        config.load(home / "sources.yaml")
    return [str(problem) for problem in error.value.problems]


def test_thirty_further_sources_are_there_and_off():
    own = config.load(resources.bundled("sources.yaml"))
    more = config.load(resources.data("further.yaml"))
    assert (len(own.sources), len(more.sources)) == (32, 30)
    assert {s.id for s in own.sources} & {s.id for s in more.sources} == set()
    assert {s.id for s in own.sections} & {s.id for s in more.sections} == set()


def test_the_commented_line_of_the_shipped_list_brings_them(tmp_path):
    shipped = resources.bundled("sources.yaml").read_bytes()
    on = config.include_list(shipped, "sources.yaml", "further")
    assert on == shipped.replace(b"\n#include: [further]", b"\ninclude: [further]")
    (tmp_path / "sources.yaml").write_bytes(on)
    watch_list = wiring.load_watch_list(tmp_path / "sources.yaml")
    assert len(watch_list.sources) == 62
    assert config.include_list(on, "sources.yaml", "further") == on


def test_a_list_without_that_line_gets_one_below_the_version(good):
    assert config.include_list(good.encode(), "s", "further") == good.replace("version: 1\n", INCLUDE).encode()


def test_what_is_about_many_things_needs_to_be_about_ai():
    general = {s.id for s in config.load(resources.data("further.yaml")).sources if s.general}
    assert {
        "moniteur-belge-rss",
        "news-belgium",
        "flemish-parliament-open-data",
        "walloon-parliament-questions",
    } <= general
    assert "eurlex-ai-act" not in general


def test_both_files_are_read_as_one_list(home):
    watch_list = config.load(home / "sources.yaml")
    assert (len(watch_list.sources), watch_list.sources[0].id) == (31, "one")
    before = watch_list.sha256
    with (home / "data/further.yaml").open("a") as file:
        file.write("# a word\n")
    assert config.load(home / "sources.yaml").sha256 != before


def test_a_complaint_names_the_file_it_is_about(home):
    path = home / "data/further.yaml"
    text = path.read_text()
    line = text[: text.index("    status: watch")].count("\n") + 1
    path.write_text(text.replace("    status: watch", "    status: wach", 1))
    (home / "sources.yaml").write_text((home / "sources.yaml").read_text().replace("watch: page", "watch: pag"))
    assert complaints(home) == [
        'sources.yaml:12: watch: "pag" is unknown (did you mean "page"?)',
        f'further.yaml:{line}: status: "wach" is unknown (did you mean "watch"?)',
    ]


def test_an_id_that_both_lists_have_is_refused(home):
    own = home / "sources.yaml"
    own.write_text(own.read_text().replace("id: one", "id: eurlex-ai-act"))
    (said,) = complaints(home)
    assert said.startswith("further.yaml:")
    assert said.endswith('id "eurlex-ai-act" is taken (first on line 9 of sources.yaml; each source has its own id)')


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("include: [furter]", 'include names no list of the program: "furter" (did you mean "further"?)'),
        ("include: [../../etc/passwd]", 'include names no list of the program: "../../etc/passwd" (there is further)'),
        ("include: further", "include must be a list (write [further] or one line with - for each)"),
    ],
)  # fmt: skip
def test_only_lists_of_the_program_can_be_included(home, line, said):
    own = home / "sources.yaml"
    own.write_text(own.read_text().replace("include: [further]", line))
    assert complaints(home) == [f"sources.yaml:2: {said}"]


def test_an_included_list_includes_nothing(home):
    path = home / "data/further.yaml"
    path.write_text(path.read_text().replace("version: 1\n", INCLUDE))
    (said,) = complaints(home)
    assert said.endswith("include stands in sources.yaml only")


def test_a_follower_notices_every_file_of_the_list(home):
    followed = config.Followed(home / "sources.yaml")
    seen = [followed.stamp()]

    def noticed():
        seen.append(followed.stamp())
        return seen[-1] != seen[-2]

    assert not noticed()
    further = home / "data/further.yaml"
    os.utime(further, (1, 1))
    assert noticed()
    assert not noticed()
    further.unlink()  # the program's own is meant now
    assert noticed()
    own = home / "sources.yaml"
    own.write_text("sections: [\n")
    assert noticed()
    own.unlink()
    assert noticed()
    assert seen[-1] == (None,)
