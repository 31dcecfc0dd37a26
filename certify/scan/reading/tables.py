"""Parquet and Arrow shards, and tables that a program holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from certify.errors import CertifyError
from certify.identify.arrow_types import pyarrow
from certify.scan.blocks import Block
from certify.scan.reading import losses
from certify.scan.reading.columns import RowWise, batch_of_columns, check, logical_bytes, row_document, under
from certify.scan.reading.cutting import BLOCK, batch_of, blocks_of
from certify.scan.reading.footer import RowGroup, row_groups
from certify.scan.reading.losses import Damage, Job, Rejected
from certify.scan.reading.packed import FREELY, MAX_RATIO
from certify.scan.reading.stored import Stored, advance, in_any_order

_MOST_ROWS = 2048
_BUFFER = 1 << 20


def parquet(stored: Stored, job: Job) -> Iterator[Block]:
    """The documents of a Parquet file, a few rows at a time; a row group that is damaged is left out.

    Raises:
        Damage: it cannot be read at all.
    """
    if not stored.size:
        return
    with stored.seekable() as file:
        table = _opened(file)
        wanted, row = _wanted(table.names, job), 0
        for number, group in enumerate(table.groups):
            # A row group is hashed just before it is read, while it is in memory.
            advance(stored, group.end)
            yield from _group_blocks(table, number, row, wanted, job)
            row += group.rows


class _Table(NamedTuple):
    file: Any
    """pyarrow's."""
    names: list[str]
    groups: tuple[RowGroup, ...]


def _group_blocks(table: _Table, number: int, row: int, wanted: list[str] | None, job: Job) -> Iterator[Block]:
    group, taken = table.groups[number], row
    try:
        for batch in _batches(table, number, wanted):
            yield from table_blocks(batch, taken, job)
            taken += batch.num_rows
    except (Damage, CertifyError):
        raise
    except Exception as error:
        # pyarrow has error classes of its own. Reading on is safe: each row group stands for itself.
        reason = f"rows {taken} to {row + group.rows - 1} are damaged: {error}"
        job.lose(None, group.stored, reason)


def group_count(stored: Stored) -> int:
    """How many row groups a Parquet file has. Raises Damage."""
    return len(_opened(in_any_order(stored)).groups)


def row_group_blocks(stored: Stored, job: Job, number: int) -> Iterator[Block]:
    """The documents of one row group, read where it lies, rows counted from its first. Raises Damage."""
    with in_any_order(stored) as file:
        table = _opened(file)
        yield from _group_blocks(table, number, 0, _wanted(table.names, job), job)


def _opened(file: Any) -> _Table:
    """A Parquet file. Raises Damage."""
    try:
        table = pyarrow("parquet").ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)
        names, groups = table.schema_arrow.names, row_groups(file)
    except CertifyError:
        raise
    except Exception as error:
        raise Damage(f"damaged: {error}") from error
    if len(groups) != table.num_row_groups:
        # Else a footer that two readers understand differently would hide row groups.
        raise Damage("damaged: its footer does not say plainly how many row groups there are")
    return _Table(table, names, groups)


def _wanted(names: list[str], job: Job) -> list[str] | None:
    """The column to read, None for all of them. Raises Damage where it is not there."""
    if job.text_field is None:
        return None
    first = job.text_field.split(".")[0]
    if first not in names:
        raise Damage(losses.no_column(job.text_field))
    return [first]


def _batches(table: _Table, number: int, wanted: list[str] | None) -> Iterator[Any]:
    group = table.groups[number]
    if group.unpacked > FREELY and group.unpacked > MAX_RATIO * group.stored:
        raise ValueError("it expands as no text does")
    rows = max(1, min(_MOST_ROWS, BLOCK * group.rows // max(1, group.unpacked)))
    yield from table.file.iter_batches(batch_size=rows, row_groups=[number], columns=wanted, use_threads=False)


def arrow(stored: Stored, job: Job) -> Iterator[Block]:
    """The documents of an Arrow file or stream, one record batch after the other.

    Raises:
        Damage: it cannot be read, or breaks off.
    """
    row = 0
    with stored.seekable() as file:
        batches = _ipc_batches(file)
        while True:
            try:
                batch = next(batches, None)
            except (Damage, CertifyError):
                raise
            except Exception as error:
                raise Damage(f"damaged: {error}") from error
            if batch is None:
                return
            advance(stored, file.tell())
            yield from _stored_batch(batch, row, job)
            row += batch.num_rows


def _stored_batch(batch: Any, row: int, job: Job) -> Iterator[Block]:
    """The documents of a record batch out of a file, none if it is damaged."""
    try:
        check(batch)
        if job.text_field is not None:
            _wanted(batch.schema.names, job)
        yield from table_blocks(batch, row, job)
    except (Damage, CertifyError):
        raise
    except Exception as error:
        # Names, types and values come from the file, and what pyarrow raises of them has no common class.
        job.lose(None, 0, f"rows {row} to {row + batch.num_rows - 1} are damaged: {error}")


def _ipc_batches(file: Any) -> Iterator[Any]:
    ipc = pyarrow("ipc")
    options = ipc.IpcReadOptions(use_threads=False)
    begins = file.read(6)
    file.seek(0)
    if begins == b"ARROW1":
        table = ipc.open_file(file, options=options)
        for number in range(table.num_record_batches):
            yield table.get_batch(number)
    elif begins:
        yield from ipc.open_stream(file, options=options)


def held(batches: Iterable[Any], job: Job) -> Iterator[Block]:
    """The documents of record batches that a program holds. Raises Damage where the named column is missing."""
    row = 0
    for batch in batches:
        if job.text_field is not None:
            _wanted(batch.schema.names, job)
        for first in range(0, batch.num_rows, _MOST_ROWS):
            yield from table_blocks(batch.slice(first, _MOST_ROWS), row + first, job)
        row += batch.num_rows


def table_blocks(batch: Any, row: int, job: Job) -> Iterator[Block]:
    """The documents of a record batch that begins at ``row``; in halves where it stands for much text."""
    if batch.num_rows > 1 and sum(map(logical_bytes, batch.columns)) > losses.MAX_RECORD:
        half = batch.num_rows // 2
        yield from table_blocks(batch.slice(0, half), row, job)
        yield from table_blocks(batch.slice(half), row + half, job)
        return
    if batch.num_rows == 1 and sum(map(logical_bytes, batch.columns)) > losses.MAX_RECORD:
        job.lose(row, 0, losses.TOO_LARGE)
        return
    wanted = batch if job.text_field is None else under(batch, job.text_field)
    if wanted is None:
        for place in range(batch.num_rows):
            job.lack(row + place, 0)
        return
    wrong: list[int] = []
    try:
        texts = batch_of_columns(wanted, row, wrong)
    except RowWise:
        yield from _row_wise(batch, row, job)
        return
    for each in wrong:
        job.lose(each, 0, "not UTF-8 text")
    job.documents += batch.num_rows - len(wrong)
    yield from blocks_of(texts)


def _row_wise(batch: Any, row: int, job: Job) -> Iterator[Block]:
    texts: list[bytes] = []
    rows: list[int] = []
    for place in range(batch.num_rows):
        try:
            text = row_document(batch, place, job.text_field)
        except Rejected as reason:
            job.lose(row + place, 0, str(reason))
            continue
        if text is None:
            job.lack(row + place, 0)
            continue
        texts.append(text)
        rows.append(row + place)
        if sum(map(len, texts)) > BLOCK or place == batch.num_rows - 1:
            yield from blocks_of(batch_of(texts, rows))
            job.documents += len(rows)
            texts, rows = [], []
    job.documents += len(rows)
    yield from blocks_of(batch_of(texts, rows))
