"""A working folder to write settings into, and what is refused of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from syndicate.settings import SettingsError, load, load_feeds

Problems = Callable[..., tuple[str, ...]]


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """Writes a config.toml and gives the sentences it is refused with."""

    def refused(text: str | bytes, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
        raw = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "config.toml").write_bytes(raw)
        with pytest.raises(SettingsError) as caught:
            load(tmp_path, environ or {})
        return caught.value.problems

    return refused


@pytest.fixture
def feed_problems(tmp_path: Path) -> Problems:
    """Writes feed files, given as name=text, and gives what is wrong with them."""
    (tmp_path / "feeds").mkdir()

    def refused(**files: str) -> tuple[str, ...]:
        for name, text in files.items():
            (tmp_path / "feeds" / f"{name}.toml").write_text(text, "utf-8")
        return load_feeds(tmp_path, ["desk", "partner-rss"]).problems

    return refused
