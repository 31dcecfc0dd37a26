"""GGUF files: the header read with nothing believed, the digest of the weights, and what the header tells of the model.

Source: the format's specification, docs/gguf.md of ggml, versions 2 and 3; table of types from llama.cpp's gguf-py.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

from certify.errors import HostileInput
from certify.identify.reading import BLOCK, HashedFile
from certify.identify.safetensors import Span, Tensor

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_ENTRIES = 1 << 20
"""Most entries, tensors and elements of a list that is kept."""
MAX_HEADER = 1 << 29
"""Longest header, bytes."""
MAX_TEXT = 1 << 24
_ARRAY, _TEXT, _BOOL = 9, 8, 7
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", _BOOL: "?", 10: "Q", 11: "q", 12: "d"}
TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
}  # fmt: skip
"""Type to (name, elements of a block, bytes of a block)."""


class Header(NamedTuple):
    """What a file says before its weights."""

    values: dict[str, Any]
    """Key to number, text, truth value or list; long lists of numbers are left out."""
    spans: tuple[Span, ...]
    """Tensors in the order of their bytes, offsets from the end of the header."""
    start: int
    """Where the weights begin, bytes."""


class GgufContent(NamedTuple):
    """A file read to its end."""

    values: dict[str, Any]
    tensors: tuple[Tensor, ...]


def read_gguf(file: HashedFile) -> GgufContent:
    """The header of a file and the digest of each tensor, reading it once.

    Raises:
        HostileInput: CERT-E024, the header lies or the file is truncated.
    """
    source = _Source(file)
    header = _header(source)
    source.skip(header.start - source.position)
    tensors = []
    for span in header.spans:
        source.skip(header.start + span.begin - source.position)
        tensors.append(Tensor(span.name, span.dtype, span.shape, source.digest(span.end - span.begin)))
    left = file.size - source.position
    if left >= _alignment(header.values, file.path):
        raise lies(file.path, f"it goes on for {left} bytes after its last tensor")
    source.skip(left)
    return GgufContent(header.values, tuple(tensors))


def read_gguf_header(file: HashedFile) -> Header:
    """What a file says before its weights, which are not read.

    Raises:
        HostileInput: CERT-E024, the header lies or the file is truncated.
    """
    return _header(_Source(file))


def lies(path: str, why: str) -> HostileInput:
    """The error for a file that is not what its header says."""
    return HostileInput(
        "CERT-E024",
        f"{path} is not a sound GGUF file",
        why=why,
        hint="download the file again, and compare its SHA-256 with the publisher's",
    )


class _Source:
    """A file read forward in pieces of any size."""

    def __init__(self, file: HashedFile) -> None:
        self._file, self._buffer, self._at = file, b"", 0
        self.path, self.size, self.position = file.path, file.size, 0

    def take(self, count: int) -> bytes:
        """The next bytes, exactly as many."""
        if self.position + count > min(self.size, MAX_HEADER):
            raise lies(self.path, "its header ends early, or is longer than 512 MB")
        while len(self._buffer) - self._at < count:
            self._buffer, self._at = self._buffer[self._at :] + self._more(), 0
        found = self._buffer[self._at : self._at + count]
        self._at += count
        self.position += count
        return found

    def digest(self, count: int) -> str:
        """SHA-256 (hex) of the next bytes."""
        sha256 = hashlib.sha256()
        self._each(count, sha256.update)
        return sha256.hexdigest()

    def skip(self, count: int) -> None:
        """Reads over bytes."""
        if count < 0:
            raise lies(self.path, "its parts overlap")
        self._each(count, lambda _: None)

    def _each(self, count: int, use: Callable[[bytes], object]) -> None:
        while count:
            if self._at == len(self._buffer):
                self._buffer, self._at = self._more(), 0
            piece = self._buffer[self._at : self._at + count]
            use(piece)
            self._at += len(piece)
            self.position += len(piece)
            count -= len(piece)

    def _more(self) -> bytes:
        data = self._file.read(BLOCK)
        if not data:
            raise lies(self.path, "it ends early")
        return data

    def number(self, code: str) -> Any:
        """A little-endian number."""
        return struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0]

    def text(self) -> str:
        """A text."""
        length = self.number("Q")
        if length > MAX_TEXT:
            raise lies(self.path, f"a text is {length} bytes long")
        return self.take(length).decode("utf-8", "replace")


def _header(source: _Source) -> Header:
    if source.size < 24 or source.take(4) != MAGIC:
        raise lies(source.path, "it does not begin as a GGUF file")
    version, tensors, entries = source.number("I"), source.number("Q"), source.number("Q")
    if version not in VERSIONS:
        raise lies(source.path, f"its version is {version}; certify reads {' and '.join(map(str, VERSIONS))}")
    if tensors > MAX_ENTRIES or entries > MAX_ENTRIES or tensors == 0:
        raise lies(source.path, f"it promises {tensors} tensors and {entries} entries")
    values: dict[str, Any] = {}
    for _ in range(entries):
        key = source.text()
        if key in values:
            raise lies(source.path, f"{key[:80]!a} stands there twice")
        values[key] = _value(source, source.number("I"))
    found = [_tensor(source) for _ in range(tensors)]
    alignment = _alignment(values, source.path)
    start = -(-source.position // alignment) * alignment
    return Header(values, _ordered(found, source, start, alignment), start)


def _value(source: _Source, kind: int) -> Any:
    if kind == _TEXT:
        return source.text()
    if kind in _SCALARS:
        return source.number(_SCALARS[kind])
    if kind != _ARRAY:
        raise lies(source.path, f"a value has the unknown type {kind}")
    kind, length = source.number("I"), source.number("Q")
    if kind == _TEXT and length <= MAX_ENTRIES:
        return [source.text() for _ in range(length)]
    if kind not in _SCALARS:
        raise lies(source.path, "a list holds what certify does not read, or too much of it")
    for _ in range(length):
        source.number(_SCALARS[kind])
    return None


def _tensor(source: _Source) -> Span:
    name, dimensions = source.text(), source.number("I")
    if not name or dimensions > 4:
        raise lies(source.path, f"a tensor has no name or {dimensions} dimensions")
    shape = tuple(source.number("Q") for _ in range(dimensions))
    kind, begin = source.number("I"), source.number("Q")
    if kind not in TYPES:
        raise lies(source.path, f"{name[:80]!a} has the unknown type {kind}")
    dtype, block, size = TYPES[kind]
    elements = prod(shape)
    if elements % block or (shape and shape[0] % block):
        raise lies(source.path, f"{name[:80]!a} of shape {shape} does not fill blocks of {dtype}")
    return Span(name, dtype, shape, begin, begin + elements // block * size)


def _ordered(spans: list[Span], source: _Source, start: int, alignment: int) -> tuple[Span, ...]:
    """The tensors in the order of their bytes, each beginning where the one before it ends, but for alignment."""
    ordered, due = sorted(spans, key=lambda span: (span.begin, span.end)), 0
    for span in ordered:
        if span.begin != due:
            raise lies(source.path, f"{span.name[:80]!a} begins at byte {span.begin}, where byte {due} is due")
        due = -(-span.end // alignment) * alignment
    if start + ordered[-1].end > source.size:
        raise lies(source.path, "it ends before its last tensor does")
    return tuple(ordered)


def _alignment(values: dict[str, Any], path: str) -> int:
    alignment = values.get("general.alignment", 32)
    if type(alignment) is not int or not 8 <= alignment <= 1 << 16 or alignment % 8:
        raise lies(path, "its alignment is no multiple of 8")
    return alignment
