"""Every text of every sample stands out from its ground, in light and in dark (WCAG 2.2, 1.4.3)."""

import re
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser

import pytest

VOID = {"meta", "br"}
BLOCK = re.compile(r"@media \(prefers-color-scheme: dark\)\s*\{(?P<rules>(?:[^{}]*\{[^{}]*\})*)\s*\}")
RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>[^{}]*)\}")


def luminance(colour):
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def declarations(body):
    pairs = (d.partition(":") for d in body.split(";") if ":" in d)
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def dark_rules(html):
    found = BLOCK.search(html)
    return [
        (s.strip(), declarations(m["body"])) for m in RULE.finditer(found["rules"]) for s in m["selectors"].split(",")
    ]


def fits(step, tag, classes):
    name, _, class_name = step.partition(".")
    return (not name or name == tag) and (not class_name or class_name in classes)


class Painter(HTMLParser):
    """Walks the page and notes text, ink and ground of every run of text."""

    def __init__(self, rules):
        super().__init__(convert_charrefs=True)
        self.rules, self.stack, self.runs = rules, [("html", (), "#000000", "#ffffff")], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        classes = tuple((values.get("class") or "").split())
        own = declarations(values.get("style") or "")
        chain = [(t, c) for t, c, _, _ in self.stack] + [(tag, classes)]
        for selector, body in self.rules:
            *outer, last = selector.split()
            if fits(last, *chain[-1]) and all(any(fits(o, *step) for step in chain[:-1]) for o in outer):
                own |= body
        _, _, ink, ground = self.stack[-1]
        if tag not in VOID:
            self.stack.append((tag, classes, own.get("color", ink), own.get("background-color", ground)))

    def handle_endtag(self, tag):
        self.stack.pop()

    def handle_data(self, data):
        tag, classes, ink, ground = self.stack[-1]
        if data.strip() and tag not in {"style", "title"}:
            self.runs.append((data.strip(), ink, ground, tag, classes))


KINDS = ("digest", "first_report", "urgent", "sign_of_life", "test", "confirm", "notice")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_text_has_a_contrast_of_four_and_a_half(kind, dark, written):
    mail = message_from_bytes(written(kind).mime, policy=SMTP)
    html = mail.get_body(("html",)).get_content()
    painter = Painter(dark_rules(html) if dark else [])
    painter.feed(html)
    assert len(painter.runs) > 4
    for text, ink, ground, tag, classes in painter.runs:
        assert contrast(ink, ground) >= 4.5, (text, ink, ground, tag, classes)
        assert (luminance(ground) < 0.1) is dark, (text, ground)


def test_the_measure_itself_is_right():
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert contrast("#777777", "#ffffff") < 4.5
