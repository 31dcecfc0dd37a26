"""The lines of a journal: how they are written, chained and read back.

Line one is ``{"header": ..., "journal": "certify/journal/v1"}``. Every further line is ``{"chain": ..., "commit":
..., "completion": ...}``, or has ``score`` in place of ``completion``, in canonical JSON, where ``chain`` is the
SHA-256 (hex) of the previous chain (of the first line, for the second), the digit 1 or 0 for ``commit``, and the
canonical completion or score.

Source: our own format, described in docs/engines.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

from certify.engines.order import JournalHeader, Key
from certify.errors import CertifyError, HostileInput
from certify.evidence.answers import Completion
from certify.evidence.base import Value
from certify.evidence.canonical import MAX_BYTES, canonical_bytes, parse_json
from certify.evidence.scores import TextScore

FORMAT = "certify/journal/v1"
KINDS: dict[str, type[Completion] | type[TextScore]] = {"completion": Completion, "score": TextScore}
"""What a line can hold, by the name it stands under; each sorts after the other names of a line."""
T = TypeVar("T")
Entry = Completion | TextScore


class _FirstLine(Value):
    """Line one."""

    journal: str
    header: JournalHeader


class Contents(NamedTuple):
    """What a journal holds."""

    header: JournalHeader | None
    """None for a file without a whole first line."""
    completions: dict[Key, Completion]
    scores: dict[str, TextScore]
    chain: str
    """Digest of all committed lines, hexadecimal."""
    size: int
    """Bytes up to the end of the last committed line; what follows is torn."""


def first_line(header: JournalHeader) -> tuple[bytes, str]:
    """The first line, newline included, and the digest that the second builds on."""
    line = _FirstLine(journal=FORMAT, header=header).to_bytes()
    return line + b"\n", hashlib.sha256(line).hexdigest()


def entry_line(chain: str, entry: Entry, commit: bool) -> tuple[bytes, str]:
    """The line of an entry, newline included, and the digest that the next builds on.

    Args:
        chain: digest so far.
        entry: the answer, or the score of a text.
        commit: whether it ends a batch.
    """
    content = entry.to_bytes()
    name = next(name for name, kind in KINDS.items() if isinstance(entry, kind))
    following = hashlib.sha256(f"{chain}{int(commit)}".encode() + content).hexdigest()
    frame = canonical_bytes({"chain": following, "commit": commit})
    return b'%b,"%b":%b}\n' % (frame[:-1], name.encode(), content), following


def read_lines(file: BinaryIO, path: Path) -> Contents:
    """What a journal holds, up to its last committed line.

    Raises:
        HostileInput: CERT-E061, a line is not what was written.
    """
    lines = _whole_lines(file, path)
    first = next(lines, None)
    if first is None:
        return Contents(None, {}, {}, "", 0)
    header = _checked(path, 1, partial(_first_line, first))
    chain = hashlib.sha256(first).hexdigest()
    committed = Contents(header, {}, {}, chain, len(first) + 1)
    pending, seen, size = list[Entry](), set[Key | str](), committed.size
    for number, line in enumerate(lines, 2):
        entry, commit, chain = _checked(path, number, partial(_entry, line, chain))
        if entry.key in seen:
            raise altered(path, number, f"{entry.key} is answered a second time")
        seen.add(entry.key)
        pending.append(entry)
        size += len(line) + 1
        if commit:
            add_entries(pending, committed.completions, committed.scores)
            committed = committed._replace(chain=chain, size=size)
            pending.clear()
    return committed


def add_entries(entries: Iterable[Entry], completions: dict[Key, Completion], scores: dict[str, TextScore]) -> None:
    """Puts each entry where its kind belongs."""
    for entry in entries:
        if isinstance(entry, Completion):
            completions[entry.key] = entry
        else:
            scores[entry.key] = entry


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


def _entry(line: bytes, chain: str) -> tuple[Entry, bool, str]:
    document: Any = parse_json(line, name="the line")
    names = set(document) - {"chain", "commit"} if isinstance(document, dict) else set()
    if len(names) != 1 or len(document) != 3 or not names <= KINDS.keys():
        raise ValueError("it is neither a completion nor a score")
    name = names.pop()
    entry = KINDS[name].from_document(document[name])
    commit = document["commit"] is True
    expected, following = entry_line(chain, entry, commit)
    if expected != line + b"\n":
        raise ValueError("its digest does not follow from the lines before it")
    return entry, commit, following


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
