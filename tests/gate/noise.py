"""A process that makes as much noise as it can: every refusal and fault, with tokens everywhere.

`python -m tests.gate.noise FOLDER SECRETS` works in FOLDER, writes the secrets that it used to SECRETS, and
logs as the service does. What it left behind is looked through by `test_secrets`.
"""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from syndicate.core import tokens, webhooks
from syndicate.service import contracts, logs, publish, rendering
from syndicate.service.watching import metrics
from syndicate.store.database import StoreError
from syndicate.web.app import create_app
from tests.gate.world import BY_URI, World, world
from tests.newsroom import BY
from tests.webhooks import signed

PATHS = (
    "/private/feeds/all.rss",
    "/private/feeds/secret.json",
    "/private/feeds.opml",
    "/private/account",
    f"/private/items/{BY_URI['usable'].key}",
    f"/private/items/{BY_URI['killed'].key}.json",
    "/private/nothing",
    "/private/feeds/",
)


def secrets_of(opened: World) -> list[str]:
    """Everything that would open a door: tokens, the parts of them that prove anything, signing keys."""
    keys = opened.newsroom.agency.keys
    found = [
        spelled(key).decode() for key in keys for spelled in (base64.b64encode, base64.urlsafe_b64encode)
    ]
    for reader in opened.readers.values():
        if reader.token and (token := tokens.read(reader.token, keys)):
            found += [reader.token, reader.token.removeprefix(tokens.PREFIX), token.nonce]
    return found


def ask_everything(opened: World) -> None:
    """Every reader at every address, his token in every place."""
    for reader in opened.readers.values():
        for path in PATHS if reader.token else ():
            for form in ("bearer", "basic", "path"):
                opened.newsroom.get(path, reader.token, form)
            opened.newsroom.get(f"{path}?token={reader.token}", Referer=f"https://x.example/{reader.token}")
            opened.newsroom.client.post(f"/wire/{reader.token}", data=reader.token)


def push_everything(opened: World, secret: str) -> None:
    """Signed messages, good and bad, and the secret of a webhook wherever it does not belong."""
    client, now = opened.newsroom.client, opened.newsroom.agency.moment().now
    for late in (timedelta(0), timedelta(hours=1)):
        for body in (b"nonsense", secret.encode()):
            client.post("/wire/desk", data=body, headers=signed(secret, b"nonsense", now - late))
    client.post(f"/wire/{secret}", data=b"x", headers={"webhook-id": secret, "webhook-signature": secret})
    client.post("/wire/desk", data=b"x", headers={"Authorization": f"Bearer {secret}"})
    opened.newsroom.get(f"/private/{secret}/feeds/all.rss")
    structlog.get_logger().error("a secret", secret=secret, many=[secret.encode()], fault=ValueError(secret))


def ask_for_figures(opened: World, key: str) -> None:
    """The key to the figures, where it belongs and where it does not."""
    for path in ("/metrics", f"/metrics?key={key}", f"/private/{key}/feeds/all.rss", f"/items/{key}"):
        for how in ("bearer", "basic"):
            opened.newsroom.get(path, key, how)
    structlog.get_logger().error("a key", key=key, fault=ValueError(key))


def ask_while_it_breaks(opened: World) -> None:
    """The same for one reader while the way out is broken, by faults whose text holds his token."""
    token = str(opened.readers["full"].token)
    app = create_app(opened.newsroom.agency)
    app.config["SHOW_TRACEBACKS"] = True
    for fault in (ValueError(token), KeyError(token), StoreError("The database answered Broken.")):
        for room, name in ((rendering.stories, "feed_stories"), (publish.stories, "find_story")):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(room, name, raising(fault))
                for path in PATHS:
                    app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
                    app.test_client().get(path.replace("/private", f"/private/{token}", 1))


def raising(fault: Exception) -> Callable[..., None]:
    """A function that does nothing but fail."""

    def broken(*_: object) -> None:
        raise fault

    return broken


def log_by_mistake(opened: World) -> None:
    """What a careless line of ours, or of a library, would write."""
    token = str(opened.readers["full"].token)
    log = structlog.get_logger()
    log.error(f"a path: /private/{token}/feeds/all.rss")
    log.error(
        "values", one=token, many=[token, {"inner": token}], raw=token.encode(), fault=ValueError(token)
    )
    logging.getLogger("library").warning("GET /private/%s/feeds/all.rss %s", token, {"Authorization": token})
    try:
        raise ValueError(token)
    except ValueError:
        log.exception("a traceback")
        logging.getLogger("library").exception("another")


def main(folder: Path, secrets: Path) -> None:
    """Make the noise."""
    logs.configure()
    with world(folder) as opened:
        secret = contracts.add_webhook_secret(opened.newsroom.agency, "desk", None, BY)[1]
        key = metrics.make_key(opened.newsroom.agency, BY)
        made = [secret, secret.removeprefix(webhooks.PREFIX), key, key.removeprefix(tokens.PREFIX)]
        secrets.write_text(json.dumps([*secrets_of(opened), *made]))
        ask_everything(opened)
        push_everything(opened, secret)
        ask_for_figures(opened, key)
        ask_while_it_breaks(opened)
        log_by_mistake(opened)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
