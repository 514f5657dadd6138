"""A naive feed of full texts: Flask and feedgen, which renders and packs each answer, and no condition."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from feedgen.feed import FeedGenerator
from flask import Flask, Response

from bench.peers.serving import serve
from bench.peers.table import DATABASE, newest


def make() -> Flask:
    """The application: one route."""
    app = Flask(__name__)

    @app.get("/feed.rss")
    def feed() -> Response:
        with closing(sqlite3.connect(DATABASE)) as connection:
            body = _rendered(connection)
        response = Response(gzip.compress(body, 6), content_type="application/rss+xml; charset=utf-8")
        response.headers["Content-Encoding"] = "gzip"
        return response

    return app


def _rendered(connection: sqlite3.Connection) -> bytes:
    feed = FeedGenerator()
    feed.title("Meridian Wire: All")
    feed.link(href="http://127.0.0.1:8080/feeds/all/")
    feed.description("Everything")
    for id, title, link, description, html, published_at in newest(connection):
        entry = feed.add_entry(order="append")
        entry.guid(id)
        entry.title(title)
        entry.link(href=link)
        entry.description(description)
        entry.content(html, type="CDATA")
        entry.published(datetime.fromtimestamp(published_at, UTC))
    body: bytes = feed.rss_str()
    return body


if __name__ == "__main__":
    serve("bench.peers.naive:make")
