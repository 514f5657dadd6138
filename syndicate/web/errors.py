"""Refusals as answers: which reason has which status, as problem+json (RFC 9457) or as a page.

The only place that catches what nobody expected: the visitor gets one sentence, the log gets the rest.
"""

from __future__ import annotations

import json
from http import HTTPStatus

import structlog
from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from syndicate.service import refusals
from syndicate.service.agency import StoreError
from syndicate.service.refusals import Refused
from syndicate.settings import Settings
from syndicate.web.front import PRIVATE, repeatable

log = structlog.get_logger()

STATUS: dict[str, int] = {
    refusals.NoCredential.reason: 401,
    refusals.BadCredential.reason: 401,
    refusals.TokenExpired.reason: 401,
    refusals.TokenRotated.reason: 401,
    refusals.TokenRevoked.reason: 401,
    refusals.NetworkNotAllowed.reason: 403,
    refusals.NotAReaderToken.reason: 403,
    refusals.NotAnApiToken.reason: 403,
    refusals.CompanySuspended.reason: 403,
    refusals.LicenceNotBegun.reason: 403,
    refusals.LicenceEnded.reason: 403,
    refusals.FeedNotLicensed.reason: 403,
    refusals.NotFound.reason: 404,
    refusals.Resync.reason: 409,
    refusals.NothingOwed.reason: 404,
    refusals.WebhookIdUsed.reason: 409,
    refusals.Gone.reason: 410,
    refusals.NotUnderstood.reason: 422,
    refusals.FeedGone.reason: 410,
    refusals.TooManyRequests.reason: 429,
    refusals.Unavailable.reason: 503,
}

RETRY_SECONDS = 5


def install(app: Flask) -> None:
    """Let `app` answer every refusal and every fault from here."""
    app.before_request(_refuse_to_redirect)
    app.before_request(_refuse_nul)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(StoreError, _unavailable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _refuse_to_redirect() -> None:
    """Paths are exact: a slash too few is another address. Flask redirects past every error handler.

    So is a slash too many, also before the first, which the library takes away without a word: whoever judges an
    address by its beginning, as proxies and the front do, must see what is answered.
    """
    is_other = request.environ["PATH_INFO"].startswith("//")
    if is_other or isinstance(request.routing_exception, RequestRedirect):
        raise refusals.NotFound()


def _refuse_nul() -> None:
    """No name holds a NUL, and a database that is asked for one may fail instead of finding nothing."""
    if "\0" in request.path:
        raise refusals.NotFound()


def refused(error: Refused) -> Response:
    """The answer to a refusal of ours."""
    if error.is_lasting and request.path.startswith(PRIVATE):
        repeatable(on_accept=True)
    status = 410 if isinstance(error, refusals.TokenGone) else STATUS[error.reason]
    return problem(status, error.reason, str(error))


def _unavailable(error: StoreError) -> Response:
    log.error("database away", error=str(error))
    return refused(refusals.Unavailable())


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 404:
        return refused(refusals.NotFound())
    reason = HTTPStatus(status).phrase.lower().replace(" ", "-")
    answer = problem(status, reason, error.description or HTTPStatus(status).phrase)
    if status == 405 and (allowed := getattr(error, "valid_methods", None)):
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _unexpected(error: Exception) -> Response:
    """A fault of ours: its kind and place go to the log, never its text, which may hold a text or a token."""
    log.error("unexpected error", kind=type(error).__name__, endpoint=request.endpoint, exc_info=_is_debug())
    return problem(500, "internal", "Something went wrong here. It was noted; try again later.")


def _is_debug() -> bool:
    return bool(current_app.config.get("SHOW_TRACEBACKS"))


def problem(status: int, reason: str, detail: str) -> Response:
    """The answer to a refusal: a page for a browser, problem+json for everybody else."""
    settings: Settings = current_app.config["SETTINGS"]
    title = HTTPStatus(status).phrase
    if wants_page():
        page = render_template(
            "error.html",
            page="error",
            status=status,
            title=title,
            detail=detail,
            reason=reason,
            contact=settings.site.contact,
        )
        response = Response(page, status, content_type="text/html; charset=utf-8")
    else:
        content = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "reason": reason,
            "contact": settings.site.contact,
            "rights": settings.site.notice,
        }
        body = json.dumps(content, ensure_ascii=False)
        response = Response(body, status, content_type="application/problem+json; charset=utf-8")
    if status == 401:
        response.headers.add("WWW-Authenticate", f'Basic realm="{_realm(settings)}", charset="UTF-8"')
        response.headers.add("WWW-Authenticate", f'Bearer realm="{_realm(settings)}"')
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def wants_page() -> bool:
    """Whether the client is a browser: it asks for HTML before anything else."""
    accept = request.accept_mimetypes
    return accept["text/html"] > 0 and "text/html" in request.headers.get("Accept", "")


def _realm(settings: Settings) -> str:
    return settings.site.title.encode("ascii", "ignore").decode().replace('"', "").replace("\\", "")
