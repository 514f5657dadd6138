"""Backups: a folder with one state of the agency, taken while it runs, and what must be said of it.

In it are the databases and a manifest. Not in it are the key file, since whoever has both can make tokens,
and the log of acts, which must outlive it: the manifest names the log to which the backup belongs. A folder
without a whole manifest is no backup. Putting one back: `restoring`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.store import copies, schema
from syndicate.store.database import Database, Epoch

MANIFEST = "manifest.json"
MAIN, RECEIPTS, DUMP = "syndicate.db", "receipts.db", "syndicate.dump"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EpochThen(_Part):
    """The epoch of the state in a backup."""

    era: str
    n: int
    settled_at: AwareDatetime

    @property
    def epoch(self) -> Epoch:
        """The same, as the store knows it. Another era follows it, and counts its terms from nothing."""
        return Epoch(self.era, self.n, 0, self.settled_at)


class Manifest(_Part):
    """What a backup is of, and what it must consist of: each file's SHA-256."""

    program: str
    authority: str
    since: str
    database: Literal["sqlite", "postgresql"]
    made_at: AwareDatetime
    epoch: EpochThen
    schema_main: str
    schema_receipts: str
    log: str
    files: dict[str, str]


def back_up(agency: Agency, target: Path) -> Manifest:
    """Make a backup in a new folder, while the agency runs. Raises a sentence; then there is no new folder."""
    if target.exists():
        raise refusals.Impossible(why=f"There is something at {target} already. A backup needs a new name.")
    log = agency.acts.name()
    versions = (schema.newest(schema.MAIN), schema.newest(schema.RECEIPTS))
    made_at = agency.clock()
    with _made(target) as folder:
        epoch = _copied(agency, folder)
        manifest = Manifest(
            program=version("syndicate"),
            authority=agency.settings.site.authority,
            since=agency.settings.site.since,
            database="sqlite" if agency.database.is_sqlite else "postgresql",
            made_at=made_at,
            epoch=EpochThen(era=epoch.era, n=epoch.n, settled_at=epoch.settled_at),
            schema_main=versions[0],
            schema_receipts=versions[1],
            log=log,
            files={file.name: _digest(file) for file in sorted(folder.iterdir())},
        )
        (folder / MANIFEST).touch(0o600)
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", "utf-8")
    return manifest


def _copied(agency: Agency, folder: Path) -> Epoch:
    """The databases in `folder`: receipts after what they are of, since they must never be too few."""
    if not agency.database.is_sqlite:
        return copies.dump(agency.database, folder / DUMP)
    copies.copy_file(agency.database, folder / MAIN)
    copies.copy_file(agency.receipts, folder / RECEIPTS)
    copies.mark_awaiting(folder / MAIN)
    copied = Database(f"sqlite:///{folder / MAIN}")
    try:
        return copied.epoch()
    finally:
        copied.close()


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """A folder beside `target` that gets its name when it is whole and safe on the disk, or goes."""
    folder = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(0o700)
    try:
        yield folder
        for path in (*folder.iterdir(), folder):
            _sync(path)
        folder.rename(target)
        _sync(target.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def checked(folder: Path) -> Manifest:
    """The manifest of a backup that is whole. Raises `Impossible` with what is wrong."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        why = f"{folder} is no whole backup: it has no {MANIFEST} that can be read. Take another one."
        raise refusals.Impossible(why=why) from None
    needed = {MAIN, RECEIPTS} if manifest.database == "sqlite" else {DUMP}
    for name in sorted(needed):
        if not (folder / name).is_file() or _digest(folder / name) != manifest.files.get(name):
            why = f"{folder / name} is not the file that the backup was made with. Take another backup."
            raise refusals.Impossible(why=why)
    return manifest
