"""A receipt for every text that leaves to a company, and for every notice; none for what does not leave."""

from __future__ import annotations

import pytest

from syndicate.core.model import Level
from syndicate.store.receipts import Receipt, receipts_for
from tests.newsroom import Newsroom


def receipts(newsroom: Newsroom) -> list[Receipt]:
    with newsroom.agency.receipts.transaction() as connection:
        return receipts_for(connection)


def told(newsroom: Newsroom) -> list[tuple[str, str, str]]:
    """Key, what was handed over, and through which channel."""
    return [
        (each.key, "text" if each.level is Level.FULL else each.version, each.channel)
        for each in receipts(newsroom)
    ]


def test_each_text_of_a_feed_has_one_receipt_however_often_it_is_fetched(both_newsrooms: Newsroom) -> None:
    token = both_newsrooms.subscriber()
    both_newsrooms.send("a")
    both_newsrooms.send("b")
    for ext in ("rss", "atom", "json", "rss"):
        both_newsrooms.text(f"/private/feeds/all.{ext}", token)
    assert sorted(told(both_newsrooms)) == sorted(
        (both_newsrooms.key(uri), "text", "feed all") for uri in ("a", "b")
    )
    assert {(each.company, each.token) for each in receipts(both_newsrooms)} == {
        ("company-0", both_newsrooms.names[token])
    }


def test_a_new_version_and_a_notice_have_receipts_of_their_own(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    newsroom.text("/private/feeds/all.rss", token)
    newsroom.send(version=2, headline="Another")
    newsroom.text("/private/feeds/all.rss", token)
    newsroom.kill()
    newsroom.text("/private/feeds/all.rss", token)
    assert [what for _, what, _ in told(newsroom)] == ["text", "text", "kill"]


@pytest.mark.parametrize("ending", ["", ".json", ".txt"])
def test_an_item_by_key_has_a_receipt(newsroom: Newsroom, ending: str) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    newsroom.text(f"/private/items/{newsroom.key()}{ending}", token)
    assert told(newsroom) == [(newsroom.key(), "text", "item")]


def test_nothing_is_signed_for_what_does_not_leave(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    paths = ["/private/feeds/all.rss", f"/private/items/{newsroom.key()}.json"]
    shown = {"Authorization": f"Bearer {token}"}
    tags = [newsroom.client.head(path, headers=shown).headers["ETag"] for path in paths]
    for path, tag in zip(paths, tags, strict=True):
        assert newsroom.get(path, token, If_None_Match=tag).status_code == 304
        assert newsroom.get(path, "synd_wrong").status_code == 401
    assert told(newsroom) == []


def test_an_excerpt_needs_none_and_neither_does_the_public(newsroom: Newsroom) -> None:
    token = newsroom.subscriber(level=Level.EXCERPT)
    newsroom.send()
    newsroom.text("/private/feeds/all.rss", token)
    newsroom.text("/feeds/all.rss")
    newsroom.text(f"/items/{newsroom.key()}")
    assert told(newsroom) == []


def test_without_a_receipt_no_text_leaves(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    monkeypatch.setattr(newsroom.agency.receipts, "transaction", newsroom.agency.database.snapshot)
    answer = newsroom.get("/private/feeds/all.rss", token)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "harbour" not in answer.get_data(as_text=True)
    assert newsroom.get("/feeds/all.rss").status_code == 200
