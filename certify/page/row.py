"""A label and its text: what most of a page is made of."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A label and its text."""

    label: str
    """What it is."""
    text: str
    """What it says."""
