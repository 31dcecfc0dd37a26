"""What a scan reads: shards out of files and stores, and data that a program holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certify.scan.reading import HeldData
from certify.scan.shards import Shard, find_shards

Source = Shard | HeldData
"""One of them; the report names it as a shard."""


def find_sources(data: Sequence[Any]) -> tuple[list[Source], list[str]]:
    """The sources in what was given, files first, and the names of files in folders that cannot hold text.

    Args:
        data: paths, patterns and URLs as :func:`find_shards` takes them; :class:`HeldData`, or what it holds, which is
            then called ``data-1`` and so on by its place among such.

    Raises:
        CertifyError: as :func:`find_shards`.
    """
    paths = [one for one in data if isinstance(one, str | Path)]
    others = [one for one in data if not isinstance(one, str | Path)]
    held = [one if isinstance(one, HeldData) else HeldData(f"data-{n}", one) for n, one in enumerate(others, 1)]
    shards, skipped = find_shards(paths) if paths or not held else ([], [])
    return [*shards, *_distinct(held, {shard.name for shard in shards})], skipped


def _distinct(held: Sequence[HeldData], taken: set[str]) -> list[HeldData]:
    for one in held:
        name, number = one.name, 2
        while one.name in taken:
            one.name, number = f"{name} ({number})", number + 1
        taken.add(one.name)
    return list(held)
