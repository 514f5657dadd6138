"""The headers of every answer, errors included, and the conditional and compressed forms of a body."""

from __future__ import annotations

import gzip
from datetime import datetime

from flask import Flask, Response, current_app, request

from syndicate.service.rendering import etag_of
from syndicate.web.asking import agency
from syndicate.web.front import PRIVATE, only_once, takes_gzip
from syndicate.web.packing import Packing

_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "tdm-reservation": "1",
}
PRIVATE_CACHE = "private, no-cache"
_SMALLEST = 500


def install(app: Flask) -> None:
    """Let every answer of `app` pass through here."""
    app.after_request(_dressed)


def _dressed(response: Response) -> Response:
    for name, value in _EVERYWHERE.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(PRIVATE):
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet"
        response.headers["Vary"] = "Authorization, Accept-Encoding"
    else:
        response.headers.setdefault("Vary", "Accept-Encoding")
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    if response.status_code == 200 and request.method in ("GET", "HEAD"):
        _compress(response)
    return response


def finished(
    body: bytes,
    media_type: str,
    cache_control: str,
    etag: str | None = None,
    changed_at: datetime | None = None,
    status: int = 200,
) -> Response:
    """An answer with validators: 304 where the client has these bytes already. `Range` is ignored.

    A time alone does not say so: two changes may fall into one second, and the second may be a kill. Nor does
    any other condition: what is signed for hangs on `has`, so whether a body leaves must hang on it alone.
    """
    etag = etag or etag_of(agency().era, body)
    response = Response(body, status=status, content_type=media_type)
    response.set_etag(etag, weak=True)
    if changed_at is not None:
        response.last_modified = changed_at
    response.headers["Cache-Control"] = cache_control
    if status == 200 and _has(etag):
        response.status_code = 304
    return response


def public_cache() -> str:
    """What public answers say to caches."""
    seconds = current_app.config["SETTINGS"].serve.public_max_age
    return f"public, max-age={seconds}" if seconds else "public, no-cache"


def sends(etag: str | None) -> bool:
    """Whether a body of this ETag goes out to this request; None is that of an answer that has no 304."""
    return request.method != "HEAD" and not (etag and _has(etag))


def _has(etag: str) -> bool:
    """Whether the client says that it has the bytes of this ETag."""
    return bool(request.if_none_match) and request.if_none_match.contains_weak(etag)


def _compress(response: Response) -> None:
    """Gzip where the client takes it; the weak ETag is a digest of the bytes and serves both forms."""
    if not takes_gzip(request.headers.get("Accept-Encoding", "")):
        return
    if response.direct_passthrough or "Content-Encoding" in response.headers:
        return
    body = response.get_data()
    if len(body) < _SMALLEST:
        return
    etag, _ = response.get_etag()
    if etag is None:
        response.set_data(gzip.compress(body, 6, mtime=0))
    else:
        packing: Packing = current_app.config["PACKING"]
        packed = packing.pack(etag, body)
        response.set_data(packed.body)
        if not packed.is_small:
            only_once()
    response.headers["Content-Encoding"] = "gzip"
