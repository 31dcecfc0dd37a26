"""The newest checkpoint this registry has ever signed, remembered apart from its database.

A database restored from an old backup would sign a second history for sizes it has already signed.
With this file kept outside the backup, or on another disk, that is noticed before anything is signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection

from certify.errors import HostileInput, RegistryError
from certify.trust.note import Checkpoint, VerifierKey, verify_checkpoint
from certify_registry.faults import damaged
from certify_registry.log import tree
from certify_registry.store.files import read_regular, write_derived

LOCK = "lock"
MAX_NOTE = 1024 * 1024


class Memory:
    """The file that holds the newest checkpoint; the published one serves as a second witness.

    Args:
        path: the file.
        published: the checkpoint that the public sees.
        key: the log's key.
    """

    def __init__(self, path: Path, published: Path, key: VerifierKey) -> None:
        self._path, self._published, self._key = path, published, key

    def remember(self, checkpoint: str) -> None:
        """Replace what is remembered by a newer checkpoint.

        Raises:
            OSError: the disk is full or not writable.
        """
        write_derived(self._path, checkpoint.encode())

    def holds(self, checkpoint: str) -> bool:
        """Whether exactly this checkpoint is remembered."""
        try:
            return read_regular(self._path, MAX_NOTE) == checkpoint.encode()
        except OSError:
            return False

    def recall(self) -> tuple[Checkpoint, ...]:
        """What was signed, as far as the files tell; read it before the database that it is compared with.

        Raises:
            RegistryError: CERT-E070, the file is damaged. A damaged published copy is only left out.
        """
        found = []
        for path in (self._path, self._published):
            try:
                found.append(verify_checkpoint(read_regular(path, MAX_NOTE).decode("utf-8"), self._key))
            except FileNotFoundError:
                continue
            except (OSError, ValueError, HostileInput) as error:
                if path == self._path:
                    raise damaged(f"{path}, the newest checkpoint ever signed, is damaged", str(error)) from error
        return tuple(found)


def compare(connection: Connection, signed: Iterable[Checkpoint]) -> None:
    """Return if the database holds everything that was signed.

    Raises:
        RegistryError: CERT-E072, it is older than what was signed, or differs from it.
    """
    newest = tree.read_head(connection).size
    for checkpoint in signed:
        if newest < checkpoint.size:
            raise _rolled_back(f"it holds {newest} entries and has signed for {checkpoint.size}")
        if tree.read_head(connection, checkpoint.size).root != checkpoint.root:
            raise _rolled_back(f"its first {checkpoint.size} entries are not the ones it has signed")


def _rolled_back(why: str) -> RegistryError:
    hint = "restore the newest copy of registry.db; do not delete files to go on (docs/registry.md)"
    return RegistryError("CERT-E072", "this registry is older than its own last checkpoint", why, hint)
