"""Weights in safetensors files: a reader that believes no header, and the digest of the weights themselves."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from math import prod
from typing import Any, NamedTuple

from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes, parse_json, sha256_hex
from certify.identify.reading import HashedFile

MAX_HEADER = 100_000_000
"""Longest header, bytes. Source: safetensors format, docs/source/index.mdx of huggingface/safetensors."""

BITS = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip
"""Bits per element. Source: safetensors 0.8, enum Dtype."""


class Span(NamedTuple):
    """A tensor as the header places it, offsets in bytes from the end of the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class Tensor(NamedTuple):
    """A tensor as read."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    sha256: str
    """SHA-256 (hex) of its bytes as stored: little-endian, row-major."""


def parse_header(data: bytes, buffer: int, path: str) -> tuple[Span, ...]:
    """The tensors of a header, in the order of their bytes.

    Args:
        data: the JSON header.
        buffer: bytes that follow it in the file.
        path: name used in errors.

    Raises:
        HostileInput: CERT-E024 on any statement that is malformed, unknown, or does not fit the file.
    """
    if not data.startswith(b"{"):
        raise lies(path, "its header does not begin with a brace")
    try:
        document = parse_json(data, name="the header", max_bytes=MAX_HEADER)
    except HostileInput as error:
        raise lies(path, error.what) from error
    metadata = document.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise lies(path, "its __metadata__ is not a map of texts")
    spans = sorted((_span(name, entry, path) for name, entry in document.items()), key=lambda span: span[3:])
    position = 0
    for span in spans:
        if span.begin != position:
            raise lies(path, f"{span.name!a} begins at byte {span.begin}, where byte {position} is due")
        position = span.end
    if position != buffer:
        raise lies(path, f"its tensors cover {position} of {buffer} bytes")
    return tuple(spans)


def read_tensors(file: HashedFile) -> tuple[Tensor, ...]:
    """Every tensor with its digest, reading the file to its end in one pass.

    Raises:
        HostileInput: CERT-E024, the header lies or the file is truncated.
    """
    length = int.from_bytes(_exactly(file, 8) if file.size >= 8 else b"\xff" * 8, "little")
    if length > min(MAX_HEADER, file.size - 8):
        raise lies(file.path, "its first eight bytes promise a header longer than the file or than 100 MB")
    spans = parse_header(_exactly(file, length), file.size - 8 - length, file.path)
    tensors = tuple(_digest(file, span) for span in spans)
    if file.read(1):
        raise lies(file.path, "it goes on after its last tensor")
    return tensors


def weights_digest(files: Iterable[Iterable[Tensor]]) -> tuple[str, int]:
    """(SHA-256 hex of the weights, number of weights), whatever the files are called or split into.

    The digest is that of the canonical JSON list of ``{"dtype","name","sha256","shape"}``, one
    entry for each tensor, sorted by the UTF-8 bytes of the names.

    Raises:
        HostileInput: CERT-E024, two files hold a tensor of the same name.

    Source: our own construction, docs/model-identity.md; canonical JSON is RFC 8785.
    """
    tensors = sorted((tensor for file in files for tensor in file), key=lambda tensor: tensor.name.encode("utf-8"))
    for one, other in itertools.pairwise(tensors):
        if one.name == other.name:
            raise HostileInput("CERT-E024", f"the tensor {one.name!a} is in the model's files twice")
    listed = [{**tensor._asdict(), "shape": list(tensor.shape)} for tensor in tensors]
    return sha256_hex(canonical_bytes(listed)), sum(prod(tensor.shape) for tensor in tensors)


def lies(path: str, why: str) -> HostileInput:
    """The error for weights that are not what their header says."""
    return HostileInput(
        "CERT-E024",
        f"{path} is not a sound safetensors file",
        why=why,
        hint="download the file again, and compare its SHA-256 with the publisher's",
    )


def _span(name: str, entry: Any, path: str) -> Span:
    shown = ascii(name)[:80]
    if any(0xD800 <= ord(character) <= 0xDFFF for character in name):
        raise lies(path, f"the name {shown} is not text")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise lies(path, f"{shown} is not described by dtype, shape and data_offsets alone")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise lies(path, f"{shown} has the unknown type {ascii(dtype)[:40]}")
    if not _naturals(shape) or len(shape) > 64 or not _naturals(offsets) or len(offsets) != 2:
        raise lies(path, f"{shown} has a shape or offsets that are not lists of natural numbers")
    bits = prod(shape) * BITS[dtype]
    if bits % 8 or offsets[1] - offsets[0] != bits // 8:
        raise lies(path, f"{shown} of shape {shape} and type {dtype} does not fill bytes {offsets[0]} to {offsets[1]}")
    return Span(name, dtype, tuple(shape), offsets[0], offsets[1])


def _naturals(value: Any) -> bool:
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)


def _exactly(file: HashedFile, count: int) -> bytes:
    pieces = []
    while count:
        piece = file.read(count)
        if not piece:
            raise lies(file.path, "it ends early")
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _digest(file: HashedFile, span: Span) -> Tensor:
    sha256, left = hashlib.sha256(), span.end - span.begin
    while left:
        piece = file.read(left)
        if not piece:
            raise lies(file.path, f"it ends inside {ascii(span.name)[:80]}")
        sha256.update(piece)
        left -= len(piece)
    return Tensor(span.name, span.dtype, span.shape, sha256.hexdigest())
