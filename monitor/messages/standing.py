"""Whether the report still stands, in words: the same for mails, pages, commands, feeds and the API."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from monitor.judge.coverage import Stand
from monitor.messages.report import why_not_watched
from monitor.messages.safe import short
from monitor.messages.words import Words
from monitor.model import Health, QuoteMatch, QuoteState
from monitor.model.verdict import Answer, Tally, Verdict

_LINE = 240
"""Characters of a notice, and of a note of the list."""
_CAUSES = frozenset({Health.BLOCKED, Health.UNREACHABLE, Health.UNREADABLE})


def verdict_word(verdict: Verdict, words: Words) -> str:
    """`Passage not found`"""
    return words(f"verdict.{verdict}")


def answer_lines(tally: Tally, words: Words) -> list[str]:
    """The answer in up to three sentences, whose counts add up to the footnotes; where there are several reports, those
    of each in one, with its name before them.
    """
    reports = tally.by_report
    if len(reports) > 1:
        colon = words("marks.colon")
        return [f"{one.name}{colon} {' '.join(_answer_lines(one, words))}" for one in reports]
    return _answer_lines(tally, words)


def _answer_lines(tally: Tally, words: Words) -> list[str]:
    answers, total = tally.answers, tally.total
    if not total:
        return [words("standing.none")]
    if all(verdict in _NEVER_SEEN for verdict in tally.verdicts.values()):
        return [words("standing.waiting")]
    if answers[Answer.STANDS] == total:
        return [words("standing.all", count=total)]
    said = [words("standing.stand", count=answers[Answer.STANDS], total=total)]
    for answer in (Answer.LOOK, Answer.UNKNOWN):
        if answers[answer]:
            numbers = ranges((key.number for key in tally.of(answer)), words)
            said.append(words(f"standing.{answer}", count=answers[answer], list=numbers))
    return said


_NEVER_SEEN = frozenset({Verdict.WAITING, Verdict.UNWATCHED})


def as_of_line(tally: Tally, words: Words, zone: ZoneInfo) -> str:
    """When the last look was that the answer rests on; empty when there was none."""
    return words("standing.as_of", at=words.moment(tally.as_of, zone)) if tally.as_of else ""


def verdict_counts(tally: Tally, words: Words) -> list[str]:
    """`Passage not found 2`: each verdict that occurs, gravest first; the counts add up to the footnotes. Where there
    are several reports, `France: Passage not found 2`.
    """
    colon = words("marks.colon")
    return [
        f"{of.name}{colon} {said}" if of.name else said
        for of in tally.by_report
        for said in (f"{verdict_word(verdict, words)} {len(keys)}" for verdict, keys in of.by_verdict.items())
    ]


def tally_facts(tally: Tally, words: Words) -> dict[str, object]:
    """The answer for programs: what is counted is footnotes."""
    return {
        **_counts(tally),
        "as_of": tally.as_of,
        "text": " ".join(answer_lines(tally, words)),
        "reports": [{"report": one.place, "name": one.name, **_counts(one)} for one in tally.by_report],
    }


def _counts(tally: Tally) -> dict[str, object]:
    return {
        "footnotes": tally.total,
        "answers": {str(answer): tally.answers[answer] for answer in Answer},
        "verdicts": {str(verdict): len(tally.by_verdict.get(verdict, ())) for verdict in Verdict},
    }


def ranges(numbers: Iterable[int], words: Words) -> str:
    """`140, 142–145 and 170`"""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    named: list[str] = []
    for run in runs:
        named += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(number) for number in run]
    return words.join(named)


def why(stand: Stand, words: Words) -> str:
    """What a person should know of a verdict, in one line without a full stop; may be empty."""
    return words("lists.semicolon").join(_reasons(stand, words))


def _reasons(stand: Stand, words: Words) -> Iterator[str]:
    seen = stand.seen
    if seen is None:
        yield words("standing.unlisted")
    elif seen.health is Health.RETIRED:
        yield words("standing.retired")
    elif seen.health is Health.NOT_WATCHED:
        yield why_not_watched(seen.source, words)
    else:
        yield from _of_document(stand, words)
    yield from _of_passages(stand, words)
    if stand.copy:
        yield words("standing.copy", url=stand.copy)
    elif stand.moved:
        yield words("standing.moved", url=stand.moved)


def _of_document(stand: Stand, words: Words) -> Iterator[str]:
    seen = stand.seen
    if seen is None:
        return
    if seen.health in _CAUSES:
        yield words(f"standing.cause.{seen.health}")
    doubt = seen.memory.doubt
    if doubt is not None and seen.health is not Health.OK:
        reason = words.reason(doubt.reason)
        yield words("standing.doubt", reason=reason) if seen.health is Health.DOUBT else reason
    elif stand.verdict is Verdict.GONE and seen.finding and seen.finding.reason:
        yield words.reason(seen.finding.reason)
    if stand.verdict is Verdict.CHECK:
        yield words("standing.off_topic")
    if notice := seen.notice:
        said = words("marks.quoted", quote=short(notice.line, _LINE)) if notice.line else words("standing.notice_bare")
        yield f"{words(f'standing.notice.{notice.kind}')}{words('marks.colon')} {said}"


def _of_passages(stand: Stand, words: Words) -> Iterator[str]:
    if stand.verdict in {Verdict.PASSAGE_GONE, Verdict.REWORDED}:
        state = QuoteState.MISSING if stand.verdict is Verdict.PASSAGE_GONE else QuoteState.CHANGED
        own = [q for q in stand.quotes if q.quote.source_id == stand.citation.source_id and not q.quote.phrase]
        missed = sum(q.state is state for q in own)
        if len(own) > 1:
            yield words("standing.passages", missed=missed, count=len(own))
    if stand.verdict is Verdict.UNCHECKED:
        unset = any(q.state is QuoteState.NO_ANCHOR for q in stand.quotes)
        yield words("standing.no_anchor" if unset else "standing.unread")
    if stand.found_in:
        yield words("standing.found_in", list=words.join(stand.found_in))
    elif stand.citation.note and any(q.quote.match is QuoteMatch.ELSEWHERE for q in stand.quotes):
        yield short(stand.citation.note, _LINE).rstrip(".")
