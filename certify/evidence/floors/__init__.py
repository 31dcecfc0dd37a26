"""Floors as they were measured once, by generator: what a check prints, and what a reader holds it against.

A table is written by ``python -m certify.check.<name>.floor``, which names the versions of the generators.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def floor_text(name: str) -> str:
    """The text of the table of ``families``, ``public``, ``puzzles``, ``chains``, ``revisions``, ``tools`` or
    ``worlds``."""
    return (files("certify.evidence.floors") / f"{name}.json").read_text(encoding="utf-8")


def floor_table(name: str) -> dict[str, Any]:
    """The same as a document."""
    found: dict[str, Any] = json.loads(floor_text(name))
    return found
