"""The compiled part of the scan: functions over flat arrays, without Python objects and without the GIL.

Machine code is kept in the user's cache under a digest of every source file of this folder, because numba's own cache
does not notice that a function called from another file has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
from numba.core import dispatcher
from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys

from certify.files import user_cache_folder


def _sources() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


CACHE = user_cache_folder() / "kernel" / _sources()
"""Where the machine code of exactly these sources is kept."""


class _Kept(FunctionCache):  # type: ignore[misc]  # numba has no types
    """Machine code that is kept, loaded without the compiler's tables.

    numba fills those before it looks whether it has to compile at all; that takes longer than a search of some
    megabytes, and where scipy is installed loads its linear algebra too. A compilation fills them itself.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


@contextmanager
def _cached() -> Iterator[None]:
    # Where and how numba keeps code is decided when a function is decorated: this is needed during import alone.
    before = numba.config.CACHE_DIR, dispatcher.FunctionCache
    numba.config.CACHE_DIR, dispatcher.FunctionCache = str(CACHE), _Kept
    try:
        yield
    finally:
        numba.config.CACHE_DIR, dispatcher.FunctionCache = before


with _cached():
    from certify.scan.kernel import (
        align,
        clusters,
        compiling,
        features,
        folding,
        joining,
        json_lines,
        json_parts,
        json_strings,
        learn,
        lookup,
        ordering,
        rows,
        search,
        utf8,
        vectors,
        words,
    )

__all__ = [
    "align",
    "clusters",
    "compiling",
    "features",
    "folding",
    "joining",
    "json_lines",
    "json_parts",
    "json_strings",
    "learn",
    "lookup",
    "ordering",
    "rows",
    "search",
    "utf8",
    "vectors",
    "words",
]
