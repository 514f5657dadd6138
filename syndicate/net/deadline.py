"""An end to every connection of a session, whatever the other side does.

A time limit of a socket begins anew with each byte, so a server that drips would be listened to for ever: in
the handshake, in the headers, in the body. Here one time counts for all of it, redirects included. When it is
over the connections are shut down under the hands of whoever reads them. How they notice differs, and some do
not (a body may end so), so `has_passed` is to be asked at the end too. Resolving a name is not cut short.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from threading import Lock, Timer
from types import TracebackType
from typing import Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class Deadline:
    """So many seconds, from now on, for what the sessions that are watched do inside the block."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self._timer = Timer(max(0.0, seconds), self._end)
        self._timer.daemon = True
        self._open: list[socket.socket] = []
        self._lock = Lock()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, where: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()

    @property
    def has_passed(self) -> bool:
        """Whether the time is over: what came meanwhile may be a part of something."""
        return time.monotonic() > self._ends_at

    def watch(self, session: requests.Session) -> None:
        """Let the connections that `session` opens end in time."""
        keep = self._keep

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return keep(super()._new_conn())

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return keep(super()._new_conn())

        pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
        }
        for adapter in session.adapters.values():
            if isinstance(adapter, HTTPAdapter):
                adapter.poolmanager.pool_classes_by_scheme = pools

    def _keep(self, connection: socket.socket) -> socket.socket:
        """Remember a second handle of a connection: TLS takes the first one away from its object."""
        second = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._open.append(second)
        if self.has_passed:
            self._end()
        return connection

    def _end(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):  # the other side was first
                    connection.shutdown(socket.SHUT_RDWR)
