"""Small statements that are kept many to a file."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import RegistryError
from certify.evidence.canonical import sha256_hex
from certify.evidence.statement import DATASET
from certify_registry.moving.exporting import export
from certify_registry.moving.importing import bring
from certify_registry.store.packs import SMALL, pack, unpack
from certify_registry.store.surroundings import embedded
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import LOG_KEY, World

MANY = 20


def appended(world: World) -> list[bytes]:
    """Twenty small statements and a large one, under one head."""
    large = made.signed(DATASET, made.digest("large"), {"text": "x" * SMALL}, world.evaluator)
    bundles = [*(made.note(number, world.evaluator) for number in range(MANY)), large]
    world.registry.append_many(bundles, now=made.NOW)
    return bundles


def files(world: World) -> list[Path]:
    """The files of blobs, the smallest first."""
    found = (path for path in (world.folder / "blobs").rglob("*") if path.is_file())
    return sorted(found, key=lambda path: path.stat().st_size)


def readable(world: World, bundles: list[bytes]) -> int:
    """How many come back; one that does not is said to be damaged."""
    damaged = 0
    for bundle in bundles:
        try:
            assert world.registry.get_blob(sha256_hex(bundle)) == bundle
        except RegistryError as error:
            if error.code != "CERT-E070":
                raise
            damaged += 1
    return len(bundles) - damaged


def test_small_statements_of_a_batch_are_one_file_and_large_ones_their_own(world: World) -> None:
    bundles = appended(world)
    assert len(files(world)) == 2
    assert readable(world, bundles) == len(bundles)
    assert [world.registry.bundle_at(index) for index in range(len(bundles))] == bundles
    assert world.registry.fsck(made.NOW) == ()


def test_a_changed_byte_is_found_and_costs_one_statement(world: World) -> None:
    bundles = appended(world)
    path = files(world)[0]
    data = path.read_bytes()
    at = data.index(bundles[3]) + 9
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert readable(world, bundles) == len(bundles) - 1
    assert {(one.part, one.where) for one in world.registry.fsck(made.NOW)} == {
        ("blobs", path.name),
        ("entries", "entry 3"),
    }


def test_a_lost_file_is_found_and_its_statements_come_back_when_appended_again(world: World) -> None:
    bundles = appended(world)
    files(world)[0].unlink()
    assert readable(world, bundles) == 1
    assert len(world.registry.fsck(made.NOW)) == MANY
    again = world.registry.append_many(bundles, now=made.NOW)
    assert all(not isinstance(one, Exception) and one.duplicate for one in again)
    assert readable(world, bundles) == len(bundles)
    assert world.registry.fsck(made.NOW) == ()


def test_appending_again_writes_nothing(world: World) -> None:
    bundles = appended(world)
    before = files(world)
    world.registry.append_many(bundles, now=made.NOW)
    assert files(world) == before


def test_a_copy_holds_every_statement_and_packs_them_anew(world: World, home: Path) -> None:
    bundles = appended(world)
    export(world.registry, home / "copy", made.NOW, final=True)
    names = {path.name for path in (home / "copy" / "blobs").rglob("*") if path.is_file()}
    assert names == {sha256_hex(bundle) for bundle in bundles}
    with bring(home / "copy", embedded(home / "new", "create", 5.0), LOG_KEY) as registry:
        assert [registry.bundle_at(index) for index in range(len(bundles))] == bundles
        assert registry.fsck(made.NOW) == ()
    assert sum(path.is_file() for path in (home / "new" / "blobs").rglob("*")) == 2


@given(st.lists(st.binary(max_size=40)), st.binary(max_size=60))
def test_packs_are_read_as_far_as_they_make_sense(bundles: list[bytes], rest: bytes) -> None:
    data = pack(bundles)
    assert list(unpack(data)) == bundles
    assert list(unpack(data + rest))[: len(bundles)] == bundles
    assert all(part in rest for part in unpack(rest))


@pytest.mark.parametrize(
    ("target", "failure"),
    [
        ("certify_registry.store.folder.write_whole", OSError(errno.ENOSPC, "full")),
        ("certify_registry.log.batch.Batch.seal", KeyboardInterrupt()),
    ],
)
def test_a_batch_that_failed_leaves_nothing_in_the_way(
    world: World, monkeypatch: pytest.MonkeyPatch, target: str, failure: BaseException
) -> None:
    """The disk is full before the file is there, or the process ends between the file and the commit."""

    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(target, fail)
        with pytest.raises((RegistryError, KeyboardInterrupt)):
            appended(world)
    assert world.registry.size == 0
    bundles = appended(world)
    assert world.registry.size == readable(world, bundles) == len(bundles)
    assert world.registry.fsck(made.NOW) == ()
