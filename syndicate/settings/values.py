"""What a value in a settings file may look like, and the words by which a sentence asks for it.

Each `description` completes "must be ...". Which key takes which value is decided in `sections` and
`feeds`. Texts that leave in feeds are held to what XML can carry. Knows pydantic and `core`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError

from syndicate.core.model import Kind
from syndicate.core.selection import TOPIC_PREFIX

_NO_CONTROLS = r"[^\x00-\x1f\x7f-\x9f\x{fffe}\x{ffff}]"
_NO_CONTROLS_BUT_BREAKS = r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\x{fffe}\x{ffff}]"
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
_EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
_LANGUAGE = (
    r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$"
)
_DURATION = re.compile(r"([1-9][0-9]{0,4})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MACHINE_ZONES = ("posix/", "right/", "localtime", "posixrules", "Factory")


def _real_date(since: str) -> str:
    """Refuses what no calendar has: RFC 4151 lets the month and the day be left out."""
    date.fromisoformat(since + "0000-01-01"[len(since) :])
    return since


def _real_port(url: str) -> str:
    """Refuses a port that no machine has; reading it raises."""
    _ = urlsplit(url).port
    return url


def _seconds(duration: object) -> int:
    """A duration such as "5m" in seconds."""
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    if not found:
        raise ValueError("not a duration")
    return int(found[1]) * _UNITS[found[2]]


def _folder(path: object) -> Path:
    """The path of a folder; an empty one would be the working folder itself."""
    if not isinstance(path, str) or not path or not path.isprintable():
        raise ValueError("not a path")
    return Path(path)


def _real_zone(name: str) -> str:
    """Refuses what is in no time zone database, and names that mean another zone on each machine."""
    try:
        ZoneInfo(name)
        is_known = not name.startswith(_MACHINE_ZONES)
    except (ValueError, KeyError, OSError):  # not a name; not there; a folder of zones
        is_known = False
    if not is_known:
        raise PydanticCustomError("zone", "no such zone", {"choices": sorted(available_timezones())})
    return name


def _subject_code(code: str) -> str:
    """Refuses a Media Topic that cannot be one; codes of other schemes are the source's own affair."""
    prefix, colon, digits = code.partition(":")
    if not colon or not get_close_matches(prefix.lower() + colon, [TOPIC_PREFIX], cutoff=0.8):
        return code
    is_topic = re.fullmatch("[0-9]{8}", digits) is not None
    if prefix + colon != TOPIC_PREFIX or not is_topic:
        near = [TOPIC_PREFIX + digits] if is_topic else []
        raise PydanticCustomError("subject", "no such code", {"choices": near})
    return code


def is_name(text: str) -> bool:
    """Whether feeds and sources may be called so."""
    return re.fullmatch("[a-z0-9-]+", text) is not None


def quoted_choice(words: tuple[str, ...]) -> str:
    """The words of a closed list as a sentence offers them: "a", "b" or "c"."""
    *others, last = (f'"{word}"' for word in words)
    return f"{', '.join(others)} or {last}"


KINDS = quoted_choice(tuple(Kind))

Flag = Annotated[bool, Strict(), Field(description="true or false")]
Year = Annotated[int, Strict(), Field(ge=1500, le=2999, description="a year, such as 1991")]
Port = Annotated[int, Strict(), Field(ge=0, le=65535, description="a whole number from 0 to 65535")]
Count = Annotated[int, Strict(), Field(ge=1, le=10**9, description="a whole number from 1 up")]
Days = Annotated[int, Strict(), Field(ge=1, le=36500, description="a whole number from 1 to 36500")]
CountOrNone = Annotated[int, Strict(), Field(ge=0, le=10**9, description="a whole number from 0 up")]
Window = Annotated[int, Strict(), Field(ge=1, le=500, description="a whole number from 1 to 500")]
Urgency = Annotated[int, Strict(), Field(ge=1, le=9)]
Share = Annotated[
    float, Strict(), Field(ge=0, le=1, allow_inf_nan=False, description="a number from 0 to 1, such as 0.25")
]

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=rf"^{_NO_CONTROLS}+$"),
    Field(description="a text on one line, not empty"),
]
Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=rf"^{_NO_CONTROLS_BUT_BREAKS}+$"),
    Field(description="a text, not empty"),
]
Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9-]+$"),
]
BaseUrl = Annotated[
    str,
    StringConstraints(pattern=rf"^https?://{_HOST}(:[0-9]{{1,5}})?(/[A-Za-z0-9._~-]+)*$"),
    AfterValidator(_real_port),
    Field(description="an http or https address without a slash at its end"),
]
Authority = Annotated[
    str,
    StringConstraints(pattern=rf"^({_LABEL}\.)+{_LABEL}$", max_length=253),
    Field(description="a domain in lower case, such as wire.example"),
]
Since = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"),
    AfterValidator(_real_date),
    Field(description='a year or a date in quotes, such as "2026" or "2026-01-31"'),
]
Zone = Annotated[
    str,
    AfterValidator(_real_zone),
    Field(description="a time zone of the IANA database, such as Europe/Moscow"),
]
Language = Annotated[
    str,
    StringConstraints(pattern=_LANGUAGE),
    Field(description="a language tag of BCP 47, such as en or zh-Hans"),
]
Email = Annotated[
    str,
    StringConstraints(pattern=_EMAIL),
    Field(description="an e-mail address, such as rights@wire.example"),
]
Host = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9.:_-]+$"),
    Field(description="an address or a name of this machine, such as 127.0.0.1"),
]
DatabaseUrl = Annotated[
    str,
    StringConstraints(pattern=r"^(sqlite:///[^?#:\s][^?#]*|postgresql(\+psycopg)?://[^\s/]\S*)$"),
    Field(repr=False, description="sqlite:///FILE or postgresql://USER@HOST/DATABASE"),
]
Smtp = Annotated[
    str,
    StringConstraints(pattern=rf"^(((smtps?://)?(\S+@)?{_HOST}(:[0-9]{{1,5}})?)|)$"),
    Field(repr=False, description="empty, HOST:PORT or smtps://USER:PASSWORD@HOST:PORT"),
]
SourceUrl = Annotated[
    str | None,
    StringConstraints(pattern=r"^https?://[^\s/?#@]+([/?#]\S*)?$"),
    Field(repr=False, description="an http or https address without a password"),
]
WebUrlOrEmpty = Annotated[
    str,
    StringConstraints(pattern=r"^(https?://[^\s/?#@]+([/?#]\S*)?|)$"),
    Field(description="an http or https address, or empty"),
]
FolderPath = Annotated[
    Path | None,
    BeforeValidator(_folder),
    Field(description='the path of a folder, such as "incoming"'),
]
Duration = Annotated[
    int, BeforeValidator(_seconds), Field(description='a time in quotes, such as "90s", "5m" or "2h"')
]
DurationOrNone = Annotated[
    int | None, BeforeValidator(_seconds), Field(description='a time in quotes, such as "6h" or "2d"')
]
Arrival = Annotated[
    Literal["push", "poll", "folder"], Field(description=quoted_choice(("push", "poll", "folder")))
]
PublicLevel = Annotated[
    Literal["nothing", "headline", "excerpt", "full"],
    Field(description=quoted_choice(("nothing", "headline", "excerpt", "full"))),
]
SubjectCode = Annotated[Line, AfterValidator(_subject_code)]
SubjectMap = Annotated[
    Mapping[Line, SubjectCode],
    Field(description='a table from the source\'s words to ours, such as { "Sport" = "medtop:15000000" }'),
]
KindMap = Annotated[Mapping[Line, Kind], Field(description=f"a table from genres to kinds ({KINDS})")]
Lines = Annotated[tuple[Line, ...], Field(description="a list of texts")]
