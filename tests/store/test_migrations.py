"""Data that older schemas hold are there after the migration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from syndicate.core.model import Level
from syndicate.store import schema
from syndicate.store.database import Database
from syndicate.store.receipts import Given, Receipt, add_receipts, receipts_for

NOON = datetime(2026, 3, 18, 12, 0, 0, 123456, tzinfo=UTC)
FOREVER = 253_402_214_400_000_000


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'receipts.db'}" if database_url.startswith("sqlite") else database_url
    opened = Database(url, tmp_path / "receipts.lock")
    yield opened
    opened.close()


def at(database: Database, history: schema.History, revision: str) -> None:
    with database.transaction() as connection:
        command.upgrade(schema._config(history, connection), revision)


def test_receipts_of_single_texts_become_receipts_of_bundles(database: Database) -> None:
    at(database, schema.RECEIPTS, "0001")
    old = [
        Given(company, token, key, version, level, "feed all", NOON)
        for company, token in (("herald", "t1"), ("herald", "t2"), ("post", "t3"))
        for key, version, level in (("k1", "v1", Level.FULL), ("k1", "kill", Level.NOTICE))
    ]
    micros = int((NOON - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)
    with database.transaction() as connection:
        for each in old:
            connection.execute(
                text(
                    "INSERT INTO receipts (company, token, key, version, level, channel, at) "
                    "VALUES (:company, :token, :key, :version, :level, 'feed all', :at)"
                ),
                {
                    "company": each.company,
                    "token": each.token,
                    "key": each.key,
                    "version": each.version,
                    "level": int(each.level),
                    "at": micros,
                },
            )
    schema.upgrade(database, schema.RECEIPTS)
    assert schema.differences(database, schema.RECEIPTS) == []
    with database.transaction() as connection:
        again = Receipt("post", "t3", frozenset([("k1", "v1", Level.FULL)]), "item", NOON)
        fresh = Receipt("post", "t3", frozenset([("k2", "v1", Level.FULL)]), "item", NOON)
        add_receipts(connection, [again, fresh])
    with database.snapshot() as connection:
        found = receipts_for(connection)
    expected = [*old, Given("post", "t3", "k2", "v1", Level.FULL, "item", NOON)]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


PLACE = (
    "INSERT INTO places (generation, span, feed, key, reader_class, face, public, from_at, until_at, outline_at, "
    "words_at) VALUES (:generation, 1, 'f', 'k', 'licensed', 'entry', 2, :from_at, :until_at, 10, 10)"
)
GENERATION = (
    "INSERT INTO generations (feed, digest, definition, from_at, until_at) "
    "VALUES ('f', 'd', '', :from_at, :until_at)"
)
SPAN = (
    "INSERT INTO spans (key, reader_class, from_at, until_at, version, face, first_at, outline_at, words_at, "
    "is_corrected, ordinal) VALUES ('k', 'licensed', 10, :until_at, 'v', 'entry', 10, 10, 10, false, 1)"
)


def test_places_of_what_counts_are_taken_over_with_the_times_of_their_spans(database: Database) -> None:
    at(database, schema.MAIN, "0006")
    past, present = {"from_at": 10, "until_at": 20}, {"from_at": 20, "until_at": FOREVER}
    with database.transaction() as connection:
        connection.execute(
            text("INSERT INTO items (key, namespace, uri, source) VALUES ('k', 'n', 'u', 's')")
        )
        connection.execute(text(SPAN), present)
        for number, times in enumerate((past, present), 1):
            connection.execute(text(GENERATION), times)
            connection.execute(text(PLACE), times | {"generation": number})
    schema.upgrade(database, schema.MAIN)
    assert schema.differences(database, schema.MAIN) == []
    with database.transaction() as connection:
        kept = connection.execute(text("SELECT generation, key, from_at, until_at FROM places"))
        assert [tuple(row) for row in kept] == [(2, "k", 10, FOREVER)]
        connection.execute(text(PLACE.replace("span, ", "").replace(" 1,", "")), present | {"generation": 2})
