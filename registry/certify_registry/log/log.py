"""One log: its key, its database, its public files, and the transaction that makes it grow."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from certify.errors import HostileInput, TrustError, UsageError
from certify.evidence.merkle import join_subtrees, tree_root
from certify.trust.note import (
    Checkpoint,
    NoteSigner,
    VerifierKey,
    is_key_name,
    parse_vkey,
    sign_checkpoint,
    verify_checkpoint,
)
from certify_registry.admission import Submission, guard_of
from certify_registry.faults import absent, damaged, told_plainly
from certify_registry.log import tree
from certify_registry.log.memory import LOCK, Memory, compare
from certify_registry.log.publish import CHECKPOINT, Publisher
from certify_registry.store import tables
from certify_registry.store.database import DATABASE, Database
from certify_registry.store.tables import table_of
from certify_registry.store.terms import store_terms

_log, _entries, _heads = table_of(tables.Log), table_of(tables.Entry), table_of(tables.Head)


class Log:
    """The log of a registry folder.

    Args:
        folder: the registry.
        database: its database, already of the right shape.
        key: the log's public key.
        private_key: its private half, for whoever may append.
        lock: where the newest checkpoint is remembered.
        wait: seconds to wait for another process.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        key: VerifierKey,
        private_key: Ed25519PrivateKey | None,
        *,
        lock: Path | None,
        wait: float,
    ) -> None:
        self.folder, self.database, self.key = folder, database, key
        self._signer = None if private_key is None else NoteSigner(key.name, private_key)
        self.memory = Memory(lock or folder / LOCK, folder / CHECKPOINT, key)
        self.publisher = Publisher(folder, database, key, self.memory, wait)

    def start(self) -> None:
        """Check the newest head and publish what a crash may have left unpublished.

        Raises:
            RegistryError: CERT-E070 damaged, CERT-E072 older than what it has signed.
        """
        signed = self.memory.recall()
        with self.database.read() as connection:
            check_head(tree.read_head(connection), self.key)
            compare(connection, signed)
        if self._signer is not None:
            self.publisher.catch_up()

    def add(self, connection: Connection, submission: Submission, bundle_sha256: str, now: str) -> int:
        """Write one entry, the tree it makes, the signed checkpoint and what it is found by; return its index."""
        assert self._signer is not None  # noqa: S101 -- a database opened for writing comes with the key
        head = tree.read_head(connection)
        growth = tree.grow(tree.unpack(head.frontier), head.size, submission.leaf_hash)
        checkpoint = sign_checkpoint(Checkpoint(self.key.name, head.size + 1, growth.root), self._signer)
        connection.execute(insert(_entries), [_entry_row(submission, head.size, bundle_sha256, now)])
        tree.store_growth(connection, head.size + 1, growth, checkpoint)
        for row in submission.rows:
            _insert_once(connection, row.table, {"log_index": head.size, **row.values}, row.once)
        store_terms(connection, head.size, submission.terms)
        return head.size

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def create_log(folder: Path, origin: str, private_key: Ed25519PrivateKey, lock: Path | None) -> Log:
    """A new, empty log with its first signed checkpoint.

    Raises:
        UsageError: CERT-E079, a name no log can have. RegistryError: CERT-E079, there is a log already.
    """
    if not is_key_name(origin) or len(origin) > 200:
        raise UsageError("CERT-E079", f"{origin[:80]!r} cannot be the name of a log", "it holds a space or a plus sign")
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
    signer = NoteSigner(origin, private_key)
    database = Database(folder, mode="create", wait=5.0)
    try:
        with database.write() as connection:
            database.upgrade(connection)
            if connection.execute(select(_log.c.id)).first() is not None:
                raise absent(f"{folder} holds a registry already", hint="open it, or choose another folder")
            _write_first_rows(connection, signer)
        log = Log(folder, database, signer.verifier, private_key, lock=lock, wait=5.0)
        log.start()
    except BaseException:
        database.close()
        raise
    return log


def open_log(folder: Path, private_key: Ed25519PrivateKey | None, lock: Path | None, wait: float) -> Log:
    """The log in a folder; with the private key it can grow.

    Raises:
        RegistryError: CERT-E070 damaged, CERT-E072 rolled back, CERT-E079 not there.
        TrustError: CERT-E075, the key is not this log's.
    """
    if not (folder / DATABASE).is_file():
        raise absent(f"there is no registry in {folder}", hint="name the folder that holds registry.db")
    database = Database(folder, mode="read" if private_key is None else "write", wait=wait)
    try:
        database.migrate()
        key = _stored_key(database, folder)
        if private_key is not None and private_key.public_key().public_bytes_raw() != key.public_key:
            why = f"{key.name} signs with another key"
            raise TrustError("CERT-E075", "the log key at hand is not this log's", why, "use the key it was made with")
        log = Log(folder, database, key, private_key, lock=lock, wait=wait)
        log.start()
    except BaseException:
        database.close()
        raise
    return log


def check_head(head: tables.Head, key: VerifierKey) -> None:
    """Return if a stored head is signed and agrees with itself.

    Raises:
        RegistryError: CERT-E070.
    """
    try:
        checkpoint = verify_checkpoint(head.checkpoint, key)
    except HostileInput as error:
        raise damaged(f"the signed head of size {head.size} is damaged", error.why) from error
    frontier = tree.unpack(head.frontier)
    root = join_subtrees(frontier) if frontier else tree_root(())
    if checkpoint != Checkpoint(key.name, head.size, head.root) or root != head.root:
        raise damaged(f"the signed head of size {head.size} does not agree with itself")


def _write_first_rows(connection: Connection, signer: NoteSigner) -> None:
    empty = Checkpoint(signer.name, 0, tree_root(()))
    connection.execute(insert(_log), [{"id": 1, "origin": signer.name, "vkey": signer.verifier.vkey}])
    head = {"size": 0, "root": empty.root, "frontier": b"", "checkpoint": sign_checkpoint(empty, signer)}
    connection.execute(insert(_heads), [head])


def _stored_key(database: Database, folder: Path) -> VerifierKey:
    with database.read() as connection:
        row = connection.execute(select(_log.c.origin, _log.c.vkey)).first()
    if row is None:
        raise absent(f"the registry in {folder} was never finished", hint="create it again in the same folder")
    try:
        key = parse_vkey(row.vkey)
    except TrustError as error:
        raise damaged("the log's public key is damaged", error.why) from error
    if key.name != row.origin:
        raise damaged("the log's name and its key do not agree")
    return key


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
