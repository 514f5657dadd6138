"""Putting a backup back: what must fit before anything is touched, and how the databases come into place.

What was there is put aside, never overwritten. Nothing opens what was put in place until the acts since the
backup are done again there, or given up (`replaying`).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from syndicate.service import refusals
from syndicate.service.keeping.backup import DUMP, MAIN, RECEIPTS, Manifest, checked
from syndicate.settings import Settings
from syndicate.store import actlog, copies, schema
from syndicate.store.actlog import Read
from syndicate.store.database import Database, begin_era_after


def fitting(settings: Settings, database: Database, folder: Path) -> Manifest:
    """The manifest of a backup that can be put back here. Raises `Impossible` with why it cannot."""
    manifest = checked(folder)
    site = settings.site
    if (manifest.authority, manifest.since) != (site.authority, site.since):
        raise refusals.Impossible(
            why=f"The backup is of {manifest.authority},{manifest.since} and this working folder of "
            f"{site.authority},{site.since}. Ids would change; look at [site] in config.toml."
        )
    if (manifest.database == "sqlite") != database.is_sqlite:
        raise refusals.Impossible(
            why=f"The backup is of a database on {manifest.database}, and [database] url names another kind."
        )
    for history, found in ((schema.MAIN, manifest.schema_main), (schema.RECEIPTS, manifest.schema_receipts)):
        if found > schema.newest(history):
            raise refusals.Impossible(
                why=f"The backup has schema {found} of {history.name}, newer than this program knows. Install "
                f"syndicate {manifest.program} or newer."
            )
    return manifest


def logs_for(manifest: Manifest, paths: Sequence[Path]) -> list[Read]:
    """The logs of acts, among them the one to which the backup belongs. Raises a sentence for any other."""
    logs = [actlog.read(path) for path in paths]
    if manifest.log not in {log.name for log in logs}:
        raise refusals.Impossible(
            why=f"The log of acts to which this backup belongs, {manifest.log}, is not among those given. Name "
            "its file with --log; only where it is lost for good, say --without-log."
        )
    return logs


def put_back(database: Database, receipts: Database, folder: Path, manifest: Manifest) -> bool:
    """Put the databases of a backup in place, at the schema of this program and in a new era.

    Receipts that were there stay: they are true still. Gives whether there were any that could be read.
    """
    if not database.is_sqlite:
        copies.load(database, folder / DUMP)
        _renew(database, database, manifest)
        return False
    places = [_file(database), _file(receipts)]
    fresh = [place.with_name(f".{place.name}.restoring") for place in places]
    try:
        for name, new in zip((MAIN, RECEIPTS), fresh, strict=True):
            new.parent.mkdir(0o700, parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            new.touch(0o600)
            shutil.copyfile(folder / name, new)
        _renew_files(fresh, manifest)
        has_kept = places[1].exists() and copies.keep_receipts(places[1], fresh[1])
        for place, new in zip(places, fresh, strict=True):
            copies.swap(new, place)
        return has_kept
    finally:
        for new in fresh:
            new.unlink(missing_ok=True)


def _renew_files(files: Sequence[Path], manifest: Manifest) -> None:
    main, receipts = (Database(f"sqlite:///{file}") for file in files)
    try:
        _renew(main, receipts, manifest)
    finally:
        main.close()
        receipts.close()


def _renew(database: Database, receipts: Database, manifest: Manifest) -> None:
    schema.upgrade(database, schema.MAIN)
    schema.upgrade(receipts, schema.RECEIPTS)
    with database.transaction() as connection:
        begin_era_after(connection, manifest.epoch.epoch)


def _file(database: Database) -> Path:
    return Path(str(database.url.database))
