"""The secrets as a running process has them, and the tokens whose signatures it has checked.

Secrets are read again when the key file changes: `keys rotate`, `keys drop` and the webhook secrets of
sources thus count at once in every process. A signature is checked once under the same keys.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock

from cachetools import LRUCache

from syndicate.core import tokens
from syndicate.core.tokens import Token
from syndicate.settings import Keys, WebhookSecret, load_keys

_MOST = 4_000
"""So many genuine tokens are remembered, each by the digest of its text."""


class Keyring:
    """The keys of one key file. A file that becomes unreadable refuses; it never opens a door."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._keys = Keys(())
        self._genuine: LRUCache[bytes, Token] = LRUCache(_MOST)

    def keys(self) -> tuple[bytes, ...]:
        """The keys that sign tokens, oldest first. Raises `SettingsError` unless the file is wholly good."""
        return self._now().tokens

    def webhooks(self) -> tuple[WebhookSecret, ...]:
        """The secrets with which sources sign. Raises `SettingsError` as well."""
        return self._now().webhooks

    def metrics(self) -> str | None:
        """The digest of the key to the figures, if there is one. Raises `SettingsError` as well."""
        return self._now().metrics

    def _now(self) -> Keys:
        with self._lock:
            return self._read()[0]

    def token(self, text: str) -> Token | None:
        """The token behind `text`, if one of the keys signed exactly this text; else None."""
        name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        with self._lock:
            keys, genuine = self._read()
            token = genuine.get(name)
        if token is None and (token := tokens.read(text, keys.tokens)) is not None:
            with self._lock:
                genuine[name] = token
        return token

    def _read(self) -> tuple[Keys, LRUCache[bytes, Token]]:
        """The secrets, and the tokens that were found genuine under just these."""
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_ino, found.st_mode)
        except OSError:
            stamp = None
        if stamp is None or stamp != self._stamp:
            self._keys = load_keys(self.path)
            self._genuine = LRUCache(_MOST)
            self._stamp = stamp
        return self._keys, self._genuine
