"""The epoch protocol and the schema, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from syndicate.core.sealed import Sealed
from syndicate.store import schema
from syndicate.store.columns import Time
from syndicate.store.contracts import Company, add_company, list_companies
from syndicate.store.database import Database, StoreError, begin_era, move_epoch, read_epoch
from syndicate.store.tables import companies, messages

NOON = datetime(2026, 3, 18, 12, 0, 0, 123456, tzinfo=UTC)

OLD_ROWS = """
INSERT INTO epoch (id, era, n, settled_at) VALUES (1, 'old', 7, 1);
INSERT INTO polls (source, polled_at, etag) VALUES ('far', 1, 'one');
INSERT INTO source_keys (id, source, digest, key_id, issued_at) VALUES ('a', 'desk', 'd', 'k', 1);
INSERT INTO quarantine (id, source, received_at, reason, detail, digest, state)
VALUES (1, 'desk', 1, 'empty', '', 'd', 'open')
"""
"""What stands in tables that later schemas change."""


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'wire.db'}" if database_url.startswith("sqlite") else database_url
    opened = Database(url, tmp_path / "writer.lock")
    schema.upgrade(opened, schema.MAIN)
    schema.upgrade(opened, schema.RECEIPTS)
    with opened.transaction() as connection:
        begin_era(connection)
    yield opened
    opened.close()


def test_threads_that_come_and_go_leave_no_connection_behind(database: Database) -> None:
    """Servers end idle threads and begin others: connections must not be as many as threads ever were."""
    for _ in range(50):
        thread = threading.Thread(target=database.epoch)
        thread.start()
        thread.join()
    assert len(database._pulses) == 1


def test_the_migrations_end_in_the_tables_of_the_program(database: Database) -> None:
    assert schema.differences(database, schema.MAIN) == []
    assert schema.differences(database, schema.RECEIPTS) == []
    schema.check(database, schema.MAIN)


def test_a_database_of_every_schema_before_comes_to_the_newest(tmp_path: Path, database_url: str) -> None:
    from alembic import command

    url = f"sqlite:///{tmp_path / 'old.db'}" if database_url.startswith("sqlite") else database_url
    old = Database(url, tmp_path / "writer.lock")
    with old.transaction() as connection:
        command.upgrade(schema._config(schema.MAIN, connection), "0001")
        for filled in OLD_ROWS.split(";"):
            connection.execute(text(filled))
    with pytest.raises(StoreError, match="syndicate db upgrade"):
        schema.check(old, schema.MAIN)
    schema.upgrade(old, schema.MAIN)
    assert schema.differences(old, schema.MAIN) == []
    schema.check(old, schema.MAIN)
    old.close()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = database.epoch()
    schema.upgrade(database, schema.MAIN)
    assert database.epoch() == before


def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StoreError, match="syndicate db upgrade"):
        schema.check(empty, schema.MAIN)
    empty.close()


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE schema_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="Install the newer program"):
        schema.check(database, schema.MAIN)


def test_the_epoch_moves_in_the_transaction_that_changes_something(database: Database) -> None:
    before = database.epoch()
    with database.write() as connection:
        add_company(connection, Company("herald", "Herald"))
        move_epoch(connection, NOON, is_visible=True)
        assert database.epoch() == before, "nobody sees it before the commit"
    after = database.epoch()
    assert (after.era, after.n, after.settled_at) == (before.era, before.n + 1, NOON)


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    before = database.epoch()

    def fail_late() -> None:
        with database.write() as connection:
            add_company(connection, Company("herald", "Herald"))
            move_epoch(connection, NOON, is_visible=True)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    with database.snapshot() as connection:
        assert list_companies(connection) == []
    assert database.epoch() == before


def test_a_snapshot_sees_one_state_however_long_it_takes(database: Database) -> None:
    with database.snapshot() as connection:
        first = read_epoch(connection)
        with database.write() as other:
            add_company(other, Company("herald", "Herald"))
            move_epoch(other, NOON, is_visible=True)
        assert list_companies(connection) == []
        assert read_epoch(connection) == first
    with database.snapshot() as connection:
        assert [company.name for company in list_companies(connection)] == ["herald"]


def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    def write(name: str) -> None:
        for number in range(20):
            with database.write() as connection:
                add_company(connection, Company(f"{name}-{number}", name))
                move_epoch(connection, read_epoch(connection).settled_at, is_visible=True)

    before = database.epoch().n
    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.epoch().n == before + 80
    with database.snapshot() as connection:
        assert len(list_companies(connection)) == 80


def test_times_come_back_to_the_microsecond_and_naive_ones_are_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(companies).values(name="a", title="A", suspended_at=NOON))
        assert connection.execute(select(companies.c.suspended_at)).scalar_one() == NOON
    with pytest.raises(TypeError):
        Time().process_bind_param(datetime(2026, 3, 18), database.engine.dialect)  # noqa: DTZ001


def test_sealed_bytes_come_back_sealed(database: Database) -> None:
    with database.write() as connection:
        values = {"source": "desk", "received_at": NOON, "digest": "d", "raw": Sealed(b"\x00secret")}
        connection.execute(insert(messages).values(values))
        assert connection.execute(select(messages.c.raw)).scalar_one() == Sealed(b"\x00secret")


def test_an_error_of_the_driver_shows_no_row(database: Database) -> None:
    with database.write() as connection:
        add_company(connection, Company("herald", "canary"))
    with pytest.raises(StoreError) as caught, database.write() as connection:
        add_company(connection, Company("herald", "canary"))
    assert "canary" not in str(caught.value)
    assert "herald" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_database_that_is_away_is_named_so(tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path}/nowhere/wire.db", tmp_path / "writer.lock")
    with pytest.raises(StoreError):
        away.epoch()
    away.close()
