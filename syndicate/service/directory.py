"""What is public about the whole: the ticker, the feeds there are, and lists of them for readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from syndicate.core import gate
from syndicate.core.entry import Entry, FeedLink
from syndicate.core.model import Face, Level, ReaderClass
from syndicate.core.placement import Generation
from syndicate.core.story import Anonymous, ByKey, Decision, Story
from syndicate.outputs import opml
from syndicate.service import credentials, refusals
from syndicate.service.agency import Agency
from syndicate.service.credentials import Credential, Shown
from syndicate.service.rendering import View, entries_of, published
from syndicate.service.snapshot import Snapshot, Window, look
from syndicate.store import feeds, stories


def ticker(agency: Agency, lines: int) -> tuple[list[Entry], Window]:
    """The newest entries that everybody may see at HEADLINE or more, newest first, and until when."""

    def answer(snapshot: Snapshot) -> tuple[list[Entry], Window]:
        newest = stories.ticker_stories(snapshot.connection, snapshot.now, lines, str(agency.limits))
        return _headlines(agency, newest, snapshot.now), snapshot.window

    return look(agency, answer)


def _headlines(agency: Agency, newest: Iterable[Story], now: datetime) -> list[Entry]:
    language = agency.settings.site.language
    decided = [(story, gate.decide(story, Anonymous(), ByKey(), now)) for story in newest]
    shown = [
        entry
        for story, decision in decided
        if (entry := gate.entry(story, _as_headline(decision), None, agency.house, language))
    ]
    shown.sort(key=lambda entry: entry.key)
    return sorted(shown, key=lambda entry: entry.updated_at, reverse=True)


def _as_headline(decision: Decision) -> Decision:
    """A ticker shows headlines, and stands in the order in which they changed."""
    return replace(decision, level=min(decision.level, Level.HEADLINE))


def feed_page(agency: Agency, feed: str) -> tuple[Generation, list[Entry]]:
    """A public feed and its entries for its page, without notices. Raises `Refused` where there is none."""

    def answer(snapshot: Snapshot) -> tuple[Generation, list[Entry]]:
        generation = published(snapshot, feed)
        if generation.definition.public is Level.NOTHING:
            raise refusals.NotFound()
        view = View(feed, ReaderClass.PUBLIC)
        made = entries_of(agency, snapshot.connection, view, generation, snapshot.now)
        return generation, [each.entry for each in made if each.entry.face is Face.ENTRY]

    return look(agency, answer)


def public_feeds(agency: Agency) -> list[Generation]:
    """The feeds that everybody may know of, by name."""
    current = look(agency, lambda snapshot: snapshot.recall(feeds.current))
    return [each for each in current.values() if each.definition.public > Level.NOTHING]


def new_name_of(agency: Agency, feed: str, least: Level = Level.NOTHING) -> str | None:
    """The name under which a renamed feed is published now, if its public level is `least` or more."""
    for generation in look(agency, lambda snapshot: snapshot.recall(feeds.current)).values():
        if feed in generation.definition.aliases and generation.definition.public >= least:
            return generation.definition.name
    return None


def public_opml(agency: Agency) -> bytes:
    """The feeds of the directory as OPML."""
    return _opml(agency, public_feeds(agency), f"{agency.settings.site.base_url}/feeds")


def private_opml(agency: Agency, credential: Credential) -> bytes:
    """The feeds that a token opens as OPML; in the path form the addresses hold the token."""

    def answer(snapshot: Snapshot) -> list[Generation]:
        access = credentials.open_with(snapshot, credential)
        credentials.check_licensed(agency, access, snapshot.now)
        current = snapshot.recall(feeds.current).values()
        return [each for each in current if access.partner.licences_for(each.definition.name, snapshot.now)]

    mine = look(agency, answer)
    in_path = f"/{credential.text}" if credential.shown is Shown.PATH else ""
    return _opml(agency, mine, f"{agency.settings.site.base_url}/private{in_path}/feeds")


def _opml(agency: Agency, listed: list[Generation], base: str) -> bytes:
    site = agency.settings.site
    links = [
        FeedLink(
            title=each.definition.title,
            description=each.definition.description,
            language=each.definition.language,
            feed_href=f"{base}/{each.definition.name}.rss",
            home_href=f"{site.base_url}/feeds/{each.definition.name}/",
        )
        for each in listed
    ]
    changed_at = max((each.from_at for each in listed), default=agency.moment().epoch.settled_at)
    return opml.write(site.title, site.title, site.notice, links, changed_at)
