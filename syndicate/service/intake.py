"""Taking in: from the bytes of a message to facts, spans and places, in one act.

Reading, excerpt, digests and sealing happen before the lock; under it a message is only compared, added,
and the item's timeline made anew. What cannot be taken goes to quarantine with its reason and its bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from syndicate.core.excerpt import Limits, excerpt_of
from syndicate.core.life import timeline
from syndicate.core.model import (
    FOREVER,
    Act,
    Deed,
    Fact,
    Kind,
    Message,
    Source,
    Status,
    VersionFact,
    digest_of,
    item_key,
)
from syndicate.core.outcome import Outcome, outcome_of
from syndicate.core.placement import Generation, places_of
from syndicate.core.sealed import Sealed
from syndicate.core.selection import Profile
from syndicate.core.story import FullWords, Version
from syndicate.inputs import IngestError, Refusal
from syndicate.service.agency import TICK, Agency, Writing
from syndicate.service.outliving import of_fact
from syndicate.store import books, feeds, items, spans

LARGEST = 16 * 1024 * 1024
"""No message is larger (bytes)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one item of a message. `outcome` None: refused, for `reason`."""

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
    """Take one message in and make it durable. `at` is its time of receipt: the clock's in production."""
    digest = hashlib.sha256(body).hexdigest()
    try:
        read = agency.reader.read(body, source, content_type)
    except IngestError as error:
        read = [Refusal(error.reason, error.detail, None)]
    ready = [each if isinstance(each, Refusal) else prepare(each, source, agency.limits) for each in read]
    with agency.writing() as act:
        received_at = at or act.now
        intake = _Intake(act, source, body, digest, content_type, feeds.history(act.connection))
        taken = [intake.put(each, received_at + number * TICK) for number, each in enumerate(ready)]
        act.now = max(act.now, received_at + len(ready) * TICK) if at is None else received_at
    return taken


def look(agency: Agency, body: bytes, source: Source, content_type: str | None = None) -> list[Taken]:
    """What `take` would say of a message, with nothing kept."""
    try:
        read = agency.reader.read(body, source, content_type)
    except IngestError as error:
        return [Taken(None, None, None, None, error.reason, error.detail)]
    taken = []
    with agency.database.snapshot() as connection:
        for each in read:
            if isinstance(each, Refusal):
                taken.append(Taken(each.uri, None, None, None, each.reason, each.detail))
                continue
            ready = prepare(each, source, agency.limits)
            fact = ready.fact_at(agency.clock())
            outcome = outcome_of(items.facts_of(connection, ready.key), fact)
            taken.append(Taken(each.uri, ready.key, each.number, outcome))
    return taken


# Before the lock


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that needs nothing but its time of receipt: a version with its words sealed, or an act."""

    item: items.Item
    number: int | None
    sealed: items.SealedVersion | None
    act: Act | None

    @property
    def key(self) -> str:
        """The key of the item."""
        return self.item.key

    def fact_at(self, received_at: datetime) -> Fact:
        """The fact, once received."""
        fact: Fact | None = self.act or (self.sealed.fact if self.sealed else None)
        if fact is None:
            raise ValueError("A message is a version or an act.")
        return replace(fact, received_at=received_at)


def prepare(message: Message, source: Source, limits: Limits) -> Ready:
    """Make excerpt and digests of a message and seal its words: the last step outside the lock."""
    key = item_key(source.namespace, message.uri)
    item = items.Item(key, source.namespace, message.uri, source.name)
    digest = digest_of(replace(message, warnings=()))
    if message.status is Status.CANCELED:
        return Ready(item, message.number, None, _source_act(digest, source))
    return Ready(item, message.number, _seal(message, key, digest, source, limits), None)


_NOT_YET = FOREVER


def _source_act(digest: str, source: Source) -> Act:
    """A canceled message: a kill, or a hold where the source has no right to kill."""
    deed = Deed.KILL if source.may_kill else Deed.HOLD
    return Act(digest, _NOT_YET, deed, f"source {source.name}", "The source canceled the item.")


def _seal(message: Message, key: str, digest: str, source: Source, limits: Limits) -> items.SealedVersion:
    excerpt = excerpt_of(message.summary, message.text, source.has_summaries, limits)
    fact = VersionFact(
        digest=digest,
        received_at=_NOT_YET,
        number=message.number,
        created_at=message.created_at,
        is_withheld=message.status is Status.WITHHELD,
        embargo_at=message.embargo_at,
        expires_at=message.expires_at,
        outline_digest=digest_of(message.headline, excerpt),
        words_digest=digest_of(message.headline, message.summary, message.text),
        is_correction=message.is_correction,
        is_public=message.is_public and message.kind is not Kind.ADVISORY,
    )
    version = Version(
        digest=digest,
        key=key,
        headline=message.headline,
        ticker_headline=message.ticker_headline,
        excerpt=excerpt,
        byline=message.byline,
        dateline=message.dateline,
        language=message.language,
        urgency=message.urgency,
        subjects=message.subjects,
        keywords=message.keywords,
        slugline=message.slugline,
        kind=message.kind,
        rights=message.rights,
        replaces=item_key(source.namespace, message.replaces) if message.replaces else None,
        is_correction=message.is_correction,
        embargo_at=message.embargo_at,
    )
    profile = Profile(
        source.name,
        message.kind,
        message.language,
        message.urgency,
        message.subjects,
        message.keywords,
        message.slugline,
    )
    return items.SealedVersion(fact, version, profile, _sealed_words(message), str(limits))


def _sealed_words(message: Message) -> FullWords:
    renditions = json.dumps([asdict(each) for each in message.renditions], ensure_ascii=False)
    return FullWords(
        summary=_sealed(message.summary),
        text=_sealed(message.text),
        editors_note=_sealed(message.editors_note),
        renditions=Sealed(renditions) if message.renditions else None,
    )


def _sealed(words: str | None) -> Sealed[str] | None:
    return None if words is None else Sealed(words)


# Under the lock


@dataclass(slots=True)
class _Intake:
    """One message being taken in by an open act."""

    act: Writing
    source: Source
    body: bytes
    digest: str
    content_type: str | None
    generations: Sequence[Generation]

    def put(self, ready: Ready | Refusal, received_at: datetime) -> Taken:
        """Add one item of the message, or put it into quarantine."""
        if isinstance(ready, Refusal):
            return self._refuse(ready, received_at)
        connection = self.act.connection
        fact = ready.fact_at(received_at)
        known = items.facts_of(connection, ready.key)
        outcome = outcome_of(known, fact)
        if outcome is not Outcome.DUPLICATE:
            self._add(ready, fact)
        elif any(each.digest == fact.digest and received_at < each.received_at for each in known):
            items.receive_earlier(connection, ready.key, fact.digest, received_at)
        else:
            return Taken(ready.item.uri, ready.key, ready.number, outcome)
        self.act.changed(refresh(self.act, ready.key, self.generations))
        return Taken(ready.item.uri, ready.key, ready.number, outcome)

    def _add(self, ready: Ready, fact: Fact) -> None:
        connection = self.act.connection
        items.add_item(connection, ready.item)
        if logged := of_fact(ready.item, fact):
            self.act.outlives(logged)
        message = items.add_message(
            connection, self.source.name, self.digest, Sealed(self.body), fact.received_at
        )
        if isinstance(fact, Act):
            items.add_act(connection, ready.key, fact, message)
        elif ready.sealed is not None:
            earlier = items.outline_digest_of(connection, ready.key, fact.words_digest)
            fact = replace(fact, outline_digest=earlier or fact.outline_digest)
            items.add_version(connection, ready.key, replace(ready.sealed, fact=fact), message)

    def _refuse(self, refusal: Refusal, received_at: datetime) -> Taken:
        books.add_refused(
            self.act.connection,
            books.Refused(
                source=self.source.name,
                received_at=received_at,
                reason=refusal.reason,
                detail=refusal.detail,
                uri=refusal.uri,
                digest=self.digest,
                raw=Sealed(self.body),
                content_type=self.content_type,
            ),
        )
        self.act.changed(is_visible=False)
        return Taken(refusal.uri, None, None, None, refusal.reason, refusal.detail)


def refresh(act: Writing, key: str, generations: Sequence[Generation]) -> bool:
    """Make the spans and places of an item anew from its facts; whether anything is other than before."""
    connection = act.connection
    act.announcer.touch(key)
    made = timeline(items.facts_of(connection, key))
    every = [span for class_spans in made.values() for span in class_spans]
    placed = places_of(every, items.profiles_of(connection, key), generations)
    return spans.replace_spans(connection, key, made, placed)
