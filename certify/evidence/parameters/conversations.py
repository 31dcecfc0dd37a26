"""Parameters of conversations of several turns, and of tools."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from certify.evidence.base import StrictValue


class MultiTurnParameters(StrictValue):
    """Check ``multi-turn``."""

    levels: tuple[int, ...] = Field(default=(2, 3, 4, 5), min_length=1)
    """Difficulties, each once: 2, 2, 4, 6 and 8 revisions of 2, 3, 3, 4 and 5 lines at levels 1 to 5."""
    items: int = Field(default=80, ge=10, le=5000)
    """Items over all levels, shared out evenly; each is asked in three ways."""
    samples: int = Field(default=4, ge=1, le=64)
    """Answers to each item, in each way."""
    acknowledge: bool = False
    """Ask for a word of acknowledgement between the turns, rather than for the total each time."""
    max_tokens: int = Field(default=4096, ge=16, le=131072)
    """Longest answer to a turn, reasoning included, tokens."""


class UnseenToolsParameters(StrictValue):
    """Check ``unseen-tools``."""

    modes: tuple[Literal["act", "plan"], ...] = Field(default=("act", "plan"), min_length=1)
    """How each item is asked: act, with results coming back; plan, all calls at once."""
    levels: tuple[int, ...] = Field(default=(3, 4, 5, 6), min_length=1)
    """Difficulties, each once: 1, 1, 2, 3, 4 and 6 tools are needed at levels 1 to 6."""
    items: int = Field(default=120, ge=12, le=5000)
    """Items over all levels, shared out evenly; each is asked in each mode."""
    samples: int = Field(default=4, ge=1, le=64)
    """Answers to each item, in each mode."""
    max_tokens: int = Field(default=4096, ge=16, le=131072)
    """Longest answer to a turn, reasoning included, tokens."""
