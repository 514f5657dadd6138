"""Every rule of RSS 2.0, as the W3C validator holds it, over every sample feed; and that each can be broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest
from lxml import etree

from syndicate.outputs import FORMATS

from .samples import FEEDS, KILL, PICTURES, PRESS_RELEASE, feed

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
DCTERMS = "{http://purl.org/dc/terms/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
MAIL = re.compile(r"\S+@\S+\.\S+( \(.+\))?")
RFC822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (\+0000|GMT)")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
KNOWN = {
    "channel": {
        *("title", "link", "description", "copyright", "language", "lastBuildDate", "ttl", "item"),
        f"{ATOM}link",
    },
    "item": {
        *("title", "link", "description", "guid", "category", "enclosure", "pubDate"),
        *(f"{CONTENT}encoded", f"{DC}creator", f"{DC}rights", f"{DC}language", f"{DCTERMS}modified"),
        *(f"{ATOM}updated", f"{ATOM}link", f"{MEDIA}content"),
    },
}


@dataclass(frozen=True)
class Rule:
    """A claim on a document, and a change after which it must be false."""

    holds: Callable[[Any], bool]
    breaking: Callable[[Any], None]


def has_all(parent: Any, *names: str) -> bool:
    return all(parent.findtext(name) for name in names)


def never_both(first: str, second: str, path: str) -> Callable[[Any], bool]:
    return lambda root: all(
        parent.find(first) is None or parent.find(second) is None for parent in root.iterfind(path)
    )


def precedes(item: Any) -> bool:
    tags = [child.tag for child in item]
    return f"{CONTENT}encoded" not in tags or (
        "description" in tags and tags.index("description") < tags.index(f"{CONTENT}encoded")
    )


def is_date(text: str) -> bool:
    """Whether it is an RFC 822 date whose day of the week is right."""
    return bool(RFC822.fullmatch(text)) and format_datetime(parsedate_to_datetime(text)) == text


def all_unique(texts: list[str]) -> bool:
    return len(texts) == len(set(texts))


def texts(root: Any, *names: str) -> list[str]:
    return [element.text or "" for element in root.iter(*names)]


# Ways to break a document


def drop(path: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        found = root.find(path)
        found.getparent().remove(found)

    return change


def add(path: str, name: str, text: str = "x", **attributes: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        etree.SubElement(root.find(path), name, attributes).text = text

    return change


def write(path: str, text: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        root.find(path).text = text

    return change


def attribute(path: str, name: str, value: str | None) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        element = root.find(path)
        element.attrib.pop(name, None) if value is None else element.set(name, value)

    return change


def both(*changes: Callable[[Any], None]) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        for each in changes:
            each(root)

    return change


def content_first(root: Any) -> None:
    item = root.find("channel/item")
    item.insert(0, item.find(f"{CONTENT}encoded"))


ITEM = "channel/item"
RULES: dict[str, Rule] = {
    "the root is rss 2.0 with one channel": Rule(
        lambda root: root.tag == "rss" and root.get("version") == "2.0" and len(root) == 1,
        attribute(".", "version", "2"),
    ),
    "a channel has title, link and description": Rule(
        lambda root: has_all(root.find("channel"), "title", "link", "description"),
        drop("channel/description"),
    ),
    "an item has a title or a description": Rule(
        lambda root: all(
            item.findtext("title") or item.findtext("description") for item in root.iter("item")
        ),
        both(drop(f"{ITEM}/title"), drop(f"{ITEM}/description")),
    ),
    "no title is blank": Rule(
        lambda root: all(map(str.strip, texts(root, "title"))), write(f"{ITEM}/title", " ")
    ),
    "no title holds HTML": Rule(
        lambda root: not any(re.search(r"</?[A-Za-z][^<]*>|&\w+;", title) for title in texts(root, "title")),
        write(f"{ITEM}/title", "<b>Bold</b>"),
    ),
    "no category is blank": Rule(
        lambda root: all(map(str.strip, texts(root, "category"))), write(f"{ITEM}/category", "")
    ),
    "an item has a guid": Rule(
        lambda root: all(has_all(item, "guid") for item in root.iter("item")), drop(f"{ITEM}/guid")
    ),
    "a guid that is no address says so": Rule(
        lambda root: all(guid.get("isPermaLink") == "false" for guid in root.iter("guid")),
        attribute(f"{ITEM}/guid", "isPermaLink", None),
    ),
    "a guid is more than a short number": Rule(
        lambda root: not any(len(guid) < 9 and guid.isdigit() for guid in texts(root, "guid")),
        write(f"{ITEM}/guid", "12345"),
    ),
    "no guid stands twice": Rule(
        lambda root: all_unique(texts(root, "guid")), add(ITEM, "guid", PICTURES.id)
    ),
    "dates are RFC 822 with the right day of the week": Rule(
        lambda root: all(map(is_date, texts(root, "pubDate", "lastBuildDate"))),
        write(f"{ITEM}/pubDate", "Tue, 02 Mar 2026 11:00:00 +0000"),
    ),
    "dates have no named zone but GMT": Rule(
        lambda root: all(map(is_date, texts(root, "pubDate", "lastBuildDate"))),
        write(f"{ITEM}/pubDate", "Mon, 02 Mar 2026 11:00:00 MSK"),
    ),
    "dates of other namespaces are RFC 3339": Rule(
        lambda root: all(map(RFC3339.fullmatch, texts(root, f"{ATOM}updated", f"{DCTERMS}modified"))),
        write(f"{ITEM}/{ATOM}updated", "2026-03-02 11:00"),
    ),
    "who is named without an address is no author": Rule(
        lambda root: all(map(MAIL.fullmatch, texts(root, "author", "managingEditor", "webMaster"))),
        add(ITEM, "author", "Mira Tolvane"),
    ),
    "never author and dc:creator": Rule(
        never_both("author", f"{DC}creator", ITEM), add(ITEM, "author", "mira@wire.example (Mira)")
    ),
    "never category and dc:subject": Rule(
        never_both("category", f"{DC}subject", ITEM), add(ITEM, f"{DC}subject")
    ),
    "never pubDate and dc:date": Rule(never_both("pubDate", f"{DC}date", ITEM), add(ITEM, f"{DC}date")),
    "never pubDate and atom:published": Rule(
        never_both("pubDate", f"{ATOM}published", ITEM), add(ITEM, f"{ATOM}published")
    ),
    "never guid and atom:id": Rule(never_both("guid", f"{ATOM}id", ITEM), add(ITEM, f"{ATOM}id")),
    "never copyright and dc:rights on a channel": Rule(
        never_both("copyright", f"{DC}rights", "channel"), add("channel", f"{DC}rights")
    ),
    "never language and dc:language on a channel": Rule(
        never_both("language", f"{DC}language", "channel"), add("channel", f"{DC}language")
    ),
    "an enclosure has url, length and type": Rule(
        lambda root: all({"url", "length", "type"} <= set(each.attrib) for each in root.iter("enclosure")),
        attribute(f"{ITEM}/enclosure", "length", None),
    ),
    "the length of an enclosure is a number, 0 if unknown": Rule(
        lambda root: all(each.get("length", "").isdigit() for each in root.iter("enclosure")),
        attribute(f"{ITEM}/enclosure", "length", "-1"),
    ),
    "the type of an enclosure is a media type": Rule(
        lambda root: all(
            re.fullmatch(r"[\w.+-]+/[\w.+-]+", each.get("type", ""))
            for each in root.iter("enclosure", f"{MEDIA}content")
        ),
        attribute(f"{ITEM}/enclosure", "type", "jpeg"),
    ),
    "an item has one enclosure at most": Rule(
        lambda root: all(len(item.findall("enclosure")) <= 1 for item in root.iter("item")),
        add(ITEM, "enclosure", url="https://wire.example/", length="0", type="a/b"),
    ),
    "a source has a url": Rule(
        lambda root: all(each.get("url") for each in root.iter("source")), add(ITEM, "source", "Elsewhere")
    ),
    "copyright is the channel's alone": Rule(
        lambda root: root.find(f"{ITEM}/copyright") is None, add(ITEM, "copyright")
    ),
    "an item has no dcterms:rights": Rule(
        lambda root: root.find(f"{ITEM}/{DCTERMS}rights") is None, add(ITEM, f"{DCTERMS}rights")
    ),
    "a description precedes the content": Rule(
        lambda root: all(map(precedes, root.iter("item"))), content_first
    ),
    "a description is there when there is content": Rule(
        lambda root: all(map(precedes, root.iter("item"))), drop(f"{ITEM}/description")
    ),
    "no group of media holds one alone": Rule(
        lambda root: all(len(group) > 1 for group in root.iter(f"{MEDIA}group")), add(ITEM, f"{MEDIA}group")
    ),
    "no media:rights and no media:license": Rule(
        lambda root: next(root.iter(f"{MEDIA}rights", f"{MEDIA}license"), None) is None,
        add(ITEM, f"{MEDIA}license"),
    ),
    "no element is undefined where it stands": Rule(
        lambda root: all(
            child.tag in KNOWN[each.tag] for each in root.iter("channel", "item") for child in each
        ),
        add(ITEM, "{http://www.w3.org/2007/app}edited"),
    ),
    "ttl is a number of minutes": Rule(
        lambda root: all(map(str.isdigit, texts(root, "ttl"))), write("channel/ttl", "5m")
    ),
    "links are whole web addresses": Rule(
        lambda root: all(link.startswith(("http://", "https://")) for link in texts(root, "link")),
        write(f"{ITEM}/link", "/items/1"),
    ),
    "no rel of a paged feed on an item": Rule(
        lambda root: all(link.get("rel") == "related" for link in root.iterfind(f"{ITEM}/{ATOM}link")),
        add(ITEM, f"{ATOM}link", rel="next", href="https://wire.example/"),
    ),
    "no textInput": Rule(lambda root: root.find("channel/textInput") is None, add("channel", "textInput")),
}


@pytest.fixture(scope="module")
def documents() -> dict[str, Any]:
    return {name: etree.fromstring(FORMATS["rss"].write(sample)) for name, sample in FEEDS.items()}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_feed_keeps_the_rule(rule, documents):
    assert [name for name, root in documents.items() if not rule.holds(root)] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_rule_can_be_broken(rule):
    root = etree.fromstring(
        FORMATS["rss"].write(feed(replace(PICTURES, is_corrected=True, replaces=KILL.id)))
    )
    assert rule.holds(root)
    rule.breaking(root)
    assert not rule.holds(root)


def test_namespaces_are_those_that_readers_know():
    root = etree.fromstring(FORMATS["rss"].write(feed(PICTURES, PRESS_RELEASE)))
    assert root.nsmap == {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
        "media": "http://search.yahoo.com/mrss/",
    }
