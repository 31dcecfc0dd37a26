"""A model's files kept open from the moment they were read, so that a change before they are used is noticed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from certify.evidence.dataset import DigestSource
from certify.evidence.model import FileEntry
from certify.identify.files import FoundFile, Stamp, stamp_of
from certify.identify.manifest import Manifest
from certify.identify.present import PresentModel, model_files
from certify.identify.reading import Folders, HashedFile, Meter, Progress, changed, checked
from certify.identify.threads import each_file


class HeldModel:
    """A model whose runtime files are open, every byte of them read through these very descriptors.

    An open file cannot be exchanged for another under its name without :meth:`recheck` noticing, nor be written to
    without its times telling. What it cannot notice is a change after it was asked, or one by whoever can also set
    the clock.

    Args:
        path: a model folder or a GGUF file, as for :func:`certify.identify.present_model`.
        progress: called with bytes read and bytes in all.

    Raises:
        UsageError: CERT-E020; HostileInput: CERT-E021 to E023, CERT-E026.
    """

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self._path = path
        self._descriptors: dict[str, tuple[int, Stamp]] = {}
        self._folder, gguf, self._found = model_files(path)
        meter = Meter(sum(file.size for file in self._found), progress)
        try:
            entries = each_file(self._found, lambda file: self._hold(file, meter), meter)
        except BaseException:
            self.close()
            raise
        self.present = PresentModel(self._folder, gguf, Manifest.of(entries), DigestSource.RECOMPUTED)
        """Which model it is, as its files said when they were read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def place(self) -> Path:
        """What a server is to be told: the folder, or the GGUF file; without a link on the way to it."""
        folder = self._folder.resolve()
        return folder / self.present.gguf if self.present.gguf else folder

    def recheck(self) -> None:
        """Returns if the same files, and no others, still stand as they were read.

        Raises:
            UsageError: CERT-E020; HostileInput: CERT-E021 to E023; CERT-E026, one was changed, added or removed.
        """
        _, _, now = model_files(self._path)
        standing = {file.path: file.stamp for file in now}
        for path, (descriptor, stamp) in self._descriptors.items():
            if stamp_of(os.fstat(descriptor)) != stamp or standing.pop(path, None) != stamp:
                raise changed(path)
        for path in standing:
            raise changed(path)

    def close(self) -> None:
        """Lets go of the files."""
        for descriptor, _ in self._descriptors.values():
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._descriptors.clear()

    def _hold(self, file: FoundFile, meter: Meter) -> FileEntry:
        with Folders(self._folder) as folders:
            descriptor = folders.open(file)
        try:
            stamp = checked(descriptor, file)
            stream = HashedFile(descriptor, file.path, file.size, meter)
            stream.drain()
            if stream.position != file.size or stamp_of(os.fstat(descriptor)) != stamp:
                raise changed(file.path)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptors[file.path] = (descriptor, stamp)
        return FileEntry(path=file.path, size=file.size, sha256=stream.hexdigest())
