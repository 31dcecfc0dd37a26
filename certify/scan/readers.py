"""Documents out of shards: JSON Lines (plain, gzip, zstd), JSON, text and Parquet files."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from certify.errors import HostileInput, UsageError
from certify.scan.fields import document_text, flatten, lookup
from certify.scan.shards import KINDS, Shard, refuse_irregular

MAX_RECORD = 64 * 1024 * 1024
"""Bytes of one JSON line or one text file: more is refused, as it would be held in memory whole."""


class Document(NamedTuple):
    """One row of a shard."""

    row: int
    """0-based line, row or list position."""
    text: str


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
    refuse_irregular(path)
    return [record for _, record in _records(Shard(path.name, path))]


def _records(shard: Shard) -> Iterator[tuple[int, Any]]:
    name = shard.path.name.lower()
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
            raise UsageError("CERT-E031", f"{shard.path} is not of a kind the scan can read", "", KINDS)
    except (EOFError, zlib.error, OSError) as error:
        raise _malformed(shard, None, str(error)) from error


def _open(shard: Shard) -> IO[bytes]:
    if shard.path.name.lower().endswith(".gz"):
        return cast(IO[bytes], gzip.open(shard.path, "rb"))
    if shard.path.name.lower().endswith(".zst"):
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
        return json.loads(_decode(data, shard, row).removeprefix("\ufeff"), object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        raise _malformed(shard, row, str(error)) from error


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a repeated key: readers differ in which value they take, so one could hide the other."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return record


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
