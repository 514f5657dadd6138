"""Small files of numbers that processes hold in memory together: what one writes, the others read at once.

Nothing in them is a promise. Where the file cannot be had (a full disk, a folder that is read-only), a
process has the same numbers for itself alone, and goes on serving.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from pathlib import Path

import structlog

log = structlog.get_logger()


def shared(path: Path, size: int) -> mmap.mmap:
    """The `size` bytes of a file, shared by all processes of this machine; zeros where it is new."""
    try:
        return _mapped(path, size, fcntl.LOCK_SH)
    except OSError as error:
        return _alone(path, size, error)


def taken(folder: Path, prefix: str, size: int, most: int = 512) -> mmap.mmap:
    """The bytes of the first file `PREFIX-N` of a folder that no process has taken; let go with the process."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for number in range(most):
            try:
                return _mapped(folder / f"{prefix}-{number}", size, fcntl.LOCK_EX)
            except BlockingIOError:
                continue
    except OSError as error:
        return _alone(folder, size, error)
    return _alone(folder, size, OSError("too many processes"))


def _mapped(path: Path, size: int, lock: int) -> mmap.mmap:
    """The file in memory, under a lock that lasts as long: the mapping keeps the open file.

    Its room on the disk is taken first: a write to a page that finds none would end the process.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, lock | fcntl.LOCK_NB)
        os.posix_fallocate(file, 0, size)
        return mmap.mmap(file, size)
    finally:
        os.close(file)


def _alone(path: Path, size: int, error: OSError) -> mmap.mmap:
    log.warning("numbers are kept in memory alone", path=str(path), why=error.strerror or str(error))
    return mmap.mmap(-1, size)
