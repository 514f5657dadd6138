"""What changed, for partners' programs: the state, the changes after a cursor, and acknowledgements."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, request

from syndicate.service import changes
from syndicate.service.changes import Line, Page, Told
from syndicate.service.credentials import Credential
from syndicate.service.waiting import Waiting
from syndicate.web.asking import agency, credential, publisher
from syndicate.web.errors import RETRY_SECONDS
from syndicate.web.headers import sends

blueprint = Blueprint("changes", __name__)

LONGEST_WAIT = 25
MEDIA_TYPE = "application/json; charset=utf-8"


@blueprint.get("/private/changes")
def told() -> Response:
    """The state without `since`, what changed with it; with `wait` once there is something, or after so long."""
    asked, since = credential(), request.args.get("since")
    page = publisher().told(asked, since, sends)
    is_kept_waiting = True
    if since is not None and page.state is None and not page.changes and (seconds := _seconds()):
        page, is_kept_waiting = _waited(asked, since, page, seconds)
    response = _answer(_shown(page))
    if not is_kept_waiting:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _waited(asked: Credential, since: str, page: Page, seconds: int) -> tuple[Page, bool]:
    """The page once there is something in it; and whether there was room to wait."""
    waiting: Waiting = current_app.config["WAITING"]
    with waiting.room() as has_room:
        if not has_room:
            return page, False
        for _ in waiting.looks(seconds):
            page = publisher().told(asked, since, sends)
            if page.changes:
                break
    return page, True


def _seconds() -> int:
    """How long the client lets itself be kept waiting."""
    text = request.args.get("wait", "0")
    return min(int(text), LONGEST_WAIT) if re.fullmatch(r"[0-9]{1,9}", text) else 0


@blueprint.post("/private/items/<key>/ack")
def acknowledge(key: str) -> Response:
    """A company says that it has taken out a held or killed item."""
    owed = changes.acknowledge(agency(), credential(), key, _said)
    return _answer({"key": owed.key, "status": "removed", "notice": owed.face.value})


def _said() -> object:
    """What the body says; nothing, where it is no JSON or nested beyond all sense."""
    try:
        return request.get_json(force=True, silent=True)
    except RecursionError:
        return None


def _shown(page: Page) -> dict[str, Any]:
    shown: dict[str, Any] = {"next": page.next, "more": page.has_more}
    if page.state is not None:
        return {"items": [_line(each) for each in page.state]} | shown
    return {"changes": [_told(each) for each in page.changes]} | shown


def _line(line: Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "feeds": list(line.feeds),
        "version": line.version,
        "status": line.status,
        "sha256": line.sha256,
        "href": f"{agency().settings.site.base_url}/private/items/{line.key}.json",
    }


def _told(told: Told) -> dict[str, Any]:
    line = _line(told.line)
    del line["feeds"]
    return {"at": _stamp(told.at), "change": told.change.value, "feed": told.feed} | line


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _answer(content: dict[str, Any]) -> Response:
    response = Response(json.dumps(content, ensure_ascii=False), content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "private, no-store"
    return response
