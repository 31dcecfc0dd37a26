"""What the newest signed head commits to: read from the leaves, never from the index that follows from them.

Whoever can write to the database can take a row out of the index, but not a leaf out from under a signature.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from certify.evidence.log_entry import LogEntry
from certify.evidence.merkle import leaf_hash
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.log_entry import entry_of
from certify_registry.faults import damaged
from certify_registry.log import tree
from certify_registry.log.growth import Growth
from certify_registry.log.log import Log, check_head
from certify_registry.store import lookup
from certify_registry.store.blobs import BlobStore
from certify_registry.store.index_rows import index_rows
from certify_registry.store.lookup import EntryRow
from certify_registry.store.tables import Head

_CHUNK = 256

Logged = tuple[int, bytes]
"""Log index and bundle."""


class _Known(NamedTuple):
    """What was read under a head."""

    checkpoint: str
    """The head."""
    growth: Growth
    """The tree of all entries up to there."""
    found: Mapping[str, tuple[Logged, ...]]
    """The statements of one kind, by serial."""


_NOTHING = _Known("", Growth((), 0, []), {})
"""What is known before anything was read."""


class Committed:
    """The statements about certificates that a log has signed for; every entry is read and hashed once.

    Args:
        log: the log.
        blobs: where its bundles are kept.
    """

    def __init__(self, log: Log, blobs: BlobStore) -> None:
        self._log, self._blobs = log, blobs
        self._known: dict[str, _Known] = {}

    def about(self, connection: Connection, kind: str, serial: str, indexed: Sequence[int]) -> tuple[Logged, ...]:
        """The statements of one kind about one certificate, in the log's order.

        Args:
            connection: one snapshot of the database.
            kind: predicate type whose statements name a serial: a status or a rendering.
            serial: the certificate.
            indexed: where the index says they are.

        Raises:
            RegistryError: CERT-E070, the entries are not those of the signed head, or the index is not theirs.
        """
        found = self._by_serial(connection, kind).get(serial, ())
        if [index for index, _ in found] != list(indexed):
            why = f"the log holds {len(found)} statements of a kind about it, the index names {len(indexed)}"
            raise damaged(f"the registry's index of {serial} does not follow from its log", why)
        return found

    def every(self, connection: Connection, kind: str) -> Mapping[str, tuple[Logged, ...]]:
        """The statements of one kind about every certificate that has any, in the log's order.

        Raises:
            RegistryError: CERT-E070, the entries are not those of the signed head.
        """
        return self._by_serial(connection, kind)

    def _by_serial(self, connection: Connection, kind: str) -> Mapping[str, tuple[Logged, ...]]:
        head = tree.read_head(connection)
        cached = self._known.get(kind, _NOTHING)
        if cached.checkpoint == head.checkpoint:
            return cached.found
        # Threads share what is known: another one's snapshot may be newer than this one's.
        known = cached if cached.growth.size <= head.size else _NOTHING
        check_head(head, self._log.key)
        rows, growth = committed_entries(connection, head, kind, known.growth)
        found = defaultdict(tuple, known.found)
        for row in rows:
            serial, data = self._statement(connection, row)
            found[serial] += ((row.log_index, data),)
        if growth.size >= self._known.get(kind, _NOTHING).growth.size:
            self._known[kind] = _Known(head.checkpoint, growth, dict(found))
        return found

    def _statement(self, connection: Connection, row: EntryRow) -> tuple[str, bytes]:
        data = self._blobs.get(row.bundle_sha256, connection)
        bundle = parse_bundle(data)
        if entry_of(bundle).to_bytes() != row.leaf:
            raise damaged(f"entry {row.log_index} of the log names another statement than its leaf")
        (made,) = index_rows(statement_of(bundle), bundle.payload_sha256)
        return made.values["serial"], data


def committed_entries(
    connection: Connection, head: Head, kind: str, known: Growth
) -> tuple[tuple[EntryRow, ...], Growth]:
    """The entries of one kind under a head whose signature the caller has checked, and the tree up to there.

    Args:
        connection: one snapshot of the database.
        head: the head.
        kind: predicate type.
        known: the tree of entries that were read before, under an earlier head; those are not read again.

    Raises:
        RegistryError: CERT-E070, entries are missing, too many, or not those that the head's root was signed for.
    """
    if (count := lookup.entry_count(connection)) != head.size:
        raise damaged(f"the log holds {count} entries and has signed for {head.size}")
    likely: list[EntryRow] = []
    growth = known
    for start in range(known.size, head.size, _CHUNK):
        rows = lookup.entries(connection, start, min(start + _CHUNK, head.size))
        for row in rows:
            if leaf_hash(row.leaf) != row.leaf_hash:
                raise damaged(f"the leaf of entry {row.log_index} does not have the hash in the tree")
            if kind.encode() in row.leaf:
                likely.append(row)
        growth = Growth(growth.frontier, growth.size, [row.leaf_hash for row in rows])
    if growth.size != head.size or growth.root != head.root:
        raise damaged("the entries of the log are not the ones it has signed for")
    return tuple(row for row in likely if _kind_of(row) == kind), growth


def _kind_of(row: EntryRow) -> str:
    return LogEntry.from_bytes(row.leaf, name=f"entry {row.log_index}").predicate_type
