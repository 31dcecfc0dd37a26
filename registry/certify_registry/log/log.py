"""One log: its key, its database, its public files, and the transaction that makes it grow."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select

from certify.errors import HostileInput, TrustError, UsageError
from certify.evidence.merkle import HASH_SIZE, join_subtrees, tree_root
from certify.trust.note import (
    Checkpoint,
    NoteSigner,
    VerifierKey,
    is_key_name,
    parse_vkey,
    sign_checkpoint,
    verify_checkpoint,
)
from certify_registry.faults import absent, damaged
from certify_registry.log import tree
from certify_registry.log.batch import Batch
from certify_registry.log.memory import Memory, compare
from certify_registry.log.publish import CHECKPOINT, Publisher
from certify_registry.store import tables
from certify_registry.store.ports import Database
from certify_registry.store.surroundings import Surroundings
from certify_registry.store.tables import table_of

_log, _heads = table_of(tables.Log), table_of(tables.Head)
MAX_ORIGIN = 200


class Log:
    """The log of a registry.

    Args:
        around: where it lies; the database is of the right shape already.
        key: the log's public key.
        private_key: its private half, for whoever may append.
    """

    def __init__(self, around: Surroundings, key: VerifierKey, private_key: Ed25519PrivateKey | None) -> None:
        self.database, self.objects, self.key = around.database, around.objects, key
        self._signer = None if private_key is None else NoteSigner(key.name, private_key)
        self.memory = Memory(*around.lock, (around.objects, CHECKPOINT), key)
        self.publisher = Publisher(around.objects, around.database, key, self.memory)

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

    def batch(self, connection: Connection) -> Batch:
        """Entries to be added under the next signed head.

        Raises:
            RegistryError: CERT-E070 damaged; CERT-E072 older than what it has signed; CERT-E605 handed over.
        """
        assert self._signer is not None  # noqa: S101 -- a database opened for writing comes with the key
        head = tree.read_head(connection)
        check_head(head, self.key)
        self.memory.require_current(connection, head)
        return Batch(connection, head, self._signer)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def create_log(around: Surroundings, origin: str, private_key: Ed25519PrivateKey) -> Log:
    """A new, empty log with its first signed checkpoint.

    Raises:
        UsageError: CERT-E079, a name no log can have. RegistryError: CERT-E079, there is a log already.
    """
    if not is_key_name(origin) or len(origin) > MAX_ORIGIN:
        raise UsageError("CERT-E079", f"{origin[:80]!r} cannot be the name of a log", "it holds a space or a plus sign")
    signer, database = NoteSigner(origin, private_key), around.database
    try:
        with database.write() as connection:
            database.upgrade(connection)
            require_empty(connection, database)
            _write_first_rows(connection, signer)
        database.migrate()
        log = Log(around, signer.verifier, private_key)
        log.start()
    except BaseException:
        database.close()
        raise
    return log


def require_empty(connection: Connection, database: Database) -> None:
    """Return if a database of the right shape holds no log.

    Raises:
        RegistryError: CERT-E079.
    """
    if connection.execute(select(_log.c.id)).first() is not None:
        raise absent(f"{database.place} holds a registry already", hint="open it, or choose another place")


def open_log(around: Surroundings, private_key: Ed25519PrivateKey | None) -> Log:
    """The log that is there; with the private key it can grow.

    Raises:
        RegistryError: CERT-E070 damaged, CERT-E072 rolled back, CERT-E079 not there.
        TrustError: CERT-E075, the key is not this log's.
    """
    database = around.database
    try:
        database.migrate()
        key = _stored_key(database)
        require_key(key, private_key)
        log = Log(around, key, private_key)
        log.start()
    except BaseException:
        database.close()
        raise
    return log


def require_key(key: VerifierKey, private_key: Ed25519PrivateKey | None) -> None:
    """Return if a private key, where there is one, is the log's.

    Raises:
        TrustError: CERT-E075.
    """
    if private_key is not None and private_key.public_key().public_bytes_raw() != key.public_key:
        why = f"{key.name} signs with another key"
        raise TrustError("CERT-E075", "the log key at hand is not this log's", why, "use the key it was made with")


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
    whole = len(head.frontier) == HASH_SIZE * head.size.bit_count()
    root = join_subtrees(frontier) if frontier else tree_root(())
    if not whole or checkpoint != Checkpoint(key.name, head.size, head.root) or root != head.root:
        raise damaged(f"the signed head of size {head.size} does not agree with itself")


def _write_first_rows(connection: Connection, signer: NoteSigner) -> None:
    empty = Checkpoint(signer.name, 0, tree_root(()))
    connection.execute(insert(_log), [{"id": 1, "origin": signer.name, "vkey": signer.verifier.vkey}])
    checkpoint = sign_checkpoint(empty, signer)
    head = {"size": 0, "root": empty.root, "frontier": b"", "checkpoint": checkpoint, "number": 0}
    connection.execute(insert(_heads), [head])


def _stored_key(database: Database) -> VerifierKey:
    with database.read() as connection:
        row = connection.execute(select(_log.c.origin, _log.c.vkey)).first()
    if row is None:
        raise absent(f"the registry in {database.place} was never finished", hint="create it again in the same place")
    try:
        key = parse_vkey(row.vkey)
    except TrustError as error:
        raise damaged("the log's public key is damaged", error.why) from error
    if key.name != row.origin:
        raise damaged("the log's name and its key do not agree")
    return key
