"""Notices that a proxy stands before us which the settings do not declare; `doctor` then says so."""

from __future__ import annotations

from flask import Flask, request

from syndicate.service.agency import Agency
from syndicate.service.watching.signs import ProxyWatch


def install(app: Flask, agency: Agency) -> None:
    """Let requests to `app` be looked at. What the header says is not believed, nor written down."""
    watch = ProxyWatch(agency)

    def look() -> None:
        if "X-Forwarded-For" in request.headers:
            watch.notice()

    app.before_request(look)
