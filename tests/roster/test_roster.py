"""Subscribers as a table: out and in again the same, nothing runs in a spreadsheet, every mistake with its line."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.messages import mailbox
from monitor.model import Filters, Frequency, Medium, Severity, Subscriber
from monitor.roster import COLUMNS, LANGUAGES, MOST_BYTES, Known, Roster, read, written
from monitor.settings.ways import is_name

TOPICS = ("oversight", "facial-recognition", "ai")
SOURCES = ("coc-airport", "digital-wallonia")
JURISDICTIONS = ("federal", "Wallonia", "EU")
ZONES = ("Europe/Brussels", "America/New_York", "UTC")
KNOWN = Known(
    topics=TOPICS, sources=SOURCES, jurisdictions=JURISDICTIONS, timezones=ZONES, mailbox=mailbox,
    url=lambda url: "" if url.startswith("https://") else "only https addresses are posted to", name=is_name,
)  # fmt: skip
BLANK = Subscriber(0, "", language="nl", timezone="Europe/Brussels")
AN = Subscriber(7, "an@example.org", hour=9, created_at=datetime(2026, 11, 1, tzinfo=UTC), bounces=2)


def taken(text, there=(), name="readers.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return read(data, name, there=there, blank=BLANK, known=KNOWN)


def complaints(text, there=()):
    with pytest.raises(ConfigError) as caught:
        taken(text, there)
    return [str(problem) for problem in caught.value.problems]


some = st.lists
words = st.text(min_size=1, max_size=30).map(str.strip).filter(bool)
filters = st.builds(
    Filters,
    topics=some(st.sampled_from(TOPICS), unique=True).map(tuple),
    sources=some(st.sampled_from(SOURCES), unique=True).map(tuple),
    jurisdictions=some(st.sampled_from(JURISDICTIONS), unique=True).map(tuple),
    words=some(words, max_size=4).map(tuple),
    min_severity=st.sampled_from([Severity.MINOR, Severity.SUBSTANTIVE, Severity.CRITICAL]),
)
local = st.text("abcdefghijklmnopqrstuvwxyz0123456789+-=.'", min_size=1, max_size=12)
readers = st.one_of(
    st.builds(lambda a: {"email": f"{a}@example.org"}, local),
    st.builds(lambda a: {"email": f"{a}x", "medium": Medium.CHAT}, st.text("abc0", min_size=1, max_size=8)),
    st.builds(
        lambda a, b: {"email": f"{a}y", "medium": Medium.WEBHOOK, "url": f"https://{b}.example/=;,\"'"},
        st.text("abc0", min_size=1, max_size=8), st.text("abc", min_size=1),
    ),
).flatmap(
    lambda who: st.builds(
        Subscriber, id=st.just(0), language=st.sampled_from(["en", "nl", "fr", "de"]),
        timezone=st.sampled_from(ZONES), frequency=st.sampled_from(Frequency), hour=st.integers(0, 23),
        weekday=st.integers(0, 6), filters=filters, urgent=st.booleans(), sign_of_life=st.booleans(),
        paused=st.booleans(), **{name: st.just(value) for name, value in who.items()},
    )
)  # fmt: skip
tables = st.lists(readers, max_size=6, unique_by=lambda reader: reader.email.casefold())


@given(tables, st.sampled_from(LANGUAGES))
@pytest.mark.slow
def test_what_goes_out_comes_in_the_same(found, language):
    assert taken(written(found, language)) == Roster(tuple(found), (), 0)


@given(tables)
@pytest.mark.slow
def test_taken_in_where_they_are_already_nothing_changes(found):
    there = [replace(reader, id=number, bounces=1) for number, reader in enumerate(found, 1)]
    assert taken(written(found), there) == Roster((), (), len(found))


@given(tables)
@pytest.mark.slow
def test_no_cell_begins_like_a_formula(found):
    rows = list(csv.reader(io.StringIO(written(found).decode("utf-8-sig"), newline="")))
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def ended(data):
    """The complaints about a table; none when it was taken."""
    try:
        taken(data)
    except ConfigError as error:
        return [str(problem) for problem in error.problems] or ["nothing was said"]
    return []


@given(st.binary(max_size=400))
def test_no_file_makes_it_stumble(data):
    assert all(said.startswith("readers.csv") for said in ended(data))


@given(st.text(max_size=300))
def test_no_row_makes_it_stumble(text):
    assert all(said.startswith("readers.csv") for said in ended(f"address,words,hour,url,topics\r\n{text}"))


def test_a_spreadsheet_of_a_belgian_office_is_read():
    text = "﻿Address;Hour;Topics\r\nan@example.org;9;oversight; ai\r\n".replace("oversight; ai", '"oversight; ai"')
    (reader,) = taken(text.encode("utf-8")).new
    assert (reader.email, reader.hour, reader.filters.topics, reader.language) == (
        "an@example.org", 9, ("oversight", "ai"), "nl",
    )  # fmt: skip


def test_a_missing_column_leaves_things_as_they_are_and_an_empty_cell_means_the_usual():
    before = replace(AN, frequency=Frequency.WEEKLY, filters=Filters(topics=("ai",), words=("drones",)))
    done = taken("address,hour,topics\nAN@example.org,,\n", [before])
    assert done == Roster((), (replace(before, email="AN@example.org", hour=7, filters=Filters(words=("drones",))),), 0)
    assert taken("address\nan@example.org\n", [before]) == Roster((), (), 1)


def test_who_is_not_in_the_table_stays():
    assert taken("address\nbo@example.org\n", [AN]).changed == ()


def test_spellings_are_those_of_the_list():
    columns = "address,topics,jurisdictions,timezone,min_severity,urgent"
    (reader,) = taken(f"{columns}\na@x.org,OVERSIGHT; oversight,wallonia,utc,Critical,NO\n").new
    assert reader.filters.topics == ("oversight",)
    assert reader.filters.jurisdictions == ("Wallonia",)
    assert (reader.timezone, reader.filters.min_severity, reader.urgent) == ("UTC", Severity.CRITICAL, False)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a b@x.org", "is no mail address"),
        ("", "is no mail address"),
        ("a@x.org,reached_by=pigeon", "reached_by cannot be 'pigeon' (one of mail, webhook, chat)"),
        ("a@x.org,frequency=dayly", "frequency cannot be 'dayly'"),
        ("a@x.org,hour=24", "hour cannot be '24'"),
        ("a@x.org,hour=-1", "hour cannot be '-1'"),
        ("a@x.org,weekday=8", "weekday cannot be '8'"),
        ("a@x.org,language=es", "language cannot be 'es' (one of en, nl, fr, de)"),
        ("a@x.org,timezone=Europe/Brussel", "timezone 'Europe/Brussel' is not known (did you mean Europe/Brussels?)"),
        ("a@x.org,topics=oversigt", "topics: 'oversigt' is not known (did you mean oversight?)"),
        ("a@x.org,sources=coc", "sources: 'coc' is not known"),
        ("a@x.org,min_severity=high", "min_severity cannot be 'high'"),
        ("a@x.org,paused=perhaps", "paused cannot be 'perhaps'"),
        ("a@x.org,url=https://x.example", "only a webhook has a url"),
        ("desk,reached_by=webhook", "a webhook has a url"),
        ("desk,reached_by=webhook,url=http://x.example", "only https addresses are posted to"),
        ("Des k,reached_by=chat", "'Des k' cannot be a name"),
        ("team,reached_by=chat,url=slack://token", "only a webhook has a url (that of a chat is a secret"),
    ],
)
def test_every_mistake_is_named_with_its_line(row, said):
    address, *pairs = row.split(",")
    named = dict(pair.split("=", 1) for pair in pairs)
    columns = ["address", *named]
    text = ",".join(columns) + "\n\nok@x.org" + "," * len(named) + "\n" + ",".join([address or " ", *named.values()])
    text += ",".join([]) + "\n"
    if not address:
        text = 'address,hour\n\nok@x.org,\n" ",8\n'
    (complaint,) = complaints(text)
    assert complaint.startswith("readers.csv:4: ")
    assert said in complaint


def test_all_mistakes_are_told_at_once_and_nothing_else_happens():
    found = complaints("address,hour\na@x.org,25\nb@x.org,7\nc@x.org,26\nA@x.org,8\n")
    assert [line.partition(" ")[0] for line in found] == ["readers.csv:2:", "readers.csv:4:", "readers.csv:5:"]
    assert "line 2 already" in found[2]


def test_a_cell_of_several_lines_moves_the_numbers_on():
    found = complaints('address,words\na@x.org,"one\ntwo"\nnobody,\n')
    assert [line.partition(" ")[0] for line in found] == ["readers.csv:4:"]


def test_how_somebody_is_reached_does_not_change():
    (said,) = complaints("address,reached_by\nan@example.org,chat\n", [replace(AN, email="an@example.org")])[-1:]
    assert "is reached by mail and stays so" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"), ("\n\n", "is empty"),
        ("adress\nx\n", "readers.csv:1: 'adress' is no column (did you mean address?)"),
        ("address,hour,hour\n", "stands there twice"), ("hour\n7\n", "there is no column 'address'"),
        ("address,hour\na@x.org\n", "readers.csv:2: has 1 cells, the first line has 2"),
        ('address\n"a@x.org\n', "is no CSV"),
        (b"address\n\xff@x.org\n", "readers.csv:2: is not UTF-8 text"),
        (b"a" * (MOST_BYTES + 1), "is larger than 5 MB"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_said(text, said):
    assert said in complaints(text)[0]


def test_a_table_without_end_is_refused():
    assert "more than 10,000 lines" in complaints("address\n" + "\n".join(f"a{n}@x.org" for n in range(10_001)))[0]


def test_the_first_line_names_the_columns():
    assert written([]).decode("utf-8-sig").strip().split(",") == list(COLUMNS)
