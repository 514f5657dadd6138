"""What the purge of a killed item empties: the words of its versions, and the bytes of messages that carried it.

Facts, digests and what follows from them stay. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from sqlalchemy import Connection, func, select, union, update

from syndicate.core.sealed import Sealed
from syndicate.core.selection import Profile
from syndicate.store.tables import acts, messages, quarantine, versions


class Shelf(StrEnum):
    """Where raw bytes lie."""

    MESSAGES = "messages"
    QUARANTINE = "quarantine"


_TABLES = {Shelf.MESSAGES: messages, Shelf.QUARANTINE: quarantine}
_MANY = 500


def empty_versions(connection: Connection, key: str, bare: Mapping[str, Profile]) -> None:
    """Empty every version of an item but for the sides that feeds select by, which are given `bare`."""
    for digest, profile in bare.items():
        connection.execute(
            update(versions)
            .where(versions.c.key == key, versions.c.digest == digest)
            .values(
                headline="",
                subjects=[[subject.code, subject.name] for subject in profile.subjects],
                keywords=list(profile.keywords),
                slugline=profile.slugline,
                **dict.fromkeys(_WORDS),
            )
        )


_WORDS = (
    *("ticker_headline", "excerpt", "byline", "dateline", "rights"),
    *("summary", "text", "editors_note", "renditions"),
)


def messages_of(connection: Connection, key: str) -> set[int]:
    """The messages that brought the facts of an item."""
    brought = union(
        select(versions.c.message).where(versions.c.key == key),
        select(acts.c.message).where(acts.c.key == key, acts.c.message.is_not(None)),
    )
    return set(connection.execute(brought).scalars())


def raws(
    connection: Connection, shelf: Shelf, sources: Collection[str], after: int
) -> Iterator[tuple[int, Sealed[bytes]]]:
    """The bytes that are kept of what these sources sent, by id, from the one behind `after` on."""
    table = _TABLES[shelf]
    query = select(table.c.id, table.c.raw).where(table.c.source.in_(sources), table.c.raw.is_not(None))
    while rows := connection.execute(query.where(table.c.id > after).order_by(table.c.id).limit(1)).all():
        for id, raw in rows:
            after = id
            yield id, raw


def newest_raw(connection: Connection, shelf: Shelf) -> int:
    """The id of what was put on this shelf last; 0 for an empty one."""
    return int(connection.execute(select(func.max(_TABLES[shelf].c.id))).scalar_one() or 0)


def empty_raws(connection: Connection, shelf: Shelf, ids: Collection[int]) -> int:
    """Empty these bytes; gives how many were there still."""
    table, wanted, count = _TABLES[shelf], sorted(ids), 0
    for start in range(0, len(wanted), _MANY):
        these = table.c.id.in_(wanted[start : start + _MANY])
        count += connection.execute(
            update(table).where(these, table.c.raw.is_not(None)).values(raw=None)
        ).rowcount
    return count


def refused_of(connection: Connection, uri: str, sources: Collection[str]) -> set[int]:
    """What lies in quarantine under the uri of an item."""
    query = select(quarantine.c.id).where(quarantine.c.uri == uri, quarantine.c.source.in_(sources))
    return set(connection.execute(query).scalars())


def blur_details(connection: Connection, ids: Collection[int]) -> None:
    """What was wrong with these is told with words of theirs: let the reason do."""
    connection.execute(update(quarantine).where(quarantine.c.id.in_(ids)).values(detail="Purged."))
