"""Feed definitions as the plain values that a row keeps. An exact round trip."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from syndicate.core.model import Kind, Level
from syndicate.core.selection import FeedDefinition, Selector


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
