"""Where tiles lie and when they are written, by the specification's own examples."""

from __future__ import annotations

import pytest

from certify.evidence.merkle import leaf_hash, tree_root
from certify.trust.note import parse_vkey, verify_checkpoint
from certify_registry.log.tiles import Tile, due_tiles, encode_entries, number_path, rightmost_tiles, tiles_of
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import World


def test_numbers_are_grouped() -> None:
    assert number_path(1234067) == "x001/x234/067"
    assert number_path(0) == "000"
    assert number_path(999) == "999"
    assert number_path(1000) == "x001/000"


def test_the_specifications_log_of_seventy_thousand() -> None:
    tiles = list(tiles_of(70_000))
    assert len([tile for tile in tiles if tile.level == 0 and tile.width == 256]) == 273
    paths = {tile.path for tile in tiles if tile.level >= 0 and (tile.width < 256 or tile.level > 0)}
    assert paths == {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}
    assert "tile/entries/273.p/112" in {tile.path for tile in tiles}
    assert {tile.path for tile in tiles_of(256)} == {"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}
    assert list(tiles_of(0)) == []


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])
def test_growing_step_by_step_writes_what_each_checkpoint_needs(size: int) -> None:
    before = max(size - 5, 0)
    steps = {tile for step in range(before, size) for tile in due_tiles(step, step + 1)}
    at_once = set(due_tiles(before, size))
    needed = set(tiles_of(size))
    assert needed - set(tiles_of(before)) <= at_once <= steps
    assert all(tile.width < 256 for tile in steps - at_once), "only overtaken partial tiles are left out"
    assert set(rightmost_tiles(size)) <= needed
    assert list(due_tiles(size, size)) == []


def test_from_nothing_everything_current_is_due() -> None:
    assert set(tiles_of(600)) <= set(due_tiles(0, 600))
    assert Tile(0, 2, 87) not in set(due_tiles(0, 600)), "a size that was never signed needs no tiles"


def test_entries_are_prefixed_by_their_length() -> None:
    assert encode_entries([b"", b"ab", b"c" * 300]) == b"\0\0" + b"\0\2ab" + b"\x01\x2c" + b"c" * 300
    with pytest.raises(OverflowError):
        encode_entries([b"x" * 65_536])


def test_a_stranger_rebuilds_the_log_from_its_files(large_world: World) -> None:
    world, key = large_world, parse_vkey(large_world.registry.vkey)
    assert (world.folder / "tile/0/000.p").is_dir()
    for number in range(254, 258):
        world.append(made.note(number, world.evaluator))
        checkpoint = verify_checkpoint((world.folder / "checkpoint").read_text(), key)
        assert checkpoint.size == number + 1
        hashes = read_log(world, checkpoint.size)
        assert tree_root(hashes) == checkpoint.root
    level_one = (world.folder / "tile/1/000.p/1").read_bytes()
    assert level_one == tree_root(hashes[:256])
    assert not (world.folder / "tile/0/000.p").exists()


def read_log(world: World, size: int) -> list[bytes]:
    hashes: list[bytes] = []
    for tile in tiles_of(size):
        data = (world.folder / tile.path).read_bytes()
        while tile.level < 0 and data:
            length = int.from_bytes(data[:2], "big")
            hashes.append(leaf_hash(data[2 : 2 + length]))
            data = data[2 + length :]
        if tile.level == 0:
            assert data == b"".join(hashes[tile.start : tile.start + tile.width])
    return hashes
