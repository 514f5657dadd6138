"""Turns for requests that bring a body: so many at a time in a process, the others are told to come back.

A body may drip for as long as its sender likes, and the server must read it to its end before it answers, so
the thread that reads it is gone meanwhile. With fewer turns than threads there is always one left for those
who only ask. What else a sender may do is not decided here.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Flask, g, request

from syndicate.service.refusals import TooManyAtOnce

BRINGING = frozenset({"POST", "PUT", "PATCH"})
"""The methods whose bodies are read."""


def install(app: Flask, most: int) -> None:
    """Let at most so many requests that bring a body be answered by `app` at a time."""
    turns = BoundedSemaphore(most)

    def take() -> None:
        if request.method in BRINGING:
            if not turns.acquire(blocking=False):
                raise TooManyAtOnce()
            g.has_turn = True

    def give_back(_: BaseException | None) -> None:
        if g.pop("has_turn", False):
            turns.release()

    app.before_request(take)
    app.teardown_request(give_back)
