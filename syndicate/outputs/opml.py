"""OPML 2.0: a list of feeds that a reader's program takes up at once.

The head carries the agency's notice as `dc:rights`, since OPML has no element for it. A partner's own list
holds addresses with his credential and is a secret itself; who gets which list is decided in `web`.
Knows `core.entry`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from syndicate.core.entry import FeedLink
from syndicate.outputs.outgoing import legal
from syndicate.outputs.vocabulary import whole_seconds

MEDIA_TYPE = "text/x-opml; charset=utf-8"
DC = "http://purl.org/dc/elements/1.1/"


def write(title: str, owner: str, notice: str, links: Sequence[FeedLink], created_at: datetime) -> bytes:
    """The list of feeds as an OPML document, in the order given."""
    root = etree.Element("opml", version="2.0", nsmap={"dc": DC})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = legal(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(whole_seconds(created_at))
    etree.SubElement(head, "ownerName").text = legal(owner)
    etree.SubElement(head, f"{{{DC}}}rights").text = legal(notice)
    body = etree.SubElement(root, "body")
    for link in links:
        etree.SubElement(body, "outline", _outline(legal(link)))
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _outline(link: FeedLink) -> dict[str, Any]:
    """`type` is `rss` for every format, so the standard says; `version` is for RSS alone."""
    attributes = {
        "text": link.title,
        "type": "rss",
        "xmlUrl": link.feed_href,
        "title": link.title,
        "htmlUrl": link.home_href,
        "description": link.description,
        "language": link.language,
        "version": "RSS2" if urlsplit(link.feed_href).path.endswith(".rss") else "",
    }
    return {name: value for name, value in attributes.items() if value}
