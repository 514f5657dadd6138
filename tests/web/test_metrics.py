"""The figures: who has the key to them, what they tell, and what they never name."""

from __future__ import annotations

import re

import pytest
from structlog.testing import capture_logs

from syndicate.service.watching import metrics
from syndicate.web import measuring
from tests.newsroom import BY, Newsroom

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? [0-9.e+-]+')


@pytest.fixture
def key(both_newsrooms: Newsroom) -> str:
    return metrics.make_key(both_newsrooms.agency, BY)


def figures(newsroom: Newsroom, key: str) -> dict[str, float]:
    """Every figure by its name, read as strictly as a scraper would."""
    answer = newsroom.get("/metrics", key)
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, float] = {}
    families: dict[str, str] = {}
    for line in answer.get_data(as_text=True).splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            families[family] = kind
        elif not line.startswith("# HELP "):
            assert LINE.fullmatch(line), line
            name, _, number = line.rpartition(" ")
            assert name not in found
            assert name.startswith(list(families)[-1]), "a family stands together, below its name"
            found[name] = float(number)
    assert set(families.values()) == {"counter", "gauge", "histogram"}
    return found


def requests(room: str, tier: str, status: str) -> str:
    return f'syndicate_requests_total{{room="{room}",tier="{tier}",status="{status}"}}'


def test_without_a_key_to_them_there_are_no_figures(newsroom: Newsroom) -> None:
    assert newsroom.get("/metrics").status_code == 404
    assert newsroom.get("/metrics", "synd_metrics_guessed").status_code == 404


def test_the_figures_are_for_who_shows_the_key_alone(newsroom: Newsroom) -> None:
    key = metrics.make_key(newsroom.agency, BY)
    for shown, reason in ((None, "no-credential"), ("x", "bad-credential"), (key[:-1], "bad-credential")):
        answer = newsroom.get("/metrics", shown)
        assert (answer.status_code, answer.get_json()["reason"]) == (401, reason)
        assert "syndicate_" not in answer.get_data(as_text=True)
    token = newsroom.subscriber()
    assert newsroom.get("/metrics", token).status_code == 401
    assert newsroom.get("/metrics", key, "basic").status_code == 200
    assert newsroom.get(f"/metrics?key={key}").status_code == 401


def test_a_new_key_ends_the_one_before_and_no_file_holds_either(newsroom: Newsroom) -> None:
    first, second = (metrics.make_key(newsroom.agency, BY) for _ in "ab")
    assert newsroom.get("/metrics", first).status_code == 401
    assert newsroom.get("/metrics", second).status_code == 200
    for path in newsroom.folder.rglob("*"):
        if path.is_file():
            assert second.removeprefix("synd_metrics_").encode() not in path.read_bytes()


def test_the_figures_tell_of_what_was_answered(both_newsrooms: Newsroom, key: str) -> None:
    room = both_newsrooms
    room.send()
    token = room.subscriber()
    before = figures(room, key)
    sizes = [len(room.get("/private/feeds/all.rss", token).get_data()) for _ in range(3)]
    room.get("/private/feeds/all.rss")
    room.get("/nothing")
    after = figures(room, key)

    def more(name: str) -> float:
        return after[name] - before[name]

    assert more(requests("feeds", "private", "2xx")) == 3
    assert more(requests("feeds", "private", "4xx")) == 1
    assert more(requests("other", "public", "4xx")) == 1
    assert more('syndicate_body_bytes_total{room="feeds",tier="private"}') >= sum(sizes)
    assert more("syndicate_repeated_total") == 2
    assert more("syndicate_renderings_total") == 1
    assert more("syndicate_receipts_written_total") == 1
    assert more("syndicate_answer_seconds_count") == 4
    assert after['syndicate_answer_seconds_bucket{le="+Inf"}'] == after["syndicate_answer_seconds_count"]


def test_the_figures_tell_of_what_there_is(both_newsrooms: Newsroom, key: str) -> None:
    room = both_newsrooms
    room.send("a")
    room.send("b")
    room.send("b", 2, headline="Another")
    token = room.subscriber(ends_at=room.clock.now.replace(day=30))
    room.token("company-0", expires_at=room.clock.now.replace(day=19))
    room.get("/private/feeds/all.rss", token)
    room.kill("a")
    room.client.post("/wire/desk", data=b"nonsense")
    told = figures(room, key)
    assert (told["syndicate_items"], told["syndicate_versions"]) == (2, 3)
    assert told["syndicate_owed"] == 1
    assert told['syndicate_tokens{state="good"}'] == 2
    assert told["syndicate_licences_ending"] == 1
    assert told["syndicate_epoch"] == room.agency.database.epoch().n
    assert told["syndicate_settled_lag_seconds"] == 0
    heard = 'syndicate_source_heard_timestamp_seconds{source="desk"}'
    assert told["syndicate_quarantine"] == 0
    assert told[heard] <= room.clock.now.timestamp()
    assert 'syndicate_source_heard_timestamp_seconds{source="stringer"}' not in told
    room.clock.advance(days=2)
    later = figures(room, key)
    assert (later['syndicate_tokens{state="good"}'], later['syndicate_tokens{state="expired"}']) == (1, 1)


def test_an_end_of_an_embargo_that_nobody_announced_is_a_lag(newsroom: Newsroom) -> None:
    key = metrics.make_key(newsroom.agency, BY)
    newsroom.send("later", embargoed=newsroom.clock.now.replace(hour=10))
    newsroom.clock.now = newsroom.clock.now.replace(hour=10, second=30)
    assert figures(newsroom, key)["syndicate_settled_lag_seconds"] == 30


def test_no_figure_names_a_customer_a_token_or_an_item(newsroom: Newsroom) -> None:
    key = metrics.make_key(newsroom.agency, BY)
    newsroom.send()
    token = newsroom.subscriber()
    for how in ("bearer", "path"):
        newsroom.get("/private/feeds/all.rss", token, how)
    text = newsroom.get("/metrics", key).get_data(as_text=True)
    for secret in (token, newsroom.names[token], "company-0", newsroom.key(), "synd_", "Port Averin"):
        assert secret not in text


def test_a_slow_answer_is_logged_by_its_route_and_names_no_token(newsroom: Newsroom, monkeypatch) -> None:
    monkeypatch.setattr(measuring, "SLOW", -1.0)
    token = newsroom.subscriber()
    with capture_logs() as logs:
        newsroom.get("/private/feeds/all.rss", token, "path")
        newsroom.get(f"/nowhere/{token}")
    assert [(line["event"], line["route"]) for line in logs] == [
        ("slow answer", "/private/<token>/feeds/<feed>.<any(rss, atom, json):ext>"),
        ("slow answer", None),
    ]
    assert token not in str(logs)
