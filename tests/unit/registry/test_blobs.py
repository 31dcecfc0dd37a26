"""Files kept by digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from certify.errors import RegistryError
from certify.evidence.canonical import sha256_hex
from certify_registry.store import blobs
from certify_registry.store.blobs import BlobStore
from certify_registry.store.folder import FolderObjects


def path_of(folder: Path, data: bytes) -> Path:
    digest = sha256_hex(data)
    return folder / "blobs" / "sha256" / digest[:2] / digest[2:4] / digest


@pytest.mark.parametrize("data", [b"", b"a PDF", bytes(range(256)) * 4096])
def test_what_was_put_comes_back(home: Path, data: bytes) -> None:
    store = BlobStore(FolderObjects(home))
    digest = store.put(data)
    assert digest == sha256_hex(data)
    assert store.get(digest) == data == path_of(home, data).read_bytes()
    assert store.put(data) == digest
    assert list(store.digests()) == [digest]


def test_a_damaged_file_is_not_returned_and_is_repaired(home: Path) -> None:
    store = BlobStore(FolderObjects(home))
    digest = store.put(b"a PDF")
    for damage in (b"", b"a pdf", b"a PDF and more"):
        path_of(home, b"a PDF").write_bytes(damage)
        with pytest.raises(RegistryError) as caught:
            store.get(digest)
        assert caught.value.code == "CERT-E070"
        store.put(b"a PDF")
        assert store.get(digest) == b"a PDF"


def test_links_are_not_followed(home: Path) -> None:
    store = BlobStore(FolderObjects(home))
    digest = store.put(b"a PDF")
    path = path_of(home, b"a PDF")
    (home / "elsewhere").write_bytes(b"a PDF")
    path.unlink()
    path.symlink_to(home / "elsewhere")
    with pytest.raises(RegistryError) as caught:
        store.get(digest)
    assert caught.value.code == "CERT-E070"
    store.put(b"a PDF")
    assert not path.is_symlink()
    assert (home / "elsewhere").read_bytes() == b"a PDF"


def test_names_that_are_no_digests(home: Path) -> None:
    for name in ("", "..", "A" * 64, "0" * 63, "0" * 64 + "\n", "../../x"):
        with pytest.raises(RegistryError) as caught:
            BlobStore(FolderObjects(home)).get(name)
        assert caught.value.code == "CERT-E079"


def test_too_large(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "MAX_BLOB", 10)
    with pytest.raises(RegistryError):
        BlobStore(FolderObjects(home)).put(b"x" * 11)


def test_an_interrupted_write_leaves_nothing_in_the_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            BlobStore(FolderObjects(home)).put(b"a PDF")
    assert list(BlobStore(FolderObjects(home)).digests()) == []
    assert BlobStore(FolderObjects(home)).put(b"a PDF") == sha256_hex(b"a PDF")
