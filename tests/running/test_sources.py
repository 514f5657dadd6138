"""The ways in, with real processes: what a supplier puts or sends is in the feed a moment later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.service import contracts
from tests.newsroom import BY, CONFIG, ninjs
from tests.running.service import Service, wait_for
from tests.webhooks import signed


@pytest.fixture
def supplied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that watches a folder."""
    (tmp_path / "drop" / "incoming").mkdir(parents=True)
    source = f'[sources.drop]\nkind = "folder"\npath = "{tmp_path}/drop/incoming"\n'
    monkeypatch.setattr("tests.newsroom.CONFIG", CONFIG + source)
    with Service.run(tmp_path / "wire") as service:
        yield service


def message(service: Service, headline: str) -> bytes:
    return json.dumps(ninjs(headline, 1, service.newsroom.clock.now, headline=headline)).encode()


def test_a_file_that_is_put_into_the_folder_is_in_the_feed_and_moves_to_done(
    supplied: Service, tmp_path: Path
) -> None:
    incoming = tmp_path / "drop" / "incoming"
    (incoming / "secret").symlink_to("/etc/hostname")
    (incoming / "story.json.part").write_bytes(message(supplied, "Put into the folder"))
    (incoming / "bad.json").write_bytes(b"nonsense")
    wait_for(lambda: (tmp_path / "drop" / "failed" / "bad.json.reason").exists(), "the reason")
    assert "Put into the folder" not in supplied.ask("/feeds/all.rss").text
    (incoming / "story.json.part").rename(incoming / "story.json")
    wait_for(lambda: (tmp_path / "drop" / "done" / "story.json").exists(), "the file to be taken")
    assert "Put into the folder" in supplied.ask("/feeds/all.rss").text
    assert [each.name for each in incoming.iterdir()] == ["secret"]


def test_a_signed_message_is_taken_by_every_process_and_an_ended_secret_by_none(supplied: Service) -> None:
    room = supplied.newsroom
    id, secret = contracts.add_webhook_secret(room.agency, "stringer", None, BY)

    def push(number: int) -> int:
        body = message(supplied, f"Signed and sent {number}")
        headers = signed(secret, body, room.clock.now, f"msg_{number}")
        return supplied.push("/wire/stringer", body, headers).status

    assert [push(number) for number in range(8)] == [200] * 8
    assert "Signed and sent 7" in supplied.ask("/feeds/all.rss").text
    contracts.end_source_key(room.agency, "stringer", id, BY)
    assert [push(number) for number in range(8, 16)] == [401] * 8
    assert secret not in supplied.log.read_text()
