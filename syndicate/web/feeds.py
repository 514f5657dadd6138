"""The feeds themselves, in every format: the public tier, and the private one in both forms."""

from __future__ import annotations

from flask import Blueprint, Response, redirect

from syndicate.core.model import Level
from syndicate.outputs import FORMATS, opml
from syndicate.service import directory
from syndicate.service.credentials import Credential, Shown
from syndicate.service.refusals import FeedGone, NotFound
from syndicate.service.rendering import Rendering
from syndicate.web.asking import agency, credential, publisher
from syndicate.web.front import repeatable
from syndicate.web.headers import PRIVATE_CACHE, finished, public_cache, sends

blueprint = Blueprint("feeds", __name__)

_EXTENSIONS = ", ".join(FORMATS)
_FEED = f"<any({_EXTENSIONS}):ext>"


@blueprint.get(f"/feeds/<feed>.{_FEED}")
def public_feed(feed: str, ext: str) -> Response:
    """The public tier of a feed."""
    try:
        rendering = publisher().public_feed(feed, ext)
    except (NotFound, FeedGone):
        name = directory.new_name_of(agency(), feed, Level.HEADLINE)
        if name is None:
            raise
        moved: Response = redirect(f"/feeds/{name}.{ext}", 301)  # type: ignore[assignment]
        return moved
    repeatable(rendering.from_at, rendering.until_at)
    return _sent(rendering, public_cache())


@blueprint.get("/feeds.opml")
def public_opml() -> Response:
    """Every feed of the directory, for readers that take lists."""
    return finished(directory.public_opml(agency()), opml.MEDIA_TYPE, public_cache())


@blueprint.get(f"/private/feeds/<feed>.{_FEED}", defaults={"token": None})
@blueprint.get(f"/private/<token>/feeds/<feed>.{_FEED}")
def private_feed(token: str | None, feed: str, ext: str) -> Response:
    """The private tier of a feed. A renamed feed answers under its old name too: nothing here redirects."""
    asked = credential(token)
    try:
        return _private(asked, feed, ext)
    except (NotFound, FeedGone):
        name = directory.new_name_of(agency(), feed)
        if name is None:
            raise
    return _private(asked, name, ext)


@blueprint.get("/private/feeds.opml", defaults={"token": None})
@blueprint.get("/private/<token>/feeds.opml")
def private_opml(token: str | None) -> Response:
    """The feeds of a token; with addresses that hold it, and so are a secret, in the path form."""
    asked = credential(token)
    cache = "no-store" if asked.shown is Shown.PATH else PRIVATE_CACHE
    return finished(directory.private_opml(agency(), asked), opml.MEDIA_TYPE, cache)


def _private(asked: Credential, feed: str, ext: str) -> Response:
    rendering, access = publisher().private_feed(asked, feed, ext, sends)
    if not access.is_old_secret:  # whose use is noted
        repeatable(rendering.from_at, rendering.until_at, on_address=access.is_bound)
    return _sent(rendering, PRIVATE_CACHE)


def _sent(rendering: Rendering, cache: str) -> Response:
    return finished(rendering.body, rendering.media_type, cache, rendering.etag, rendering.changed_at)
