"""The log's files out of a folder or a store of objects: the same, and nothing else beside them."""

from pathlib import Path

import pytest

from certify_registry.service.public_files import FolderFiles, ObjectFiles

FULL = bytes(256 * 32)


class Bucket:
    """Objects, and how often each was asked for."""

    def __init__(self, content: dict[str, bytes]) -> None:
        self.content, self.asked = content, list[str]()

    def get(self, name: str, limit: int) -> bytes:
        self.asked.append(name)
        if name not in self.content:
            raise FileNotFoundError(name)
        return self.content[name][: limit + 1]


def test_full_tiles_are_fetched_once_and_what_grows_each_time() -> None:
    bucket = Bucket({"tile/0/000": FULL, "tile/0/001.p/3": b"abc", "checkpoint": b"one"})
    clock = [100.0]
    files = ObjectFiles(bucket, lambda: clock[0])
    for _ in range(3):
        assert files.read("tile/0/000") == FULL
        assert files.read("tile/0/001.p/3") == b"abc"
        assert files.read("tile/0/002") is None
    assert [bucket.asked.count(name) for name in ("tile/0/000", "tile/0/001.p/3", "tile/0/002")] == [1, 3, 3]
    assert files.checkpoint_time() == 100
    clock[0] = 200
    assert files.checkpoint_time() == 100
    bucket.content["checkpoint"] = b"two"
    assert (files.read("checkpoint"), files.checkpoint_time()) == (b"two", 200)


@pytest.mark.parametrize(
    "path", ["registry.db", "blobs/sha256/aa", "tile/0/../../registry.db", "lock", "", "tile/0/000.p/0"]
)
def test_nothing_else_is_given_out(tmp_path: Path, path: str) -> None:
    (tmp_path / "registry.db").write_bytes(b"secret")
    (tmp_path / "lock").write_bytes(b"secret")
    assert FolderFiles(tmp_path).read(path) is None
    bucket = Bucket({path: b"secret"})
    assert ObjectFiles(bucket).read(path) is None
    assert bucket.asked == []


def test_a_link_is_no_tile(tmp_path: Path) -> None:
    (tmp_path / "tile" / "0").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "tile" / "0" / "000").symlink_to(tmp_path / "secret")
    assert FolderFiles(tmp_path).read("tile/0/000") is None
