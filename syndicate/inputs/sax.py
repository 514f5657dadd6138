"""The SAX driver with which feedparser reads: expat, told to hand over a text whole.

Left alone, it hands over a piece for each entity, and feedparser handles each. `xml.sax` takes this module by
its name and calls `create_parser`.
"""

from __future__ import annotations

from typing import Any
from xml.sax.expatreader import ExpatParser

_PIECE = 1024 * 1024


class WholeTexts(ExpatParser):
    """Expat that gathers the text between two tags."""

    _parser: Any

    def reset(self) -> None:
        """Begin a document."""
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = _PIECE


def create_parser() -> WholeTexts:
    """A parser for one document."""
    return WholeTexts()
