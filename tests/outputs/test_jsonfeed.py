"""How each turn of a story looks in JSON Feed, and that its schema takes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from jsonschema import Draft7Validator

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
    ODD_PICTURES,
    PICTURES,
    PRESS_RELEASE,
    PRIVATE,
    PUBLIC_CORRECTION,
    RUSSIAN,
    SLIP,
    SUBSTITUTE,
    WORDLESS,
    feed,
    feeds,
)

SCHEMA = Draft7Validator(
    json.loads((CORPUS / "jsonfeed_schema" / "schema-v1.1.json").read_text("utf-8")),
    format_checker=Draft7Validator.FORMAT_CHECKER,
)


def document(*entries, **kwargs):
    return json.loads(FORMATS["json"].write(feed(*entries, **kwargs)))


def item(entry):
    (found,) = document(entry)["items"]
    return found


@pytest.mark.parametrize("sample", FEEDS.values(), ids=FEEDS)
def test_the_schema_takes_every_feed(sample):
    SCHEMA.validate(json.loads(FORMATS["json"].write(sample)))


@given(feeds())
def test_the_schema_takes_whatever_is_in_a_feed(sample):
    SCHEMA.validate(json.loads(FORMATS["json"].write(sample)))


@pytest.mark.parametrize("missing", ["version", "title", "items"])
def test_the_schema_refuses_what_lacks_a_part_that_must_be_there(missing):
    broken = document(EXCERPT)
    del broken[missing]
    assert not SCHEMA.is_valid(broken)


def test_at_excerpt_level_the_content_is_text_and_there_is_no_html():
    found = item(MARKUP)
    assert found["content_text"] == MARKUP.excerpt
    assert "content_html" not in found
    assert found["_syndicate"]["level"] == "excerpt"


def test_at_headline_level_the_content_says_so():
    assert item(HEADLINE)["content_text"] == "Headline only."


def test_at_full_level_the_content_is_html_with_a_summary_and_the_byline():
    found = item(FULL)
    assert found["content_html"] == FULL.html
    assert found["summary"] == FULL.excerpt
    assert found["authors"] == [{"name": "Mira Tolvane"}]
    assert found["_syndicate"]["version"] == 1
    assert "content_text" not in found


def test_without_an_excerpt_there_is_no_summary():
    assert "summary" not in item(BARE)


def test_a_picture_without_a_word_has_its_title_for_content():
    assert item(WORDLESS)["content_text"] == WORDLESS.title


def test_a_minor_edit_moves_only_the_time_of_editing():
    found = item(MINOR)
    assert found["date_modified"] == "2026-03-02T11:00:00+00:00"
    assert found["_syndicate"]["edited"] == "2026-03-02T12:00:00+00:00"


@pytest.mark.parametrize("entry", [PUBLIC_CORRECTION, FULL_CORRECTION], ids=["public", "full"])
def test_a_correction_has_the_tag_of_the_signal(entry):
    found = item(entry)
    assert "sig:correction" in found["tags"]
    assert found["_syndicate"]["correction"] is True


def test_what_is_not_corrected_says_nothing_of_it():
    assert "correction" not in item(FULL)["_syndicate"]


def test_tags_are_words_and_the_extension_has_the_codes():
    found = item(EXCERPT)
    assert found["tags"] == ["economy, business and finance", "20000373", "Grain", "harvest"]
    assert found["_syndicate"]["subjects"] == [subject.code for subject in EXCERPT.subjects]


@pytest.mark.parametrize(("notice", "status"), [(HOLD, "withheld"), (KILL, "canceled"), (SLIP, "canceled")])
def test_a_notice_has_constant_words_and_its_status(notice, status):
    found = item(notice)
    assert (found["title"], found["content_text"]) == (notice.title, notice.excerpt)
    assert found["_syndicate"]["status"] == status
    assert found["_syndicate"]["level"] == "notice"
    assert "tags" not in found


def test_a_story_is_usable():
    assert item(EXCERPT)["_syndicate"]["status"] == "usable"


def test_killed_stories_are_listed_as_deleted_but_not_the_slips_beside_them():
    found = document(SLIP, KILL, FULL, head=PRIVATE)
    assert found["_syndicate"]["deleted"] == [{"id": KILL.id, "when": "2026-03-02T12:00:00+00:00"}]


def test_a_substitute_names_what_it_replaces():
    assert item(SUBSTITUTE)["_syndicate"]["replaces"] == KILL.id


def test_a_press_release_says_what_it_is_and_its_own_terms():
    extension = item(PRESS_RELEASE)["_syndicate"]
    assert (extension["kind"], extension["rights"]) == ("press-release", PRESS_RELEASE.rights)


def test_renditions_are_attachments():
    first, second, _ = item(PICTURES)["attachments"]
    assert first["url"] == "https://wire.example/p/1.jpg?a=1&b=2"
    assert (first["mime_type"], first["size_in_bytes"]) == ("image/jpeg", 34567)
    assert "size_in_bytes" not in second


def test_a_rendition_of_a_type_that_reads_as_none_is_unknown_bytes():
    assert item(ODD_PICTURES)["attachments"][0]["mime_type"] == "application/octet-stream"


def test_an_item_names_its_language():
    assert item(RUSSIAN)["language"] == "ru"


def test_the_feed_carries_the_notice_and_where_the_extension_is_explained():
    found = document()
    assert found["_syndicate"] == {"about": "https://wire.example/docs/", "rights": NOTICE}
    assert found["authors"] == [{"name": "Meridian Wire"}]
    assert found["items"] == []
