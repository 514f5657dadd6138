"""Receipts that are loaded in bulk are those that the counter would have written."""

from __future__ import annotations

from bench.loader import load
from bench.receipts import CHANNEL, YEAR, load_receipts
from bench.wire import wire
from syndicate.store.receipts import receipts_for
from tests.newsroom import START, Newsroom

HOLDERS = [("token-c", "post"), ("token-a", "herald"), ("token-b", "herald")]


def test_each_holder_has_signed_for_each_of_the_newest_texts_in_the_last_year(
    both_newsrooms: Newsroom,
) -> None:
    agency = both_newsrooms.agency
    load(agency, wire(40, START), START, lambda _: None)
    load_receipts(agency, HOLDERS, 30, START)
    with agency.receipts.snapshot() as connection:
        given = receipts_for(connection)
    newest = [each for each in given if each.key == given[-1].key]
    assert len(given) == 30
    assert len({(each.token, each.key) for each in given}) == 30
    assert {(each.token, each.company) for each in newest} == set(HOLDERS)
    assert all(START - YEAR < each.at <= START and each.channel == CHANNEL for each in given)
