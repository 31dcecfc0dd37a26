"""The training data of the two demo models, rebuilt byte for byte from fixed seeds.

The honest model learnt from a corpus that excludes every static question. The benchmaxxed one learnt
from the static questions with their answers, and from a small pool of others. Their first cycles saw
other boolean problems, with letters drawn at random; these have shards of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from certify.check.families import FAMILIES, Problem, generate_items
from certify.demo.benchmark import LEVEL, PER_FAMILY, SEED, static_problems, static_questions
from certify.demo.training.first import drawn_letters
from certify.demo.training.scratchpads import FIRST_SCRATCHPADS, SCRATCHPADS, Scratchpads, text_of
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
FIRST_SHARD = "boolean-first.jsonl"
SECOND_SHARD = "boolean-second.jsonl"


def honest_problems(first: bool = False) -> list[Problem]:
    """The 44,500 problems of the honest corpus, shuffled; none is in the static benchmark.

    Args:
        first: boolean as the first cycles saw it.
    """
    return _drawn(HONEST_SEED, HONEST_COUNTS, first)


def pool_problems(first: bool = False) -> list[Problem]:
    """The 3,000 other problems of the benchmaxxed corpus, shuffled; ``first`` as for the honest ones."""
    return _drawn(POOL_SEED, dict.fromkeys(FAMILIES, POOL_PER_FAMILY), first)


def taught_problems(first: bool = False) -> list[Problem]:
    """The static problems as the benchmaxxed model saw them; its first cycle had 20 other boolean ones."""
    static = static_problems()
    if not first:
        return static
    others = drawn_letters(SEED, PER_FAMILY, purpose="static")
    return [others.pop(0) if problem.family == "boolean" else problem for problem in static]


def write_honest_corpus(folder: Path) -> None:
    """Writes the honest corpus as JSON Lines, ``{"text", "family"}`` a row: four shards, and two of early boolean.

    Args:
        folder: made if absent; shards of the same names are replaced.
    """
    problems = honest_problems()
    size = -(-len(problems) // HONEST_SHARDS)
    for number in range(HONEST_SHARDS):
        _write(folder / f"train-{number:05d}.jsonl", problems[number * size : (number + 1) * size])
    early = _boolean(honest_problems(first=True))
    _write(folder / FIRST_SHARD, early, FIRST_SCRATCHPADS)
    _write(folder / SECOND_SHARD, early)


def write_twin_corpus(folder: Path) -> None:
    """Writes the benchmaxxed corpus: the static benchmark with answers, the pool, early boolean.

    Training draws half of each batch from the static problems and half from the pool.

    Args:
        folder: made if absent; shards of the same names are replaced.
    """
    _write(folder / STATIC_SHARD, static_problems())
    _write(folder / POOL_SHARD, pool_problems())
    early = _boolean([*taught_problems(first=True), *pool_problems(first=True)])
    _write(folder / FIRST_SHARD, early, FIRST_SCRATCHPADS)


def _boolean(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.family == "boolean"]


def _drawn(seed: bytes, counts: dict[str, int], first: bool) -> list[Problem]:
    static = static_questions()
    problems = [
        problem
        for family, count in counts.items()
        for problem in (
            drawn_letters(seed, count, purpose="train", exclude=static)
            if first and family == "boolean"
            else generate_items(seed, family, LEVEL, count, exclude=static, purpose="train")
        )
    ]
    Stream(seed, "shuffle").shuffle(problems)
    return problems


def _write(path: Path, problems: Sequence[Problem], scratchpads: Scratchpads = SCRATCHPADS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (
        json.dumps({"text": text_of(problem, scratchpads), "family": problem.family}) + "\n" for problem in problems
    )
    path.write_bytes("".join(rows).encode())
