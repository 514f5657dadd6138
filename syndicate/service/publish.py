"""Handing out: feeds and items, to everybody and to partners, true at the moment they are sent.

A rendering is kept under the epoch it was made at and holds while that epoch stands and nothing changes
by the clock: so the first request after a commit is right in every process, and no message invalidates
anything. Before a text leaves to a partner it is signed for. What may leave is decided in `core.gate`;
whether a credential is good, in `credentials`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache
from sqlalchemy import Connection

from syndicate.core import gate
from syndicate.core.entry import Entry
from syndicate.core.model import Face, Level, ReaderClass
from syndicate.core.story import Anonymous, ByKey, Decision, Partner, Principal, Story
from syndicate.outputs.fragments import Fragments
from syndicate.service import changes, credentials, refusals
from syndicate.service.agency import Agency, Moment
from syndicate.service.announcing import settle
from syndicate.service.credentials import Access, Credential
from syndicate.service.holders import Owed, owed
from syndicate.service.receipts import Counter, carried_by, notice_text
from syndicate.service.rendering import Rendering, View, etag_of, in_full, published, render, render_ended
from syndicate.service.snapshot import Snapshot, look
from syndicate.service.tally import RENDERED
from syndicate.store import feeds, items, past, stories
from syndicate.store.receipts import Bundle

Answer = TypeVar("Answer")

_ATTEMPTS = 4
"""So often an answer is made again; what was signed for once needs no waiting, so the second mostly holds."""

_ROOM = 24 * 1024 * 1024
"""Renderings are kept up to so many bytes."""

Sends = Callable[[str | None], bool]
"""Whether bytes of this ETag go out: not for HEAD, nor where the client has them already, if that counts."""


@dataclass(frozen=True, slots=True)
class Read:
    """One item as one principal has it: an entry or a notice, and whether it is gone."""

    entry: Entry
    is_gone: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Handed(Generic[Answer]):
    """An answer, and what must be signed for before it is sent."""

    answer: Answer
    partner: Partner
    carried: Bundle
    channel: str
    moment: Moment


class Publisher:
    """One process's press: keeps renderings, and has texts signed for at the counter."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self._counter = Counter(agency.receipts, agency.tally)
        self._fragments = Fragments()
        self._kept: LRUCache[tuple[View, str], Rendering] = LRUCache(_ROOM, lambda kept: len(kept.body))
        self._lock = Lock()
        self._press = Lock()

    def public_feed(self, feed: str, ext: str) -> Rendering:
        """The public tier of a feed. Raises `Refused` where there is none."""
        view = View(feed, ReaderClass.PUBLIC)
        return look(self.agency, lambda snapshot: self._rendering(view, ext, snapshot))

    def private_feed(
        self, credential: Credential, feed: str, ext: str, sends: Sends
    ) -> tuple[Rendering, Access]:
        """The private tier of a feed, signed for if it is sent. Raises `Refused` where it is not opened."""

        def answer(snapshot: Snapshot) -> Handed[tuple[Rendering, Access]]:
            access = credentials.open_with(snapshot, credential)
            is_known = any(feed in licence.feeds for licence in access.partner.licences)
            generation = published(snapshot, feed, is_known)
            right = credentials.right_to(
                self.agency, access, generation.definition, credential.shown, snapshot.now
            )
            if right.ended_at is not None:
                rendering = render_ended(snapshot, generation, ext, right.ended_at)
            else:
                view = View(feed, ReaderClass.LICENSED, right.level)
                rendering = self._rendering(view, ext, snapshot)
            carried = rendering.carried if sends(rendering.etag) else frozenset()
            return Handed((rendering, access), access.partner, carried, f"feed {feed}", snapshot.moment)

        return self._true_when_sent(answer, credential)

    def public_item(self, key: str) -> Read:
        """The item at its public level. Raises `NotFound`, or `Gone` where it is killed and was once public."""

        def answer(snapshot: Snapshot) -> Read:
            found = self._read(snapshot, key, Anonymous())
            if found is not None and not found[0].is_gone:
                return found[0]
            if past.was_killed_for(
                snapshot.connection, key, snapshot.now, ReaderClass.PUBLIC, Level.HEADLINE
            ):
                raise refusals.Gone(contact=self.agency.settings.site.contact)
            raise refusals.NotFound()

        return look(self.agency, answer)

    def private_item(
        self, credential: Credential, key: str, write: Callable[[Access, Read], bytes], sends: Sends
    ) -> tuple[Read, bytes]:
        """The item as a partner has it, as `write` puts it, signed for if it is sent.

        A killed one comes as its notice, gone. Raises `Refused` where there is nothing for him.
        """

        def answer(snapshot: Snapshot) -> Handed[tuple[Read, bytes]]:
            access = credentials.open_with(snapshot, credential)
            credentials.check_licensed(self.agency, access, snapshot.now)
            found = self._read(snapshot, key, access.partner)
            if found is None:
                raise self._no_item(snapshot, access.partner, key)
            read, carried = found
            body = write(access, read)
            is_sent = sends(
                None if read.is_gone else etag_of(self.agency.era, body)
            )  # what is gone has no 304
            carried = carried if is_sent else frozenset()
            return Handed((read, body), access.partner, carried, "item", snapshot.moment)

        return self._true_when_sent(answer, credential)

    def told(self, credential: Credential, since: str | None, sends: Sends) -> changes.Page:
        """The state, or what changed since a cursor, its notices signed for. Raises what `changes.read` does."""
        settle(self.agency)

        def answer(snapshot: Snapshot) -> Handed[changes.Page]:
            access = credentials.open_api(snapshot, credential)
            page = changes.read(snapshot, access, since)
            carried = page.carried if sends(None) else frozenset()
            return Handed(page, access.partner, carried, "changes", snapshot.moment)

        return self._true_when_sent(answer, credential)

    def account(
        self, credential: Credential, write: Callable[[Access, list[Owed]], bytes], sends: Sends
    ) -> bytes:
        """Who a token belongs to and what the company owes an answer for, as `write` puts it, signed for."""

        def answer(snapshot: Snapshot) -> Handed[bytes]:
            access = credentials.open_with(snapshot, credential)
            mine = owed(self.agency, snapshot.connection, snapshot.now, access.partner.company)
            open_ = [each for each in mine if each.is_open]
            body = write(access, open_)
            notices = frozenset(notice_text(each.key, each.face, each.since_at) for each in open_)
            carried = notices if sends(etag_of(self.agency.era, body)) else frozenset()
            return Handed(body, access.partner, carried, "account", snapshot.moment)

        return self._true_when_sent(answer, credential)

    def _no_item(self, snapshot: Snapshot, partner: Partner, key: str) -> refusals.Refused:
        """Gone where the partner's class had seen it in one of his feeds, else unknown."""
        now = snapshot.now
        mine = {feed for licence in partner.licences for feed in licence.feeds}
        mine = {feed for feed in mine if partner.licences_for(feed, now)}
        names = snapshot.recall(feeds.names_today)
        mine |= {old for old, name in names.items() if name in mine}  # it stood there under the old name
        if past.was_killed_for(snapshot.connection, key, now, ReaderClass.LICENSED, in_feeds=mine):
            return refusals.Gone(contact=self.agency.settings.site.contact)
        return refusals.NotFound()

    def _read(self, snapshot: Snapshot, key: str, principal: Principal) -> tuple[Read, Bundle] | None:
        connection, now = snapshot.connection, snapshot.now
        story = stories.find_story(connection, key, now, str(self.agency.limits))
        if story is None:
            return None
        decision = gate.decide(story, principal, ByKey(), now)
        entry = entry_of(self.agency, connection, story, decision)
        if entry is None or decision.span is None:
            return None
        receipt = carried_by(entry, decision.span.version)
        read = Read(entry, entry.face is Face.KILL, max(entry.edited_at, entry.updated_at))
        return read, frozenset([receipt] if receipt else [])

    def _rendering(self, view: View, ext: str, snapshot: Snapshot) -> Rendering:
        """The kept rendering if it holds, else a new one, kept under the epoch of its own snapshot."""
        if kept := self._kept_of(view, ext, snapshot):
            return kept
        with self._press:  # one at a time: those who ask for the same meanwhile find it done
            if kept := self._kept_of(view, ext, snapshot):
                return kept
            made = render(snapshot, view, ext, self._fragments)
            self.agency.tally.add(RENDERED)
            with self._lock, suppress(ValueError):  # larger than all the room
                self._kept[(view, ext)] = made
        return made

    def _kept_of(self, view: View, ext: str, snapshot: Snapshot) -> Rendering | None:
        with self._lock:
            kept = self._kept.get((view, ext))
        return kept if kept is not None and kept.holds(snapshot.moment) else None

    def _true_when_sent(self, answer: Callable[[Snapshot], Handed[Answer]], credential: Credential) -> Answer:
        """An answer that waited for a receipt is made again when the epoch moved meanwhile.

        Where it moves each time, since texts come in faster than receipts are written, nobody may commit until
        one answer is made: so everybody gets his.
        """
        for _ in range(_ATTEMPTS):
            made, has_waited = self._signed(answer, credential)
            if not has_waited or self.agency.database.epoch().is_same(made.moment.epoch):
                return made.answer
        with self.agency.database.write():
            return self._signed(answer, credential)[0].answer

    def _signed(
        self, answer: Callable[[Snapshot], Handed[Answer]], credential: Credential
    ) -> tuple[Handed[Answer], bool]:
        """An answer that is signed for; and whether that took a wait. None is signed for that would be refused."""
        made = look(self.agency, answer)
        if made.carried:
            credentials.check_quota(self.agency, credential)
        return made, self._counter.sign(made.partner, made.carried, made.channel, made.moment)


def entry_of(agency: Agency, connection: Connection, story: Story, decision: Decision) -> Entry | None:
    """What may leave of one story by its key, its words loaded only where the gate says FULL."""
    words = items.full_words(connection, in_full([(story, decision)]))
    version = decision.span.version if decision.span else ""
    return gate.entry(story, decision, words.get(version), agency.house, agency.settings.site.language)
