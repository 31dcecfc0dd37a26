"""Works the log out again: every leaf from its signed statement, every head from the leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from certify.errors import CertifyError
from certify.evidence.merkle import leaf_hash
from certify.trust.bundle import verify_signature
from certify_registry.admission import Submission, guard_of, read_submission
from certify_registry.fsck.finding import Finding
from certify_registry.log import tree
from certify_registry.log.growth import Growth
from certify_registry.log.log import Log, check_head
from certify_registry.store import lookup
from certify_registry.store.blobs import BlobStore
from certify_registry.store.lookup import EntryRow
from certify_registry.store.tables import INDEX_ROWS, Entry, Head, KeyEvent, Node, Row, Term, table_of

_CHUNK = 256
_entries, _nodes, _heads = table_of(Entry), table_of(Node), table_of(Head)
_keys, _terms = table_of(KeyEvent), table_of(Term)


def examine_entries(connection: Connection, log: Log, blobs: BlobStore, now: str) -> Iterator[Finding]:
    """Findings about entries, tree, heads and index rows."""
    walk = _Walk(connection, log, blobs, now)
    yield from walk.head()
    while rows := lookup.entries(connection, walk.size, walk.size + _CHUNK):
        for row in rows:
            yield from walk.entry(row)
    yield from walk.end()


class _Walk:
    """One pass over the log, from the first entry."""

    def __init__(self, connection: Connection, log: Log, blobs: BlobStore, now: str) -> None:
        self._connection, self._log, self._blobs, self._now = connection, log, blobs, now
        self._keys = dict(connection.execute(select(_keys.c.keyid, _keys.c.pem)).tuples().all())
        self._heads = [(row.size, row.number) for row in connection.execute(select(_heads.c.size, _heads.c.number))]
        self._signed = {size for size, _ in self._heads}
        self._frontier: tuple[bytes, ...] = ()
        self._leaves: list[bytes] = []
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._rows: dict[type[Row], dict[int, dict[str, object]]] = defaultdict(dict)
        self._seen: set[tuple[type[Row], str]] = set()
        self._terms: set[tuple[int, str, str]] = set()
        self.size = 0

    def entry(self, row: EntryRow) -> Iterator[Finding]:
        """Findings about the next entry, and about the head that was signed with it as the last."""
        where = f"entry {self.size}"
        if row.log_index != self.size:
            yield Finding("entries", where, "is missing")
        yield from (Finding("entries", where, problem) for problem in self._problems(row))
        self._leaves.append(leaf_hash(row.leaf))
        self.size += 1
        yield from self.head()

    def head(self) -> Iterator[Finding]:
        """Findings about the head of exactly the entries seen so far, if one was signed."""
        if self.size not in self._signed:
            return
        self._grow()
        try:
            head = tree.read_head(self._connection, self.size)
            check_head(head, self._log.key)
        except CertifyError as error:
            yield Finding("tree", f"head {self.size}", f"{error.what} {error.why}".strip())
            return
        if tree.unpack(head.frontier) != self._frontier:
            yield Finding("tree", f"head {self.size}", "does not follow from the leaves")

    def end(self) -> Iterator[Finding]:
        """Findings about what must be there once all entries are known."""
        self._grow()
        in_order = sorted(self._heads, key=lambda head: head[1])
        if [number for _, number in in_order] != list(range(len(in_order))) or in_order != sorted(self._heads):
            yield Finding("tree", "heads", "are not numbered one after another")
        if not {0, self.size} <= self._signed or max(self._signed, default=0) != self.size:
            yield Finding("tree", "heads", f"do not lead from 0 to {self.size} entries")
        nodes = {(row.level, row.position): row.hash for row in self._connection.execute(select(_nodes))}
        if nodes != self._nodes:
            yield Finding("tree", "nodes", "do not follow from the leaves")
        for row in INDEX_ROWS:
            table = table_of(row)
            found = {found["log_index"]: dict(found) for found in self._connection.execute(select(table)).mappings()}
            if found != self._rows[row]:
                yield Finding("index", table.name, "does not follow from the logged statements")
        terms = {(row.log_index, row.kind, row.term) for row in self._connection.execute(select(_terms))}
        if terms != self._terms:
            yield Finding("index", "terms", "do not follow from the logged statements")

    def _grow(self) -> None:
        """Put the leaves that were only collected so far into the tree."""
        growth = Growth(self._frontier, self.size - len(self._leaves), self._leaves)
        self._frontier, self._leaves = growth.frontier, []
        self._nodes |= {(level, position): node for level, position, node in growth.nodes}

    def _problems(self, row: EntryRow) -> Iterator[str]:
        if leaf_hash(row.leaf) != row.leaf_hash:
            yield "its leaf does not have the hash in the tree"
        dates: dict[str, int | str] = {
            "log_index": row.log_index,
            "bundle_sha256": row.bundle_sha256,
            "appended_at": row.appended_at,
        }
        query = select(_entries.c.guard).where(_entries.c.log_index == row.log_index)
        if self._connection.execute(query).scalar() != guard_of(dates):
            yield "its time or bundle was changed after it was written"
        if row.appended_at > self._now:
            yield f"is dated {row.appended_at}, later than now"
        try:
            submission = read_submission(self._blobs.get(row.bundle_sha256, self._connection))
            yield from self._against_statement(row, submission)
        except CertifyError as error:
            yield f"its statement cannot be used: {error.what}"

    def _against_statement(self, row: EntryRow, submission: Submission) -> Iterator[str]:
        subject = submission.statement.subject[0].digest.sha256
        expected = (submission.statement.predicate_type, submission.bundle.payload_sha256, subject)
        if submission.leaf != row.leaf or (row.predicate_type, row.payload_sha256, row.subject) != expected:
            yield "its leaf is not that of its statement"
        if row.keyid != submission.bundle.keyid or row.keyid not in self._keys:
            yield "nobody ever enrolled its key"
        else:
            verify_signature(submission.bundle, self._keys[row.keyid])
        self._terms |= {(row.log_index, *term) for term in submission.terms}
        for made in submission.rows:
            mark = (made.table, made.values[made.once]) if made.once else None
            if mark is None or mark not in self._seen:
                self._rows[made.table][row.log_index] = {"log_index": row.log_index, **made.values}
            if mark is not None:
                self._seen.add(mark)
