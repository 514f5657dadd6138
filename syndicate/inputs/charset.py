"""Which encoding a document is in.

Asked in this order, and the first that can read every byte wins: the byte order mark, the zero bytes of
UTF-16 and UTF-32, EBCDIC, the HTTP header, the XML declaration, UTF-8, a guess from the letters. Agencies
declare one encoding and send another, so a declaration is a claim, not a fact.
Knows the standard library.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ZEROES = (  # how the first character looks, when it is ASCII: `<`, `{`, `[` or white space
    (re.compile(rb"\x00\x00\x00[\x09-\x7f]"), "utf-32-be"),
    (re.compile(rb"[\x09-\x7f]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00[\x09-\x7f]"), "utf-16-be"),
    (re.compile(rb"[\x09-\x7f]\x00"), "utf-16-le"),
)
_EBCDIC_DECLARATION = bytes.fromhex("4c6fa794")  # `<?xm`
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,40})["']""")
_HEADER = re.compile(r"""charset\s*=\s*["']?([^\s"';,]{1,40})""", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._:-]{0,39}")
_NEVER = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_7", "undefined"}
_WIDER = {"gb2312": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "iso8859-1": "cp1252"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a document, the encoding they were in, and whether it was as declared."""

    text: str
    encoding: str
    is_as_declared: bool


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """The text of `body`; as a last resort as windows-1252 with marks in place of what it has not."""
    named = list(_named(body, content_type))
    for name in _likely(body, named):
        text = _read(body, name)
        if text is not None:
            return Decoded(text.removeprefix("\ufeff"), name, name in (named or ["utf-8"]))
    return Decoded(body.decode("cp1252", "replace"), "cp1252", False)


def _likely(body: bytes, named: list[str]) -> Iterator[str]:
    """The encodings to try, the surest first; a guess, which takes long, only when no other fits."""
    yield from _seen(body)
    yield from (name for name in named if not _is_wide(name))
    yield "utf-8"
    yield _guess(body)


def _seen(body: bytes) -> Iterator[str]:
    """The encodings that the first bytes cannot but be in."""
    yield from (name for mark, name in _MARKS if body.startswith(mark))
    yield from (name for form, name in _ZEROES if form.match(body))


def _named(body: bytes, content_type: str | None) -> Iterator[str]:
    """The encodings that the mark, the header and the declaration name, the surest first."""
    yield from (name for mark, name in _MARKS if body.startswith(mark))
    if content_type and (header := _HEADER.search(content_type)):
        yield from _codec(header[1])
    if body.startswith(_EBCDIC_DECLARATION):
        yield from _codec(_declared(body[:400].decode("cp037").encode()))
        yield "cp037"
    yield from _codec(_declared(body[:400]))


def _declared(head: bytes) -> str:
    declared = _DECLARED.match(head)
    return declared[1].decode("ascii", "replace") if declared else ""


def _codec(name: str) -> Iterator[str]:
    """The codec called `name`, if there is one that is safe to use."""
    if not _NAME.fullmatch(name):
        return
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return
    if found.replace("-", "_") not in _NEVER:
        yield _WIDER.get(found, found)


def _is_wide(name: str) -> bool:
    """UTF-16 and UTF-32 show in the first bytes; where they do not, the name is wrong."""
    return name.startswith(("utf-16", "utf-32"))


def _read(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeError, LookupError):  # LookupError: codecs like `zlib` are not for text
        return None


# A guess, when nobody says anything true

_SAMPLE = 100_000
_RUN = re.compile("[^\x00-\x7f]{2,}")
_RUSSIAN = re.compile("[оеаинтсрвл]")
_KANA = re.compile("[\u3041-\u30fe]")
_KOREAN = re.compile("[이다는을의가에고하지를은어리한사로도기서해대나자있아일전그인시]")
_SIMPLIFIED = re.compile("[的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子年]")
_TRADITIONAL = re.compile("[的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子年]")
_GUESSES = (  # encoding, letters that are frequent in its languages, their usual share of a text
    ("cp1251", _RUSSIAN, 0.6),
    ("koi8-r", _RUSSIAN, 0.6),
    ("iso8859-5", _RUSSIAN, 0.6),
    ("cp866", _RUSSIAN, 0.6),
    ("euc_jp", _KANA, 0.5),
    ("cp932", _KANA, 0.5),
    ("cp949", _KOREAN, 0.35),
    ("gb18030", _SIMPLIFIED, 0.15),
    ("big5", _TRADITIONAL, 0.15),
    ("tis_620", re.compile("[\u0e01-\u0e4e]"), 0.95),
    ("cp1255", re.compile("[\u05d0-\u05ea]"), 0.95),
    ("cp1253", re.compile("[αοιετσνηυρςάέήίό]"), 0.75),
    ("cp1256", re.compile("[ابتدرسعفقكلمنهوي]"), 0.85),
)


def _guess(body: bytes) -> str:
    """The encoding in which the letters beyond ASCII look most like a language; else windows-1252.

    Western letters stand alone between ASCII ones, all others in runs: without runs it is western.
    """
    high = sum(byte > 127 for byte in body[:_SAMPLE])
    runs = re.findall(rb"[\x80-\xff]{2,}", body[:_SAMPLE])
    if sum(map(len, runs)) < high / 2:
        return "cp1252"
    likeness = {guess[0]: _likeness(body, *guess) for guess in _GUESSES}
    likest = max(likeness, key=lambda name: likeness[name])
    return likest if likeness[likest] > 0.3 else "cp1252"


def _likeness(body: bytes, name: str, frequent: re.Pattern[str], usual: float) -> float:
    text = _read(body, name)
    if text is None:
        return 0.0
    words = "".join(_RUN.findall(text[:_SAMPLE]))
    return min(len(frequent.findall(words)) / (len(words) or 1) / usual, 1.0)
