"""The transaction by which a log grows: any number of entries under one new signed head."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from certify.trust.note import Checkpoint, NoteSigner, sign_checkpoint
from certify.trust.tlog_proof import format_tlog_proof
from certify_registry.admission import ROLE_OF, Submission, guard_of
from certify_registry.log import tree
from certify_registry.log.growth import Growth
from certify_registry.store import tables
from certify_registry.store.tables import Head, table_of
from certify_registry.store.terms import store_terms

_entries, _heads, _nodes = table_of(tables.Entry), table_of(tables.Head), table_of(tables.Node)


@dataclass(frozen=True)
class Sealed:
    """The head that covers a batch, and the tree it commits to."""

    head: Head
    growth: Growth

    def proof(self, index: int) -> str:
        """The tlog-proof of an entry of the batch."""
        return format_tlog_proof(index, self.growth.path(index), self.head.checkpoint)


class Rows:
    """Writes the rows of entries and of the tree above them.

    Args:
        connection: the only writer's.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._waiting: list[dict[str, object]] = []

    def add_entry(self, submission: Submission, index: int, bundle_sha256: str, now: str) -> None:
        """Write an entry and what it is found by.

        Statements of kinds whose order matters are in the database at once, so that the next can be judged by them.
        """
        self._waiting.append(_entry_row(submission, index, bundle_sha256, now))
        if submission.statement.predicate_type in ROLE_OF or submission.rows or submission.terms:
            self.flush()
        for row in submission.rows:
            _insert_once(self.connection, row.table, {"log_index": index, **row.values}, row.once)
        store_terms(self.connection, index, submission.terms)

    def flush(self) -> None:
        """Write the entries that were only collected so far."""
        if self._waiting:
            self.connection.execute(insert(_entries), self._waiting)
            self._waiting = []

    def add_tree(self, growth: Growth, checkpoint: str, number: int) -> Head:
        """Write what the entries make of the tree, and the signed head."""
        self.flush()
        if growth.nodes:
            rows = [{"level": level, "position": position, "hash": node} for level, position, node in growth.nodes]
            self.connection.execute(insert(_nodes), rows)
        frontier = b"".join(growth.frontier)
        head = Head(size=growth.size, root=growth.root, frontier=frontier, checkpoint=checkpoint, number=number)
        self.connection.execute(insert(_heads), [head.model_dump()])
        return head


class Batch(Rows):
    """Entries on their way into the log.

    Args:
        connection: the only writer's.
        head: the newest head, which the log's memory agrees to.
        signer: the log's key.
    """

    def __init__(self, connection: Connection, head: Head, signer: NoteSigner) -> None:
        super().__init__(connection)
        self.head, self._signer = head, signer
        self._leaves: list[bytes] = []

    def add(self, submission: Submission, bundle_sha256: str, now: str) -> int:
        """Write the next entry; returns its index."""
        index = self.head.size + len(self._leaves)
        self._leaves.append(submission.leaf_hash)
        self.add_entry(submission, index, bundle_sha256, now)
        return index

    def seal(self) -> Sealed:
        """Write the tree and the signed head; where nothing was added, the head is the one before."""
        growth = Growth(tree.unpack(self.head.frontier), self.head.size, self._leaves)
        if not self._leaves:
            return Sealed(self.head, growth)
        checkpoint = sign_checkpoint(Checkpoint(self._signer.name, growth.size, growth.root), self._signer)
        return Sealed(self.add_tree(growth, checkpoint, self.head.number + 1), growth)


def _entry_row(submission: Submission, index: int, bundle_sha256: str, now: str) -> dict[str, object]:
    return {
        "log_index": index,
        "leaf_hash": submission.leaf_hash,
        "leaf": submission.leaf,
        "predicate_type": submission.statement.predicate_type,
        "payload_sha256": submission.bundle.payload_sha256,
        "subject": submission.statement.subject[0].digest.sha256,
        "keyid": submission.bundle.keyid,
        "bundle_sha256": bundle_sha256,
        "appended_at": now,
        "guard": guard_of({"log_index": index, "bundle_sha256": bundle_sha256, "appended_at": now}),
    }


def _insert_once(connection: Connection, row: type[tables.Row], values: dict[str, object], once: str | None) -> None:
    table = table_of(row)
    if once is not None and connection.execute(select(table.c[once]).where(table.c[once] == values[once])).first():
        return
    connection.execute(insert(table), [values])
