"""The texts that `syndicate init` writes are whole, explained, and the ones at the top of the repository."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from syndicate.settings import default_config, load, load_feeds, starter_feeds
from syndicate.settings.feeds import FeedFile, SelectTable
from syndicate.settings.sections import Config, SourceSettings
from syndicate.settings.sentences import fields_of

ROOT = Path(__file__).parents[2]


def with_examples(text: str) -> str:
    """The text with its commented settings switched on: lines that begin with `#` and no blank."""
    return re.sub(r"^#(?=[\[a-z])", "", text, flags=re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds").mkdir()
    return tmp_path


def written(folder: Path, change: Any = str) -> Path:
    (folder / "config.toml").write_text(change(default_config()), "utf-8")
    for name, text in starter_feeds().items():
        (folder / "feeds" / name).write_text(change(text), "utf-8")
    return folder


@pytest.mark.parametrize("change", [str, with_examples], ids=["as written", "with all examples"])
def test_the_starter_loads_without_a_problem(folder: Path, change: Any) -> None:
    settings = load(written(folder, change), {})
    feeds = load_feeds(folder, settings.sources)
    assert feeds.problems == ()
    assert list(feeds.definitions) == ["all", "economy", "press-releases"]


def test_the_starter_sets_nothing_but_the_defaults_and_one_source(folder: Path) -> None:
    settings = load(written(folder), {})
    (folder / "config.toml").write_text("")
    assert settings.model_copy(update={"sources": {}}) == load(folder, {})
    assert settings.source("desk").may_kill


def keys_in(model: type[BaseModel], data: dict[str, Any]) -> set[str]:
    return fields_of(model).keys() - data.keys()


def test_every_key_of_the_config_is_in_the_starter(folder: Path) -> None:
    data = tomllib.loads(with_examples(default_config()))
    assert keys_in(Config, data) == set()
    for name, field in fields_of(Config).items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            assert keys_in(field.annotation, data[name]) == set(), name
    told = {key for source in data["sources"].values() for key in source}
    assert fields_of(SourceSettings).keys() == told


def test_every_key_of_a_feed_is_in_the_starter() -> None:
    feeds = [tomllib.loads(with_examples(text)) for text in starter_feeds().values()]
    assert fields_of(FeedFile).keys() == {key for feed in feeds for key in feed}
    selects = [select for feed in feeds for select in feed.get("select", [])]
    assert fields_of(SelectTable).keys() == {key for select in selects for key in select}


def test_every_setting_says_what_it_must_be() -> None:
    tables = [field.annotation for field in fields_of(Config).values()]
    sections = [table for table in tables if isinstance(table, type) and issubclass(table, BaseModel)]
    for model in (*sections, SourceSettings, FeedFile, SelectTable):
        for name, field in fields_of(model).items():
            assert field.description, f"{model.__name__}.{name}"


def test_the_files_at_the_top_are_the_starter() -> None:
    assert (ROOT / "config.toml").read_text("utf-8") == default_config()
    feeds = {path.name: path.read_text("utf-8") for path in (ROOT / "feeds").glob("*.toml")}
    assert feeds == starter_feeds()


def test_settings_import_nothing_heavy_but_pydantic() -> None:
    program = "import sys, syndicate.settings; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"flask", "sqlalchemy", "pydantic_settings", "requests", "rich", "lxml", "asyncio"}
    assert heavy.isdisjoint(modules.stdout.split())
