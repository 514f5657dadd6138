"""The ways in, with real processes: what a supplier puts or sends is in the feed a moment later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsroom import CONFIG, ninjs
from tests.running.service import Service, wait_for


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
