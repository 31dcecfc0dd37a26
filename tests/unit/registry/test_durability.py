"""Crashes, full disks, busy and restored databases: nothing acknowledged is lost, nothing is signed twice."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import CertifyError, RegistryError, TrustError, UsageError
from certify.evidence.merkle import verify_consistency
from certify.trust.keys import generate_signer, save_key
from certify.trust.note import parse_vkey, verify_checkpoint
from certify_registry import Registry
from certify_registry.log.publish import Publisher
from certify_registry.store import folder
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import LOG_KEY, World


@contextmanager
def refusal(code: str) -> Iterator[None]:
    with pytest.raises(CertifyError) as caught:
        yield
    assert caught.value.code == code


def append(world: World, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        world.append(made.note(number, world.evaluator))


def test_opening_is_quick(world: World) -> None:
    append(world, 20)
    world.registry.close()
    begun = time.perf_counter()
    Registry.open(world.folder, LOG_KEY).close()
    assert time.perf_counter() - begun < 0.3


def test_what_is_created_is_found_again(world: World) -> None:
    append(world, 3)
    checkpoint = world.registry.checkpoint()
    assert world.reopen().checkpoint() == checkpoint
    with Registry.open(world.folder) as reader:
        assert reader.checkpoint() == checkpoint
        assert (reader.origin, reader.vkey) == (world.registry.origin, world.registry.vkey)


def test_a_registry_is_created_once(world: World) -> None:
    with refusal("CERT-E079"):
        Registry.create(world.folder, "localhost/other", LOG_KEY)
    assert world.reopen().origin == "localhost/certify-dev-1"


def test_creation_cut_short_can_be_repeated(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("certify_registry.log.log._write_first_rows", crash)
        with pytest.raises(KeyboardInterrupt):
            Registry.create(home / "r", "localhost/a", LOG_KEY)
    with refusal("CERT-E079"):
        Registry.open(home / "r", LOG_KEY)
    Registry.create(home / "r", "localhost/a", LOG_KEY).close()
    Registry.open(home / "r", LOG_KEY).close()


def test_names_and_keys_that_cannot_be_used(world: World, home: Path) -> None:
    for origin in ("", "two words", "a+b", "x" * 300, "a\nb"):
        with pytest.raises(UsageError):
            Registry.create(home / "other", origin, LOG_KEY)
    with pytest.raises(TrustError) as caught:
        Registry.open(world.folder, Ed25519PrivateKey.generate())
    assert caught.value.code == "CERT-E075"
    with refusal("CERT-E079"):
        Registry.open(home / "nowhere")


@pytest.mark.parametrize("step", ["write_tiles", "before_checkpoint", "before_lock"])
def test_a_crash_between_commit_and_files_is_harmless(
    large_world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    world, held = large_world, 255

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "write_tiles":
            patch.setattr(Publisher, "_write_tiles", crash)
        elif step == "before_checkpoint":
            genuine = folder.write_derived

            def until_checkpoint(files: Mapping[Path, bytes]) -> None:
                if "checkpoint" in {path.name for path in files}:
                    raise KeyboardInterrupt
                genuine(files)

            patch.setattr(folder, "write_derived", until_checkpoint)
        else:
            patch.setattr("certify_registry.log.memory.Memory.remember", crash)
        for number in (held, held + 1):
            with pytest.raises(KeyboardInterrupt):
                world.append(made.note(number, world.evaluator))
    registry = world.reopen()
    assert registry.size == held + 2
    assert registry.fsck(made.NOW) == ()
    assert world.append(made.note(held + 1, world.evaluator)).duplicate


def test_files_that_were_lost_are_written_again(world: World) -> None:
    append(world, 10)
    shutil.rmtree(world.folder / "tile")
    assert world.registry.fsck(made.NOW) != ()
    assert world.reopen().fsck(made.NOW) == ()
    (world.folder / "checkpoint").write_text("nonsense")
    assert world.reopen().fsck(made.NOW) == ()


def test_a_full_disk_while_committing_loses_nothing(world: World) -> None:
    append(world, 3)
    checkpoint = world.registry.checkpoint()
    with world.registry._log.database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    genuine = world.registry._log.database._engine.dispose
    genuine()
    from sqlalchemy import event

    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = world.registry._log.database._engine
    event.listen(engine, "connect", limit)
    with refusal("CERT-E073"):
        append(world, 400, start=3)
    event.remove(engine, "connect", limit)
    engine.dispose()
    held = world.registry.size
    assert verify_checkpoint(checkpoint, parse_vkey(world.registry.vkey)).size <= held
    assert world.reopen().size == held
    assert world.registry.fsck(made.NOW) == ()
    append(world, 5, start=1000)
    assert world.registry.size == held + 5


@pytest.mark.parametrize(
    "target", ["certify_registry.store.folder.write_whole", "certify_registry.store.folder.write_derived"]
)
def test_a_full_disk_while_writing_files_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    append(world, 3)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(target, full)
        with refusal("CERT-E073"):
            world.append(made.note(3, world.evaluator))
    again = world.append(made.note(3, world.evaluator))
    assert again.index == 3
    assert world.registry.size == 4
    assert world.registry.fsck(made.NOW) == ()


def test_a_busy_database_is_waited_for_then_reported(world: World) -> None:
    append(world, 1)
    world.registry.close()
    world.registry = Registry.open(world.folder, LOG_KEY, wait=0.2)
    other = sqlite3.connect(world.folder / "registry.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.perf_counter()
    with refusal("CERT-E071"):
        world.append(made.note(1, world.evaluator))
    assert time.perf_counter() - begun >= 0.2
    assert world.registry.size == 1, "readers are not kept waiting"
    other.execute("ROLLBACK")
    other.close()
    append(world, 1, start=1)


def test_two_writers_take_turns(world: World) -> None:
    second = Registry.open(world.folder, LOG_KEY)
    indexes = []
    for number in range(6):
        registry = (world.registry, second)[number % 2]
        indexes.append(registry.append(made.note(number, world.evaluator), now=made.NOW).index)
    second.close()
    assert indexes == list(range(6))
    assert world.registry.fsck(made.NOW) == ()


def test_a_restored_backup_is_noticed(world: World, home: Path) -> None:
    append(world, 3)
    world.registry.close()
    shutil.copy(world.folder / "registry.db", home / "backup.db")
    world.registry = Registry.open(world.folder, LOG_KEY)
    append(world, 2, start=3)
    world.registry.close()
    newest = (world.folder / "registry.db").read_bytes()
    shutil.copy(home / "backup.db", world.folder / "registry.db")
    for key in (LOG_KEY, None):
        with refusal("CERT-E072"):
            Registry.open(world.folder, key)
    (world.folder / "lock").unlink()
    with refusal("CERT-E072"):
        Registry.open(world.folder, LOG_KEY)
    (world.folder / "registry.db").write_bytes(newest)
    world.registry = Registry.open(world.folder, LOG_KEY)
    assert world.registry.size == 5


def test_a_lock_elsewhere_notices_a_restored_folder(home: Path, world: World) -> None:
    lock = home / "elsewhere" / "lock"
    lock.parent.mkdir()
    with Registry.create(home / "r", "localhost/a", LOG_KEY, lock=lock) as registry:
        registry.enroll(world.evaluator.public_pem, "A", "evaluator")
        registry.append(made.note(0, world.evaluator), now=made.NOW)
    shutil.copytree(home / "r", home / "backup")
    with Registry.open(home / "r", LOG_KEY, lock=lock) as registry:
        registry.append(made.note(1, world.evaluator), now=made.NOW)
    with refusal("CERT-E072"):
        Registry.open(home / "backup", LOG_KEY, lock=lock)


def test_another_history_of_the_same_size_is_noticed(home: Path, world: World) -> None:
    for name, number in (("r", 1), ("fork", 2)):
        with Registry.create(home / name, "localhost/a", LOG_KEY) as registry:
            registry.enroll(world.evaluator.public_pem, "A", "evaluator")
            registry.append(made.note(number, world.evaluator), now=made.NOW)
    shutil.copy(home / "fork" / "registry.db", home / "r" / "registry.db")
    with refusal("CERT-E072"):
        Registry.open(home / "r", LOG_KEY)


def test_a_destroyed_database_is_reported(world: World) -> None:
    append(world, 3)
    world.registry.close()
    path = world.folder / "registry.db"
    whole = path.read_bytes()
    for broken in (b"not a database at all, " * 500, whole[: len(whole) // 2], b"\x00" * len(whole)):
        path.write_bytes(broken)
        with pytest.raises(RegistryError) as caught:
            Registry.open(world.folder, LOG_KEY).fsck(made.NOW)
        assert caught.value.code in {"CERT-E070", "CERT-E079"}
    path.write_bytes(whole)
    world.registry = Registry.open(world.folder, LOG_KEY)


def test_a_damaged_lock_stops_the_registry(world: World) -> None:
    append(world, 1)
    world.registry.close()
    whole = (world.folder / "lock").read_text()
    (world.folder / "lock").write_text(whole.replace("\n1\n", "\n2\n"))
    with refusal("CERT-E070"):
        Registry.open(world.folder, LOG_KEY)
    (world.folder / "lock").write_text(whole)
    Registry.open(world.folder, LOG_KEY).close()


def test_a_folder_that_cannot_be_written_can_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    append(world, 2)
    monkeypatch.setattr("certify_registry.store.sqlite.os.access", lambda *_: False)
    for _ in ("while a writer has it open", "afterwards"):
        with Registry.open(world.folder) as reader:
            assert reader.size == 2
            assert reader.fsck(made.NOW) == ()
        world.registry.close()


def test_a_backup_can_be_restored(world: World, home: Path) -> None:
    append(world, 3)
    (home / "backup").mkdir()
    source = sqlite3.connect(world.folder / "registry.db")
    source.execute("VACUUM INTO ?", (str(home / "backup" / "registry.db"),))
    source.close()
    shutil.copytree(world.folder / "blobs", home / "backup" / "blobs")
    with Registry.open(home / "backup") as reader:
        assert reader.checkpoint() == world.registry.checkpoint()
    with Registry.open(home / "backup", LOG_KEY) as registry:
        assert registry.fsck(made.NOW) == ()


CHILD = """
import sys
from pathlib import Path
from certify.trust.keys import load_key
from certify_registry import Registry
from tests.fakes import logged_statements as made

folder, start = Path(sys.argv[1]), int(sys.argv[2])
signer = load_key(folder.parent / "signer.key", "correct horse battery")
log_key = load_key(folder.parent / "log.key", "correct horse battery").private_key
registry = Registry.open(folder, log_key)
print("ready", flush=True)
for number in range(start, start + 100000):
    appended = registry.append(made.note(number, signer), now=made.NOW)
    checkpoint = registry.checkpoint().replace("\\n", "|")
    print(f"{number} {appended.index} {checkpoint}", flush=True)
"""


def killed_at_random(home: Path, times: int, seed: int) -> None:
    """Append in a child, kill it, and compare what it acknowledged with what is there."""
    random, log_key, signer = Random(seed), generate_signer("ed25519"), generate_signer()
    assert isinstance(log_key.private_key, Ed25519PrivateKey)
    save_key(home / "log.key", log_key, "correct horse battery")
    save_key(home / "signer.key", signer, "correct horse battery")
    with Registry.create(home / "r", "localhost/killed", log_key.private_key) as registry:
        registry.enroll(signer.public_pem, "A", "evaluator")
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": f"{root}:{root / 'registry'}"}
    acknowledged: dict[int, int] = {}
    heads = []
    for attempt in range(times):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(home / "r"), str(attempt * 100_000)],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(random.uniform(0.0, 0.5))
        child.kill()
        for line in child.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                number, index, note = line[:-1].split(" ", 2)
                acknowledged[int(number)] = int(index)
                heads.append(note.replace("|", "\n"))
        child.wait()
        with Registry.open(home / "r", log_key.private_key) as registry:
            assert registry.fsck(made.NOW) == ()
            for number, index in acknowledged.items():
                payload = made.payload_of(made.note(number, signer))
                assert registry.index_of(payload) == index
    assert acknowledged
    with Registry.open(home / "r") as reader:
        key, newest = parse_vkey(reader.vkey), verify_checkpoint(reader.checkpoint(), parse_vkey(reader.vkey))
        for head in heads:
            old = verify_checkpoint(head, key)
            path = reader.consistency(old.size)
            assert verify_consistency(old.size, newest.size, old.root, newest.root, path)


def test_a_killed_writer_loses_nothing_it_acknowledged(home: Path) -> None:
    killed_at_random(home, times=5, seed=1)


@pytest.mark.slow
def test_a_writer_killed_often_loses_nothing_it_acknowledged(home: Path) -> None:
    killed_at_random(home, times=40, seed=2)
