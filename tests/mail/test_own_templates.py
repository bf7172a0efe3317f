"""Templates of an operator: they may say it in other words, and do nothing else. The contract is alerts/README.md."""

import dataclasses
import re
import shutil
import socket
from collections import defaultdict

import pytest
from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateError

from monitor.messages import Renderer, Templates, faults, view

SHAPES = {
    "mail": view.MailView,
    "group": view.GroupView,
    "change": view.ChangeView,
    "part": view.PartView,
    "event": view.EventView,
    "line": view.LineView,
    "row": view.Row,
    "footer": view.FooterView,
}
NAMES = {"item": {"change", "event"}, "line": {"line", "row"}, "mark": {"mark"}, "nextitem": {"part"}}
"""What a name of a template may stand for, where it is not one of the shapes."""
ESCAPES = (
    "{{ mail.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__() }}",
    "{{ mail.summary.__class__ }}",
    "{{ mail.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ self._TemplateReference__context }}",
    "{{ rule.__globals__ }}",
    "{{ (mail.lang | attr('__class__')).__mro__ }}",
    "{{ '{0.__class__.__mro__}'.format(mail.lang) }}",
    "{{ '%s'.__mod__.__self__.__class__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{% set mail.summary = 1 %}",
    "{{ mail.words.update({'page': 'x'}) }}",
    "{{ mail.words.clear() }}",
)
FAULTS = (
    "{{ mail.nothing }}",
    "{{ nothing }}",
    "{% for %}",
    "{{ 1/0 }}",
    "{{ mail.lang.x() }}",
    "{{ mail.groups[99].title }}",
    "{{ mail.subject + 1 }}",
    "{{ range(10 ** 9) | list }}",
    "{{ 10.0 ** 999 }}",
    "{% include 'digest.text.j2' %}",
    "{% include 'not there' %}",
    "{% extends '../../../../etc/passwd' %}",
    "{% include '/etc/passwd' %}",
    "{{ mail | no_such_filter }}",
    "{{ 'x' | wrap('y') }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% import 'os' as os %}",
    b"\xff\xfe",
)


@pytest.fixture
def with_own(week, tmp_path):
    """A renderer of a home that has one template of its own."""

    def make(body, name="digest.text.j2"):
        file = tmp_path / "alerts" / "templates" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body if isinstance(body, bytes) else body.encode())
        return Renderer(week.sender, Templates(tmp_path))

    return make


@pytest.mark.parametrize("body", ESCAPES)
def test_a_template_cannot_reach_what_lies_behind_its_values(body, messages, with_own):
    with pytest.raises((SecurityError, TemplateError)):
        with_own(body).parts(messages["digest"])


@pytest.mark.parametrize("body", [e for e in ESCAPES if "__" in e and "lipsum" not in e and "cycler" not in e][:4])
def test_reaching_for_a_class_is_a_breach_not_a_slip(body, messages, with_own):
    with pytest.raises(SecurityError):
        with_own(body).parts(messages["digest"])


@pytest.mark.parametrize("body", [*FAULTS, *ESCAPES], ids=lambda body: repr(body)[:40])
def test_with_a_faulty_template_the_program_s_own_is_used_and_the_log_names_it(
    body, messages, renderer, with_own, tmp_path, caplog
):
    made = with_own(body).render(messages["digest"])
    assert made.mime == renderer.render(messages["digest"]).mime
    assert f"a template in {tmp_path / 'alerts' / 'templates'} failed, using the program's own: " in caplog.text


@pytest.mark.parametrize(
    "name", ["digest.subject.j2", "digest.html.j2", "base.html.j2", "_change.text.j2", "_style.css.j2"]
)
def test_any_single_file_may_be_faulty(name, messages, renderer, with_own):
    assert (
        with_own("{{ mail.nothing }}", name).render(messages["digest"]).mime == renderer.render(messages["digest"]).mime
    )


def test_nothing_is_fetched_while_a_mail_is_made_whatever_a_template_names(messages, with_own, templates_folder):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        page = (templates_folder / "base.html.j2").read_text()
        named = f'<link rel="stylesheet" href="{address}/a.css"><style>@import "{address}/b.css";</style>'
        with_own(page.replace("<title>", f"{named}<title>"), "base.html.j2").parts(messages["digest"])
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_template_of_the_home_says_it_in_its_own_words(messages, with_own):
    made = with_own("{{ mail.heading | caps }} {{ mail.date }}: {{ mail.groups[0].changes[0].why | wrap(2) }}")
    parts = made.parts(messages["digest"])
    assert parts.text.startswith("WHAT CHANGED Tue 24 Nov 2026:   Why: a passage quoted in footnote 170 has changed;")
    assert "DigitalWallonia4.ai" in parts.html


def test_what_is_wrong_with_own_templates_is_found_without_a_mail(templates_folder, tmp_path):
    folder = tmp_path / "alerts" / "templates"
    (folder / "catalogue").mkdir(parents=True)
    english = (templates_folder / "catalogue" / "en.toml").read_text()
    (folder / "catalogue" / "en.toml").write_text(english.replace('line = "', 'lines = "').replace("{zone}", "{place}"))
    (folder / "catalogue" / "fr.toml").write_text("x =")
    (folder / "catalogue" / "tlh.toml").write_text(english)
    (folder / "digest.text.j2").write_text("ok\n{% for %}")
    (folder / "digset.html.j2").write_text("ok")
    (folder / "test.text.j2").write_bytes(b"\xff\xfe")
    (folder / "notes.txt").write_text("mine")
    found = faults(Templates(tmp_path))
    assert [line.partition(": ")[0] for line in found if "en.toml" not in line] == [
        "catalogue/fr.toml", "catalogue/tlh.toml", "digest.text.j2:2", "digset.html.j2", "notes.txt", "test.text.j2",
    ]  # fmt: skip
    said = [line.partition(": ")[2] for line in found if "en.toml" in line]
    assert "product.line is missing" in said
    assert "footer.window: nothing is put in for {place}" in said


def test_nothing_is_wrong_with_a_copy_of_the_program_s_own(templates_folder, tmp_path):
    shutil.copytree(templates_folder, tmp_path / "alerts" / "templates")
    assert faults(Templates(tmp_path)) == ()
    assert faults(Templates()) == ()


def documented(readme):
    """The names in backticks of each section: the first column of a table, or all of a sentence without one."""
    found = defaultdict(set)
    for section in re.split(r"(?m)^### ", readme)[1:]:
        name, _, body = section.partition("\n")
        rows = re.findall(r"(?m)^\| (`.*?) \|", body)
        for text in rows or [re.sub(r"\([^()]*\)", "", body.split(". In a")[0])]:
            found[name.strip()] |= set(re.findall(r"`(\w+)`", text))
    return found


def test_the_readme_names_every_variable_and_no_other(templates_folder):
    named = documented((templates_folder.parent / "README.md").read_text())
    have = {name: {f.name for f in dataclasses.fields(shape)} for name, shape in SHAPES.items()}
    have["part"] |= {"whole"}
    assert {name: named[name] for name in SHAPES} == have


def used(templates):
    """(name, attribute) of every template, from its syntax tree."""
    for environment in (templates.text, templates.html):
        for name in environment.list_templates(extensions=["j2"]):
            tree = environment.parse(environment.loader.get_source(environment, name)[0])
            for node in tree.find_all(nodes.Getattr):
                if isinstance(node.node, nodes.Name):
                    yield node.node.name, node.attr
                elif isinstance(node.node, nodes.Getattr):
                    yield node.node.attr, node.attr


def test_every_variable_a_template_uses_is_documented(templates_folder):
    readme = (templates_folder.parent / "README.md").read_text()
    named = documented(readme)
    named["mark"] = {"mark", "text"}
    named["words"] = set(re.findall(r"`(\w+)`", re.search(r"(?m)^\| `words` \|(.*)$", readme)[1]))
    named["loop"] = {"last", "nextitem"}  # Jinja's own
    unknown = set()
    for name, attribute in used(Templates()):
        shapes = NAMES.get(name, set()) | ({name} if name in named else set())
        if not any(attribute in named[shape] for shape in shapes):
            unknown.add((name, attribute))
    assert unknown - {("action", "label"), ("action", "value"), ("label", "ljust")} == set()


def test_every_filter_and_function_of_ours_is_documented(templates_folder):
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    readme = (templates_folder.parent / "README.md").read_text()
    plain, ours = ImmutableSandboxedEnvironment(), Templates()
    added = (ours.text.filters.keys() | ours.html.filters.keys()) - plain.filters.keys()
    added |= (ours.text.globals.keys() | ours.html.globals.keys()) - plain.globals.keys()
    assert {name for name in added if not re.search(rf"`{name}\b", readme)} == set()
