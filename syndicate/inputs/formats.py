"""The registry of input formats, and reading by it.

    >>> read(body, Source("desk", "house"))
    [Message(uri='tag:...', headline='...'), Refusal('bad-embargo', '...', 'tag:...')]

The format is told from the content, by the first line of FORMATS that recognises it. Every document
gives its items, or `IngestError`: nothing else is ever raised, whatever the bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syndicate.core.model import Message, Source
from syndicate.inputs import feeds, jsonfeed, ninjs
from syndicate.inputs.document import Document, open_document
from syndicate.inputs.refusal import IngestError, Refusal


@dataclass(frozen=True, slots=True)
class Format:
    """One input format: its name (and that of its folder in the corpus), how to know it, how to read it."""

    name: str
    recognise: Callable[[Document], bool]
    read: Callable[[Document, Source], list[Message | Refusal]]


FORMATS = (
    Format("jsonfeed", jsonfeed.recognise, jsonfeed.read),
    Format("ninjs", ninjs.recognise, ninjs.read),
    Format("atom", feeds.recognise_atom, feeds.read),
    Format("rss", feeds.recognise_rss, feeds.read),
)


def read(body: bytes, source: Source, content_type: str | None = None) -> list[Message | Refusal]:
    """The items of the document in `body`, in its order; an empty feed gives none. Raises `IngestError` alone."""
    try:
        document = open_document(body, content_type)
        chosen = next((one for one in FORMATS if one.recognise(document)), None)
        if chosen is None:
            raise IngestError("unknown-format", "The document is in none of the formats that can be read.")
        return chosen.read(document, source)
    except IngestError:
        raise
    except MemoryError as fault:
        raise IngestError(
            "too-much-memory", "Reading the document needs more memory than it may have."
        ) from fault
    except Exception as fault:  # hostile bytes meet foreign parsers here: what they raise cannot be listed
        raise IngestError("unreadable", f"Reading the document failed: {type(fault).__name__}.") from fault
