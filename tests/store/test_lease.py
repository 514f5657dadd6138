"""The lease: one worker at a time, whoever comes, and the next as soon as it is free."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.store.database import Database, StoreError
from syndicate.store.lease import Lease
from tests.newsroom import Newsroom
from tests.postgres import Cluster
from tests.running.service import wait_for


def again(newsroom: Newsroom) -> Database:
    """The database as another process has it."""
    database = newsroom.agency.database
    return Database(database.url.render_as_string(hide_password=False), database.beside("writer.lock"))


def test_of_two_one_holds_it_and_keeps_it(both_newsrooms: Newsroom) -> None:
    one, other = Lease(both_newsrooms.agency.database), Lease(again(both_newsrooms))
    assert one.is_held()
    assert not other.is_held()
    assert one.is_held()
    one.drop()
    assert other.is_held()
    assert not one.is_held()
    other.drop()


@pytest.fixture
def on_postgres(tmp_path: Path, postgres: Cluster) -> Iterator[Newsroom]:
    """A newsroom whose lease can be lost; a lock on a file cannot."""
    with postgres.database() as url, Newsroom.open(tmp_path, url) as newsroom:
        yield newsroom


def test_whose_connection_is_lost_has_lost_it_and_may_ask_again(on_postgres: Newsroom) -> None:
    database = on_postgres.agency.database
    lease = Lease(database)
    assert lease.is_held()
    others = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    with database.connect() as connection:
        connection.execute(others)
    other = Lease(again(on_postgres))
    wait_for(other.is_held, "the lease to be free")
    with pytest.raises(StoreError):
        lease.is_held()
    assert not lease.is_held()
    other.drop()
    assert lease.is_held()
    lease.drop()
