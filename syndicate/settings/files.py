"""TOML files as values that remember where each key stood.

The parser tells the line of a fault in the syntax only, so the text is scanned once more for the lines of
its keys; a key in an inline table has the line of that table. What the keys mean is not decided here.
Knows the standard library and `errors`.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from syndicate.settings.errors import SettingsError

KeyPath = tuple[str | int, ...]

LARGEST_FILE = 1 << 17
LONGEST_LINE = 1 << 12  # the parser's time grows with the square of a dotted key

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_PAIR = re.compile(rf"\s*({_DOTTED})\s*=")
_LONG_QUOTES = re.compile("\"\"\"|'''")
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


class Place(NamedTuple):
    """Where a value came from, as a sentence names it. `line` is for the order of sentences."""

    line: int
    label: str


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file under the name that sentences call it by."""

    name: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def place(self, path: KeyPath) -> Place:
        """Where `path` stands in the file, or the nearest table around it that has a line."""
        for end in range(len(path), 0, -1):
            around = path[:end]
            line = self.lines.get(around) or self.lines.get(tuple(k for k in around if isinstance(k, str)))
            if line:
                return Place(line, f"{self.name} line {line}")
        return Place(0, self.name)


@contextmanager
def opened(path: Path) -> Iterator[tuple[int, int]]:
    """The descriptor and the mode of what was opened; a pipe does not make us wait."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield file, os.fstat(file).st_mode
    finally:
        os.close(file)


def read_file(path: Path, name: str, missing: str) -> bytes:
    """The bytes of a plain file of sensible size. Raises `SettingsError`, with `missing` where none is."""
    try:
        with opened(path) as (file, mode):
            if not stat.S_ISREG(mode):
                raise SettingsError(f"{name} must be a plain file.")
            raw = os.read(file, LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SettingsError(missing) from None
    except OSError as error:
        raise SettingsError(f"{name} cannot be read: {error.strerror}.") from None
    if len(raw) > LARGEST_FILE:
        raise SettingsError(f"{name} is larger than {LARGEST_FILE // 1024} KiB, too large to be meant.")
    return raw


def parse_toml(raw: bytes, name: str) -> TomlFile:
    """The file that `raw` holds. Raises `SettingsError` with the line of a fault in the syntax."""
    for number, content in enumerate(raw.split(b"\n"), start=1):
        if len(content) > LONGEST_LINE:
            raise SettingsError(f"{name} line {number} is longer than {LONGEST_LINE} bytes: use a table.")
    try:
        text = raw.decode("utf-8")
        return TomlFile(name, tomllib.loads(text), dict(_lines(text)))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{name} line {line}: TOML must be written in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_syntax(str(error), text, name)) from None
    except (ValueError, RecursionError):  # a number of thousands of digits; thousands of brackets
        raise SettingsError(f"{name} holds a number too long, or brackets too deep, to be read.") from None


def _syntax(message: str, text: str, name: str) -> str:
    """The parser's message as a sentence of ours."""
    found = _POSITION.search(message)
    what = _POSITION.sub("", message)
    what = what[:1].lower() + what[1:]
    line, where = text.rstrip().count("\n") + 1, "the end of the file"
    if found and found[1]:
        line, where = int(found[1]), f"column {found[2]}"
    return f"{name} line {line}: this is not TOML: {what} at {where}."


def _lines(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Each table and key with its line; the tables of a list carry their number."""
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for line, content in _outside_long_strings(text):
        if found := _TABLE.match(content):
            table = _numbered(_split(found[2]), counts, is_new=found[1] == "[[")
            yield table, line
        elif found := _PAIR.match(content):
            yield table + _split(found[1]), line


def _numbered(path: KeyPath, counts: dict[KeyPath, int], is_new: bool) -> KeyPath:
    """`path` with the number of each list of tables on it; `[[` begins the next table of its list."""
    numbered: KeyPath = ()
    for end, key in enumerate(path, start=1):
        numbered += (key,)
        if is_new and end == len(path):
            counts[numbered] = counts.get(numbered, -1) + 1
        if numbered in counts:
            numbered += (counts[numbered],)
    return numbered


def _split(dotted_key: str) -> KeyPath:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, dotted_key))


def _outside_long_strings(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines that do not begin inside a string of several lines."""
    closing: str | None = None
    for line, content in enumerate(text.split("\n"), start=1):
        if closing is None:
            yield line, content
        for quotes in _LONG_QUOTES.findall(content):
            closing = quotes if closing is None else None if quotes == closing else closing
