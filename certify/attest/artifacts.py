"""Materials and products: what a step read and wrote, by path and digest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from certify.errors import UsageError
from certify.identify.datasets import read_dataset

Artifacts: TypeAlias = dict[str, dict[str, str]]
"""Relative path to its digests, as in-toto writes them."""


def read_artifacts(paths: Iterable[Path], base: Path) -> Artifacts:
    """The digest of every file in ``paths``, folders taken whole, named relative to ``base``.

    Source: in-toto specification v1.0, section 4.4 (materials, products).

    Raises:
        UsageError: CERT-E057, a path is not there or outside ``base``; CERT-E029, a folder is empty.
        HostileInput: CERT-E023, CERT-E026, a link, or a file that changed while it was read.
    """
    found: Artifacts = {}
    for path in paths:
        name = _relative(path, base)
        content = read_dataset([path])
        for entry in content.manifest.files:
            within = name if path.is_file() else f"{name}/{entry.path}".removeprefix("./")
            found[within] = {"sha256": entry.sha256}
    return dict(sorted(found.items()))


def _relative(path: Path, base: Path) -> str:
    absolute, root = Path(os.path.abspath(path)), Path(os.path.abspath(base))
    if not absolute.exists():
        raise UsageError(
            "CERT-E057",
            f"{path} does not exist",
            "a step that records nothing would look like a step that used nothing",
            "check the path",
        )
    if not absolute.is_relative_to(root):
        raise UsageError(
            "CERT-E057",
            f"{path} is outside {root}",
            "steps name files relative to one folder, so that others can check them elsewhere",
            "give a folder that holds all materials and products as the base",
        )
    return absolute.relative_to(root).as_posix()
