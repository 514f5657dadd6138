"""Fetching from addresses that others name, without reaching inside.

Every answer of the resolver is checked, the connection goes to the address that was checked, and each
redirect is checked again (microsoft-antissrf). Size is bounded on the bytes as they come out of the
decompression, and one time counts for all of it. No proxy, no credentials of this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, PolicyConfigOptions
from urllib3.exceptions import HTTPError

from syndicate.net.deadline import Deadline

LARGEST = 16 * 1024 * 1024
SECONDS = 30.0
"""No fetch takes longer, its redirects included."""

REDIRECTS = 5
AGENT = "syndicate"

IPV4_IN_IPV6 = ["::/96", "::ffff:0:0:0/96"]
"""Old ways to write an IPv4 address as an IPv6 one, which a translator on the way would still follow."""


class FetchError(Exception):
    """A fetch that gave nothing. `reason` is its name, `str` a sentence for the operator.

    `retry_after` is what the server asked for, as it stood in the header.
    """

    def __init__(self, reason: str, detail: str, retry_after: str | None = None) -> None:
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back. `body` None: not modified since the last visit. `moved_to`: for good, says the server."""

    body: bytes | None
    content_type: str | None
    etag: str | None
    last_modified: str | None
    moved_to: str | None = None


def guarded_session() -> requests.Session:
    """A session that dials public addresses only."""
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.allow_plain_text_http = True
    policy.add_xff_header = False
    policy.add_denied_addresses(IPV4_IN_IPV6)
    session: requests.Session = policy.get_antissrf_session()
    session.trust_env = False
    return session


def fetch(
    url: str,
    etag: str | None = None,
    last_modified: str | None = None,
    open_session: Callable[[], requests.Session] = guarded_session,
) -> Fetched:
    """Get `url`, conditionally when the last visit left something to compare. Raises `FetchError`."""
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}
    deadline = Deadline(SECONDS)
    try:
        with deadline:
            fetched = _fetched(url, headers, open_session, deadline)
    except FetchError:
        if not deadline.has_passed:
            raise
    else:
        if not deadline.has_passed:
            return fetched
    raise FetchError("too-slow", f"{_shown(url)} took longer than {SECONDS:.0f} seconds.")


def _fetched(
    url: str, headers: dict[str, str], open_session: Callable[[], requests.Session], deadline: Deadline
) -> Fetched:
    try:
        with open_session() as session:
            deadline.watch(session)
            return _followed(session, url, headers)
    except AntiSSRFError:
        raise FetchError("address-not-allowed", f"{_shown(url)} is not a public address.") from None
    except (OSError, HTTPError, UnicodeError) as error:  # of the resolver, of requests, of what it stands on
        raise FetchError(
            "not-reached", f"{_shown(url)} could not be fetched: {type(error).__name__}."
        ) from None


def _followed(session: requests.Session, url: str, headers: dict[str, str]) -> Fetched:
    """The answer at the end of the redirects, each of them checked; only the last body is read."""
    session.get_redirect_target = _no_target  # type: ignore[method-assign]
    there = moved_to = url
    for _ in range(REDIRECTS + 1):
        _check_address(there)
        with session.get(there, headers=headers, stream=True, timeout=10) as answer:
            if not answer.is_redirect:
                return _answered(answer, None if moved_to == url else moved_to)
            is_for_good = answer.is_permanent_redirect and moved_to == there
            there = _target(there, answer.headers["Location"])
            moved_to = there if is_for_good else moved_to
    raise FetchError("too-many-redirects", f"{_shown(url)} redirects more than {REDIRECTS} times.")


def _no_target(resp: requests.Response) -> str | None:
    """What requests is told of every redirect: it would take in the whole body before it goes on."""
    return None


def _target(there: str, location: str) -> str:
    try:
        return urljoin(there, location)
    except ValueError:
        raise FetchError("bad-address", f"{_shown(there)} redirects to what is no address.") from None


def _check_address(url: str) -> None:
    """Http or https, a usual port, no user in the address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchError("bad-address", "This is not an address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError("bad-address", f"{_shown(url)} is not an http or https address.")
    if parts.username is not None or parts.password is not None:
        raise FetchError("bad-address", "An address with a user name in it is not fetched.")
    if port is not None and port not in (80, 443) and port < 1024:
        raise FetchError("bad-address", f"{_shown(url)} names a port that is not for the web.")


def _answered(answer: requests.Response, moved_to: str | None) -> Fetched:
    etag, last_modified = _line(answer, "ETag"), _line(answer, "Last-Modified")
    content_type = _line(answer, "Content-Type")
    if answer.status_code == 304:
        return Fetched(None, content_type, etag, last_modified, moved_to)
    if answer.status_code == 410:
        raise FetchError("gone", f"{_shown(answer.url)} answered 410: it is gone for good.")
    if answer.status_code != 200:
        detail = f"{_shown(answer.url)} answered {answer.status_code}."
        raise FetchError("bad-status", detail, _line(answer, "Retry-After"))
    return Fetched(_bounded(answer), content_type, etag, last_modified, moved_to)


def _line(answer: requests.Response, name: str) -> str | None:
    """A header that can be kept and sent again: one line of characters that show."""
    value = answer.headers.get(name)
    return value if value is not None and value.isprintable() else None


def _bounded(answer: requests.Response) -> bytes:
    """The body, given up when it is too large."""
    body = bytearray()
    for piece in answer.iter_content(64 * 1024):
        body += piece
        if len(body) > LARGEST:
            raise FetchError("too-large", f"{_shown(answer.url)} sent more than {LARGEST >> 20} MiB.")
    return bytes(body)


def _shown(url: str) -> str:
    """An address as it may stand in a log: without user and query, where credentials are kept."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
