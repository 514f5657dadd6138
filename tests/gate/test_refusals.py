"""What a refusal looks like, and what is refused for the state of an item or the name of a feed.

Which credential gets which refusal is told in `test_credentials`.
"""

from __future__ import annotations

import base64

import pytest
from werkzeug.test import TestResponse

from syndicate.bootstrap import take_up_feeds
from syndicate.web.errors import STATUS
from tests.gate.world import BY_URI, World
from tests.newsroom import Newsroom

EVERYWHERE = (
    "/private/feeds/all.rss",
    "/private/feeds.opml",
    f"/private/items/{BY_URI['usable'].key}",
    f"/private/items/{BY_URI['usable'].key}.json",
    f"/private/items/{BY_URI['usable'].key}.txt",
    "/private/account",
)


def check(answer: TestResponse, status: int, reason: str) -> None:
    """The answer is this refusal, complete, in whichever form it was asked for."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive, nosnippet"
    assert "Authorization" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    expected = ['Basic realm="Meridian Wire", charset="UTF-8"', 'Bearer realm="Meridian Wire"']
    assert answer.headers.getlist("WWW-Authenticate") == (expected if status == 401 else [])
    if answer.mimetype == "text/html":
        assert f"<code>{reason}</code>" in answer.get_data(as_text=True)
        return
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert {"type", "title", "status", "detail", "reason", "contact"} <= problem.keys()
    assert (problem["status"], problem["reason"]) == (status, reason)
    assert problem["contact"] == "rights@wire.example"


@pytest.mark.parametrize("form", ["bearer", "basic", "path"])
def test_to_browser_and_program_a_refusal_is_the_same_and_names_no_secret(attacked: World, form: str) -> None:
    for reader in attacked.readers.values():
        for path in EVERYWHERE if reader.token else ():
            program, browser = (
                attacked.newsroom.get(path, reader.token, form, Accept=accept)
                for accept in ("*/*", "text/html,application/xhtml+xml;q=0.9")
            )
            if program.status_code < 400:
                continue
            reason = program.get_json()["reason"]
            assert reason in STATUS
            for answer in (program, browser):
                check(answer, program.status_code, reason)
                assert reader.token not in answer.get_data(as_text=True) + str(answer.headers)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_without_a_credential_everything_private_asks_for_one(attacked: World, path: str) -> None:
    check(attacked.newsroom.get(path), 401, "no-credential")


def test_an_item_has_no_address_with_a_token_in_it_whether_the_token_is_good_or_not(attacked: World) -> None:
    path = f"/private/items/{BY_URI['usable'].key}"
    answers = {
        (answer.status_code, answer.get_data())
        for reader in attacked.readers.values()
        for answer in [attacked.newsroom.get(path, reader.token or "none", "path")]
    }
    assert len(answers) == 1


@pytest.mark.parametrize("case", ["expired", "ended"])
def test_for_thirty_days_an_ended_access_says_so_in_the_feed_itself(attacked: World, case: str) -> None:
    answer = attacked.newsroom.get("/private/feeds/all.json", attacked.readers[case].token, "path")
    (entry,) = answer.get_json()["items"]
    assert entry["id"] == "tag:wire.example,2026:ended:all"
    assert entry["title"].startswith("Access ended on 2026-04-1")
    assert "rights@wire.example" in entry["content_text"]


@pytest.mark.parametrize("form", ["bearer", "basic", "path"])
def test_a_feed_that_he_may_not_know_of_is_to_the_byte_an_unknown_one(attacked: World, form: str) -> None:
    full = attacked.readers["full"].token
    secret, unknown = (
        attacked.newsroom.get(f"/private/feeds/{feed}.rss", full, form) for feed in ("secret", "unknown")
    )
    check(secret, 404, "not-found")
    assert (secret.get_data(), secret.headers) == (unknown.get_data(), unknown.headers)


def test_a_secret_feed_opens_to_its_own_partner_alone(attacked: World) -> None:
    secret = "/private/feeds/secret.rss"
    assert attacked.newsroom.get(secret, attacked.readers["insider"].token).status_code == 200
    check(attacked.newsroom.get(secret, attacked.readers["unlicensed"].token), 404, "not-found")
    assert attacked.newsroom.get("/feeds/secret.rss").status_code == 404
    assert attacked.newsroom.get("/feeds/secret/").status_code == 404


@pytest.mark.parametrize(
    ("uri", "public", "partner"),
    [
        ("usable", 200, 200),
        ("press", 200, 200),
        ("advisory", 404, 200),
        ("heldsource", 404, 200),  # as a hold notice
        ("helddesk", 404, 200),
        ("killed", 410, 410),  # to partners as a kill notice
        ("killedfirst", 404, 404),
        ("killedembargo", 404, 404),
        ("heldunseen", 404, 404),
        ("embargoed", 404, 404),
        ("expired", 404, 404),
        ("nowhere", 404, 404),
    ],
)
def test_an_item_by_key_answers_as_its_state_says(
    attacked: World, uri: str, public: int, partner: int
) -> None:
    key, full = BY_URI[uri].key, attacked.readers["full"].token
    assert attacked.newsroom.get(f"/items/{key}").status_code == public
    for ending in ("", ".json", ".txt"):
        assert attacked.newsroom.get(f"/private/items/{key}{ending}", full).status_code == partner


@pytest.mark.parametrize("case", ["forged", "full", "suspended", None])
def test_the_wire_takes_the_key_of_its_source_and_nothing_else(attacked: World, case: str | None) -> None:
    headers = {"Authorization": f"Bearer {attacked.readers[case].token}"} if case else {}
    for source in ("desk", "unknown", "stringer"):
        answer = attacked.newsroom.client.post(f"/wire/{source}", data=b"{}", headers=headers)
        assert (answer.status_code, answer.get_json()["reason"]) == (401, "bad-credential")
    other = {"Authorization": f"Bearer {attacked.readers['sourcekey'].token}"}
    assert attacked.newsroom.client.post("/wire/stringer", data=b"{}", headers=other).status_code == 401


# Paths


@pytest.mark.parametrize("path", ["//private/feeds/all.rss", "//feeds/all.rss", "//readyz", "///", "//"])
def test_a_slash_too_many_before_an_address_is_another_address(attacked: World, path: str) -> None:
    """Proxies and the front judge an address by its beginning; the library would take the slash away."""
    token = attacked.readers["full"].token
    raw = {"PATH_INFO": path, "HTTP_AUTHORIZATION": f"Bearer {token}"}
    assert attacked.newsroom.app.test_client().open("/", environ_overrides=raw).status_code == 404


@pytest.mark.parametrize("path", ["/feeds", "/feeds/all", "/private", "/private/feeds", "/items", "/about/"])
def test_a_path_with_a_slash_too_few_or_too_many_is_another_address(attacked: World, path: str) -> None:
    answer = attacked.newsroom.get(path, Host="evil.example")
    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_a_renamed_feed_that_nobody_is_told_of_stays_unknown(newsroom: Newsroom) -> None:
    """A redirect would name it; its own partner reads on under the old name."""
    newsroom.send()
    rename(newsroom, "secret", "hidden", public="nothing")
    rename(newsroom, "economy", "money", public="excerpt")
    insider = newsroom.subscriber("hidden")
    for path in ("/feeds/secret.rss", "/feeds/secret/"):
        assert newsroom.get(path).status_code == 404
    assert newsroom.get("/feeds/economy.rss").headers["Location"] == "/feeds/money.rss"
    assert newsroom.get("/private/feeds/secret.rss", insider).status_code == 200
    assert newsroom.get("/private/feeds/secret.rss", newsroom.subscriber("all")).status_code == 404


def test_a_removed_feed_is_gone_for_those_alone_who_knew_of_it(newsroom: Newsroom) -> None:
    newsroom.send()
    insider, other = newsroom.subscriber("secret"), newsroom.subscriber("all")
    for feed in ("secret", "economy"):
        (newsroom.folder / "feeds" / f"{feed}.toml").unlink()
    take_up_feeds(newsroom.agency)
    for path in ("/feeds/secret.rss", "/feeds/secret/"):
        assert newsroom.get(path).status_code == 404
    assert newsroom.get("/feeds/economy.rss").status_code == 410
    assert newsroom.get("/private/feeds/secret.rss", insider).status_code == 410
    assert newsroom.get("/private/feeds/secret.rss", other).status_code == 404
    assert newsroom.get("/private/feeds/economy.rss", other).status_code == 410


def rename(newsroom: Newsroom, old: str, new: str, public: str) -> None:
    newsroom.clock.advance(minutes=1)
    (newsroom.folder / "feeds" / f"{old}.toml").unlink()
    text = f'title = "New"\ndescription = "Renamed"\npublic = "{public}"\naliases = ["{old}"]\n'
    (newsroom.folder / "feeds" / f"{new}.toml").write_text(text)
    take_up_feeds(newsroom.agency)


def test_an_ended_token_lists_no_feeds_in_the_path_either(attacked: World) -> None:
    """The polite thirty days are for feeds; a list would name feeds that nobody is told of."""
    for name, status in (("expired", 401), ("ended", 403), ("full", 200)):
        answer = attacked.newsroom.get("/private/feeds.opml", attacked.readers[name].token, "path")
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_credential_in_the_path_stands_alone(attacked: World) -> None:
    good, bad = attacked.readers["full"].token, attacked.readers["forged"].token
    for in_path, in_header, status in ((good, bad, 200), (bad, good, 401), ("x", good, 401)):
        path = f"/private/{in_path}/feeds/all.rss"
        assert attacked.newsroom.get(path, in_header).status_code == status


def test_a_credential_anywhere_else_is_none(attacked: World) -> None:
    token = str(attacked.readers["full"].token)
    for headers in (
        {"Cookie": f"token={token}"},
        {"X-Api-Key": token},
        {"Proxy-Authorization": f"Bearer {token}"},
    ):
        assert attacked.newsroom.get("/private/feeds/all.rss", **headers).status_code == 401
    as_user = base64.b64encode(f"{token}:".encode()).decode()
    assert (
        attacked.newsroom.get("/private/feeds/all.rss", Authorization=f"Basic {as_user}").status_code == 401
    )
