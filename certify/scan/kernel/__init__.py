"""The compiled part of the scan: functions over flat arrays, without Python objects and without the GIL.

Machine code is kept in the user's cache under a digest of every source file of this folder, because numba's own cache
does not notice that a function called from another file has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numba

from certify.files import user_cache_folder


def _sources() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


CACHE = user_cache_folder() / "kernel" / _sources()
"""Where the machine code of exactly these sources is kept."""


@contextmanager
def _cached() -> Iterator[None]:
    # Where numba keeps code is decided when a function is decorated, so the setting is needed during import alone.
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


with _cached():
    from certify.scan.kernel import (
        align,
        clusters,
        features,
        folding,
        joining,
        json_lines,
        json_parts,
        json_strings,
        learn,
        lookup,
        rows,
        search,
        utf8,
        vectors,
        words,
    )

__all__ = [
    "align",
    "clusters",
    "features",
    "folding",
    "joining",
    "json_lines",
    "json_parts",
    "json_strings",
    "learn",
    "lookup",
    "rows",
    "search",
    "utf8",
    "vectors",
    "words",
]
