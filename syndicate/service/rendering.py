"""From a view of a feed to finished bytes: which stories stand in it, what the gate lets out, one format.

A rendering carries the time inside which nothing changes by the clock, and what a receipt must say of it.
Keeping and handing out renderings is the business of `publish`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from syndicate.core import gate
from syndicate.core.entry import Entry, Feed, FeedHead
from syndicate.core.model import FOREVER, Face, Level, ReaderClass
from syndicate.core.notices import words_for
from syndicate.core.placement import Generation
from syndicate.core.story import Anonymous, Decision, InFeed, Licence, Partner, Principal, Story
from syndicate.outputs import FORMATS
from syndicate.outputs.fragments import Fragments
from syndicate.service import refusals
from syndicate.service.agency import Agency, Moment
from syndicate.service.receipts import carried_by
from syndicate.service.snapshot import Snapshot
from syndicate.store import feeds, items, stories
from syndicate.store.database import Epoch
from syndicate.store.receipts import Bundle

NOTICES = 200
"""At most so many notices a feed and face; all of them are in the changes."""

TTL_MINUTES = 5
"""How often readers are told to come back."""


@dataclass(frozen=True, slots=True)
class View:
    """What all principals with equal rights to one feed see. `level` None: the feed's public level."""

    feed: str
    reader_class: ReaderClass
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """Finished bytes, what a receipt must say of them, and for how long they are the right answer."""

    body: bytes
    media_type: str
    etag: str
    changed_at: datetime
    carried: Bundle
    epoch: Epoch
    from_at: datetime
    until_at: datetime

    def holds(self, moment: Moment) -> bool:
        """Whether this is still the answer at `moment`."""
        return self.epoch.is_same(moment.epoch) and self.from_at <= moment.now < self.until_at


@dataclass(frozen=True, slots=True)
class Made:
    """One entry of a view, since when it stands so, and what a receipt says of it (None where it needs none)."""

    entry: Entry
    since_at: datetime
    receipt: tuple[str, str, Level] | None


def render(snapshot: Snapshot, view: View, ext: str, kept: Fragments) -> Rendering:
    """The bytes of a view in a format; entries written before are in `kept`.

    Raises `Refused` where there is no such feed for it.
    """
    agency, moment, connection = snapshot.agency, snapshot.moment, snapshot.connection
    generation = published(snapshot, view.feed)
    if view.reader_class is ReaderClass.PUBLIC and generation.definition.public is Level.NOTHING:
        raise refusals.NotFound()
    made = entries_of(agency, connection, view, generation, moment.now)
    left_at = stories.left_at(connection, view.feed, view.reader_class, moment.now)
    came_at = max((each.since_at for each in made), default=generation.from_at)
    changed_at = max(generation.from_at, came_at, left_at or generation.from_at)
    body = FORMATS[ext].write(
        Feed(head_of(agency, generation, view, ext, changed_at), tuple(each.entry for each in made)), kept
    )
    carried = frozenset(each.receipt for each in made if each.receipt is not None)
    return _finished(snapshot, body, ext, changed_at, carried)


def render_ended(snapshot: Snapshot, generation: Generation, ext: str, ended_at: datetime) -> Rendering:
    """A feed with one entry that says that access is over, since readers show nothing of a refusal."""
    agency, definition = snapshot.agency, generation.definition
    constant = words_for(definition.language)
    local = ended_at.astimezone(agency.house.zone)
    entry = Entry(
        id=agency.house.id_of(f"ended:{definition.name}"),
        key="ended",
        face=Face.ENTRY,
        level=Level.EXCERPT,
        title=constant.ended.format(at=local),
        href=f"{agency.settings.site.base_url}/feeds/{definition.name}/",
        published_at=ended_at,
        updated_at=ended_at,
        edited_at=ended_at,
        language=definition.language,
        excerpt=constant.ended_text(local, agency.settings.site.contact),
    )
    head = head_of(agency, generation, View(definition.name, ReaderClass.LICENSED), ext, ended_at)
    body = FORMATS[ext].write(Feed(head, (entry,)))
    return _finished(snapshot, body, ext, ended_at, frozenset())


def entries_of(
    agency: Agency, connection: Connection, view: View, generation: Generation, now: datetime
) -> list[Made]:
    """The entries of a view, newest first; in private feeds a kill slip after each kill notice."""
    definition = generation.definition
    level = definition.public if view.level is None else view.level
    window = stories.Window(view.feed, view.reader_class, level, definition.window, NOTICES)
    principal = _viewer(view, level)
    decided = [
        (story, gate.decide(story, principal, InFeed(view.feed), now))
        for story in stories.feed_stories(connection, window, now, str(agency.limits))
    ]
    words = items.full_words(connection, in_full(decided))
    made: list[Made] = []
    for story, decision in decided:
        span = decision.span
        if span is None:
            continue
        entry = gate.entry(story, decision, words.get(span.version), agency.house, definition.language)
        if entry is None:
            continue
        made.append(Made(entry, span.from_at, carried_by(entry, span.version)))
        slip = gate.slip(story, decision, level, agency.house, definition.language)
        if slip is not None and view.reader_class is not ReaderClass.PUBLIC:
            made.append(Made(slip, span.from_at, None))
    return made


def etag_of(era: str, body: bytes) -> str:
    """A digest of the era and the bytes: it tells nothing of what is not in them, as a counter would.

    After a restore the same bytes may stand for another history, so nothing from before matches.
    """
    return hashlib.sha256(era.encode() + body).hexdigest()[:32]


def in_full(decided: Iterable[tuple[Story, Decision]]) -> Iterator[tuple[str, str]]:
    """Key and digest of the versions whose words the gate lets out."""
    for story, decision in decided:
        if decision.level is Level.FULL and decision.span is not None:
            yield story.key, decision.span.version


def published(snapshot: Snapshot, feed: str, is_known: bool = False) -> Generation:
    """The feed's generation that counts. Raises `NotFound`, or `FeedGone` for one that was removed.

    Of one that was in no directory only those are told who know it (`is_known`): by their licence.
    """
    generation = snapshot.recall(feeds.current).get(feed)
    if generation is not None:
        return generation
    past = feeds.history(snapshot.connection, feed)
    if past and (is_known or past[-1].definition.public > Level.NOTHING):
        raise refusals.FeedGone(feeds_href=f"{snapshot.agency.settings.site.base_url}/feeds/")
    raise refusals.NotFound()


def head_of(agency: Agency, generation: Generation, view: View, ext: str, changed_at: datetime) -> FeedHead:
    """What stands above the entries of a view. Private feeds name no address of their own."""
    site, definition = agency.settings.site, generation.definition
    is_private = view.reader_class is not ReaderClass.PUBLIC
    return FeedHead(
        id=agency.house.id_of(f"feed:{definition.name}"),
        name=definition.name,
        title=f"{site.title}: {definition.title}",
        description=definition.description,
        language=definition.language,
        agency=site.title,
        contact=site.contact,
        notice=site.notice,
        home_href=f"{site.base_url}/feeds/{definition.name}/",
        self_href=None if is_private else f"{site.base_url}/feeds/{definition.name}.{ext}",
        ttl_minutes=TTL_MINUTES,
        updated_at=changed_at,
        is_private=is_private,
        headline_only=words_for(definition.language).headline_only,
    )


def _finished(snapshot: Snapshot, body: bytes, ext: str, changed_at: datetime, carried: Bundle) -> Rendering:
    return Rendering(
        body=body,
        media_type=FORMATS[ext].media_type,
        etag=etag_of(snapshot.agency.era, body),
        changed_at=changed_at,
        carried=carried,
        epoch=snapshot.moment.epoch,
        from_at=snapshot.window.from_at,
        until_at=snapshot.window.until_at,
    )


_ALWAYS = datetime.min.replace(tzinfo=UTC)


def _viewer(view: View, level: Level) -> Principal:
    """A principal with the rights that a view stands for."""
    if view.reader_class is ReaderClass.PUBLIC:
        return Anonymous()
    return Partner("view", "view", (Licence(0, frozenset([view.feed]), level, _ALWAYS, FOREVER),))
