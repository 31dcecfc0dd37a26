"""Where an operator's own problems lie: never in a policy or a plan, which others read."""

from __future__ import annotations

import os
from pathlib import Path

from certify.check.base import PRIVATE_PREFIX
from certify.check.benchmarks import Benchmark, read_benchmark
from certify.check.canary_files import KEY_ENDING, read_canaries
from certify.errors import UsageError

FOLDER = "CERTIFY_PRIVATE_SETS"
"""Environment variable: the folder with the files of private sets."""

_ENDINGS = (".jsonl", ".parquet")


def source_name(name: str) -> str:
    """The name of a set among the sources: no id of the catalogue, and no path."""
    return PRIVATE_PREFIX + name


def read_private(source: str, file: Path | None = None) -> Benchmark:
    """A private set, or the key file of planted items.

    Args:
        source: see :func:`source_name`.
        file: where it lies, when not in the folder of private sets.

    Raises:
        UsageError: CERT-E476, its file is not at hand; CERT-E100, it is no set of problems; CERT-E490, no key
            file. None quotes from it.
    """
    name = source.removeprefix(PRIVATE_PREFIX)
    if name.endswith(KEY_ENDING):
        return read_canaries(name.removesuffix(KEY_ENDING), file or _place(name, ("",)))
    return read_benchmark(str(file or _place(name, _ENDINGS)))


def _place(name: str, endings: tuple[str, ...]) -> Path:
    folder = os.environ.get(FOLDER)
    found = [Path(folder) / f"{name}{ending}" for ending in endings] if folder else []
    for path in found:
        if path.is_file():
            return path
    missing = " nor ".join(f"{name}{ending}" for ending in endings)
    raise UsageError(
        "CERT-E476",
        f"the private set {name} is not at hand",
        f"{'neither ' if len(endings) > 1 else 'no '}{missing} is in {folder}" if folder else f"{FOLDER} is not set",
        f"put its file into a folder of your own and name that in {FOLDER}",
    )
