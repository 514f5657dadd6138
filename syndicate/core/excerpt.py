"""What everybody may read of a text: a few whole sentences, within limits.

The editor's summary where the source has true ones, else whole sentences from the beginning of the text;
never markup, links, captions, or a piece of a sentence. When not even one sentence fits, there is no
excerpt and the level is HEADLINE. Whether a reader gets the excerpt is not decided here but in `gate`.
Knows lxml and the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that an excerpt may be: words, characters, and a share of the characters of the text."""

    words: int = 60
    characters: int = 400
    share: float = 0.25

    def __str__(self) -> str:
        return f"{self.words} words, {self.characters} characters, {self.share:g} of the text"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a piece of the text that counts but gives no sentence (a table, list or heading)."""

    text: str
    is_prose: bool


def excerpt_of(summary: str | None, text: str | None, has_summaries: bool, limits: Limits) -> str | None:
    """The excerpt of a story, or None when nothing may be taken. `text` is clean HTML, `summary` plain."""
    blocks = blocks_of(text or "")
    whole = " ".join(block.text for block in blocks)
    offered = " ".join(block.text for block in blocks_of(summary or ""))
    if has_summaries and offered and not is_beginning(offered, whole):
        taken = _fitting(sentences(offered), limits, len(offered))
        if taken:
            return taken
    prose = (sentence for block in blocks if block.is_prose for sentence in sentences(block.text))
    return _fitting(prose, limits, int(len(whole) * limits.share)) or None


def _fitting(candidates: Iterator[str], limits: Limits, share: int) -> str:
    """The longest run of sentences from the first on that stays within every limit."""
    taken = ""
    for sentence in candidates:
        longer = f"{taken} {sentence}".strip()
        if len(longer) > min(limits.characters, share) or len(longer.split()) > limits.words:
            break
        taken = longer
    return taken


# Text out of markup

_PROSE = {"p", "div", "blockquote", "section", "article", "pre"}
_COUNTED = {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "dt",
    "dd",
    "td",
    "th",
    "caption",
    "table",
    "ul",
    "ol",
    "dl",
}
_BLOCKS = _PROSE | _COUNTED
_LEFT_OUT = {"figure", "figcaption", "script", "style", "img"}


def blocks_of(markup: str) -> list[Block]:
    """The paragraphs of clean HTML (or plain text) in order, white space folded."""
    if not markup.strip():
        return []
    try:
        page = etree.fromstring(f"<html><body>{markup}</body></html>", etree.HTMLParser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    return [] if page is None else list(_blocks(page))


def _blocks(root: etree._Element) -> Iterator[Block]:
    """The blocks of `root`, also those inside its inline parts, in order.

    A link around a picture is inline, and the caption in it is as much a caption as anywhere.
    """
    words: list[str] = []
    is_prose = [True]

    def ended() -> Iterator[Block]:
        if text := " ".join("".join(words).split()):
            yield Block(text, is_prose[-1])
        words.clear()

    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _BLOCKS:
                yield from ended()
                is_prose.append(is_prose[-1] and tag not in _COUNTED)
            if tag in _LEFT_OUT:
                walk.skip_subtree()
            else:
                words.append("\n" if tag == "br" else element.text or "")
            continue
        if event == "end" and tag in _BLOCKS:
            yield from ended()
            is_prose.pop()
        words.append(element.tail or "")
    yield from ended()


# Sentences

_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)|[。！？]+[”’」』）]*")
_DATELINE = re.compile(r"[A-ZА-ЯЁ][^\W\d_]*+[^\n]{0,80}? [-–—] ")
_NEXT = re.compile(r"\s*[\"'“‘«(\[—–\- ]*(?P<letter>.?)", re.DOTALL)
_SHORT = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "rev",
        "gen",
        "col",
        "lt",
        "sgt",
        "capt",
        "gov",
        "sen",
        "rep",
        "pres",
        "st",
        "jr",
        "sr",
        "no",
        "nos",
        "vol",
        "pp",
        "fig",
        "ca",
        "approx",
        "vs",
        "etc",
        "al",
        "inc",
        "ltd",
        "co",
        "corp",
        "bros",
        "dept",
        "est",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
        "u.s",
        "u.k",
        "u.n",
        "г",
        "гг",
        "в",
        "вв",
        "ул",
        "им",
        "руб",
        "коп",
        "тыс",
        "млн",
        "млрд",
        "т",
        "д",
        "п",
        "др",
        "пр",
        "см",
        "стр",
        "рис",
        "тел",
        "св",
        "акад",
        "проф",
        "д-р",
        "т.е",
        "т.к",
        "т.н",
        "т.д",
        "т.п",
    ]
)


_NEAR = 40
"""No abbreviation, with the quotation marks and blanks around it, is longer (characters)."""


def sentences(paragraph: str) -> Iterator[str]:
    """The sentences of a paragraph; a dateline belongs to the first, abbreviations end none."""
    start = 0
    dateline = _DATELINE.match(paragraph)
    search_from = dateline.end() if dateline and dateline.group().split(" ")[0].rstrip(".,").isupper() else 0
    for end in _END.finditer(paragraph, search_from):
        if end.group()[0] in "。！？" or _ends_sentence(paragraph, end):
            yield paragraph[start : end.end()].strip()
            start = end.end()
    rest = paragraph[start:].strip()
    if rest:
        yield rest


def _ends_sentence(paragraph: str, end: re.Match[str]) -> bool:
    """Whether the stop ends a sentence: not after an abbreviation or an initial, nor before a small letter.

    Looks at what stands next to the stop alone, since a text may be nothing but stops.
    """
    following = _NEXT.match(paragraph, end.end())
    if following and following["letter"].islower():
        return False
    if not end.group().startswith(".") or end.group().startswith(".."):
        return True
    near = paragraph[max(0, end.start() - _NEAR) : end.start()].split()
    last = near[-1].lstrip("\"'“‘«([") if near else ""
    is_initial = len(last) == 1 and last.isalpha() and last.isupper()
    return not (is_initial or last.casefold() in _SHORT)


def is_beginning(summary: str, text: str) -> bool:
    """Whether the summary is only the beginning of the text (or holds all of it): case and space aside."""
    short, whole = _comparable(summary), _comparable(text)
    dateline = _DATELINE.match(text)
    undated = _comparable(text[dateline.end() :]) if dateline else whole
    return any(long.startswith(short) or (long and short.startswith(long)) for long in (whole, undated))


def _comparable(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(" .…")
