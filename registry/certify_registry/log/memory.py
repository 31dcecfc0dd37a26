"""The newest checkpoint this registry has ever signed, remembered apart from its database.

A database restored from an old backup would sign a second history for sizes it has already signed,
and so would a copy that somebody starts beside the original. This object, kept outside the backup or in
another place, is what notices: it is read before anything is signed, and replaced only by whoever has
seen what it held.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from certify.errors import HostileInput, RegistryError
from certify.trust.note import Checkpoint, VerifierKey, verify_checkpoint
from certify_registry.faults import damaged, told_plainly
from certify_registry.log import tree
from certify_registry.store.ports import Objects
from certify_registry.store.tables import Head

LOCK = "lock"
MAX_NOTE = 1024 * 1024
MOVED = b"moved\n"
"""Begins the memory of a registry that was handed over; the last checkpoint follows."""
_TRIES = 5


class Memory:
    """The object that holds the newest checkpoint; the published one serves as a second witness.

    Args:
        objects: where it is kept.
        name: under which name.
        published: where the checkpoint lies that the public sees, and its name.
        key: the log's key.
    """

    def __init__(self, objects: Objects, name: str, published: tuple[Objects, str], key: VerifierKey) -> None:
        self._objects, self._name, self._published, self._key = objects, name, published, key
        self.moved = False

    def remember(self, connection: Connection, head: Head) -> None:
        """Replace what is remembered by a newer head, if the database holds everything remembered so far.

        Raises:
            RegistryError: CERT-E072, somebody else signed another history; CERT-E073 the disk is full.
        """
        new = head.checkpoint.encode()
        for _ in range(_TRIES):
            old = self.raw()
            if old == new or self.moved:
                return
            if old is not None and not tree.has_signed(connection, old):
                signed = self._verified(old)
                compare(connection, (signed,))
                if signed.size > head.size:
                    return
            with told_plainly(self._objects.place):
                if self._objects.swap(self._name, old, new):
                    return
        raise rolled_back("somebody else keeps changing what it remembers of its newest checkpoint")

    def hand_over(self) -> None:
        """Remember that the log goes on elsewhere: nothing is signed here any more.

        Raises:
            RegistryError: CERT-E072, another process wrote to it meanwhile.
        """
        old = self.raw()
        if old is not None and old.startswith(MOVED):
            return
        with told_plainly(self._objects.place):
            if old is None or not self._objects.swap(self._name, old, MOVED + old):
                raise rolled_back("another process changed the memory of its newest checkpoint")

    def holds(self, checkpoint: str) -> bool:
        """Whether exactly this checkpoint is remembered."""
        raw = self.raw()
        return raw is not None and raw.removeprefix(MOVED) == checkpoint.encode()

    def raw(self) -> bytes | None:
        """What is remembered, as bytes; None where there is nothing."""
        with told_plainly(self._objects.place):
            try:
                found = self._objects.get(self._name, MAX_NOTE)
            except FileNotFoundError:
                return None
        self.moved = found.startswith(MOVED)
        return found

    def recall(self) -> tuple[Checkpoint, ...]:
        """What was signed, as far as the files tell; read it before the database that it is compared with.

        Raises:
            RegistryError: CERT-E070, the file is damaged. A damaged published copy is only left out.
        """
        raw = self.raw()
        found = [] if raw is None else [self._verified(raw)]
        try:
            objects, name = self._published
            found.append(verify_checkpoint(objects.get(name, MAX_NOTE).decode("utf-8"), self._key))
        except (OSError, ValueError, HostileInput):
            pass
        return tuple(found)

    def require_current(self, connection: Connection, head: Head) -> None:
        """Return if a head may be built upon: everything remembered is in the database, and the log is still here.

        Raises:
            RegistryError: CERT-E072, it is older than what was signed; CERT-E605, the log was handed over.
        """
        raw = self.raw()
        if self.moved:
            why = "its log goes on elsewhere, and two continuations would be two histories"
            raise RegistryError("CERT-E605", "this registry was handed over", why, "write to the registry it moved to")
        if raw is not None and raw != head.checkpoint.encode():
            compare(connection, (self._verified(raw),))

    def _verified(self, raw: bytes) -> Checkpoint:
        try:
            return verify_checkpoint(raw.removeprefix(MOVED).decode("utf-8"), self._key)
        except (ValueError, HostileInput) as error:
            where = f"{self._objects.place}/{self._name}"
            raise damaged(f"{where}, the newest checkpoint ever signed, is damaged", str(error)) from error


def compare(connection: Connection, signed: Iterable[Checkpoint]) -> None:
    """Return if the database holds everything that was signed.

    Raises:
        RegistryError: CERT-E072, it is older than what was signed, or differs from it.
    """
    newest = tree.read_head(connection)
    for checkpoint in signed:
        if newest.size < checkpoint.size:
            raise rolled_back(f"it holds {newest.size} entries and has signed for {checkpoint.size}")
        root = newest.root if checkpoint.size == newest.size else tree.root_at(connection, checkpoint.size)
        if root != checkpoint.root:
            raise rolled_back(f"its first {checkpoint.size} entries are not the ones it has signed")


def rolled_back(why: str) -> RegistryError:
    """The database is not the newest, or not the only one."""
    hint = "restore the newest copy of its database; do not delete files to go on (docs/registry.md)"
    return RegistryError("CERT-E072", "this registry is older than its own last checkpoint", why, hint)
