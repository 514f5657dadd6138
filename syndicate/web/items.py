"""One item by its key: the public page, and for partners the page, ninjs and text; the account of a token."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, render_template

from syndicate.core.model import FOREVER
from syndicate.outputs import ninjs, text
from syndicate.service import directory
from syndicate.web import showing
from syndicate.web.asking import agency, credential, publisher
from syndicate.web.feeds import PRIVATE_CACHE, public_cache
from syndicate.web.headers import finished

blueprint = Blueprint("items", __name__)

_HTML = "text/html; charset=utf-8"


@blueprint.get("/items/<key>")
def public_item(key: str) -> Response:
    """The item at its public level."""
    read = publisher().public_item(key)
    page = render_template("item.html", page="item", **showing.item(read.entry))
    return finished(page.encode(), _HTML, public_cache(), changed_at=read.changed_at)


@blueprint.get("/private/items/<key>")
def private_item(key: str) -> Response:
    """The item as a partner has it, as a page."""
    access, read = publisher().private_item(credential(), key)
    shown = showing.item(read.entry, licensed_to=access.company)
    page = render_template("item.html", page="item", **shown)
    return finished(page.encode(), _HTML, PRIVATE_CACHE, status=410 if read.is_gone else 200)


@blueprint.get("/private/items/<key>.<any(json, txt):ext>")
def private_item_file(key: str, ext: str) -> Response:
    """The item as ninjs 3.1 or as text."""
    _, read = publisher().private_item(credential(), key)
    site = current_app.config["SETTINGS"].site
    if ext == "json":
        body, media_type = ninjs.write(read.entry, site.notice), "application/json; charset=utf-8"
    else:
        body, media_type = text.write(read.entry, site.notice), "text/plain; charset=utf-8"
    return finished(
        body,
        media_type,
        PRIVATE_CACHE,
        changed_at=read.changed_at,
        status=410 if read.is_gone else 200,
    )


@blueprint.get("/private/account")
def account() -> Response:
    """Who the token belongs to and what it opens."""
    access = directory.account(agency(), credential())
    content = {
        "company": access.partner.company,
        "token": {"id": access.partner.token, "label": access.label},
        "licences": [
            {
                "feeds": sorted(licence.feeds),
                "level": licence.level.name.lower(),
                "begins": licence.begins_at.isoformat(),
                "ends": None if licence.ends_at == FOREVER else licence.ends_at.isoformat(),
            }
            for licence in access.partner.licences
        ],
    }
    body = json.dumps(content, ensure_ascii=False).encode()
    return finished(body, "application/json; charset=utf-8", PRIVATE_CACHE)
