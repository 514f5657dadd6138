"""Signs for those who run the service: what a process noticed last of each kind, and when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from syndicate.store.tables import signs


@dataclass(frozen=True, slots=True)
class Sign:
    """What was noticed, when, and what there is to tell of it."""

    name: str
    at: datetime
    told: str


def put_sign(connection: Connection, sign: Sign) -> None:
    """Write down what was noticed, in the place of what was before under this name."""
    mine = signs.c.name == sign.name
    if connection.execute(update(signs).where(mine).values(asdict(sign))).rowcount == 0:
        connection.execute(insert(signs).values(asdict(sign)))


def find_sign(connection: Connection, name: str) -> Sign | None:
    """What was noticed last under a name."""
    row = connection.execute(select(signs).where(signs.c.name == name)).one_or_none()
    return Sign(**row._mapping) if row else None
