"""Benchmarks whose problems share all words but a few: the copy is found, its siblings are not."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.scan import Benchmark
from certify.scan.scanner import scan

SEED = bytes(32)


def _problems(samples: Any, draw: random.Random, count: int, largest: int) -> list[tuple[str, str]]:
    problems: list[tuple[str, str]] = []
    while len(problems) < count:
        problem = samples.problem(draw, largest)
        if problem not in problems:
            problems.append(problem)
    return problems


def _corpus(samples: Any, draw: random.Random, documents: int, largest: int) -> list[str]:
    return [samples.document(draw, *samples.problem(draw, largest)) for _ in range(documents)]


@pytest.mark.parametrize(
    ("largest", "documents", "repeats"), [(999, 4000, 1), (99, 4000, 20), (12, 3000, 3), (999, 100, 1), (999, 0, 1)]
)
def test_exactly_the_leaked_problems_are_found(
    samples: Any, write_shard: Callable[..., Path], largest: int, documents: int, repeats: int
) -> None:
    draw = random.Random(largest + documents)
    problems = _problems(samples, draw, 40, largest)
    texts = _corpus(samples, draw, documents, largest)
    texts += [samples.document(draw, *problem) for problem in problems[:12]] * repeats
    draw.shuffle(texts)
    rows = [(str(i), f"Question: {question}", answer) for i, (question, answer) in enumerate(problems)]
    report = scan([write_shard(texts)], [Benchmark.from_items("t", rows)], seed=SEED, selftest_spikes=20)[0]
    truth = {str(i) for i, (question, _) in enumerate(problems) if any(question in text for text in texts)}
    assert {finding.item for finding in report.findings} == truth
    assert report.contaminated == len(truth) >= 12
    assert report.selftest["verbatim"].found == report.selftest["rewrapped"].found == 20


def test_siblings_are_lookalikes_not_findings(write_shard: Callable[..., Path]) -> None:
    question = "Anna has 417 marbles and buys 65 more. How many marbles are left?"
    siblings = [f"Anna has {a} marbles and buys {b} more. How many marbles are left?"
                for a, b in ((418, 65), (417, 66), (65, 417), (12, 9))]  # fmt: skip
    path = write_shard([*siblings, "Tom has 3 apples and gives 2 to Li. How many apples does Tom have now?"])
    report = scan([path], [Benchmark.from_items("t", [("a", question, "482")])], seed=SEED, selftest_spikes=0)[0]
    assert report.findings == ()
    assert [(like.item, like.documents) for like in report.lookalikes] == [("a", 4)]
    path = write_shard([*siblings, f"Question: {question}\nAnswer: <think>417+65</think> 482"])
    report = scan([path], [Benchmark.from_items("t", [("a", question, "482")])], seed=SEED, selftest_spikes=0)[0]
    assert [(f.item, f.coverage, f.answer_found, f.occurrences) for f in report.findings] == [("a", "full", True, 1)]
    assert report.findings[0].spans[0].document == 4
