"""Counts every answer that is made: where it was asked for, how it went, its size, how long it took.

What took long is logged by its route, never by its path, which may hold a token.
"""

from __future__ import annotations

from time import perf_counter

import structlog
from flask import Flask, Response, g, request

from syndicate.service.tally import sort_of
from syndicate.web.asking import agency
from syndicate.web.front import PRIVATE, counted_as

log = structlog.get_logger()

SLOW = 2.0
"""An answer that takes longer (seconds) is logged, unless the client lets itself be kept waiting."""


def install(app: Flask) -> None:
    """Let every answer of `app` be counted here, when it is finished."""
    app.before_request(_begun)
    app.after_request(_counted)


def _begun() -> None:
    g.begun = perf_counter()


def _counted(response: Response) -> Response:
    seconds = perf_counter() - g.begun
    sort = sort_of(request.blueprint, request.path.startswith(PRIVATE), response.status_code)
    agency().tally.answered(sort, _size(response), seconds)
    counted_as(sort)
    if seconds > SLOW and "wait" not in request.args:
        route = request.url_rule.rule if request.url_rule else None
        log.warning("slow answer", route=route, method=request.method, seconds=round(seconds, 3))
    return response


def _size(response: Response) -> int:
    """Of the body that is sent, in bytes."""
    if request.method == "HEAD" or response.status_code == 304:
        return 0
    return response.calculate_content_length() or response.content_length or 0
