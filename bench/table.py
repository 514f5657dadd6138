"""The table: of each mark the median of its rounds, between its bounds, and how calm the machine was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.figures import Mark, Row, shown
from bench.machine import BUSY, Calm

HEAD = ("#", "items", "what", "figure", "rounds", "must", "aim", "reached")


@dataclass
class Result:
    """What the rounds of one row gave, for one size (None: no size matters), or why there are no more."""

    row: Row
    items: int | None
    rounds: list[Sequence[float]] = field(default_factory=list)
    calms: list[Calm] = field(default_factory=list)
    lacking: str | None = None
    wrong: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether no more rounds can be measured."""
        return self.lacking is not None or self.wrong is not None

    @property
    def is_short(self) -> bool:
        """Whether the row stays short of what it must reach."""
        return self.wrong is not None or any(line[-1] == "no" for line in self.lines())

    def add(self, figures: Sequence[float], calm: Calm) -> None:
        """One round more. Raises `ValueError` when there is not a figure for each mark."""
        if len(figures) != len(self.row.marks):
            raise ValueError(f"Row {self.row.number} gave {len(figures)} figures.")
        self.rounds.append(figures)
        self.calms.append(calm)

    def figure(self, number: int) -> float:
        """The median of the rounds, of the mark of this number."""
        return median(each[number] for each in self.rounds)

    def lines(self) -> Iterator[tuple[str, ...]]:
        """A line for each mark, as cells in the order of HEAD."""
        items = "" if self.items is None else f"{self.items:,}"
        for number, mark in enumerate(self.row.marks):
            named = (str(self.row.number), items, f"{self.row.title}: {mark.what}")
            bounds = (mark.bound(mark.must), mark.bound(mark.aim))
            if self.wrong is not None:
                yield (*named, "-", "", *bounds, f"wrong: {self.wrong}")
            elif not self.rounds:
                yield (*named, "-", "", *bounds, f"not measured: {self.lacking}")
            else:
                yield (*named, *self._measured(number, mark, bounds))

    def _measured(self, number: int, mark: Mark, bounds: tuple[str, str]) -> Iterator[str]:
        figure, rounds = self.figure(number), [each[number] for each in self.rounds]
        yield f"{shown(figure)}{mark.unit}"
        yield f"{shown(min(rounds))} to {shown(max(rounds))}"
        yield from bounds
        yield mark.verdict(figure)


def markdown(results: Sequence[Result]) -> str:
    """The table for the docs."""
    lines = [HEAD, ("---",) * len(HEAD), *(line for each in results for line in each.lines())]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def plain(results: Sequence[Result]) -> str:
    """The table for a terminal."""
    lines = [HEAD, *(line for each in results for line in each.lines())]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def calmness(results: Sequence[Result]) -> str:
    """How much others had of the machine meanwhile, in one sentence."""
    calms = [calm for each in results for calm in each.calms]
    if not calms:
        return "Nothing was measured."
    others, steal = (median(getattr(calm, name) for calm in calms) for name in ("others", "steal"))
    disturbed = sum(calm.is_disturbed for calm in calms)
    return (
        f"Others took {others:.0%} of the machine and its host {steal:.0%} (medians over {len(calms)} "
        f"measurements); {disturbed} of them stayed disturbed ({BUSY:.0%} or more) after the last attempt."
    )
