"""The log's public files: tiles, and the checkpoint that commits to them.

They follow from the database alone and are written after it; whatever a crash left out is written
at the next opportunity. A checkpoint is only ever published after all of its tiles.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from certify.errors import HostileInput
from certify.evidence.merkle import HASH_SIZE
from certify.trust.note import Checkpoint, VerifierKey, parse_note, verify_checkpoint
from certify_registry.faults import busy, told_plainly
from certify_registry.log import tree
from certify_registry.log.kept import KeptCosignatures
from certify_registry.log.memory import Memory
from certify_registry.log.tiles import Tile, due_tiles, encode_entries, overtaken, rightmost_tiles
from certify_registry.store.database import Database
from certify_registry.store.files import write_derived
from certify_registry.store.tables import Entry, table_of

CHECKPOINT = "checkpoint"
_entries = table_of(Entry)


class Publisher:
    """Keeps the files of a log in step with its database."""

    def __init__(self, folder: Path, database: Database, key: VerifierKey, memory: Memory, wait: float) -> None:
        self._folder, self._database, self._key = folder, database, key
        self._memory, self._wait = memory, wait

    def catch_up(self) -> None:
        """Write every file that the newest head calls for and that is not there yet.

        Raises:
            RegistryError: CERT-E071 another process has been publishing for too long; CERT-E073 disk full.
        """
        with told_plainly(self._folder), self._alone(), self._database.read() as connection:
            head = tree.read_head(connection)
            published = self._published_size(head.size)
            if published == head.size and self._memory.holds(head.checkpoint):
                return
            self._write_tiles(connection, published, head.size)
            write_derived(self._folder / CHECKPOINT, head.checkpoint.encode())
            self._memory.remember(head.checkpoint)
            for tile in overtaken(published, head.size):
                shutil.rmtree(self._folder / f"{tile.folder}.p", ignore_errors=True)

    def publish_cosigned(self, note: str, kept: KeptCosignatures) -> bool:
        """Keep and publish the newest checkpoint with cosignatures; False where the log has grown meanwhile.

        Raises:
            RegistryError: CERT-E071 another process has been publishing for too long; CERT-E073 disk full.
        """
        with told_plainly(self._folder), self._alone(), self._database.read() as connection:
            newest = parse_note(tree.read_head(connection).checkpoint).text == parse_note(note).text
            if newest:
                kept.keep(note)
                write_derived(self._folder / CHECKPOINT, note.encode())
            return newest

    def content(self, connection: Connection, tile: Tile) -> bytes:
        """What belongs into a tile.

        Raises:
            RegistryError: CERT-E070, the database lacks it.
        """
        if tile.level >= 0:
            return b"".join(tree.hashes(connection, tile.level, tile.start, tile.start + tile.width))
        place = _entries.c.log_index
        query = select(_entries.c.leaf).where(place >= tile.start, place < tile.start + tile.width).order_by(place)
        return encode_entries(connection.execute(query).scalars())

    def checkpoint_on_disk(self) -> Checkpoint | None:
        """The published checkpoint, or None when it is missing or not the log's own."""
        try:
            return verify_checkpoint((self._folder / CHECKPOINT).read_text("utf-8"), self._key)
        except (OSError, ValueError, HostileInput):
            return None

    def _write_tiles(self, connection: Connection, published: int, size: int) -> None:
        for tile in due_tiles(published, size):
            write_derived(self._folder / tile.path, self.content(connection, tile))

    def _published_size(self, size: int) -> int:
        """The size up to which the files can be relied on; 0 has everything written anew."""
        checkpoint = self.checkpoint_on_disk()
        if checkpoint is None or checkpoint.size > size:
            return 0
        return checkpoint.size if all(map(self._in_place, rightmost_tiles(checkpoint.size))) else 0

    def _in_place(self, tile: Tile) -> bool:
        path = self._folder / tile.path
        return path.is_file() and (tile.level < 0 or path.stat().st_size == tile.width * HASH_SIZE)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock under which files are written, so that an older checkpoint never replaces a newer one."""
        handle = os.open(self._folder / ".publishing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            deadline = time.monotonic() + self._wait
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise busy(f"the files of the log in {self._folder} are being written") from error
                    time.sleep(0.01)
            yield
        finally:
            os.close(handle)
