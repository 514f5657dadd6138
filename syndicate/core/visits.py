"""When a polled source is visited next, and what a server asked for.

After a failure the rest doubles, up to six hours, and chance takes up to a quarter off, so that those who
failed together do not come back together. What the server asks for (`Retry-After`) counts instead, up to a
day. Never is a source visited sooner than its settings say. What a visit is, is not decided here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_REST = timedelta(hours=6)
LONGEST_ASKED = timedelta(days=1)
_MOST_DOUBLINGS = 30


def next_visit(polled_at: datetime, every: timedelta, not_before: datetime | None) -> datetime:
    """The time of the next visit after that at `polled_at`."""
    return max(polled_at + every, not_before or polled_at)


def is_due(now: datetime, polled_at: datetime, every: timedelta, not_before: datetime | None) -> bool:
    """Whether the time has come; also when the clock was set back behind the last visit."""
    return now >= next_visit(polled_at, every, not_before) or now < polled_at


def rest_after_failure(
    every: timedelta, failures: int, chance: float, asked: timedelta | None = None
) -> timedelta:
    """How long a source rests after so many failures in a row. `chance` is from 0 to 1."""
    if asked is not None:
        return asked
    doubled = every.total_seconds() * 2 ** min(failures - 1, _MOST_DOUBLINGS)
    return timedelta(seconds=min(doubled, LONGEST_REST.total_seconds()) * (1 - chance / 4))


def asked_rest(retry_after: str | None, now: datetime) -> timedelta | None:
    """The rest that a `Retry-After` asks for, in seconds or up to a date; None for what is neither."""
    if retry_after is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        return min(timedelta(seconds=int(retry_after)), LONGEST_ASKED)
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, IndexError, OverflowError):  # its parser meets foreign words
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_ASKED)
