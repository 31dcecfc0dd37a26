"""Any byte of what a registry keeps, changed: the examination finds it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest

from certify_registry import Registry, found
from certify_registry.fsck.files import _earlier_partial, _tile, examine_blobs, examine_checkpoint, examine_lock
from certify_registry.log.tiles import tiles_of
from certify_registry.store.blobs import BlobStore, name_of
from tests.fakes import logged_statements as made
from tests.fakes.faults.writer import LOG_KEY, SIGNER
from tests.unit.registry.test_fsck import content


class Flipped:
    """Objects in memory, one of which has one byte changed."""

    place = "memory"

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self._objects = objects
        self.name, self._data = "", b""

    def flip(self, name: str, at: int, mask: int) -> None:
        whole = self._objects[name]
        self.name, self._data = name, whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :]

    def get(self, name: str, limit: int) -> bytes:
        return (self._data if name == self.name else self._objects[name])[: limit + 1]

    def names(self, under: str) -> Iterator[str]:
        """Of blobs, the one that was changed: the others are examined one by one as well."""
        yield from [self.name] if self.name.startswith(under) else []


def flip_objects(folder: Path, entries: int, every: int) -> int:
    """Flip bytes of every object of a registry; returns how many, all of which were found."""
    with found(folder, "localhost/flips", LOG_KEY) as registry:
        registry.enroll(SIGNER.public_pem, "A", "evaluator")
        for start in range(0, entries, 100):
            some = range(start, min(start + 100, entries))
            registry.append_many([made.note(number, SIGNER) for number in some], now=made.NOW)
        kept = registry._log.objects
        names = [*kept.names("blobs"), *kept.names("tile"), "checkpoint", "lock"]
        flipped = Flipped({name: kept.get(name, 2**26) for name in names})
        tiles = {tile.path: tile for tile in tiles_of(entries)}
        earlier = {name: _earlier_partial(name, entries) for name in kept.names("tile") if name not in tiles}
        tiles |= {name: tile for name, tile in earlier.items() if tile is not None}
        log, random, count = registry._log, Random(1), 0
        contents = {}
        with registry.database.read() as connection:
            contents = {name: log.publisher.content(connection, tile) for name, tile in tiles.items()}
            log.objects = flipped
            log.publisher._objects = flipped  # type: ignore[assignment]
            log.memory._objects = flipped  # type: ignore[assignment]
            log.memory._published = (flipped, "checkpoint")  # type: ignore[assignment]
            log.publisher.content = lambda _, tile: contents[tile.path]  # type: ignore[method-assign]
            for name in names:
                for at in range(random.randrange(every), len(flipped._objects[name]), every):
                    flipped.flip(name, at, 1 << random.randrange(8))
                    assert _findings(registry, connection, flipped, tiles), f"byte {at} of {name} was changed"
                    count += 1
    return count


def _findings(registry: Registry, connection: object, flipped: Flipped, tiles: Mapping[str, object]) -> bool:
    log, name = registry._log, flipped.name
    if name in tiles:
        return bool(list(_tile(connection, log, tiles[name])))  # type: ignore[arg-type]
    if name == "checkpoint":
        return bool(list(examine_checkpoint(log)))
    if name == "lock":
        return _raises_or_finds(registry)
    assert name == name_of(name.rpartition("/")[2])
    return bool(list(examine_blobs(BlobStore(flipped))))  # type: ignore[arg-type]


def _raises_or_finds(registry: Registry) -> bool:
    from certify.errors import RegistryError

    try:
        return bool(list(examine_lock(registry._log)))
    except RegistryError as error:
        return error.code == "CERT-E070"


def test_flipped_bytes_of_objects_are_found(home: Path) -> None:
    assert flip_objects(home / "r", entries=3, every=9) > 200


@pytest.mark.slow  # a million bytes
def test_every_flipped_byte_of_the_objects_of_a_thousand_entries_is_found(home: Path) -> None:
    assert flip_objects(home / "r", entries=1000, every=1) > 1_000_000


@pytest.mark.slow  # a thousand entries are examined some hundred times
def test_flipped_bytes_of_the_database_of_a_thousand_entries_are_found(home: Path) -> None:
    from certify.errors import RegistryError

    with found(home / "r", "localhost/flips", LOG_KEY) as registry:
        registry.enroll(SIGNER.public_pem, "A", "evaluator")
        for start in range(0, 1000, 100):
            registry.append_many([made.note(start + more, SIGNER) for more in range(100)], now=made.NOW)
    path = home / "r" / "registry.db"
    whole, original, random = path.read_bytes(), content(path), Random(5)
    unused = 0
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[random.randrange(len(whole))] ^= 1 << random.randrange(8)
        shutil.rmtree(home / "copy", ignore_errors=True)
        shutil.copytree(home / "r", home / "copy", copy_function=shutil.copyfile)
        (home / "copy" / "registry.db").write_bytes(damaged)
        try:
            with Registry.open(home / "copy") as reader:
                if not reader.fsck(made.NOW):
                    assert content(home / "copy" / "registry.db") == original
                    unused += 1  # the byte lies where no value is kept
        except RegistryError:
            pass
    assert unused < 100
