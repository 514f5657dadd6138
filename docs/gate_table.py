"""Prints the table of docs/gate.md from the code: `python docs/gate_table.py`."""

from syndicate.core.gate import table

HEAD = ("now", "public level", "anonymous", "licence: HEADLINE", "EXCERPT", "FULL", "desk")


def main() -> str:
    """The table in Markdown."""
    rule = ("---",) * len(HEAD)
    return "\n".join(f"| {' | '.join(row)} |" for row in (HEAD, rule, *table()))


if __name__ == "__main__":
    print(main())
