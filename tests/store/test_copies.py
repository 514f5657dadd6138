"""The programs of PostgreSQL: what they are told, what is said when they are missing or fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syndicate.store import copies
from syndicate.store.database import Database, StoreError
from tests.conftest import program
from tests.postgres import Cluster

TELLS = """#!/bin/sh
printf '%s\\n' "$*" "$PGPASSWORD" >"$TOLD"
echo 'ERROR: row (harbour)' >&2
exit $CODE
"""
"""A program that writes down what it is told."""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `pg_restore` was called with; the program itself does nothing."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "pg_restore").write_text(TELLS)
    (programs / "pg_restore").chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    monkeypatch.setenv("CODE", "0")
    return tmp_path / "told"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://wire:s3cret@db.example:6543/wire",
        "postgresql://wire@db.example:6543/wire?password=s3cret",
    ],
)
def test_a_password_is_no_argument(told: Path, url: str) -> None:
    copies._run(Database(url), "pg_restore", "a.dump")
    arguments, password = told.read_text().splitlines()
    assert password == "s3cret"
    assert "s3cret" not in arguments
    assert "--dbname=postgresql://wire@db.example:6543/wire " in arguments


def test_what_a_program_says_is_not_repeated(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODE", "3")
    with pytest.raises(StoreError, match="pg_restore failed with exit code 3") as raised:
        copies._run(Database("postgresql://wire@db.example/wire"), "pg_restore", "a.dump")
    assert "harbour" not in str(raised.value)


def test_a_program_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StoreError, match="There is no pg_dump on this machine"):
        copies._run(Database("postgresql://wire@db.example/wire"), "pg_dump")


def test_a_database_that_is_not_empty_is_not_filled(postgres: Cluster, tmp_path: Path) -> None:
    program("pg_restore")
    with postgres.database() as url:
        database = Database(url)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE theirs (id integer)")
        with pytest.raises(StoreError, match="is not empty, and a restore overwrites none"):
            copies.load(database, tmp_path / "none")
        database.close()


def test_a_file_with_a_strange_name_is_copied(tmp_path: Path) -> None:
    folder = tmp_path / "a #strange ?name's"
    folder.mkdir()
    database = Database(f"sqlite:///{tmp_path / 'wire.db'}")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE ours (id integer)")
    copies.copy_file(database, folder / "copy.db")
    database.close()
    assert (folder / "copy.db").read_bytes().startswith(b"SQLite")
