"""The programs that write pages, loaded from ``docs/``, which is no package."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parents[2] / "docs"


@cache
def program(path: str) -> ModuleType:
    """The program at a path below ``docs/``; loaded once."""
    spec = importlib.util.spec_from_file_location(path.removesuffix(".py").replace("/", "_"), DOCS / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
