"""The commands by name; a command's file is imported when the command is used."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

_COMMANDS = {
    "init": ("setup", "Make a working folder: config.toml, feeds, keys, database."),
    "config": ("setup", "Check or show the settings."),
    "db": ("setup", "Bring the database to the schema of this program, or check it."),
    "backup": ("backup", "Back the databases up, while the service runs."),
    "restore": ("backup", "Put a backup back, and do again what was done since."),
    "doctor": ("doctor", "Say what is wrong, and how to mend it."),
    "serve": ("serve", "Serve feeds and pages, with a worker beside."),
    "worker": ("serve", "Visit sources and take up changed feed files."),
    "demo": ("demo", "Serve a day of a made-up wire agency, to look around."),
    "ingest": ("ingest", "Take in files, folders, or standard input."),
    "explain": ("item", "Say what somebody sees of an item, and why."),
    "feed": ("feed", "The feeds: list, show, check, preview."),
    "source": ("source", "The sources: list, add, list and end keys, poll."),
    "quarantine": ("quarantine", "What could not be read: list, show, replay, discard."),
    "item": ("item", "Stories: list, show, kill, hold, release, who-got, purge."),
    "report": ("report", "Who has what: company, kills."),
    "company": ("company", "Customers: add, list, show, suspend, resume."),
    "licence": ("licence", "What a company may have: add, list, end."),
    "token": ("token", "Credentials: issue, list, show, rotate, revoke."),
    "keys": ("keys", "The keys that sign tokens: rotate, drop."),
}


class _Lazily(click.Group):
    """A group that imports a command when it is asked for, and says what may have been meant."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = import_module(f"syndicate.cli.{_COMMANDS[name][0]}")
        command: click.Command = getattr(module, name)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], _COMMANDS, 1)
            hint = f" Did you mean {close[0]!r}?" if close else " `syndicate --help` lists them."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", context)
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Lazily, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The working folder, with config.toml.",
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(package_name="syndicate")
@click.pass_context
def syndicate(context: click.Context, folder: Path, debug: bool) -> None:
    """Wire items in, gated feeds out."""
    context.obj = folder.resolve()
