"""Before the lock: from the bytes of a document to what needs nothing but its time of receipt.

The document is read, excerpts and digests are made of its messages, and last of all their words are sealed.
Nothing here touches the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from syndicate.core.excerpt import Limits, excerpt_of
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
from syndicate.core.sealed import Sealed
from syndicate.core.selection import Profile
from syndicate.core.story import FullWords, Version
from syndicate.inputs import IngestError, Refusal
from syndicate.service.agency import Agency
from syndicate.store import items


@dataclass(frozen=True, slots=True)
class Document:
    """What came at once: its bytes, sealed, and what is in it, ready to be kept or refused."""

    source: Source
    digest: str
    raw: Sealed[bytes]
    content_type: str | None
    contents: tuple[Ready | Refusal, ...]

    def parts(self, most: int) -> Iterator[Document]:
        """The same document with so many of its items at a time."""
        for begin in range(0, len(self.contents), most):
            yield replace(self, contents=self.contents[begin : begin + most])


def opened(agency: Agency, body: bytes, source: Source, content_type: str | None = None) -> Document:
    """Read a document. What cannot be read is a refusal with its reason."""
    try:
        found = agency.reader.read(body, source, content_type)
    except IngestError as error:
        found = [Refusal(error.reason, error.detail, None)]
    contents = (each if isinstance(each, Refusal) else prepare(each, source, agency.limits) for each in found)
    return Document(source, hashlib.sha256(body).hexdigest(), Sealed(body), content_type, tuple(contents))


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
