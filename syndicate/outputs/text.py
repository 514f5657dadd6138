"""One item as plain text, for a partner who pastes it into a page or reads it out.

Headline, byline, dateline, the text as paragraphs with a blank line between, and at the foot the item's own
terms or the agency's notice. Lines are not wrapped. Below FULL there is the excerpt, or the headline alone.
Which item may be asked for is not decided here but in `core.gate`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from syndicate.core.entry import Entry
from syndicate.outputs.outgoing import outgoing

MEDIA_TYPE = "text/plain; charset=utf-8"

_BLOCKS = frozenset(
    """
    address article aside blockquote caption center dd details div dl dt figcaption figure footer
    h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section summary table ul
    """.split()  # noqa: SIM905 (as words they can be read)
)
_LINES = frozenset(("br", "li", "tr"))
_CELLS = frozenset(("td", "th"))
_NEW_LINE = "\v"
"""Stands for a line break until white space is folded; no text holds one, since XML forbids it."""

_BLANK = re.compile(r"[ \t\n\r\f]+")


def write(entry: Entry, notice: str) -> bytes:
    """The entry as text; `notice` is the agency's, for items without terms of their own."""
    entry = outgoing(entry)
    embargo = f"EMBARGOED until {entry.embargo_at:%Y-%m-%d %H:%M %Z}" if entry.embargo_at else None
    head = [embargo, entry.headline or entry.title, entry.byline, entry.dateline]
    body = paragraphs(entry.html) if entry.html else [entry.excerpt]
    blocks = [*head, *body, entry.rights or notice]
    return ("\n\n".join(block.strip() for block in blocks if block and block.strip()) + "\n").encode()


def paragraphs(fragment: str) -> Iterator[str]:
    """The paragraphs of an HTML fragment; a list is one of lines with a dash, a table one of lines with tabs."""
    pieces: list[str] = []
    for piece in _pieces(fragment):
        if piece is not None:
            pieces.append(piece)
            continue
        if text := _folded("".join(pieces)):
            yield text
        pieces.clear()


def _pieces(fragment: str) -> Iterator[str | None]:
    """The texts in their order, and None where a paragraph ends."""
    parser = lxml_html.HTMLParser(huge_tree=True)  # else it drops what is nested deeper than 256
    root = lxml_html.fragment_fromstring(fragment, create_parent="div", parser=parser)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    etree.strip_elements(root, "script", "style", with_tail=False)
    for event, element in etree.iterwalk(root, events=("start", "end")):
        yield from _begun(element) if event == "start" else _ended(element)


def _begun(element: Any) -> Iterator[str | None]:
    if element.tag in _BLOCKS and not _opens_an_entry(element):
        yield _end_of_block(element)
    if element.tag in _LINES:
        yield _NEW_LINE
    if element.tag == "li":
        yield "- "
    yield _BLANK.sub(" ", element.text or "")


def _ended(element: Any) -> Iterator[str | None]:
    if element.tag in _BLOCKS:
        yield _end_of_block(element)
    if element.tag in _CELLS:
        yield "\t"
    yield _BLANK.sub(" ", element.tail or "")


def _end_of_block(element: Any) -> str | None:
    """A paragraph's end; inside a cell only a blank, so that the row stays one line."""
    parent = element.getparent()
    return " " if parent is not None and parent.tag in _CELLS else None


def _opens_an_entry(element: Any) -> bool:
    """Whether it is the first thing of a list entry, whose dash must not stand alone."""
    parent = element.getparent()
    is_first = element.getprevious() is None
    return parent is not None and parent.tag == "li" and is_first and not (parent.text or "").strip()


def _folded(text: str) -> str:
    """The lines of a paragraph with white space folded and cells parted by one tab."""
    return "\n".join(_folded_line(line) for line in text.split(_NEW_LINE)).strip()


def _folded_line(line: str) -> str:
    cells = (re.sub(" +", " ", cell).strip(" ") for cell in line.split("\t"))
    return "\t".join(cells).rstrip("\t")
