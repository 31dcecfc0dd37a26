import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.evidence.canonical import canonical_bytes
from certify.scan import Benchmark
from certify.scan.scanner import scan

VOCABULARY = [f"{a}{b}{c}" for a in "bdfklmnprst" for b in ("a", "ei", "o", "u") for c in ("n", "st", "ring", "med")]


def prose(draw: random.Random, length: int) -> str:
    return " ".join(VOCABULARY[int(len(VOCABULARY) * draw.random() ** 2)] for _ in range(length)) + "."


@pytest.fixture(scope="session")
def benchmark() -> Benchmark:
    draw = random.Random(4)
    return Benchmark.from_items(
        "prose", [(f"q{n}", prose(draw, draw.randint(15, 50)), f"{n} units") for n in range(20)]
    )


@pytest.fixture(scope="session")
def corpus(benchmark: Benchmark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve shards of several sizes; problems stand in some, whole and cut, and one shard is damaged."""
    draw, folder = random.Random(5), tmp_path_factory.mktemp("corpus")
    for number in range(12):
        rows = [prose(draw, draw.randint(30, 120)) for _ in range(draw.choice((5, 40, 200)))]
        for item in draw.sample(benchmark.items, 3):
            cut = item.question.split()
            rows.insert(draw.randrange(len(rows)), " ".join(cut[: draw.choice((len(cut), len(cut) * 2 // 3))]))
        lines = [json.dumps({"text": text}) for text in rows]
        if number == 7:
            lines[2] = '{"text": "broken'
        (folder / f"{number:02}.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def report(benchmark: Benchmark) -> Callable[..., bytes]:
    """Canonical JSON of a scan's reports."""

    def scanned(data: Path, **options: Any) -> bytes:
        reports = scan([data], [benchmark], seed=hashlib.sha256(b"x").digest(), selftest_spikes=2, **options)
        return canonical_bytes([one.model_dump(mode="json") for one in reports])

    return scanned


@pytest.fixture(scope="session")
def expected(corpus: Path, report: Callable[..., bytes]) -> bytes:
    """What one thread finds."""
    found = report(corpus, threads=1)
    assert b'"contaminated":0' not in found
    return found
