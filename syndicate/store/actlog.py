"""The log of acts: what was done that a backup, taken before, would undo; a file outside of every backup.

One line of JSON an act, synced before the writer goes on. It says of what and when, and holds no secret
(digests at most) and no word of a story. Its first line names the log, so that a backup can say to which it
belongs. Which acts are written, and how they are done again, is not decided here. Knows pydantic.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from syndicate.core.model import Deed
from syndicate.store.database import StoreError


class _Line(BaseModel):
    """One line. What a newer program adds is not understood, and not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Begun(_Line):
    """The first line: the name of the log."""

    act: Literal["log"] = "log"
    log: str


class _Act(_Line):
    at: AwareDatetime
    by: str


class ItemAct(_Act):
    """A kill, hold or release, of the desk or of a source; or a version that its source withholds.

    Of a version there is the digest alone, since no word of it is here.
    """

    act: Literal["item"] = "item"
    deed: Deed | Literal["withhold"]
    namespace: str
    uri: str
    source: str
    digest: str


class Suspension(_Act):
    """A company suspended, or resumed."""

    act: Literal["suspension"] = "suspension"
    company: str
    is_suspended: bool


class LicenceEnd(_Act):
    """A licence that ends earlier than it did."""

    act: Literal["licence end"] = "licence end"
    company: str
    licence: int
    ends_at: AwareDatetime


class Revocation(_Act):
    """A token ended at once."""

    act: Literal["revocation"] = "revocation"
    token: str
    is_final: bool


class Rotation(_Act):
    """A token with another secret, by its digest; the one before ends at `old_until_at`."""

    act: Literal["rotation"] = "rotation"
    token: str
    digest: str
    key_id: str
    old_until_at: AwareDatetime


class SourceKeyEnd(_Act):
    """A key of a source, or the secret of its webhook, ended at once."""

    act: Literal["source key end"] = "source key end"
    source: str
    key: str


Logged = ItemAct | Suspension | LicenceEnd | Revocation | Rotation | SourceKeyEnd

_LINE: TypeAdapter[Begun | Logged] = TypeAdapter(Annotated[Begun | Logged, Field(discriminator="act")])


@dataclass(frozen=True, slots=True)
class Read:
    """A log as it was found: where, its name, its acts, and whether its last line was cut off."""

    path: Path
    name: str
    acts: tuple[Logged, ...]
    is_torn: bool


class ActLog:
    """The log of one working folder, for one writer at a time. It is begun by its first act, or by a backup."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def name(self) -> str:
        """What the log is called; one that is not there yet is begun."""
        self._write(())
        with self.path.open("rb") as file:
            return _begun(self.path, file.readline()).log

    def append(self, acts: Sequence[Logged]) -> None:
        """Write down acts that are about to be committed. Raises `StoreError` where there is no room for all."""
        if not acts:
            return
        try:
            self._write(acts)
        except OSError as error:
            raise StoreError(
                f"The log of acts {self.path} cannot be written ({error.strerror}), so nothing was done. "
                "Make room there, or let this user write there, and do it again."
            ) from None

    def append_done(self, acts: Sequence[Logged]) -> None:
        """Write down acts that are committed already. Raises `StoreError` as well: a restore would lack them."""
        if not acts:
            return
        try:
            self._write(acts)
        except OSError as error:
            raise StoreError(
                f"It was done, but the log of acts {self.path} cannot be written ({error.strerror}): after a "
                "restore it would have to be done again. Make room there."
            ) from None

    def _write(self, acts: Sequence[Logged]) -> None:
        """All of these acts, safe on the disk when this returns, or nothing of them."""
        is_new = not self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = _whole(file)
            lines: list[_Line] = [*([] if end else [Begun(log=secrets.token_hex(8))]), *acts]
            _append(file, end, "".join(f"{line.model_dump_json()}\n" for line in lines).encode())
        finally:
            os.close(file)
        if is_new:
            sync_folder(self.path.parent)


def _append(file: int, end: int, raw: bytes) -> None:
    """All of `raw` behind `end`, or nothing. What was cut off there goes: it belongs to no act."""
    os.ftruncate(file, end)
    try:
        written = 0
        while written < len(raw):
            written += os.write(file, raw[written:])
        os.fsync(file)
    except OSError:
        os.ftruncate(file, end)
        raise


def _whole(file: int) -> int:
    """Where the last whole line ends."""
    end = os.fstat(file).st_size
    while end:
        begin = max(0, end - 4096)
        found = os.pread(file, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def sync_folder(path: Path) -> None:
    """Have the files of a folder keep their names, whatever happens."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> Read:
    """The acts of a log. Raises `StoreError` for one that is missing, is none, or that has a broken line.

    A last line that was cut off counts if it can be understood; else its act was never committed.
    """
    try:
        *lines, rest = path.read_bytes().split(b"\n")
    except OSError as error:
        raise StoreError(f"The log of acts {path} cannot be read ({error.strerror}).") from None
    first = _begun(path, lines[0] if lines else rest)
    acts = [_act(path, number, line) for number, line in enumerate(lines[1:], start=2)]
    if rest:
        try:
            acts.append(_act(path, len(lines) + 1, rest))
        except StoreError:
            return Read(path, first.log, tuple(acts), is_torn=True)
    return Read(path, first.log, tuple(acts), is_torn=False)


def in_order(logs: Iterable[Read]) -> list[Logged]:
    """The acts of logs, by the time at which they were done."""
    return sorted((act for log in logs for act in log.acts), key=lambda act: act.at)


def _begun(path: Path, line: bytes) -> Begun:
    try:
        found = _LINE.validate_json(line)
    except ValidationError:
        found = None
    if not isinstance(found, Begun):
        raise StoreError(f"{path} is no log of acts: its first line does not name one.")
    return found


def _act(path: Path, number: int, line: bytes) -> Logged:
    """One act. The sentence does not quote what stands there."""
    try:
        found = _LINE.validate_json(line)
    except ValidationError:
        found = None
    if found is None or isinstance(found, Begun):
        raise StoreError(
            f"Line {number} of the log of acts {path} cannot be understood, so it cannot be done again. "
            "Put an undamaged copy of the log in its place."
        )
    return found
