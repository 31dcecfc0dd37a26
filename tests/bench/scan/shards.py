"""The corpus as shards on disk, in each format that a scan reads; written once and kept in the bench's cache."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import zstandard

from tests.bench.scan.corpus import cache_folder

FORMATS = ("jsonl", "jsonl.zst", "jsonl.gz", "parquet")
_GROUP = 2000


def shards(name: str, texts: Sequence[str], ending: str, count: int = 8) -> Path:
    """A folder of ``count`` shards: document d is row d // count of shard d % count, its id the shard and the row."""
    folder = cache_folder() / f"{name}-{ending}"
    if (folder / ".ready").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(count):
        path = folder / f"part-{number}.{ending}"
        # The ids name the JSON Lines shard, whatever the format: findings are compared by them.
        rows = [{"id": f"part-{number}.jsonl:{row}", "text": text} for row, text in enumerate(texts[number::count])]
        if ending == "parquet":
            parquet.write_table(pa.Table.from_pylist(rows), path, compression="zstd", row_group_size=_GROUP)
        else:
            path.write_bytes(_packed("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), ending))
    (folder / ".ready").touch()
    return folder


def _packed(lines: str, ending: str) -> bytes:
    data = lines.encode()
    if ending.endswith(".zst"):
        return zstandard.ZstdCompressor(level=3).compress(data)
    return gzip.compress(data, 6, mtime=0) if ending.endswith(".gz") else data


def text_megabytes(texts: Sequence[str]) -> float:
    """MB of UTF-8 text: the same for every format."""
    return sum(len(text.encode()) for text in texts) / 1e6


def write_items(path: Path, questions: Sequence[tuple[str, str]]) -> Path:
    """A benchmark file of (id, question)."""
    with path.open("w", encoding="utf-8") as out:
        for name, question in questions:
            out.write(json.dumps({"id": name, "question": question}, ensure_ascii=False) + "\n")
    return path
