"""Dates as sources write them, read as moments.

Understood are RFC 3339 and looser ISO forms, RFC 822 with English or Russian names, `dd.mm.yyyy`, and
seconds since 1970 when they give a plausible day. A date without a zone is in the zone of its source; an
unknown name of a zone makes the date unreadable, never UTC. Whether a date is believed is not decided
here. Knows the standard library.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_CLOCK = r"(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
_ZONE = r"(?:\s*(?P<zone>[+-]\d{2}:?\d{2}|[+-]\d{2}|[A-Za-z]{1,5}))?(?:\s*\([^()]*\))?"
_TIME = rf"(?:[Tt]|,?\s+){_CLOCK}{_ZONE}"
_NAME = r"(?P<name>[^\W\d]{3,10})\.?"
_FORMS = tuple(
    re.compile(rf"{day}(?:{_TIME})?")
    for day in (
        r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})",
        rf"(?:[^\W\d]+\.?,?\s+)?(?P<day>\d{{1,2}})[\s-]+{_NAME}[\s-]+(?P<year>\d{{4}}|\d{{2}})(?:\s+г\.?)?",
        rf"(?:[^\W\d]+,?\s+)?{_NAME}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    )
)
_MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "янв фев мар апр май июн июл авг сен окт ноя дек",
    )
    for number, name in enumerate(names.split(), 1)
} | {"мая": 5}
_FULL_NAMES = "january february march april may june july august september october november december"
_OFFSETS = {  # hours east of Greenwich
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "bst": 1, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "msd": 4, "jst": 9, "kst": 9,
}  # fmt: skip
_PLAUSIBLE_SECONDS = range(946_684_800, 4_102_444_800)  # the years 2000 to 2099
_YEARS = range(1900, 9999)  # 9999 is left to "no end"


def moment(raw: object, zone: str) -> datetime | None:
    """The moment that `raw` names, in UTC; a day without a time begins at midnight. None if unreadable."""
    text = " ".join(str(raw).split()) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    if text.isascii() and text.isdigit() and len(text) == 10 and int(text) in _PLAUSIBLE_SECONDS:
        return datetime.fromtimestamp(int(text), UTC)
    return _moment(text, zone)


def exact_moment(raw: object, zone: str) -> datetime | None:
    """The moment that `raw` names, in UTC. None if it is unreadable or names a day without a time."""
    return _moment(raw, zone) if isinstance(raw, str) and ":" in raw else None


def _moment(text: str, zone: str) -> datetime | None:
    found = next((match for form in _FORMS if (match := form.fullmatch(text.strip()[:80]))), None)
    if found is None:
        return None
    try:
        return _in_utc(found.groupdict(), zone)
    except (ValueError, OverflowError):  # the thirty-first of February, the hour 25
        return None


def _in_utc(part: dict[str, str | None], zone: str) -> datetime | None:
    """The parts put together. An hour that the clocks repeat is the later one: no embargo ends early."""
    year, month, offset = _year(part["year"] or ""), _month(part), _offset(part.get("zone"), zone)
    if year not in _YEARS or month is None or offset is None:
        return None
    fraction = (part.get("fraction") or "0")[:6].ljust(6, "0")
    second = min(int(part.get("second") or 0), 59)  # a leap second
    clock = int(part.get("hour") or 0), int(part.get("minute") or 0), second, int(fraction)
    local = datetime(year, month, int(part["day"] or 0), *clock, tzinfo=offset)
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _year(text: str) -> int:
    """Two digits as RFC 2822 has them: 26 is 2026, 99 is 1999."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 50 else 1900)


def _month(part: dict[str, str | None]) -> int | None:
    if part.get("month"):
        return int(part["month"] or 0)
    name = (part.get("name") or "").casefold()
    is_english_word = any(month.startswith(name) for month in _FULL_NAMES.split()) or name == "sept"
    return _MONTHS.get(name[:3]) if is_english_word or not name.isascii() else None


def _offset(name: str | None, zone: str) -> tzinfo | None:
    if name is None:
        return ZoneInfo(zone)
    if name[0] in "+-":
        hours, minutes = int(name[1:3]), int(name[3:].lstrip(":") or 0)
        return timezone((-1 if name[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
    hour = _OFFSETS.get(name.casefold())
    return None if hour is None else timezone(timedelta(hours=hour))
