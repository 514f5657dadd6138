"""Every way to show a credential, good or bad, in every place: the answers of INTERFACE, section 2."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from syndicate.core import tokens
from syndicate.core.tokens import Token, TokenKind
from syndicate.core.webhooks import text_of
from syndicate.service import contracts, quarantine
from syndicate.settings import WebhookSecret, add_webhook, drop_webhook
from tests.newsroom import BY, TEXT, Newsroom
from tests.webhooks import signed as sign

WAYS = ("bearer", "basic", "path")
FORGER = (b"a key of somebody else, 32 bytes!",)


@dataclass(frozen=True)
class Case:
    """How a credential comes to be, and what it gets: in a header, in a path, and by key."""

    make: Callable[[Newsroom], str | None]
    header: tuple[int, str]
    path: tuple[int, str] | None = None  # None: as in a header
    feed: str = "all"
    item: tuple[int, str] | None = None  # None: as in a header


def subscriber(newsroom: Newsroom, **terms: object) -> str:
    return newsroom.subscriber("all", **terms)


def with_token(**terms: object) -> Callable[[Newsroom], str]:
    def make(newsroom: Newsroom) -> str:
        newsroom.company("special")
        newsroom.licence("special")
        return newsroom.token("special", **terms)

    return make


def expired(days: float) -> Callable[[Newsroom], str]:
    def make(newsroom: Newsroom) -> str:
        token = with_token(expires_at=newsroom.clock.now + timedelta(hours=1))(newsroom)
        newsroom.clock.advance(hours=1, days=days)
        return token

    return make


def revoked(is_final: bool) -> Callable[[Newsroom], str]:
    def make(newsroom: Newsroom) -> str:
        token = subscriber(newsroom)
        contracts.revoke_token(newsroom.agency, newsroom.names[token], is_final, BY)
        return token

    return make


def suspended(newsroom: Newsroom) -> str:
    token = subscriber(newsroom)
    contracts.suspend(newsroom.agency, "company-0", BY)
    return token


def resumed(newsroom: Newsroom) -> str:
    token = suspended(newsroom)
    contracts.resume(newsroom.agency, "company-0", BY)
    return token


def ended(days: float) -> Callable[[Newsroom], str]:
    def make(newsroom: Newsroom) -> str:
        token = subscriber(newsroom, ends_at=newsroom.clock.now + timedelta(hours=1))
        newsroom.clock.advance(hours=1, days=days)
        return token

    return make


def not_begun(newsroom: Newsroom) -> str:
    return subscriber(newsroom, begins_at=newsroom.clock.now + timedelta(days=1))


def rotated(days: float) -> Callable[[Newsroom], str]:
    def make(newsroom: Newsroom) -> str:
        token = subscriber(newsroom)
        contracts.rotate_token(newsroom.agency, newsroom.names[token], timedelta(days=7), BY)
        newsroom.clock.advance(days=days)
        return token

    return make


def forged(newsroom: Newsroom) -> str:
    known = tokens.read(subscriber(newsroom), newsroom.agency.keys)
    assert known is not None
    return tokens.issue(known, FORGER)


def leaked_key(newsroom: Newsroom) -> str:
    """Made with our own signing key for a token that exists, by somebody who does not know its nonce."""
    known = tokens.read(subscriber(newsroom), newsroom.agency.keys)
    assert known is not None
    return tokens.issue(Token(known.kind, known.id, "guessed"), newsroom.agency.keys)


def source_key(newsroom: Newsroom) -> str:
    return contracts.add_source_key(newsroom.agency, "desk", BY)[1]


GOOD = (200, "")
BAD = (401, "bad-credential")
CASES = {
    "none": Case(lambda newsroom: None, (401, "no-credential")),
    "garbage": Case(lambda newsroom: "garbage", BAD),
    "forged": Case(forged, BAD),
    "a leaked signing key": Case(leaked_key, BAD),
    "a token nobody issued": Case(
        lambda newsroom: tokens.issue(Token(TokenKind.READER, "nobody", "n"), newsroom.agency.keys), BAD
    ),
    "a source's key": Case(source_key, BAD),
    "good": Case(subscriber, GOOD),
    "an api token": Case(with_token(kind="api"), GOOD, path=(403, "not-a-reader-token")),
    "expired a day ago": Case(expired(1), (401, "token-expired"), path=(200, "ended")),
    "expired 30 days ago": Case(expired(30), (401, "token-expired")),
    "revoked": Case(revoked(False), (401, "token-revoked")),
    "revoked for good": Case(revoked(True), (401, "token-revoked"), path=(410, "token-revoked")),
    "rotated, inside the overlap": Case(rotated(6), GOOD),
    "rotated, after the overlap": Case(rotated(8), (401, "token-rotated")),
    "wrong network": Case(with_token(networks=("192.0.2.0/24",)), (403, "network-not-allowed")),
    "right network": Case(with_token(networks=("127.0.0.0/8",)), GOOD),
    "suspended": Case(suspended, (403, "company-suspended")),
    "resumed": Case(resumed, GOOD),
    "licence not begun": Case(not_begun, (403, "licence-not-begun")),
    "licence ended a day ago": Case(ended(1), (403, "licence-ended"), path=(200, "ended")),
    "licence ended 30 days ago": Case(ended(30), (403, "licence-ended")),
    "another feed": Case(subscriber, (403, "feed-not-licensed"), feed="economy", item=GOOD),
    "a feed outside the token's scope": Case(
        with_token(feeds=frozenset(["all"])), (403, "feed-not-licensed"), feed="economy", item=GOOD
    ),
    "a feed that nobody is told of": Case(subscriber, (404, "not-found"), feed="secret", item=GOOD),
    "a feed that there is not": Case(subscriber, (404, "not-found"), feed="nothing", item=GOOD),
}


@pytest.fixture
def opened(newsroom: Newsroom) -> Newsroom:
    newsroom.send()
    return newsroom


def seen(answer: TestResponse) -> tuple[int, str]:
    """The status and the reason; for a feed that says that access is over, that word."""
    body = answer.get_data(as_text=True)
    if answer.status_code == 200:
        assert (TEXT.strip() in body) != ("Access ended on" in body)
        return 200, "ended" if "Access ended on" in body else ""
    assert TEXT[:40] not in body
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type == "application/problem+json; charset=utf-8"
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    assert {"type", "title", "detail", "reason", "contact"} <= set(problem)
    challenges = answer.headers.getlist("WWW-Authenticate")
    schemes = [challenge.split()[0] for challenge in challenges]
    assert schemes == (["Basic", "Bearer"] if answer.status_code == 401 else [])
    return answer.status_code, problem["reason"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_feed_answers_a_credential_as_the_table_says(opened: Newsroom, case: Case, way: str) -> None:
    token = case.make(opened)
    way = "bearer" if token is None else way  # a path without a token is the address for headers
    wanted = case.path if way == "path" and case.path else case.header
    for ext in ("rss", "atom", "json"):
        assert seen(opened.get(f"/private/feeds/{case.feed}.{ext}", token, way)) == wanted


@pytest.mark.parametrize("way", ["bearer", "basic"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_item_answers_a_credential_as_the_table_says(opened: Newsroom, case: Case, way: str) -> None:
    token = case.make(opened)
    for ending in ("", ".json", ".txt"):
        answer = opened.get(f"/private/items/{opened.key()}{ending}", token, way)
        wanted = case.item or case.header
        found = answer.status_code, "" if answer.status_code == 200 else answer.get_json()["reason"]
        assert found == wanted


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_item_is_never_opened_by_a_token_in_its_path(opened: Newsroom, case: Case) -> None:
    token = case.make(opened) or "none"
    answer = opened.get(f"/private/items/{opened.key()}", token, "path")
    assert answer.status_code == 404


@pytest.mark.parametrize("way", WAYS)
def test_a_browser_gets_a_refusal_as_a_page(opened: Newsroom, way: str) -> None:
    token = suspended(opened)
    path = "/private/feeds/all.rss".replace(
        "/private/", f"/private/{token}/" if way == "path" else "/private/"
    )
    answer = opened.get(path, None if way == "path" else token, way, Accept="text/html,*/*;q=0.5")
    assert answer.status_code == 403
    assert answer.content_type == "text/html; charset=utf-8"
    assert "suspended" in answer.get_data(as_text=True)
    assert token not in answer.get_data(as_text=True)


def test_a_good_token_in_a_query_is_not_looked_at(opened: Newsroom) -> None:
    token = subscriber(opened)
    assert opened.get(f"/private/feeds/all.rss?token={token}").status_code == 401


def test_basic_takes_any_user_name_and_odd_headers_are_no_credential(opened: Newsroom) -> None:
    token = subscriber(opened)
    for user in ("", "any", "юзер"):
        shown = base64.b64encode(f"{user}:{token}".encode()).decode()
        assert opened.get("/private/feeds/all.rss", Authorization=f"Basic {shown}").status_code == 200
    for odd in ("Basic", "Basic %%%", "Bearer", f"Token {token}", token, "Bearer a b", "Basic " + "A" * 5000):
        assert opened.get("/private/feeds/all.rss", Authorization=odd).status_code == 401


def test_the_old_secret_and_the_new_one_are_both_good_while_they_overlap(opened: Newsroom) -> None:
    old = subscriber(opened)
    _, new = contracts.rotate_token(opened.agency, opened.names[old], timedelta(days=7), BY)
    assert [opened.get("/private/feeds/all.rss", each).status_code for each in (old, new)] == [200, 200]


# The door of the sources

MESSAGE = b"nonsense"
"""What is sent there. Whose credential is good is told that it cannot be read."""


@dataclass(frozen=True)
class Shown:
    """What a request at the wire shows of its sender."""

    headers: dict[str, str]
    body: bytes = MESSAGE
    source: str = "desk"


def with_key(text: str | None, **also: str) -> Shown:
    return Shown({"Authorization": f"Bearer {text}"} | also if text else also)


def another_source(newsroom: Newsroom) -> Shown:
    return with_key(contracts.add_source_key(newsroom.agency, "stringer", BY)[1])


def ended_key(newsroom: Newsroom) -> Shown:
    id, text = contracts.add_source_key(newsroom.agency, "desk", BY)
    contracts.end_source_key(newsroom.agency, "desk", id, BY)
    return with_key(text)


def one_of_two_keys(newsroom: Newsroom) -> Shown:
    other = contracts.add_source_key(newsroom.agency, "desk", BY)[0]
    shown = with_key(source_key(newsroom))
    contracts.end_source_key(newsroom.agency, "desk", other, BY)
    return shown


def webhook_as_key(newsroom: Newsroom) -> Shown:
    """Made by somebody who has our signing key and the secret of a webhook, and no key of a source."""
    id, secret = contracts.add_webhook_secret(newsroom.agency, "desk", None, BY)
    return with_key(tokens.issue(Token(TokenKind.SOURCE, id, secret), newsroom.agency.keys))


def hook(newsroom: Newsroom, source: str = "desk", late: float = 0, **changed: str | None) -> Shown:
    """A message that is signed; `changed` are headers put in the place of the right ones, or left out."""
    secret = contracts.add_webhook_secret(newsroom.agency, source, None, BY)[1]
    headers = sign(secret, MESSAGE, newsroom.clock.now - timedelta(seconds=late))
    for name, text in changed.items():
        headers.pop(f"webhook-{name}")
        headers |= {f"webhook-{name}": text} if text is not None else {}
    return Shown(headers)


def hook_of_an_ended_secret(newsroom: Newsroom) -> Shown:
    shown = hook(newsroom)
    (key,) = contracts.source_key_list(newsroom.agency, "desk")
    contracts.end_source_key(newsroom.agency, "desk", key.id, BY)
    return shown


def hook_that_only_the_file_knows(newsroom: Newsroom) -> Shown:
    add_webhook(newsroom.agency.keyring.path, WebhookSecret("a" * 12, "desk", b"s" * 32))
    return Shown(sign(text_of(b"s" * 32), MESSAGE, newsroom.clock.now))


def hook_that_only_the_database_knows(newsroom: Newsroom) -> Shown:
    shown = hook(newsroom)
    (key,) = contracts.source_key_list(newsroom.agency, "desk")
    drop_webhook(newsroom.agency.keyring.path, key.id)
    return shown


def hook_of_another_file(newsroom: Newsroom) -> Shown:
    """The database knows the id, but of another secret."""
    hook_that_only_the_database_knows(newsroom)
    (key,) = contracts.source_key_list(newsroom.agency, "desk")
    add_webhook(newsroom.agency.keyring.path, WebhookSecret(key.id, "desk", b"s" * 32))
    return Shown(sign(text_of(b"s" * 32), MESSAGE, newsroom.clock.now))


TAKEN, NOT_OURS = (422, None), (401, "bad-credential")
DOOR: dict[str, tuple[Callable[[Newsroom], Shown], tuple[int, str | None]]] = {
    "nothing": (lambda _: Shown({}), NOT_OURS),
    "garbage": (lambda _: with_key("garbage"), NOT_OURS),
    "a reader's token": (lambda newsroom: with_key(subscriber(newsroom)), NOT_OURS),
    "a key": (lambda newsroom: with_key(source_key(newsroom)), TAKEN),
    "a key of another source": (another_source, NOT_OURS),
    "a key that has ended": (ended_key, NOT_OURS),
    "a key beside one that has ended": (one_of_two_keys, TAKEN),
    "a webhook secret as a key": (webhook_as_key, NOT_OURS),
    "a key for a source that there is not": (
        lambda newsroom: replace(with_key(source_key(newsroom)), source="nowhere"), NOT_OURS
    ),
    "a good signature": (hook, TAKEN),
    "a key beside a bad signature": (
        lambda newsroom: with_key(source_key(newsroom), **hook(newsroom, signature="v1,AAAA").headers), TAKEN
    ),
    "a bad key beside a good signature": (
        lambda newsroom: with_key("garbage", **hook(newsroom).headers), NOT_OURS
    ),
    "a signature of nearly 5 minutes ago": (lambda newsroom: hook(newsroom, late=299), TAKEN),
    "a signature older than that": (lambda newsroom: hook(newsroom, late=301), NOT_OURS),
    "a signature nearly 5 minutes ahead": (lambda newsroom: hook(newsroom, late=-299), TAKEN),
    "a signature further ahead": (lambda newsroom: hook(newsroom, late=-301), NOT_OURS),
    "no id": (lambda newsroom: hook(newsroom, id=None), NOT_OURS),
    "no time": (lambda newsroom: hook(newsroom, timestamp=None), NOT_OURS),
    "no signature": (lambda newsroom: hook(newsroom, signature=None), NOT_OURS),
    "another id": (lambda newsroom: hook(newsroom, id="msg_2"), NOT_OURS),
    "an id that is too long": (lambda newsroom: hook(newsroom, id="x" * 257), NOT_OURS),
    "another time": (
        lambda newsroom: hook(newsroom, timestamp=str(int(newsroom.clock.now.timestamp()) + 1)), NOT_OURS
    ),
    "a time that is no number": (lambda newsroom: hook(newsroom, timestamp="nan"), NOT_OURS),
    "a time beyond all calendars": (lambda newsroom: hook(newsroom, timestamp="9" * 30), NOT_OURS),
    "another body": (lambda newsroom: replace(hook(newsroom), body=b"nonsense!"), NOT_OURS),
    "an empty signature": (lambda newsroom: hook(newsroom, signature=""), NOT_OURS),
    "an unknown scheme": (lambda newsroom: hook(newsroom, signature="v1a,AAAA"), NOT_OURS),
    "what is no signature": (lambda newsroom: hook(newsroom, signature="v1 , %%% ,,, \xff"), NOT_OURS),
    "a signature of another source": (lambda newsroom: hook(newsroom, "stringer"), NOT_OURS),
    "a signature for a source that there is not": (
        lambda newsroom: replace(hook(newsroom), source="nowhere"), NOT_OURS
    ),
    "a secret that has ended": (hook_of_an_ended_secret, NOT_OURS),
    "a secret that only the key file knows": (hook_that_only_the_file_knows, NOT_OURS),
    "a secret that only the database knows": (hook_that_only_the_database_knows, NOT_OURS),
    "another secret under a known id": (hook_of_another_file, NOT_OURS),
}  # fmt: skip


@pytest.mark.parametrize("case", DOOR.values(), ids=DOOR)
def test_the_wire_answers_what_is_shown_as_the_table_says(newsroom: Newsroom, case) -> None:
    make, wanted = case
    shown = make(newsroom)
    answer = newsroom.client.post(f"/wire/{shown.source}", data=shown.body, headers=shown.headers)
    assert (answer.status_code, answer.get_json().get("reason")) == wanted
    assert answer.headers["Cache-Control"] == "no-store"
    if wanted == NOT_OURS:
        assert quarantine.lying(newsroom.agency) == [], "nothing of it is kept"


def test_a_refused_signature_does_not_tell_which_sources_have_secrets(newsroom: Newsroom) -> None:
    shown = hook(newsroom, signature="v1,AAAA")
    told = {
        newsroom.client.post(f"/wire/{source}", data=MESSAGE, headers=shown.headers).get_data()
        for source in ("desk", "stringer", "nowhere")
    }
    assert len(told) == 1


# The text of a token


@pytest.fixture(scope="module")
def signed() -> tuple[list[str], tuple[bytes, ...]]:
    keys = (b"an older key of thirty-two bytes", b"the newest key of thirty-two byt")
    texts = [
        tokens.issue(Token(kind, f"{number:012x}", f"nonce{number}" * 4), keys[: 1 + number % 2])
        for number, kind in enumerate([TokenKind.READER, TokenKind.API, TokenKind.SOURCE] * 3)
    ]
    return texts, keys


def test_what_was_signed_is_read_with_any_of_the_keys(signed: tuple[list[str], tuple[bytes, ...]]) -> None:
    texts, keys = signed
    assert all(tokens.read(text, keys) is not None for text in texts)
    assert all(tokens.read(text, FORGER) is None for text in texts)


def test_of_a_hundred_thousand_changed_tokens_none_is_accepted(
    signed: tuple[list[str], tuple[bytes, ...]],
) -> None:
    texts, keys = signed
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
    chance = random.Random("tokens")
    accepted = []
    for number in range(100_000):
        text = texts[number % len(texts)]
        changed = changes(text, chance, alphabet, texts)
        if changed not in texts and tokens.read(changed, keys) is not None:
            accepted.append(changed)
    assert accepted == []


def changes(text: str, chance: random.Random, alphabet: str, others: list[str]) -> str:
    """One of many ways to change a token a little."""
    at = chance.randrange(len(text))
    match chance.randrange(8):
        case 0:
            return text[:at] + chance.choice(alphabet) + text[at + 1 :]
        case 1:
            return text[:-1] + chance.choice(alphabet)
        case 2:
            return text[:at]
        case 3:
            return text + chance.choice(alphabet)
        case 4:
            return text[:at] + text[at].swapcase() + text[at + 1 :]
        case 5:
            return text[:at] + chance.choice(alphabet) + text[at:]
        case 6:
            return text.rsplit(".", 1)[0] + "." + chance.choice(others).rsplit(".", 1)[1]
        case _:
            return text.swapcase() if at % 2 else text[::-1]


def test_every_other_last_character_is_refused(signed: tuple[list[str], tuple[bytes, ...]]) -> None:
    """Signatures are malleable there: itsdangerous alone takes some of these."""
    texts, keys = signed
    for text in texts:
        for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
            assert (tokens.read(text[:-1] + last, keys) is not None) == (last == text[-1])


def test_a_token_of_one_kind_does_not_read_as_another(signed: tuple[list[str], tuple[bytes, ...]]) -> None:
    texts, keys = signed
    kinds = [token.kind for text in texts if (token := tokens.read(text, keys))]
    assert kinds == [TokenKind.READER, TokenKind.API, TokenKind.SOURCE] * 3


def test_a_key_file_is_private(newsroom: Newsroom) -> None:
    path: Path = newsroom.agency.keyring.path
    assert path.stat().st_mode & 0o077 == 0
