import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from certify.scan.reading import sample_blocks, sampling
from certify.scan.shards import find_shards


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    texts = [f"document {n} " + "word " * (n % 97) for n in range(4000)]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    (tmp_path / "a.jsonl").write_bytes(lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "c.txt").write_text("Zeile f\u00fcr Zeile \u4e2d\u6587\n" * 50_000, encoding="utf-8")
    pq.write_table(pa.table({"text": texts}), tmp_path / "d.parquet", row_group_size=200, compression="none")
    return tmp_path


def sampled(shards: Any, budget: int) -> list[bytes]:
    return [
        bytes(block.text[block.starts[n] : block.starts[n + 1]])
        for block in sample_blocks(shards, budget)
        for n in range(len(block.rows))
    ]


def test_a_small_corpus_is_taken_whole(corpus: Path) -> None:
    shards, _ = find_shards([corpus])
    assert len(sampled(shards, 1 << 30)) == 3 * 4000 + 2


def test_windows_lie_evenly_and_do_not_depend_on_order(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "WINDOW", 10_000)
    shards, _ = find_shards([corpus])
    found = sampled(shards, 300_000)
    mixed = list(shards)
    random.Random(1).shuffle(mixed)
    assert sampled(mixed, 300_000) == found
    assert 150_000 < sum(map(len, found)) < 700_000
    numbers = [int(text.split()[1]) for text in found if text.startswith(b"document")]
    assert max(numbers) > 3000
    assert all(text.startswith((b"document ", b"Zeile")) or b"\xc3\xbcr Zeile" in text for text in found)


def test_a_shard_that_cannot_be_read_is_left_out(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "WINDOW", 10_000)
    shards, _ = find_shards([corpus])
    for name in ("b.jsonl.gz", "d.parquet"):
        (corpus / name).write_bytes(b"damaged" * 1000)
    (corpus / "c.txt").unlink()
    assert sampled(shards, 300_000)


def test_places_cover_the_corpus_in_proportion() -> None:
    places = sampling._places([0, 100 << 20, 0, 300 << 20], 64 << 20)
    assert [len(each) for each in places] == [0, 16, 0, 48]
    assert all(0 <= place < 300 << 20 for each in places for place in each)
