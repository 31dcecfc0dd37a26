"""Data that a program holds: a Hugging Face dataset or Arrow table, identified without making Python rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify.errors import UsageError
from certify.evidence.canonical import sha256_hex
from certify.evidence.dataset import DatasetIdentity, DigestSource
from certify.evidence.model import FileEntry
from certify.identify.arrow_content import BATCH_ROWS, FORM, ArrowContent
from certify.identify.arrow_types import pyarrow
from certify.identify.datasets import DatasetFolder, read_dataset
from certify.identify.manifest import Manifest
from certify.identify.reading import Progress


@dataclass(frozen=True)
class ArrowData(DatasetFolder):
    """Data at hand; ``places`` and ``files`` are empty where it lies in no files of its own."""

    fingerprint: str | None = None
    """What the datasets library calls this state: a digest of its history, not of its content."""
    content: bytes | None = None
    """The canonical JSON behind the identity, where it was taken over content instead of files."""


def read_arrow(source: Any, name: str | None = None, *, progress: Progress | None = None) -> ArrowData:
    """The data behind a ``datasets`` object or an Arrow table.

    A map-style dataset that is exactly its cache files, row for row, is identified by these files, as
    ``read_dataset`` does it. Everything else is identified by its content, whatever the pieces it comes in.

    Args:
        source: ``datasets.Dataset`` or ``IterableDataset``, ``pyarrow.Table``, ``RecordBatch`` or
            ``RecordBatchReader``; a stream is consumed.
        name: what its steward calls it.
        progress: called with bytes read and bytes in all, or twice the bytes read where that is unknown.

    Raises:
        UsageError: CERT-E029, another kind of object, no rows, or columns without a canonical form;
            CERT-E035, pyarrow is not installed.
        HostileInput: CERT-E023 a cache file is a link, CERT-E026 it changed while it was read.
    """
    fingerprint = getattr(source, "_fingerprint", None)
    fingerprint = fingerprint if isinstance(fingerprint, str) else None
    files = _own_files(source)
    if files:
        found = read_dataset(files, name, progress=progress)
        return ArrowData(found.identity, found.manifest, found.places, found.sharded, fingerprint)
    content = ArrowContent()
    content.add(record_batches(source), (lambda done: progress(done, 2 * done)) if progress else None)
    canonical = content.to_bytes()
    entry = FileEntry(path=f"{FORM}.json", size=content.bytes, sha256=sha256_hex(canonical))
    manifest = Manifest.of([entry])
    identity = DatasetIdentity(
        name=_checked(name or "data"),
        identity=manifest.identity,
        shards=1,
        bytes=content.bytes,
        digest_source=DigestSource.RECOMPUTED,
    )
    return ArrowData(identity, manifest, {}, fingerprint=fingerprint, content=canonical)


def record_batches(source: Any) -> Iterator[Any]:
    """The rows of anything that ``read_arrow`` takes, without Python rows; CERT-E029 for anything else."""
    pa = pyarrow()
    if isinstance(source, pa.RecordBatch):
        yield source
    elif isinstance(source, pa.RecordBatchReader):
        yield from source
    elif isinstance(source, pa.Table):
        yield from source.to_batches(max_chunksize=BATCH_ROWS)
    elif _is_map_style(source) and source._indices is None:
        yield from source.data.table.to_batches(max_chunksize=BATCH_ROWS)
    elif hasattr(source, "with_format") and hasattr(source, "iter"):
        for table in source.with_format("arrow").iter(batch_size=4096):
            yield from table.to_batches()
    else:
        raise UsageError(
            "CERT-E029",
            f"an object of type {type(source).__name__} is no data",
            "data is read as Arrow, never row by row",
            "give a datasets.Dataset, a datasets.IterableDataset or a pyarrow.Table",
        )


def _is_map_style(source: Any) -> bool:
    return all(hasattr(source, part) for part in ("data", "_indices", "cache_files", "with_format"))


def _own_files(source: Any) -> list[Path]:
    """The cache files of a dataset that is exactly what they hold; none otherwise.

    Selecting a range, renaming a column or putting datasets together leaves the files as they are, so the tables
    themselves are compared; not a number compares unequal to itself and falls back to the content.
    """
    if not _is_map_style(source) or source._indices is not None:
        return []
    pa = pyarrow()
    files = [Path(file["filename"]) for file in source.cache_files]
    if not files or len({file.name for file in files}) != len(files):
        return []
    try:
        stored = pa.concat_tables([_stored(file) for file in files])
    except (OSError, pa.ArrowInvalid):
        return []
    return files if stored.equals(source.data.table) else []


def _stored(file: Path) -> Any:
    pa = pyarrow()
    return pa.ipc.open_stream(pa.memory_map(str(file))).read_all()


def _checked(name: str) -> str:
    if len(name) > 300:
        raise UsageError("CERT-E029", "the name of the data is longer than 300 characters", hint="choose a shorter one")
    return name
