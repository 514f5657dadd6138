"""Handing out: feeds and items, to everybody and to partners, true at the moment they are sent.

A rendering is kept under the epoch it was made at and holds while that epoch stands and nothing changes
by the clock: so the first request after a commit is right in every process, and no message invalidates
anything. Before a text leaves to a partner it is signed for. What may leave is decided in `core.gate`;
whether a credential is good, in `credentials`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection

from syndicate.core import gate
from syndicate.core.entry import Entry
from syndicate.core.model import Face, Level, ReaderClass
from syndicate.core.story import Anonymous, ByKey, Decision, Partner, Principal, Story
from syndicate.outputs.fragments import Fragments
from syndicate.service import credentials, refusals
from syndicate.service.agency import Agency, Moment
from syndicate.service.credentials import Access, Credential
from syndicate.service.receipts import Carried, Counter, carried_by
from syndicate.service.rendering import Rendering, View, etag_of, in_full, published, render, render_ended
from syndicate.store import items, spans
from syndicate.store.database import read_epoch

Answer = TypeVar("Answer")

_ATTEMPTS = 10
"""So often an answer is made again; what was signed for once needs no waiting, so the second mostly holds."""

Sends = Callable[[str], bool]
"""Whether bytes of this ETag go out: not for HEAD, nor where the client has them already."""


@dataclass(frozen=True, slots=True)
class Read:
    """One item as one principal has it: an entry or a notice, and whether it is gone."""

    entry: Entry
    is_gone: bool
    changed_at: datetime


class Publisher:
    """One process's press: keeps renderings, and has texts signed for at the counter."""

    _MOST_KEPT = 512

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self._counter = Counter()
        self._fragments = Fragments()
        self._kept: OrderedDict[tuple[View, str], Rendering] = OrderedDict()
        self._lock = Lock()

    def public_feed(self, feed: str, ext: str) -> Rendering:
        """The public tier of a feed. Raises `Refused` where there is none."""
        return self._rendering(View(feed, ReaderClass.PUBLIC), ext, self.agency.moment())

    def private_feed(self, credential: Credential, feed: str, ext: str, sends: Sends) -> Rendering:
        """The private tier of a feed, signed for if it is sent. Raises `Refused` where it is not opened."""

        def answer(moment: Moment) -> tuple[Rendering, bool]:
            with self.agency.database.snapshot() as connection:
                access = credentials.open_with(self.agency, connection, credential, moment.now)
                is_known = any(feed in licence.feeds for licence in access.partner.licences)
                generation = published(self.agency, connection, feed, is_known)
                right = credentials.right_to(
                    self.agency, access, generation.definition, credential.shown, moment.now
                )
                if right.ended_at is not None:
                    ended = render_ended(self.agency, connection, generation, ext, right.ended_at, moment)
                    return ended, False
            rendering = self._rendering(View(feed, ReaderClass.LICENSED, right.level), ext, moment)
            has_waited = sends(rendering.etag) and self._counter.sign(
                self.agency, access.partner, rendering.carried, f"feed {feed}", moment
            )
            return rendering, has_waited

        return self._true_when_sent(answer)

    def public_item(self, key: str) -> Read:
        """The item at its public level. Raises `NotFound`, or `Gone` where it is killed and was once public."""
        moment = self.agency.moment()
        with self.agency.database.snapshot() as connection:
            found = self._read(connection, key, Anonymous(), moment.now)
            if found is not None and not found[0].is_gone:
                return found[0]
            if spans.was_killed_for(connection, key, moment.now, ReaderClass.PUBLIC, Level.HEADLINE):
                raise refusals.Gone(contact=self.agency.settings.site.contact)
        raise refusals.NotFound()

    def private_item(
        self, credential: Credential, key: str, write: Callable[[Access, Read], bytes], sends: Sends
    ) -> tuple[Read, bytes]:
        """The item as a partner has it, as `write` puts it, signed for if it is sent.

        A killed one comes as its notice, gone. Raises `Refused` where there is nothing for him.
        """

        def answer(moment: Moment) -> tuple[tuple[Read, bytes], bool]:
            with self.agency.database.snapshot() as connection:
                access = credentials.open_with(self.agency, connection, credential, moment.now)
                credentials.check_licensed(self.agency, access, moment.now)
                found = self._read(connection, key, access.partner, moment.now)
                if found is None:
                    raise self._no_item(connection, access.partner, key, moment.now)
            read, carried = found
            body = write(access, read)
            is_sent = read.is_gone or sends(etag_of(body))  # what is gone has no 304
            has_waited = is_sent and self._counter.sign(self.agency, access.partner, carried, "item", moment)
            return (read, body), has_waited

        return self._true_when_sent(answer)

    def _no_item(self, connection: Connection, partner: Partner, key: str, now: datetime) -> refusals.Refused:
        """Gone where the partner's class had seen it in one of his feeds, else unknown."""
        mine = {feed for licence in partner.licences for feed in licence.feeds}
        mine = {feed for feed in mine if partner.licences_for(feed, now)}
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
        entry = entry_of(self.agency, connection, story, decision)
        if entry is None or decision.span is None:
            return None
        receipt = carried_by(entry, decision.span.version)
        read = Read(entry, entry.face is Face.KILL, max(entry.edited_at, entry.updated_at))
        return read, frozenset([receipt] if receipt else [])

    def _rendering(self, view: View, ext: str, moment: Moment) -> Rendering:
        """The kept rendering if it holds, else a new one, kept under the epoch of its own snapshot."""
        kept = self._kept.get((view, ext))
        if kept is not None and kept.holds(moment):
            return kept
        with self.agency.database.snapshot() as connection:
            epoch = read_epoch(connection)
            settled = Moment(epoch, max(moment.now, epoch.settled_at))  # a feed may have changed meanwhile
            made = render(self.agency, connection, view, ext, settled, self._fragments)
        with self._lock:
            newer = self._kept.get((view, ext))
            if newer is None or newer.epoch.n <= made.epoch.n or newer.epoch.era != made.epoch.era:
                self._kept[(view, ext)] = made
                self._kept.move_to_end((view, ext))
            while len(self._kept) > self._MOST_KEPT:
                self._kept.popitem(last=False)
        return made

    def _true_when_sent(self, answer: Callable[[Moment], tuple[Answer, bool]]) -> Answer:
        """An answer that waited for a receipt is made again when the epoch moved meanwhile."""
        for _ in range(_ATTEMPTS):
            moment = self.agency.moment()
            made, has_waited = answer(moment)
            if not has_waited or self.agency.database.epoch().is_same(moment.epoch):
                return made
        raise refusals.Unavailable()


def entry_of(agency: Agency, connection: Connection, story: Story, decision: Decision) -> Entry | None:
    """What may leave of one story by its key, its words loaded only where the gate says FULL."""
    words = items.full_words(connection, in_full([(story, decision)]))
    version = decision.span.version if decision.span else ""
    return gate.entry(story, decision, words.get(version), agency.house, agency.settings.site.language)
