"""How each turn of a story looks in Atom, and that the grammar of RFC 4287 takes it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import etree

from syndicate.outputs import FORMATS

from .samples import (
    BARE,
    CORPUS,
    EXCERPT,
    FEEDS,
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
    SUBSTITUTE,
    UPDATE,
    feed,
    feeds,
)

GRAMMAR = CORPUS / "atom" / "atom.rnc"
NAMESPACES = {
    "a": "http://www.w3.org/2005/Atom",
    "app": "http://www.w3.org/2007/app",
    "at": "http://purl.org/atompub/tombstones/1.0",
}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

jing = pytest.mark.jing
needs_jing = pytest.mark.skipif(
    shutil.which("jing") is None and "CI" not in os.environ,
    reason="the program jing is missing: Atom is NOT checked against its grammar (apt install jing)",
)


def document(*entries, **kwargs):
    return etree.fromstring(FORMATS["atom"].write(feed(*entries, **kwargs)))


def entry(sample):
    return document(sample).find("a:entry", NAMESPACES)


def text(element, path):
    return element.findtext(path, namespaces=NAMESPACES)


def refused(folder, documents):
    """What jing says against these documents; nothing where it takes them all."""
    paths = []
    for number, (name, written) in enumerate(documents.items()):
        path = folder / f"{number}-{name.replace(' ', '-')}.atom"
        path.write_bytes(written)
        paths.append(path)
    return subprocess.run(["jing", "-c", GRAMMAR, *paths], capture_output=True, text=True).stdout


@jing
@needs_jing
def test_the_grammar_takes_every_feed(tmp_path):
    assert refused(tmp_path, {name: FORMATS["atom"].write(sample) for name, sample in FEEDS.items()}) == ""


@jing
@needs_jing
@settings(max_examples=5, deadline=None)
@given(sample=feeds())
def test_the_grammar_takes_whatever_is_in_a_feed(tmp_path_factory, sample):
    assert refused(tmp_path_factory.mktemp("atom"), {"drawn": FORMATS["atom"].write(sample)}) == ""


@jing
@needs_jing
@pytest.mark.parametrize("missing", ["id", "updated", "title"])
def test_the_grammar_refuses_an_entry_that_lacks_what_it_must_have(tmp_path, missing):
    root = document(EXCERPT)
    parent = root.find("a:entry", NAMESPACES)
    parent.remove(parent.find(f"a:{missing}", NAMESPACES))
    assert "incomplete" in refused(tmp_path, {"bad": etree.tostring(root)})


def test_at_excerpt_level_there_is_a_summary_in_plain_text_and_no_content():
    found = entry(MARKUP)
    assert text(found, "a:summary") == MARKUP.excerpt
    assert found.find("a:summary", NAMESPACES).get("type") is None
    assert found.find("a:content", NAMESPACES) is None


def test_at_headline_level_the_summary_says_so():
    assert text(entry(HEADLINE), "a:summary") == "Headline only."


def test_at_full_level_the_content_is_html():
    found = entry(FULL)
    assert text(found, "a:summary") == FULL.excerpt
    assert found.find("a:content", NAMESPACES).get("type") == "html"
    assert text(found, "a:content") == FULL.html
    assert text(found, "a:author/a:name") == "Mira Tolvane"


def test_without_an_excerpt_the_full_text_is_not_the_summary():
    assert entry(BARE).find("a:summary", NAMESPACES) is None


def test_an_update_moves_updated_and_leaves_published():
    found = entry(UPDATE)
    assert text(found, "a:published") == "2026-03-02T11:00:00+00:00"
    assert text(found, "a:updated") == "2026-03-02T12:00:00+00:00"


def test_a_minor_edit_moves_only_edited():
    found = entry(MINOR)
    assert text(found, "a:updated") == "2026-03-02T11:00:00+00:00"
    assert text(found, "app:edited") == "2026-03-02T12:00:00+00:00"


def test_fractions_of_a_second_are_left_out():
    found = entry(replace(UPDATE, updated_at=UPDATE.updated_at.replace(microsecond=5)))
    assert text(found, "a:updated") == "2026-03-02T12:00:00+00:00"


@pytest.mark.parametrize("sample", [PUBLIC_CORRECTION, FULL_CORRECTION], ids=["public", "full"])
def test_a_correction_has_the_category_of_the_signal(sample):
    signal = entry(sample).find("a:category[@scheme='http://cv.iptc.org/newscodes/signal/']", NAMESPACES)
    assert signal.get("term") == "sig:correction"


def test_a_category_has_code_scheme_and_label():
    found = [dict(each.attrib) for each in entry(EXCERPT).iterfind("a:category", NAMESPACES)]
    scheme = "http://cv.iptc.org/newscodes/mediatopic/"
    assert found == [
        {"term": "04000000", "scheme": scheme, "label": "economy, business and finance"},
        {"term": "20000373", "scheme": scheme},
        {"term": "GRN", "label": "Grain"},
        {"term": "https://wire.example/topics/harvest", "label": "harvest"},
    ]


def test_an_entry_has_one_alternate_link_and_its_enclosures_keep_their_rel():
    links = [dict(link.attrib) for link in entry(PICTURES).iterfind("a:link", NAMESPACES)]
    assert [link.get("rel", "alternate") for link in links] == ["alternate", *["enclosure"] * 3]
    assert links[1] == {
        "rel": "enclosure",
        "href": "https://wire.example/p/1.jpg?a=1&b=2",
        "type": "image/jpeg",
        "length": "34567",
        "title": 'The "port" & <quay>',
    }
    assert "length" not in links[2]


def test_a_substitute_links_to_what_it_replaces():
    found = entry(SUBSTITUTE).find("a:link[@rel='related']", NAMESPACES)
    assert found.get("href") == KILL.id


def test_an_entry_in_another_language_than_the_feed_says_so():
    root = document(RUSSIAN, EXCERPT)
    russian, english = root.iterfind("a:entry", NAMESPACES)
    assert root.get(LANGUAGE) == "en"
    assert russian.get(LANGUAGE) == "ru"
    assert english.get(LANGUAGE) is None


def test_an_item_with_terms_of_its_own_says_them():
    assert text(entry(PRESS_RELEASE), "a:rights") == PRESS_RELEASE.rights
    assert text(entry(FULL), "a:rights") is None


def test_a_kill_leaves_a_notice_and_a_tombstone_of_the_same_time():
    root = document(KILL)
    (stone,) = root.iterfind("at:deleted-entry", NAMESPACES)
    assert dict(stone.attrib) == {"ref": KILL.id, "when": text(root, "a:entry/a:updated")}
    assert len(stone) == 0


def test_a_slip_has_no_tombstone_of_its_own():
    root = document(SLIP, KILL, head=PRIVATE)
    assert [stone.get("ref") for stone in root.iterfind("at:deleted-entry", NAMESPACES)] == [KILL.id]
    assert len(root.findall("a:entry", NAMESPACES)) == 2


@pytest.mark.parametrize("sample", [EXCERPT, HOLD], ids=["excerpt", "hold"])
def test_where_nothing_is_killed_tombstones_are_not_even_declared(sample):
    assert b"tombstones" not in FORMATS["atom"].write(feed(sample))


def test_the_feed_has_an_author_its_rights_its_time_and_its_page():
    root = document()
    assert text(root, "a:author/a:name") == "Meridian Wire"
    assert text(root, "a:author/a:email") == "rights@wire.example"
    assert text(root, "a:rights") == NOTICE
    assert text(root, "a:updated") == "2026-03-02T12:00:00+00:00"
    assert [link.get("rel") for link in root.iterfind("a:link", NAMESPACES)] == ["self", "alternate"]
    assert [link.get("rel") for link in document(head=PRIVATE).iterfind("a:link", NAMESPACES)] == [
        "alternate"
    ]
