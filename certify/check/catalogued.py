"""The names of the published benchmarks that certify knows, for whoever needs no more of them."""

from __future__ import annotations

from importlib.resources.abc import Traversable

from certify.resources import room


def catalogue() -> tuple[str, ...]:
    """The ids of all benchmarks that certify knows, sorted; the files of some have to be brought along."""
    names = (entry.name for entry in entries().iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def entries() -> Traversable:
    """The folder with an entry for each of them."""
    return room("policies") / "benchmarks"
