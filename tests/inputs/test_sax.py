"""Texts come whole out of the driver with which feeds are read."""

from __future__ import annotations

import io
import xml.sax
from xml.sax.handler import ContentHandler

from syndicate.inputs import feeds


class Pieces(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def characters(self, content: str) -> None:
        self.found.append(content)


def test_feedparser_is_given_a_text_of_many_entities_in_one_piece() -> None:
    parser, heard = xml.sax.make_parser(feeds.feedparser.api.PREFERRED_XML_PARSERS), Pieces()
    parser.setContentHandler(heard)
    parser.parse(io.BytesIO(b"<a>&lt;p&gt;One &amp;amp; two&lt;/p&gt;</a>"))
    assert heard.found == ["<p>One &amp; two</p>"]
