"""A feed definition as JSON text and back, exactly: so the store keeps it, a row for each state of a file.

Equal definitions give equal text. What a definition may hold is decided in `feeds`; these rows are our
own, so nothing is checked again. Knows `core`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from syndicate.core.model import Kind, Level
from syndicate.core.selection import FeedDefinition, Selector


def definition_to_json(definition: FeedDefinition) -> str:
    """The definition as one line of JSON with sorted keys."""
    data = {**asdict(definition), "public": definition.public.name.lower()}
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def definition_from_json(text: str) -> FeedDefinition:
    """The definition that `definition_to_json` wrote."""
    data = json.loads(text)
    known = {
        "public": Level[data["public"].upper()],
        "aliases": tuple(data["aliases"]),
        "selects": tuple(_selector(select) for select in data["selects"]),
        "excepts": tuple(_selector(select) for select in data["excepts"]),
    }
    return FeedDefinition(**{**data, **known})


def _selector(data: dict[str, list[Any]]) -> Selector:
    values = {key: tuple(wanted) for key, wanted in data.items()}
    return Selector(**{**values, "kind": tuple(Kind(kind) for kind in data["kind"])})
