"""Loading the compiler that the search needs, without what the search does not need."""

from __future__ import annotations

import sys

_UNUSED = ("scipy", "scipy.linalg.cython_blas")
"""Where scipy is installed numba loads its linear algebra with the first function, whatever that one does."""


def load_compiler() -> None:
    """Loads numba but not scipy, which saves some tenths of a second; does nothing that importing would not do later.

    For a process of certify's own: numba code of others in it could no longer multiply matrices.
    """
    hidden = [name for name in _UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how Python notes that there is none
    try:
        from numba.core.registry import cpu_target

        cpu_target.target_context.refresh()
    finally:
        for name in hidden:
            del sys.modules[name]
