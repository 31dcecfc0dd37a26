"""How the functions of this folder are compiled.

Whatever a kept function calls becomes part of its machine code, so what only other functions call is kept nowhere.
Every kind of argument compiles a function once more, and a plain number is a kind of its own.
"""

from __future__ import annotations

from numba import njit

kept = njit(nogil=True, cache=True, error_model="numpy")
"""For what Python calls: compiled on the first call ever, and kept."""

inner = njit(no_cfunc_wrapper=True, error_model="numpy")
"""For what other functions call."""

unfolded = njit(inline="always", error_model="numpy")
"""For what is a line or two: written out where it is called."""
