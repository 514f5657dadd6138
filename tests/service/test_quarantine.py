"""What was refused is read again as it was sent: its bytes, and what its sender called them."""

from __future__ import annotations

import json

import pytest

from syndicate.service import contracts, intake, quarantine
from syndicate.store import items
from tests.newsroom import BY, Newsroom, ninjs

HEADLINE = "Zażółć gęślą jaźń"
CALLED = "application/json; charset=iso-8859-2"


@pytest.fixture
def refused(both_newsrooms: Newsroom) -> int:
    """The number of a message whose charset only its Content-Type tells, pushed before its source was mended."""
    newsroom = both_newsrooms
    document = ninjs("story", 1, newsroom.clock.now, headline=HEADLINE) | {"version": "one"}
    body = json.dumps(document, ensure_ascii=False).encode("iso-8859-2")
    key = contracts.add_source_key(newsroom.agency, "desk", BY)[1]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": CALLED}
    assert newsroom.client.post("/wire/desk", data=body, headers=headers).status_code == 422
    (lying,) = quarantine.lying(newsroom.agency)
    return lying.id or 0


def mend(newsroom: Newsroom) -> None:
    """Let the desk's versions have no numbers."""
    settings = newsroom.agency.settings
    desk = settings.sources["desk"].model_copy(update={"numbered": False})
    newsroom.agency.settings = settings.model_copy(update={"sources": {**settings.sources, "desk": desk}})


def test_a_message_is_read_again_under_the_content_type_that_it_came_with(
    both_newsrooms: Newsroom, refused: int
) -> None:
    mend(both_newsrooms)
    (taken,) = quarantine.replay(both_newsrooms.agency, refused, BY)
    with both_newsrooms.agency.database.snapshot() as connection:
        assert list(items.headlines_of(connection, taken.key or "").values()) == [HEADLINE]
    assert quarantine.lying(both_newsrooms.agency) == []


def test_a_message_that_is_refused_again_keeps_the_content_type_that_it_came_with(
    both_newsrooms: Newsroom, refused: int
) -> None:
    quarantine.replay(both_newsrooms.agency, refused, BY)
    (lying,) = quarantine.lying(both_newsrooms.agency)
    assert (lying.id, lying.content_type) == (refused, CALLED)


def test_the_same_bytes_under_another_content_type_are_read_again_under_that(
    both_newsrooms: Newsroom, refused: int
) -> None:
    _, raw = quarantine.shown(both_newsrooms.agency, refused)
    desk = both_newsrooms.agency.settings.source("desk")
    intake.take(both_newsrooms.agency, raw, desk, "application/json")
    assert [each.content_type for each in quarantine.lying(both_newsrooms.agency)] == ["application/json"]
