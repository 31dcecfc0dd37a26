"""A second engine for expressions: the Rust implementation of CEL, to hold the first one against.

It comes with the package ``common-expression-language``; tests that want it skip where that is not installed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest

from certify.decide.engine import Answer

cel = pytest.importorskip("cel", reason="the Rust engine is not installed: pip install common-expression-language")
if not hasattr(cel, "Context"):
    pytest.skip("another package is installed under the name cel", allow_module_level=True)


class RustCel:
    """The Rust engine behind the interface of ours."""

    def bind(self, names: Mapping[str, Any]) -> Any:
        """The names as its own context."""
        return cel.Context(dict(names))

    def evaluate(self, text: str, bound: Any) -> Answer:
        """The value, or why there is none; it raises Python's own errors, one kind for each cause."""
        compiled = _compiled(text)
        try:
            value = compiled.execute(bound)
        except Exception as error:
            return Answer(error=str(error) or type(error).__name__)
        if isinstance(value, float) and not math.isfinite(value):
            return Answer(error="the result is not a finite number")
        return Answer(value=value)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Any:
    return cel.compile(text)
