"""The demo day, message by message, ends where its tables say: in every order, on both databases."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from syndicate.bootstrap import open_agency, prepare, take_up_feeds
from syndicate.core.gate import decide
from syndicate.core.life import desk_holds, killed, timeline
from syndicate.core.model import FOREVER, Act, Face, Level, ReaderClass, Span, VersionFact, item_key
from syndicate.core.story import Anonymous, ByKey, Decision, InFeed, Licence, Partner, Principal, Story
from syndicate.demo import day
from syndicate.service import directory
from syndicate.service.agency import Agency
from syndicate.service.intake import take
from syndicate.store import items, stories
from tests.newsroom import HandClock

END = datetime(2026, 3, 18, 23, 59, 0, tzinfo=UTC)
WIRE = resources.files("syndicate.demo").joinpath("wire")
CLASSES = {
    "anonymous": ReaderClass.PUBLIC,
    "partner": ReaderClass.LICENSED,
    "partner-embargo": ReaderClass.EARLY,
}


@pytest.fixture
def agency(tmp_path: Path, database_url: str) -> Iterator[Agency]:
    """The demo's own folder with its feeds in force since before the day, and nothing received yet."""
    folder = resources.files("syndicate.demo").joinpath("folder")
    (tmp_path / "feeds").mkdir()
    config = folder.joinpath("config.toml").read_text("utf-8")
    (tmp_path / "config.toml").write_text(config.replace("sqlite:///data/syndicate.db", database_url))
    for each in folder.joinpath("feeds").iterdir():
        (tmp_path / "feeds" / each.name).write_text(each.read_text("utf-8"))
    prepare(tmp_path)
    opened = open_agency(tmp_path, HandClock(END))
    take_up_feeds(opened, day.NOW - timedelta(days=5))
    yield opened
    opened.reader.close()
    opened.database.close()
    opened.receipts.close()


def rows(name: str) -> list[dict[str, str]]:
    text = WIRE.joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def feed_in(agency: Agency, wired: list[day.Wired]) -> None:
    for each in wired:
        take(agency, each.body, agency.settings.source("desk"), at=each.received_at)


def state(agency: Agency, now: datetime) -> list[dict[str, str]]:
    """What every class has of every item of the tables at `now`, told in the tables' own words."""
    found = []
    with agency.database.snapshot() as connection:
        for uri in sorted({row["uri"] for row in rows("end-state.tsv")}):
            key = item_key("meridian", uri)
            facts = [fact for fact in items.facts_of(connection, key) if fact.received_at <= now]
            story = stories.find_story(connection, key, now, str(agency.limits))
            titles = items.headlines_of(connection, key)
            for name, reader_class in CLASSES.items():
                found.append(
                    {"uri": uri, "class": name} | told(name, reader_class, facts, story, titles, now)
                )
    return found


def principal(name: str) -> Principal:
    if name == "anonymous":
        return Anonymous()
    licence = Licence(
        1, frozenset(["all"]), Level.FULL, day.NOW - timedelta(days=9), FOREVER, name == "partner-embargo"
    )
    return Partner("herald", "t", (licence,))


def told(
    name: str,
    reader_class: ReaderClass,
    facts: list[VersionFact | Act],
    story: Story | None,
    titles: dict[str, str],
    now: datetime,
) -> dict[str, str]:
    past = [span for span in timeline(facts)[reader_class] if span.from_at <= now]
    span = past[-1] if past and past[-1].until_at > now else None
    channel = ByKey() if reader_class is ReaderClass.EARLY else InFeed("all")
    decision = decide(story, principal(name), channel, now) if story else Decision(Level.NOTHING, "")
    assert decision.span in (None, span), "the gate shows the span of the class"
    level = decision.level
    dashes = dict.fromkeys(("version", "headline", "first_visible", "ordered_at", "mark"), "-")
    if span is None:
        status = why_nothing(reader_class, facts, past, now)
        if past:  # it was there: the tables say since when
            dashes["first_visible"] = stamp(past[-1].first_at)
        return {"status": status, "level": level.name} | dashes
    shown = {"first_visible": stamp(span.first_at), "ordered_at": stamp(span.words_at)}
    if reader_class is ReaderClass.PUBLIC:
        shown["ordered_at"] = stamp(span.outline_at)
    if span.face is not Face.ENTRY:
        word = "Withdrawn" if span.face is Face.KILL else "Hold: do not use"
        status = "killed" if span.face is Face.KILL else "held"
        return {"status": status, "level": level.name, "version": "-", "headline": word, "mark": "-"} | shown
    version = next(fact for fact in facts if fact.digest == span.version)
    assert isinstance(version, VersionFact)
    return {
        "status": "usable",
        "level": level.name,
        "version": str(version.number),
        "headline": titles[span.version],
        "mark": mark(span, version, now),
    } | shown


def mark(span: Span, version: VersionFact, now: datetime) -> str:
    words = ["correction"] if span.is_corrected else []
    if version.embargo_at is not None and version.embargo_at > now:
        words.append(f"embargoed until {stamp(version.embargo_at)}")
    return ", ".join(words) or "-"


def why_nothing(
    reader_class: ReaderClass, facts: list[VersionFact | Act], past: list[Span], now: datetime
) -> str:
    """The word of the tables for nothing."""
    acts = [fact for fact in facts if isinstance(fact, Act)]
    versions = [fact for fact in facts if isinstance(fact, VersionFact)]
    if killed(acts) <= now:
        return "killed-unseen"
    if not versions:
        return "none"
    newest = max(versions, key=lambda version: version.number or 0)
    if newest.is_withheld or any(begun <= now < until for begun, until in desk_holds(acts)):
        return "held"
    if not newest.is_public and reader_class is ReaderClass.PUBLIC:
        return "advisory"
    return "expired" if past else "embargoed"


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def orders() -> list[list[int]]:
    """In order, reversed, and 50 at random with repeats; the random ones are always the same."""
    numbers = list(range(len(list(day.messages()))))
    chance = random.Random("demo day")
    shuffled = []
    for _ in range(50):
        order = numbers + chance.choices(numbers, k=20)
        chance.shuffle(order)
        shuffled.append(order)
    return [numbers, numbers[::-1], *shuffled]


def test_the_day_ends_as_its_tables_say(agency: Agency) -> None:
    feed_in(agency, list(day.messages()))
    assert state(agency, END) == rows("end-state.tsv")


def test_the_day_at_its_now_is_as_its_table_says(agency: Agency) -> None:
    feed_in(agency, [each for each in day.messages() if each.received_at <= day.NOW])
    assert state(agency, day.NOW) == rows("end-state-now.tsv")


def test_the_ticker_of_the_day_is_its_ticker(agency: Agency) -> None:
    feed_in(agency, list(day.messages()))
    lines = [
        f"{entry.updated_at:%m/%d %H:%M} {entry.ticker_headline or entry.title}"
        for entry in directory.ticker(agency, 100)[0]
    ]
    assert lines == WIRE.joinpath("ticker.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("number", range(52))
def test_every_order_of_arrival_ends_alike(agency: Agency, number: int) -> None:
    wired = list(day.messages())
    feed_in(agency, [wired[index] for index in orders()[number]])
    assert state(agency, END) == rows("end-state.tsv")
