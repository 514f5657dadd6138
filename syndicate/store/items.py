"""Items and their facts: what was received, only ever added, and found again by key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, union_all, update

from syndicate.core.model import Act, Deed, Fact, Kind, Subject, VersionFact
from syndicate.core.sealed import Sealed
from syndicate.core.selection import Profile
from syndicate.core.story import FullWords, Version
from syndicate.store.database import insert_once
from syndicate.store.prepared import add_rows
from syndicate.store.tables import acts, items, messages, versions


@dataclass(frozen=True, slots=True)
class SealedVersion:
    """A version ready to be kept: its fact, its open sides and profile, and its sealed words."""

    fact: VersionFact
    version: Version
    profile: Profile
    words: FullWords
    excerpt_limits: str


@dataclass(frozen=True, slots=True)
class Item:
    """One story's identity."""

    key: str
    namespace: str
    uri: str
    source: str


def add_item(connection: Connection, item: Item) -> bool:
    """Keep the identity of an item, if it is not known yet; whether it was not."""
    return add_rows(connection, insert_once(connection, items), [asdict(item)]) == 1


def find_item(connection: Connection, key: str) -> Item | None:
    """The item of this key."""
    row = connection.execute(_ITEM.where(items.c.key == key)).one_or_none()
    return Item(*row) if row else None


def list_items(connection: Connection, limit: int) -> list[Item]:
    """The items whose facts came last, newest first."""
    facts = union_all(
        *(select(table.c.key.label("key"), table.c.received_at.label("at")) for table in (versions, acts))
    ).subquery()
    newest = select(facts.c.key).group_by(facts.c.key).order_by(func.max(facts.c.at).desc()).limit(limit)
    keys = list(connection.execute(newest).scalars())
    found = {row.key: Item(*row) for row in connection.execute(_ITEM.where(items.c.key.in_(keys)))}
    return [found[key] for key in keys]


def keys_after(connection: Connection, after: str, limit: int) -> list[str]:
    """The next keys of all items, in order."""
    query = select(items.c.key).where(items.c.key > after).order_by(items.c.key).limit(limit)
    return list(connection.execute(query).scalars())


_ITEM = select(items.c.key, items.c.namespace, items.c.uri, items.c.source)


def add_message(
    connection: Connection, source: str, digest: str, raw: Sealed[bytes], received_at: datetime
) -> int:
    """Keep the bytes of a message as they came, once; gives its id."""
    values = {"source": source, "digest": digest, "raw": raw, "received_at": received_at}
    made = connection.execute(insert_once(connection, messages).returning(messages.c.id), values)
    found = made.scalar_one_or_none()
    if found is None:
        found = connection.execute(_MESSAGE_ID, {"source": source, "digest": digest}).scalar_one()
    return int(found)


_MESSAGE_ID = select(messages.c.id).where(
    messages.c.source == bindparam("source"), messages.c.digest == bindparam("digest")
)


def forget_raw(connection: Connection, before: datetime) -> None:
    """Empty the bytes of messages received before; their digests stay."""
    old = messages.c.received_at < before
    connection.execute(update(messages).where(old, messages.c.raw.is_not(None)).values(raw=None))


def facts_of(connection: Connection, key: str) -> list[Fact]:
    """Everything that is known of an item: its versions, then its acts, as they were kept."""
    found: list[Fact] = [VersionFact(*row) for row in connection.execute(_VERSION_FACTS_OF, {"key": key})]
    for row in connection.execute(_ACTS_OF, {"key": key}):
        found.append(Act(row.digest, row.received_at, Deed(row.deed), row.by, row.reason))
    return found


_VERSION_FACT = select(
    versions.c.digest,
    versions.c.received_at,
    versions.c.number,
    versions.c.created_at,
    versions.c.is_withheld,
    versions.c.embargo_at,
    versions.c.expires_at,
    versions.c.outline_digest,
    versions.c.words_digest,
    versions.c.is_correction,
    versions.c.is_public,
)
_VERSION_FACTS_OF = _VERSION_FACT.where(versions.c.key == bindparam("key")).order_by(versions.c.id)
_ACTS_OF = (
    select(acts.c.digest, acts.c.received_at, acts.c.deed, acts.c.by, acts.c.reason)
    .where(acts.c.key == bindparam("key"))
    .order_by(acts.c.id)
)


def receive_earlier(connection: Connection, key: str, digest: str, received_at: datetime) -> None:
    """A repeat keeps the earliest time of receipt, so histories read in any order end alike."""
    for table in (versions, acts):
        connection.execute(
            update(table)
            .where(table.c.key == key, table.c.digest == digest, table.c.received_at > received_at)
            .values(received_at=received_at)
        )


def add_version(connection: Connection, key: str, sealed: SealedVersion, message: int) -> None:
    """Add a version to the history of an item."""
    connection.execute(_ADD_VERSION, version_row(key, sealed, message))


def version_row(key: str, sealed: SealedVersion, message: int) -> dict[str, Any]:
    """A version as a row."""
    fact, version, words = sealed.fact, sealed.version, sealed.words
    return (
        {name: getattr(fact, name) for name in _FACT_NAMES}
        | {name: getattr(version, name) for name in _VERSION_NAMES}
        | {
            "key": key,
            "message": message,
            "source": sealed.profile.source,
            "excerpt_limits": sealed.excerpt_limits,
            "subjects": [[subject.code, subject.name] for subject in version.subjects],
            "keywords": list(version.keywords),
            "kind": version.kind.value,
            "summary": words.summary,
            "text": words.text,
            "editors_note": words.editors_note,
            "renditions": words.renditions,
        }
    )


_ADD_VERSION = insert(versions)
_FACT_NAMES = [column.name for column in _VERSION_FACT.selected_columns]
_VERSION_NAMES = [
    *("headline", "ticker_headline", "excerpt", "byline", "dateline", "language", "urgency"),
    *("slugline", "rights", "replaces"),
]


def add_act(connection: Connection, key: str, act: Act, message: int | None = None) -> None:
    """Add an act to the history of an item."""
    connection.execute(insert(acts).values(act_row(key, act, message)))


def act_row(key: str, act: Act, message: int | None) -> dict[str, Any]:
    """An act as a row."""
    return {
        "key": key,
        "message": message,
        "digest": act.digest,
        "received_at": act.received_at,
        "deed": act.deed.value,
        "by": act.by,
        "reason": act.reason,
    }


def profiles_of(connection: Connection, key: str) -> dict[str, Profile]:
    """The sides that feeds select by, for each version of an item."""
    return {row.digest: _profile(row) for row in connection.execute(_PROFILES_OF, {"key": key})}


def profiles_of_all(connection: Connection, keys: Collection[str]) -> dict[str, dict[str, Profile]]:
    """The same of several items, by key."""
    found: dict[str, dict[str, Profile]] = {key: {} for key in keys}
    for row in connection.execute(_PROFILES_OF_ALL, {"keys": list(keys)}):
        found[row.key][row.digest] = _profile(row)
    return found


_PROFILE = select(
    versions.c.digest,
    versions.c.source,
    versions.c.kind,
    versions.c.language,
    versions.c.urgency,
    versions.c.subjects,
    versions.c.keywords,
    versions.c.slugline,
)
_PROFILES_OF = _PROFILE.where(versions.c.key == bindparam("key"))
_PROFILES_OF_ALL = _PROFILE.add_columns(versions.c.key).where(
    versions.c.key.in_(bindparam("keys", expanding=True))
)


def _profile(row: Any) -> Profile:
    return Profile(
        row.source,
        Kind(row.kind),
        row.language,
        row.urgency,
        tuple(Subject(*each) for each in row.subjects),
        tuple(row.keywords),
        row.slugline,
    )


def headlines_of(connection: Connection, key: str) -> dict[str, str]:
    """The headline of each version of an item, in the order in which they came."""
    rows = connection.execute(
        select(versions.c.digest, versions.c.headline).where(versions.c.key == key).order_by(versions.c.id)
    )
    return {row.digest: row.headline for row in rows}


def numbers_of(connection: Connection, keys: Sequence[str]) -> dict[tuple[str, str], int | None]:
    """The number that its source gave each version of these items, by key and digest."""
    found: dict[tuple[str, str], int | None] = {}
    for start in range(0, len(keys), _MANY):
        rows = connection.execute(
            select(versions.c.key, versions.c.digest, versions.c.number).where(
                versions.c.key.in_(keys[start : start + _MANY])
            )
        )
        found |= {(row.key, row.digest): row.number for row in rows}
    return found


def oldest_version(connection: Connection, keys: Sequence[str]) -> datetime | None:
    """When the first version of any of these items was received."""
    found = [
        connection.execute(
            select(func.min(versions.c.received_at)).where(versions.c.key.in_(keys[start : start + _MANY]))
        ).scalar_one()
        for start in range(0, len(keys), _MANY)
    ]
    return min((each for each in found if each is not None), default=None)


_MANY = 500

OPEN_SIDES = (
    versions.c.digest,
    versions.c.key,
    versions.c.headline,
    versions.c.ticker_headline,
    versions.c.excerpt,
    versions.c.excerpt_limits,
    versions.c.byline,
    versions.c.dateline,
    versions.c.language,
    versions.c.urgency,
    versions.c.subjects,
    versions.c.keywords,
    versions.c.slugline,
    versions.c.kind,
    versions.c.rights,
    versions.c.replaces,
    versions.c.is_correction,
    versions.c.embargo_at,
)
"""The columns of a version that are not sealed. Below FULL no other is selected."""


def version_from(row: Any, limits: str) -> Version:
    """The open sides of a version. An excerpt made under other limits counts as missing."""
    return Version(
        digest=row.digest,
        key=row.key,
        headline=row.headline,
        ticker_headline=row.ticker_headline,
        excerpt=row.excerpt if row.excerpt_limits == limits else None,
        byline=row.byline,
        dateline=row.dateline,
        language=row.language,
        urgency=row.urgency,
        subjects=tuple(Subject(*each) for each in row.subjects),
        keywords=tuple(row.keywords),
        slugline=row.slugline,
        kind=Kind(row.kind),
        rights=row.rights,
        replaces=row.replaces,
        is_correction=row.is_correction,
        embargo_at=row.embargo_at,
    )


def full_words(connection: Connection, wanted: Iterable[tuple[str, str]]) -> dict[str, FullWords]:
    """The sealed words of versions, by digest, for those that the gate lets out in full. Takes (key, digest)."""
    pairs = list(wanted)
    if not pairs:
        return {}
    keys, digests = zip(*pairs, strict=True)
    rows = connection.execute(_FULL_WORDS, {"keys": keys, "digests": digests})
    return {row.digest: FullWords(row.summary, row.text, row.editors_note, row.renditions) for row in rows}


_FULL_WORDS = select(
    versions.c.digest,
    versions.c.key,
    versions.c.summary,
    versions.c.text,
    versions.c.editors_note,
    versions.c.renditions,
).where(
    versions.c.key.in_(bindparam("keys", expanding=True)),
    versions.c.digest.in_(bindparam("digests", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class StaleExcerpt:
    """A version whose excerpt was made under other limits than those that count."""

    id: int
    key: str
    source: str
    words: FullWords


def stale_excerpts(connection: Connection, limits: str, most: int) -> list[StaleExcerpt]:
    """Versions whose excerpt was made under other limits: two ranges, since an index finds no inequality."""
    rows = connection.execute(
        select(versions.c.id, versions.c.key, versions.c.source, versions.c.summary, versions.c.text)
        .where(or_(versions.c.excerpt_limits < limits, versions.c.excerpt_limits > limits))
        .limit(most)
    )
    return [StaleExcerpt(row.id, row.key, row.source, FullWords(row.summary, row.text)) for row in rows]


def put_excerpt(connection: Connection, id: int, excerpt: str | None, limits: str) -> None:
    """Put an excerpt that was made anew; the words of the version stay as they were received."""
    connection.execute(
        update(versions).where(versions.c.id == id).values(excerpt=excerpt, excerpt_limits=limits)
    )
