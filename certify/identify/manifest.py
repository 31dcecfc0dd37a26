"""The canonical list of files whose digest is an identity."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple, TypeVar

from certify.errors import HostileInput
from certify.evidence.canonical import parse_json
from certify.evidence.model import FileEntry
from certify.identify.files import FoundFile

MAX_MANIFEST = 4 * 1024**3
"""Bytes; the list of twenty million files, the most that data may have, with names of usual length."""
_TOGETHER = 4096

Content = TypeVar("Content", bound=Hashable)


@dataclass(frozen=True)
class Manifest:
    """Files sorted by the UTF-8 bytes of their paths, each path once."""

    files: tuple[FileEntry, ...]

    @classmethod
    def of(cls, files: Iterable[FileEntry]) -> Manifest:
        """The manifest of these files, in any order."""
        return cls(tuple(sorted(files, key=_order)))

    @classmethod
    def digested(cls, files: Iterable[FoundFile], digests: Iterable[str]) -> Manifest:
        """The manifest of files whose SHA-256 (hex) are ``digests``, in the same order."""
        pairs = zip(files, digests, strict=True)
        return cls.of(FileEntry(path=file.path, size=file.size, sha256=digest) for file, digest in pairs)

    @classmethod
    def from_bytes(cls, data: bytes, *, max_bytes: int = MAX_MANIFEST) -> Manifest:
        """The manifest of untrusted bytes, which must be exactly the canonical ones.

        Raises:
            HostileInput: CERT-E025, not a manifest; the codes of the strict JSON reader.
        """
        document = parse_json(data, name="manifest.json", max_bytes=max_bytes)
        if not isinstance(document, list):
            raise _malformed("it is not a list")
        manifest = cls(tuple(FileEntry.from_document(entry, name="manifest entry") for entry in document))
        paths = [_order(entry) for entry in manifest.files]
        if paths != sorted(set(paths)):
            raise _malformed("its paths are not sorted, or one is named twice")
        if not all(map(_is_plain, manifest.files)):
            raise _malformed("a path leaves the folder")
        if manifest.to_bytes() != data:
            raise _malformed("its bytes are not the canonical form")
        return manifest

    def to_bytes(self) -> bytes:
        """The bytes of ``manifest.json``."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The bytes of ``manifest.json`` a few thousand files at a time, for manifests of millions.

        Source: RFC 8785. The keys of an entry are in its order already, its numbers are integers below 2**53, and
        without ``ensure_ascii`` Python escapes in texts just what the RFC does.
        """
        yield b"["
        for start in range(0, len(self.files), _TOGETHER):
            some = self.files[start : start + _TOGETHER]
            rows = [{"path": entry.path, "sha256": entry.sha256, "size": entry.size} for entry in some]
            text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))[1:-1]
            yield f"{',' if start else ''}{text}".encode()
        yield b"]"

    @property
    def identity(self) -> str:
        """SHA-256 (hex) of :meth:`to_bytes`: what ``sha256sum manifest.json`` prints."""
        sha256 = hashlib.sha256()
        for piece in self.pieces():
            sha256.update(piece)
        return sha256.hexdigest()

    @property
    def total_bytes(self) -> int:
        """Size of the files together."""
        return sum(entry.size for entry in self.files)


class DifferenceKind(StrEnum):
    """How a file differs from the manifest."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"
    RENAMED = "renamed"


class Difference(NamedTuple):
    """One file that is not as the manifest says."""

    kind: DifferenceKind
    path: str
    """As the expected manifest names it; for added files, as found."""
    detail: str
    """What is different, in plain words."""


def compare(expected: Manifest, found: Manifest) -> tuple[Difference, ...]:
    """Every difference between two manifests, sorted by path; empty when they are equal."""
    old, new = ({entry.path: (entry.sha256, entry.size) for entry in each.files} for each in (expected, found))
    return differences(old, new, _changed)


def differences(
    old: Mapping[str, Content], new: Mapping[str, Content], changed: Callable[[Content, Content], str]
) -> tuple[Difference, ...]:
    """Every difference between two lists of files, sorted by path; empty when they are equal.

    Args:
        old: path to whatever stands for the content, as it should be.
        new: the same as found.
        changed: says in plain words how two contents of one path differ.
    """
    found = [
        Difference(DifferenceKind.CHANGED, path, changed(old[path], new[path]))
        for path in old.keys() & new.keys()
        if old[path] != new[path]
    ]
    arrivals: dict[Content, list[str]] = defaultdict(list)
    for path in sorted(new.keys() - old.keys(), reverse=True):
        arrivals[new[path]].append(path)
    for path in sorted(old.keys() - new.keys()):
        names = arrivals[old[path]]
        if names:
            found.append(Difference(DifferenceKind.RENAMED, path, f"its content is now called {names.pop()}"))
        else:
            found.append(Difference(DifferenceKind.DROPPED, path, "it is missing"))
    added = (path for names in arrivals.values() for path in names)
    found += [Difference(DifferenceKind.ADDED, path, "it is not in the manifest") for path in added]
    return tuple(sorted(found, key=lambda difference: (difference.path.encode("utf-8"), difference.kind)))


def _changed(old: tuple[str, int], new: tuple[str, int]) -> str:
    if old[1] != new[1]:
        return f"{new[1]} bytes instead of {old[1]}"
    return f"SHA-256 {new[0][:16]}... instead of {old[0][:16]}..."


def _order(entry: FileEntry) -> str:
    return entry.path  # Python orders text by code points, and UTF-8 keeps that order


def _is_plain(entry: FileEntry) -> bool:
    parts = PurePosixPath(entry.path).parts
    return "/".join(parts) == entry.path and ".." not in parts and "\\" not in entry.path and parts[0] != "/"


def _malformed(why: str) -> HostileInput:
    return HostileInput("CERT-E025", "manifest.json is not a manifest of certify", why=why)
