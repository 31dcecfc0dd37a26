"""Every kind of damage is found, and a sound registry is not accused."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from certify.errors import RegistryError
from certify.evidence.certificate import State
from certify_registry import Registry
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import LOG_KEY, World

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


def fill(world: World) -> None:
    plan = made.plan(world.evaluator)
    for bundle in (
        plan,
        made.evaluation(world.evaluator, made.payload_of(plan)),
        made.certificate(world.issuer),
        made.rendering(world.issuer),
        made.status(world.revoker, State.SUSPENDED),
        made.note(1, world.evaluator),
    ):
        world.append(bundle)
    world.registry.put_blob(b"a PDF")


def tampered(world: World, *statements: str) -> set[str]:
    """The parts that are accused after an insider got past the triggers."""
    world.registry.close()
    connection = sqlite3.connect(world.folder / "registry.db", isolation_level=None)
    triggers = connection.execute(TRIGGERS).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0, statement
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()
    world.registry = Registry.open(world.folder)
    return {finding.part for finding in world.registry.fsck(made.NOW)}


def test_a_sound_registry_has_no_findings(world: World) -> None:
    assert world.registry.fsck(made.NOW) == ()
    fill(world)
    assert world.registry.fsck(made.NOW) == ()
    assert world.reopen().fsck(made.NOW) == ()
    with Registry.open(world.folder) as reader:
        assert reader.fsck(made.NOW) == ()


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE entries SET appended_at = '2020-01-01T00:00:00Z' WHERE log_index = 1", "entries"),
        ("UPDATE entries SET subject = keyid WHERE log_index = 1", "entries"),
        ("UPDATE entries SET leaf = x'00' WHERE log_index = 1", "entries"),
        ("UPDATE entries SET keyid = subject WHERE log_index = 1", "entries"),
        ("UPDATE entries SET leaf_hash = zeroblob(32) WHERE log_index = 1", "entries"),
        ("UPDATE plans SET applicant = 'Somebody else'", "index"),
        ("UPDATE plans SET deadline = '2099-01-01T00:00:00Z'", "index"),
        ("UPDATE certificates SET model_identity = payload_sha256", "index"),
        ("UPDATE statuses SET state = 'reinstated'", "index"),
        ("DELETE FROM statuses", "index"),
        ("DELETE FROM evaluations", "index"),
        ("UPDATE renderings SET pdf_sha256 = 'x'", "index"),
        ("UPDATE heads SET root = zeroblob(32) WHERE size = 2", "tree"),
        ("UPDATE heads SET checkpoint = (SELECT checkpoint FROM heads WHERE size = 1) WHERE size = 2", "tree"),
        ("DELETE FROM heads WHERE size = 2", "tree"),
        ("UPDATE heads SET root = zeroblob(32) WHERE size = 0", "tree"),
        ("INSERT INTO nodes VALUES (1, 0, zeroblob(32))", "tree"),
        ("UPDATE keys SET party = 'Mallory' WHERE seq = 0", "keys"),
        ("DELETE FROM keys WHERE seq = 1", "keys"),
        ("UPDATE keys SET role = 'issuer' WHERE seq = 0", "keys"),
    ],
)
def test_changed_rows_are_found(world: World, statement: str, part: str) -> None:
    fill(world)
    assert part in tampered(world, statement)


def test_a_missing_trigger_is_found(world: World) -> None:
    world.registry.close()
    connection = sqlite3.connect(world.folder / "registry.db")
    connection.execute("DROP TRIGGER entries_no_delete")
    connection.close()
    world.registry = Registry.open(world.folder, LOG_KEY)
    found = world.registry.fsck(made.NOW)
    assert [(finding.part, finding.where) for finding in found] == [("database", "trigger entries_no_delete")]


def test_an_entry_from_the_future_is_found(world: World) -> None:
    world.append(made.note(1, world.evaluator), "2030-01-01T00:00:00Z")
    (finding,) = world.registry.fsck(made.NOW)
    assert "2030-01-01" in finding.problem


@pytest.mark.parametrize("pattern", ["tile/0/000.p/6", "tile/entries/000.p/6", "tile/0/000.p/2", "checkpoint"])
def test_changed_and_missing_files_are_found(world: World, pattern: str) -> None:
    fill(world)
    path = world.folder / pattern
    data = bytearray(path.read_bytes())
    for position in range(0, len(data), max(len(data) // 6, 1)):
        data[position] ^= 1
        path.write_bytes(data)
        assert world.registry.fsck(made.NOW) != ()
        data[position] ^= 1
    path.write_bytes(data)
    assert world.registry.fsck(made.NOW) == ()
    path.unlink()
    assert (world.registry.fsck(made.NOW) != ()) == (not pattern.endswith("/2")), "older partial tiles may go"


def test_foreign_files_are_found(world: World) -> None:
    fill(world)
    for name in ("tile/0/001", "tile/0/000.p/7", "tile/9/000", "tile/note", "blobs/sha256/aa/note"):
        path = world.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        assert len(world.registry.fsck(made.NOW)) == 1, name
        path.unlink()
    (world.folder / "tile/0/link").symlink_to("/etc/passwd")
    assert len(world.registry.fsck(made.NOW)) == 1


def each_blob(world: World) -> list[Path]:
    return sorted(path for path in (world.folder / "blobs").rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"X" + data[1:], lambda data: data + b" "])
def test_changed_blobs_are_found_and_never_returned(world: World, damage: Callable[[bytes], bytes]) -> None:
    fill(world)
    for path in each_blob(world):
        data = path.read_bytes()
        path.write_bytes(damage(data))
        assert "blobs" in {finding.part for finding in world.registry.fsck(made.NOW)}
        with pytest.raises(RegistryError) as caught:
            world.registry.get_blob(path.name)
        assert caught.value.code == "CERT-E070"
        path.write_bytes(data)
    assert world.registry.fsck(made.NOW) == ()


def test_a_lost_bundle_is_found_and_comes_back_when_appended_again(world: World) -> None:
    fill(world)
    bundle = made.note(1, world.evaluator)
    path = next(path for path in each_blob(world) if path.read_bytes() == bundle)
    path.unlink()
    assert [finding.where for finding in world.registry.fsck(made.NOW)] == ["entry 5"]
    with pytest.raises(RegistryError):
        world.registry.bundle(made.payload_of(bundle))
    assert world.append(bundle).duplicate
    assert world.registry.fsck(made.NOW) == ()


def content(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    rows = [
        f"{table} {row}"
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for row in connection.execute(f"SELECT * FROM {table.decode()}").fetchall()
    ]
    connection.close()
    return sorted(rows)


def flipped(world: World, home: Path, flips: int, seed: int) -> None:
    """Any flipped bit of the database is found, unless it lies where no value is kept."""
    fill(world)
    world.registry.close()
    path = world.folder / "registry.db"
    whole, original, random = path.read_bytes(), content(path), Random(seed)
    caught = 0
    for _ in range(flips):
        damaged = bytearray(whole)
        damaged[random.randrange(len(whole))] ^= 1 << random.randrange(8)
        shutil.rmtree(home / "copy", ignore_errors=True)
        shutil.copytree(world.folder, home / "copy")
        (home / "copy" / "registry.db").write_bytes(damaged)
        try:
            with Registry.open(home / "copy") as reader:
                found = bool(reader.fsck(made.NOW))
        except RegistryError:
            found = True
        if not found:
            assert content(home / "copy" / "registry.db") == original
        caught += found
    assert caught > 0


def test_flipped_bits_of_the_database_are_found(world: World, home: Path) -> None:
    flipped(world, home, flips=40, seed=3)


@pytest.mark.slow
def test_many_flipped_bits_of_the_database_are_found(world: World, home: Path) -> None:
    flipped(world, home, flips=800, seed=4)


def test_a_partial_tile_that_a_killed_writer_left_behind_long_ago_is_recognised() -> None:
    from certify_registry.fsck.files import _earlier_partial
    from certify_registry.log.tiles import Tile

    for tile in (Tile(0, 0, 1), Tile(-1, 2, 255), Tile(1, 0, 3), Tile(0, 1234, 7)):
        assert _earlier_partial(tile.path, 400_000) == tile
    for name in (
        "tile/0/003.p/233",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/7/000.p/1",
        "tile/x",
    ):
        assert _earlier_partial(name, 1000) is None
