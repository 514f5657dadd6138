"""Answers: what the service gives again and again, beside nginx and beside what agencies mostly have."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figures import at_least, at_most, row
from bench.ground import GZIP, PUBLIC, House
from bench.load import Ask, Rate, Target, read_load

_PUBLIC = Ask(PUBLIC, GZIP)


def rate(house: House, target: Target, *asks: Ask) -> Rate:
    """A target under the load of a row."""
    return read_load(target, asks, house.ground.seconds)


def _beside_nginx(house: House) -> tuple[Rate, Rate]:
    house.lay_out()
    return rate(house, house.service, _PUBLIC), rate(house, house.nginx, Ask("/public.rss", GZIP))


@row(1, "public 200, gzip", at_least("of nginx", 0.35, 0.50))
def public_200(house: House) -> Sequence[float]:
    """The rate of the public feed in gzip beside nginx with the same bytes."""
    ours, theirs = _beside_nginx(house)
    return [ours.per_second / theirs.per_second]


@row(2, "public 200, processor time an answer", at_most("of nginx", 3.5, 2.5))
def public_200_cpu(house: House) -> Sequence[float]:
    """The processor time of the same."""
    ours, theirs = _beside_nginx(house)
    return [ours.cpu / theirs.cpu]


@row(3, "public 304", at_least("of nginx's 304", 0.35, 0.45))
def public_304(house: House) -> Sequence[float]:
    """The rate of answers to those who have the feed already."""
    house.lay_out()
    ours = rate(house, house.service, house.etag(house.service, PUBLIC))
    theirs = rate(house, house.nginx, house.etag(house.nginx, "/public.rss"))
    return [ours.per_second / theirs.per_second]


@row(4, "tokened full 200, gzip, repeated", at_least("of nginx, same bytes", 0.30, 0.50))
def tokened_200(house: House) -> Sequence[float]:
    """The rate of the full feed to one token that has signed for it, beside nginx with the same bytes."""
    house.lay_out()
    ours = rate(house, house.service, *house.known(1))
    theirs = rate(house, house.nginx, Ask("/private.rss", GZIP))
    return [ours.per_second / theirs.per_second]


@row(8, "public 200 and 304 beside Django", at_least("200", 60, 140), at_least("304", 60, 150))
def beside_django(house: House) -> Sequence[float]:
    """How many times as fast as Django's syndication framework."""
    ours = rate(house, house.service, _PUBLIC)
    theirs = rate(house, house.django, Ask("/feed.rss", GZIP))
    ours_304 = rate(house, house.service, house.etag(house.service, PUBLIC))
    theirs_304 = rate(house, house.django, house.etag(house.django, "/feed.rss"))
    return [ours.per_second / theirs.per_second, ours_304.per_second / theirs_304.per_second]


@row(9, "tokened 200 beside Flask and feedgen", at_least("as fast", 40, 90))
def beside_naive(house: House) -> Sequence[float]:
    """How many times as fast as rendering each answer."""
    ours = rate(house, house.service, *house.known(1))
    theirs = rate(house, house.naive, Ask("/feed.rss", GZIP))
    return [ours.per_second / theirs.per_second]


@row(10, "p99 of public 200", at_most("of nginx's, same load", 4, 1.5))
def public_p99(house: House) -> Sequence[float]:
    """What the slowest hundredth waits, beside nginx under as many connections."""
    ours, theirs = _beside_nginx(house)
    return [ours.p99 / theirs.p99]


@row(24, "ticker 304", at_least("of public 304", 0.9, 1))
def ticker_304(house: House) -> Sequence[float]:
    """The page of headlines to those who have it."""
    ticker = rate(house, house.service, house.etag(house.service, "/"))
    public = rate(house, house.service, house.etag(house.service, PUBLIC))
    return [ticker.per_second / public.per_second]
