"""The front: repeats finished answers to the very same request, before Flask is asked.

It makes no answer. A view that knows for how long its answer stays right says so (`repeatable`); the front
keeps what then leaves, headers and all, and gives it again to a request that no part of the application
could tell from the first, while the epoch stands and the time is within. Everything else goes through. Only
what is left of a quota is said anew each time.

An answer is kept under the epoch that was read before Flask was asked, so it is never older than it seems.
A private one says that its texts were signed for: it was sent, and so will this one be, to the same token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.http import parse_accept_header

from syndicate.core.model import FOREVER
from syndicate.service.agency import Agency, Moment, StoreError
from syndicate.service.memory import Memory
from syndicate.service.quotas import Left, Meter
from syndicate.service.tally import Sort, places_of
from syndicate.settings import SettingsError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PRIVATE = "/private/"
ALIVE = "/healthz"
_SAYS = "syndicate.repeatable"
_COUNTED = "syndicate.counted"
_METERED = "syndicate.metered"
RATE_LIMIT = "RateLimit"
_LONGEST = 1000
"""No credential and no condition is longer (characters) in a request that is remembered."""

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Repeatable:
    """For how long an answer is right while nothing is committed, and what else of a request it depends on."""

    from_at: datetime
    until_at: datetime
    on_address: bool
    on_accept: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer as it left, and to whom it may be repeated."""

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]
    says: Repeatable
    address: str | None
    accept: str | None
    keys: tuple[bytes, ...]
    counted: tuple[int, int]
    meter: Meter | None  # of an answer that counts


def repeatable(
    from_at: datetime = _ALWAYS,
    until_at: datetime = FOREVER,
    on_address: bool = False,
    on_accept: bool = False,
) -> None:
    """Say that the answer to this request stays right so long, but for commits."""
    request.environ[_SAYS] = Repeatable(from_at, until_at, on_address, on_accept)


def only_once() -> None:
    """Say that another answer to this request would be better than this one."""
    request.environ.pop(_SAYS, None)


def counted_as(sort: Sort) -> None:
    """Say as what the answer to this request was counted: so are those that repeat it."""
    request.environ[_COUNTED] = sort


def metered_by(meter: Meter) -> None:
    """Say against whose quota the answer to this request counts: so do those that repeat it."""
    request.environ[_METERED] = meter


def rate_limit(left: Left) -> str:
    """What is left of a quota, as the header says it."""
    return f'"minute";r={left.requests};t={left.seconds}'


class Front:
    """Plain WSGI around the application of one agency."""

    def __init__(self, app: WSGIApplication, agency: Agency) -> None:
        self._app = app
        self._agency = agency
        self._answers = Memory()
        self._refusals = Memory(most=2_000)  # of their own, so that guesses push nothing out

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Repeat the answer to this request, or let the application give one."""
        name = _name(environ)
        if name is None:
            return self._app(environ, start_response)
        try:
            moment = self._agency.moment()
            keys = self._agency.keys if environ["PATH_INFO"].startswith(PRIVATE) else ()
        except (StoreError, SettingsError):
            return self._app(environ, start_response)  # which says what is wrong
        for memory in (self._answers, self._refusals):
            found: Finished | None = memory.under(moment.epoch).get(name)
            if found is not None and _fits(found, environ, moment.now, keys):
                headers = self._counted(found)
                if headers is None:
                    break
                start_response(found.status, headers)
                return found.body
        return self._through(name, moment, keys, environ, start_response)

    def _counted(self, found: Finished) -> list[tuple[str, str]] | None:
        """Count an answer that is repeated; gives its headers, or None where the quota of its token is used up."""
        headers = found.headers
        if found.meter is not None:
            left = self._agency.quotas.take(found.meter._replace(now=self._agency.clock()))
            if left is None:
                return None
            headers = [*headers, (RATE_LIMIT, rate_limit(left))]
        self._agency.tally.repeated(found.counted, len(found.body[0]))
        return headers

    def _through(
        self,
        name: tuple[Any, ...],
        moment: Moment,
        keys: tuple[bytes, ...],
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        said: list[Any] = []

        def hear(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            said[:] = [status, headers]
            return start_response(status, headers, *failed)

        answer = self._app(environ, hear)
        says: Repeatable | None = environ.get(_SAYS)
        sort: Sort | None = environ.get(_COUNTED)
        if says is None or sort is None or not said:
            return answer
        try:
            body = [b"".join(answer)]
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = said[0], [each for each in said[1] if each[0] != RATE_LIMIT]
        address = environ.get("REMOTE_ADDR", "") if says.on_address else None
        accept = environ.get("HTTP_ACCEPT", "") if says.on_accept else None
        memory = self._answers if status[0] in "23" else self._refusals
        meter: Meter | None = environ.get(_METERED)
        kept = memory.under(moment.epoch)
        headers = kept.setdefault(tuple(headers), headers)  # most tokens are told the very same
        kept[name] = Finished(status, headers, body, says, address, accept, keys, places_of(sort), meter)
        return body


def _name(environ: WSGIEnvironment) -> tuple[Any, ...] | None:
    """All of a request that an answer may depend on; None where it asks for something unusual."""
    method, asked = environ["REQUEST_METHOD"], environ.get
    if environ.get("QUERY_STRING") or method not in ("GET", "HEAD"):
        return None
    if "HTTP_IF_MATCH" in environ or "HTTP_IF_RANGE" in environ:
        return None
    path, credential = environ["PATH_INFO"], asked("HTTP_AUTHORIZATION")
    known = asked("HTTP_IF_NONE_MATCH")
    if path == ALIVE or len(path) + len(credential or "") + len(known or "") > _LONGEST:
        return None
    return method, path, credential, known, takes_gzip(asked("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Whether a client that accepts these encodings may be sent gzip (RFC 9110, section 12.5.3)."""
    return parse_accept_header(accepted)["gzip"] > 0


def _fits(found: Finished, environ: WSGIEnvironment, now: datetime, keys: tuple[bytes, ...]) -> bool:
    """Whether the answer is still the one to this request."""
    return (
        found.says.from_at <= now < found.says.until_at
        and found.keys is keys
        and (found.address is None or found.address == environ.get("REMOTE_ADDR", ""))
        and (found.accept is None or found.accept == environ.get("HTTP_ACCEPT", ""))
    )
