"""Every parser is shown so many mutated inputs: `python -m tests.hostile.fuzz --inputs 200000`.

Nothing but its own refusals may come out. A line for each parser says how many inputs it had, how many it
refused, what else came out (with the number that makes it again), and how long the slowest took.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.mutator import Mutator
from tests.hostile.parsers import Parser, parsers
from tests.newsroom import Newsroom


@dataclass
class Tally:
    """What came of showing a parser its inputs; `others` holds what should not have come, by number."""

    inputs: int = 0
    refused: int = 0
    slowest: float = 0.0
    others: dict[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        line = f"{self.inputs:>9} {self.refused:>9} {len(self.others):>7} {self.slowest:>8.2f} s"
        return "\n".join(
            [line, *(f"    {number}: {fault}" for number, fault in list(self.others.items())[:5])]
        )


def fuzzed(parser: Parser, numbers: range) -> Tally:
    """Show `parser` the mutations of these numbers."""
    tally, mutator = Tally(), Mutator(parser.seeds)
    for number in numbers:
        body = mutator.mutated(number)
        began = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what a parser thinks of its input is no fault
                parser.parse(body)
        except parser.refusals:
            tally.refused += 1
        except Exception as fault:  # noqa: BLE001  this is what is looked for
            tally.others[number] = f"{type(fault).__name__}: {str(fault)[:200]}"
        tally.inputs += 1
        tally.slowest = max(tally.slowest, time.process_time() - began)
    return tally


def main() -> int:
    """Fuzz them all, or those that are named; 1 when anything came out that should not."""
    asked = argparse.ArgumentParser(description="Show every parser mutated inputs.")
    asked.add_argument("--inputs", type=int, default=200_000, help="so many for each parser")
    asked.add_argument("--only", action="append", help="the name of a parser; may be given again")
    given = asked.parse_args()
    faults = 0
    print(f"{'parser':<22} {'inputs':>9} {'refused':>9} {'others':>7} {'slowest':>10}")
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stderr(sys.stdout):
        folder = Path(name)
        (folder / "files").mkdir()
        with Newsroom.open(folder / "wire") as newsroom:
            for parser in parsers(folder / "files", newsroom):
                if given.only and parser.name not in given.only:
                    continue
                tally = fuzzed(parser, range(given.inputs))
                print(f"{parser.name:<22} {tally}", flush=True)
                faults += len(tally.others)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
