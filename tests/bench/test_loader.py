"""What is loaded in bulk is what would have been taken in: every table, numbers and random names aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bench.loader import load
from bench.wire import SOURCE, STEP, wire
from syndicate.inputs import formats
from syndicate.service import intake
from syndicate.service.changes import GOOD_FOR
from syndicate.store.changes import forget_changes
from syndicate.store.database import Database, read_epoch
from syndicate.store.items import forget_raw
from syndicate.store.tables import metadata
from tests.newsroom import START, Newsroom

ITEMS = 1000
UNTIL = START + (ITEMS + 1) * STEP
AFTERWARDS = UNTIL + GOOD_FOR - ITEMS / 4 * STEP
"""When retention has forgotten the raw bytes and the changes of the first three quarters."""


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """The tables after every message has come in by itself, and retention has gone over them."""
    with Newsroom.open(tmp_path_factory.mktemp("taken") / "house") as room:
        forgo_durability(room.agency.database)
        for sent in wire(ITEMS, UNTIL):
            intake.take(room.agency, sent.body, SOURCE, at=sent.received_at)
        with room.agency.database.transaction() as connection:
            forget_raw(connection, AFTERWARDS - timedelta(days=30))
            forget_changes(connection, AFTERWARDS - GOOD_FOR)
        yield tables(room.agency.database)


def test_the_loader_leaves_what_intake_would_have_left(
    taken: dict[str, list[tuple[Any, ...]]], both_newsrooms: Newsroom
) -> None:
    load(both_newsrooms.agency, wire(ITEMS, UNTIL), AFTERWARDS, lambda _: None)
    loaded = tables(both_newsrooms.agency.database)
    for name in taken:
        assert loaded[name] == taken[name], name


def test_the_service_goes_on_after_a_load(both_newsrooms: Newsroom) -> None:
    both_newsrooms.clock.now = UNTIL
    load(both_newsrooms.agency, wire(20, UNTIL), UNTIL, lambda _: None)
    both_newsrooms.send("after", headline="After the load")
    both_newsrooms.kill("after")
    assert "Withdrawn" in both_newsrooms.text("/feeds/all.rss", both_newsrooms.subscriber())


def test_the_wire_says_what_its_bytes_say() -> None:
    sent = list(wire(120, UNTIL))
    assert [formats.read(each.body, SOURCE) for each in sent] == [[each.message] for each in sent]


def test_the_wire_is_the_same_each_time_and_shows_every_turn_of_a_story() -> None:
    sent = list(wire(ITEMS, UNTIL))
    assert sent == list(wire(ITEMS, UNTIL))
    messages = [each.message for each in sent]
    assert {message.status.value for message in messages} == {"usable", "withheld", "canceled"}
    for side in ("embargo_at", "expires_at", "is_correction", "summary"):
        assert 0 < sum(bool(getattr(message, side)) for message in messages) < len(messages)


def forgo_durability(database: Database) -> None:
    """A thousand commits that need not outlive the machine."""
    database.engine.dispose()
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF").close())


def tables(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables that follow from messages. Numbers and random names are left out or followed."""
    with database.snapshot() as connection:
        rows = {
            name: connection.execute(select(table).order_by(*table.primary_key)).mappings().all()
            for name, table in metadata.tables.items()
        }
        epoch = read_epoch(connection)
    messages = {row["id"]: row["digest"] for row in rows["messages"]}
    for each in rows["changes"]:
        assert len(each["id"]) == 16
    return {
        "epoch": [(epoch.n, epoch.settled_at)],
        "items": sorted(plain(row) for row in rows["items"]),
        "messages": [plain(row, "id") for row in rows["messages"]],
        "versions": [(*plain(row, "id", "message"), messages[row["message"]]) for row in rows["versions"]],
        "acts": [(*plain(row, "id", "message"), messages[row["message"]]) for row in rows["acts"]],
        "spans": sorted((plain(row, "id") for row in rows["spans"]), key=repr),
        "places": sorted((plain(row, "id") for row in rows["places"]), key=repr),
        "changes": [plain(row, "id", "seq") for row in rows["changes"]],
    }


def plain(row: Any, *without: str) -> tuple[Any, ...]:
    return tuple(value for name, value in row.items() if name not in without)
