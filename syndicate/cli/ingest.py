"""`ingest`: files, folders and standard input, the way of every message."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndicate.cli.saying import agency_of, plain

if TYPE_CHECKING:
    from syndicate.service.intake import Taken


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--source", help="Whose messages they are; without it, the only source of config.toml.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and keep nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print a line of JSON for every item.")
@click.pass_context
def ingest(
    context: click.Context, paths: tuple[Path, ...], source: str | None, dry_run: bool, is_json: bool
) -> None:
    """Take in messages of any input format: FILE, FOLDER (and all below it), or - for standard input."""
    from syndicate.service.intake import look, take

    agency = agency_of(context)
    named = agency.settings.source(source or _only_source(list(agency.settings.sources)))
    files = list(_files(paths))
    verb = look if dry_run else take
    counts: Counter[str] = Counter()
    for path, body in _watched(files):
        for taken in verb(agency, body, named):
            counts[taken.outcome.value if taken.outcome else f"refused ({taken.reason})"] += 1
            if is_json:
                click.echo(json.dumps(_shown(path, taken), ensure_ascii=False))
            elif taken.outcome is None:
                why = f"refused, {taken.reason}: {plain(taken.detail or '')}"
                click.echo(f"{click.format_filename(path)}: {why}", err=True)
    click.echo(_sum(counts) or "no items", err=is_json)
    if any(name.startswith("refused") for name in counts):
        context.exit(1)


def tell(context: click.Context, taken: Iterable[Taken]) -> None:
    """Say what became of a message, in a line. Exit code 1 when any item of it was refused."""
    counts = Counter(each.outcome.value if each.outcome else f"refused ({each.reason})" for each in taken)
    click.echo(_sum(counts) or "no items")
    if any(name.startswith("refused") for name in counts):
        context.exit(1)


def _sum(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))


def _only_source(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    raise click.UsageError(f"Say whose messages they are: --source {'|'.join(names) or 'NAME'}.")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files meant, folders walked in the order of their names; links out of a folder are not followed."""
    for path in paths:
        if str(path) == "-":
            yield path
        elif path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
        elif path.is_file():
            yield path
        else:
            raise click.UsageError(f"There is no file or folder {str(path)!r}.")


def _watched(files: list[Path]) -> Iterator[tuple[Path, bytes]]:
    """The files and their bytes, under a progress bar where somebody watches."""
    if len(files) > 1 and sys.stderr.isatty():
        with click.progressbar(files, label="taking in", file=sys.stderr) as watched:
            yield from ((path, _bytes(path)) for path in watched)
        return
    for path in files:
        yield path, _bytes(path)


def _bytes(path: Path) -> bytes:
    from syndicate.service.intake import LARGEST

    if str(path) == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _shown(path: Path, taken: Taken) -> dict[str, object]:
    return {
        "file": click.format_filename(path),
        "uri": taken.uri,
        "key": taken.key,
        "version": taken.version,
        "outcome": taken.outcome and taken.outcome.value,
        "reason": taken.reason,
        "detail": taken.detail,
    }
