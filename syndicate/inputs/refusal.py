"""How reading says no: to a whole document, or to one item of a document that can be read otherwise.

Decided here is that one bad item never costs the others, and that no fault of a foreign document leaves
the room as anything but these. What counts as a fault is decided in the formats. Knows `core.model`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from syndicate.core.model import Message

Item = TypeVar("Item")


class IngestError(Exception):
    """The document cannot be taken. `reason` is a short name, `detail` one sentence for the operator."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ItemError(Exception):
    """One item cannot be taken. Never leaves the room: it becomes a `Refusal`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item of a readable document that cannot be taken, and why. `uri` is None where it has none."""

    reason: str
    detail: str
    uri: str | None


def one_by_one(
    items: Iterable[Item], read_one: Callable[[Item], Message], uri_of: Callable[[Item], str | None]
) -> list[Message | Refusal]:
    """Each item read, or refused by name; in the order of the document."""
    return [_read_or_refuse(item, read_one, uri_of) for item in items]


def _read_or_refuse(
    item: Item, read_one: Callable[[Item], Message], uri_of: Callable[[Item], str | None]
) -> Message | Refusal:
    try:
        return read_one(item)
    except ItemError as fault:
        return Refusal(fault.reason, fault.detail, uri_of(item))
    except MemoryError:
        raise
    except Exception as fault:  # noqa: BLE001  an item is foreign: any shape may surprise its reader
        return Refusal("unreadable", f"Reading the item failed: {type(fault).__name__}.", uri_of(item))
