"""Changes: who follows them has, at every moment, exactly what the gate gives him, and knows what happened."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from syndicate.bootstrap import take_up_feeds
from syndicate.core.model import Level
from syndicate.service import contracts, desk, refusals
from syndicate.service.announcing import settle
from tests.follower import Follower, digest
from tests.newsroom import BY, TEXT, Newsroom


def follower(newsroom: Newsroom, *feeds: str, **terms: object) -> Follower:
    return Follower(newsroom, newsroom.subscriber(*feeds, kind="api", **terms))


def kinds(told: list[dict[str, object]]) -> list[object]:
    return [each["change"] for each in told]


def test_the_state_is_all_that_he_may_have_and_the_digest_of_each_document(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    partner = follower(newsroom)
    for uri in ("a", "b", "c"):
        newsroom.send(uri)
    newsroom.kill("b")
    newsroom.send("early", embargoed=newsroom.clock.now + timedelta(hours=1))
    _, page = partner.ask()
    assert {line["key"] for line in page["items"]} == {newsroom.key("a"), newsroom.key("c")}
    for line in page["items"]:
        document = newsroom.text(f"/private/items/{line['key']}.json", partner.token)
        assert line["sha256"] == digest(document.encode())
        assert (line["status"], line["version"], line["feeds"]) == ("usable", 1, ["all"])
        assert line["href"].endswith(f"/private/items/{line['key']}.json")
    assert not page["more"]


def test_each_turn_of_a_story_is_told(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    partner = follower(newsroom)
    assert partner.follow() == []
    signal = [{"uri": "http://cv.iptc.org/newscodes/signal/correction"}]
    turns: list[tuple[str, Callable[[], object]]] = [
        ("new", lambda: newsroom.send()),
        ("update", lambda: newsroom.send(version=2, headline="Another headline")),
        ("correction", lambda: newsroom.send(version=3, headline="A better one", genres=signal)),
        ("minor", lambda: newsroom.send(version=4, headline="A better one", urgency=2)),
        ("hold", lambda: newsroom.hold()),
        ("release", lambda: newsroom.release()),
        ("kill", lambda: newsroom.kill()),
    ]
    for change, turn in turns:
        turn()
        assert kinds(partner.follow()) == [change]
    assert partner.archive == {}


def test_an_expiry_is_told_and_a_return_is_new(newsroom: Newsroom) -> None:
    partner = follower(newsroom)
    newsroom.send(expires=newsroom.clock.now + timedelta(hours=1))
    assert kinds(partner.follow()) == []  # in the state that he began with
    assert len(partner.archive) == 1
    newsroom.clock.advance(hours=2)
    assert kinds(partner.follow()) == ["expire"]
    assert partner.archive == {}
    newsroom.send(version=2)
    assert kinds(partner.follow()) == ["new"]


def test_an_item_that_leaves_one_feed_stays_in_the_other(newsroom: Newsroom) -> None:
    partner = follower(newsroom, "all", "economy")
    partner.follow()
    newsroom.send()
    assert sorted(each["feed"] for each in partner.follow()) == ["all", "economy"]
    newsroom.send(version=2, subjects=[{"uri": "http://cv.iptc.org/newscodes/mediatopic/15000000"}])
    assert {each["feed"]: each["change"] for each in partner.follow()} == {"all": "minor", "economy": "leave"}
    assert len(partner.archive) == 1


def test_an_embargo_right_learns_early_and_of_the_lift(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    early, later = follower(newsroom, has_embargo_right=True), follower(newsroom)
    early.follow(), later.follow()
    newsroom.send(embargoed=newsroom.clock.now + timedelta(hours=1))
    assert (kinds(early.follow()), kinds(later.follow())) == (["new"], [])
    (document,) = early.archive.values()
    assert "embargoedUntil" in json.loads(document)
    newsroom.clock.advance(hours=2)
    assert (kinds(early.follow()), kinds(later.follow())) == (["lift"], ["new"])
    (document,) = early.archive.values()
    assert "embargoedUntil" not in json.loads(document)


def test_what_happened_during_a_partners_embargo_is_told_by_nobody_else(newsroom: Newsroom) -> None:
    partner = follower(newsroom)
    newsroom.send("seen")
    partner.follow()
    before = partner.cursor
    newsroom.send("unseen", embargoed=newsroom.clock.now + timedelta(hours=1))
    newsroom.send("unseen", version=2, embargoed=newsroom.clock.now + timedelta(hours=1))
    newsroom.kill("unseen")
    assert partner.follow() == []
    assert partner.cursor == before
    fresh = Follower(newsroom, partner.token)
    fresh.begin()
    assert fresh.cursor == before, "a cursor counts what its owner may not see"


def test_an_excerpt_level_is_not_told_of_a_change_further_down(newsroom: Newsroom) -> None:
    full, excerpt = follower(newsroom), follower(newsroom, level=Level.EXCERPT)
    newsroom.send()
    full.follow(), excerpt.follow()
    cursor = excerpt.cursor
    newsroom.send(version=2, text=TEXT + "One sentence more at the end.")
    assert (kinds(full.follow()), kinds(excerpt.follow())) == (["update"], [])
    assert excerpt.cursor == cursor


def test_a_text_too_old_for_the_archive_is_gone_or_an_excerpt(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    month, secret = follower(newsroom, archive_days=30), follower(newsroom, "secret", archive_days=30)
    newsroom.send()
    month.follow(), secret.follow()
    newsroom.clock.advance(days=30)
    assert (month.follow(), secret.follow()) == ([], [])
    newsroom.clock.advance(microseconds=1)
    assert kinds(month.follow()) == ["update"]
    assert kinds(secret.follow()) == ["update"]  # the public level of another feed still shows
    assert month.archive == month.rightful(["story"]) != {}


def test_what_was_given_is_owed_until_it_is_acknowledged(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    partner = follower(newsroom)
    partner.acknowledges = False
    newsroom.send("given")
    partner.follow()
    newsroom.send("not given")
    for uri in ("given", "not given"):
        newsroom.kill(uri)
    newsroom.clock.advance(days=20)  # the notices have left the feeds
    _, page = partner.ask()
    assert [(line["key"], line["status"]) for line in page["items"]] == [(newsroom.key("given"), "canceled")]
    account = json.loads(newsroom.text("/private/account", partner.token))
    assert [each["key"] for each in account["open"]] == [newsroom.key("given")]
    partner.acknowledges = True
    partner.begin()
    _, page = partner.ask()
    assert page["items"] == []
    assert json.loads(newsroom.text("/private/account", partner.token))["open"] == []


def test_a_hold_that_comes_again_is_owed_again(newsroom: Newsroom) -> None:
    partner = follower(newsroom)
    newsroom.send()
    partner.follow()
    for change in ("hold", "release", "hold"):
        getattr(newsroom, change)()
        assert kinds(partner.follow()) == [change]
    newsroom.release()
    newsroom.hold()
    _, page = Follower(newsroom, partner.token).ask()
    assert [line["status"] for line in page["items"]] == ["withheld"]


def test_a_company_whose_licence_has_ended_learns_of_kills_of_what_it_holds(newsroom: Newsroom) -> None:
    ends_at = newsroom.clock.now + timedelta(days=1)
    partner = follower(newsroom, ends_at=ends_at)
    newsroom.send("held by him")
    partner.follow()
    newsroom.clock.now = ends_at
    newsroom.send("after")
    assert partner.follow() == []
    assert partner.resyncs == 1
    newsroom.kill("held by him")
    newsroom.kill("after")
    assert [(each["key"], each["change"]) for each in partner.follow()] == [
        (newsroom.key("held by him"), "kill")
    ]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a licence more", lambda room, token: room.licence("company-0", ("economy",))),
        (
            "a feed edit",
            lambda room, token: (room.folder / "feeds" / "all.toml").write_text(
                'title = "All"\ndescription = "Less"\n[[select]]\nurgency = [1]\n'
            ),
        ),
    ],
)
def test_other_rights_begin_again(newsroom: Newsroom, why: str, change: Callable[..., object]) -> None:
    partner = follower(newsroom)
    newsroom.send()
    partner.follow()
    change(newsroom, partner.token)
    take_up_feeds(newsroom.agency)
    partner.follow()
    assert partner.resyncs == 1
    assert partner.archive == (partner.rightful(["story"]) if "licence" in why else {})


@pytest.mark.parametrize(
    "terms", [{"level": Level.EXCERPT}, {"archive_days": 3}], ids=["excerpts", "archive"]
)
@pytest.mark.parametrize("public", ["headline", "nothing"])
def test_a_feed_of_others_that_gave_him_more_is_his_affair_too(
    newsroom: Newsroom, terms: dict[str, Any], public: str
) -> None:
    """By key he has the most that any feed gives: when that feed gives less, his archive is not right any more."""
    file = newsroom.folder / "feeds" / "open.toml"
    file.write_text('title = "Open"\ndescription = "To all"\npublic = "full"\n')
    take_up_feeds(newsroom.agency)
    partner = follower(newsroom, **terms)
    newsroom.send()
    newsroom.clock.advance(days=5)
    partner.follow()
    file.write_text(f'title = "Open"\ndescription = "To all"\npublic = "{public}"\n')
    take_up_feeds(newsroom.agency)
    partner.follow()
    assert partner.resyncs == 1
    assert partner.archive == partner.rightful(["story"])


def test_a_feed_of_others_that_gives_him_nothing_is_none_of_his_affair(newsroom: Newsroom) -> None:
    partner = follower(newsroom)
    newsroom.send()
    partner.follow()
    (newsroom.folder / "feeds" / "economy.toml").write_text('title = "Economy"\ndescription = "Other"\n')
    take_up_feeds(newsroom.agency)
    assert partner.follow() == []
    assert partner.resyncs == 0


@pytest.mark.parametrize(
    "cursor", ["", "x", "a.b.c", "{era}.b.c", "{era}.{rights}.0123456789abcdef", "{all}.no"]
)
def test_a_cursor_that_is_none_is_told_to_begin_again(newsroom: Newsroom, cursor: str) -> None:
    partner = follower(newsroom)
    newsroom.send()
    partner.follow()
    assert partner.cursor
    era, rights, _ = partner.cursor.split(".")
    status, problem = partner.ask(since=cursor.format(era=era, rights=rights, all=partner.cursor))
    assert (status, problem["reason"]) == (409, "resync")


def test_a_cursor_is_good_for_thirty_days(newsroom: Newsroom) -> None:
    partner = follower(newsroom)
    partner.follow()
    newsroom.clock.advance(days=29)
    assert partner.ask(since=partner.cursor)[0] == 200
    newsroom.clock.advance(days=3)
    assert partner.ask(since=partner.cursor)[0] == 409


@pytest.mark.parametrize("ending", ["kill", "expiry"])
def test_when_a_story_is_gone_an_excerpt_partner_learns_nothing_of_what_changed_further_down(
    newsroom: Newsroom, ending: str
) -> None:
    partner = follower(newsroom, level=Level.EXCERPT)
    expires = {"expires": newsroom.clock.now + timedelta(days=1)} if ending == "expiry" else {}
    newsroom.send(text=f"<p>{TEXT}</p>", **expires)
    partner.follow()
    for version in (2, 3, 4):
        newsroom.send(version=version, text=f"<p>{TEXT}</p><p>Version {version}.</p>", **expires)
    if ending == "kill":
        newsroom.kill()
    newsroom.clock.advance(days=20)
    assert kinds(partner.follow()) == ["kill" if ending == "kill" else "expire"]


def test_a_cursor_of_a_day_to_come_is_none_of_ours(newsroom: Newsroom) -> None:
    partner = follower(newsroom)
    partner.follow()
    era, rights, _ = str(partner.cursor).split(".")
    assert partner.ask(since=f"{era}.{rights}.0-999999999")[0] == 409


def test_what_somebody_without_a_good_token_says_is_not_read(newsroom: Newsroom) -> None:
    """A body of brackets makes a reader of JSON work for its sender."""
    newsroom.send()
    path, deep = f"/private/items/{newsroom.key()}/ack", b"[" * 60_000
    assert newsroom.client.post(path, data=deep).status_code == 401
    assert newsroom.client.post(path, data=b"[" * 1_000_000).status_code == 413
    shown = {"Authorization": f"Bearer {newsroom.subscriber(kind='api')}"}
    assert newsroom.client.post(path, data=deep, headers=shown).status_code == 422


def test_readers_tokens_are_not_for_programs(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    answer = newsroom.get("/private/changes", token)
    assert (answer.status_code, json.loads(answer.get_data())["reason"]) == (403, "not-an-api-token")
    assert newsroom.get("/private/changes").status_code == 401


@pytest.mark.parametrize("body", [b"", b"{}", b'{"status": "kept"}', b"[1"])
def test_an_acknowledgement_says_removed(newsroom: Newsroom, body: bytes) -> None:
    partner = follower(newsroom)
    newsroom.send()
    partner.follow()
    newsroom.kill()
    answer = newsroom.client.post(
        f"/private/items/{newsroom.key()}/ack",
        data=body,
        headers={"Authorization": f"Bearer {partner.token}"},
    )
    assert answer.status_code == 422


def test_nobody_acknowledges_what_he_was_not_given(newsroom: Newsroom) -> None:
    partner, other = follower(newsroom), follower(newsroom)
    newsroom.send()
    partner.follow()
    newsroom.kill()
    for token, expected in ((other.token, 404), (partner.token, 200)):
        answer = newsroom.client.post(
            f"/private/items/{newsroom.key()}/ack",
            json={"status": "removed"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == expected


def test_a_substitute_is_told_anew_when_what_it_replaces_is_first_seen(newsroom: Newsroom) -> None:
    early, later = follower(newsroom, has_embargo_right=True), follower(newsroom)
    newsroom.send("old", embargoed=newsroom.clock.now + timedelta(hours=1))
    old = [{"rel": "http://purl.org/dc/terms/replaces", "uri": "old"}]
    newsroom.send("substitute", associations=old)
    early.follow(), later.follow()
    newsroom.clock.advance(hours=2)
    assert ("minor", newsroom.key("substitute")) in [(each["change"], each["key"]) for each in later.follow()]
    for each in (early, later):
        each.follow()
        assert each.archive == each.rightful(["old", "substitute"])


def test_the_state_comes_in_pages_and_misses_nothing_meanwhile(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.service.changes.PAGE", 3)
    partner = follower(newsroom)
    uris = [f"story-{number}" for number in range(10)]
    for uri in uris:
        newsroom.send(uri)
    _, page = partner.ask()
    assert (len(page["items"]), page["more"]) == (3, True)
    newsroom.kill(page["items"][0]["key"] and uris[0])
    newsroom.send(uris[5], version=2, headline="Changed meanwhile")
    partner.follow()
    assert partner.archive == partner.rightful(uris)


# A long day


def _random_message(newsroom: Newsroom, chance: random.Random, uris: list[str]) -> dict[str, object]:
    soon = newsroom.clock.now + timedelta(minutes=chance.randint(1, 90))
    maybe: list[tuple[float, str, object]] = [
        (0.3, "embargoed", soon),
        (0.2, "expires", soon + timedelta(minutes=30)),
        (0.2, "genres", [{"uri": "http://cv.iptc.org/newscodes/signal/correction"}]),
        (0.2, "subjects", []),
        (0.1, "pubStatus", "withheld"),
        (0.3, "text", TEXT + f"Sentence {chance.randint(1, 3)} at the end."),
        (0.2, "associations", [{"rel": "http://purl.org/dc/terms/replaces", "uri": chance.choice(uris)}]),
    ]
    fields = {name: value for share, name, value in maybe if chance.random() < share}
    return {"headline": f"Headline {chance.randint(1, 3)}"} | fields


def _random_edit(newsroom: Newsroom, chance: random.Random) -> None:
    head = 'title = "Economy"\ndescription = "Money"\n[[select]]\nsubject = ["medtop:04000000"]\n'
    narrower = chance.choice(["", "[except]\nlanguage = ['xx']\n"])
    (newsroom.folder / "feeds" / "economy.toml").write_text(head + narrower)
    take_up_feeds(newsroom.agency)


def _random_act(newsroom: Newsroom, chance: random.Random, uris: list[str]) -> None:
    uri = chance.choice(uris)
    act = chance.choice(["send"] * 8 + ["hold", "release", "kill", "advance", "advance", "settle", "feed"])
    if act == "send":
        newsroom.send(uri, chance.randint(1, 1000), **_random_message(newsroom, chance, uris))
    elif act == "advance":
        newsroom.clock.advance(minutes=chance.randint(1, 60))
    elif act == "settle":
        settle(newsroom.agency)
    elif act == "feed":
        if chance.random() < 0.2:
            _random_edit(newsroom, chance)
    elif act != "kill" or chance.random() < 0.3:
        with suppress(refusals.Refused):
            getattr(newsroom, act)(uri)


@pytest.mark.parametrize("seed", range(6))
def test_who_follows_has_always_what_the_gate_gives_him(newsroom: Newsroom, seed: int) -> None:
    chance = random.Random(seed)
    uris = [f"story-{number}" for number in range(8)]
    partners = [
        follower(newsroom, "economy"),
        follower(newsroom, "all", "economy", has_embargo_right=True),
        follower(newsroom, "all", level=Level.EXCERPT),
        follower(newsroom, "secret", level=Level.HEADLINE),
        follower(newsroom, "all", "secret", archive_days=1),
    ]
    for step in range(120):
        _random_act(newsroom, chance, uris)
        for partner in partners:
            if chance.random() < 0.25:
                partner.follow()
        if step % 20 == 19:
            newsroom.clock.advance(hours=chance.randint(0, 20))
            for partner in partners:
                partner.follow()
                state = Follower(newsroom, partner.token)
                state.begin()
                assert partner.archive == state.archive
    for partner in partners:
        for uri in uris:
            key = newsroom.key(uri)
            answer = newsroom.get(f"/private/items/{key}.json", partner.token)
            if key in partner.archive:
                assert partner.archive[key] == answer.get_data()


def test_the_desk_and_contracts_move_nothing_that_is_not_theirs(newsroom: Newsroom) -> None:
    partner = follower(newsroom)
    newsroom.send()
    partner.follow()
    contracts.add_company(newsroom.agency, "another", "Another", BY)
    assert partner.follow() == []
    assert partner.resyncs == 0
    assert desk.newest(newsroom.agency, 5)[0].state
