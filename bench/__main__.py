"""Run rows in turn, round after round, and print the table."""

from __future__ import annotations

import argparse
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path

import bench.rows  # noqa: F401 - which registers them
from bench import page
from bench.figures import ROWS, Lacking, Row, Scope, Wrong
from bench.ground import Ground, House
from bench.house import Size, stock
from bench.machine import Calm, watched
from bench.saying import say
from bench.table import Result, calmness, plain


def main() -> int:
    """Measure what the command line asks for. 1 when a row stays short of what it must reach."""
    options = _options()
    if missing := [program for program in ("wrk", "nginx") if shutil.which(program) is None]:
        say(f"The bench needs {' and '.join(missing)} (Debian: apt install wrk nginx-light).")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end with us
    sizes = [Size(items, options.tokens) for items in options.items]
    for size in sizes:
        stock(options.data, size)
    with ExitStack() as stack:
        ground = Ground(options.data, sizes, options.seconds, stack)
        results = list(_results([ROWS[number] for number in options.rows], sizes))
        for number in range(options.rounds):
            for result in results:
                say(f"round {number + 1} of {options.rounds}: row {result.row.number}, {result.row.title}")
                _measure(result, _house(ground, result), options.attempts)
    shutil.rmtree(options.data / "run", ignore_errors=True)
    print(plain(results))
    print(calmness(results))
    if options.write:
        command = shlex.join(["python", "-m", "bench", *sys.argv[1:]])
        run = page.Run(command, options.rounds, options.seconds, options.tokens)
        page.PAGE.write_text(page.text(results, run))
    return int(any(result.is_short for result in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--rows", type=_numbers, default=sorted(ROWS), help="which, as in 1,2,3; all if not given"
    )
    parser.add_argument("--items", type=_numbers, default=[10_000, 1_000_000], help="the sizes of the houses")
    parser.add_argument("--tokens", type=int, default=100_000, help="how many tokens a house has")
    parser.add_argument("--rounds", type=int, default=4, help="how many rounds the medians are of")
    parser.add_argument("--seconds", type=float, default=4, help="how long each load goes on")
    parser.add_argument("--attempts", type=int, default=3, help="how often a disturbed measurement is made")
    parser.add_argument("--data", type=Path, default=Path("data/bench"), help="where houses are kept")
    parser.add_argument("--write", action="store_true", help="write docs/bench.md")
    options = parser.parse_args()
    options.data = options.data.absolute()
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"There is no row {min(unknown)}; there are {min(ROWS)} to {max(ROWS)}.")
    return options


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",") if each]


def _results(rows: Sequence[Row], sizes: Sequence[Size]) -> Iterator[Result]:
    for row in rows:
        if row.scope is Scope.EACH:
            yield from (Result(row, size.items) for size in sizes)
        else:
            yield Result(row, None)


def _house(ground: Ground, result: Result) -> House:
    """The house that a row is measured on."""
    if result.items is None:
        return ground.largest if result.row.scope is Scope.GROWTH else ground.smallest
    return ground.house(next(size for size in ground.sizes if size.items == result.items))


def _measure(result: Result, house: House, most: int) -> None:
    """One round of one row; again while others keep the machine busy, and the calmest attempt counts."""
    if result.is_over:
        return
    attempts: list[tuple[Calm, Sequence[float]]] = []
    while len(attempts) < most and not (attempts and not attempts[-1][0].is_disturbed):
        try:
            with watched() as calm:
                figures = result.row.measure(house)
        except Lacking as lacking:
            result.lacking = str(lacking)
            say(f"  not measured: {lacking}")
            return
        except (Wrong, OSError, HTTPException) as fault:
            result.wrong = str(fault)
            say(f"  wrong: {fault}")
            return
        attempts.append((calm, figures))
        say(
            f"  {' '.join(f'{each:.3g}' for each in figures)} (others {calm.others:.0%}, host {calm.steal:.0%})"
        )
    calm, figures = min(attempts, key=lambda attempt: attempt[0].others + attempt[0].steal)
    result.add(figures, calm)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
