"""Wire in over HTTP: one document of any input format a request, durable before the answer."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, request

from syndicate.core.webhooks import signed_of
from syndicate.service import credentials, refusals
from syndicate.service.agency import Agency
from syndicate.service.arriving import webhooks
from syndicate.service.inbox import Inbox
from syndicate.service.intake import Taken
from syndicate.service.snapshot import look
from syndicate.web.asking import bearer

blueprint = Blueprint("wire", __name__)

SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")
"""The headers of Standard Webhooks. A key beside them stands alone: they are not looked at then."""


@blueprint.post("/wire/<source>")
def push(source: str) -> Response:
    """Take a message of a source that shows its key, or signed it."""
    agency: Agency = current_app.config["AGENCY"]
    if "Authorization" not in request.headers and any(name in request.headers for name in SIGNED):
        signed = signed_of(*(request.headers.get(name) for name in SIGNED))
        webhooks.check(agency, source, signed, request.get_data())
    else:
        _check_key(agency, source)
    inbox: Inbox = current_app.config["INBOX"]
    taken = inbox.take(
        request.get_data(), agency.settings.source(source), request.headers.get("Content-Type")
    )
    body = json.dumps({"items": [_shown(each) for each in taken]}, ensure_ascii=False)
    response = Response(body, _status(taken), content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _check_key(agency: Agency, source: str) -> None:
    owner = look(agency, lambda snapshot: credentials.source_of(snapshot, bearer()))
    if owner != source or source not in agency.settings.sources:
        raise refusals.BadSourceKey()


def _status(taken: list[Taken]) -> int:
    """All taken 200, some refused 207, all refused 422."""
    refused = sum(each.outcome is None for each in taken)
    if not refused:
        return 200
    return 422 if refused == len(taken) else 207


def _shown(taken: Taken) -> dict[str, object]:
    return {
        "uri": taken.uri,
        "key": taken.key,
        "version": taken.version,
        "outcome": taken.outcome and taken.outcome.value,
        "reason": taken.reason and f"{taken.reason}: {taken.detail}",
    }
