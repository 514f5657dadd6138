"""The secrets as a running process has them: read again when the key file changes.

`keys rotate`, `keys drop` and the webhook secrets of sources thus count at once in every process.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from syndicate.settings import Keys, WebhookSecret, load_keys


class Keyring:
    """The keys of one key file. A file that becomes unreadable refuses; it never opens a door."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys = Keys(())

    def keys(self) -> tuple[bytes, ...]:
        """The keys that sign tokens, oldest first. Raises `SettingsError` unless the file is wholly good."""
        return self._now().tokens

    def webhooks(self) -> tuple[WebhookSecret, ...]:
        """The secrets with which sources sign. Raises `SettingsError` as well."""
        return self._now().webhooks

    def _now(self) -> Keys:
        with self._lock:
            try:
                found = self.path.stat()
                stamp = (found.st_mtime_ns, found.st_ino, found.st_mode)
            except OSError:
                stamp = None
            if stamp is None or stamp != self._stamp:
                self._keys = load_keys(self.path)
                self._stamp = stamp
            return self._keys
