"""The life of a story through the service, on both databases: what everybody and a partner have of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from syndicate.bootstrap import take_up_feeds
from syndicate.core.model import Level
from syndicate.core.outcome import Outcome
from syndicate.service import contracts, desk, excerpts, explain, quarantine, worker
from syndicate.service.intake import take
from syndicate.service.refusals import Impossible, Unknown
from syndicate.store import books
from syndicate.store.database import Epoch
from tests.newsroom import BY, SENTENCE, TEXT, Newsroom


def titles(newsroom: Newsroom, token: str | None = None, feed: str = "all") -> list[str]:
    path = f"/private/feeds/{feed}.json" if token else f"/feeds/{feed}.json"
    return [item["title"] for item in json.loads(newsroom.text(path, token))["items"]]


def test_a_story_goes_in_and_an_excerpt_and_the_full_text_come_out(both_newsrooms: Newsroom) -> None:
    token = both_newsrooms.subscriber()
    assert both_newsrooms.send().outcome is Outcome.NEW
    public = both_newsrooms.text("/feeds/all.rss")
    assert SENTENCE.strip() in public
    assert TEXT.strip() not in public
    assert TEXT.strip() in both_newsrooms.text("/private/feeds/all.rss", token)


def test_an_embargo_ends_with_nothing_sent_and_no_worker_alive(both_newsrooms: Newsroom) -> None:
    token = both_newsrooms.subscriber()
    until = both_newsrooms.clock.now + timedelta(hours=1)
    both_newsrooms.send(embargoedUntil=until)
    assert (titles(both_newsrooms), titles(both_newsrooms, token)) == ([], [])
    both_newsrooms.clock.now = until - timedelta(microseconds=1)
    assert (titles(both_newsrooms), titles(both_newsrooms, token)) == ([], [])
    both_newsrooms.clock.now = until
    assert len(titles(both_newsrooms)) == len(titles(both_newsrooms, token)) == 1


def test_a_partner_with_the_right_reads_it_early_by_key_alone(newsroom: Newsroom) -> None:
    early = newsroom.subscriber(has_embargo_right=True)
    plain = newsroom.subscriber()
    newsroom.send(embargoedUntil=newsroom.clock.now + timedelta(hours=1))
    path = f"/private/items/{newsroom.key()}.json"
    assert newsroom.get(path, early).json["embargoedUntil"].startswith("2026-03-18T10:00:00")
    assert newsroom.get(path, plain).status_code == 404
    assert titles(newsroom, early) == []


def test_a_kill_replaces_the_story_everywhere_and_its_page_is_gone(both_newsrooms: Newsroom) -> None:
    token = both_newsrooms.subscriber()
    both_newsrooms.send(slugline="HARBOUR")
    both_newsrooms.kill()
    key = both_newsrooms.key()
    assert titles(both_newsrooms) == ["Withdrawn"]
    assert titles(both_newsrooms, token) == ["Withdrawn", "Kill: HARBOUR"]
    assert both_newsrooms.get(f"/items/{key}").status_code == 410
    assert both_newsrooms.get(f"/private/items/{key}.json", token).status_code == 410
    both_newsrooms.clock.advance(days=14)
    assert titles(both_newsrooms) == titles(both_newsrooms, token) == []
    assert both_newsrooms.get(f"/items/{key}").status_code == 410
    assert both_newsrooms.get(f"/private/items/{key}", token).status_code == 410


def test_a_hold_of_the_desk_is_opened_by_the_desk_alone(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    newsroom.hold()
    assert (titles(newsroom), titles(newsroom, token)) == ([], ["Hold: do not use"])
    newsroom.send(version=2, headline="Another headline")
    assert titles(newsroom) == []
    newsroom.release()
    assert titles(newsroom) == titles(newsroom, token) == ["Another headline"]


def test_a_date_far_ahead_does_not_shut_out_what_comes_later(newsroom: Newsroom) -> None:
    source = newsroom.agency.settings.source("stringer")
    for headline, created in (
        ("Wrong clock", "2999-01-01T00:00:00Z"),
        ("Right clock", "2026-03-18T09:05:00Z"),
    ):
        newsroom.clock.advance(minutes=5)
        body = {"uri": "s", "headlines": [{"value": headline}], "versionCreated": created, "type": "text"}
        take(newsroom.agency, json.dumps(body).encode(), source)
    assert titles(newsroom) == ["Right clock"]


def test_a_story_of_a_source_without_the_right_to_kill_is_held(newsroom: Newsroom) -> None:
    source = newsroom.agency.settings.source("stringer")
    for status in ("usable", "canceled"):
        newsroom.clock.advance(seconds=1)
        body = {"uri": "s", "headlines": [{"value": "H"}], "pubStatus": status, "type": "text"}
        (taken,) = take(newsroom.agency, json.dumps(body).encode(), source)
    assert taken.outcome is Outcome.HOLD
    assert titles(newsroom, newsroom.subscriber()) == ["Hold: do not use"]


def test_what_cannot_be_done_is_refused_in_words(newsroom: Newsroom) -> None:
    newsroom.send()
    with pytest.raises(Impossible, match="nothing to release"):
        desk.release(newsroom.agency, newsroom.key(), BY)
    newsroom.hold()
    with pytest.raises(Impossible, match="on hold already"):
        desk.hold(newsroom.agency, newsroom.key(), BY)
    newsroom.kill()
    with pytest.raises(Impossible, match="cannot be undone"):
        desk.kill(newsroom.agency, newsroom.key(), BY)
    with pytest.raises(Unknown, match="no item 'nothing'"):
        desk.kill(newsroom.agency, "nothing", BY)


def test_every_act_leaves_an_audit_row(newsroom: Newsroom) -> None:
    newsroom.send()
    newsroom.hold()
    newsroom.release()
    newsroom.kill()
    with newsroom.agency.database.snapshot() as connection:
        rows = books.list_audit(connection, newsroom.key())
    assert [(row.verb, row.who, row.reason) for row in rows] == [
        (f"item {deed}", BY.who, BY.reason) for deed in ("hold", "release", "kill")
    ]


def test_times_of_receipt_increase_even_when_the_clock_stands_or_goes_back(newsroom: Newsroom) -> None:
    newsroom.send("a")
    newsroom.clock.advance(hours=-5)
    newsroom.send("b")
    newsroom.clock.advance(seconds=-1)
    newsroom.send("c")
    times = [desk.chart(newsroom.agency, newsroom.key(uri)).facts[0].received_at for uri in "abc"]
    assert times == sorted(set(times))


def test_a_clock_set_back_does_not_hide_what_was_shown(newsroom: Newsroom) -> None:
    until = newsroom.clock.now + timedelta(hours=1)
    newsroom.send(embargoedUntil=until)
    newsroom.clock.now = until
    worker.settle(newsroom.agency)
    newsroom.clock.advance(hours=-1)
    assert len(titles(newsroom)) == 1


def test_a_changed_feed_file_counts_when_it_is_committed(both_newsrooms: Newsroom) -> None:
    token = both_newsrooms.subscriber("economy")
    both_newsrooms.send()
    path = both_newsrooms.folder / "feeds" / "economy.toml"
    assert len(titles(both_newsrooms, token, "economy")) == 1
    path.write_text(path.read_text().replace("04000000", "15000000"))
    assert len(titles(both_newsrooms, token, "economy")) == 1
    both_newsrooms.clock.advance(seconds=1)
    assert take_up_feeds(both_newsrooms.agency) == (["economy"], ())
    assert titles(both_newsrooms, token, "economy") == []


def test_a_broken_feed_file_leaves_the_last_good_state(newsroom: Newsroom) -> None:
    newsroom.send()
    (newsroom.folder / "feeds" / "economy.toml").write_text("title = 3")
    changed, problems = take_up_feeds(newsroom.agency)
    assert changed == []
    assert "economy.toml" in problems[0]
    assert len(titles(newsroom, feed="economy")) == 1


def test_a_removed_feed_is_gone_and_a_renamed_one_leads_on(newsroom: Newsroom) -> None:
    token = newsroom.subscriber("all", "economy")
    newsroom.send()
    old = newsroom.folder / "feeds" / "economy.toml"
    text = old.read_text()
    old.unlink()
    take_up_feeds(newsroom.agency)
    assert newsroom.get("/feeds/economy.rss").status_code == 410
    newsroom.clock.advance(seconds=1)
    (newsroom.folder / "feeds" / "money.toml").write_text(f'aliases = ["economy"]\n{text}')
    take_up_feeds(newsroom.agency)
    moved = newsroom.get("/feeds/economy.rss")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/feeds/money.rss")
    old_name, new_name = (
        newsroom.text(f"/private/feeds/{name}.rss", token, "path") for name in ("economy", "money")
    )
    assert old_name == new_name, "nothing under /private/ redirects, and a licence follows its feed"


def test_a_killed_item_stays_gone_for_partners_when_its_feed_is_renamed(newsroom: Newsroom) -> None:
    token = newsroom.subscriber("economy")
    newsroom.send()
    newsroom.kill()
    newsroom.clock.advance(days=14)
    old = newsroom.folder / "feeds" / "economy.toml"
    old.with_name("money.toml").write_text(f'aliases = ["economy"]\n{old.read_text()}')
    old.unlink()
    take_up_feeds(newsroom.agency)
    assert newsroom.get(f"/private/items/{newsroom.key()}", token).status_code == 410


def test_excerpts_under_other_limits_count_as_missing_until_they_are_made_anew(newsroom: Newsroom) -> None:
    newsroom.send()
    before = json.loads(newsroom.text("/feeds/all.json"))["items"][0]
    newsroom.agency.limits = type(newsroom.agency.limits)(words=10)
    fresh = Newsroom(newsroom.folder, newsroom.agency, newsroom.clock)
    assert json.loads(fresh.text("/feeds/all.json"))["items"][0]["_syndicate"]["level"] == "headline"
    newsroom.clock.advance(seconds=1)
    assert excerpts.make_anew(newsroom.agency) == 1
    after = json.loads(fresh.text("/feeds/all.json"))["items"][0]
    assert after["date_modified"] == before["date_modified"]
    assert excerpts.make_anew(newsroom.agency) == 0


def test_a_substitute_links_back_for_those_who_had_seen_the_withdrawn_item(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send("old")
    newsroom.kill("old")
    link = [{"rel": "http://purl.org/dc/terms/replaces", "uri": "old"}]
    newsroom.send("new", headline="The substitute", associations=link)
    old = newsroom.agency.house.id_of(newsroom.key("old"))
    for path, shown in (("/feeds/all.json", None), ("/private/feeds/all.json", token)):
        items = json.loads(newsroom.text(path, shown))["items"]
        assert [item["_syndicate"].get("replaces") for item in items if "substitute" in item["title"]] == [
            old
        ]


def test_notices_stay_due_when_a_feed_is_renamed(newsroom: Newsroom) -> None:
    token = newsroom.subscriber("economy")
    for uri in ("killed", "held", "later"):
        newsroom.send(uri, headline=uri)
    newsroom.kill("killed")
    newsroom.hold("held")
    old = newsroom.folder / "feeds" / "economy.toml"
    (newsroom.folder / "feeds" / "money.toml").write_text(f'aliases = ["economy"]\n{old.read_text()}')
    old.unlink()
    newsroom.clock.advance(seconds=1)
    take_up_feeds(newsroom.agency)
    newsroom.kill("later")
    assert titles(newsroom, token, "economy") == titles(newsroom, token, "money")
    assert titles(newsroom, token, "money").count("Withdrawn") == 2
    assert titles(newsroom, token, "money").count("Hold: do not use") == 1
    assert titles(newsroom, feed="money").count("Withdrawn") == 2


def test_an_embargo_is_said_wherever_the_text_is_given_early(newsroom: Newsroom) -> None:
    until = newsroom.clock.now + timedelta(hours=1)
    for level in (Level.EXCERPT, Level.FULL):
        token = newsroom.subscriber(has_embargo_right=True, level=level)
        newsroom.send(embargoedUntil=until)
        path = f"/private/items/{newsroom.key()}"
        assert (
            newsroom.get(f"{path}.json", token).get_json()["embargoedUntil"].startswith("2026-03-18T10:00:00")
        )
        assert "EMBARGOED until 2026-03-18 10:00 UTC" in newsroom.text(f"{path}.txt", token)
        assert "Embargoed until 18 Mar 2026, 10:00" in newsroom.text(path, token)


def test_the_desk_calls_a_story_by_its_newest_version_and_lists_what_changed_last(newsroom: Newsroom) -> None:
    newsroom.send("a", version=3, headline="Three")
    newsroom.send("b", headline="Another")
    newsroom.send("a", version=2, headline="Late", embargoedUntil=newsroom.clock.now + timedelta(days=1))
    newsroom.kill("b")
    lines = desk.newest(newsroom.agency, 10)
    assert [(line.headline, line.state) for line in lines] == [("Another", "killed"), ("Three", "usable")]


def test_a_licence_ends_once_and_not_later_than_agreed(newsroom: Newsroom) -> None:
    newsroom.company()
    id = newsroom.licence(ends_at=newsroom.clock.now + timedelta(days=9))
    with pytest.raises(Impossible, match="already"):
        contracts.end_licence(newsroom.agency, id, newsroom.clock.now + timedelta(days=10), BY)
    contracts.end_licence(newsroom.agency, id, None, BY)
    newsroom.clock.advance(days=1)
    with pytest.raises(Impossible, match="already"):
        contracts.end_licence(newsroom.agency, id, None, BY)


def test_the_last_use_of_an_old_secret_is_shown(newsroom: Newsroom) -> None:
    old = newsroom.subscriber()
    id = newsroom.names[old]
    contracts.rotate_token(newsroom.agency, id, timedelta(days=7), BY)
    assert contracts.token_named(newsroom.agency, id).old_used_at is None
    newsroom.text("/private/feeds/all.rss", old)
    assert contracts.token_named(newsroom.agency, id).old_used_at is not None


def test_a_token_that_was_revoked_for_good_stays_so(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    for is_final in (True, False):
        contracts.revoke_token(newsroom.agency, newsroom.names[token], is_final, BY)
    assert newsroom.get("/private/feeds/all.rss", token, "path").status_code == 410


def test_explain_knows_of_suspension_and_of_the_end_of_a_licence(newsroom: Newsroom) -> None:
    newsroom.company()
    ends_at = newsroom.clock.now + timedelta(days=9)
    newsroom.licence(ends_at=ends_at)
    newsroom.send()
    answer = explain.explain(newsroom.agency, newsroom.key(), "herald", "all", None)
    assert (answer.decision.level, answer.changes_at) == (Level.FULL, ends_at)
    contracts.suspend(newsroom.agency, "herald", BY)
    answer = explain.explain(newsroom.agency, newsroom.key(), "herald", "all", None)
    assert (answer.decision.level, answer.decision.rule) == (Level.NOTHING, "the company is suspended")


def test_each_refused_item_of_a_message_lies_in_quarantine_and_its_bytes_for_a_time(
    newsroom: Newsroom,
) -> None:
    items = [{"uri": uri, "headlines": [{"value": "H"}], "version": "x", "type": "text"} for uri in "ab"]
    body = json.dumps(items).encode()
    taken = take(newsroom.agency, body, newsroom.agency.settings.source("desk"))
    assert [each.reason for each in taken] == ["bad-version", "bad-version"]
    lying = quarantine.lying(newsroom.agency)
    assert [each.uri for each in lying] == ["a", "b"]
    quarantine.discard(newsroom.agency, lying[0].id or 0, BY)
    take(newsroom.agency, body, newsroom.agency.settings.source("desk"))
    assert [each.uri for each in quarantine.lying(newsroom.agency)] == ["a", "b"]
    assert quarantine.shown(newsroom.agency, lying[0].id or 0)[1] == body
    with newsroom.agency.database.transaction() as connection:
        books.forget_refused_raw(connection, newsroom.clock.now + timedelta(days=1))
    assert quarantine.shown(newsroom.agency, lying[0].id or 0)[1] == b""


def test_a_busy_wire_does_not_make_a_private_feed_unavailable(newsroom: Newsroom, monkeypatch) -> None:
    """The epoch moves with every message; only an answer that waited for a receipt must be looked at again."""
    token = newsroom.subscriber()
    newsroom.send()
    newsroom.text("/private/feeds/all.rss", token)
    read = newsroom.agency.database.epoch

    def moving() -> Epoch:
        epoch = read()
        moving.calls += 1
        return replace(epoch, n=epoch.n + moving.calls)

    moving.calls = 0
    monkeypatch.setattr(newsroom.agency.database, "epoch", moving)
    assert newsroom.get("/private/feeds/all.rss", token).status_code == 200
