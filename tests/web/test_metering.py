"""The quota of a token, as a client meets it: headers on answers, 429 when it is used up, 304 free."""

from __future__ import annotations

import re

import pytest

from syndicate.core.model import Level
from syndicate.service import contracts
from syndicate.store.receipts import receipts_for
from tests.newsroom import Newsroom
from tests.web.test_front import settled, watched

FEED = "/private/feeds/all.rss"


@pytest.fixture
def token(newsroom: Newsroom) -> str:
    """A reader's token with a quota of three, and one story for it."""
    newsroom.send()
    newsroom.licence(newsroom.company())
    return newsroom.token(quota=3)


def told(answer) -> tuple[int, str | None, str | None]:
    return answer.status_code, answer.headers.get("RateLimit"), answer.headers.get("RateLimit-Policy")


def test_answers_say_what_is_left_and_the_one_too_many_is_refused(newsroom: Newsroom, token: str) -> None:
    policy = '"minute";q=3;w=60'
    answers = [newsroom.get(FEED, token) for _ in range(4)]
    seconds = 60 - newsroom.clock.now.second
    assert [told(each) for each in answers] == [
        (200, f'"minute";r=2;t={seconds}', policy),
        (200, f'"minute";r=1;t={seconds}', policy),
        (200, f'"minute";r=0;t={seconds}', policy),
        (429, f'"minute";r=0;t={seconds}', policy),
    ]
    refused = answers[-1]
    assert refused.headers["Retry-After"] == str(seconds)
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.get_json()["reason"] == "too-many-requests"
    assert "3 requests a minute" in refused.get_json()["detail"]
    newsroom.clock.advance(seconds=seconds)
    assert newsroom.get(FEED, token).status_code == 200


def test_repeated_answers_count_as_well(newsroom: Newsroom, token: str) -> None:
    settled(newsroom, FEED, token, Accept_Encoding="gzip")
    with watched(newsroom) as asked:
        newsroom.get(FEED, token, Accept_Encoding="gzip")
        third = newsroom.get(FEED, token, Accept_Encoding="gzip")
        assert asked.so_far() == 1
        assert third.headers.get_all("RateLimit") == [f'"minute";r=0;t={60 - newsroom.clock.now.second}']
        assert newsroom.get(FEED, token, Accept_Encoding="gzip").status_code == 429
        assert asked.so_far() == 1


def test_a_304_is_free_and_stays_free_when_nothing_is_left(newsroom: Newsroom, token: str) -> None:
    etag = newsroom.get(FEED, token).headers["ETag"]
    free = [newsroom.get(FEED, token, If_None_Match=etag) for _ in range(5)]
    assert {told(each) for each in free} == {(304, None, None)}
    assert [newsroom.get(FEED, token).status_code for _ in range(3)] == [200, 200, 429]
    assert newsroom.get(FEED, token, If_None_Match=etag).status_code == 304


def test_what_is_new_is_not_free_under_a_condition(newsroom: Newsroom, token: str) -> None:
    etag = newsroom.get(FEED, token).headers["ETag"]
    newsroom.get(FEED, token)
    newsroom.get(FEED, token)
    newsroom.send("another")
    assert told(newsroom.get(FEED, token, If_None_Match=etag))[0] == 429
    assert told(newsroom.get(FEED, token, If_None_Match=etag))[0] == 429


def test_every_way_of_showing_the_token_counts_together(newsroom: Newsroom, token: str) -> None:
    for how in ("bearer", "basic", "path"):
        assert newsroom.get(FEED, token, how).status_code == 200
    for how in ("bearer", "basic", "path"):
        assert newsroom.get(FEED, token, how).status_code == 429


def test_what_is_refused_or_not_there_counts_once_and_a_429_not_at_all(
    newsroom: Newsroom, token: str
) -> None:
    statuses = [newsroom.get(f"/private/feeds/{name}.rss", token).status_code for name in ("x", "economy")]
    assert statuses == [404, 403]
    for _ in range(3):
        left = newsroom.get("/private/account", token).headers["RateLimit"]
        assert re.match(r'"minute";r=0;', left)
    assert newsroom.get("/private/account", token).status_code == 429


def test_who_shows_no_good_token_uses_up_nobodys_quota(newsroom: Newsroom, token: str) -> None:
    forged = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]
    for _ in range(5):
        answer = newsroom.get(FEED, forged)
        assert told(answer) == (401, None, None)
    assert newsroom.get(FEED, token).status_code == 200
    contracts.revoke_token(newsroom.agency, newsroom.names[token], False, contracts.By("desk", "over"))
    for _ in range(5):
        assert told(newsroom.get(FEED, token)) == (401, None, None)


def test_a_token_without_a_quota_of_its_own_has_that_of_the_settings(newsroom: Newsroom, token: str) -> None:
    other, endless = newsroom.token(), newsroom.token(quota=0)
    serve = newsroom.agency.settings.serve.model_copy(update={"requests_per_minute": 1})
    newsroom.agency.settings = newsroom.agency.settings.model_copy(update={"serve": serve})
    assert [newsroom.get(FEED, other).status_code for _ in range(2)] == [200, 429]
    assert {told(newsroom.get(FEED, endless)) for _ in range(3)} == {(200, None, None)}
    assert newsroom.get(FEED, token).status_code == 200


def test_the_account_tells_the_quota_and_its_etag_does_not_move_with_what_is_left(
    newsroom: Newsroom, token: str
) -> None:
    first, second = newsroom.get("/private/account", token), newsroom.get("/private/account", token)
    assert first.get_json()["quota"] == {"requests": 3, "seconds": 60}
    assert first.headers["ETag"] == second.headers["ETag"]
    assert newsroom.get("/private/account", newsroom.token(quota=0)).get_json()["quota"] is None


def test_nothing_that_is_refused_for_its_quota_is_signed_for(newsroom: Newsroom, token: str) -> None:
    for _ in range(3):
        newsroom.client.head(FEED, headers={"Authorization": f"Bearer {token}"})
    assert newsroom.get(FEED, token).status_code == 429
    from syndicate.store.receipts import receipts_for

    with newsroom.agency.receipts.snapshot() as connection:
        assert receipts_for(connection, company="herald") == []


def test_a_quota_is_given_with_the_token_and_shown(newsroom: Newsroom, token: str) -> None:
    row = contracts.token_named(newsroom.agency, newsroom.names[token])
    assert row.quota == 3


def test_a_clock_that_was_set_back_gives_each_minute_its_quota(newsroom: Newsroom, token: str) -> None:
    """Service time stands until the clock has caught up; the minutes of a quota go on."""
    newsroom.clock.advance(hours=2)
    newsroom.send("later")
    newsroom.clock.advance(hours=-2)
    for _ in range(3):
        assert [newsroom.get("/private/feeds/all.rss", token).status_code for _ in range(4)] == [200] * 3 + [
            429
        ]
        newsroom.clock.advance(minutes=1)


def test_a_conditional_request_over_the_quota_is_told_nothing(newsroom: Newsroom, token: str) -> None:
    """Else the kill would count as told, and nobody would telephone."""
    etag = newsroom.get("/private/feeds/all.rss", token).headers["ETag"]
    for _ in range(2):
        newsroom.get("/private/feeds/all.rss", token)
    newsroom.kill()
    assert newsroom.get("/private/feeds/all.rss", token, If_None_Match=etag).status_code == 429
    with newsroom.agency.receipts.transaction() as connection:
        assert Level.NOTICE not in {each.level for each in receipts_for(connection)}
