"""Stories are found by the index that is made for the question: a feed of a million costs what one of ten does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from syndicate.core.model import Level, ReaderClass
from syndicate.store import changes, contracts, items, past, spans, stories
from syndicate.store.changes import Reading
from tests.newsroom import Newsroom
from tests.store.plans import explained

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
LICENSED = ReaderClass.LICENSED
MINE = Reading(frozenset({("all", LICENSED)}), frozenset({30}))


def window(level: Level) -> stories.Window:
    return stories.Window("all", LICENSED, level, 50, 200)


QUESTIONS: dict[str, tuple[str | None, Callable[[Connection], object]]] = {
    "a feed in full": (
        "places USING INDEX ix_places_by_words (generation=? AND reader_class=? AND face=?)",
        lambda rows: stories.feed_stories(rows, window(Level.FULL), NOON, ""),
    ),
    "a feed of excerpts": (
        "places USING INDEX ix_places_by_outline (generation=? AND reader_class=? AND face=?)",
        lambda rows: stories.feed_stories(rows, window(Level.EXCERPT), NOON, ""),
    ),
    "the ticker": (
        "places USING INDEX ix_places_by_outline (generation=? AND reader_class=? AND face=?)",
        lambda rows: stories.ticker_stories(rows, NOON, 50, ""),
    ),
    "the state of a partner": (
        "places USING INDEX ix_places_by_key (generation=? AND reader_class=? AND key>?)",
        lambda rows: stories.keys_in(rows, {("all", LICENSED)}, NOON, "", 200),
    ),
    "one story": (
        "places USING INDEX ix_places_key (key=?)",
        lambda rows: stories.find_story(rows, "k", NOON, ""),
    ),
    "when something left a feed": (
        "places USING COVERING INDEX ix_places_until (generation=? AND reader_class=? AND until_at<?)",
        lambda rows: stories.left_at(rows, "all", LICENSED, NOON),
    ),
    "one story at another time": (None, lambda rows: stories.story_at(rows, "k", NOON, "")),
    "who has seen an item": (None, lambda rows: past.classes_that_saw(rows, ["k"], NOON)),
    "the places of a batch": (
        "places USING INDEX ix_places_key (key=?)",
        lambda rows: spans.drop_places_of(rows, ["k"], [1]),
    ),
    "when the next thing happens": (None, lambda rows: spans.next_span_edge(rows, NOON)),
    "what has happened": (None, lambda rows: spans.keys_with_edges(rows, NOON, NOON)),
    "what has become too old": (None, lambda rows: spans.keys_first_seen(rows, NOON, NOON)),
    "who stands in for an item": (None, lambda rows: changes.substitutes_of(rows, ["k"])),
    "what changed": (None, lambda rows: changes.changes_after(rows, 1, MINE, 200)),
    "when a contract ends": (None, lambda rows: contracts.next_contract_edge(rows, NOON)),
    "the archive days": (None, changes.archives),
    "the facts of an item": (None, lambda rows: items.facts_of(rows, "k")),
    "a token": (None, lambda rows: contracts.find_token(rows, "t")),
}


@pytest.mark.parametrize(("by", "question"), QUESTIONS.values(), ids=QUESTIONS)
def test_no_question_looks_through_a_table(
    newsroom: Newsroom, by: str | None, question: Callable[..., Any]
) -> None:
    newsroom.send()
    with newsroom.agency.database.snapshot() as connection, explained(connection) as steps:
        question(connection)
    assert steps
    tables = ("places", "spans", "versions", "items", "changes", "licences", "tokens", "messages", "acts")
    assert [step for step in steps if step.startswith(tuple(f"SCAN {table}" for table in tables))] == []
    assert by is None or any(by in step for step in steps), steps
