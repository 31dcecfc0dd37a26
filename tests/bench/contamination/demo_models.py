"""Puts everything that the gating tests need to the two demo models; each seed draws other rewrites and controls."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certify.check.families import FAMILIES, Problem, generate_items
from certify.demo.benchmark import LEVEL, PER_FAMILY, static_problems, static_questions
from certify.demo.training.scratchpads import prompt
from certify.statistics.stream import Stream
from tests.bench.contamination.observing import BEFORE, NEW_TOKENS, TEMPERATURE, Row, cut, right
from tests.bench.contamination.world import seed_of

MODELS = Path(__file__).resolve().parents[3] / "certify" / "demo" / "models"
NAMES = ("honest", "benchmaxxed")
GROUP = 10
"""Seeds that are asked together, so that batches are full."""


def rewrites(static: Sequence[Problem], number: int) -> list[Problem]:
    """One isomorph of each published problem."""
    seed = seed_of(number)
    return [FAMILIES[one.family].isomorph(one, Stream(seed, f"demo/{i}")) for i, one in enumerate(static)]


def controls(number: int) -> list[Problem]:
    """As many new problems of each family as the benchmark has."""
    banned = static_questions()
    return [
        problem
        for family in FAMILIES
        for problem in generate_items(seed_of(number), family, LEVEL, PER_FAMILY, exclude=banned, purpose="control")
    ]


def seen(name: str, seeds: int, batch: int) -> dict[str, Any]:
    """Everything that one demo model answers; published problems are answered anew for each seed."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from tests.bench.contamination.asking import Asker
    from tests.bench.contamination.twins import device

    torch.set_num_threads(1)
    load: Any = AutoModelForCausalLM
    model = load.from_pretrained(MODELS / name, dtype=torch.float32).to(device()).eval()
    asker = Asker(model, AutoTokenizer.from_pretrained(MODELS / name), batch)
    static, started = static_problems(), time.perf_counter()
    endings = _endings(asker, static)
    rows: list[dict[str, Any]] = []
    for first in range(0, seeds, GROUP):
        numbers = range(first, min(first + GROUP, seeds))
        problems = [one for number in numbers for one in (*static, *rewrites(static, number))]
        texts = asker.continued([prompt(one.question) for one in problems], NEW_TOKENS + 24, TEMPERATURE, first)
        marks = [int(right(one, text)) for one, text in zip(problems, texts, strict=True)]
        others = _endings(asker, [one for number in numbers for one in controls(number)])
        size, each = len(static), len(others) // len(numbers)
        for place, _ in enumerate(numbers):
            part = marks[2 * size * place : 2 * size * (place + 1)]
            control = others[each * place : each * (place + 1)]
            rows.append({"original": part[:size], "rewrite": part[size:], "control": control})
        print(f"{name}: {len(rows)} of {seeds} seeds, {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return {"model": name, "endings": endings, "seeds": rows}


def _endings(asker: Any, problems: Sequence[Problem]) -> list[Row]:
    texts = asker.continued([BEFORE + cut(one.question)[0] for one in problems], NEW_TOKENS // 2)
    return [{"question": one.question, "ending": text} for one, text in zip(problems, texts, strict=True)]
