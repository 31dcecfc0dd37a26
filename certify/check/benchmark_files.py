"""The rows of a benchmark file, JSON Lines or Parquet, from bytes whose digest was taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certify.errors import UsageError
from certify.evidence.canonical import parse_json

MAX_ROWS = 1_000_000
MAX_UNPACKED = 1024 * 1024 * 1024
"""Bytes; a Parquet file that says it unpacks to more is no benchmark."""
_DEEPEST = 8


def rows_of(name: str, data: bytes) -> list[Any]:
    """Every row in the order of the file.

    Args:
        name: name of the file; its ending tells the kind.
        data: untrusted bytes.

    Raises:
        UsageError: CERT-E100, it is no Parquet file or too large; CERT-E035, a package is missing.
        HostileInput: a line is not strict JSON.
    """
    if name.lower().endswith(".parquet"):
        return _parquet(data)
    lines = [line for line in data.splitlines() if line.strip()]
    return [parse_json(line, name=f"line {number}") for number, line in enumerate(lines, 1)]


def _parquet(data: bytes) -> list[Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        what = "a benchmark in Parquet cannot be read without the package pyarrow"
        raise UsageError("CERT-E035", what, "It is not installed.", "pip install pyarrow") from error
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        if file.metadata.num_rows > MAX_ROWS or sum(group.total_byte_size for group in groups) > MAX_UNPACKED:
            raise UsageError("CERT-E100", f"it holds over {MAX_ROWS:,} rows or unpacks to over {MAX_UNPACKED:,} bytes")
        return [row for batch in file.iter_batches() for row in batch.to_pylist()]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise UsageError("CERT-E100", "it is not a readable Parquet file", str(error)[:200]) from error


def value_at(row: Any, column: str) -> Any:
    """The value in a column, ``reward_model.ground_truth`` inside another; None where there is none."""
    value = row
    for part in [column] if isinstance(row, Mapping) and column in row else column.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def text_of(value: Any) -> str | None:
    """The text of a value: a string, a number, or what the messages of a chat say, one a line; None for all else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return "\n".join(_said(value)) if isinstance(value, list) else None


def _said(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < _DEEPEST:
        for part in value:
            yield from _said(part, depth + 1)
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        yield from _said(value.get("content"), depth + 1)
