"""Every feed, in every format and tier, with every turn of a story in it: valid, alike, and repeatable."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from syndicate.bootstrap import take_up_feeds
from tests.newsroom import FEEDS, SENTENCE, TEXT, Newsroom
from tests.outputs.test_atom import needs_jing, refused
from tests.outputs.test_jsonfeed import SCHEMA
from tests.outputs.test_rss_rules import RULES

TITLES = {
    "ampersand": "Lorries with <3 axles & \"more\" 'toll'",
    "emoji": "Goal 🏒 for the Millers 👩‍🚀",
    "right to left": 'Court lets daily \u202b"مرآة دريش"\u202c reopen',
    "control": "A bell\u0007 and a\u0000 nothing, then a line\u2028 end",
}
GENRE = "http://cv.iptc.org/newscodes/genre/"
CORRECTION = [{"uri": "http://cv.iptc.org/newscodes/signal/correction"}]
REPLACES = "http://purl.org/dc/terms/replaces"


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A newsroom after a day in which everything happened."""
    with Newsroom.open(tmp_path_factory.mktemp("newsroom")) as opened:
        for uri, headline in TITLES.items():
            opened.send(uri, headline=headline)
        opened.send("short", text="Too short.")
        opened.send("wordless", text=None)
        opened.send("updated")
        opened.send("updated", 2, text=SENTENCE + TEXT)
        opened.send("minor")
        opened.send("minor", 2, urgency=2)
        opened.send("corrected")
        opened.send(
            "corrected", 2, text="Another " + TEXT, genres=CORRECTION, note="CORRECTION: the harbour."
        )
        opened.send("held")
        opened.hold("held")
        opened.send("withheld")
        opened.send("withheld", 2, pubStatus="withheld")
        opened.send("killed", slugline="HARBOUR-WINTER")
        opened.kill("killed")
        opened.send("instead", associations=[{"rel": REPLACES, "uri": "killed"}])
        opened.send("stillborn", pubStatus="canceled")
        opened.send("embargoed", embargoedUntil=opened.clock.now + timedelta(days=2))
        opened.send("gone", expires=opened.clock.now + timedelta(seconds=3))
        opened.send(
            "release", genres=[{"uri": GENRE + "Press_Release"}], usageTerms="Free with the source named"
        )
        opened.send("advice", genres=[{"uri": GENRE + "Advisory"}])
        opened.send("русская", headline="Порт открыт всю зиму", language="ru", text="Порт открыт. " * 30)
        opened.send(
            "pictured",
            renditions=[
                {
                    "name": "main",
                    "href": "https://wire.example/a.jpg",
                    "contentType": "image/jpeg",
                    "sizeInBytes": 9,
                },
                {"name": "wide", "href": "https://wire.example/b.jpg", "contentType": "image/jpeg"},
            ],
        )
        opened.clock.advance(minutes=1)
        yield opened


@pytest.fixture(scope="module")
def token(newsroom: Newsroom) -> str:
    return newsroom.subscriber(*FEEDS)


def documents(newsroom: Newsroom, token: str, ext: str) -> dict[str, bytes]:
    """Every feed of one format, in both tiers and both forms of the private one."""
    found = {}
    for feed in FEEDS:
        if feed != "secret":
            found[f"public {feed}"] = newsroom.text(f"/feeds/{feed}.{ext}").encode()
        for how in ("bearer", "path"):
            found[f"{how} {feed}"] = newsroom.text(f"/private/feeds/{feed}.{ext}", token, how).encode()
    return found


@needs_jing
@pytest.mark.jing
def test_atom_is_valid_by_its_grammar(newsroom: Newsroom, token: str, tmp_path: Path) -> None:
    assert refused(tmp_path, documents(newsroom, token, "atom")) == ""


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rss_keeps_every_rule(newsroom: Newsroom, token: str, rule) -> None:
    found = documents(newsroom, token, "rss")
    assert [name for name, body in found.items() if not rule.holds(etree.fromstring(body))] == []


def test_json_feed_is_valid_by_its_schema(newsroom: Newsroom, token: str) -> None:
    for body in documents(newsroom, token, "json").values():
        SCHEMA.validate(json.loads(body))


def test_both_forms_of_the_private_tier_are_the_same_bytes(newsroom: Newsroom, token: str) -> None:
    for ext in ("rss", "atom", "json"):
        found = documents(newsroom, token, ext)
        assert all(found[f"bearer {feed}"] == found[f"path {feed}"] for feed in FEEDS)


def test_the_same_state_gives_the_same_bytes(newsroom: Newsroom, token: str) -> None:
    again = Newsroom(newsroom.folder, newsroom.agency, newsroom.clock)
    for ext in ("rss", "atom", "json"):
        assert documents(newsroom, token, ext) == documents(again, token, ext)


def test_an_item_has_one_id_in_all_formats_and_tiers(newsroom: Newsroom, token: str) -> None:
    ids = {}
    for tier, ext in itertools.product(("", "/private"), ("rss", "atom", "json")):
        body = newsroom.text(f"{tier}/feeds/all.{ext}", token if tier else None)
        if ext == "json":
            found = [item["id"] for item in json.loads(body)["items"]]
        else:
            found = [entry.id for entry in feedparser.parse(body.encode()).entries]
        assert len(found) == len(set(found)), "no id stands twice"
        ids[tier, ext] = set(found)
    assert ids["", "rss"] == ids["", "atom"] == ids["", "json"]
    assert ids["/private", "rss"] == ids["/private", "atom"] == ids["/private", "json"]
    partners = {newsroom.agency.house.id_of(newsroom.key(uri)) for uri in ("held", "withheld", "advice")}
    slips = {f"{newsroom.agency.house.id_of(newsroom.key('killed'))}:kill"}
    assert ids["/private", "rss"] - ids["", "rss"] == partners | slips


@pytest.mark.parametrize("uri", TITLES)
def test_a_title_survives_in_every_format(newsroom: Newsroom, token: str, uri: str) -> None:
    wanted = "".join(each for each in TITLES[uri] if each not in "\u0000\u0007")
    id = newsroom.agency.house.id_of(newsroom.key(uri))
    items = json.loads(newsroom.text("/feeds/all.json"))["items"]
    (title,) = [item["title"] for item in items if item["id"] == id]
    assert " ".join(title.split()) == " ".join(wanted.split())
    rss = etree.fromstring(newsroom.text("/feeds/all.rss").encode())
    atom = etree.fromstring(newsroom.text("/feeds/all.atom").encode())
    names = {"a": "http://www.w3.org/2005/Atom"}
    assert rss.xpath("string(//item[guid=$id]/title)", id=id) == title
    assert atom.xpath("string(//a:entry[a:id=$id]/a:title)", id=id, namespaces=names) == title


def test_the_notice_of_the_agency_stands_in_every_feed_page_and_error(newsroom: Newsroom, token: str) -> None:
    notice = newsroom.agency.settings.site.notice
    for ext in ("rss", "atom", "json"):
        assert all(notice in body.decode() for body in documents(newsroom, token, ext).values())
    key = newsroom.key("updated")
    for path in ("/", "/feeds/", "/feeds/all/", f"/items/{key}", "/about", "/feeds.opml"):
        assert notice in newsroom.text(path)
    for ext in ("", ".json", ".txt"):
        assert notice in newsroom.text(f"/private/items/{key}{ext}", token)
    assert notice in newsroom.get("/items/nothing").get_data(as_text=True)
    assert notice in newsroom.get("/items/nothing", Accept="text/html").get_data(as_text=True)


def test_constant_words_are_in_the_language_of_the_feed(tmp_path: Path) -> None:
    with Newsroom.open(tmp_path) as opened:
        (tmp_path / "feeds" / "russian.toml").write_text(
            'title = "Р"\ndescription = "Р"\nlanguage = "ru"\n[[select]]\nlanguage = ["ru"]\n'
        )
        take_up_feeds(opened.agency)
        opened.send("short", text="Коротко.", headline="Заголовок", language="ru")
        opened.send("killed", headline="Ошибка", language="ru")
        opened.kill("killed")
        titles = [item["title"] for item in json.loads(opened.text("/feeds/russian.json"))["items"]]
        assert titles == ["Отозвано", "Заголовок"]
        assert "Только заголовок." in opened.text("/feeds/russian.atom")
        assert "Отозвано" in opened.text("/feeds/russian.rss")
