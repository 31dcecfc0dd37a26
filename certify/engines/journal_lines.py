"""The lines of a journal: how they are written, chained and read back.

Line one is ``{"header": ..., "journal": "certify/journal/v1"}``. Every further line is ``{"chain": ..., "commit":
..., "completion": ...}`` in canonical JSON, where ``chain`` is the SHA-256 (hex) of the previous chain (of the
first line, for the second), the digit 1 or 0 for ``commit``, and the canonical completion.

Source: our own format, described in docs/engines.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

from certify.engines.order import JournalHeader, Key
from certify.errors import CertifyError, HostileInput
from certify.evidence.answers import Completion
from certify.evidence.base import Value
from certify.evidence.canonical import MAX_BYTES, canonical_bytes, parse_json

FORMAT = "certify/journal/v1"
T = TypeVar("T")


class _FirstLine(Value):
    """Line one."""

    journal: str
    header: JournalHeader


class Contents(NamedTuple):
    """What a journal holds."""

    header: JournalHeader | None
    """None for a file without a whole first line."""
    completions: dict[Key, Completion]
    chain: str
    """Digest of all committed lines, hexadecimal."""
    size: int
    """Bytes up to the end of the last committed line; what follows is torn."""


def first_line(header: JournalHeader) -> tuple[bytes, str]:
    """The first line, newline included, and the digest that the second builds on."""
    line = _FirstLine(journal=FORMAT, header=header).to_bytes()
    return line + b"\n", hashlib.sha256(line).hexdigest()


def completion_line(chain: str, completion: Completion, commit: bool) -> tuple[bytes, str]:
    """The line of a completion, newline included, and the digest that the next builds on.

    Args:
        chain: digest so far.
        completion: the answer.
        commit: whether it ends a batch.
    """
    content = completion.to_bytes()
    following = hashlib.sha256(f"{chain}{int(commit)}".encode() + content).hexdigest()
    frame = canonical_bytes({"chain": following, "commit": commit})  # "completion" sorts after both
    return b'%b,"completion":%b}\n' % (frame[:-1], content), following


def read_lines(file: BinaryIO, path: Path) -> Contents:
    """What a journal holds, up to its last committed line.

    Raises:
        HostileInput: CERT-E061, a line is not what was written.
    """
    lines = _whole_lines(file, path)
    first = next(lines, None)
    if first is None:
        return Contents(None, {}, "", 0)
    header = _checked(path, 1, partial(_first_line, first))
    chain = hashlib.sha256(first).hexdigest()
    committed = Contents(header, {}, chain, len(first) + 1)
    pending, size = dict[Key, Completion](), committed.size
    for number, line in enumerate(lines, 2):
        completion, commit, chain = _checked(path, number, partial(_entry, line, chain))
        if completion.key in pending or completion.key in committed.completions:
            raise altered(path, number, f"{completion.key} is answered a second time")
        pending[completion.key] = completion
        size += len(line) + 1
        if commit:
            committed.completions.update(pending)
            committed = committed._replace(chain=chain, size=size)
            pending.clear()
    return committed


def _whole_lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    number = 0
    while line := file.readline(MAX_BYTES + 1):
        number += 1
        if not line.endswith(b"\n"):
            if len(line) > MAX_BYTES:
                raise altered(path, number, f"it is longer than {MAX_BYTES} bytes")
            return
        yield line[:-1]


def _first_line(line: bytes) -> JournalHeader:
    first = _FirstLine.from_bytes(line, name="the first line")
    if first.journal != FORMAT or first.to_bytes() != line:
        raise ValueError(f"the first line is not that of a {FORMAT}")
    return first.header


def _entry(line: bytes, chain: str) -> tuple[Completion, bool, str]:
    document: Any = parse_json(line, name="the line")
    if not isinstance(document, dict) or set(document) != {"chain", "commit", "completion"}:
        raise ValueError("it is not a completion")
    completion = Completion.from_document(document["completion"])
    commit = document["commit"] is True
    expected, following = completion_line(chain, completion, commit)
    if expected != line + b"\n":
        raise ValueError("its digest does not follow from the lines before it")
    return completion, commit, following


def _checked(path: Path, number: int, read: Callable[[], T]) -> T:
    try:
        return read()
    except (CertifyError, ValueError) as error:
        raise altered(path, number, error.what if isinstance(error, CertifyError) else str(error)) from error


def altered(path: Path, number: int, reason: str) -> HostileInput:
    """The error that says which line of a journal cannot be trusted, and why."""
    return HostileInput(
        "CERT-E061",
        f"line {number} of the journal {path} is not what was written: {reason}",
        "answers count only as the engine gave them",
        "restore the journal from a copy, or begin a new run",
    )
