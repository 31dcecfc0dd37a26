import hashlib
import os
import threading

import pytest

from certify.errors import HostileInput
from certify.identify.files import FoundFile, list_files
from certify.identify.hashing import Sharding, digest_files
from certify.identify.model import manifest_of
from certify.identify.reading import BLOCK, Folders, Meter
from certify.identify.sharding import Sharded, shard_digests, verify_shards
from certify.identify.threads import LARGE, each_file

NO_SHARDS = Sharding(above=1 << 62, size=1)


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    small = {"a-b/x": 3, "a/x": 4, "deep/er/y": 5000, "deep/z": LARGE - 1, "zero": 0}
    sizes = {**small, "big/one": LARGE, "big/two": LARGE + 7}
    for path, size in sizes.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(os.urandom(size))
    return root


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_digests_are_those_of_hashlib_whatever_the_number_of_threads(tree, workers):
    files = list_files(tree)
    found = digest_files(tree, files, Meter(0, None), workers=workers)
    assert [one.sha256 for one in found] == [
        hashlib.sha256((tree / file.disk).read_bytes()).hexdigest() for file in files
    ]
    assert all(one.sharded is None for one in found)


def test_files_come_in_the_order_of_their_names_bytes(tree):
    paths = [file.path for file in list_files(tree)]
    assert paths == sorted(paths, key=lambda path: path.encode())
    assert paths[:2] == ["a-b/x", "a/x"]


@pytest.mark.parametrize("place", ["a/x", "big/one"])
def test_a_file_swapped_for_a_link_midway_is_refused(tree, tmp_path, place):
    files, outside = list_files(tree), tmp_path / "outside"
    outside.write_bytes((tree / place).read_bytes())
    (tree / place).unlink()
    (tree / place).symlink_to(outside)
    with pytest.raises(HostileInput) as caught:
        digest_files(tree, files, Meter(0, None))
    assert caught.value.code == "CERT-E023"


def test_a_folder_swapped_for_a_link_midway_is_refused(tree, tmp_path):
    files = list_files(tree)
    (tree / "deep").rename(tmp_path / "elsewhere")
    (tree / "deep").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HostileInput):
        digest_files(tree, files, Meter(0, None))


@pytest.mark.parametrize("place", ["a/x", "big/one"])
@pytest.mark.parametrize("how", ["same size", "shorter", "pipe", "gone"])
def test_a_file_that_is_not_as_it_was_listed_is_refused(tree, place, how):
    files, path = list_files(tree), tree / place
    if how == "same size":
        path.write_bytes(bytes(path.stat().st_size))
    elif how == "shorter":
        os.truncate(path, 1)
    else:
        path.unlink()
        if how == "pipe":
            os.mkfifo(path)
    with pytest.raises(HostileInput) as caught:
        digest_files(tree, files, Meter(0, None))
    assert caught.value.code == "CERT-E026"


def test_a_file_that_grows_between_two_blocks_is_refused(tree):
    files = [file for file in list_files(tree) if file.path == "big/two"]

    def grow(done: int, total: int) -> None:
        with (tree / "big/two").open("ab") as stream:
            stream.write(b"more")

    with pytest.raises(HostileInput) as caught:
        digest_files(tree, files, Meter(LARGE + 7, grow))
    assert caught.value.code == "CERT-E026"


def test_an_error_in_one_thread_stops_the_others(tmp_path):
    files = [FoundFile(name, name, LARGE) for name in ("a", "b", "c")]
    meter, stopped = Meter(0, None), threading.Event()

    def work(file: FoundFile) -> str:
        if file.path == "a":
            raise HostileInput("CERT-E026", "a changed")
        try:
            for _ in range(10_000):
                stopped.wait(0.001)
                meter.add(1)
        finally:
            stopped.set()
        return "never stopped"

    with pytest.raises(HostileInput):
        each_file(files, work, meter, workers=3)
    assert stopped.is_set()


def test_what_fails_first_is_told_first_however_many_threads_there_are(tree):
    files = list_files(tree)
    (tree / "big/one").unlink()
    (tree / "zero").write_bytes(b"not zero")
    for workers in (1, 4):
        with pytest.raises(HostileInput, match="zero changed"):
            digest_files(tree, files, Meter(0, None), workers=workers)


def test_progress_of_several_threads_adds_up_and_never_goes_back(tree):
    told: list[tuple[int, int]] = []
    manifest = manifest_of(tree, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (manifest.total_bytes, manifest.total_bytes)


def test_no_descriptor_stays_open(tree):
    before = len(os.listdir("/proc/self/fd"))
    with Folders(tree) as folders:
        for file in list_files(tree):
            os.close(folders.open(file))
    manifest_of(tree)
    assert len(os.listdir("/proc/self/fd")) == before


def naive(data: bytes, size: int) -> tuple[str, ...]:
    return tuple(hashlib.sha256(data[at : at + size]).hexdigest() for at in range(0, len(data), size))


@pytest.mark.parametrize(
    ("length", "size"),
    [*((length, 100) for length in (0, 1, 99, 100, 101, 200, 201)), (BLOCK * 2 + 1, BLOCK + 1), (BLOCK * 2, BLOCK)],
)
@pytest.mark.parametrize("workers", [1, 3])
def test_shards_are_those_of_plain_slices(tmp_path, length, size, workers):
    data = os.urandom(length)
    (tmp_path / "f").write_bytes(data)
    file = FoundFile("f", "f", length)
    found = shard_digests(tmp_path, file, Meter(length, None), size=size, workers=workers)
    assert found == Sharded(size, naive(data, size))
    assert found.algorithm == f"sha256-sharded-{size}"
    assert verify_shards(tmp_path / "f", found) == ()


def test_only_files_above_the_limit_get_shards_and_the_plain_digest_stays(tree):
    files = list_files(tree)
    found = digest_files(tree, files, Meter(0, None), sharding=Sharding(above=4999, size=1000))
    for file, digest in zip(files, found, strict=True):
        data = (tree / file.disk).read_bytes()
        assert digest.sha256 == hashlib.sha256(data).hexdigest()
        assert digest.sharded == (Sharded(1000, naive(data, 1000)) if len(data) > 4999 else None)


def test_a_quick_check_names_the_shards_that_differ(tmp_path):
    data = bytearray(os.urandom(1000))
    file = tmp_path / "f"
    file.write_bytes(data)
    expected = Sharded(100, naive(bytes(data), 100))
    data[305] ^= 1
    data[999] ^= 1
    file.write_bytes(data)
    assert verify_shards(file, expected) == (3, 9)
    file.write_bytes(data[:900] + b"x")
    assert verify_shards(file, expected) == (3, 9)
    file.write_bytes(data + b"x")
    assert verify_shards(file, expected) == (3, 9, 10)
    file.write_bytes(b"")
    assert verify_shards(file, expected) == tuple(range(10))


def test_a_quick_check_follows_no_link(tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "link").symlink_to("f")
    with pytest.raises(HostileInput):
        verify_shards(tmp_path / "link", Sharded(100, naive(b"x", 100)))
