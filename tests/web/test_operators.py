"""What those who run the service may ask of it."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, text, update

from syndicate.service.agency import StoreError
from syndicate.store import schema, tables
from syndicate.store.database import Database
from tests.newsroom import Newsroom

READY = {"status": "ready", "checks": dict.fromkeys(("database", "schema", "keys", "feeds"), "good")}


def test_a_process_is_alive_whatever_has_become_of_its_database(newsroom: Newsroom, monkeypatch) -> None:
    def away(*_: object) -> None:
        raise AssertionError("the database was asked")

    for way in ("epoch", "snapshot", "write", "transaction"):
        monkeypatch.setattr(Database, way, away)
    answer = newsroom.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_process_in_order_is_ready(both_newsrooms: Newsroom) -> None:
    answer = both_newsrooms.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, READY)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def failing(newsroom: Newsroom) -> list[str]:
    """The checks that fail; the answer must be one that a balancer understands."""
    answer = newsroom.get("/readyz")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert answer.headers["Retry-After"].isdecimal()
    told = answer.get_json()
    assert told["status"] == "not ready"
    assert set(told["checks"].values()) == {"good", "failed"}
    return [name for name, how in told["checks"].items() if how == "failed"]


def test_another_schema_than_that_of_the_program_is_not_ready(both_newsrooms: Newsroom) -> None:
    with both_newsrooms.agency.database.transaction() as connection:
        connection.execute(text(f"UPDATE {schema.MAIN.version_table} SET version_num = '9999'"))
    assert failing(both_newsrooms) == ["schema"]


def test_without_feeds_it_is_not_ready_and_with_a_broken_file_it_is(newsroom: Newsroom) -> None:
    (newsroom.folder / "feeds" / "all.toml").write_text("titel = 1\n")
    assert newsroom.get("/readyz").status_code == 200
    with newsroom.agency.database.transaction() as connection:
        connection.execute(delete(tables.generations))
    assert failing(newsroom) == ["feeds"]


def test_without_its_key_file_it_is_not_ready_and_does_not_say_where_it_lay(newsroom: Newsroom) -> None:
    newsroom.agency.keyring.path.unlink()
    assert failing(newsroom) == ["keys"]
    assert str(newsroom.folder) not in newsroom.get("/readyz").get_data(as_text=True)


def test_without_its_database_it_is_not_ready(newsroom: Newsroom, monkeypatch) -> None:
    def away(*_: object) -> None:
        raise StoreError("The database answered Gone.")

    monkeypatch.setattr(Database, "epoch", away)
    monkeypatch.setattr(Database, "snapshot", away)
    assert failing(newsroom) == ["database", "schema", "feeds"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_answer_head_and_nothing_else(newsroom: Newsroom, path: str) -> None:
    assert newsroom.client.head(path).status_code == 200
    assert newsroom.client.post(path).status_code == 405
    with newsroom.agency.database.transaction() as connection:
        connection.execute(update(tables.epoch).values(n=tables.epoch.c.n + 1))
    assert newsroom.get(path).status_code == 200
