"""How each turn of a story looks in RSS. Validity: `test_rss_rules`."""

from __future__ import annotations

import pytest
from lxml import etree

from syndicate.outputs import FORMATS

from .samples import (
    BARE,
    EXCERPT,
    FULL,
    FULL_CORRECTION,
    HEADLINE,
    HOLD,
    KILL,
    MARKUP,
    MINOR,
    NOTICE,
    PICTURES,
    PRESS_RELEASE,
    PRIVATE,
    PUBLIC_CORRECTION,
    RUSSIAN,
    SLIP,
    SOUND,
    SUBSTITUTE,
    UPDATE,
    feed,
)

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
}


def item(entry):
    return etree.fromstring(FORMATS["rss"].write(feed(entry))).find("channel/item")


def text(element, path):
    return element.findtext(path, namespaces=NAMESPACES)


def test_at_excerpt_level_the_description_is_the_excerpt_as_html_and_there_is_no_content():
    found = item(MARKUP)
    assert text(found, "description") == (
        '<p>Profit at AT&amp;T &lt;= 5 &amp; "rising" &lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>'
    )
    assert text(found, "content:encoded") is None


def test_at_headline_level_there_is_no_description():
    assert item(HEADLINE).find("description") is None


def test_at_full_level_the_content_follows_the_description():
    found = item(FULL)
    assert text(found, "description") == f"<p>{FULL.excerpt}</p>"
    assert text(found, "content:encoded") == FULL.html
    assert text(found, "dc:creator") == "Mira Tolvane"


def test_without_an_excerpt_the_full_text_does_not_slip_into_the_description():
    found = item(BARE)
    assert text(found, "description") == ""
    assert text(found, "content:encoded") == BARE.html


def test_the_guid_is_the_id_and_no_address():
    guid = item(EXCERPT).find("guid")
    assert (guid.text, guid.get("isPermaLink")) == (EXCERPT.id, "false")


def test_an_update_moves_updated_and_leaves_the_date_of_publication():
    before, after = item(FULL), item(UPDATE)
    assert text(after, "pubDate") == text(before, "pubDate") == "Mon, 02 Mar 2026 11:00:00 +0000"
    assert text(after, "atom:updated") == "2026-03-02T12:00:00+00:00"
    assert text(before, "atom:updated") == "2026-03-02T11:00:00+00:00"


def test_a_minor_edit_moves_only_the_time_of_modification():
    found = item(MINOR)
    assert text(found, "dcterms:modified") == "2026-03-02T12:00:00+00:00"
    assert text(found, "atom:updated") == text(item(FULL), "atom:updated")


@pytest.mark.parametrize("entry", [PUBLIC_CORRECTION, FULL_CORRECTION], ids=["public", "full"])
def test_a_correction_has_the_category_of_the_signal(entry):
    signal = item(entry).find("category[@domain='http://cv.iptc.org/newscodes/signal/']")
    assert signal.text == "sig:correction"


def test_what_is_not_corrected_has_no_signal():
    assert item(UPDATE).find("category[@domain='http://cv.iptc.org/newscodes/signal/']") is None


def test_topics_show_their_label_under_the_scheme_and_their_code_where_none_is_known():
    found = [(each.text, each.get("domain")) for each in item(EXCERPT).iter("category")]
    assert found == [
        ("economy, business and finance", "http://cv.iptc.org/newscodes/mediatopic/"),
        ("20000373", "http://cv.iptc.org/newscodes/mediatopic/"),
        ("Grain", None),
        ("harvest", None),
    ]


@pytest.mark.parametrize("notice", [HOLD, KILL, SLIP], ids=["hold", "kill", "slip"])
def test_a_notice_has_constant_words_and_no_category(notice):
    found = item(notice)
    assert text(found, "title") == notice.title
    assert text(found, "description") == f"<p>{notice.excerpt}</p>"
    assert found.find("category") is None


def test_a_substitute_links_back_to_what_it_replaces():
    (link,) = item(SUBSTITUTE).iterfind("atom:link", NAMESPACES)
    assert (link.get("rel"), link.get("href")) == ("related", KILL.id)


def test_an_item_with_terms_of_its_own_says_them():
    assert text(item(PRESS_RELEASE), "dc:rights") == PRESS_RELEASE.rights
    assert text(item(FULL), "dc:rights") is None


def test_the_first_rendition_is_the_enclosure_and_the_others_are_media():
    found = item(PICTURES)
    (enclosure,) = found.iter("enclosure")
    assert dict(enclosure.attrib) == {
        "url": "https://wire.example/p/1.jpg?a=1&b=2",
        "length": "34567",
        "type": "image/jpeg",
    }
    sound, film = found.iterfind("media:content", NAMESPACES)
    assert dict(sound.attrib) == {"url": SOUND.href, "type": "audio/mpeg"}
    assert (film.get("fileSize"), text(film, "media:description")) == ("1000000", "The gale")


def test_an_item_in_another_language_than_the_feed_says_so():
    assert text(item(RUSSIAN), "dc:language") == "ru"
    assert text(item(EXCERPT), "dc:language") is None


def test_the_channel_carries_the_notice_its_language_its_time_and_how_long_it_may_be_kept():
    channel = etree.fromstring(FORMATS["rss"].write(feed())).find("channel")
    assert text(channel, "copyright") == NOTICE
    assert text(channel, "language") == "en"
    assert text(channel, "ttl") == "5"
    assert text(channel, "lastBuildDate") == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert text(channel, "link") == "https://wire.example/feeds/economy/"


def test_only_a_public_channel_links_to_itself():
    (link,) = etree.fromstring(FORMATS["rss"].write(feed())).iterfind("channel/atom:link", NAMESPACES)
    assert dict(link.attrib) == {
        "rel": "self",
        "type": "application/rss+xml",
        "href": "https://wire.example/feeds/economy.rss",
    }
    private = etree.fromstring(FORMATS["rss"].write(feed(head=PRIVATE)))
    assert private.find("channel/atom:link", NAMESPACES) is None
