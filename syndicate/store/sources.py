"""How sources are doing: the last visit to each polled one, which are silent, which signed messages came."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from syndicate.store.tables import messages, polls, silences, webhooks


@dataclass(frozen=True, slots=True)
class Poll:
    """How the last visit to a polled source went, what to send for a conditional one, and when the next is.

    All of it is about one address, of which the digest is kept: of another one nothing is known.
    """

    source: str
    polled_at: datetime
    address: str
    etag: str | None = None
    last_modified: str | None = None
    succeeded_at: datetime | None = None
    failure: str | None = None
    failures: int = 0  # in a row
    not_before: datetime | None = None
    moved_to: str | None = None  # for good, as the server says
    gone_at: datetime | None = None  # for good: it is visited no more


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when a source is listened to; and since when it is silent, once that was told."""

    source: str
    watched_at: datetime
    silent_since: datetime | None = None


def find_poll(connection: Connection, source: str) -> Poll | None:
    """How the last visit to a source went."""
    row = connection.execute(select(polls).where(polls.c.source == source)).one_or_none()
    return Poll(**row._mapping) if row else None


def list_polls(connection: Connection) -> dict[str, Poll]:
    """How the last visit to each source went, by name."""
    return {row.source: Poll(**row._mapping) for row in connection.execute(select(polls))}


def put_poll(connection: Connection, poll: Poll) -> None:
    """Write down how a visit went."""
    if find_poll(connection, poll.source) is None:
        connection.execute(insert(polls).values(asdict(poll)))
    else:
        connection.execute(update(polls).where(polls.c.source == poll.source).values(asdict(poll)))


def find_silence(connection: Connection, source: str) -> Silence | None:
    """Since when a source is listened to."""
    row = connection.execute(select(silences).where(silences.c.source == source)).one_or_none()
    return Silence(**row._mapping) if row else None


def put_silence(connection: Connection, silence: Silence) -> None:
    """Write down since when a source is listened to, or silent, or that it is no more."""
    if find_silence(connection, silence.source) is None:
        connection.execute(insert(silences).values(asdict(silence)))
    else:
        mine = silences.c.source == silence.source
        connection.execute(update(silences).where(mine).values(asdict(silence)))


def is_heard(connection: Connection, source: str, since: datetime) -> bool:
    """Whether anything new came from a source after a time."""
    mine = exists().where(messages.c.source == source, messages.c.received_at > since)
    return bool(connection.execute(select(mine)).scalar_one())


def last_heard(connection: Connection, source: str) -> datetime | None:
    """When something new last came from a source."""
    newest = select(func.max(messages.c.received_at)).where(messages.c.source == source)
    at: datetime | None = connection.execute(newest).scalar_one()
    return at


def webhook_digest(connection: Connection, source: str, id: str) -> str | None:
    """The digest of the body that came under an id, if one did."""
    mine = (webhooks.c.source == source, webhooks.c.id == id)
    digest: str | None = connection.execute(select(webhooks.c.digest).where(*mine)).scalar_one_or_none()
    return digest


def add_webhook(connection: Connection, source: str, id: str, digest: str, received_at: datetime) -> None:
    """Remember what came under an id."""
    row = insert(webhooks).values(source=source, id=id, digest=digest, received_at=received_at)
    connection.execute(row)


def forget_webhooks(connection: Connection, before: datetime) -> None:
    """Forget the ids that came before."""
    connection.execute(delete(webhooks).where(webhooks.c.received_at < before))
