"""One JSON value at a time, by Python's own parser: the last word on every line, and the text a report refers to."""

from __future__ import annotations

import json
from typing import Any

from certify.scan.fields import document_text, flatten, record_of, values_at
from certify.scan.normalise import encode
from certify.scan.reading.losses import Rejected

MAX_DEPTH = 512
"""Levels of objects and arrays; deeper rows are rejected, as Python's own limit depends on who calls."""

_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"

# Numbers are no text, so none is too long; control characters inside strings hide nothing.
_DECODER = json.JSONDecoder(object_pairs_hook=record_of, parse_int=float, strict=False)


def parse(line: bytes) -> Any:
    """The value of one JSON text.

    Raises:
        Rejected: it is none, is not UTF-8, or is nested more than 512 levels deep.
    """
    try:
        value = _DECODER.decode(line.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise Rejected("not UTF-8 text") from error
    except RecursionError as error:
        raise Rejected(_TOO_DEEP) from error
    except ValueError as error:
        raise Rejected(f"not JSON: {error}") from error
    if line.count(b"[") + line.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise Rejected(_TOO_DEEP)
    return value


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level := [part for part in level if isinstance(part, dict | list)]:
        depth += 1
        level = [part for each in level for part in (each if isinstance(each, list) else _values(each))]
    return depth


def _values(record: dict[str, Any]) -> list[Any]:
    return [value for _, value in record.items()]


def text_of(record: Any) -> bytes:
    """The document of a record, as the UTF-8 that offsets refer to."""
    return encode(document_text(record))


def column_of(record: Any, text_field: str) -> bytes | None:
    """The text of one column; None where the record does not have it, nothing where it holds no text."""
    values = values_at(record, text_field)
    return encode("\n".join(flatten(values))) if values else None
