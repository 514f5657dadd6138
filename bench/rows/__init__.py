"""The rows, a small function each, by what they are about. Importing this room registers them all."""

from __future__ import annotations

from bench.rows import answers, commits, growth, inputs, processes, rendering, reports, tokens

__all__ = ["answers", "commits", "growth", "inputs", "processes", "rendering", "reports", "tokens"]
