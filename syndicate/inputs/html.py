"""The HTML that may stay in a text, plain text made HTML, and HTML made plain text.

Decided here: which tags and addresses a text may carry (an allow list; everything else goes, of script,
form and the like with its words). What comes out of `clean` has no `<` or `>` inside a tag, which is why
the small steps after nh3 may look at it with patterns. Knows nh3.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urljoin, urlsplit

import nh3

from syndicate.inputs.characters import folded, legal
from syndicate.inputs.refusal import ItemError

MAX_TEXT = 1024 * 1024
MAX_ELEMENTS = 20_000  # that can hold others; their depth cannot be told without parsing
MAX_REFERENCES = 200_000

_KEPT = """p br hr h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote q cite table caption thead tbody tfoot tr th td
a strong em b i u s sub sup small code pre figure figcaption img div"""
_DIVISIONS = "section article header footer main aside address center"
_RENAMED = {"h1": "h2"} | dict.fromkeys(_DIVISIONS.split(), "div")
_DROPPED = """script style title template noscript iframe object embed applet audio video canvas svg math form
select option textarea button label input datalist fieldset dialog noembed noframes xmp"""
_LEAF = "br|hr|img|input|meta|link|wbr|col|area|base|source|track|embed|param|p|li|dt|dd|tr|td|th"
_BLOCKS = r"p|hr|div|h[2-6]|ul|ol|li|dl|dt|dd|blockquote|table|caption|tr|t[dh]|pre|figure|figcaption"

_CELL = {"colspan", "rowspan"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "td": _CELL, "th": _CELL}
_HOLDER = re.compile(rf"<(?!(?:{_LEAF})[\s/>])[a-z]", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!#?[0-9A-Za-z]{1,40};)")
_LINK = re.compile(r"</a>|<a(?: [^>]*)?>")
_IMAGE_WITHOUT_SOURCE = re.compile(r'<img(?![^>]* src=")[^>]*>')
_NAMED = re.compile(rf"(</?)({'|'.join(_RENAMED)})>")
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?: [^>]*)?>")
_BREAK = re.compile(rf"</?(?:br|{_BLOCKS})(?: [^>]*)?>")
_WORD = re.compile(r">\s*\w")
_NOT_IN_ADDRESS = re.compile(r"[\s\"'<>\\^`{|}\x00-\x20]")
_ANY_TAG = re.compile(r"<[^>]*>")


def is_web_address(href: str) -> bool:
    """Whether `href` is an absolute http(s) address without white space, quotes or a credential."""
    try:
        parts = urlsplit(href)
        is_http = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
    return is_http and "@" not in parts.netloc and not _NOT_IN_ADDRESS.search(href)


def clean(markup: str, base: str | None = None) -> str | None:
    """`markup` with allowed tags alone and addresses made absolute against `base`; None if nothing is left.

    Raises `ItemError` for a text too large or of too many elements to be cleaned in reasonable time.
    """
    _guard(markup)
    kept = _cleaner(base).clean(_BARE_AMPERSAND.sub("&amp;", legal(markup)))
    kept = _NAMED.sub(lambda tag: f"{tag[1]}{_RENAMED[tag[2]]}>", kept)
    if "<img" in kept:
        kept = _IMAGE_WITHOUT_SOURCE.sub("", kept)
    kept = _without_bare_links(kept).strip()
    return _in_paragraphs(kept) if _says_something(kept) or "<img" in kept else None


def _says_something(cleaned: str) -> bool:
    """Whether clean HTML has words: mostly one stands right behind a tag."""
    return _WORD.search(f">{cleaned}") is not None or bool(plain(cleaned))


def _guard(markup: str) -> None:
    """Refuses what would take nh3 too long: it is quadratic in the depth of elements and in references."""
    if len(markup) > MAX_TEXT:
        raise ItemError("text-too-large", f"The text is longer than {MAX_TEXT} characters.")
    if markup.count("<") > MAX_ELEMENTS and sum(1 for _ in _HOLDER.finditer(markup)) > MAX_ELEMENTS:
        raise ItemError("too-many-elements", f"The text has more than {MAX_ELEMENTS} elements.")
    if markup.count("&") > MAX_REFERENCES:
        raise ItemError("too-many-references", f"The text has more than {MAX_REFERENCES} references.")


def _in_paragraphs(kept: str) -> str:
    """What has no blocks becomes paragraphs: without any tags an empty line parts them, else it is one."""
    if _BLOCK.search(kept):
        return kept
    blocks = [kept] if "<" in kept else re.split(r"\n[ \t\r]*\n\s*", kept)
    return "\n".join(f"<p>{block}</p>" for block in blocks)


@lru_cache(maxsize=64)
def _cleaner(base: str | None) -> nh3.Cleaner:
    """A cleaner against one base. To make one takes as long as to clean a short text."""
    return nh3.Cleaner(
        tags={*_KEPT.split(), *_RENAMED},
        clean_content_tags=set(_DROPPED.split()),
        attributes=_ATTRIBUTES,
        attribute_filter=lambda _, name, value: _attribute(name, value, base),
        link_rel=None,
        url_schemes={"http", "https"},
        url_relative="pass_through",
    )


def _attribute(name: str, value: str, base: str | None) -> str | None:
    """An attribute's value as it may stay, or None to drop the attribute."""
    if name in {"href", "src"}:
        return _address(value, base)
    if name in _CELL:
        return value if re.fullmatch(r"[1-9]\d{0,2}", value) else None
    return folded(value.replace("<", "‹").replace(">", "›"))


def _address(value: str, base: str | None) -> str | None:
    try:
        href = urljoin(base or "", value.strip()).replace(" ", "%20")
    except ValueError:
        return None
    return href if is_web_address(href) else None


def _without_bare_links(markup: str) -> str:
    """Links that lost their address, unwrapped: their words stay."""
    kept: list[bool] = []

    def turn(tag: re.Match[str]) -> str:
        if tag[0] == "</a>":
            return tag[0] if kept and kept.pop() else ""
        kept.append(" href=" in tag[0])
        return tag[0] if kept[-1] else ""

    return _LINK.sub(turn, markup)


def plain(cleaned: str) -> str:
    """The words of clean HTML on one line; blocks are parted by a blank."""
    return folded(unescape(_ANY_TAG.sub("", _BREAK.sub(" ", cleaned))))


def words(markup: str) -> str:
    """The words of any HTML on one line."""
    return plain(clean(markup) or "")


def paragraphs(text: str) -> str | None:
    """Plain text as HTML: an empty line parts paragraphs, the end of a line stays one."""
    if len(text) > MAX_TEXT:
        raise ItemError("text-too-large", f"The text is longer than {MAX_TEXT} characters.")
    unified = legal(text).replace("\r\n", "\n").replace("\r", "\n")
    blocks = (block.strip() for block in re.split(r"\n[ \t]*\n", unified))
    lines = (
        "<br>".join(escape(line.strip(), quote=False) for line in block.split("\n"))
        for block in blocks
        if block
    )
    return "\n".join(f"<p>{block}</p>" for block in lines) or None


def looks_like_html(text: str) -> bool:
    """Whether `text` carries markup rather than a stray `<`."""
    return (
        re.search(r"</(?:p|a|b|i|em|strong|div|span|ul|ol|table|h[1-6]|body)>|<(?:br|p)\s*/?>", text, re.I)
        is not None
    )
