"""What the log answers to a statement it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Appended:
    """Where a statement is in the log, and the proof of it."""

    index: int
    """Log index, from 0."""
    proof: str
    """tlog-proof against a signed checkpoint that covers the entry."""
    duplicate: bool
    """Whether it was there before."""
