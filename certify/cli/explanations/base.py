"""The form of an explanation."""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    """What an error code means, for someone who has to act on it."""

    title: str
    """One line, without a full stop."""
    text: str
    """Two to four sentences: what it means, why the work stops there, what to do."""
