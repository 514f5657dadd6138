"""`demo`: the demo day in a folder of its own, served, with its last messages arriving live."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from syndicate.demo.contracts import Secrets
    from syndicate.settings import Settings

MARK = ".syndicate-demo"


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8080, show_default=True, envvar="SYNDICATE_SERVE__PORT"
)
@click.option("--into", type=click.Path(path_type=Path), default="demo-data", show_default=True)
@click.pass_context
def demo(context: click.Context, port: int, into: Path) -> None:
    """Serve a day of a made-up wire agency, to look around."""
    _check_free(port)
    folder = (context.obj / into).resolve()
    with _made(folder):
        _run(folder, port, into)


def _run(folder: Path, port: int, into: Path) -> None:
    os.environ["SYNDICATE_SERVE__PORT"] = str(port)
    os.environ["SYNDICATE_SITE__BASE_URL"] = f"http://127.0.0.1:{port}"
    start = datetime.now(UTC).replace(microsecond=0)
    settings, secrets = _load(folder, start)
    _say(settings, secrets, into)
    _serve(folder, start, secrets)


def _check_free(port: int) -> None:
    """Refuse a port that is taken with this command's own way out, before anything is made."""
    from syndicate.cli.processes import check_free

    try:
        check_free("127.0.0.1", port)
    except click.ClickException:
        raise click.ClickException(f"Port {port} cannot be used. Name a free one with --port.") from None


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """A fresh folder, for this demo alone. One that an earlier demo left is made anew; any other is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise click.ClickException(f"{folder} is not a demo's folder. Name another one with --into.")
        with _held(folder):
            shutil.rmtree(folder)
    with resources.as_file(resources.files("syndicate.demo").joinpath("folder")) as given:
        shutil.copytree(given, folder, dirs_exist_ok=True)
    with _held(folder):
        yield


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """The mark of a demo's folder, locked: a second demo does not pull the folder from under the first."""
    with (folder / MARK).open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise click.ClickException(f"A demo runs in {folder}. Name another folder with --into.") from None
        yield


def _load(folder: Path, start: datetime) -> tuple[Settings, Secrets]:
    """The day up to its now, its feeds and its contracts."""
    from syndicate.bootstrap import open_agency, prepare, take_up_feeds
    from syndicate.demo import contracts, day
    from syndicate.service.intake import take

    prepare(folder)
    agency = open_agency(folder)
    begins_at = next(day.messages(start - day.NOW)).received_at
    take_up_feeds(agency, begins_at)
    for wired in day.messages(start - day.NOW):
        if wired.received_at <= start:
            take(agency, wired.body, agency.settings.source("desk"), at=wired.received_at)
    secrets = contracts.sign(agency, begins_at)
    agency.close()
    return agency.settings, secrets


def _serve(folder: Path, start: datetime, secrets: Secrets) -> None:
    """Serve the folder, and beside it push the live messages as their time comes."""
    live = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "syndicate.demo.live",
            start.isoformat(),
            os.environ["SYNDICATE_SITE__BASE_URL"],
        ],
        stdin=subprocess.PIPE,
        start_new_session=True,  # the terminal's ^C is for the service; this one is ended with it
    )
    if live.stdin is not None:
        live.stdin.write(f"{secrets.source}\n".encode())
        live.stdin.flush()
    try:
        from syndicate.bootstrap import ready_to_serve
        from syndicate.cli import processes

        processes.serve(ready_to_serve(folder))
    finally:
        live.terminate()
        live.wait()


def _say(settings: Settings, secrets: Secrets, into: Path) -> None:
    """What to try, a line each."""
    base = settings.site.base_url
    command = f"{_program()} --folder {into}"
    lines = [
        f"{settings.site.title} is at {base}/ (^C stops it). In the next seven minutes eight messages arrive:",
        "a flash and its updates, a correction, the end of an embargo, a kill. Things to try:",
        "",
        f"  the ticker                {base}/",
        f"  a public feed (excerpts)  curl {base}/feeds/economy.rss",
        f"  the same in full          curl -u any:{secrets.reader} {base}/private/feeds/economy.rss",
        f"  for a feed reader         {base}/private/{secrets.reader}/feeds/all.atom",
        f"  one item as ninjs         curl -H 'Authorization: Bearer {secrets.api}' {base}/private/items/KEY.json",
        f"  a list of stories         {command} item list",
        f"  a kill                    {command} item kill KEY --reason 'wrong name' --yes",
        f"  why somebody sees it      {command} explain KEY --feed economy --as anonymous",
        "",
        "KEY is what ends the address of an item. The tokens are of this demo alone.",
    ]
    click.echo("\n".join(lines))


def _program() -> str:
    """How this program is called from here: by its name, or by its path where it is not on the PATH."""
    if shutil.which("syndicate"):
        return "syndicate"
    return os.path.relpath(Path(sys.executable).with_name("syndicate"))
