"""Messages that tell of no change, in words: is this your address, and what the operator has to know.

They carry words of the catalogue, the reader's own address, and what a server or the program said: nothing that a
stranger who fills in a form can choose.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages.mime import Sender
from monitor.messages.safe import capital, header, short
from monitor.messages.view import EventView, FooterView, MailView, Row
from monitor.messages.words import Words
from monitor.model import DigestKind, DigestOrder, Notice, NoticeCode

SAID = 400
"""Characters of a server's or the program's own words."""
NOTICES = 20
"""Things told in one notice; `monitor doctor` has the others."""
_GRAVE = frozenset({NoticeCode.SUSPENDED, NoticeCode.UNDELIVERED, NoticeCode.SET_ASIDE, NoticeCode.WAY_GONE})


def confirm(order: DigestOrder, words: Words, sender: Sender, *, url: str, until: datetime) -> MailView:
    """Is this your address? `url` says yes, and works `until` then."""
    zone = ZoneInfo(order.subscriber.timezone)
    asked = words("letter.confirm_asked", product=words("product.name"), email=order.subscriber.email)
    return _letter(
        order,
        words,
        sender,
        summary=(asked, words("letter.confirm_first")),
        action=Row(words("letter.confirm_action"), url),
        after=(
            words("letter.confirm_until", until=words.moment(until, zone, now=order.covers_to)),
            words("letter.confirm_other"),
        ),
    )


def notice(order: DigestOrder, words: Words, sender: Sender, *, notices: Sequence[Notice]) -> MailView:
    """What needs the operator, one thing or several."""
    shown = notices[:NOTICES]
    count = len(notices)
    return _letter(
        order,
        words,
        sender,
        summary=(words("letter.notice_intro", count=count, number=capital(words.number(count))),),
        events=tuple(_told(item, order, words) for item in shown),
        what=words.join([_short(item, words) for item in notices[:2]], last=False) + (" …" if count > 2 else ""),
    )


def _letter(
    order: DigestOrder,
    words: Words,
    sender: Sender,
    *,
    summary: tuple[str, ...],
    action: Row | None = None,
    after: tuple[str, ...] = (),
    events: tuple[EventView, ...] = (),
    what: str = "",
) -> MailView:
    product, date = words("product.name"), words.full(order.covers_to, ZoneInfo(order.subscriber.timezone))
    return MailView(
        kind=str(order.kind),
        lang=words.language,
        product=product,
        product_line=words("product.line"),
        subject=header(words(_SUBJECTS[order.kind], product=product, what=what, date=date), 240),
        heading=words(_HEADINGS[order.kind]),
        date=date,
        summary=summary,
        action=action,
        after=after,
        events=events,
        footer=FooterView(
            why=words(_REASONS[order.kind]),
            follows="",
            stop=words("letter.contact", contact=sender.contact) if sender.contact and not events else "",
            window="",
        ),
        words={"colon": words("marks.colon")},
    )


def _told(item: Notice, order: DigestOrder, words: Words) -> EventView:
    at = words.moment(item.at, ZoneInfo(order.subscriber.timezone), now=order.covers_to)
    return EventView(
        kind=str(item.code),
        label=words(f"notices.{item.code}"),
        name=short(item.about, 200),
        footnotes="",
        text=words(f"notice.{item.code}", at=at),
        quote=words("marks.quoted", quote=short(item.said, SAID)) if item.said else "",
        rows=(Row(words("letter.command"), item.command, is_url=False),) if item.command else (),
        severity="critical" if item.code in _GRAVE else "substantive",
    )


def _short(item: Notice, words: Words) -> str:
    label = words(f"notices.{item.code}")
    return f"{label}{words('marks.colon')} {short(item.about, 60)}" if item.about else label


_SUBJECTS = {
    DigestKind.CONFIRM: "subject.confirm",
    DigestKind.NOTICE: "subject.notice",
}
_HEADINGS = {
    DigestKind.CONFIRM: "heading.confirm",
    DigestKind.NOTICE: "heading.notice",
}
_REASONS = {
    DigestKind.CONFIRM: "letter.confirm_why",
    DigestKind.NOTICE: "letter.notice_why",
}
