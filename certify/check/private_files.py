"""Where an operator's own problems lie: never in a policy or a plan, which others read."""

from __future__ import annotations

import os
from pathlib import Path

from certify.check.base import PRIVATE_PREFIX
from certify.check.benchmarks import Benchmark, read_benchmark
from certify.errors import UsageError

FOLDER = "CERTIFY_PRIVATE_SETS"
"""Environment variable: the folder with the files of private sets."""

_ENDINGS = (".jsonl", ".parquet")


def source_name(name: str) -> str:
    """The name of a set among the sources: no id of the catalogue, and no path."""
    return PRIVATE_PREFIX + name


def read_private(source: str, file: Path | None = None) -> Benchmark:
    """A private set.

    Args:
        source: see :func:`source_name`.
        file: where it lies, when not in the folder of private sets.

    Raises:
        UsageError: CERT-E476, its file is not at hand; CERT-E100, it is no set of problems. Neither quotes from it.
    """
    name = source.removeprefix(PRIVATE_PREFIX)
    return read_benchmark(str(file or _place(name)))


def _place(name: str) -> Path:
    folder = os.environ.get(FOLDER)
    found = [Path(folder) / f"{name}{ending}" for ending in _ENDINGS] if folder else []
    for path in found:
        if path.is_file():
            return path
    raise UsageError(
        "CERT-E476",
        f"the private set {name} is not at hand",
        f"neither {name}.jsonl nor {name}.parquet is in {folder}" if folder else f"{FOLDER} is not set",
        f"put its file into a folder of your own and name that in {FOLDER}",
    )
