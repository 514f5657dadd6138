"""Turns for requests that bring a body: so many are read at a time in a process.

A body may drip for as long as its sender likes, and the server must read it to its end before it answers, so
the thread that reads it is gone meanwhile. With fewer turns than threads there is always one left for those
who only ask. A body that comes at once takes no time, so only those who drip keep others from their turn.
What else a sender may do is not decided here.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Flask, request

from syndicate.service.refusals import TooManyAtOnce

BRINGING = frozenset({"POST", "PUT", "PATCH"})
"""The methods whose bodies are read."""

SMALL = 64 * 1024
"""An acknowledgement has at most so many bytes; what is larger is not read."""

PATIENCE = 0.05
"""For so long (seconds) a turn is waited for."""


def install(app: Flask, most: int, large: str) -> None:
    """Let at most so many bodies be read by `app` at a time, each before anything else is done for it.

    Only the room that is called `large` takes bodies of the size that the application allows.
    """
    turns = BoundedSemaphore(most)

    def read() -> None:
        if request.method in BRINGING:
            if not turns.acquire(timeout=PATIENCE):
                raise TooManyAtOnce()
            if request.blueprint != large:
                request.max_content_length = SMALL
            try:
                request.get_data()
            finally:
                turns.release()

    app.before_request(read)
