"""Which model lies somewhere now, without reading again what has stood still since it was last read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from certify.evidence.dataset import DigestSource
from certify.evidence.model import FileRole
from certify.identify.cache import DigestCache
from certify.identify.files import FoundFile
from certify.identify.gguf_model import find_gguf, found_gguf
from certify.identify.hashing import HUGE_FILES
from certify.identify.known import find_digests
from certify.identify.manifest import Manifest
from certify.identify.model import screened
from certify.identify.reading import Progress
from certify.identify.roles import role_of

READ_AGAIN = 8 << 20
"""Bytes of remembered files that are read again each time, so that the answer still comes at once."""


class PresentModel(NamedTuple):
    """The runtime files of a model as they are now."""

    folder: Path
    """Where they are."""
    gguf: str | None
    """For a model in one GGUF file: what the file is called on disk."""
    manifest: Manifest
    """The files."""
    source: DigestSource
    """``recomputed`` where every byte was read, ``cached`` where some digest was remembered."""

    @property
    def identity(self) -> str:
        """SHA-256 of the manifest."""
        return self.manifest.identity


def present_model(
    path: Path, *, cache: DigestCache | None = None, rehash: bool = False, progress: Progress | None = None
) -> PresentModel:
    """The model at a path; unlike :func:`certify.identify.read_model` it looks at names and digests alone.

    What the files say is not judged: whoever holds the identity against a certified one knows them to the byte, and
    the certified ones were judged when they were tested.

    Args:
        path: a model folder, a GGUF file, or a folder with one and no other weights.
        cache: digests of files that have stood still; every byte is read when absent.
        rehash: whether every byte is read, whatever is remembered; what is read is remembered.
        progress: called with bytes read and bytes in all.

    Raises:
        UsageError: CERT-E020, not a model.
        HostileInput: CERT-E021 to E023, a name that no engine may see; CERT-E026, a file changed meanwhile;
            CERT-E112, a remembered digest is wrong.
    """
    folder, gguf, found = model_files(path)
    root = folder.resolve()  # which file system it is on is told by a path without links
    places = {file.path: (root, file) for file in found}
    known = find_digests(
        places, claims={}, cache=cache, rehash=rehash, sharding=HUGE_FILES, progress=progress, again=READ_AGAIN
    )
    manifest = Manifest.digested(found, (known.digests[file.path].sha256 for file in found))
    return PresentModel(folder, gguf, manifest, known.source)


def model_files(path: Path) -> tuple[Path, str | None, tuple[FoundFile, ...]]:
    """The folder, the GGUF file's name where the model is one, and the runtime files in the manifest's order.

    Raises:
        UsageError: CERT-E020; HostileInput: CERT-E021 to E023.
    """
    single = find_gguf(path)
    if single is not None:
        return single.parent, single.name, (found_gguf(single.parent, single.name),)
    found = tuple(file for file in screened(path) if role_of(file.path) is FileRole.RUNTIME)
    return path, None, found
