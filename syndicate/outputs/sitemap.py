"""Sitemaps (sitemaps.org 0.9), the list of them, and the news sitemap (Google News 0.9).

Knows the standard library and lxml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from syndicate.outputs.vocabulary import stamp

MEDIA_TYPE = "application/xml; charset=utf-8"
MOST = 50_000
"""A sitemap holds at most so many addresses."""
MOST_NEWS = 1_000

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


@dataclass(frozen=True, slots=True)
class Place:
    """One address, and when what stands there last changed (None: not told)."""

    href: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One story for the news sitemap: no more of it than its headline."""

    href: str
    title: str
    language: str
    published_at: datetime


def write(places: Iterable[Place]) -> bytes:
    """A sitemap."""
    return _listed("urlset", "url", places)


def write_index(sitemaps: Iterable[Place]) -> bytes:
    """The list of sitemaps."""
    return _listed("sitemapindex", "sitemap", sitemaps)


def write_news(agency: str, stories: Iterable[Story]) -> bytes:
    """The news sitemap."""
    root = etree.Element(_name("urlset"), nsmap={None: _SITEMAP, "news": _NEWS})
    for story in stories:
        url = etree.SubElement(root, _name("url"))
        etree.SubElement(url, _name("loc")).text = story.href
        news = etree.SubElement(url, _name("news", _NEWS))
        publication = etree.SubElement(news, _name("publication", _NEWS))
        etree.SubElement(publication, _name("name", _NEWS)).text = agency
        etree.SubElement(publication, _name("language", _NEWS)).text = story.language.split("-")[0].lower()
        etree.SubElement(news, _name("publication_date", _NEWS)).text = stamp(story.published_at)
        etree.SubElement(news, _name("title", _NEWS)).text = story.title
    return _bytes(root)


def _listed(root_tag: str, tag: str, places: Iterable[Place]) -> bytes:
    root = etree.Element(_name(root_tag), nsmap={None: _SITEMAP})
    for place in places:
        each = etree.SubElement(root, _name(tag))
        etree.SubElement(each, _name("loc")).text = place.href
        if place.changed_at is not None:
            etree.SubElement(each, _name("lastmod")).text = stamp(place.changed_at)
    return _bytes(root)


def _name(tag: str, namespace: str = _SITEMAP) -> str:
    return f"{{{namespace}}}{tag}"


def _bytes(root: etree._Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written
