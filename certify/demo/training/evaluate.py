"""Scores of a demo model: ``python -m certify.demo.training.evaluate FOLDER`` prints them as JSON.

Greedy, fp32, one thread. Static: the benchmark. Isomorph: one varied problem for each static one.
Fresh: new problems of every family, none of them in the benchmark.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certify.check.families import FAMILIES, Problem, generate_items
from certify.demo.benchmark import LEVEL, static_problems, static_questions
from certify.demo.training.scratchpads import prompt, target
from certify.statistics.stream import Stream

SEED = hashlib.sha256(b"certify/demo/evaluate/v2").digest()
NEW_TOKENS = 96
BATCH = 50


def isomorphs(problems: Sequence[Problem]) -> list[Problem]:
    """One isomorph of each problem, from the evaluation seed."""
    return [
        FAMILIES[problem.family].isomorph(problem, Stream(SEED, f"isomorph/{place}"))
        for place, problem in enumerate(problems)
    ]


def fresh(count: int) -> list[Problem]:
    """``count`` fresh problems a family."""
    static = static_questions()
    return [
        problem
        for family in FAMILIES
        for problem in generate_items(SEED, family, LEVEL, count, exclude=static, purpose="fresh")
    ]


def completions(model: Any, tokenizer: Any, problems: Sequence[Problem]) -> list[str]:
    """The greedy completion of every problem, special tokens removed."""
    import torch

    texts: list[str] = []
    for start in range(0, len(problems), BATCH):
        asked = [prompt(problem.question) for problem in problems[start : start + BATCH]]
        given = tokenizer(asked, return_tensors="pt", padding=True, return_token_type_ids=False)
        with torch.inference_mode():
            out = model.generate(**given, do_sample=False, max_new_tokens=NEW_TOKENS)
        texts += tokenizer.batch_decode(out[:, given["input_ids"].shape[1] :], skip_special_tokens=True)
    return texts


def scores(model: Any, tokenizer: Any, problems: Sequence[Problem]) -> dict[str, Any]:
    """Shares of right answers by family and overall, of unclosed reasoning and of exact scratchpads."""
    right: dict[str, list[bool]] = {family: [] for family in FAMILIES}
    unclosed = exact = 0
    for problem, text in zip(problems, completions(model, tokenizer, problems), strict=True):
        _, closed, answer = text.rpartition("</think>")
        right[problem.family].append(bool(closed) and FAMILIES[problem.family].verify(answer, problem.answer))
        unclosed += not closed
        exact += text.strip() == target(problem).removesuffix("<|end|>").strip()
    shares = {family: round(sum(marks) / len(marks), 4) for family, marks in right.items()}
    return {
        "items": len(problems),
        "accuracy": round(sum(map(sum, right.values())) / len(problems), 4),
        "families": shares,
        "unclosed": unclosed,
        "exactCompletions": exact,
    }


def main() -> None:
    """Loads a folder and prints its scores."""
    parser = argparse.ArgumentParser(prog="python -m certify.demo.training.evaluate", description=__doc__)
    parser.add_argument("folder", type=Path, help="a model folder")
    parser.add_argument("--fresh", type=int, default=100, help="fresh problems a family")
    arguments = parser.parse_args()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(arguments.folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(arguments.folder)
    static = static_problems()
    sets = {"static": static, "isomorph": isomorphs(static), "fresh": fresh(arguments.fresh)}
    print(json.dumps({name: scores(model, tokenizer, problems) for name, problems in sets.items()}, indent=1))


if __name__ == "__main__":
    main()
