"""The application: Flask with our rooms in it, plain WSGI for whatever server runs it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask

from syndicate.service.agency import Agency
from syndicate.service.inbox import Inbox
from syndicate.service.intake import LARGEST
from syndicate.service.publish import Publisher
from syndicate.service.waiting import Waiting
from syndicate.web import (
    changes,
    errors,
    feeds,
    headers,
    items,
    measuring,
    metering,
    operators,
    pages,
    turns,
    undeclared,
    wire,
)
from syndicate.web.front import Front
from syndicate.web.packing import Packing
from syndicate.web.proxies import Proxies

SEATS = 3
"""So many partners' programs may wait in one process for what changes."""

TURNS = 4
"""So many bodies may be read in one process at a time; it must have more threads than seats and turns."""


def create_app(agency: Agency) -> Flask:
    """The web side of one agency."""
    app = Flask("syndicate.web")
    app.config.update(
        AGENCY=agency,
        SETTINGS=agency.settings,
        PUBLISHER=Publisher(agency),
        INBOX=Inbox(agency),
        PACKING=Packing(),
        WAITING=Waiting(agency, SEATS),
        MAX_CONTENT_LENGTH=LARGEST,
    )
    app.url_map.merge_slashes = False  # paths are exact
    for blueprint in (
        pages.blueprint,
        feeds.blueprint,
        items.blueprint,
        changes.blueprint,
        wire.blueprint,
        operators.blueprint,
    ):
        app.register_blueprint(blueprint)
    measuring.install(app)  # first asked, and last: of answers that are finished
    errors.install(app)
    headers.install(app)
    metering.install(app)
    turns.install(app, TURNS, wire.blueprint.name)
    css = Path(app.static_folder or "") / "site.css"
    stamp = hashlib.sha256(css.read_bytes()).hexdigest()[:12]
    site = agency.settings.site
    app.context_processor(lambda: {"site": site, "css_href": f"/static/site.css?{stamp}"})
    app.wsgi_app = Front(app.wsgi_app, agency)  # type: ignore[method-assign]
    hops = agency.settings.serve.trusted_proxies
    if hops:
        app.wsgi_app = Proxies(app.wsgi_app, hops)  # type: ignore[method-assign]
    else:
        undeclared.install(app, agency)
    return app
