"""What a reader hands to the search: documents back to back in one buffer, as Arrow lays out strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from certify.scan.report import UnscannedPart

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

PIECE = 1 << 20
"""Bytes of text that are searched at once: longer documents are cut into pieces of this size."""

OVERLAP = 1 << 16
"""Bytes that a piece shares with the next, so that no copy is cut in two."""

SLACK = 72
"""Bytes that the search may read behind a text; where an array ends before, the search copies it first."""


class Block(NamedTuple):
    """Pieces of documents that are searched together, and where each stands in its row."""

    text: NDArray[uint8]
    """UTF-8 bytes of all pieces, back to back; perhaps others behind them."""
    starts: NDArray[Any]
    """int64, one more than there are pieces: piece ``n`` is ``text[starts[n]:starts[n + 1]]``."""
    rows: NDArray[Any]
    """int64, for each piece its 0-based row in the shard."""
    bases: NDArray[Any]
    """int64, for each piece the byte of its row's text where it begins; 0 unless the document was cut."""
    owned: NDArray[Any]
    """int64, for each piece its bytes in which a copy may begin; what follows belongs to the next piece too."""
    row_text: Callable[[int], bytes] | None = None
    """Where ``text`` holds the strings of a row in another order than its document: the document of a row of this
    block, to be judged instead. None where ``text`` is the document."""


class Totals(NamedTuple):
    """What is known of a shard once its last block was taken."""

    sha256: str
    """Hex digest of the shard's bytes as stored, taken while they were read."""
    bytes: int
    """Its size as stored."""
    documents: int
    """Rows read, cut documents counted once."""
    unscanned: tuple[UnscannedPart, ...]
    """What was not searched, in the order of rows."""
