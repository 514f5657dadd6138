"""The programs that read for artificial intelligence, by the names under which robots.txt knows them.

A list of others, kept as data beside this file under its own licence; an operator may name a newer one
(`[rights] agents`). Whether they are let in is not decided here. Knows the standard library.
"""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

from syndicate.settings.errors import SettingsError
from syndicate.settings.files import read_file

_TOKEN = re.compile(r"[A-Za-z0-9._-]+")
"""What a line of robots.txt can name: RFC 9309, section 2.2.1, has letters, `_` and `-`, crawlers have more."""


def agents(path: Path | None = None) -> tuple[str, ...]:
    """The names in a list, in order, without their versions; one with a blank fits no line and is left out.

    Raises `SettingsError` for a file that is no such list.
    """
    if path is None:
        return _names(resources.files(__name__).joinpath("robots.json").read_bytes(), "robots.json")
    missing = f"There is no {path}. Correct [rights] agents, or leave it empty for the list that comes along."
    return _names(read_file(path, path.name, missing), path.name)


def _names(raw: bytes, name: str) -> tuple[str, ...]:
    try:
        listed = json.loads(raw)
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, dict) or not listed:
        raise SettingsError(f"{name}: must be a JSON object whose keys are the names of agents.")
    products = {each.partition("/")[0] for each in listed}
    return tuple(sorted(each for each in products if _TOKEN.fullmatch(each)))
