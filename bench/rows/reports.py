"""Reports: who has an item, and what a company got in a month, over ten million receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import select

from bench.clocks import wall
from bench.figures import Lacking, Scope, Wrong, at_most, row
from bench.ground import House
from bench.house import HOLDERS, company
from syndicate.store.tables import versions

_REPORTS = "syndicate.service.reports"
_RECEIPTS = 10_000_000
_MONTH = timedelta(days=31)


@row(
    25,
    "reports over 10,000,000 receipts",
    at_most("who has an item", 1, 0.2, " s"),
    at_most("what a company got in a month", 1, 0.2, " s"),
    scope=Scope.ONCE,
)
def reports(house: House) -> Sequence[float]:
    """One item that every holder has, and one company of many, half a year ago."""
    if find_spec(_REPORTS) is None:
        raise Lacking("there are no reports yet")
    if house.size.items < _RECEIPTS // HOLDERS:
        raise Lacking(f"the smallest house needs {_RECEIPTS // HOLDERS:,} items")
    made = import_module(_REPORTS)
    full = house.ground.house(replace(house.size, receipts=_RECEIPTS))
    with full.agency.database.snapshot() as connection:
        key = connection.execute(select(versions.c.key).order_by(versions.c.id.desc()).limit(1)).scalar_one()
    begun = full.agency.clock() - 6 * _MONTH
    if len(made.who_got(full.agency, key).lines) < HOLDERS:
        raise Wrong("Not every holder is in the report.")
    return wall(
        lambda: made.who_got(full.agency, key),
        lambda: made.of_company(full.agency, company(HOLDERS // 2), begun, begun + _MONTH),
    )
