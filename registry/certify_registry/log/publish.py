"""The log's public files: tiles, and the checkpoint that commits to them.

They follow from the database alone and are written after it; whatever a crash left out is written
at the next opportunity. A checkpoint is only ever published after all of its tiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from certify.errors import HostileInput
from certify.evidence.merkle import HASH_SIZE
from certify.trust.note import Checkpoint, VerifierKey, parse_note, verify_checkpoint
from certify_registry.faults import told_plainly
from certify_registry.log import tree
from certify_registry.log.kept import KeptCosignatures
from certify_registry.log.memory import MAX_NOTE, Memory
from certify_registry.log.tiles import FULL, Tile, due_tiles, encode_entries, overtaken, rightmost_tiles
from certify_registry.store.ports import Database, Objects
from certify_registry.store.tables import Entry, Head, table_of

CHECKPOINT = "checkpoint"
_CHUNK = 64
"""Tiles held in memory at once; a tile of entries is at most 16 MB."""
_entries, _heads = table_of(Entry), table_of(Head)


class Publisher:
    """Keeps the files of a log in step with its database."""

    def __init__(self, objects: Objects, database: Database, key: VerifierKey, memory: Memory) -> None:
        self._objects, self._database, self._key, self._memory = objects, database, key, memory
        self._last: tuple[bytes, Checkpoint] | None = None

    def catch_up(self) -> None:
        """Write every file that the newest head calls for and that is not there yet.

        Raises:
            RegistryError: CERT-E071 another process has been publishing for too long; CERT-E073 disk full.
        """
        with self._alone() as connection:
            head = tree.read_head(connection)
            published = self._published_size(head.size)
            if published == head.size and self._memory.holds(head.checkpoint):
                return
            self._memory.remember(connection, head)
            self._write_tiles(connection, published, head.size)
            self._objects.put_many({CHECKPOINT: head.checkpoint.encode()}, derived=True)
            for tile in overtaken(published, head.size):
                self._objects.remove(f"{tile.folder}.p")

    def publish_cosigned(self, note: str, kept: KeptCosignatures) -> bool:
        """Keep and publish the newest checkpoint with cosignatures; False where the log has grown meanwhile.

        Raises:
            RegistryError: CERT-E071 another process has been publishing for too long; CERT-E073 disk full.
        """
        with self._alone() as connection:
            newest = parse_note(tree.read_head(connection).checkpoint).text == parse_note(note).text
            if newest:
                kept.keep(note)
                self._objects.put_many({CHECKPOINT: note.encode()}, derived=True)
            return newest

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """One state of the database, while nobody else writes public files."""
        with told_plainly(self._objects.place), self._database.publishing(), self._database.read() as connection:
            yield connection

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
            note = self._objects.get(CHECKPOINT, MAX_NOTE)
            if self._last is None or self._last[0] != note:
                self._last = (note, verify_checkpoint(note.decode("utf-8"), self._key))
        except (OSError, ValueError, HostileInput):
            return None
        return self._last[1]

    def _write_tiles(self, connection: Connection, published: int, size: int) -> None:
        due = list(dict.fromkeys(self._due(connection, published, size)))
        for start in range(0, len(due), _CHUNK):
            part = due[start : start + _CHUNK]
            self._objects.put_many({tile.path: self.content(connection, tile) for tile in part}, derived=True)

    def _due(self, connection: Connection, published: int, size: int) -> Iterator[Tile]:
        """The tiles of every checkpoint signed since, as far as a full tile has not overtaken them."""
        since = max(published, size - size % FULL)
        between = (_heads.c.size > since, _heads.c.size < size)
        for signed in connection.execute(select(_heads.c.size).where(*between).order_by(_heads.c.size)).scalars():
            yield from due_tiles(published, signed)
        yield from due_tiles(published, size)

    def _published_size(self, size: int) -> int:
        """The size up to which the files can be relied on; 0 has everything written anew."""
        checkpoint = self.checkpoint_on_disk()
        if checkpoint is None or checkpoint.size > size:
            return 0
        return checkpoint.size if all(map(self._in_place, rightmost_tiles(checkpoint.size))) else 0

    def _in_place(self, tile: Tile) -> bool:
        size = self._objects.size_of(tile.path)
        return size is not None and (tile.level < 0 or size == tile.width * HASH_SIZE)
