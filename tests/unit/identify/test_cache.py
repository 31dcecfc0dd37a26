import hashlib
import multiprocessing
import os
import sqlite3
import time
from pathlib import Path

import pytest

from certify.errors import HostileInput
from certify.evidence.dataset import DigestSource
from certify.files import user_cache_folder
from certify.identify import read_dataset
from certify.identify.cache import NAME, SETTLED_SECONDS, DigestCache
from certify.identify.hashing import Sharding
from certify.identify.mounts import KEEPS_TIME, MountTable, read_mounts

LATER = (SETTLED_SECONDS + 1) * 1_000_000_000


class Believed:
    """File systems that all keep their word, or none."""

    def __init__(self, believed: bool = True) -> None:
        self.believed = believed

    def keeps_time(self, device: int, path: Path) -> bool:
        return self.believed


def cache_in(folder: Path, *, believed: bool = True, later: int = LATER) -> DigestCache:
    return DigestCache(folder / "cache", file_systems=Believed(believed), clock=lambda: time.time_ns() + later)


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}.txt").write_text(f"shard {number}")
    return folder


def source(corpus: Path, cache: DigestCache, **arguments) -> DigestSource:
    return read_dataset([corpus], cache=cache, **arguments).identity.digest_source


def plant(folder: Path, **columns: object) -> None:
    with sqlite3.connect(folder / "cache" / NAME) as connection:
        connection.execute(f"UPDATE digest SET {', '.join(f'{name} = ?' for name in columns)}", tuple(columns.values()))
    connection.close()


def test_what_stood_still_is_remembered_and_said_to_be(corpus, tmp_path):
    first, again = (read_dataset([corpus], cache=cache_in(tmp_path)) for _ in range(2))
    assert first.identity.digest_source is DigestSource.RECOMPUTED
    assert again.identity.digest_source is DigestSource.CACHED
    assert again.manifest == first.manifest
    assert again.files == first.files


def test_without_a_cache_every_byte_is_read(corpus, tmp_path):
    source(corpus, cache_in(tmp_path))
    assert read_dataset([corpus]).identity.digest_source is DigestSource.RECOMPUTED


def test_rehash_reads_everything_and_replaces_what_was_remembered(corpus, tmp_path):
    source(corpus, cache_in(tmp_path))
    plant(tmp_path, sha256="0" * 64)
    assert source(corpus, cache_in(tmp_path), rehash=True) is DigestSource.RECOMPUTED
    assert source(corpus, cache_in(tmp_path)) is DigestSource.CACHED


def test_a_touched_file_with_its_old_time_put_back_is_read_again(corpus, tmp_path):
    source(corpus, cache_in(tmp_path))
    file = corpus / "03.txt"
    before = file.stat()
    time.sleep(0.02)
    file.write_text("SHARD 3")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    now = file.stat()
    assert (now.st_size, now.st_mtime_ns, now.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    entry = read_dataset([corpus], cache=cache_in(tmp_path)).manifest.files[3]
    assert entry.sha256 == hashlib.sha256(b"SHARD 3").hexdigest()


def test_a_file_replaced_by_another_is_read_again(corpus, tmp_path):
    source(corpus, cache_in(tmp_path))
    other = tmp_path / "other"
    other.write_text("shard X")
    os.replace(other, corpus / "03.txt")
    entry = read_dataset([corpus], cache=cache_in(tmp_path)).manifest.files[3]
    assert entry.sha256 == hashlib.sha256(b"shard X").hexdigest()


@pytest.mark.parametrize(("believed", "later"), [(True, 0), (True, LATER - 2_000_000_000 - 10**10), (False, LATER)])
def test_what_is_too_fresh_or_on_a_file_system_that_is_not_believed_is_not_remembered(
    corpus, tmp_path, believed, later
):
    for _ in range(2):
        assert source(corpus, cache_in(tmp_path, believed=believed, later=later)) is DigestSource.RECOMPUTED
    assert source(corpus, cache_in(tmp_path)) is DigestSource.RECOMPUTED


def test_nothing_is_taken_from_a_cache_for_a_file_system_that_is_no_longer_believed(corpus, tmp_path):
    source(corpus, cache_in(tmp_path))
    assert source(corpus, cache_in(tmp_path, believed=False)) is DigestSource.RECOMPUTED


def test_a_time_beyond_what_the_database_holds_is_not_remembered(corpus, tmp_path):
    os.utime(corpus / "03.txt", ns=(0, 10**19))
    assert source(corpus, cache_in(tmp_path)) is DigestSource.RECOMPUTED
    assert source(corpus, cache_in(tmp_path)) is DigestSource.CACHED


def test_the_sample_catches_digests_that_were_tampered_with(corpus, tmp_path):
    source(corpus, cache_in(tmp_path))
    plant(tmp_path, sha256="0" * 64)
    with pytest.raises(HostileInput, match="is not what certify remembers") as caught:
        source(corpus, cache_in(tmp_path))
    assert caught.value.code == "CERT-E112"
    assert source(corpus, cache_in(tmp_path)) is DigestSource.RECOMPUTED


@pytest.mark.parametrize("wrong", ["", "zz", "A" * 64, 7, None])
def test_rows_that_hold_no_digest_are_as_good_as_none(corpus, tmp_path, wrong):
    source(corpus, cache_in(tmp_path))
    if wrong is None:
        plant(tmp_path, shards="zz")
    else:
        plant(tmp_path, sha256=wrong)
    assert source(corpus, cache_in(tmp_path)) is DigestSource.RECOMPUTED


def test_huge_files_are_rechecked_by_some_of_their_shards(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "huge").write_bytes(os.urandom(10_000))
    sharding, told = Sharding(above=1000, size=100), list[int]()
    first = read_dataset([tmp_path / "corpus"], cache=cache_in(tmp_path), sharding=sharding)
    again = read_dataset(
        [tmp_path / "corpus"], cache=cache_in(tmp_path), sharding=sharding, progress=lambda done, of: told.append(of)
    )
    assert again.sharded == first.sharded
    assert again.identity.digest_source is DigestSource.CACHED
    assert set(told) == {800}
    assert source(tmp_path / "corpus", cache_in(tmp_path), sharding=Sharding(1000, 50)) is DigestSource.RECOMPUTED
    plant(tmp_path, shards=" ".join(["0" * 64] * 200))
    with pytest.raises(HostileInput):
        source(tmp_path / "corpus", cache_in(tmp_path), sharding=Sharding(1000, 50))


@pytest.mark.parametrize("damage", ["garbage", "half", "folder", "foreign table"])
def test_a_broken_cache_is_no_error(corpus, tmp_path, damage):
    source(corpus, cache_in(tmp_path))
    file = tmp_path / "cache" / NAME
    if damage == "garbage":
        file.write_bytes(os.urandom(10_000))
    elif damage == "half":
        file.write_bytes(file.read_bytes()[: 4096 + 100])
    elif damage == "folder":
        file.unlink()
        file.mkdir()
    else:
        with sqlite3.connect(file) as connection:
            connection.execute("DROP TABLE digest")
            connection.execute("CREATE TABLE digest (x)")
        connection.close()
    assert source(corpus, cache_in(tmp_path)) is DigestSource.RECOMPUTED
    after = source(corpus, cache_in(tmp_path))
    assert damage not in ("garbage",) or after is DigestSource.CACHED


def test_a_locked_cache_is_no_error(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("certify.identify.cache._BUSY_SECONDS", 0.05)
    source(corpus, cache_in(tmp_path))
    (corpus / "new.txt").write_text("new")
    lock = sqlite3.connect(tmp_path / "cache" / NAME, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    found = read_dataset([corpus], cache=cache_in(tmp_path))
    lock.close()
    assert len(found.manifest.files) == 21


def test_only_its_owner_can_read_or_write_it(corpus, tmp_path):
    source(corpus, cache_in(tmp_path))
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "cache" / NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["file", "folder", "link", "owner"])
def test_a_cache_that_others_can_write_is_ignored(corpus, tmp_path, monkeypatch, how):
    source(corpus, cache_in(tmp_path))
    file = tmp_path / "cache" / NAME
    if how == "file":
        file.chmod(0o622)
    elif how == "folder":
        file.parent.chmod(0o777)
    elif how == "link":
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    else:
        monkeypatch.setattr("os.geteuid", lambda: file.stat().st_uid + 1)
    assert source(corpus, cache_in(tmp_path)) is DigestSource.RECOMPUTED


def test_a_place_that_cannot_be_written_is_no_error(corpus, tmp_path):
    (tmp_path / "file").write_text("")
    cache = DigestCache(tmp_path / "file" / "below", file_systems=Believed())
    assert source(corpus, cache) is DigestSource.RECOMPUTED


def _work(corpus: Path, folder: Path) -> str:
    return read_dataset([corpus], cache=cache_in(folder)).identity.identity


@pytest.mark.slow
def test_several_processes_may_use_it_at_once(corpus, tmp_path):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        found = pool.starmap(_work, [(corpus, tmp_path)] * 6)
    assert set(found) == {read_dataset([corpus]).identity.identity}
    assert source(corpus, cache_in(tmp_path)) is DigestSource.CACHED


def test_where_it_lies(monkeypatch):
    monkeypatch.setenv("CERTIFY_CACHE", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    assert user_cache_folder() == Path("/a")
    monkeypatch.delenv("CERTIFY_CACHE")
    assert user_cache_folder() == Path("/b/certify")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/x")
    assert user_cache_folder() == Path("/home/x/.cache/certify")


TABLE = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / /mnt/share rw shared:1 master:2 - nfs4 server:/x rw
41 27 0:51 / /mnt/with\\040space rw - btrfs /dev/vdb rw
42 27 0:52 / /over rw - overlay overlay rw
43 27 254:0 /sub /over/bound rw - ext4 /dev/vda rw
44 27 0:53 / /twice rw - ext4 /dev/vdc rw
45 44 0:54 / /twice rw - tmpfs tmpfs rw
not a line
"""


@pytest.mark.parametrize(
    ("device", "path", "believed"),
    [
        (os.makedev(254, 0), "/data/x", True),
        (os.makedev(254, 0), "/over/bound/x", True),
        (os.makedev(254, 0), "/over/x", False),  # overlay that shows a layer's device number
        (os.makedev(0, 50), "/mnt/share/x", False),
        (os.makedev(0, 50), "/data/x", False),
        (os.makedev(0, 77), "/mnt/with space/x", True),  # btrfs gives subvolumes numbers of their own
        (os.makedev(0, 77), "/mnt/share/x", False),
        (os.makedev(0, 54), "/twice/x", False),
    ],
)
def test_file_systems_are_told_apart_by_device_and_by_place(device, path, believed):
    assert MountTable(read_mounts(TABLE)).keeps_time(device, Path(path)) is believed


def test_without_a_table_of_mounts_nothing_is_believed():
    assert not MountTable(()).keeps_time(1, Path("/x"))
    assert not {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse", "overlay", "tmpfs", "vfat", ""} & KEEPS_TIME


def test_this_machine_is_asked(tmp_path):
    point = MountTable()
    assert point.keeps_time(os.stat("/proc").st_dev, Path("/proc/self/mountinfo")) is False
