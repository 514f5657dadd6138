"""Bodies in gzip: quickly for the first who asks, small for all after, each packed once.

The small form takes several times as long as a rendering, so it is made beside, off the way of an answer.
"""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache

_ROOM = 4 * 1024 * 1024
_QUICKLY, _SMALL = 1, 6


@dataclass(frozen=True, slots=True)
class Packed:
    """A body in gzip (RFC 1952), and whether it will get no smaller."""

    body: bytes
    is_small: bool


class Packing:
    """The packed bodies of one process, by their ETags, which are digests of the bytes."""

    def __init__(self) -> None:
        self._kept: LRUCache[str, Packed] = LRUCache(_ROOM, lambda packed: len(packed.body))
        self._lock = Lock()
        self._beside = ThreadPoolExecutor(1, "packing")

    def pack(self, etag: str, body: bytes) -> Packed:
        """The body in gzip: as it was packed before, or quickly."""
        with self._lock:
            packed = self._kept.get(etag)
        if packed is None:
            packed = self._keep(etag, Packed(gzip.compress(body, _QUICKLY, mtime=0), False))
            self._beside.submit(self._pack_small, etag, body)
        return packed

    def _pack_small(self, etag: str, body: bytes) -> None:
        self._keep(etag, Packed(gzip.compress(body, _SMALL, mtime=0), True))

    def _keep(self, etag: str, packed: Packed) -> Packed:
        with self._lock, suppress(ValueError):  # larger than all the room
            self._kept[etag] = packed
        return packed
