"""The public pages: ticker, feed directory, a feed, about. Nothing of them is more than the public level."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template

from syndicate.core.model import Level
from syndicate.service import directory
from syndicate.service.refusals import FeedGone, NotFound
from syndicate.web import showing
from syndicate.web.asking import agency
from syndicate.web.front import repeatable
from syndicate.web.headers import finished, public_cache

blueprint = Blueprint("pages", __name__)

TICKER_LINES = 60


@blueprint.get("/")
def ticker() -> Response:
    """The newest headlines."""
    listed = directory.public_feeds(agency())
    entries, window = directory.ticker(agency(), TICKER_LINES)
    repeatable(window.from_at, window.until_at)
    return _page(
        "ticker.html",
        page="ticker",
        lines=[showing.line(entry) for entry in entries],
        zone=showing.zone_name(),
        feeds=[showing.feed(generation) for generation in listed],
        alternates=[
            link for each in listed if each.definition.name == "all" for link in showing.alternates(each)
        ],
    )


@blueprint.get("/feeds/")
def feeds() -> Response:
    """The directory of feeds."""
    shown = [showing.feed(generation) for generation in directory.public_feeds(agency())]
    return _page("feeds.html", page="feeds", feeds=shown)


@blueprint.get("/feeds/<feed>/")
def feed(feed: str) -> Response:
    """One feed with its entries and its addresses."""
    try:
        generation, entries = directory.feed_page(agency(), feed)
    except (NotFound, FeedGone):
        name = directory.new_name_of(agency(), feed, Level.HEADLINE)
        if name is None:
            raise
        moved: Response = redirect(f"/feeds/{name}/", 301)  # type: ignore[assignment]
        return moved
    return _page(
        "feed.html",
        page="feed",
        feed=showing.feed(generation),
        entries=[showing.listed(entry) for entry in entries],
        alternates=showing.alternates(generation),
    )


@blueprint.get("/about")
def about() -> Response:
    """Who the agency is, and how to subscribe."""
    return _page("about.html", page="about")


def _page(template: str, **context: object) -> Response:
    body = render_template(template, **context).encode()
    return finished(body, "text/html; charset=utf-8", public_cache())
