"""Records out of a benchmark file: JSON Lines (plain, gzip, zstd), JSON, text and Parquet."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

from certify.errors import HostileInput, UsageError
from certify.scan.shards import refuse_irregular

MAX_RECORD = 64 * 1024 * 1024
"""Bytes of one line, or of a file that is no lines: more is refused, as it would be held in memory whole."""

_KINDS = "Give a file ending in .jsonl, .ndjson, .json, .txt, .md, .parquet, .jsonl.gz or .jsonl.zst."


def read_records(path: Path) -> list[Any]:
    """All records of one small file, none of which may be missing.

    Raises:
        EvidenceMissing: CERT-E033, no such file.
        HostileInput: CERT-E030, a row that cannot be read, named by its line; CERT-E032, no plain file; CERT-E038, a
            row larger than 64 MiB.
        UsageError: CERT-E031, a file of another kind; CERT-E035, one that needs a package which is not installed.
    """
    refuse_irregular(path)
    return list(_records(path))


def _records(path: Path) -> Iterator[Any]:
    name = path.name.lower()
    try:
        if name.endswith(".parquet"):
            yield from _parquet(path)
        elif name.endswith((".txt", ".md")):
            yield _decoded(_whole(path), path, 0)
        elif name.endswith(".json"):
            value = _parsed(_whole(path), path, 0)
            yield from value if isinstance(value, list) else [value]
        elif name.endswith((".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst")):
            with _open(path) as stream:
                yield from _lines(stream, path)
        else:
            raise UsageError("CERT-E031", f"{path} is not of a kind that can hold a benchmark", "", _KINDS)
    except (EOFError, zlib.error, OSError) as error:
        raise _malformed(path, None, str(error)) from error


def _open(path: Path) -> IO[bytes]:
    if path.name.lower().endswith(".gz"):
        return cast(IO[bytes], gzip.open(path, "rb"))
    if path.name.lower().endswith(".zst"):
        zstandard = _optional("zstandard", path)
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True))
    return path.open("rb")


def _lines(stream: IO[bytes], path: Path) -> Iterator[Any]:
    row = 0
    while True:
        try:
            line = stream.readline(MAX_RECORD + 1)
        except Exception as error:
            # zstandard raises its own error class, known only where the package is installed.
            raise _malformed(path, row, str(error)) from error
        if not line:
            return
        if len(line) > MAX_RECORD:
            raise _too_large(path, row)
        if line.strip():
            yield _parsed(line, path, row)
        row += 1


def _whole(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(MAX_RECORD + 1)
    if len(data) > MAX_RECORD:
        raise _too_large(path, 0)
    return data


def _parsed(data: bytes, path: Path, row: int) -> Any:
    try:
        return _JSON.decode(_decoded(data, path, row).removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise _malformed(path, row, str(error)) from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a repeated key: programs differ in which value they take, so one could hide the other."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return record


_JSON = json.JSONDecoder(object_pairs_hook=_each_key_once)


def _decoded(data: bytes, path: Path, row: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(path, row, "not UTF-8 text") from error


def _parquet(path: Path) -> Iterator[Any]:
    parquet = _optional("pyarrow.parquet", path)
    row = 0
    try:
        with parquet.ParquetFile(path) as table:
            for batch in table.iter_batches(batch_size=256):
                for record in batch.to_pylist():
                    yield record
                    row += 1
    except Exception as error:
        # pyarrow raises classes of its own, known only where the package is installed.
        raise _malformed(path, row, str(error)) from error


def _optional(module: str, path: Path) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        package = module.split(".", maxsplit=1)[0]
        what = f"{path} cannot be read without the package {package}"
        raise UsageError("CERT-E035", what, "It is not installed.", f"pip install {package}") from error


def _malformed(path: Path, row: int | None, reason: str) -> HostileInput:
    where = path.name if row is None else f"{path.name}, line {row + 1}"
    why = "A problem that cannot be read would not be looked for."
    return HostileInput("CERT-E030", f"{where} cannot be read: {reason[:200]}", why, "Repair or remove that row.")


def _too_large(path: Path, row: int) -> HostileInput:
    what = f"{path.name}, line {row + 1}, is larger than {MAX_RECORD} bytes"
    return HostileInput("CERT-E038", what, "It would be held in memory whole.", "Split it into smaller rows.")
