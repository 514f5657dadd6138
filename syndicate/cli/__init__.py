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
        code = syndicate.main(prog_name="syndicate", standalone_mode=False)
    except click.exceptions.Abort as error:
        is_interrupted = isinstance(error.__cause__, KeyboardInterrupt)
        done = "what was done before stays done" if is_interrupted else "nothing was done"
        code = _failed(f"Stopped; {done}.")
    except click.UsageError as error:
        error.show()
        code = error.exit_code
    except click.ClickException as error:
        code = _failed(error.message)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        code = _failed(*_sentences(error))
    sys.exit(code)


def _sentences(error: Exception) -> tuple[str, ...]:
    """Our own errors speak for themselves; of others only the kind is shown, since texts may be in them."""
    from syndicate.settings import SettingsError

    if isinstance(error, SettingsError):
        return error.problems
    if type(error).__module__.startswith("syndicate."):
        return (str(error),)
    if isinstance(error, UnicodeEncodeError):
        return ("Something here is not UTF-8. Look at the words of the command, and set the shell to UTF-8.",)
    if isinstance(error, OSError) and error.filename is not None:
        why = f"{error.filename} cannot be used ({error.strerror})"
        return (f"{why}. Check the path, and who may read and write there.",)
    return (f"Something went wrong that should not: {type(error).__name__}. `--debug` shows where.",)


def _failed(*sentences: str) -> int:
    for sentence in sentences:
        click.echo(f"syndicate: {sentence}", err=True)
    return 1
