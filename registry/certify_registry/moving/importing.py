"""Making a registry out of a copy: everything in it is worked out again before it is believed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from certify.errors import CertifyError, RegistryError
from certify.trust.note import Checkpoint, VerifierKey, parse_vkey, verify_checkpoint
from certify_registry import admission
from certify_registry.checking import Checked, check
from certify_registry.log.batch import Rows
from certify_registry.log.growth import Growth
from certify_registry.log.log import require_empty, require_key
from certify_registry.log.memory import MOVED, Memory, compare, rolled_back
from certify_registry.log.publish import CHECKPOINT
from certify_registry.moving.archive import (
    ENTRIES,
    HEADS,
    KEYS,
    Described,
    EntryLine,
    HeadLine,
    KeyLine,
    broken,
    read_description,
    read_lines,
)
from certify_registry.registry import Registry
from certify_registry.store.blobs import BlobStore
from certify_registry.store.folder import FolderObjects
from certify_registry.store.packs import pack_of
from certify_registry.store.surroundings import Surroundings
from certify_registry.store.tables import Head, Log, table_of

_log, _heads = table_of(Log), table_of(Head)
_CHUNK = 256


def bring(
    folder: Path, around: Surroundings, log_key: Ed25519PrivateKey, *, restore: bool = False, lock_lost: bool = False
) -> Registry:
    """The registry of a copy, in a new place, under its old name and key; open for appending.

    Args:
        folder: the copy, as ``export`` writes it.
        around: where to; opened for creation, and empty.
        log_key: the log's key.
        restore: the place had this registry before and lost its database; the lock that is left decides
            whether the copy is new enough. Otherwise the copy has to be final, so that nobody else continues the log.
        lock_lost: with ``restore``, go on although nothing is left that tells what was signed last.

    Raises:
        RegistryError: CERT-E603, the copy does not verify; CERT-E604, it is not final; CERT-E072, something newer
            was signed; CERT-E606, nothing tells what was signed last; CERT-E079, the place holds a registry.
        TrustError: CERT-E075, the key is not this log's.
    """
    try:
        described = read_description(folder)
        key = _key_of(described)
        require_key(key, log_key)
        if not restore and not described.final:
            raise _not_final()
        memory = Memory(*around.lock, (around.objects, CHECKPOINT), key)
        newest = verify_checkpoint(described.checkpoint, key)
        with around.database.write() as connection:
            around.database.upgrade(connection)
            require_empty(connection, around.database)
            _Arriving(folder, around, key, connection).all_of(described)
            _require_newest(memory, newest, connection, restore=restore, lock_lost=lock_lost)
        if not restore:
            _take_over(around, described)
    except IntegrityError as error:
        around.database.close()
        raise broken("its statements contradict each other, or are in another order") from error
    except BaseException:
        around.database.close()
        raise
    return Registry.start(around, log_key)


class _Arriving:
    """Writes the rows of a copy, each after it was checked."""

    def __init__(self, folder: Path, around: Surroundings, key: VerifierKey, connection: Connection) -> None:
        self._folder, self._key, self._connection = folder, key, connection
        self._source, self._target = BlobStore(FolderObjects(folder)), BlobStore(around.objects)
        self._pems: dict[str, str] = {}
        self._growth = Growth((), 0, [])

    def all_of(self, described: Described) -> None:
        """Write everything; the last head has to be the one the copy says it has."""
        self._connection.execute(insert(_log), [{"id": 1, "origin": described.origin, "vkey": described.vkey}])
        for key in read_lines(self._folder / KEYS, KeyLine):
            self._enter_key(key)
        rows, last = self._entries(), None
        for number, head in enumerate(read_lines(self._folder / HEADS, HeadLine)):
            self._head(rows, number, head)
            last = head
        if last is None or last.checkpoint != described.checkpoint or next(rows, None) is not None:
            raise broken("its entries do not end where its newest checkpoint says")
        self._other_blobs()

    def _enter_key(self, line: KeyLine) -> None:
        try:
            admission.record_key(
                self._connection, line.event, pem=line.pem, party=line.party, role=line.role, size=line.size
            )
        except CertifyError as error:
            raise broken(f"a key in it cannot be used: {error.what}") from error
        self._pems = admission.known_keys(self._connection)

    def _head(self, rows: Iterator[EntryLine], number: int, line: HeadLine) -> None:
        """The entries up to a head, and the head, whose root has to follow from them."""
        try:
            signed = verify_checkpoint(line.checkpoint, self._key)
        except CertifyError as error:
            raise broken(f"its head of {line.size} entries is not signed by the log") from error
        leaves: list[bytes] = []
        while self._growth.size + len(leaves) < line.size:
            leaves += self._chunk(rows, self._growth.size + len(leaves), line.size)
        self._growth = Growth(self._growth.frontier, self._growth.size, leaves)
        if signed != Checkpoint(self._key.name, line.size, self._growth.root) or self._growth.size != line.size:
            raise broken(f"its head of {line.size} entries does not follow from its entries")
        Rows(self._connection).add_tree(self._growth, line.checkpoint, number)

    def _chunk(self, rows: Iterator[EntryLine], start: int, end: int) -> list[bytes]:
        """The leaf hashes of some entries, which are written."""
        found = list(islice(rows, min(_CHUNK, end - start)))
        if not found:
            raise broken(f"entry {start} is missing")
        checked = [self._checked(start + place, line) for place, line in enumerate(found)]
        self._target.keep(self._connection, [one.data for one in checked])
        writing = Rows(self._connection)
        for place, (one, line) in enumerate(zip(checked, found, strict=True)):
            writing.add_entry(one.submission, start + place, one.bundle_sha256, line.appended_at)
        writing.flush()
        return [one.submission.leaf_hash for one in checked]

    def _checked(self, index: int, line: EntryLine) -> Checked:
        try:
            found = check(self._source.get(line.bundle_sha256), self._pems)
        except RegistryError as error:
            raise broken(f"the statement of entry {index}: {error.what}") from error
        if isinstance(found, CertifyError) or not found.verified or found.bundle_sha256 != line.bundle_sha256:
            raise broken(f"the statement of entry {index} is not signed by a key the log ever took statements from")
        return found

    def _entries(self) -> Iterator[EntryLine]:
        yield from read_lines(self._folder / ENTRIES, EntryLine)

    def _other_blobs(self) -> None:
        """What is kept beside the statements, such as PDFs."""
        for digest in self._source.digests():
            if "/" not in digest and pack_of(self._connection, digest) is None:
                try:
                    self._target.put(self._source.get(digest))
                except RegistryError as error:
                    raise broken(error.what) from error


def _require_newest(
    memory: Memory, newest: Checkpoint, connection: Connection, *, restore: bool, lock_lost: bool
) -> None:
    """Return if nothing newer than the copy was signed, as far as lock and published checkpoint tell.

    Raises:
        RegistryError: CERT-E072 or CERT-E606.
    """
    signed = memory.recall()
    if restore and memory.raw() is None and not lock_lost:
        why = "the lock is gone, and the copy may be older than what was signed; two histories would be possible"
        hint = "find the lock; where it is lost for good: --lock-lost, if you know that nothing was signed since"
        raise RegistryError("CERT-E606", "nothing tells what this registry signed last", why, hint)
    if restore and memory.moved:
        raise rolled_back("it was handed over, and goes on elsewhere")
    compare(connection, (checkpoint for checkpoint in signed if checkpoint.size <= newest.size))
    for checkpoint in signed:
        if checkpoint.size > newest.size:
            raise rolled_back(f"the copy holds {newest.size} entries, and {checkpoint.size} were signed for")


def _take_over(around: Surroundings, described: Described) -> None:
    """Where old and new place share one lock, it says that the log was handed over: here it arrives."""
    objects, name = around.lock
    handed_over = MOVED + described.checkpoint.encode()
    try:
        found = objects.get(name, len(handed_over))
    except FileNotFoundError:
        return
    if found == handed_over:
        objects.swap(name, handed_over, described.checkpoint.encode())


def _key_of(described: Described) -> VerifierKey:
    try:
        key = parse_vkey(described.vkey)
        verify_checkpoint(described.checkpoint, key)
    except CertifyError as error:
        raise broken(f"its checkpoint or key: {error.what}") from error
    if key.name != described.origin:
        raise broken("its name and its key do not agree")
    return key


def _not_final() -> RegistryError:
    why = "the registry it was taken from may still grow, and two continuations would be two histories"
    hint = "export it with --final; to bring back a lost database, use restore"
    return RegistryError("CERT-E604", "this copy is not final", why, hint)
