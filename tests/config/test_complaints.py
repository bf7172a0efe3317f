"""Every complaint about a watch list: its line, its words, its hint."""

import pytest

from monitor import config
from monitor.errors import ConfigError

TOPICS = ", ".join(config.TOPICS)

WRONG = {
    "wrong version": ("version: 1", "version: 2", "1: version must be 1 (this program reads version 1 of the format)"),
    "unknown field at the top": ("version: 1", "verison: 1", '1: unknown field "verison" (did you mean "version"?)'),
    "sources at the top": (
        "version: 1",
        "sources: []",
        '1: unknown field "sources" (sources stand below a section)',
    ),
    "unknown default": (
        "  interval: 1d",
        "  intervall: 1d",
        '3: unknown field "intervall" (did you mean "interval"?)',
    ),
    "default out of bounds": (
        "  interval: 1d",
        "  interval: 8d",
        "3: interval is too long (from 10m to 7d, such as 10m, 6h or 1d)",
    ),
    "section without title": ("  title: Laws\n", "", "5: title is missing"),
    "section with a name": (
        "  title: Laws\n",
        "  title: L\n  name: N\n",
        '7: unknown field "name" (did you mean "title"?)',
    ),
    "source without id": ("  - id: one\n    name", "  - name", "8: id is missing"),
    "source without name": ("    name: One\n", "", "8: name is missing"),
    "empty name": ("name: One", "name:", "9: name is empty"),
    "name of blanks": ("name: One", 'name: "  "', "9: name is empty"),
    "name as a list": (
        "name: One",
        "name: [One]",
        "9: name must be one text (a text that begins with [ or { needs quotes)",
    ),
    "name with a control character": (
        "name: One",
        r'name: "One\x07"',
        "9: name has a control character in it (type the text again)",
    ),
    "long name": ("name: One", f"name: {'x' * 201}", "9: name is longer than 200 characters"),
    "id with capitals": (
        "id: one",
        "id: Conseil d'État",
        "8: id may have small letters, digits and single hyphens, at most 80 (such as conseil-d-etat)",
    ),
    "id of nothing readable": (
        "id: one",
        "id: «»",
        "8: id may have small letters, digits and single hyphens, at most 80 (such as coc-reports)",
    ),
    "unknown field": ("    status: watch", "    statsu: watch", '12: unknown field "statsu" (did you mean "status"?)'),
    "field of another name": (
        "    status: watch",
        "    every: 6h",
        '12: unknown field "every" (did you mean "interval"?)',
    ),
    "field nobody knows": (
        "      role: mirror",
        "      role: mirror\n      xyzzy: 1",
        '19: unknown field "xyzzy" (known are url, role, note)',
    ),
    "field given twice": ("    status: watch", "    watch: pdf", "12: watch is given twice (first on line 11)"),
    "unknown watch": ("watch: page", "watch: pages", '11: watch: "pages" is unknown (did you mean "page"?)'),
    "unknown status": ("status: watch", "status: Watch", '12: status: "Watch" is unknown (did you mean "watch"?)'),
    "unknown expect": (
        "    status: watch",
        "    expect: fine",
        '12: expect: "fine" is unknown (known are ok, moved, blocked, soft-404, unknown, none)',
    ),
    "unknown language": (
        "[en, nl]",
        "[en, es]",
        '13: languages: "es" is unknown (known are en, nl, fr, de)',
    ),
    "language twice": ("[en, nl]", "[en, en]", '13: languages has "en" twice'),
    "languages as text": ("[en, nl]", "en", "13: languages must be a list (write [en] or one line with - for each)"),
    "languages empty": ("[en, nl]", "", "13: languages must be a list (write […] or one line with - for each)"),
    "language as a field": ("[en, nl]", "[en: 1]", "13: languages must be a list of words (such as [en, nl])"),
    "unknown topic": (
        "[oversight]",
        "[facial recognition]",
        '14: topics: "facial recognition" is unknown (did you mean "facial-recognition"?)',
    ),
    "topic far from all": ("[oversight]", "[zzz]", f'14: topics: "zzz" is unknown (known are {TOPICS})'),
    "unknown publisher kind": (
        "    status: watch",
        "    publisher_kind: ngo",
        '12: publisher_kind: "ngo" is unknown (did you mean "NGO"?)',
    ),
    "unknown jurisdiction": (
        "    status: watch",
        "    jurisdiction: Waloon",
        '12: jurisdiction: "Waloon" is unknown (did you mean "Wallonia"?)',
    ),
    "footnote as text": (
        "[140, 141]",
        "[140, n]",
        "15: footnotes must be a list of numbers from 1 to 9999 (such as [174])",
    ),
    "footnote zero": ("[140, 141]", "[0]", "15: footnotes must be a list of numbers from 1 to 9999 (such as [174])"),
    "footnote twice in one source": ("[140, 141]", "[140, 140]", "15: footnotes has 140 twice"),
    "alternative without role": ("      role: mirror\n", "", "17: role is missing (an alternative has url and role)"),
    "alternative without address": (
        "    - url: https://example.org/one\n      role",
        "    - role",
        "17: url is missing (an alternative has url and role)",
    ),
    "unknown role": (
        "role: mirror",
        "role: miror",
        '18: role: "miror" is unknown (did you mean "mirror"?)',
    ),
    "alternative as text": (
        "    - url: https://example.org/one\n      role: mirror",
        "    - https://example.org/one",
        "17: fields are expected here (such as url: …)",
    ),
    "alternative with a bad address": (
        "url: https://example.org/one",
        "url: example.org/one",
        "17: url has no scheme (begin it with https://)",
    ),
    "interval without unit": (
        "    status: watch",
        "    interval: 6",
        '12: interval "6" is not a length of time (from 10m to 7d, such as 10m, 6h or 1d)',
    ),
    "interval too short": (
        "    status: watch",
        "    interval: 9m",
        "12: interval is too short (from 10m to 7d, such as 10m, 6h or 1d)",
    ),
    "interval too long": (
        "    status: watch",
        "    interval: 30d",
        "12: interval is too long (from 10m to 7d, such as 10m, 6h or 1d)",
    ),
    "robots as a field": (
        "    status: watch",
        "    robots: ignore",
        '12: unknown field "robots" (did you mean "ignore_robots"? It takes the reason as text)',
    ),
    "robots without a reason": (
        "    status: watch",
        "    ignore_robots: yes",
        '12: ignore_robots must say why (such as "written permission of the press office, 3 May")',
    ),
    "republished without a reason": (
        "    status: watch",
        "    republish: true",
        '12: republish needs republish_reason (such as "CC BY 4.0, says its footer")',
    ),
    "a reason to republish and no leave": (
        "    status: watch",
        "    republish_reason: CC BY 4.0",
        "12: republish_reason is given without republish: true",
    ),
    "general as text": ("    status: watch", "    general: yes", "12: general must be true or false"),
    "empty note": (
        "    status: watch",
        "    note: # see below",
        "12: note is empty (fill it in or remove the line; a text that begins with # needs quotes)",
    ),
    "no address": (
        "    url: https://www.example.org/one\n",
        "",
        "8: url is missing (write watch: none if there is nothing to look at)",
    ),
    "reference that is looked at": (
        "status: watch",
        "status: reference",
        "12: status is reference, which is never looked at (write watch: none, or another status)",
    ),
    "index of a single page": (
        "status: watch",
        "status: index",
        "12: status is index, and only a list has entries (write watch: listing)",
    ),
    "documents of a single page followed": (
        "status: watch",
        "follow: documents",
        "12: follow is for lists, and this is none (write watch: listing, or leave follow out)",
    ),
    "something else followed": (
        "status: watch",
        "follow: document",
        '12: follow: "document" is unknown (did you mean "documents"?)',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_line_and_a_hint(case, good, complaints):
    right, wrong, complaint = WRONG[case]
    assert right in good

    assert complaints(good.replace(right, wrong, 1)) == [f"sources.yaml:{complaint}"]


ADDRESSES = {
    "no scheme": ("www.example.org/one", "has no scheme (begin it with https://)"),
    "host and port only": ("example.org:8080/one", "has no scheme (begin it with https://)"),
    "two slashes": ("//example.org/one", "has no scheme (begin it with https:)"),
    "a file": ("file:///etc/passwd", "is not an address of the web (only http:// and https:// can be watched)"),
    "a mail address": (
        "mailto:a@example.org",
        "is not an address of the web (only http:// and https:// can be watched)",
    ),
    "a script": ("javascript:alert(1)", "is not an address of the web (only http:// and https:// can be watched)"),
    "a password": (
        "https://me:secret@example.org/",
        "has a user name or password in it (remove everything from :// up to and with the @)",
    ),
    "a blank": (
        "http://example.org/54/ 2643.pdf",
        "has a blank in it (remove it; a blank that belongs there is written %20)",
    ),
    "a closing parenthesis": (
        "https://example.org/coin.pdf)",
        "ends with ) (remove it; it belongs to the sentence the address stood in)",
    ),
    "a comma": (
        "https://example.org/2643.pdf,",
        "ends with , (remove it; it belongs to the sentence the address stood in)",
    ),
    "a full stop": (
        "https://example.org/.",
        "ends with . (remove it; it belongs to the sentence the address stood in)",
    ),
    "angle brackets": ("<https://example.org/", "has a character that no address has (copy it from the browser)"),
    "a backslash": (r"https:\\example.org", "has a character that no address has (copy it from the browser)"),
    "a soft hyphen": (
        "https://example.org/arti\u00adficial",
        "has an invisible character in it (type the address again, or copy it from the browser)",
    ),
    "no host": ("https:///one", "has no valid host (such as https://www.example.org/page)"),
    "an empty label": ("https://example..org/", "has no valid host (such as https://www.example.org/page)"),
    "a wrong port": ("https://example.org:99999/", "is not a valid address (check the host and the port)"),
    "port zero": ("https://example.org:0/", "is not a valid address (check the port)"),
    "half a bracket": ("https://[::1/one", "is not a valid address (check the host and the port)"),
    "endless": ("https://example.org/" + "x" * 2000, "is longer than 2000 characters"),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_a_bad_address_is_refused_with_a_hint(case, good, complaints):
    address, complaint = ADDRESSES[case]
    wrong = good.replace("url: https://www.example.org/one", f"url: '{address}'")

    assert complaints(wrong) == [f"sources.yaml:10: url {complaint}"]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/Non-paper+-+Innovative+and+trustworthy+AI.PDF",
        "https://en.wikipedia.org/wiki/Communities,_regions_and_language_areas_of_Belgium",
        "https://en.wikipedia.org/wiki/Charter_(Brabant)",
        "https://www.loc.gov/law/europe-asia.php#belgium",
        "https://www.senate.be/www/webdriver?MItabObj=pdf&MItypeObj=application/pdf",
        "http://web.archive.org/web/2022/https://www.ai4belgium.be/report_en.pdf",
        "https://kcds.example/belgië/stratégie",
        "http://[2001:db8::1]:8080/",
        "HTTPS://EXAMPLE.ORG/",
    ],
)
def test_a_good_address_is_taken_as_it_is_written(address, good):
    text = good.replace("https://www.example.org/one", address)

    (source,) = config.parse(text.encode(), "sources.yaml").sources

    assert source.url == address


def test_an_id_may_be_given_once_only(good, complaints):
    twice = good + "  - id: one\n    name: Two\n    url: https://example.org/two\n"

    assert complaints(twice) == ['sources.yaml:19: id "one" is taken (first on line 8; each source has its own id)']


def test_a_section_id_may_be_given_once_only(good, complaints):
    twice = good + "- id: laws\n  title: Again\n  sources: []\n"

    assert complaints(twice) == ['sources.yaml:19: id "laws" is taken (each section has its own id)']


def test_two_sources_may_share_a_footnote(good, complaints):
    assert complaints(good + "  - {id: two, name: Two, url: https://example.org/two, footnotes: [140]}\n") == []


def test_a_source_must_have_fields(good, complaints):
    assert complaints(good + "  - https://example.org\n") == [
        "sources.yaml:19: fields are expected here (such as id: …)",
        "sources.yaml:19: id is missing",
        "sources.yaml:19: name is missing",
    ]


def test_a_section_without_sources_says_so(good, complaints):
    assert complaints(good + "- id: more\n  title: More\n") == [
        "sources.yaml:19: sources is missing (write sources: [] for none yet)"
    ]


def test_a_list_with_no_source_at_all_is_refused(complaints):
    nothing = "version: 1\nsections:\n- {id: a, title: A, sources: []}\n"

    assert complaints(nothing) == ["sources.yaml:2: no source is listed (sections: - id, title, sources)"]


def test_all_complaints_come_at_once_and_by_line(good, complaints):
    wrong = good.replace("role: mirror", "role: x").replace("name: One", "nam: One").replace("1d", "1y")

    assert [line.partition(": ")[0] for line in complaints(wrong)] == [
        "sources.yaml:3",
        "sources.yaml:8",
        "sources.yaml:9",
        "sources.yaml:18",
    ]


def test_a_long_row_of_complaints_is_cut(good, complaints):
    found = complaints(good + "".join(f"    bad{number}: 1\n" for number in range(250)))

    assert len(found) == 101
    assert found[-1] == "sources.yaml: and 150 more complaints"


def test_a_complaint_never_repeats_a_password(good, complaints):
    wrong = good.replace("https://www.example.org/one", "https://me:canary@example.org/ ,")

    assert "canary" not in "\n".join(complaints(wrong))


def test_a_value_is_shown_on_one_short_line(good, complaints):
    (found,) = complaints(good.replace("watch: page", f'watch: "a\\nb\\u202e{"x" * 500}"'))

    assert "\n" not in found
    assert "\u202e" not in found
    assert len(found) < 250


def selector_check(source):
    return "selector: nothing can be found with this" if source.selector == "((" else None


def test_a_check_from_outside_is_shown_at_its_field(good, complaints):
    wrong = good.replace("    status: watch", "    selector: ((")

    assert complaints(wrong, checks=[selector_check]) == ["sources.yaml:12: selector: nothing can be found with this"]
    assert complaints(good, checks=[selector_check]) == []


def test_a_check_that_names_no_field_is_shown_at_the_source(good, complaints):
    assert complaints(good, checks=[lambda source: f"{source.id} is odd"]) == ["sources.yaml:8: one is odd"]


def test_checks_see_only_sources_that_were_understood(good, complaints):
    seen = []

    complaints(good.replace("name: One", "name:"), checks=[lambda source: seen.append(source.id)])

    assert seen == []


def test_defaults_fill_what_a_source_leaves_out():
    text = """\
defaults: {interval: 6h, watch: listing, status: index, languages: [fr]}
sections:
- id: a
  title: A
  sources:
  - {id: one, name: One, url: https://example.org/}
  - {id: two, name: Two, url: https://example.org/, interval: 10m, watch: pdf, status: document, languages: [nl]}
"""
    one, two = config.parse(text.encode(), "sources.yaml").sources

    assert (one.interval.seconds, one.watch_as, one.status, one.languages) == (21600, "listing", "index", ("fr",))
    assert (two.interval.seconds, two.watch_as, two.status, two.languages) == (600, "pdf", "document", ("nl",))


def test_id_name_and_address_are_enough(good):
    (source,) = config.parse(
        b"sections:\n- id: a\n  title: A\n  sources:\n  - id: one\n    name: One\n    url: https://example.org/#part\n",
        "sources.yaml",
    ).sources

    assert (source.url, source.watch_as, source.status, source.interval.days) == (
        "https://example.org/#part",
        "page",
        "watch",
        1,
    )
    assert (source.line, source.pollable) == (5, True)


def test_every_field_arrives(good):
    text = good.replace(
        "    status: watch",
        "    status: document\n    publisher: P\n    publisher_kind: NGO\n    jurisdiction: EU\n    expect: moved\n"
        "    selector: '#a'\n    interval: 12 h\n    ignore_robots: agreed with them\n    general: true\n    note: N",
    )

    (source,) = config.parse(text.encode(), "sources.yaml").sources

    assert (source.publisher, source.publisher_kind, source.jurisdiction, source.expect) == ("P", "NGO", "EU", "moved")
    assert (source.selector, source.interval.seconds, source.note) == ("#a", 43200, "N")
    assert (source.robots_override, source.general) == ("agreed with them", True)


def test_the_hash_is_that_of_the_bytes(good):
    assert config.parse(b"\xef\xbb\xbf" + good.encode(), "x").sha256 != config.parse(good.encode(), "x").sha256


def test_a_file_is_read_from_the_disk(tmp_path, good):
    path = tmp_path / "sources.yaml"
    path.write_text(good, "utf-8")

    assert config.load(path) == config.parse(good.encode(), "sources.yaml")


def test_a_complaint_names_the_file_by_its_name(tmp_path, good):
    path = tmp_path / "mine.yaml"
    path.write_text(good.replace("[oversight]", "[x]"), "utf-8")

    with pytest.raises(ConfigError, match=r"^mine\.yaml:14: topics"):
        config.load(path)


def test_a_missing_file_is_named_in_full(tmp_path):
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / "sources.yaml")

    assert str(caught.value).startswith(f"{tmp_path / 'sources.yaml'}: there is no such file (`monitor init DIR`")


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(ConfigError, match="is a folder, not a file"):
        config.load(tmp_path)
