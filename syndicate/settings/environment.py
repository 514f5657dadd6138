"""Settings from the environment: `SYNDICATE_SERVE__PORT=8000` is `port` of `[serve]`.

Text is taken as it is; numbers, lists and tables are written as in TOML. In the name of a source `_`
stands for `-`. A variable that is no setting is a problem, since a misspelled one would be ignored.
What a value may be is decided in `sections`. Knows the standard library and pydantic.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from syndicate.settings.errors import printable
from syndicate.settings.files import KeyPath
from syndicate.settings.sections import Config, SourceSettings
from syndicate.settings.sentences import field_at, fields_of

PREFIX = "SYNDICATE_"
SOURCES = "sources"
NUMBERS = (bool, int, float)
NO_SETTING = frozenset({"SYNDICATE_FOLDER"})  # which working folder: asked before there are settings


def overlay(
    data: dict[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], dict[KeyPath, str], list[str]]:
    """`data` with what the environment says put over it, the variable of each such key, and problems."""
    merged = dict(data)
    variables: dict[KeyPath, str] = {}
    problems = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in NO_SETTING:
            continue
        path = _path(variable)
        field = _setting_at(path)
        if field is None:
            problems.append(f"{printable(variable)}: there is no such setting{_near(variable, data)}")
        elif _put(merged, path, _read(environ[variable], field)):
            variables[path] = variable
    return merged, variables, problems


def variable_at(path: KeyPath, variables: Mapping[KeyPath, str]) -> str | None:
    """The variable that said what stands at `path`."""
    return next((variable for said, variable in variables.items() if path[: len(said)] == said), None)


def variable_in_table(path: KeyPath, variables: Mapping[KeyPath, str]) -> str | None:
    """A variable that said something of the section or source that `path` is in."""
    depth = 2 if path[0] == SOURCES else 1
    return next((variable for said, variable in variables.items() if said[:depth] == path[:depth]), None)


def _path(variable: str) -> KeyPath:
    steps = variable.removeprefix(PREFIX).lower().split("__")
    if steps[0] == SOURCES:
        steps[1:2] = [name.replace("_", "-") for name in steps[1:2]]
    return tuple(steps)


def _setting_at(path: KeyPath) -> FieldInfo | None:
    """The field that a variable sets: one key of a section, or of one source."""
    if len(path) != (3 if path[0] == SOURCES else 2) or "" in path:
        return None
    return field_at(Config, path)


def _put(data: dict[str, Any], path: KeyPath, value: object) -> bool:
    """Whether the value found its table; where the file has something else, the file's fault is told."""
    *tables, key = (str(step) for step in path)
    for table in tables:
        inner = data.get(table, {})
        if not isinstance(inner, dict):
            return False
        data[table] = dict(inner)  # a copy: what the file says stays as it was read
        data = data[table]
    data[key] = value
    return True


def _read(text: str, field: FieldInfo) -> object:
    """The value that `text` is in TOML, where the field is no text; what is none the validator refuses."""
    if field.annotation not in NUMBERS and get_origin(field.annotation) not in (tuple, Mapping):
        return text
    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return read["value"] if len(read) == 1 else text


def _near(variable: str, data: dict[str, Any]) -> str:
    """The end of a sentence about a variable; what all of them begin with makes none like another."""
    near = get_close_matches(variable.removeprefix(PREFIX), _known_names(data), n=1)
    return f"; did you mean `{PREFIX}{near[0]}`?" if near else "."


def _known_names(data: dict[str, Any]) -> list[str]:
    """Every variable that would be a setting here, without the prefix."""
    sources = data.get(SOURCES)
    tables: list[tuple[str, type[BaseModel]]] = [
        (f"SOURCES__{name}", SourceSettings) for name in (sources if isinstance(sources, dict) else ())
    ]
    for name, field in fields_of(Config).items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tables.append((name, field.annotation))
    return [
        f"{table}__{key}".upper().replace("-", "_") for table, model in tables for key in fields_of(model)
    ]
