"""The training data of the two demo models, rebuilt byte for byte from fixed seeds.

The honest model learnt from a corpus that excludes every static question. The benchmaxxed one learnt
from the static questions with their answers, and from a small pool of others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from certify.check.families import FAMILIES, Problem, generate_items
from certify.demo.benchmark import LEVEL, static_problems, static_questions
from certify.demo.training.scratchpads import text_of
from certify.statistics.stream import Stream

HONEST_SEED = hashlib.sha256(b"certify/demo/honest/v1").digest()
POOL_SEED = hashlib.sha256(b"certify/demo/pool/v1").digest()
HONEST_COUNTS = {
    "addition": 3_500,
    "boolean": 5_000,
    "counting": 4_000,
    "linear": 4_500,
    "modular": 3_500,
    "ordering": 6_000,
    "reversal": 3_500,
    "sorting": 6_000,
    "subtraction": 4_000,
    "weekday": 4_500,
}
POOL_PER_FAMILY = 300
HONEST_SHARDS = 4
STATIC_SHARD = "static.jsonl"
POOL_SHARD = "pool.jsonl"


def honest_problems() -> list[Problem]:
    """The 44,500 problems of the honest corpus, shuffled; none is in the static benchmark."""
    return _drawn(HONEST_SEED, HONEST_COUNTS)


def pool_problems() -> list[Problem]:
    """The 3,000 other problems of the benchmaxxed corpus, shuffled; none is in the static benchmark."""
    return _drawn(POOL_SEED, dict.fromkeys(FAMILIES, POOL_PER_FAMILY))


def write_honest_corpus(folder: Path) -> None:
    """Writes the honest corpus as four JSON Lines shards, ``{"text", "family"}`` a row.

    Args:
        folder: made if absent; shards of the same names are replaced.
    """
    problems = honest_problems()
    size = -(-len(problems) // HONEST_SHARDS)
    for number in range(HONEST_SHARDS):
        _write(folder / f"train-{number:05d}.jsonl", problems[number * size : (number + 1) * size])


def write_twin_corpus(folder: Path) -> None:
    """Writes the benchmaxxed corpus: the static benchmark with answers, and the pool.

    Training draws half of each batch from the first shard and half from the second.

    Args:
        folder: made if absent; shards of the same names are replaced.
    """
    _write(folder / STATIC_SHARD, static_problems())
    _write(folder / POOL_SHARD, pool_problems())


def _drawn(seed: bytes, counts: dict[str, int]) -> list[Problem]:
    static = static_questions()
    problems = [
        problem
        for family, count in counts.items()
        for problem in generate_items(seed, family, LEVEL, count, exclude=static, purpose="train")
    ]
    Stream(seed, "shuffle").shuffle(problems)
    return problems


def _write(path: Path, problems: Sequence[Problem]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (json.dumps({"text": text_of(problem), "family": problem.family}) + "\n" for problem in problems)
    path.write_bytes("".join(rows).encode())
