"""`init`, `config`, `db`: a working folder, its settings, its schema."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from syndicate.cli.saying import agency_of, as_json


@click.command()
@click.pass_context
def init(context: click.Context) -> None:
    """Make a working folder: config.toml, feeds, keys, database. What is there stays as it is."""
    from syndicate.bootstrap import check_keys, prepare, take_up_feeds
    from syndicate.settings import default_config, starter_feeds

    folder: Path = context.obj
    _write(folder / "config.toml", default_config())
    if not (folder / "feeds").exists():
        for name, text in starter_feeds().items():
            _write(folder / "feeds" / name, text)
    prepare(folder)
    agency = agency_of(context)
    take_up_feeds(agency)
    check_keys(agency)
    click.echo(f"{folder} is ready. Edit config.toml, then run `syndicate serve`.")
    click.echo("Back up data/keys.toml apart from the database: without it every token ends.", err=True)


def _write(path: Path, text: str) -> None:
    if path.exists():
        click.echo(f"{path} is there; it stays.", err=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"wrote {path}", err=True)


@click.group()
def config() -> None:
    """The settings."""


@config.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Read config.toml and the feed files, and say what is wrong."""
    from syndicate.settings import SettingsError, load, load_feeds

    settings = load(context.obj, os.environ)
    files = load_feeds(settings.folder, settings.sources)
    if files.problems:
        raise SettingsError(*files.problems)
    click.echo(f"config.toml and {len(files.definitions)} feeds are good.")


@config.command()
@click.pass_context
@as_json
def show(context: click.Context, is_json: bool) -> None:
    """Print every setting as it counts, from file and environment."""
    from syndicate.settings import load

    values = load(context.obj, os.environ).model_dump(mode="json", by_alias=True)
    if is_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=1))
        return
    for section, content in values.items():
        if isinstance(content, dict):
            click.echo(f"[{section}]")
            for key, value in content.items():
                click.echo(f"{key} = {json.dumps(value, ensure_ascii=False)}")


@click.group()
def db() -> None:
    """The schema of the database."""


@db.command()
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the database to the schema of this program."""
    from syndicate.bootstrap import upgrade as upgrade_databases
    from syndicate.settings import load

    upgrade_databases(load(context.obj, os.environ))
    click.echo("The database has the schema of this program.")


@db.command("check")
@click.pass_context
def check_schema(context: click.Context) -> None:
    """Say whether the database has the schema of this program."""
    agency_of(context)
    click.echo("The database has the schema of this program.")
