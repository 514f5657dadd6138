"""One item by its key: the public page, and for partners the page, ninjs and text; the account of a token."""

from __future__ import annotations

import json
from collections.abc import Callable

from flask import Blueprint, Response, current_app, render_template

from syndicate.core.model import FOREVER, is_key
from syndicate.outputs import ninjs, text
from syndicate.outputs.vocabulary import STATUSES
from syndicate.service.credentials import Access
from syndicate.service.holders import Owed
from syndicate.service.publish import Read
from syndicate.service.quotas import MINUTE
from syndicate.web import showing
from syndicate.web.asking import agency, credential, publisher
from syndicate.web.headers import PRIVATE_CACHE, finished, public_cache, sends

blueprint = Blueprint("items", __name__)

_HTML = "text/html; charset=utf-8"


@blueprint.get("/items/<key>")
def public_item(key: str) -> Response:
    """The item at its public level."""
    read = publisher().public_item(_checked(key))
    page = render_template("item.html", page="item", **showing.item(read.entry))
    return finished(page.encode(), _HTML, public_cache(), changed_at=read.changed_at)


@blueprint.get("/private/items/<key>")
def private_item(key: str) -> Response:
    """The item as a partner has it, as a page."""
    return _private(key, _page, _HTML)


@blueprint.get("/private/items/<key>.json")
def private_item_as_ninjs(key: str) -> Response:
    """The item as a partner has it, as ninjs 3.1."""
    notice = current_app.config["SETTINGS"].site.notice
    return _private(key, lambda _, read: ninjs.write(read.entry, notice), ninjs.MEDIA_TYPE)


@blueprint.get("/private/items/<key>.txt")
def private_item_as_text(key: str) -> Response:
    """The item as a partner has it, as text."""
    notice = current_app.config["SETTINGS"].site.notice
    return _private(key, lambda _, read: text.write(read.entry, notice), text.MEDIA_TYPE)


def _private(key: str, write: Callable[[Access, Read], bytes], media_type: str) -> Response:
    read, body = publisher().private_item(credential(), _checked(key), write, sends)
    status = 410 if read.is_gone else 200
    return finished(body, media_type, PRIVATE_CACHE, changed_at=read.changed_at, status=status)


def _checked(key: str) -> str:
    """The key, or none where it has not the form of one: such a text is put to no database."""
    return key if is_key(key) else ""


def _page(access: Access, read: Read) -> bytes:
    shown = showing.item(read.entry, licensed_to=access.company)
    return render_template("item.html", page="item", **shown).encode()


@blueprint.get("/private/account")
def account() -> Response:
    """Who the token belongs to and what it opens."""
    body = publisher().account(credential(), _account, sends)
    return finished(body, "application/json; charset=utf-8", PRIVATE_CACHE)


def _account(access: Access, open_: list[Owed]) -> bytes:
    site = agency().settings.site
    content = {
        "company": access.partner.company,
        "token": {"id": access.partner.token, "label": access.label},
        "quota": {"requests": access.quota, "seconds": MINUTE} if access.quota else None,
        "licences": [
            {
                "feeds": sorted(licence.feeds),
                "level": licence.level.name.lower(),
                "begins": licence.begins_at.isoformat(),
                "ends": None if licence.ends_at == FOREVER else licence.ends_at.isoformat(),
            }
            for licence in access.partner.licences
        ],
        "open": [
            {
                "key": each.key,
                "status": STATUSES[each.face].value,
                "since": each.since_at.isoformat(timespec="seconds"),
                "acknowledge": f"{site.base_url}/private/items/{each.key}/ack",
            }
            for each in open_
        ],
    }
    return json.dumps(content, ensure_ascii=False).encode()
