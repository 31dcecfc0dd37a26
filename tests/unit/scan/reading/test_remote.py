import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certify.errors import EvidenceMissing, RegistryError, UsageError
from certify.scan.reading import remote
from certify.scan.reading.losses import CHANGED
from certify.scan.shards import find_shards
from tests.fakes.s3_server import s3_bucket

obstore = pytest.importorskip("obstore")

LINES = b"".join(b'{"text": "row %d of the object"}\n' % n for n in range(100_000))


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    with s3_bucket() as store:
        for key in ("web/b.jsonl.gz", "web/sub/c.txt", "web/picture.png", "website/d.txt"):
            obstore.put(store, key, gzip.compress(LINES) if key.endswith("gz") else b"a text")
        obstore.put(store, "web/a.jsonl", LINES)
        yield store


def test_objects_under_a_prefix_are_read(bucket: Any, read: Any) -> None:
    shards, skipped = find_shards(["s3://corpus/web"])
    assert [shard.name for shard in shards] == ["a.jsonl", "b.jsonl.gz", "sub/c.txt"]
    assert skipped == ["picture.png"]
    first, second, third = map(read, shards)
    assert len(first.documents) == 100_000
    assert first.documents[99_999] == "row 99999 of the object"
    assert first.totals.sha256 == hashlib.sha256(LINES).hexdigest()
    assert first.totals.bytes == shards[0].size == len(LINES)
    assert second.documents == first.documents
    assert third.documents == {0: "a text"}


def test_one_object_or_a_pattern_can_be_named(bucket: Any) -> None:
    [shard], _ = find_shards(["s3://corpus/web/a.jsonl"])
    assert shard.name == "a.jsonl"
    shards, skipped = find_shards(["s3://corpus/web/*.jsonl*"])
    assert [shard.name for shard in shards] == ["a.jsonl", "b.jsonl.gz"]
    assert skipped == []
    assert len(find_shards(["s3://corpus"])[0]) == 4


def test_tables_are_read_from_a_store(bucket: Any, read: Any, tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"text": ["one", "two"]}), tmp_path / "t.parquet")
    data = (tmp_path / "t.parquet").read_bytes()
    obstore.put(bucket, "tables/t.parquet", data)
    [shard], _ = find_shards(["s3://corpus/tables"])
    found = read(shard)
    assert found.documents == {0: "one", 1: "two"}
    assert found.totals.sha256 == hashlib.sha256(data).hexdigest()


def test_an_object_that_changes_meanwhile_is_unscanned(bucket: Any) -> None:
    from certify.scan.reading import open_shard

    obstore.put(bucket, "moving/a.jsonl", LINES)
    [shard], _ = find_shards(["s3://corpus/moving"])
    stamps = {shard.stamp}
    reader = open_shard(shard)
    blocks = reader.blocks()
    next(blocks)
    obstore.put(bucket, "moving/a.jsonl", LINES + b'"more"\n')
    list(blocks)
    assert reader.changed
    assert [(lost.row, lost.reason) for lost in reader.totals().unscanned] == [(None, CHANGED)]
    stamps.add(find_shards(["s3://corpus/moving"])[0][0].stamp)
    assert len(stamps) == 2


def test_a_transfer_that_breaks_off_is_taken_up_again(bucket: Any, read: Any, monkeypatch: Any) -> None:
    [shard], _ = find_shards(["s3://corpus/web/a.jsonl"])
    begun = []
    whole = remote.RemoteObject._from

    def breaking(self: Any, position: int) -> Iterator[Any]:
        begun.append(position)
        chunks = whole(self, position)
        yield next(chunks)
        if len(begun) < 3:
            raise ConnectionResetError("the connection was lost")
        yield from chunks

    monkeypatch.setattr(remote.RemoteObject, "_from", breaking)
    monkeypatch.setattr(remote, "_CHUNK", 1 << 20)
    found = read(shard)
    assert len(begun) == 3
    assert 0 < begun[1] < begun[2]
    assert found.totals.sha256 == hashlib.sha256(LINES).hexdigest()
    assert len(found.documents) == 100_000


def test_an_object_that_vanished_is_unscanned(bucket: Any, read: Any) -> None:
    obstore.put(bucket, "gone/a.txt", b"text")
    [shard], _ = find_shards(["s3://corpus/gone"])
    obstore.delete(bucket, "gone/a.txt")
    [lost] = read(shard).totals.unscanned
    assert (lost.row, lost.bytes, lost.reason) == (None, 4, "is not there any more")


def test_what_a_store_does_not_hold_is_said(bucket: Any) -> None:
    with pytest.raises(EvidenceMissing, match="CERT-E033"):
        find_shards(["s3://corpus/nothing"])
    with pytest.raises(UsageError, match="CERT-E031"):
        find_shards(["s3://corpus/web/picture.png"])
    with pytest.raises(UsageError, match="CERT-E460"):
        find_shards(["ftp://corpus/web"])
    with pytest.raises(RegistryError, match="CERT-E461"):
        find_shards(["s3://other-bucket/web"])


def test_what_grants_access_is_not_printed(bucket: Any) -> None:
    with pytest.raises(UsageError, match="CERT-E460") as caught:
        find_shards(["https://user:secret@host.example/a.jsonl?token=secret"])
    assert "secret" not in str(caught.value)
