"""What a process remembers of the database: nothing that outlives the epoch under which it was read."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Any

from syndicate.store.database import Epoch


class Memory:
    """What this process read under the newest epoch that it has seen. All of it goes when the number moves."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._lock = Lock()
        self._epoch: Epoch | None = None
        self._values: dict[Hashable, Any] = {}

    def under(self, epoch: Epoch) -> dict[Hashable, Any]:
        """What is remembered under this epoch: nothing, and nothing that stays, under an older one."""
        with self._lock:
            if self._epoch is None or not self._epoch.is_same(epoch):
                if self._epoch is not None and epoch.is_before(self._epoch):
                    return {}
                self._epoch, self._values = epoch, {}
            elif len(self._values) > self._most:
                self._values = {}
            return self._values
