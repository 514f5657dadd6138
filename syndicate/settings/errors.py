"""The one error of the settings, and the words its sentences are made of.

A problem is one clear sentence: the place, what is wrong there, what was expected, what is near. How a
problem is found is decided elsewhere. Secrets never stand in a sentence. Knows the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_SHOWN = 60
LARGEST_SHOWN = 10**18  # Python refuses to print numbers of many thousand digits


class SettingsError(Exception):
    """Settings that cannot be used. `problems` holds a sentence for each thing that is wrong."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return self.problems[0] + more


def shown(value: object) -> str:
    """A value as a sentence may quote it: short, on one line, and safe for any terminal."""
    match value:
        case str():
            text = value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"
            return json.dumps(text, ensure_ascii=not text.isprintable())
        case bool():
            return str(value).lower()
        case int():
            return str(value) if abs(value) < LARGEST_SHOWN else "a number beyond all use"
        case float():
            return str(value)
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "a table"
    return "a date or a time"


def printable(name: str) -> str:
    """The name of a file or a variable as it is, unless a terminal would choke on it."""
    return name if name.isprintable() else shown(name)


def dotted(path: Iterable[str | int]) -> str:
    """The path of a key as TOML writes it, numbers of repeated tables left out: the line tells which."""
    keys = (key for key in path if isinstance(key, str))
    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else shown(key) for key in keys)


def ending(word: object, words: Iterable[str], known: str = "") -> str:
    """The end of a sentence about a wrong word: the nearest right one, or else all that are `known` here."""
    candidates = sorted(words)
    if isinstance(word, str) and (near := get_close_matches(word, candidates, n=1)):
        return f"; did you mean `{near[0]}`?"
    return f"; {known}: {', '.join(candidates)}." if known and candidates else "."
