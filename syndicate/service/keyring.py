"""The signing keys as a running process has them: read again when the key file changes.

`keys rotate` and `keys drop` thus count at once in every process, like everything else about tokens.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from syndicate.settings import load_keys


class Keyring:
    """The keys of one key file. A file that becomes unreadable refuses; it never opens a door."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys: tuple[bytes, ...] = ()

    def keys(self) -> tuple[bytes, ...]:
        """The keys now, oldest first. Raises `SettingsError` where the file is missing or not private."""
        with self._lock:
            try:
                found = self.path.stat()
                stamp = (found.st_mtime_ns, found.st_ino, found.st_mode)
            except OSError:
                stamp = None
            if stamp is None or stamp != self._stamp:
                self._keys = load_keys(self.path).tokens
                self._stamp = stamp
            return self._keys
