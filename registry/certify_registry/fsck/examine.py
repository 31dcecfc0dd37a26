"""Looks at every byte the registry keeps and says what is not as it was written.

Nothing is repaired. Each part is worked out again from what it must follow from: leaves from the
signed statements, tree and heads from the leaves, index rows from the statements, files from the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection, select

from certify.errors import CertifyError
from certify.trust.keys import keyid_of_pem, public_key_of
from certify_registry.admission import guard_of
from certify_registry.fsck.files import examine_blobs, examine_checkpoint, examine_lock, examine_tiles
from certify_registry.fsck.finding import Finding
from certify_registry.fsck.log import examine_entries
from certify_registry.log import tree
from certify_registry.log.log import Log
from certify_registry.store.blobs import BlobStore
from certify_registry.store.tables import KeyEvent, table_of

_keys = table_of(KeyEvent)


def examine(log: Log, blobs: BlobStore, now: str) -> Iterator[Finding]:
    """The findings of every part, in the order in which they should be read.

    Args:
        log: the log, open for reading at least.
        blobs: the files beside it.
        now: the time in UTC; an entry dated later was written under a wrong clock.
    """
    yield from _part("lock", lambda: examine_lock(log))
    yield from _part("blobs", lambda: examine_blobs(blobs))
    yield from _part("database", lambda: _in(log, lambda connection: _examine_database(connection, log)))
    yield from _part("keys", lambda: _in(log, _examine_keys))
    yield from _part("entries", lambda: _in(log, lambda connection: examine_entries(connection, log, blobs, now)))
    yield from _part("files", lambda: _in(log, lambda connection: examine_tiles(connection, log)))
    yield from _part("files", lambda: examine_checkpoint(log))


def _part(part: str, examiner: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """The findings of one part; one that cannot even be read is a finding itself."""
    try:
        return list(examiner())
    except CertifyError as error:
        return [Finding(part, "all of it", f"cannot be read: {error.what} {error.why}".strip())]
    except (ValueError, TypeError, OverflowError) as error:
        return [Finding(part, "all of it", f"holds values that nobody writes: {error}")]


def _in(log: Log, examiner: Callable[[Connection], Iterable[Finding]]) -> list[Finding]:
    with log.database.read() as connection:
        return list(examiner(connection))


def _examine_database(connection: Connection, log: Log) -> Iterator[Finding]:
    for where, problem in log.database.problems(connection):
        yield Finding("database", where, problem)


def _examine_keys(connection: Connection) -> Iterator[Finding]:
    size = tree.read_head(connection).size
    rows = connection.execute(select(_keys).order_by(_keys.c.seq)).mappings()
    for place, row in enumerate(rows):
        values = {name: value for name, value in row.items() if name != "guard"}
        where = f"key {row['seq']}"
        if row["seq"] != place or guard_of(values) != row["guard"]:
            yield Finding("keys", where, "was changed after it was written, or one is missing before it")
        elif row["keyid"] != keyid_of_pem(row["pem"]) or row["size"] > size:
            yield Finding("keys", where, "does not belong to its key, or is dated after the log's end")
        else:
            public_key_of(row["pem"])
