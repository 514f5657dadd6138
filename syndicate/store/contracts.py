"""Companies, licences, tokens and source keys: what is agreed with whom. No usable secret is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from syndicate.core.model import FOREVER, Level
from syndicate.core.story import Licence
from syndicate.store.glance import Glance, rows_of
from syndicate.store.tables import companies, licences, source_keys, tokens


@dataclass(frozen=True, slots=True)
class Company:
    """A customer. `name` is how commands call it, `title` how people do."""

    name: str
    title: str
    suspended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One credential of a company, as it is kept: a digest, never the secret."""

    id: str
    company: str
    kind: str
    label: str
    digest: str
    key_id: str
    issued_at: datetime
    expires_at: datetime
    networks: tuple[str, ...] = ()
    feeds: frozenset[str] | None = None
    old_digest: str | None = None
    old_until_at: datetime | None = None
    old_used_at: datetime | None = None
    revoked_at: datetime | None = None
    is_final: bool = False
    quota: int | None = None  # requests a minute; None: as the settings say, 0: no end of them


class SourceKeyKind(StrEnum):
    """How a source shows that it is the one: it sends the key along, or signs with the secret of a webhook."""

    BEARER = "bearer"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A key with which a source pushes. `key_id` says which signing key made it; a webhook's is its own."""

    id: str
    source: str
    kind: SourceKeyKind
    digest: str
    key_id: str
    issued_at: datetime
    revoked_at: datetime | None = None


def add_company(connection: Connection, company: Company) -> None:
    """Keep a new company."""
    connection.execute(insert(companies).values(asdict(company)))


def find_company(reading: Connection | Glance, name: str) -> Company | None:
    """The company of this name."""
    found = rows_of(reading, _COMPANY_BY_NAME, name=name)
    return Company(*found[0]) if found else None


def list_companies(connection: Connection) -> list[Company]:
    """All companies, by name."""
    return [Company(*row) for row in connection.execute(_COMPANY.order_by(companies.c.name))]


def set_suspended(connection: Connection, name: str, suspended_at: datetime | None) -> None:
    """Suspend a company, or let it go on."""
    connection.execute(update(companies).where(companies.c.name == name).values(suspended_at=suspended_at))


_COMPANY = select(companies.c.name, companies.c.title, companies.c.suspended_at)
_COMPANY_BY_NAME = _COMPANY.where(companies.c.name == bindparam("name"))


def add_licence(connection: Connection, company: str, licence: Licence) -> int:
    """Keep a new licence; gives its id (that of `licence` is not looked at)."""
    row = insert(licences).values(
        company=company,
        feeds=sorted(licence.feeds),
        level=int(licence.level),
        begins_at=licence.begins_at,
        ends_at=licence.ends_at,
        has_embargo_right=licence.has_embargo_right,
        archive_days=licence.archive_days,
    )
    return int(connection.execute(row.returning(licences.c.id)).scalar_one())


def licences_of(reading: Connection | Glance, company: str) -> list[Licence]:
    """The licences of a company, ended ones included, oldest first."""
    found = map(_licence, rows_of(reading, _LICENCES_OF, company=company))
    return sorted(found, key=lambda licence: licence.id)


def find_licence(connection: Connection, id: int) -> tuple[str, Licence] | None:
    """The company and the licence of this id."""
    row = connection.execute(
        _LICENCE.add_columns(licences.c.company).where(licences.c.id == id)
    ).one_or_none()
    return (row.company, _licence(row[:-1])) if row else None


def end_licence(connection: Connection, id: int, ends_at: datetime) -> None:
    """Let a licence end at a time."""
    connection.execute(update(licences).where(licences.c.id == id).values(ends_at=ends_at))


_LICENCE = select(
    licences.c.id,
    licences.c.feeds,
    licences.c.level,
    licences.c.begins_at,
    licences.c.ends_at,
    licences.c.has_embargo_right,
    licences.c.archive_days,
)
_LICENCES_OF = _LICENCE.where(licences.c.company == bindparam("company"))


def _licence(row: Sequence[Any]) -> Licence:
    id, feeds, level, *rest = row
    return Licence(id, frozenset(feeds), Level(level), *rest)


def add_token(connection: Connection, token: TokenRow) -> None:
    """Keep a new token."""
    connection.execute(insert(tokens).values(_plain(token)))


def put_token(connection: Connection, token: TokenRow) -> None:
    """Write a token that was rotated, revoked or changed."""
    connection.execute(update(tokens).where(tokens.c.id == token.id).values(_plain(token)))


def find_token(reading: Connection | Glance, id: str) -> TokenRow | None:
    """The token of this id."""
    found = rows_of(reading, _TOKEN_BY_ID, id=id)
    return _token(found[0]) if found else None


_TOKEN = select(*(tokens.c[field.name] for field in fields(TokenRow)))
_TOKEN_BY_ID = _TOKEN.where(tokens.c.id == bindparam("id"))


def list_tokens(connection: Connection, company: str | None = None) -> list[TokenRow]:
    """The tokens of a company, or all, oldest first."""
    query = _TOKEN.order_by(tokens.c.issued_at, tokens.c.id)
    if company is not None:
        query = query.where(tokens.c.company == company)
    return [_token(row) for row in connection.execute(query)]


def tokens_not_made_by(connection: Connection, keys: Collection[str]) -> list[TokenRow]:
    """The tokens that are not revoked and that none of these keys made."""
    others = _TOKEN.where(tokens.c.revoked_at.is_(None), tokens.c.key_id.not_in(keys))
    return [_token(row) for row in connection.execute(others.order_by(tokens.c.issued_at, tokens.c.id))]


def labels_of_tokens(connection: Connection) -> dict[str, str]:
    """What people call each token, by its id."""
    return {row.id: row.label for row in connection.execute(select(tokens.c.id, tokens.c.label))}


def note_old_use(connection: Connection, id: str, used_at: datetime) -> None:
    """Remember when the rotated-out secret of a token was last used."""
    connection.execute(update(tokens).where(tokens.c.id == id).values(old_used_at=used_at))


def _plain(token: TokenRow) -> dict[str, Any]:
    feeds = None if token.feeds is None else sorted(token.feeds)
    return asdict(token) | {"networks": list(token.networks), "feeds": feeds}


def _token(row: Sequence[Any]) -> TokenRow:
    token = TokenRow(*row)
    feeds = None if token.feeds is None else frozenset(token.feeds)
    return replace(token, networks=tuple(token.networks), feeds=feeds)


def add_source_key(connection: Connection, key: SourceKey) -> None:
    """Keep a new key of a source."""
    connection.execute(insert(source_keys).values(asdict(key)))


def find_source_key(reading: Connection | Glance, id: str) -> SourceKey | None:
    """The source key of this id."""
    found = rows_of(reading, _SOURCE_KEY_BY_ID, id=id)
    return _source_key(found[0]) if found else None


_SOURCE_KEY = select(*(source_keys.c[field.name] for field in fields(SourceKey)))
_SOURCE_KEY_BY_ID = _SOURCE_KEY.where(source_keys.c.id == bindparam("id"))


def list_source_keys(connection: Connection, source: str | None = None) -> list[SourceKey]:
    """The keys of a source, or all, oldest first."""
    query = _SOURCE_KEY.order_by(source_keys.c.issued_at, source_keys.c.id)
    if source is not None:
        query = query.where(source_keys.c.source == source)
    return [_source_key(row) for row in connection.execute(query)]


def source_keys_not_made_by(connection: Connection, keys: Collection[str]) -> list[SourceKey]:
    """The source keys that are not revoked and that none of these keys made."""
    others = _SOURCE_KEY.where(source_keys.c.revoked_at.is_(None), source_keys.c.key_id.not_in(keys))
    query = others.order_by(source_keys.c.issued_at, source_keys.c.id)
    return [_source_key(row) for row in connection.execute(query)]


def _source_key(row: Sequence[Any]) -> SourceKey:
    key = SourceKey(*row)
    return replace(key, kind=SourceKeyKind(key.kind))


def put_source_key(connection: Connection, key: SourceKey) -> None:
    """Write a source key that was revoked."""
    connection.execute(update(source_keys).where(source_keys.c.id == key.id).values(asdict(key)))


GRACE = timedelta(days=30)
"""For how long an ended access answers politely in the path form."""


def next_contract_edge(connection: Connection, now: datetime) -> datetime:
    """The earliest time after `now` at which a licence, a token or an overlap begins or ends.

    An end counts twice: when it comes, and `GRACE` later, when a path stops saying so politely.
    """
    row = connection.execute(_EDGES, {"now": now, "graced": now - GRACE}).one()
    times = [at if number < len(_ENDS) else at + GRACE for number, at in enumerate(row) if _is_time(at)]
    return min(times, default=FOREVER)


def _is_time(at: datetime | None) -> bool:
    return at is not None and at < FOREVER


_ENDS = (licences.c.begins_at, licences.c.ends_at, tokens.c.expires_at, tokens.c.old_until_at)
_EDGES = select(
    *(
        select(func.min(column)).where(column > bindparam(after, type_=column.type)).scalar_subquery()
        for after in ("now", "graced")
        for column in _ENDS
    )
)
"""The next of each in one statement, since this is asked after every commit: `now` first, then `graced`."""
