"""Materials and products: what a step read and wrote, by path and digest, each file read once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from certify.errors import UsageError
from certify.evidence.dataset import DigestSource
from certify.identify.datasets import read_dataset
from certify.identify.files import Stamp, stamp_of
from certify.identify.manifest import Manifest
from certify.identify.reading import Progress

Artifacts: TypeAlias = dict[str, dict[str, str]]
"""Relative path to its digests, as in-toto writes them."""

MANIFEST = ".certify-manifest.json"
"""Stands for all files of a folder that holds more than ``MAX_LISTED``."""
MAX_LISTED = 100_000
RACY_NS = 2_000_000_000
"""Nanoseconds within which two changes may carry one time: the coarsest clock of a file system, FAT's."""


@dataclass(frozen=True)
class ReadPath:
    """A file or folder as a step found it."""

    name: str
    """Its path below the base."""
    is_folder: bool
    """Whether it is a folder."""
    manifest: Manifest
    """Its files, named within the folder; a lone file under its own name."""
    source: DigestSource = DigestSource.RECOMPUTED
    """Whether every byte was read for this, or a file that stood still since the step's materials were read was not."""
    stamps: Mapping[str, Stamp] = field(default_factory=dict, repr=False)
    """When each file last changed; empty where that could not be told, or too recent to tell two changes apart."""

    @cached_property
    def identity(self) -> str:
        """SHA-256 (hex) of the manifest: the identity of a folder as a dataset."""
        return self.manifest.identity

    def artifacts(self, max_listed: int = MAX_LISTED) -> Artifacts:
        """Every file by its path below the base, or the manifest that stands for them."""
        if not self.is_folder:
            return {self.name: {"sha256": self.manifest.files[0].sha256}}
        if len(self.manifest.files) > max_listed:
            return {_below(self.name, MANIFEST): {"sha256": self.identity}}
        return {_below(self.name, entry.path): {"sha256": entry.sha256} for entry in self.manifest.files}


def read_artifacts(paths: Iterable[Path], base: Path) -> Artifacts:
    """The digest of every file in ``paths``, folders taken whole, named relative to ``base``.

    Source: in-toto specification v1.0, section 4.4 (materials, products).

    Raises:
        UsageError: CERT-E057, a path is not there or outside ``base``; CERT-E029, a folder is empty.
        HostileInput: CERT-E023, CERT-E026, a link, or a file that changed while it was read.
    """
    return merged(read_paths(paths, base), max_listed=sys.maxsize)


def read_paths(
    paths: Iterable[Path],
    base: Path,
    *,
    known: Sequence[ReadPath] = (),
    again: Iterable[Path] = (),
    progress: Progress | None = None,
) -> tuple[ReadPath, ...]:
    """Every path with the digests of its files; all of them must be there before the first is read.

    Args:
        known: earlier readings; a path whose files all carry the same stamps since is not read again.
        again: paths that will be asked for once more, and get stamps for it.
        progress: called with bytes read and bytes in all, for each path.

    Raises:
        as ``read_artifacts``.
    """
    named = [(path, artifact_name(path, base)) for path in paths]
    stamped = {artifact_name(path, base) for path in again if os.path.lexists(path)}
    earlier = {one.name: one for one in known if one.stamps}
    found = []
    for path, name in named:
        before = earlier.get(name)
        if before is not None and before.stamps == stamps_of(path):
            found.append(replace(before, source=DigestSource.CACHED))
        else:
            found.append(read_path(path, name, stamped=name in stamped, progress=progress))
    return tuple(found)


def read_path(path: Path, name: str, *, stamped: bool = False, progress: Progress | None = None) -> ReadPath:
    """One file or folder with the digests of its files."""
    started = time.time_ns()
    stamps = stamps_of(path) if stamped else {}
    content = read_dataset([path], progress=progress)
    if path.is_dir() and any(entry.path == MANIFEST for entry in content.manifest.files):
        raise UsageError(
            "CERT-E057",
            f"{path} holds a file called {MANIFEST}",
            "the name stands for the list of all files of a folder",
            "rename the file",
        )
    quiet = all(max(stamp[3:]) < started - RACY_NS for stamp in stamps.values())
    return ReadPath(name, path.is_dir(), content.manifest, content.identity.digest_source, stamps if quiet else {})


def stamps_of(path: Path) -> dict[str, Stamp]:
    """When each file below ``path`` last changed; links are not followed."""
    if not path.is_dir():
        return {"": stamp_of(path.lstat())}
    found: dict[str, Stamp] = {}
    for folder, _, names in os.walk(path):
        for name in names:
            place = os.path.join(folder, name)
            found[place] = stamp_of(os.lstat(place))
    return found


def merged(read: Iterable[ReadPath], max_listed: int = MAX_LISTED) -> Artifacts:
    """The artifacts of several paths, sorted by name."""
    return dict(sorted({name: digest for one in read for name, digest in one.artifacts(max_listed).items()}.items()))


def artifact_name(path: Path, base: Path, *, outside: bool = False) -> str:
    """The name of a path in links: relative to ``base``, forward slashes.

    Args:
        outside: whether a path outside ``base`` may be named by its last part.

    Raises:
        UsageError: CERT-E057, it is not there or outside ``base``.
    """
    absolute, root = Path(os.path.abspath(path)), Path(os.path.abspath(base))
    if not absolute.exists():
        raise UsageError(
            "CERT-E057",
            f"{path} does not exist",
            "a step that records nothing would look like a step that used nothing",
            "check the path",
        )
    if absolute.is_relative_to(root):
        return absolute.relative_to(root).as_posix()
    if outside:
        return absolute.name
    raise UsageError(
        "CERT-E057",
        f"{path} is outside {root}",
        "steps name files relative to one folder, so that others can check them elsewhere",
        "give a folder that holds all materials and products as the base",
    )


def _below(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"
