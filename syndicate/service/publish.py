"""Publishing: what leaves, for whom, and until when the same answer is true.

Principals with the same rights to a feed share one view, rendered once a view and format. A rendering is
kept under the epoch it was made at, and holds while that epoch stands and nothing changes by the clock:
so the first request after a commit is right in every process, and no message invalidates anything.
What may leave is decided in `core.gate`; whether a credential is good, in `contracts`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection

from syndicate.core import gate
from syndicate.core.entry import Entry, Feed, FeedHead, FeedLink
from syndicate.core.model import FOREVER, Face, Level, ReaderClass
from syndicate.core.notices import words_for
from syndicate.core.placement import Generation
from syndicate.core.story import Anonymous, ByKey, Decision, InFeed, Licence, Partner, Principal, Story
from syndicate.outputs import FORMATS, opml
from syndicate.service import contracts, refusals
from syndicate.service.agency import Agency, Moment
from syndicate.service.contracts import Access, Shown
from syndicate.service.receipts import Carried, Counter, carried_by
from syndicate.store import feeds, items, spans
from syndicate.store.contracts import next_contract_edge
from syndicate.store.database import Epoch, read_epoch

NOTICES = 200
"""At most so many notices a feed and face; all of them are in the changes."""

TTL_MINUTES = 5

Answer = TypeVar("Answer")


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
    carried: Carried
    epoch: Epoch
    from_at: datetime
    until_at: datetime

    def holds(self, moment: Moment) -> bool:
        """Whether this is still the answer at `moment`."""
        mine = (self.epoch.era, self.epoch.n)
        return mine == (moment.epoch.era, moment.epoch.n) and self.from_at <= moment.now < self.until_at


@dataclass(frozen=True, slots=True)
class Read:
    """One item as one principal has it: an entry or a notice, and whether it is gone."""

    entry: Entry
    is_gone: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request showed, and where from."""

    text: str | None
    shown: Shown
    address: str


class Publisher:
    """One process's press: renders views, keeps renderings, signs for texts at the counter."""

    _MOST_KEPT = 512

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self._counter = Counter()
        self._kept: OrderedDict[tuple[View, str], Rendering] = OrderedDict()
        self._lock = Lock()

    # Feeds

    def public_feed(self, feed: str, ext: str) -> Rendering:
        """The public tier of a feed. Raises `Refused` where there is none."""
        return self._rendering(View(feed, ReaderClass.PUBLIC), ext, self.agency.moment())

    def private_feed(self, credential: Credential, feed: str, ext: str) -> Rendering:
        """The private tier of a feed, signed for. Raises `Refused` where the credential does not open it."""

        def answer(moment: Moment) -> Rendering:
            with self.agency.database.snapshot() as connection:
                access = self._access(connection, credential, moment.now)
                generation = _published(self.agency, connection, feed)
                public = generation.definition.public
                right = contracts.right_to(self.agency, access, feed, public, credential.shown, moment.now)
                if right.ended_at is not None:
                    return self._ended(connection, generation, ext, right.ended_at, moment)
            rendering = self._rendering(View(feed, ReaderClass.LICENSED, right.level), ext, moment)
            self._counter.sign(self.agency, access.partner, rendering.carried, f"feed {feed}", moment)
            return rendering

        return self._true_when_sent(answer)

    def page_feed(self, feed: str) -> tuple[Generation, list[Entry]]:
        """The public entries of a feed for its page, without notices."""
        moment = self.agency.moment()
        with self.agency.database.snapshot() as connection:
            generation = _published(self.agency, connection, feed)
            if generation.definition.public is Level.NOTHING:
                raise refusals.NotFound()
            made = self._made(connection, View(feed, ReaderClass.PUBLIC), generation, moment.now)
        return generation, [entry for entry, _ in made if entry.face is Face.ENTRY]

    def new_name_of(self, feed: str) -> str | None:
        """The name under which a renamed feed is published now."""
        with self.agency.database.snapshot() as connection:
            for generation in feeds.current(connection).values():
                if feed in generation.definition.aliases:
                    return generation.definition.name
        return None

    def directory(self) -> list[Generation]:
        """The feeds that the public may know of, by name."""
        with self.agency.database.snapshot() as connection:
            return [
                each for each in feeds.current(connection).values() if each.definition.public > Level.NOTHING
            ]

    # Items

    def public_item(self, key: str) -> Read:
        """The item at its public level. Raises `NotFound`, or `Gone` where it is killed and was once public."""
        moment = self.agency.moment()
        with self.agency.database.snapshot() as connection:
            read = self._read(connection, key, Anonymous(), moment.now)
            if read is not None and not read[0].is_gone:
                return read[0]
            if spans.was_killed_for(connection, key, moment.now, ReaderClass.PUBLIC, Level.HEADLINE):
                raise refusals.Gone(contact=self.agency.settings.site.contact)
        raise refusals.NotFound()

    def private_item(self, credential: Credential, key: str) -> tuple[Access, Read]:
        """The item as a partner has it, signed for. A killed one comes as its notice, gone."""

        def answer(moment: Moment) -> tuple[Access, Read]:
            with self.agency.database.snapshot() as connection:
                access = self._access(connection, credential, moment.now)
                contracts.check_licensed(self.agency, access, moment.now)
                found = self._read(connection, key, access.partner, moment.now)
                if found is None:
                    raise self._no_item(connection, access.partner, key, moment.now)
            read, carried = found
            self._counter.sign(self.agency, access.partner, carried, "item", moment)
            return access, read

        return self._true_when_sent(answer)

    def _no_item(self, connection: Connection, partner: Partner, key: str, now: datetime) -> refusals.Refused:
        mine = {feed for licence in partner.licences for feed in licence.feeds if licence.covers(feed, now)}
        mine &= partner.scope or mine
        if spans.was_killed_for(connection, key, now, ReaderClass.LICENSED, in_feeds=mine):
            return refusals.Gone(contact=self.agency.settings.site.contact)
        return refusals.NotFound()

    def _read(
        self, connection: Connection, key: str, principal: Principal, now: datetime
    ) -> tuple[Read, Carried] | None:
        story = spans.find_story(connection, key, now, str(self.agency.limits))
        if story is None:
            return None
        decision = gate.decide(story, principal, ByKey(), now)
        entry = self._entry(connection, story, decision, self.agency.settings.site.language)
        if entry is None or decision.span is None:
            return None
        receipt = carried_by(entry, decision.span.version)
        read = Read(entry, entry.face is Face.KILL, max(entry.edited_at, entry.updated_at))
        return read, frozenset([receipt] if receipt else [])

    # The ticker

    def ticker(self, lines: int) -> list[Entry]:
        """The newest entries that everybody may see at HEADLINE or more, newest first."""
        moment = self.agency.moment()
        with self.agency.database.snapshot() as connection:
            stories = spans.ticker_stories(connection, moment.now, lines, str(self.agency.limits))
            decided = [(story, gate.decide(story, Anonymous(), ByKey(), moment.now)) for story in stories]
            entries = [
                self._entry(connection, story, decision, self.agency.settings.site.language)
                for story, decision in decided
            ]
        shown = [entry for entry in entries if entry is not None and entry.face is Face.ENTRY]
        return sorted(
            sorted(shown, key=lambda entry: entry.key), key=lambda entry: entry.updated_at, reverse=True
        )

    # Lists of feeds

    def public_opml(self) -> bytes:
        """The feeds of the directory as OPML."""
        base = self.agency.settings.site.base_url
        links = [self._link(each, f"{base}/feeds/{each.definition.name}.rss") for each in self.directory()]
        return self._opml(links)

    def private_opml(self, credential: Credential) -> bytes:
        """The feeds that a token opens as OPML; in the path form the addresses hold the token."""
        moment = self.agency.moment()
        with self.agency.database.snapshot() as connection:
            access = self._access(connection, credential, moment.now)
            contracts.check_licensed(self.agency, access, moment.now)
            mine = [
                each
                for each in feeds.current(connection).values()
                if access.partner.licences_for(each.definition.name, moment.now)
            ]
        in_path = f"/{credential.text}" if credential.shown is Shown.PATH else ""
        base = f"{self.agency.settings.site.base_url}/private{in_path}"
        return self._opml([self._link(each, f"{base}/feeds/{each.definition.name}.rss") for each in mine])

    def _opml(self, links: list[FeedLink]) -> bytes:
        site = self.agency.settings.site
        with self.agency.database.snapshot() as connection:
            changed_at = max((each.from_at for each in feeds.history(connection)), default=FOREVER)
        return opml.write(site.title, site.contact, site.notice, links, changed_at)

    def _link(self, generation: Generation, href: str) -> FeedLink:
        definition = generation.definition
        home = f"{self.agency.settings.site.base_url}/feeds/{definition.name}/"
        return FeedLink(definition.title, definition.description, definition.language, href, home)

    def account(self, credential: Credential) -> tuple[Access, list[Licence]]:
        """Who a token belongs to, and the licences that it draws on."""
        moment = self.agency.moment()
        with self.agency.database.snapshot() as connection:
            access = self._access(connection, credential, moment.now)
        return access, list(access.partner.licences)

    # Rendering

    def _rendering(self, view: View, ext: str, moment: Moment) -> Rendering:
        kept = self._kept.get((view, ext))
        if kept is not None and kept.holds(moment):
            return kept
        with self.agency.database.snapshot() as connection:
            made = self._render(connection, view, ext, Moment(read_epoch(connection), moment.now))
        with self._lock:
            newer = self._kept.get((view, ext))
            if newer is None or newer.epoch.n <= made.epoch.n:
                self._kept[(view, ext)] = made
                self._kept.move_to_end((view, ext))
            while len(self._kept) > self._MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def _render(self, connection: Connection, view: View, ext: str, moment: Moment) -> Rendering:
        generation = _published(self.agency, connection, view.feed)
        if view.reader_class is ReaderClass.PUBLIC and generation.definition.public is Level.NOTHING:
            raise refusals.NotFound()
        made = self._made(connection, view, generation, moment.now)
        changed_at = spans.changed_at(connection, view.feed, view.reader_class, moment.now)
        changed_at = max(generation.from_at, changed_at or generation.from_at)
        head = self._head(generation, view, ext, changed_at)
        body = FORMATS[ext].write(Feed(head, tuple(entry for entry, _ in made)))
        return self._finished(
            connection, body, ext, changed_at, frozenset(each for _, each in made if each), moment
        )

    def _finished(
        self,
        connection: Connection,
        body: bytes,
        ext: str,
        changed_at: datetime,
        carried: Carried,
        moment: Moment,
    ) -> Rendering:
        grace = int(contracts.GRACE.total_seconds())
        edges = (
            spans.next_span_edge(connection, moment.now),
            next_contract_edge(connection, moment.now, grace),
        )
        return Rendering(
            body=body,
            media_type=FORMATS[ext].media_type,
            etag=hashlib.sha256(body).hexdigest()[:32],
            changed_at=changed_at,
            carried=carried,
            epoch=moment.epoch,
            from_at=moment.now,
            until_at=min(edges),
        )

    def _made(
        self, connection: Connection, view: View, generation: Generation, now: datetime
    ) -> list[tuple[Entry, tuple[str, str, Level] | None]]:
        """The entries of a view, each with what a receipt says of it; kill slips after their notices."""
        level = generation.definition.public if view.level is None else view.level
        window = spans.Window(view.feed, view.reader_class, level, generation.definition.window, NOTICES)
        stories = spans.feed_stories(connection, window, now, str(self.agency.limits))
        decided = [
            (story, gate.decide(story, _viewer(view, level), InFeed(view.feed), now)) for story in stories
        ]
        words = items.full_words(connection, _in_full(decided))
        made: list[tuple[Entry, tuple[str, str, Level] | None]] = []
        for story, decision in decided:
            version = decision.span.version if decision.span else ""
            language = generation.definition.language
            entry = gate.entry(story, decision, words.get(version), self.agency.house, language)
            if entry is None:
                continue
            made.append((entry, carried_by(entry, version)))
            slip = gate.slip(story, decision, self.agency.house, language)
            if slip is not None and view.reader_class is not ReaderClass.PUBLIC:
                made.append((slip, None))
        return made

    def _entry(self, connection: Connection, story: Story, decision: Decision, language: str) -> Entry | None:
        words = items.full_words(connection, _in_full([(story, decision)]))
        version = decision.span.version if decision.span else ""
        return gate.entry(story, decision, words.get(version), self.agency.house, language)

    def _head(self, generation: Generation, view: View, ext: str, changed_at: datetime) -> FeedHead:
        site, definition = self.agency.settings.site, generation.definition
        is_private = view.reader_class is not ReaderClass.PUBLIC
        return FeedHead(
            id=self.agency.house.id_of(f"feed:{definition.name}"),
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
        )

    def _ended(
        self, connection: Connection, generation: Generation, ext: str, ended_at: datetime, moment: Moment
    ) -> Rendering:
        """A feed with one entry that says that access is over, since readers show nothing of a refusal."""
        site, language = self.agency.settings.site, generation.definition.language
        constant = words_for(language)
        entry = Entry(
            id=self.agency.house.id_of(f"ended:{generation.definition.name}"),
            key="ended",
            face=Face.ENTRY,
            level=Level.EXCERPT,
            title=constant.ended.format(at=ended_at),
            href=f"{site.base_url}/feeds/{generation.definition.name}/",
            published_at=ended_at,
            updated_at=ended_at,
            edited_at=ended_at,
            language=language,
            excerpt=constant.ended_text(ended_at, site.contact),
        )
        head = self._head(generation, View(generation.definition.name, ReaderClass.LICENSED), ext, ended_at)
        body = FORMATS[ext].write(Feed(head, (entry,)))
        return self._finished(connection, body, ext, ended_at, frozenset(), moment)

    # One moment

    def _access(self, connection: Connection, credential: Credential, now: datetime) -> Access:
        return contracts.open_with(
            self.agency, connection, credential.text, credential.shown, credential.address, now
        )

    def _true_when_sent(self, answer: Callable[[Moment], Answer]) -> Answer:
        """An answer that waited for a receipt is made again when the epoch moved meanwhile."""
        for _ in range(3):
            moment = self.agency.moment()
            made = answer(moment)
            after = self.agency.moment()
            if (after.epoch.era, after.epoch.n) == (moment.epoch.era, moment.epoch.n):
                return made
        raise refusals.Unavailable()


def _viewer(view: View, level: Level) -> Principal:
    """A principal with the rights that a view stands for."""
    if view.reader_class is ReaderClass.PUBLIC:
        return Anonymous()
    licence = Licence(0, frozenset([view.feed]), level, _ALWAYS, FOREVER)
    return Partner("view", "view", (licence,))


_ALWAYS = datetime.min.replace(tzinfo=FOREVER.tzinfo)


def _in_full(decided: list[tuple[Story, Decision]]) -> Iterator[tuple[str, str]]:
    """Key and digest of the versions whose words the gate lets out."""
    for story, decision in decided:
        if decision.level is Level.FULL and decision.span is not None:
            yield story.key, decision.span.version


def _published(agency: Agency, connection: Connection, feed: str) -> Generation:
    """The feed's generation that counts. Raises `NotFound`, or `FeedGone` for one that was removed."""
    generation = feeds.current(connection).get(feed)
    if generation is not None:
        return generation
    if feeds.was_known(connection, feed):
        raise refusals.FeedGone(feeds_href=f"{agency.settings.site.base_url}/feeds/")
    raise refusals.NotFound()
