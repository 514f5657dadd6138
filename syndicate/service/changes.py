"""What a partner's program is told: the state of all that he may have, and every change of it after.

A cursor names the last change that he was told of, never a number: nobody can count what he may not see.
It holds while his rights, the files of his feeds and the era are those it was given under; else he is told
to begin again. Each digest is of the bytes that `/private/items/KEY.json` gives him now.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.core import gate
from syndicate.core.change import NOTICES, Change
from syndicate.core.model import Face, Level, ReaderClass, is_key
from syndicate.core.placement import Generation
from syndicate.core.story import ByKey, Licence, Partner, Story
from syndicate.outputs import ninjs
from syndicate.outputs.vocabulary import STATUSES
from syndicate.service import credentials, holders, refusals
from syndicate.service.agency import Agency
from syndicate.service.credentials import Access, Credential
from syndicate.service.holders import Owed
from syndicate.service.receipts import carried_by, notice_text
from syndicate.service.rendering import in_full
from syndicate.service.snapshot import Snapshot, look
from syndicate.store import changes as rows
from syndicate.store import feeds, items, receipts, stories
from syndicate.store.changes import ChangeRow, Reading
from syndicate.store.receipts import Bundle, Text

PAGE = 200
"""So many items of the state, or changes, at a time."""

GOOD_FOR = timedelta(days=30)
"""For how long a cursor is good; what was told before is forgotten."""

_ID = re.compile(r"[0-9a-f]{1,32}")
"""What the id of a change looks like: nothing else is looked for."""

_NONE = "0"
"""The position of somebody whom nothing was told yet: with the day on which he was told so."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item as a partner has it now. `status` None: he has nothing of it."""

    key: str
    feeds: tuple[str, ...]
    version: int | None
    status: str | None
    sha256: str | None
    notice: Text | None = None  # what a receipt says of it, where it is under a notice


@dataclass(frozen=True, slots=True)
class Told:
    """One change, and the item as the partner has it now."""

    at: datetime
    change: Change
    feed: str | None  # None where he is told only since he holds the text
    line: Line

    @property
    def is_kill(self) -> bool:
        """Whether he is told of a kill, of which there may be a notice no more."""
        return self.change is Change.KILL


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the state, or some changes; where to go on; and until when nothing comes by the clock."""

    state: tuple[Line, ...] | None
    changes: tuple[Told, ...]
    next: str
    has_more: bool
    until_at: datetime

    @property
    def carried(self) -> Bundle:
        """The notices of which this page tells: of items under one now, and of kills however long ago."""
        lines = [*(self.state or ()), *(told.line for told in self.changes)]
        kills = [notice_text(told.line.key, Face.KILL, told.at) for told in self.changes if told.is_kill]
        return frozenset([*(line.notice for line in lines if line.notice is not None), *kills])


def read(snapshot: Snapshot, access: Access, since: str | None) -> Page:
    """The state (`since` None, or a cursor within it), or what changed since a cursor.

    Raises `Resync` for a cursor that is good no more.
    """
    asking = Asking.of(snapshot, access)
    if since is None:
        return asking.state(None, asking.newest())
    position, after = asking.checked(since)
    return asking.state(after, position) if after is not None else asking.changes(position)


REMOVED = {"status": "removed"}
"""All that a company can say of a notice."""


def acknowledge(agency: Agency, credential: Credential, key: str, said: Callable[[], object]) -> Owed:
    """A company says that it has taken out an item that is held or killed; `said` reads what it says.

    Raises `NotUnderstood` where it says something else, `NothingOwed` where it was not given the item. Nothing is
    read of somebody whose credential is not good, and nothing done that would be refused for its quota.
    """
    access = look(agency, lambda snapshot: credentials.open_api(snapshot, credential))
    credentials.check_quota(agency, credential)
    if said() != REMOVED:
        raise refusals.NotUnderstood(expected='{"status": "removed"}')
    with agency.writing() as act:
        mine = holders.owed(agency, act.connection, act.now, access.partner.company)
        found = next((each for each in mine if each.key == key), None)
        if found is None:
            raise refusals.NothingOwed()
        rows.add_ack(act.connection, access.partner.company, key, access.partner.token, act.now)
        act.changed(is_visible=False, is_of_terms=False)
    return found


@dataclass(frozen=True, slots=True)
class Asking:
    """One partner at one moment: what concerns him, and the name of the rights that he has."""

    snapshot: Snapshot
    partner: Partner
    reading: Reading
    rights: str

    @classmethod
    def of(cls, snapshot: Snapshot, access: Access) -> Asking:
        """The rights of an access now: its licences, the state of their feeds, and what is in every document."""
        partner, now = access.partner, snapshot.now
        generations = snapshot.recall(feeds.current)
        mine = {feed: partner.licences_for(feed, now) for feed in generations}
        mine = {feed: licences for feed, licences in mine.items() if licences}
        reading = Reading(
            frozenset((feed, _class(each)) for feed, licences in mine.items() for each in licences),
            frozenset(
                each.archive_days for licences in mine.values() for each in licences if each.archive_days
            ),
        )
        site = snapshot.agency.settings.site
        named = [
            *(partner.company, partner.token, str(snapshot.agency.limits)),
            *(site.authority, site.since, site.notice, site.language, site.timezone, site.contact),
            *((feed, generations[feed].id, [*map(_terms, mine[feed])]) for feed in sorted(mine)),
            *_open_above(generations, [each for licences in mine.values() for each in licences]),
        ]
        return cls(snapshot, partner, reading, hashlib.sha256(repr(named).encode()).hexdigest()[:16])

    # Cursors

    def cursor(self, position: str, after: str | None = None) -> str:
        """Where to go on: a position among the changes, and within the state the last key that was given."""
        parts = [self.snapshot.moment.epoch.era, self.rights, position]
        return ".".join(parts if after is None else [*parts, after])

    def checked(self, cursor: str) -> tuple[str, str | None]:
        """Position and last key of a cursor that is good still. Raises `Resync` with the reason."""
        era, _, rest = cursor.partition(".")
        rights, _, rest = rest.partition(".")
        position, _, after = rest.partition(".")
        if era != self.snapshot.moment.epoch.era:
            raise refusals.Resync(why="The cursor is none of ours, or from before a restore.")
        if rights != self.rights:
            raise refusals.Resync(why="What this token may have, or what a feed of it selects, has changed.")
        if after and not is_key(after):
            raise refusals.Resync(why="The cursor is none of ours.")
        self.seq_of(position)
        return position, after or None

    def seq_of(self, position: str) -> int:
        """The number behind a position. Raises `Resync` where it is forgotten."""
        if position.startswith(_NONE + "-"):
            day = position.removeprefix(_NONE + "-")
            today = self._day()
            if re.fullmatch(r"[0-9]{1,9}", day) and today - GOOD_FOR.days <= int(day) <= today:
                return rows.BEGINNING
        elif _ID.fullmatch(position) and (seq := rows.seq_of(self.snapshot.connection, position)) is not None:
            return seq
        raise refusals.Resync(why=f"The cursor is older than {GOOD_FOR.days} days.")

    def newest(self) -> str:
        """The last change that this partner could see."""
        before: int | None = None
        while True:
            found = rows.newest_changes(self.snapshot.connection, before, self.reading, PAGE)
            if not found:
                return f"{_NONE}-{self._day()}"
            lines = self.lines({row.key for row in found})
            visible = next((row for row in found if self.is_visible(row, lines)), None)
            if visible is not None:
                return visible.id
            before = found[-1].seq

    def _day(self) -> int:
        return self.snapshot.now.toordinal()

    # The state

    def state(self, after: str | None, position: str) -> Page:
        """The next items that he may have; with the first of them what he owes an answer for."""
        connection, now = self.snapshot.connection, self.snapshot.now
        found = stories.keys_in(connection, self.reading.feeds, now, after or "", PAGE + 1)
        keys, has_more = found[:PAGE], len(found) > PAGE
        lines = self.lines(keys)
        shown = [lines[key] for key in keys if lines[key].status == STATUSES[Face.ENTRY].value]
        if after is None:
            shown = [*self._owed_lines(), *shown]
        goes_on = self.cursor(position, keys[-1]) if has_more else self.cursor(position)
        return Page(tuple(shown), (), goes_on, has_more, self.snapshot.window.until_at)

    def _owed_lines(self) -> list[Line]:
        agency, now = self.snapshot.agency, self.snapshot.now
        mine = holders.owed(agency, self.snapshot.connection, now, self.partner.company)
        open_ = {each.key: each for each in mine if each.is_open}
        lines = self.lines(open_)
        return [_as_owed(lines[key], each) for key, each in open_.items()]

    # Changes

    def changes(self, position: str) -> Page:
        """What there is to tell after a position, oldest first."""
        connection = self.snapshot.connection
        seq = self.seq_of(position)
        told: list[Told] = []
        has_more = True
        while has_more and not told:
            found = rows.changes_after(connection, seq, self.reading, PAGE + 1)
            page, has_more = found[:PAGE], len(found) > PAGE
            if page:
                seq = page[-1].seq
                visible, told = self._visible(page)
                position = visible[-1].id if visible else position
        return Page(None, tuple(told), self.cursor(position), has_more, self.snapshot.window.until_at)

    def _visible(self, page: Sequence[ChangeRow]) -> tuple[list[ChangeRow], list[Told]]:
        """Of these changes, those that he could notice; a notice of what he holds once, if not by his feeds."""
        lines = self.lines({row.key for row in page})
        mine = {row.seq for row in page if self.is_visible(row, lines)}
        held = self._held({row.key for row in page if row.change in NOTICES and row.seq not in mine})
        visible, told, notices = [], [], set()
        for row in page:
            is_mine, notice = row.seq in mine, (row.key, row.change, row.n)
            if not is_mine and (row.key not in held or self._is_told_by_feeds(row)):
                continue
            visible.append(row)
            if is_mine or notice not in notices:
                told.append(self._told(row, lines[row.key], is_mine))
            notices.add(notice)
        return visible, told

    def _is_told_by_feeds(self, row: ChangeRow) -> bool:
        """Whether the same notice stands among the changes of his feeds too."""
        return rows.is_told_of(self.snapshot.connection, row, self.reading)

    def is_visible(self, row: ChangeRow, lines: Mapping[str, Line]) -> bool:
        """Whether he could notice a change by his feeds, at his level."""
        if (row.feed, row.reader_class) not in self.reading.feeds:
            return False
        line = lines[row.key]
        is_full = line.version is not None or (line.status is None and self._gives_all(row.feed))
        return row.least < Level.FULL or is_full

    def _gives_all(self, feed: str) -> bool:
        """Whether what stood in a feed, and is gone, could have been his in full."""
        generation = self.snapshot.recall(feeds.current).get(feed)
        if generation is not None and generation.definition.public is Level.FULL:
            return True
        licences = self.partner.licences_for(feed, self.snapshot.now)
        return any(each.level is Level.FULL for each in licences)

    def _held(self, keys: set[str]) -> frozenset[str]:
        """Of these items, those of which the company was given a text."""
        if not keys:
            return frozenset()
        with self.snapshot.agency.receipts.snapshot() as connection:
            given = receipts.companies_given(connection, sorted(keys), self.partner.company)
        return frozenset(key for _, key in given)

    def _told(self, row: ChangeRow, line: Line, is_mine: bool) -> Told:
        """A text that became too old for his archive is gone, or reads at the public level now."""
        is_left = row.archive_days is not None and line.status is not None
        change = Change.UPDATE if is_left else row.change
        return Told(row.at, change, row.feed if is_mine else None, line)

    # Items

    def lines(self, keys: Iterable[str]) -> dict[str, Line]:
        """Items as he has them now, by key. An entry that stands in none of his feeds is none of his."""
        agency, connection, now = self.snapshot.agency, self.snapshot.connection, self.snapshot.now
        keys = list(keys)
        found = stories.find_stories(connection, keys, now, str(agency.limits))
        decided = {key: gate.decide(story, self.partner, ByKey(), now) for key, story in found.items()}
        pairs = [(found[key], decision) for key, decision in decided.items()]
        words = items.full_words(connection, in_full(pairs))
        lines = {key: Line(key, (), None, None, None) for key in keys}
        for story, decision in pairs:
            version = decision.span.version if decision.span else ""
            language = agency.settings.site.language
            entry = gate.entry(story, decision, words.get(version), agency.house, language)
            his = self._feeds(story)
            if entry is not None and (his or entry.face is not Face.ENTRY):
                body = ninjs.write(entry, agency.settings.site.notice)
                lines[story.key] = Line(
                    story.key,
                    his,
                    entry.ordinal,
                    STATUSES[entry.face].value,
                    hashlib.sha256(body).hexdigest(),
                    carried_by(entry, "") if entry.face is not Face.ENTRY else None,
                )
        return lines

    def _feeds(self, story: Story) -> tuple[str, ...]:
        """His feeds in which an item stands."""
        standing = {
            place.feed for place in story.places if (place.feed, place.reader_class) in self.reading.feeds
        }
        return tuple(sorted(standing))


def _class(licence: Licence) -> ReaderClass:
    return ReaderClass.EARLY if licence.has_embargo_right else ReaderClass.LICENSED


def _open_above(
    generations: Mapping[str, Generation], licences: Sequence[Licence]
) -> Iterator[tuple[str, int]]:
    """The feeds that may give more than a licence does: by key everybody has the most that any feed gives him."""
    reaches = (Level.NOTHING if each.archive_days else each.level for each in licences)
    least = min(reaches, default=Level.FULL)
    for name, generation in generations.items():
        if generation.definition.public > least:
            yield name, generation.id


def _terms(licence: Licence) -> tuple[object, ...]:
    return licence.id, licence.level, licence.has_embargo_right, licence.archive_days


def _as_owed(line: Line, owed: Owed) -> Line:
    """A notice that stands in no feed any more is owed still."""
    notice = notice_text(owed.key, owed.face, owed.since_at)
    return Line(line.key, line.feeds, None, STATUSES[owed.face].value, line.sha256, notice)
