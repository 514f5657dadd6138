"""Whether this process can answer now: a few checks by name, for whoever sends it requests.

They are asked for without a key, so they say which thing fails and never why; `syndicate doctor` says that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syndicate.service.agency import Agency, StoreError
from syndicate.settings import SettingsError
from syndicate.store import feeds, schema


def readiness(agency: Agency) -> dict[str, bool]:
    """Each check by its name, and whether it holds."""
    return {name: _holds(check, agency) for name, check in CHECKS.items()}


def _holds(check: Callable[[Agency], bool], agency: Agency) -> bool:
    try:
        return check(agency)
    except (StoreError, SettingsError):
        return False


def _database(agency: Agency) -> bool:
    return bool(agency.database.epoch().era)


def _schema(agency: Agency) -> bool:
    schema.check(agency.database, schema.MAIN)
    schema.check(agency.receipts, schema.RECEIPTS)
    return True


def _keys(agency: Agency) -> bool:
    return bool(agency.keys)


def _feeds(agency: Agency) -> bool:
    """Feed files were taken up; one that is broken now leaves its last good state."""
    with agency.database.snapshot() as connection:
        return bool(feeds.current_digests(connection))


CHECKS: Mapping[str, Callable[[Agency], bool]] = {
    "database": _database,
    "schema": _schema,
    "keys": _keys,
    "feeds": _feeds,
}
