"""The attacked newsroom from outside: what is found, refused, written down, read, each in a new application."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import event

from syndicate.core.webhooks import secret_in, text_of
from syndicate.service import contracts
from syndicate.service.watching import metrics
from syndicate.settings import WebhookSecret, add_webhook, drop_webhook
from syndicate.store import receipts, tables
from syndicate.web.app import create_app
from tests.gate.addresses import addresses
from tests.gate.world import BY_URI, World, canaries
from tests.newsroom import BY
from tests.webhooks import signed as sign

SECRET = "kxsealedxv1xwordszq"


def ask(app: Flask, path: str, token: str | None = None) -> tuple[int, str, str]:
    """Status, reason and everything that was sent."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = app.test_client().get(path, headers=headers)
    body = answer.get_data(as_text=True)
    reason = answer.get_json()["reason"] if answer.mimetype == "application/problem+json" else ""
    return answer.status_code, reason, body + str(answer.headers)


LOOKERS = ("anonymous", "full", "early", "excerpt", "headline", "other", "archive", "scoped")


def nobody_finds_more_than_is_his(attacked: World) -> None:
    app = create_app(attacked.newsroom.agency)
    for name in LOOKERS:
        reader = attacked.readers[name]
        for address in addresses(brief=True):
            if "/static/" not in address.path:
                _, _, sent = ask(app, address.path_for(reader), reader.token)
                assert not canaries(sent) - address.words(reader), f"{name} at {address.path}"


REFUSED = {
    "anonymous": (401, "no-credential"),
    "garbage": (401, "bad-credential"),
    "forged": (401, "bad-credential"),
    "unknown": (401, "bad-credential"),
    "leakedkey": (401, "bad-credential"),
    "sourcekey": (401, "bad-credential"),
    "expired": (401, "token-expired"),
    "expiredlong": (401, "token-expired"),
    "revoked": (401, "token-revoked"),
    "rotatedout": (401, "token-rotated"),
    "elsewhere": (403, "network-not-allowed"),
    "suspended": (403, "company-suspended"),
    "begunlater": (403, "licence-not-begun"),
    "ended": (403, "licence-ended"),
}


def bad_credentials_are_refused(attacked: World) -> None:
    """By name, in a header and in the path, for feeds and items; and the wire takes none of them."""
    app = create_app(attacked.newsroom.agency)
    for name, refusal in REFUSED.items():
        token = attacked.readers[name].token
        for path in ("feeds/all.rss", f"items/{BY_URI['usable'].key}.json"):
            found = ask(app, f"/private/{path}", token)[:2]
            assert found == refusal, f"{name} at {path}: {found}"
    for name in ("expiredlong", "endedlong", "api", "revoked"):
        found = ask(app, f"/private/{attacked.readers[name].token}/feeds/all.rss")[0]
        assert found in (401, 403), f"{name} in the path: {found}"
    found = ask(app, "/private/feeds/all.rss", attacked.readers["unlicensed"].token)[:2]
    assert found == (403, "feed-not-licensed"), f"unlicensed: {found}"
    headers = {"Authorization": f"Bearer {attacked.readers['full'].token}"}
    pushed = app.test_client().post("/wire/desk", data=b"{}", headers=headers)
    assert pushed.status_code == 401, "a reader's token pushes items"


def only_who_signs_now_pushes(attacked: World) -> None:
    """A signature counts for its time, for one message, and as long as its secret has not ended."""
    agency = attacked.newsroom.agency
    client, now = create_app(agency).test_client(), agency.moment().now
    id, secret = contracts.add_webhook_secret(agency, "desk", None, BY)

    def pushed(body: bytes, at: datetime = now, secret: str = secret) -> int:
        return client.post("/wire/desk", data=body, headers=sign(secret, body, at, id)).status_code

    assert pushed(b"one") == 422
    assert pushed(b"another") == 409, "two messages under one id"
    assert pushed(b"one", now - timedelta(minutes=6)) == 401, "an old signature"
    assert pushed(b"one", secret=text_of(b"x" * 32)) == 401, "a forged signature"
    contracts.end_source_key(agency, "desk", id, BY)
    add_webhook(agency.keyring.path, WebhookSecret(id, "desk", secret_in(secret) or b""))
    assert pushed(b"one") == 401, "a secret that has ended, with a key file from before"
    drop_webhook(agency.keyring.path, id)


def figures_are_for_the_key(attacked: World) -> None:
    """Before there is a key there is no address; then only who shows it is told."""
    app = create_app(attacked.newsroom.agency)
    if attacked.newsroom.agency.keyring.metrics() is None:
        assert ask(app, "/metrics")[0] == 404
    key = metrics.make_key(attacked.newsroom.agency, BY)
    for shown in (None, key[:-1], attacked.readers["full"].token):
        assert ask(app, "/metrics", shown)[0] == 401, "figures without the key"
    assert ask(app, "/metrics", key)[0] == 200


def the_unseen_is_unknown(attacked: World) -> None:
    """Items that no reader saw, feeds of which nobody is told, paths that are nearly right: 404."""
    app = create_app(attacked.newsroom.agency)
    full = attacked.readers["full"].token
    for uri in ("killedfirst", "killedembargo", "embargoed", "heldunseen", "nowhere"):
        assert ask(app, f"/items/{BY_URI[uri].key}")[0] == 404, uri
        assert ask(app, f"/private/items/{BY_URI[uri].key}", full)[0] == 404, uri
    assert ask(app, f"/items/{BY_URI['advisory'].key}")[0] == 404, "an advisory"
    for path in ("/feeds/secret.rss", "/feeds/secret/", "/feeds", "/feeds/all"):
        assert ask(app, path)[0] == 404, path
    for path in ("/", "/feeds/", "/feeds.opml"):
        assert "secret" not in ask(app, path)[2].casefold(), f"a secret feed in {path}"


def answers_carry_their_headers(attacked: World) -> None:
    app = create_app(attacked.newsroom.agency)
    for path in ("/", "/feeds/all.rss", "/nothing", "/private/feeds/all.rss", "/private/account"):
        answer = app.test_client().get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if path.startswith("/private/"):
            assert "Authorization" in answer.headers["Vary"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Robots-Tag"].startswith("noindex")


def below_full_no_sealed_column_is_read(attacked: World) -> None:
    """Whoever has excerpts alone makes no statement that names a sealed column."""
    agency = attacked.newsroom.agency
    app, statements = create_app(agency), []

    def heard(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    glances = agency.database.ask

    def asked(statement: str, *values: object) -> object:
        statements.append(statement)
        return glances(statement, *values)

    event.listen(agency.database.engine, "before_cursor_execute", heard)
    agency.database.ask = asked
    try:
        for path in ("/feeds/all.rss", "/feeds/all/", f"/items/{BY_URI['usable'].key}"):
            assert ask(app, path)[0] == 200
        assert ask(app, "/private/feeds/all.rss", attacked.readers["excerpt"].token)[0] == 200
    finally:
        agency.database.ask = glances
        event.remove(agency.database.engine, "before_cursor_execute", heard)
    assert statements
    for statement in statements:
        assert "versions.text" not in statement, "a sealed column below FULL"


def a_fault_tells_the_visitor_nothing(attacked: World) -> None:
    app = create_app(attacked.newsroom.agency)
    app.view_functions["pages.about"] = _broken
    status, _, sent = ask(app, "/about")
    assert status == 500
    assert not canaries(sent), "the text of a fault"


def _broken() -> None:
    raise ValueError(SECRET)


def every_text_has_its_receipt(attacked: World) -> None:
    """What the full reader has been sent is written down, texts and notices alike."""
    agency, reader = attacked.newsroom.agency, attacked.readers["full"]
    with agency.receipts.transaction() as connection:
        connection.execute(tables.receipts.delete())
    app = create_app(agency)
    ask(app, "/private/feeds/all.rss", reader.token)
    ask(app, f"/private/items/{BY_URI['usable'].key}", attacked.readers["archive"].token)
    with agency.receipts.transaction() as connection:
        held = {each.key for each in receipts.receipts_for(connection, company="full")}
        by_key = {each.key for each in receipts.receipts_for(connection, company="archive")}
    for uri in ("usable", "corrected", "killed", "heldsource"):
        assert BY_URI[uri].key in held, f"no receipt for {uri}"
    assert BY_URI["usable"].key in by_key, "no receipt for an item by key"
