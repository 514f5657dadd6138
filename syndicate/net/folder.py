"""A watched folder: the files that others put there, opened and moved without being led elsewhere.

A file counts when it is a plain file with one name. It is opened by that name inside the folder, and judged
again once it is open: no link is followed, no pipe waited for, no device touched. What was read moves to
`done` or `failed` beside the folder, under a name that was free, so nothing is ever overwritten. What
stands in a file, and when one is taken, is not decided here. Knows settings.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from syndicate.settings.config import BESIDE

DONE, FAILED = BESIDE
PARTIAL = (".part", ".tmp", ".filepart")
"""How the names of files end that are being written by programs which rename them at the end."""

LONGEST_NAME = 200
"""Longer names (bytes) are cut where a file moves to: what is put behind them must still fit."""

_READING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CLAIM = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class FolderError(Exception):
    """A folder, or a file in it, with which nothing can be done. `str` is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it lay there: equal to what a later look finds, if nobody touched it meanwhile."""

    name: str
    device: int
    inode: int
    size: int
    modified_ns: int


def trouble(path: Path) -> str | None:
    """Why a folder cannot be watched; None when it can. Makes nothing."""
    if not path.is_dir():
        return f"{path} is no folder." if path.exists() else f"There is no folder {path}."
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return f"The folder {path} cannot be read and written."
    for beside in (path.with_name(DONE), path.with_name(FAILED)):
        if not os.path.lexists(beside):
            if not os.access(path.parent, os.W_OK | os.X_OK):
                return f"The folder {beside} is missing and cannot be made."
        elif beside.is_symlink() or not beside.is_dir():
            return f"{beside} is no folder, and what was read in {path} moves there."
        elif not os.access(beside, os.W_OK | os.X_OK):
            return f"The folder {beside} cannot be written."
        elif beside.stat().st_dev != path.stat().st_dev:
            return f"The folders {beside} and {path} must be on one file system."
    return None


class WatchedFolder:
    """A folder that is open, with the two beside it."""

    def __init__(self, folder: int, beside: dict[str, int]) -> None:
        self._folder = folder
        self._beside = beside

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[WatchedFolder]:
        """Open a folder and, made where they are missing, `done` and `failed`. Raises `FolderError`."""
        with ExitStack() as stack:
            try:
                if why := trouble(path):
                    raise FolderError(why)
                opened = []
                for each in (path, path.with_name(DONE), path.with_name(FAILED)):
                    if each != path:
                        each.mkdir(0o700, exist_ok=True)  # words lie there before their embargo ends
                    opened.append(os.open(each, _FOLDER))
                    stack.callback(os.close, opened[-1])
            except OSError as error:
                raise FolderError(f"The folder {path} cannot be watched: {error.strerror}.") from None
            yield cls(opened[0], {DONE: opened[1], FAILED: opened[2]})

    def files(self) -> list[Found]:
        """The files that are not hidden, not partial and not empty, in the order of their times."""
        there = [each for each, _ in self._entries() if each is not None and each.size > 0]
        return sorted(there, key=lambda each: (each.modified_ns, each.name))

    def left(self) -> list[str]:
        """The names of what is no plain file with one name (folders aside): it stays where it is."""
        return sorted(name for each, name in self._entries() if each is None)

    def _entries(self) -> Iterator[tuple[Found | None, str]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.casefold().endswith(PARTIAL):
                    continue
                with suppress(FileNotFoundError):  # taken away meanwhile
                    seen = entry.stat(follow_symlinks=False)
                    if not stat.S_ISDIR(seen.st_mode):
                        yield _found(entry.name, seen), entry.name

    def read(self, found: Found) -> bytes | None:
        """The bytes of a file; None where it is not what was found. Raises `FolderError`."""
        try:
            file = os.open(found.name, _READING, dir_fd=self._folder)
        except PermissionError:
            raise FolderError("The file cannot be read.") from None
        except OSError:  # taken away, or a link in its place
            return None
        with os.fdopen(file, "rb") as opened:
            if _found(found.name, os.fstat(file)) != found:
                return None
            body = opened.read(found.size + 1)
            return body if _found(found.name, os.fstat(file)) == found else None

    def move(self, found: Found, to: str, stamp: str, reason: str | None = None) -> None:
        """Move a file to `done` or `failed`, with the reason in a file beside it. Raises `FolderError`.

        Where the name is taken, `stamp` is put behind it. What somebody put in the place of the file
        meanwhile goes back to the folder.
        """
        there = self._beside[to]
        try:
            name = _claim(there, found.name, stamp, reason)
            reasons = [] if reason is None else [f"{name}.reason"]
            try:
                os.rename(found.name, name, src_dir_fd=self._folder, dst_dir_fd=there)
            except OSError:
                _unmake(there, name, *reasons)
                raise
            if _found(found.name, os.stat(name, dir_fd=there, follow_symlinks=False)) != found:
                back = _claim(self._folder, found.name, stamp)
                os.rename(name, back, src_dir_fd=there, dst_dir_fd=self._folder)
                _unmake(there, *reasons)
        except FileNotFoundError:  # somebody else moved it
            return
        except OSError as error:
            raise FolderError(f"The file cannot be moved to {to}: {error.strerror}.") from None


def _found(name: str, seen: os.stat_result) -> Found | None:
    """A plain file with one name: a second one may be that of a file elsewhere."""
    if not stat.S_ISREG(seen.st_mode) or seen.st_nlink > 1:
        return None
    return Found(name, seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)


def _claim(folder: int, name: str, stamp: str, reason: str | None = None) -> str:
    """A name that was free, now that of an empty file to move onto; the reason lies beside it already."""
    for candidate in _names(name, stamp):
        if _made(folder, candidate, ""):
            if reason is None or _made(folder, f"{candidate}.reason", f"{reason}\n"):
                return candidate
            _unmake(folder, candidate)
    raise AssertionError("The names never end.")


def _made(folder: int, name: str, text: str) -> bool:
    """Make a file; false where there is one."""
    try:
        file = os.open(name, _CLAIM, 0o600, dir_fd=folder)
    except FileExistsError:
        return False
    with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as opened:
        opened.write(text)
    return True


def _unmake(folder: int, *names: str) -> None:
    for name in names:
        os.unlink(name, dir_fd=folder)


def _names(name: str, stamp: str) -> Iterator[str]:
    """The name, then with the stamp, then counted."""
    short = os.fsdecode(os.fsencode(name)[:LONGEST_NAME])
    yield short
    yield f"{short}.{stamp}"
    for number in count(2):
        yield f"{short}.{stamp}.{number}"
