"""Joins the rooms: from a working folder to an agency, and to the applications that serve it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from syndicate.service import feeds, logs, signing
from syndicate.service.agency import Agency, Clock, system_clock
from syndicate.service.contracts import By
from syndicate.service.keeping import restoring
from syndicate.service.keeping.replaying import Replayed, replay
from syndicate.service.keyring import Keyring
from syndicate.service.reading import ForeignReader
from syndicate.service.receipts import PATIENCE
from syndicate.settings import FeedFiles, Settings, SettingsError, load, load_feeds, make_keys
from syndicate.store import schema
from syndicate.store.actlog import ActLog, in_order
from syndicate.store.database import Database, StoreError, awaits_acts, begin_era
from syndicate.store.door import Door

if TYPE_CHECKING:
    from flask import Flask


def open_agency(folder: Path, clock: Clock = system_clock, settings: Settings | None = None) -> Agency:
    """The agency of a working folder, its schema checked and its keys there. Raises one clear sentence."""
    settings = settings or load(folder, os.environ)
    door = door_of(settings)
    with ExitStack() as otherwise:
        otherwise.callback(door.leave)
        door.enter()
        agency = _joined(settings, door, clock)
        otherwise.callback(agency.close)
        _check_complete(agency)
        otherwise.pop_all()
    return agency


def _check_complete(agency: Agency) -> None:
    """Raise `StoreError` where a backup was put in place and the log of acts was not read."""
    with agency.database.snapshot() as connection:
        if awaits_acts(connection):
            raise StoreError(
                "This database came out of a backup, and what was done since is missing: kills, holds and "
                "revocations among it. `syndicate restore` puts a backup back and does them again."
            )


def _joined(settings: Settings, door: Door, clock: Clock = system_clock) -> Agency:
    """The agency behind a door, whatever its database awaits."""
    database, receipts = databases(settings)
    schema.check(database, schema.MAIN)
    schema.check(receipts, schema.RECEIPTS)
    acts = ActLog(acts_path(settings))
    keyring = Keyring(settings.keys_path)
    keyring.keys()
    return Agency(settings, database, receipts, keyring, ForeignReader(), acts, door, clock)


def door_of(settings: Settings) -> Door:
    """The door between what works in a folder and a restore."""
    return Door(settings.folder / "data" / "door.lock")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done again, whether receipts since the backup are there, and which logs were cut off."""

    replayed: Replayed
    has_kept_receipts: bool
    torn: tuple[Path, ...]


def restore(
    folder: Path, backup: Path, logs: Sequence[Path] | None, who: str, clock: Clock = system_clock
) -> Restored:
    """Put a backup back, and do again what its log, the folder's own and these `logs` say; None: nothing.

    The feed files count as they are now: what was taken out of a feed since stays out.
    Raises one sentence. Until something was put in place, nothing has changed; after that, nothing opens the
    database before another restore has come to its end.
    """
    settings = load(folder, os.environ)
    Keyring(settings.keys_path).keys()
    if problems := load_feeds(settings.folder, settings.sources).problems:
        raise SettingsError(*problems)
    door = door_of(settings)
    with door.alone():
        database, receipts = databases(settings)
        manifest = restoring.fitting(settings, database, backup)
        read = [] if logs is None else restoring.logs_for(manifest, [*_own_log(settings), *logs])
        has_kept = restoring.put_back(database, receipts, backup, manifest)
        database.close()
        receipts.close()
        agency = _joined(settings, door, clock)
        since = agency.moment().epoch.settled_at
        take_up_feeds(agency)
        how = "without the log of acts" if logs is None else "with the log of acts"
        reason = f"The backup made at {manifest.made_at:%Y-%m-%d %H:%M:%SZ} was put back, {how}."
        replayed = replay(agency, in_order(read), since, By(who, reason))
        agency.close()
    return Restored(replayed, has_kept, tuple(log.path for log in read if log.is_torn))


def _own_log(settings: Settings) -> list[Path]:
    path = acts_path(settings)
    return [path] if path.exists() else []


def acts_path(settings: Settings) -> Path:
    """Where the log of acts of a working folder lies."""
    return settings.folder / "data" / "acts.log"


def databases(settings: Settings) -> tuple[Database, Database]:
    """The database, and where receipts lie: on SQLite in a file of their own beside it."""
    data = settings.folder / "data"
    database = Database(settings.database.url, data / "writer.lock")
    if not database.is_sqlite:
        return database, database
    path = Path(str(database.url.database)).with_name("receipts.db")
    return database, Database(f"sqlite:///{path}", data / "receipts.lock", PATIENCE)


def upgrade(settings: Settings) -> None:
    """Bring both databases to the schema of this program, and give a new one its era."""
    if settings.database.url.startswith("sqlite"):
        Path(settings.database.url.removeprefix("sqlite:///")).parent.mkdir(
            mode=0o700, parents=True, exist_ok=True
        )
    database, receipts = databases(settings)
    schema.upgrade(database, schema.MAIN)
    schema.upgrade(receipts, schema.RECEIPTS)
    with database.transaction() as connection:
        begin_era(connection)
    database.close()
    receipts.close()


def prepare(folder: Path) -> Settings:
    """Make what a working folder lacks: keys and databases. What is there stays."""
    settings = load(folder, os.environ)
    if not settings.keys_path.exists():
        make_keys(settings.keys_path)
    upgrade(settings)
    return settings


def take_up_feeds(agency: Agency, at: datetime | None = None) -> tuple[list[str], tuple[str, ...]]:
    """Take up changed feed files; gives the names that changed, and what is wrong with the broken ones."""
    files = _feed_files(agency)
    return feeds.adopt(agency, files.definitions, files.digests, files.broken, at), files.problems


def _feed_files(agency: Agency) -> FeedFiles:
    """The feed files as they are. Raises `SettingsError` where their folder cannot be read."""
    return load_feeds(agency.settings.folder, agency.settings.sources)


def ready_to_serve(folder: Path) -> Settings:
    """The settings of a folder that can be served: schema, keys and feeds in order. Raises one sentence.

    Changed files are left to the worker: nobody waits for a start until a feed of a million items is built.
    """
    agency = open_agency(folder)
    check_keys(agency)
    _feed_files(agency)  # a folder that cannot be read is said here, not by the worker
    if not feeds.current(agency):
        take_up_feeds(agency)
    agency.close()
    return agency.settings


def check_keys(agency: Agency) -> None:
    """Raise `SettingsError` where living credentials were signed with keys that are not there."""
    orphans = signing.orphans(agency)
    if orphans:
        raise SettingsError(
            f"Of the credentials, {len(orphans)} were signed with keys not in {agency.keyring.path}: the key "
            "file has changed. Put it back from its backup, or run `syndicate doctor`."
        )


def broken_feeds(agency: Agency) -> tuple[str, ...]:
    """What is wrong with the feed files now."""
    return _feed_files(agency).problems


def web_application(settings: Settings | None = None) -> Flask:
    """The web application of the working folder that the process stands in, for a WSGI server."""
    from syndicate.web.app import create_app

    logs.configure()
    return create_app(open_agency(Path.cwd(), settings=settings))
