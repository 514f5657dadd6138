"""The command line as a person at a shell meets it: the words go through `main`, in this process."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from syndicate.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command came to: its exit code, its result on stdout, its talk on stderr."""

    code: int
    raw: bytes
    stderr: str

    @property
    def stdout(self) -> str:
        """The result, as text."""
        return self.raw.decode(errors="replace")

    @property
    def rows(self) -> Any:
        """What stands on stdout, which must be JSON."""
        return json.loads(self.stdout)

    @property
    def sentence(self) -> str:
        """The one line of talk."""
        (line,) = self.stderr.splitlines()
        return line


@dataclass(frozen=True)
class Shell:
    """A shell with `--folder` at a working folder, and no terminal."""

    folder: Path

    def run(self, *words: object, typed: str | bytes = "") -> Ran:
        """A command, whatever it comes to. No traceback may come out of it."""
        arguments = ["syndicate", "--folder", str(self.folder), *map(str, words)]
        with CliRunner().isolation(typed) as (stdout, stderr, _), patch.object(sys, "argv", arguments):
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
            sys.stdout.flush()
            ran = Ran(int(code), stdout.getvalue(), stderr.getvalue().decode())
        assert "Traceback" not in ran.stdout + ran.stderr
        return ran

    def does(self, *words: object, typed: str | bytes = "") -> Ran:
        """A command that is done."""
        ran = self.run(*words, typed=typed)
        assert ran.code == 0, ran.stderr
        return ran

    def refuses(self, *words: object, typed: str | bytes = "") -> str:
        """The sentence with which a command is refused; nothing stands on stdout."""
        ran = self.run(*words, typed=typed)
        assert (ran.code, ran.stdout) == (1, ""), ran
        return ran.sentence

    def misreads(self, *words: object, typed: str | bytes = "") -> str:
        """The talk about a wrong usage; nothing stands on stdout."""
        ran = self.run(*words, typed=typed)
        assert (ran.code, ran.stdout) == (2, ""), ran
        return ran.stderr
