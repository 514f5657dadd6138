"""Tokens: one, a thousand in turn, refused ones, and those that come for the first time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bench.figures import Lacking, at_least, at_most, row
from bench.ground import BY, GZIP, KNOWN, PRIVATE, PUBLIC, House
from bench.house import Size
from bench.load import Ask, Rate, read_load
from bench.rows.answers import rate as rate_of
from syndicate.core.tokens import TokenKind
from syndicate.service import contracts
from syndicate.service.contracts import TokenTerms

_GROWS = 1.1
_LOOKS = 10
"""While the rate grows so much from look to look, a process meets tokens for the first time still."""

_FIRST_POLLS = 3_000
_FIRST_SECONDS = 2.0
"""So many tokens a second, and for so long: what a house has is used up in the end."""


@row(5, "tokened 304", at_least("of public 304", 0.70, 0.85))
def tokened_304(house: House) -> Sequence[float]:
    """The answer to a partner's program that has everything."""
    tokened = rate_of(house, house.service, house.etag(house.service, PRIVATE, house.bearer(0)))
    public = rate_of(house, house.service, house.etag(house.service, PUBLIC))
    return [tokened.per_second / public.per_second]


@row(
    6,
    "1,000 tokens in turn",
    at_least("of one token", 0.85, 0.95),
    at_most("exponent, 1,000 to all tokens in the database", 0.06, 0.03),
)
def in_turn(house: House) -> Sequence[float]:
    """A thousand tokens beside one; and how the time of an answer grows with the tokens that there are."""
    if house.size.tokens <= KNOWN:
        raise Lacking(f"there must be more than {KNOWN} tokens; give more with --tokens")
    few = house.ground.house(Size(house.ground.smallest.size.items, KNOWN))
    many = in_turn_of(house)
    one = rate_of(house, house.service, *house.known(1))
    growth = math.log(in_turn_of(few).per_second / many.per_second) / math.log(house.size.tokens / KNOWN)
    return [many.per_second / one.per_second, growth]


def in_turn_of(house: House) -> Rate:
    """The private feed under a thousand tokens in turn, once every process has met each of them."""
    asks, before = house.known(), 0.0
    for _ in range(_LOOKS):
        rate = read_load(house.service, asks, house.ground.seconds)
        if rate.per_second < _GROWS * before:
            break
        before = rate.per_second
    return rate


@row(7, "refused token", at_least("of public 304", 0.50, 0.80))
def refused(house: House) -> Sequence[float]:
    """A reader that goes on asking with a token that was revoked."""
    terms = TokenTerms(TokenKind.READER, "revoked")
    token, text = contracts.issue_token(house.agency, "company-0", terms, BY)
    contracts.revoke_token(house.agency, token.id, False, BY)
    asked = Ask(PRIVATE, {"Authorization": f"Bearer {text}"} | GZIP, 401)
    public = rate_of(house, house.service, house.etag(house.service, PUBLIC))
    return [rate_of(house, house.service, asked).per_second / public.per_second]


@row(17, "first polls, every text owed a receipt", at_least("of a bare Flask route, same bytes", 0.30, 0.60))
def first_polls(house: House) -> Sequence[float]:
    """Tokens that were never seen before, each once, beside Flask with no more than the bytes."""
    read_load(house.service, house.known(1), 1)  # the rendering is there, as for all but the first
    asks = house.fresh(math.ceil(_FIRST_POLLS * _FIRST_SECONDS))
    ours = read_load(house.service, asks, _FIRST_SECONDS, warming=0, is_once=True)
    with house.bare() as bare:
        theirs = read_load(bare, [replace(asks[0], path="/private.rss")], _FIRST_SECONDS)
    return [ours.per_second / theirs.per_second]
