"""Compares the log's public files, its memory and its blobs with what they must be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import Connection

from certify.errors import RegistryError
from certify_registry.fsck.finding import Finding
from certify_registry.log import tree
from certify_registry.log.log import Log
from certify_registry.log.memory import compare
from certify_registry.log.tiles import FULL, Tile, tiles_of
from certify_registry.store.blobs import BlobStore

_LIMIT = (2**16 + 1) * FULL
_PARTIAL = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})\.p/(?P<width>[0-9]{1,3})", re.ASCII
)


def examine_tiles(connection: Connection, log: Log) -> Iterator[Finding]:
    """Findings about tiles: missing, changed, or none of the log's."""
    size = tree.read_head(connection).size
    known = set[str]()
    for tile in tiles_of(size):
        known.add(tile.path)
        yield from _tile(connection, log, tile)
    for name in log.objects.names("tile"):
        if name in known:
            continue
        earlier = _earlier_partial(name, size)
        if earlier is None:
            yield Finding("files", name, "is no tile of this log")
        else:
            yield from _tile(connection, log, earlier)


def examine_checkpoint(log: Log) -> Iterator[Finding]:
    """Findings about the published checkpoint."""
    published = log.publisher.checkpoint_on_disk()
    with log.database.read() as connection:
        if published is None:
            yield Finding("files", "checkpoint", "is missing, damaged or not signed by this log")
        elif published.size != tree.read_head(connection).size:
            yield Finding(
                "files", "checkpoint", f"is for {published.size} entries: open the registry with its key once"
            )
        elif published.root != tree.read_head(connection).root:
            yield Finding("files", "checkpoint", "commits to another history")


def examine_lock(log: Log) -> Iterator[Finding]:
    """Findings about the memory of the newest checkpoint."""
    signed = log.memory.recall()
    with log.database.read() as connection:
        newest = tree.read_head(connection)
        try:
            compare(connection, signed)
        except RegistryError as error:
            yield Finding("lock", "lock", error.why)
        if not log.memory.holds(newest.checkpoint):
            yield Finding("lock", "lock", "does not remember the newest checkpoint")


def examine_blobs(blobs: BlobStore) -> Iterator[Finding]:
    """Findings about files kept by digest."""
    for digest in blobs.digests():
        if "/" in digest:
            yield Finding("blobs", digest, "is not a file of this registry")
            continue
        try:
            blobs.get(digest)
        except RegistryError as error:
            yield Finding("blobs", digest, error.what)


def _tile(connection: Connection, log: Log, tile: Tile) -> Iterator[Finding]:
    try:
        found = log.objects.get(tile.path, _LIMIT)
    except OSError as error:
        yield Finding("files", tile.path, f"cannot be read: {error.strerror}")
        return
    if found != log.publisher.content(connection, tile):
        yield Finding("files", tile.path, "does not hold what the log holds")


def _earlier_partial(name: str, size: int) -> Tile | None:
    """The partial tile of an earlier size that a file is, if it is one; a writer that was killed leaves some behind."""
    parts = _PARTIAL.fullmatch(name)
    if parts is None:
        return None
    level = -1 if parts["level"] == "entries" else int(parts["level"])
    tile = Tile(level, int(parts["number"].replace("x", "").replace("/", "")), int(parts["width"]))
    count = size >> 8 * max(level, 0)
    of_this_log = tile.path == name and 0 < tile.width < FULL and tile.start + tile.width <= count
    return tile if of_this_log else None
