"""The command line: noun, verb, reason. A file for each noun; knows `bootstrap` and the services.

Result on stdout, talk on stderr. Exit codes: 0 done, 1 refused or failed, 2 wrong usage. Rooms are
imported when a command needs them, so that `--help` is quick.
"""

from __future__ import annotations

import sys

import click

from syndicate.cli.root import syndicate


def main() -> None:
    """Run the command line; every failure is one sentence, and no traceback reaches a user."""
    try:
        syndicate.main(standalone_mode=False)
    except click.exceptions.Abort:
        _fail("Stopped; nothing was done.", 1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _fail(_sentence(error), 1)


def _sentence(error: Exception) -> str:
    """Our own errors speak for themselves; of others only the kind is shown, since texts may be in them."""
    if type(error).__module__.startswith("syndicate."):
        return str(error)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{where}."
    return f"Something went wrong that should not: {type(error).__name__}. `--debug` shows where."


def _fail(sentence: str, code: int) -> None:
    click.echo(f"syndicate: {sentence}", err=True)
    sys.exit(code)
