"""What the validator found, as sentences for the person who wrote the file.

A sentence says the place, the key, what it must be and what is near; the words come from the
`description` of the key, never from the validator. What is wrong is not decided here.
Knows pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from syndicate.settings.errors import dotted, ending, shown
from syndicate.settings.files import KeyPath, Place


def sentences(error: ValidationError, model: type[BaseModel], place: Callable[[KeyPath], Place]) -> list[str]:
    """One sentence for each thing that is wrong, in the order of the file."""
    found = []
    for detail in error.errors(include_url=False):
        path = tuple(key for key in detail["loc"] if key != "[key]")
        line, label = place(path)
        found.append((line, f"{label}: {_what_is_wrong(detail, path, model)}"))
    return [sentence for _, sentence in sorted(found, key=lambda pair: pair[0])]


def _what_is_wrong(detail: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> str:
    """The sentence after its place."""
    key = dotted(path)
    match detail["type"]:
        case "extra_forbidden":
            return f"unknown key `{key}`{ending(path[-1], keys_at(model, path[:-1]), 'known here')}"
        case "missing":
            return f"the key `{key}` is missing; it must be {_walk(model, path).wanted}."
        case "model_type":
            return f"`{key}` must be a table."
        case "says":
            return f"`{key}` {detail['msg']}"
    return _wrong_value(detail, path, _walk(model, path))


def _wrong_value(detail: ErrorDetails, path: KeyPath, found: _Walked) -> str:
    """What the value must be; quoted only where no secret can stand, neither in it nor below it."""
    context = detail.get("ctx", {})
    word = context.get("word", detail["input"])
    choices = context.get("choices") or re.findall("'([^']*)'", str(context.get("expected", "")))
    given = ""
    if detail["loc"][-1] == "[key]" or (found.field and found.field.repr and not found.is_of_tables):
        is_part = len(path) > found.depth or "word" in context
        given = f", and {shown(word)} is none" if is_part else f", not {shown(word)}"
    return f"`{dotted(path[: found.depth])}` must be {found.wanted}{given}{ending(word, choices)}"


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of `model` by the names that they have in a file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the table at `path` knows."""
    table = _walk(model, path).table
    return list(fields_of(table)) if table else []


def field_at(model: type[BaseModel], path: KeyPath) -> FieldInfo | None:
    """The field whose own key is at `path`."""
    found = _walk(model, path)
    return found.field if found.depth == len(path) else None


@dataclass(frozen=True, slots=True)
class _Walked:
    """How far a path leads: the last field on it, the depth of its key, and the table at the end, if any."""

    field: FieldInfo | None
    depth: int
    table: type[BaseModel] | None

    @property
    def wanted(self) -> str:
        """What the value of the field must be."""
        return (self.field and self.field.description) or "a table"

    @property
    def is_of_tables(self) -> bool:
        """Whether the field holds tables with keys of their own."""
        return self.field is not None and _table_in(self.field.annotation) is not None


def _walk(model: type[BaseModel], path: KeyPath) -> _Walked:
    """Follows `path` from table to table, over the names and numbers that tables of tables have."""
    walked = _Walked(None, 0, model)
    place = 0
    while place < len(path) and walked.table:
        field = fields_of(walked.table).get(str(path[place]))
        if field is None:
            break
        is_many = get_origin(field.annotation) is not None
        table = None if is_many and place + 1 == len(path) else _table_in(field.annotation)
        walked = _Walked(field, place + 1, table)
        place += 2 if is_many else 1
    return walked


def _table_in(annotation: Any) -> type[BaseModel] | None:
    """The table that a field holds, itself or in a list or by names."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None
