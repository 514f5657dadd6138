"""A receipt for every text that leaves to a company, and for every notice; none for what does not leave."""

from __future__ import annotations

import json
from itertools import count
from threading import Thread

import pytest

from syndicate.core.model import Level
from syndicate.service import contracts
from syndicate.service.keeping.retention import cut_receipts, oldest_receipt
from syndicate.service.receipts import Counter
from syndicate.store.receipts import Receipt, receipts_for
from tests.newsroom import BY, Newsroom


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


def test_no_other_condition_brings_a_text_out_unsigned(newsroom: Newsroom) -> None:
    """`If-Match` would overrule `If-None-Match` in many a library: then a 200 leaves where a 304 was meant."""
    token = newsroom.subscriber()
    newsroom.send()
    key = newsroom.key()
    shown = {"Authorization": f"Bearer {token}"}
    for path in ("feeds/all.rss", f"items/{key}", f"items/{key}.json", f"items/{key}.txt"):
        tag = newsroom.client.head(f"/private/{path}", headers=shown).headers["ETag"]
        for match in (tag, tag.removeprefix("W/"), "*", '"other"'):
            answer = newsroom.get(f"/private/{path}", token, If_None_Match=tag, If_Match=match)
            assert (answer.status_code, answer.get_data()) == (304, b"")
    assert told(newsroom) == []


def test_to_ask_for_the_head_of_what_is_gone_tells_nothing(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    newsroom.kill()
    path, shown = f"/private/items/{newsroom.key()}.json", {"Authorization": f"Bearer {token}"}
    assert newsroom.client.head(path, headers=shown).status_code == 410
    assert told(newsroom) == []
    assert newsroom.get(path, token, If_None_Match="*").status_code == 410
    assert told(newsroom) == [(newsroom.key(), "kill", "item")]


def test_a_notice_is_signed_for_by_what_tells_it_alone(newsroom: Newsroom) -> None:
    """HEAD and 304 tell nothing: nobody was told of the kill, so the desk must still telephone."""
    reader, api = newsroom.subscriber(), newsroom.subscriber(kind="api")
    newsroom.send()
    for token in (reader, api):
        newsroom.get(f"/private/items/{newsroom.key()}.json", token)
    newsroom.kill()
    before = told(newsroom)
    etag = newsroom.client.head("/private/account", headers={"Authorization": f"Bearer {api}"}).headers[
        "ETag"
    ]
    for path in ("/private/account", "/private/changes", f"/private/items/{newsroom.key()}"):
        newsroom.client.head(path, headers={"Authorization": f"Bearer {api}"})
    assert newsroom.get("/private/account", api, If_None_Match=etag).status_code == 304
    assert told(newsroom) == before
    newsroom.get("/private/account", api)
    assert told(newsroom) == [*before, (newsroom.key(), "kill", "account")]


def test_a_text_that_is_given_again_after_its_receipt_was_let_go_has_another(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    newsroom.text("/private/feeds/all.rss", token)
    newsroom.clock.advance(days=1200)
    now = newsroom.clock.now
    assert cut_receipts(newsroom.agency, oldest_receipt(newsroom.agency, now), now)
    assert told(newsroom) == []
    newsroom.text("/private/feeds/all.rss", token)
    assert told(newsroom) == [(newsroom.key(), "text", "feed all")]


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


def changes(newsroom: Newsroom, token: str, since: str | None = None) -> str:
    """Ask what changed, and give the cursor to go on with."""
    path = "/private/changes" if since is None else f"/private/changes?since={since}"
    return str(json.loads(newsroom.text(path, token))["next"])


def test_a_notice_that_is_told_by_changes_has_a_receipt(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    token = newsroom.subscriber(kind="api")
    newsroom.send()
    newsroom.text(f"/private/items/{newsroom.key()}.json", token)
    cursor = changes(newsroom, token)
    assert told(newsroom) == [(newsroom.key(), "text", "item")]
    newsroom.kill()
    changes(newsroom, token, cursor)
    changes(newsroom, token, cursor)
    assert told(newsroom)[1:] == [(newsroom.key(), "kill", "changes")]


@pytest.mark.parametrize("path", ["/private/changes", "/private/account"])
def test_what_is_owed_after_a_licence_is_told_with_a_receipt(newsroom: Newsroom, path: str) -> None:
    newsroom.company()
    licence = newsroom.licence()
    token = newsroom.token(kind="api")
    newsroom.send()
    newsroom.text(f"/private/items/{newsroom.key()}.json", token)
    contracts.end_licence(newsroom.agency, licence, newsroom.clock.now, BY)
    newsroom.kill()
    newsroom.clock.advance(days=20)
    newsroom.text(path, token)
    assert told(newsroom)[1:] == [(newsroom.key(), "kill", path.rpartition("/")[2])]


def test_each_hold_of_an_item_has_a_receipt_of_its_own(newsroom: Newsroom) -> None:
    token = newsroom.subscriber(kind="api")
    newsroom.send()
    newsroom.text("/private/feeds/all.rss", token)
    for act in (newsroom.hold, newsroom.release, newsroom.hold):
        act()
        newsroom.text("/private/feeds/all.rss", token)
        changes(newsroom, token)
    holds = [what for _, what, _ in told(newsroom) if what.startswith("hold ")]
    assert len(holds) == len(set(holds)) == 2
    assert {channel for _, what, channel in told(newsroom) if what.startswith("hold ")} == {"feed all"}


def test_without_a_receipt_no_notice_is_told(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    token = newsroom.subscriber(kind="api")
    newsroom.send()
    newsroom.text("/private/feeds/all.rss", token)
    newsroom.kill()
    monkeypatch.setattr(newsroom.agency.receipts, "transaction", newsroom.agency.database.snapshot)
    for path in ("/private/changes", "/private/account"):
        assert newsroom.get(path, token).status_code == 503


def test_where_texts_come_faster_than_receipts_are_written_everybody_still_gets_his_answer(
    both_newsrooms: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, signed, numbers = both_newsrooms, Counter.sign, count()
    token = newsroom.subscriber()
    newsroom.send("first")

    def beside(counter: Counter, *how: object) -> bool:
        """Another story is on its way in whenever something is signed for."""
        sender = Thread(target=newsroom.send, args=(f"beside-{next(numbers)}",))
        sender.start()
        has_waited = signed(counter, *how)
        sender.join(2)  # it waits in vain where nobody may commit
        senders.append(sender)
        return has_waited

    senders: list[Thread] = []
    monkeypatch.setattr(Counter, "sign", beside)
    shown = json.loads(newsroom.text("/private/feeds/all.json", token))["items"]
    for sender in senders:
        sender.join()
    signed_for = {each.key for each in receipts(newsroom)}
    assert {each["id"].rpartition(":")[2] for each in shown} <= signed_for
    assert len(shown) == len(senders)
