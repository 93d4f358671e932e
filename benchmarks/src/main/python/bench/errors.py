"""What the benchmark says when it cannot do what was asked."""

from __future__ import annotations

__all__ = ["BenchError"]


class BenchError(Exception):
    """A condition of the run that is not met; the message says which, and what to do."""
