"""Characters that may stay, and texts made short: what every string field of a message goes through.

XML 1.0 forbids most control characters, the surrogates and two more; one of them would make a whole feed
unreadable for its readers, so they are taken out here, once, at the door. Knows the standard library.
"""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = "\u200b\u2060\ufeff"  # zero-width marks that `str.split` does not count as white space


def legal(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids; none of them is printable."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def is_legal(text: str) -> bool:
    """Whether XML 1.0 can hold `text`."""
    return _FORBIDDEN.search(text) is None


def folded(text: str) -> str:
    """`text` on one line: legal, without white space around, each run of white space one blank."""
    return " ".join(legal(text).split()).strip(_INVISIBLE)


def cut(text: str, limit: int) -> str:
    """The beginning of `text`, at most `limit` characters, ending with a whole word where there is one."""
    if len(text) <= limit:
        return text
    whole, blank, _ = text[: limit + 1].rpartition(" ")
    return whole.rstrip() if blank else text[:limit]
