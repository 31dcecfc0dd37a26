"""Canonical JSON: one byte string for one value, and a strict reader for hostile bytes."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import rfc8785

from certify.errors import HostileInput

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]++")


def canonical_bytes(value: Any) -> bytes:
    """The one UTF-8 serialisation of a JSON value. Source: RFC 8785.

    Raises:
        HostileInput: NaN, infinity, an integer beyond 2**53 - 1, a float that would be written as one, or a lone
            surrogate.
    """
    try:
        if _is_plain(value):
            return _WRITER.encode(value).encode("utf-8")
        data = rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise HostileInput("CERT-E046", f"this value has no canonical JSON form: {error}") from error
    if _LONG_NUMBER.search(data):
        _refuse_unreadable(value)
    return data


def _is_plain(value: Any) -> bool:
    """Whether the standard library, many times as fast, writes the same bytes: texts, whole numbers, ASCII keys."""
    kind = type(value)
    if kind is int:
        return bool(-MAX_INTEGER <= value <= MAX_INTEGER)
    if kind is dict:
        if not (set(map(type, value)) <= {str} and "".join(value).isascii()):
            return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return kind in _TEXTS
    kinds = set(map(type, value))
    if kinds == {int}:
        return bool(min(value) >= -MAX_INTEGER and max(value) <= MAX_INTEGER)
    return kinds <= _TEXTS or all(map(_is_plain, value))


_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_TEXTS = {str, bool, type(None)}
_LONG_NUMBER = re.compile(rb"(?:^|[\[:,])-?[0-9]{16,}")
"""Digits that may be an integer beyond 2**53 - 1, or stand in a text."""


def _refuse_unreadable(value: Any) -> None:
    """Returns if no float is written in digits alone and beyond what ``parse_json`` reads as an integer."""
    if isinstance(value, float) and value.is_integer() and MAX_INTEGER < abs(value) < 1e21:
        raise HostileInput("CERT-E046", "a number has no canonical JSON form: it would be read as an integer")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        _refuse_unreadable(part)


def sha256_hex(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256 of ``data``, 64 characters."""
    return hashlib.sha256(data).hexdigest()


def canonical_digest(value: Any) -> str:
    """SHA-256 (hex) of the canonical form of ``value``."""
    return sha256_hex(canonical_bytes(value))


def parse_json(data: bytes, *, name: str = "document", max_bytes: int = MAX_BYTES) -> Any:
    """The value of strict JSON bytes from an untrusted source.

    Refused: more than ``max_bytes``, more than 64 nested brackets, duplicate keys,
    NaN and infinities, integers beyond 2**53 - 1, text that is not UTF-8, U+0000.

    Raises:
        HostileInput: with its own code for each of these.
    """
    if len(data) > max_bytes:
        raise HostileInput("CERT-E046", f"{name} is larger than {max_bytes} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HostileInput("CERT-E046", f"{name} is not UTF-8 text") from error
    _refuse_deep_nesting(text, name)
    try:
        value = _READER.decode(text)
        if "\\u0000" in text:
            _refuse_nul(value)
        return value
    except HostileInput:
        raise
    except (ValueError, RecursionError) as error:
        raise HostileInput("CERT-E046", f"{name} is not valid JSON: {error}") from error


def _refuse_deep_nesting(text: str, name: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _NO_BRACKETS.sub("", _STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise HostileInput("CERT-E049", f"{name} nests more than {MAX_DEPTH} brackets")
        else:
            depth -= 1


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise HostileInput("CERT-E047", f"the key {key!r} appears twice in one object")
        result[key] = value
    return result


def _refuse_nul(value: Any) -> None:
    """Returns if no text in a value holds U+0000, which some databases cannot keep."""
    if isinstance(value, str) and "\x00" in value:
        raise HostileInput("CERT-E046", "a text holds the character U+0000")
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        _refuse_nul(part)


def _refuse_constant(name: str) -> Any:
    raise HostileInput("CERT-E048", f"{name} is not a JSON number")


def _finite_float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise HostileInput("CERT-E048", f"the number {text[:20]} is out of range")
    return value


def _bounded_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise HostileInput("CERT-E048", f"the integer {text[:20]} is beyond 2**53 - 1")
    return int(text)


_READER = json.JSONDecoder(
    object_pairs_hook=_unique_keys,
    parse_constant=_refuse_constant,
    parse_int=_bounded_integer,
    parse_float=_finite_float,
)
