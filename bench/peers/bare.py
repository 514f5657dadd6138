"""A bare route of Flask with the very same bytes, on the very same server: the least that Flask costs."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, request

from bench.peers.serving import serve

BODIES = Path("bodies")
"""Where `nginx.lay_out` has laid the bodies, in gzip."""


def make() -> Flask:
    """The application: one route."""
    app = Flask(__name__)
    bodies = {each.stem: each.read_bytes() for each in BODIES.glob("*.gz")}

    @app.get("/<name>")
    def feed(name: str) -> Response:
        response = Response(bodies[name], content_type="application/rss+xml; charset=utf-8")
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = "private, no-cache"
        response.set_etag(name, weak=True)
        response.make_conditional(request)
        return response

    return app


if __name__ == "__main__":
    serve("bench.peers.bare:make")
