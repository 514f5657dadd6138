"""The list of feeds, by the rules of OPML 2.0."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.core.entry import FeedLink
from syndicate.outputs import opml

from .samples import NOON, NOTICE, moments, words

ECONOMY = FeedLink(
    title="Economy & <Markets>",
    description="Economy, business and finance",
    language="en",
    feed_href="https://wire.example/feeds/economy.rss?a=1&b=2",
    home_href="https://wire.example/feeds/economy/",
)
RUSSIAN = replace(ECONOMY, title="Экономика", language="ru", feed_href="https://wire.example/feeds/e.atom")
links = st.builds(
    FeedLink, words.map("Feed {}".format), words, words, words.map("https://wire.example/{}".format), words
)


def document(*feeds: FeedLink):
    return etree.fromstring(opml.write("Meridian Wire", "Desk & Sons", NOTICE, feeds, NOON))


def test_the_root_is_opml_2_with_a_head_and_a_body():
    root = document(ECONOMY)
    assert (root.tag, root.get("version"), [part.tag for part in root]) == ("opml", "2.0", ["head", "body"])


def test_the_head_has_title_date_owner_and_notice():
    head = document().find("head")
    assert head.findtext("title") == "Meridian Wire"
    assert head.findtext("dateCreated") == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert head.findtext("ownerName") == "Desk & Sons"
    assert head.findtext("{http://purl.org/dc/elements/1.1/}rights") == NOTICE


def test_an_outline_is_of_type_rss_with_text_and_addresses():
    (outline,) = document(ECONOMY).find("body")
    assert dict(outline.attrib) == {
        "text": ECONOMY.title,
        "title": ECONOMY.title,
        "type": "rss",
        "version": "RSS2",
        "xmlUrl": ECONOMY.feed_href,
        "htmlUrl": ECONOMY.home_href,
        "description": ECONOMY.description,
        "language": "en",
    }


def test_a_feed_that_is_not_rss_names_no_version():
    (outline,) = document(RUSSIAN).find("body")
    assert outline.get("type") == "rss"
    assert "version" not in outline.attrib


def test_outlines_stand_in_the_order_given():
    titles = [outline.get("text") for outline in document(RUSSIAN, ECONOMY).find("body")]
    assert titles == ["Экономика", "Economy & <Markets>"]


def test_a_list_of_nothing_is_a_list():
    assert len(document().find("body")) == 0


@given(st.lists(links, max_size=3), words, moments)
def test_every_outline_has_an_address_whatever_is_in_it(feeds, title, created_at):
    root = etree.fromstring(opml.write(title, title, title, feeds, created_at))
    outlines = list(root.find("body"))
    assert len(outlines) == len(feeds)
    assert all(outline.get("xmlUrl") and outline.get("text") for outline in outlines)
    assert parsedate_to_datetime(root.findtext("head/dateCreated")) == created_at.replace(microsecond=0)
