"""Feed definitions as a row keeps them: one text of JSON. An exact round trip."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from syndicate.core.model import Kind, Level
from syndicate.core.selection import FeedDefinition, Selector


class Definition(TypeDecorator[FeedDefinition]):
    """A feed definition. The same few are read at every commit, so each is made of its text once."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: FeedDefinition | None, dialect: Dialect) -> str | None:
        """To the column."""
        return None if value is None else json.dumps(definition_to(value), ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> FeedDefinition | None:
        """From the column."""
        return None if value is None else _made_of(value)


@lru_cache(maxsize=500)
def _made_of(text: str) -> FeedDefinition:
    return definition_from(json.loads(text))


def definition_to(definition: FeedDefinition) -> dict[str, Any]:
    """The definition as plain values."""
    return asdict(definition) | {"public": definition.public.name}


def definition_from(plain: dict[str, Any]) -> FeedDefinition:
    """The definition behind plain values."""
    return FeedDefinition(
        **{
            **plain,
            "public": Level[plain["public"]],
            "aliases": tuple(plain["aliases"]),
            "selects": tuple(_selector(each) for each in plain["selects"]),
            "excepts": tuple(_selector(each) for each in plain["excepts"]),
        }
    )


def _selector(plain: dict[str, Any]) -> Selector:
    values = {name: tuple(value) for name, value in plain.items()}
    return Selector(**values | {"kind": tuple(Kind(kind) for kind in plain["kind"])})
