"""The text behind a report's spans, read again from the data for whoever asks to see it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from certify.errors import CertifyError
from certify.export.scan_cards import Place, place_of
from certify.export.scan_page import spans_to_show
from certify.pipeline.scanning import ScanRequest
from certify.scan import ScanReport, Span
from certify.scan.reading import open_shard
from certify.scan.shards import Shard, find_shards

MAX_EXCERPT = 64 * 1024
"""Bytes of a passage that are kept; its digest is taken of all of it."""


def read_excerpts(request: ScanRequest, reports: Sequence[ScanReport]) -> dict[Place, str | None]:
    """The text of every span that a page shows; None where the data is no longer what was scanned."""
    spans = {place_of(span): span for span in spans_to_show(reports)}
    texts: dict[Place, str | None] = {place: span.excerpt for place, span in spans.items()}
    wanted: dict[str, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for span in spans.values():
        if span.excerpt is None:
            wanted[span.shard][span.document].append(span)
    if wanted:
        for shard in _shards(request):
            texts |= _of_shard(shard, wanted.get(shard.name, {}), request.text_field)
    return texts


def _of_shard(shard: Shard, wanted: dict[int, list[Span]], text_field: str | None) -> dict[Place, str | None]:
    found: dict[Place, str | None] = {}
    for row, base, text in _pieces(shard, wanted, text_field):
        for span in wanted[row]:
            excerpt = text[span.start - base : span.end - base]
            if base <= span.start and hashlib.sha256(excerpt).hexdigest() == span.excerpt_sha256:
                found[place_of(span)] = excerpt[:MAX_EXCERPT].decode("utf-8", "replace")
    return found


def _shards(request: ScanRequest) -> list[Shard]:
    try:
        return find_shards(request.data)[0]
    except CertifyError:
        return []  # it was there when it was scanned: every passage will say that it has changed


def _pieces(shard: Shard, rows: dict[int, list[Span]], text_field: str | None) -> Iterator[tuple[int, int, bytes]]:
    """Of the wanted rows of a shard the row, a byte of its text, and the text from there on.

    The one place that knows how shards are read.
    """
    import numpy

    if not rows:
        return
    wanted = numpy.array(sorted(rows), numpy.int64)
    try:
        for block in open_shard(shard, text_field=text_field).blocks():
            for number in numpy.flatnonzero(numpy.isin(block.rows, wanted)).tolist():
                row = int(block.rows[number])
                if block.row_text is not None:
                    yield row, 0, block.row_text(row)
                else:
                    piece = block.text[block.starts[number] : block.starts[number + 1]]
                    yield row, int(block.bases[number]), piece.tobytes()
            if len(block.rows) and block.rows[-1] > wanted[-1]:
                return
    except CertifyError:
        return  # what could be read of it is shown
