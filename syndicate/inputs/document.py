"""A foreign document, opened: its characters, and its JSON where it is JSON.

Decided here: how large a document may be, and whether it is JSON or markup. Which format it is in is
asked of the formats. Knows the standard library.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from syndicate.inputs.characters import is_legal, legal
from syndicate.inputs.charset import decode
from syndicate.inputs.refusal import IngestError

MAX_DOCUMENT = 16 * 1024 * 1024
MAX_ITEMS = 1_000


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a document, its JSON (None for markup), and what was wrong with it as a whole."""

    text: str
    data: Any = None
    warnings: tuple[str, ...] = ()


def open_document(body: bytes, content_type: str | None) -> Document:
    """The document in `body`. Raises `IngestError` for nothing, too much, or broken JSON."""
    if len(body) > MAX_DOCUMENT:
        raise IngestError("too-large", f"The document has {len(body)} bytes; {MAX_DOCUMENT} are taken.")
    if not body.strip(b" \t\r\n\x00"):
        raise IngestError("empty", "The document is empty.")
    decoded = decode(body, content_type)
    text = decoded.text.lstrip()
    warnings = []
    if not decoded.is_as_declared:
        warnings.append(
            f"The document is not in the encoding that it names; it was read as {decoded.encoding}."
        )
    if text.startswith(("{", "[")):
        return Document(text, _json(text), tuple(warnings))
    if text.startswith("<?xml") and not decoded.text.startswith("<"):
        warnings.append("The document is not well-formed XML: something stands before its declaration.")
    if not is_legal(text):
        warnings.append("The document holds characters that XML forbids; they were taken out.")
    return Document(legal(text), None, tuple(warnings))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        where = f" at line {fault.lineno}" if isinstance(fault, json.JSONDecodeError) else ""
        raise IngestError("not-json", f"The document begins like JSON but is none{where}.") from fault


def guard_count(count: int) -> None:
    """Refuses a document of more items than are taken at once."""
    if count > MAX_ITEMS:
        raise IngestError("too-many-items", f"The document has {count} items; {MAX_ITEMS} are taken.")
