"""The bench: how fast the service is beside what one could have instead, in one run on one machine.

`python -m bench` makes a house of so many items, starts the service on a copy of it, and the peers on
loopback, and prints for each row what must be reached, what is aimed at, and what was. A figure is a ratio
wherever it can be, since machines differ; `docs/bench.md` is written by a whole run.
"""
