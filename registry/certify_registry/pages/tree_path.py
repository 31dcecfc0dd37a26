"""The way from an entry to the root of the log, as a picture that can be checked by hand."""

from __future__ import annotations

from typing import NamedTuple

from certify.evidence.merkle import inclusion_ranges, node_hash
from certify.page.wording import groups
from certify.trust.note import parse_checkpoint, parse_note
from certify.trust.tlog_proof import parse_tlog_proof

WIDTH = 520
"""Units of the drawing; narrow enough for a telephone held upright."""
STEP = 64
_MIDDLE, _SIDE = WIDTH // 2, WIDTH // 2 - 84


class Node(NamedTuple):
    """A hash in the drawing."""

    x: float
    """Centre."""
    y: float
    """Centre, from the top."""
    label: str
    """Which entries it stands for."""
    hash: str
    """Hexadecimal."""
    kind: str
    """``entry``, ``given`` (a hash of the proof), ``made`` (worked out from two others) or ``root``."""


class Line(NamedTuple):
    """From a hash to the one made of it."""

    x1: float
    y1: float
    x2: float
    y2: float


class TreePath(NamedTuple):
    """An inclusion proof, drawn."""

    place: int
    """Place of the entry in the log."""
    size: int
    """Entries the log had."""
    origin: str
    """Which log."""
    proof: str
    """The tlog-proof, verbatim."""
    leaf: str
    """The record that the log hashes, verbatim."""
    nodes: tuple[Node, ...]
    """From the entry up to the root."""
    lines: tuple[Line, ...]
    """What is made of what."""
    height: int
    """Units of the drawing."""
    words: str
    """The same for those who do not see it."""


def tree_path(proof: str, leaf: bytes, leaf_hash: bytes) -> TreePath:
    """The drawing of a proof of the registry's own.

    Args:
        proof: tlog-proof against a signed checkpoint.
        leaf: the record that the log hashes.
        leaf_hash: its hash.

    Raises:
        HostileInput: CERT-E075, the proof is malformed.
    """
    read = parse_tlog_proof(proof)
    checkpoint = parse_checkpoint(parse_note(read.checkpoint).text)
    ranges = inclusion_ranges(read.index, checkpoint.size)
    height = STEP * (len(ranges) + 1) + 20
    y = height - 42.0
    start, end, now = read.index, read.index + 1, leaf_hash
    nodes, lines = [Node(_MIDDLE, y, f"entry {read.index}", now.hex(), "entry")], []
    for number, (other, sibling) in enumerate(zip(ranges, read.path, strict=True)):
        left = other.start < start
        nodes.append(Node(_MIDDLE - _SIDE if left else _MIDDLE + _SIDE, y, _words(*other), sibling.hex(), "given"))
        lines += [Line(_MIDDLE, y, _MIDDLE, y - STEP), Line(nodes[-1].x, y, _MIDDLE, y - STEP)]
        now = node_hash(sibling, now) if left else node_hash(now, sibling)
        start, end, y = min(start, other.start), max(end, other.end), y - STEP
        last = number == len(ranges) - 1
        nodes.append(Node(_MIDDLE, y, "root" if last else _words(start, end), now.hex(), "root" if last else "made"))
    told = f"Entry {read.index} of {checkpoint.size} is joined with {len(ranges)} other hashes, one after the other"
    return TreePath(
        *(read.index, checkpoint.size, checkpoint.origin, proof, leaf.decode(), tuple(nodes), tuple(lines), height),
        words=f"{told}; what comes out, {groups(now.hex(), 1)[0]}, is the root that the log has signed.",
    )


def _words(start: int, end: int) -> str:
    return f"entry {start}" if end == start + 1 else f"entries {start}–{end - 1}"
