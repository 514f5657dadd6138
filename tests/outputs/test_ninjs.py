"""One item as ninjs 3.1, and that IPTC's schema takes it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from syndicate.core.model import Kind
from syndicate.outputs import ninjs

from .samples import (
    CORPUS,
    ENTRIES,
    EXCERPT,
    FULL,
    FULL_CORRECTION,
    HEADLINE,
    HOLD,
    KILL,
    MINOR,
    NOTICE,
    PICTURES,
    PRESS_RELEASE,
    PUBLIC_CORRECTION,
    SUBSTITUTE,
    WORDLESS,
    entries,
)


def schema_file(name):
    return json.loads((CORPUS / "ninjs_schema" / name).read_text("utf-8"))


GEOJSON = Resource.from_contents(schema_file("GeoJSON.json"))
SCHEMA = Draft202012Validator(
    schema_file("ninjs-schema_3.1.json"),
    registry=Registry().with_resource("https://geojson.org/schema/GeoJSON.json", GEOJSON),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)


def document(entry):
    return json.loads(ninjs.write(entry, NOTICE))


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_the_schema_takes_every_item(entry):
    SCHEMA.validate(document(entry))


@given(entries())
def test_the_schema_takes_whatever_is_in_an_item(entry):
    SCHEMA.validate(document(entry))


@pytest.mark.parametrize("wrong", [{"uri": 1}, {"pubStatus": "killed"}, {"urgency": 0}, {"headline": "x"}])
def test_the_schema_refuses_what_is_wrong(wrong):
    assert not SCHEMA.is_valid(document(FULL) | wrong)


def test_a_full_item_has_every_word():
    found = document(FULL)
    assert found["representationType"] == "full"
    assert found["version"] == "1"
    assert found["bodies"] == [{"role": "main", "contentType": "text/html", "value": FULL.text_html}]
    assert found["headlines"][0]["value"] == FULL.headline
    assert found["descriptions"][0]["value"] == FULL.summary
    assert (found["by"], found["located"], found["slugline"]) == ("Mira Tolvane", "Deresh", "GRAIN-PRICES")


@pytest.mark.parametrize(("entry", "excerpts"), [(EXCERPT, [EXCERPT.excerpt]), (HEADLINE, [])])
def test_a_partial_item_says_so_and_has_no_body(entry, excerpts):
    found = document(entry)
    assert found["representationType"] == "partial"
    assert "bodies" not in found
    assert [each["value"] for each in found.get("descriptions", [])] == excerpts


@pytest.mark.parametrize(("notice", "status"), [(HOLD, "withheld"), (KILL, "canceled")], ids=["hold", "kill"])
def test_a_notice_says_its_status_in_constant_words_and_nothing_else(notice, status):
    found = document(notice)
    assert found["pubStatus"] == status
    assert found["edNote"] == notice.excerpt
    assert [each["value"] for each in found["headlines"]] == [notice.title]
    assert not {"bodies", "descriptions", "subjects", "slugline", "by"} & set(found)


def test_a_minor_edit_is_a_new_version_for_who_has_the_full_text_alone():
    assert document(MINOR)["versionCreated"] == "2026-03-02T12:00:00+00:00"
    assert document(replace(EXCERPT, edited_at=MINOR.edited_at)) == document(EXCERPT)


def test_an_embargo_goes_with_the_item():
    at = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
    assert document(replace(FULL, embargo_at=at))["embargoedUntil"] == "2026-04-01T06:00:00+00:00"
    assert "embargoedUntil" not in document(FULL)


def test_usage_terms_are_the_items_own_else_the_agencys():
    assert document(PRESS_RELEASE)["usageTerms"] == PRESS_RELEASE.rights
    assert document(FULL)["usageTerms"] == NOTICE


def test_a_full_correction_has_its_title_unmarked_and_the_editors_note_apart():
    found = document(FULL_CORRECTION)
    assert found["headlines"][0]["value"] == FULL.headline
    assert found["edNote"] == FULL_CORRECTION.editors_note
    assert found["bodies"][0]["value"] == FULL_CORRECTION.text_html


@pytest.mark.parametrize("entry", [PUBLIC_CORRECTION, FULL_CORRECTION], ids=["public", "full"])
def test_a_correction_is_a_genre_with_the_uri_of_the_signal(entry):
    uris = [genre["uri"] for genre in document(entry)["genres"]]
    assert uris == ["http://cv.iptc.org/newscodes/signal/correction"]


@pytest.mark.parametrize(
    ("kind", "genre"),
    [
        (Kind.PRESS_RELEASE, "Press_Release"),
        (Kind.INTERVIEW, "Interview"),
        (Kind.ADVISORY, "Advisory"),
        (Kind.CALENDAR, "Daybook"),
    ],
)
def test_a_kind_is_a_genre(kind, genre):
    (found,) = document(replace(FULL, kind=kind))["genres"]
    assert found["uri"] == f"http://cv.iptc.org/newscodes/genre/{genre}"


def test_a_picture_is_a_picture_and_a_text_has_no_genre():
    assert document(WORDLESS)["type"] == "picture"
    assert document(FULL)["type"] == "text"
    assert "genres" not in document(FULL)


def test_subjects_have_the_uri_of_their_scheme_where_they_have_one():
    assert document(EXCERPT)["subjects"] == [
        {
            "name": "economy, business and finance",
            "uri": "http://cv.iptc.org/newscodes/mediatopic/04000000",
            "literal": "04000000",
        },
        {"uri": "http://cv.iptc.org/newscodes/mediatopic/20000373", "literal": "20000373"},
        {"name": "Grain", "literal": "GRN"},
        {"name": "harvest", "uri": "https://wire.example/topics/harvest"},
    ]


def test_renditions_keep_type_size_and_caption():
    first, second, _ = document(PICTURES)["renditions"]
    assert first == {
        "name": "rendition-1",
        "href": "https://wire.example/p/1.jpg?a=1&b=2",
        "contentType": "image/jpeg",
        "title": 'The "port" & <quay>',
        "sizeInBytes": 34567,
    }
    assert second["name"] == "rendition-2"


def test_a_substitute_names_what_it_replaces_as_intake_reads_it():
    (found,) = document(SUBSTITUTE)["associations"]
    assert (found["rel"], found["uri"]) == ("http://purl.org/dc/terms/replaces", KILL.id)


def test_the_ticker_headline_is_a_headline_of_that_role():
    found = document(replace(EXCERPT, ticker_headline="Grain up"))["headlines"]
    assert [(each["role"], each["value"]) for each in found] == [
        ("main", EXCERPT.title),
        ("ticker", "Grain up"),
    ]


@given(entries())
def test_the_same_item_gives_the_same_bytes(entry):
    assert ninjs.write(entry, NOTICE) == ninjs.write(replace(entry), NOTICE)
