"""Migrations: bring a database to the schema of this program, and tell whether it is there.

Numbered files under `migrations/`, never edited after a release, proven equal to `tables`. Receipts have
a history of their own, since on SQLite they lie in their own file. alembic takes long to import, so it is
imported when it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

from syndicate.store.database import Database, StoreError
from syndicate.store.tables import metadata, receipts_metadata


@dataclass(frozen=True, slots=True)
class History:
    """One line of migrations: its folder, its tables, and where a database keeps how far it is."""

    name: str
    metadata: MetaData
    version_table: str


MAIN = History("main", metadata, "schema_version")
RECEIPTS = History("receipts", receipts_metadata, "receipts_schema_version")


def upgrade(database: Database, history: History) -> None:
    """Bring the database to the newest schema of `history`, in one transaction."""
    from alembic import command

    _refuse_newer(version_of(database, history), newest(history))
    with database.transaction() as connection:
        command.upgrade(_config(history, connection), "head")


def version_of(database: Database, history: History) -> str | None:
    """The newest migration that the database has seen; None for an empty one."""
    with database.snapshot() as connection:
        if not inspect(connection).has_table(history.version_table):
            return None
        found = connection.execute(text(f"SELECT version_num FROM {history.version_table}"))
        return found.scalar_one_or_none()


def newest(history: History) -> str:
    """The newest migration of this program: the last file of its folder."""
    folder = resources.files("syndicate.store").joinpath("migrations", history.name)
    names = sorted(each.name for each in folder.iterdir() if each.name[:4].isdigit())
    return names[-1][:4]


def check(database: Database, history: History) -> None:
    """Raise `StoreError` unless the database has the schema of this program."""
    found, wanted = version_of(database, history), newest(history)
    if found is None:
        raise StoreError("The database is empty. Run `syndicate db upgrade`.")
    if found < wanted:
        raise StoreError(f"The database has schema {found} and needs {wanted}. Run `syndicate db upgrade`.")
    _refuse_newer(found, wanted)


def _refuse_newer(found: str | None, wanted: str) -> None:
    if found is not None and found > wanted:
        raise StoreError(
            f"The database has schema {found}, newer than {wanted} of this program. Install the newer program."
        )


def differences(database: Database, history: History) -> list[Any]:
    """What `tables` and the migrated database disagree on; empty when all is well."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.snapshot() as connection:
        known = set(history.metadata.tables)
        options = {"include_name": lambda name, kind, _: kind != "table" or name in known}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, history.metadata))


def _config(history: History, connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    folder = Path(str(resources.files("syndicate.store").joinpath("migrations")))
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / history.name).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        connection=connection, metadata=history.metadata, version_table=history.version_table
    )
    return config
