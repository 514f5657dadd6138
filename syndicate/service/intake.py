"""Taking in: from a document that was read to facts, spans and places, in one act.

Under the lock a message is only compared, added, and the item's timeline made anew. What cannot be taken
goes to quarantine with its reason and its bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.core.life import timeline
from syndicate.core.model import Act, Fact, Source, VersionFact
from syndicate.core.outcome import Outcome, outcome_of
from syndicate.core.placement import Timetable, places_ahead, places_of
from syndicate.core.selection import Profile
from syndicate.inputs import Refusal
from syndicate.service.agency import TICK, Agency, Writing
from syndicate.service.outliving import of_fact
from syndicate.service.preparing import Document, Ready, opened
from syndicate.store import books, feeds, items, spans

LARGEST = 16 * 1024 * 1024
"""No document is larger (bytes)."""

BATCH = 50
"""So many items are written in one transaction: others that write need not wait for a whole large message."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one item of a document. `outcome` None: refused, for `reason`."""

    uri: str | None
    key: str | None
    version: int | None
    outcome: Outcome | None
    reason: str | None = None
    detail: str | None = None


def take(
    agency: Agency,
    body: bytes,
    source: Source,
    content_type: str | None = None,
    at: datetime | None = None,
) -> list[Taken]:
    """Take one document in and make it durable. `at` is its time of receipt: the clock's in production.

    A large one is durable a batch at a time. Cut short, it is sent again, and what was kept is a duplicate.
    """
    taken: list[Taken] = []
    for part in opened(agency, body, source, content_type).parts(BATCH):
        (more,) = keep(agency, [part], at and at + len(taken) * TICK)
        taken += more
    return taken


def keep(agency: Agency, documents: Sequence[Document], at: datetime | None = None) -> list[list[Taken]]:
    """Make documents durable in one act; what became of each."""
    with agency.writing() as act:
        received_at = at or act.now
        timetable = act.recall(feeds.timetable)
        taken = []
        for document in documents:
            intake = _Intake(act, document, timetable)
            count = len(document.contents)
            times = [received_at + number * TICK for number in range(count)]
            taken.append(list(map(intake.put, document.contents, times)))
            received_at += count * TICK
        act.now = max(act.now, received_at) if at is None else at
    return taken


def look(agency: Agency, body: bytes, source: Source, content_type: str | None = None) -> list[Taken]:
    """What `take` would say of a document, with nothing kept."""
    document = opened(agency, body, source, content_type)
    now = agency.clock()
    with agency.database.snapshot() as connection:
        return [
            _refused(each)
            if isinstance(each, Refusal)
            else _taken(each, outcome_of(items.facts_of(connection, each.key), each.fact_at(now)))
            for each in document.contents
        ]


def _refused(refusal: Refusal) -> Taken:
    return Taken(refusal.uri, None, None, None, refusal.reason, refusal.detail)


def _taken(ready: Ready, outcome: Outcome) -> Taken:
    return Taken(ready.item.uri, ready.key, ready.number, outcome)


# Under the lock


@dataclass(slots=True)
class _Intake:
    """One document being taken in by an open act."""

    act: Writing
    document: Document
    timetable: Timetable
    message: int | None = None

    def put(self, ready: Ready | Refusal, received_at: datetime) -> Taken:
        """Add one item of the document, or put it into quarantine."""
        if isinstance(ready, Refusal):
            return self._refuse(ready, received_at)
        connection = self.act.connection
        fact = ready.fact_at(received_at)
        is_new = items.add_item(connection, ready.item)
        if not is_new:
            self.act.fresh.write(connection)  # it may be among these
        known = [] if is_new else items.facts_of(connection, ready.key)
        outcome = outcome_of(known, fact)
        if outcome is not Outcome.DUPLICATE:
            self._add(ready, fact, known)
        elif any(each.digest == fact.digest and received_at < each.received_at for each in known):
            items.receive_earlier(connection, ready.key, fact.digest, received_at)
            self.act.changed(refresh(self.act, ready.key, self.timetable), is_of_terms=False)
        return _taken(ready, outcome)

    def _add(self, ready: Ready, fact: Fact, known: Sequence[Fact]) -> None:
        connection = self.act.connection
        profiles = items.profiles_of(connection, ready.key) if known else {}
        if logged := of_fact(ready.item, fact):
            self.act.outlives(logged)
        if isinstance(fact, Act):
            items.add_act(connection, ready.key, fact, self._message(fact.received_at))
        elif ready.sealed is not None:
            fact = replace(fact, outline_digest=_outline_of(fact, known))
            message = self._message(fact.received_at)
            sealed = replace(ready.sealed, fact=fact)
            if known:
                items.add_version(connection, ready.key, sealed, message)
            else:
                self.act.fresh.add_version(ready.key, sealed, message)
            profiles |= {fact.digest: ready.sealed.profile}
        life = Life(ready.key, (*known, fact), profiles)
        is_visible = make_anew(self.act, life, self.timetable, has_spans=bool(known))
        self.act.changed(is_visible, is_of_terms=False)

    def _message(self, received_at: datetime) -> int:
        """The id of the document as the database keeps it."""
        if self.message is None:
            document = self.document
            self.message = items.add_message(
                self.act.connection, document.source.name, document.digest, document.raw, received_at
            )
        return self.message

    def _refuse(self, refusal: Refusal, received_at: datetime) -> Taken:
        document = self.document
        books.add_refused(
            self.act.connection,
            books.Refused(
                source=document.source.name,
                received_at=received_at,
                reason=refusal.reason,
                detail=refusal.detail,
                uri=refusal.uri,
                digest=document.digest,
                raw=document.raw,
                content_type=document.content_type,
            ),
        )
        self.act.changed(is_visible=False, is_of_terms=False)
        return _refused(refusal)


def _outline_of(fact: VersionFact, known: Sequence[Fact]) -> str:
    """The outline of the first version with the same words: other limits must not look like an edit."""
    versions = [each for each in known if isinstance(each, VersionFact)]
    same = [each.outline_digest for each in versions if each.words_digest == fact.words_digest]
    return same[0] if same else fact.outline_digest


@dataclass(frozen=True, slots=True)
class Life:
    """An item with every fact of it, and what feeds select by, for each version."""

    key: str
    facts: Sequence[Fact]
    profiles: Mapping[str, Profile]


def refresh(act: Writing, key: str, timetable: Timetable) -> bool:
    """Make the spans and places of an item anew from its facts; whether anything is other than before."""
    connection = act.connection
    life = Life(key, items.facts_of(connection, key), items.profiles_of(connection, key))
    return make_anew(act, life, timetable)


def make_anew(act: Writing, life: Life, timetable: Timetable, has_spans: bool = True) -> bool:
    """The same with the facts at hand; `has_spans` says whether there may be spans from before."""
    act.announcer.touch(life.key, has_spans)
    made = timeline(life.facts)
    every = [span for class_spans in made.values() for span in class_spans]
    placed = places_of(every, life.profiles, timetable.counted)
    ahead = places_ahead(every, life.profiles, timetable, act.now)
    stands = [*placed, *ahead]
    if has_spans:
        is_other = spans.replace_spans(act.connection, life.key, made, stands)
    else:
        is_other = act.fresh.add_spans(life.key, made, stands)
    if is_other:
        act.announcer.place(life.key, placed)
    return is_other
