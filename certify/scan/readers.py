"""Documents out of shards: JSON Lines (plain, gzip, zstd), JSON, text and Parquet files."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.scan.fields import document_text, flatten, lookup

MAX_RECORD = 64 * 1024 * 1024
"""Bytes of one JSON line or one text file: more is refused, as it would be held in memory whole."""

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst", ".json", ".txt", ".md", ".parquet")


class Shard(NamedTuple):
    """One file of the corpus."""

    name: str
    """Its path inside the folder given, or its file name."""
    path: Path


class Document(NamedTuple):
    """One row of a shard."""

    row: int
    """0-based line, row or list position."""
    text: str


def find_shards(data: Sequence[Path]) -> tuple[list[Shard], list[str]]:
    """The shards in the files and folders given, and the names of files in folders that cannot hold text.

    Raises:
        EvidenceMissing: CERT-E033, a path that is not there, or nothing to scan.
        HostileInput: CERT-E032, a symbolic link or something that is no regular file.
        UsageError: CERT-E031, a file named by itself whose kind is unknown.
    """
    shards: list[Shard] = []
    skipped: list[str] = []
    for given in data:
        if given.is_dir() and not given.is_symlink():
            for path in sorted(given.rglob("*")):
                if path.is_symlink() or not path.is_dir():
                    name = path.relative_to(given).as_posix()
                    _refuse_irregular(path)
                    if path.name.endswith(SUFFIXES):
                        shards.append(Shard(name, path))
                    else:
                        skipped.append(name)
        else:
            _refuse_irregular(given)
            if not given.name.endswith(SUFFIXES):
                raise UsageError("CERT-E031", f"{given} is not of a kind the scan can read", "", _KINDS)
            shards.append(Shard(given.name, given))
    if not shards:
        raise EvidenceMissing("CERT-E033", "there is no data to scan", "No file of a known kind was given.", _KINDS)
    return _distinct(shards), sorted(skipped)


_KINDS = f"Give files ending in {', '.join(SUFFIXES)}, or folders that hold them."


def _refuse_irregular(path: Path) -> None:
    if path.is_symlink():
        why = "A link can lead out of the data that was declared."
        raise HostileInput("CERT-E032", f"{path} is a symbolic link", why, "Replace it by the file it points to.")
    if not path.exists():
        raise EvidenceMissing("CERT-E033", f"{path} is not there", "", "Check the path of the training data.")
    if not path.is_file():
        raise HostileInput("CERT-E032", f"{path} is no regular file", "", "Give regular files only.")


def _distinct(shards: list[Shard]) -> list[Shard]:
    counts = Counter(shard.name for shard in shards)
    return [s if counts[s.name] == 1 else Shard(s.path.as_posix(), s.path) for s in shards]


def shard_digest(shard: Shard) -> str:
    """SHA-256 (hex) of the shard's bytes on disk."""
    with shard.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_shard(shard: Shard, text_field: str | None = None) -> Iterator[Document]:
    """The documents of one shard in order.

    Args:
        shard: the file.
        text_field: a dotted column name such as ``meta.text``; None takes all text of a record, main column first.

    Raises:
        HostileInput: CERT-E030, a row that cannot be read, named by shard and line; CERT-E034, a row without the
            named column; CERT-E038, a row larger than 64 MiB.
        UsageError: CERT-E035, a file that needs a package which is not installed.
    """
    for row, record in _records(shard):
        text = document_text(record) if text_field is None else _column(record, text_field, shard, row)
        if len(text) > MAX_RECORD:
            raise _too_large(shard, row)
        yield Document(row, text)


def _column(record: Any, text_field: str, shard: Shard, row: int) -> str:
    value = lookup(record, text_field)
    if value is None:
        what = f"{shard.name}, row {row + 1}: there is no column '{text_field}'"
        raise HostileInput("CERT-E034", what, "The row would go unscanned.", "Name a column every row has.")
    return "\n".join(flatten(value))


def read_records(path: Path) -> list[Any]:
    """All records of one small file, such as a benchmark; errors as in ``read_shard``."""
    _refuse_irregular(path)
    return [record for _, record in _records(Shard(path.name, path))]


def _records(shard: Shard) -> Iterator[tuple[int, Any]]:
    name = shard.path.name
    try:
        if name.endswith(".parquet"):
            yield from _parquet(shard)
        elif name.endswith((".txt", ".md")):
            yield 0, _decode(_whole(shard), shard, 0)
        elif name.endswith(".json"):
            value = _parse(_whole(shard), shard, 0)
            yield from enumerate(value if isinstance(value, list) else [value])
        elif name.endswith((".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst")):
            with _open(shard) as stream:
                yield from _lines(stream, shard)
        else:
            raise UsageError("CERT-E031", f"{shard.path} is not of a kind the scan can read", "", _KINDS)
    except (EOFError, zlib.error, OSError) as error:
        raise _malformed(shard, None, str(error)) from error


def _open(shard: Shard) -> IO[bytes]:
    if shard.path.name.endswith(".gz"):
        return cast(IO[bytes], gzip.open(shard.path, "rb"))
    if shard.path.name.endswith(".zst"):
        zstandard = _optional("zstandard", shard)
        stream = shard.path.open("rb")
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(stream, closefd=True))
    return shard.path.open("rb")


def _lines(stream: IO[bytes], shard: Shard) -> Iterator[tuple[int, Any]]:
    row = 0
    while True:
        try:
            line = stream.readline(MAX_RECORD + 1)
        except Exception as error:
            # zstandard raises its own error class, known only where the package is installed.
            raise _malformed(shard, row, str(error)) from error
        if not line:
            return
        if len(line) > MAX_RECORD:
            raise _too_large(shard, row)
        if line.strip():
            yield row, _parse(line, shard, row)
        row += 1


def _whole(shard: Shard) -> bytes:
    with shard.path.open("rb") as stream:
        data = stream.read(MAX_RECORD + 1)
    if len(data) > MAX_RECORD:
        raise _too_large(shard, 0)
    return data


def _parse(data: bytes, shard: Shard, row: int) -> Any:
    try:
        return json.loads(_decode(data, shard, row).removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise _malformed(shard, row, str(error)) from error


def _decode(data: bytes, shard: Shard, row: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(shard, row, "not UTF-8 text") from error


def _parquet(shard: Shard) -> Iterator[tuple[int, Any]]:
    parquet = _optional("pyarrow.parquet", shard)
    row = 0
    try:
        with parquet.ParquetFile(shard.path) as table:
            for batch in table.iter_batches(batch_size=256):
                for record in batch.to_pylist():
                    yield row, record
                    row += 1
    except Exception as error:
        # pyarrow raises classes of its own, known only where the package is installed.
        raise _malformed(shard, row, str(error)) from error


def _optional(module: str, shard: Shard) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".", maxsplit=1)[0]
        what = f"{shard.path} cannot be read without the package {package}"
        raise UsageError("CERT-E035", what, "It is not installed.", f"pip install {package}") from error


def _malformed(shard: Shard, row: int | None, reason: str) -> HostileInput:
    where = shard.name if row is None else f"{shard.name}, line {row + 1}"
    why = "A row that cannot be read would go unscanned, so the scan stops."
    return HostileInput("CERT-E030", f"{where} cannot be read: {reason[:200]}", why, "Repair or remove that row.")


def _too_large(shard: Shard, row: int) -> HostileInput:
    what = f"{shard.name}, line {row + 1}, is larger than {MAX_RECORD} bytes"
    return HostileInput("CERT-E038", what, "It would be held in memory whole.", "Split it into smaller rows.")
