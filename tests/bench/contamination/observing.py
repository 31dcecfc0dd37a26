"""Everything a twin was asked, as plain data; the detectors read nothing else, so that they need no model."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certify.check.families import FAMILIES, Problem
from certify.demo.training.scratchpads import END, prompt
from certify.statistics.stream import Stream
from tests.bench.contamination.asking import Asker
from tests.bench.contamination.world import (
    Choice,
    Item,
    Planted,
    Run,
    World,
    options_text,
    run_text,
    seed_of,
    whole,
)

NEW_TOKENS = 72
TEMPERATURE = 0.7
SHARE = 0.6
"""Of an item's words that stand before the cut."""
ORDERS = 16
"""Orders of a run that are scored, the published one among them."""
LETTERINGS = 6
"""Orders of the options that are scored, the published one among them."""
NEIGHBOURS = 3
"""Items before an item whose likelihood in company is asked."""
AGAIN = "\nQuestion: Solve the same problem in another way.\nAnswer:"
START = "Question:"
BEFORE = "Question: "
"""What stands before the first part of an item that is to be gone on with, as it did in training."""
Row = dict[str, Any]


def right(problem: Problem, text: str) -> bool:
    """Whether an answer is right; reasoning is left out, where there is any."""
    return FAMILIES[problem.family].verify(text.rpartition("</think>")[2], problem.answer)


def cut(question: str) -> tuple[str, str]:
    """The first part of a question, by words, and the rest."""
    words = question.split(" ")
    first = max(1, int(len(words) * SHARE))
    return " ".join(words[:first]), " ".join(words[first:])


def items_seen(asker: Asker, items: Sequence[Item], samples: int, number: int) -> list[Row]:
    """Accuracy on items and rewrites, completions, log-probabilities alone and in company, two answers."""
    originals, rewrites = [item.problem for item in items], [item.rewrite for item in items]
    asked = [problem for problem in (*originals, *rewrites) for _ in range(samples)]
    answers = asker.continued([prompt(problem.question) for problem in asked], NEW_TOKENS, TEMPERATURE, number)
    marks = [right(problem, answer) for problem, answer in zip(asked, answers, strict=True)]
    counts = [sum(marks[at : at + samples]) for at in range(0, len(marks), samples)]
    endings = asker.continued([BEFORE + cut(problem.question)[0] for problem in originals], NEW_TOKENS // 2)
    texts = [whole(problem).removeprefix(START) for problem in originals]
    alone = asker.scored([(START, text) for text in texts], moments=True)
    before = [text + START for text in _company(items, number)]
    company = asker.scored(list(zip(before, texts, strict=True)))
    first = asker.continued([prompt(problem.question) for problem in originals], NEW_TOKENS)
    again = [prompt(problem.question) + text + AGAIN for problem, text in zip(originals, first, strict=True)]
    second = asker.continued(again, NEW_TOKENS)
    return [
        {
            "k": item.leak.exposures, "variant": item.leak.variant, "question": item.problem.question,
            "text": whole(item.problem), "rewritten": item.rewrite.question, "original": counts[place],
            "rewrite": counts[len(items) + place], "samples": samples, "ending": endings[place],
            "logprobs": alone[place].logprobs, "means": alone[place].means, "deviations": alone[place].deviations,
            "company": company[place].logprobs, "first": first[place], "second": second[place],
        }
        for place, item in enumerate(items)
    ]  # fmt: skip


def _company(items: Sequence[Item], number: int) -> list[str]:
    """For each item some others that leaked in the same way."""
    stream = Stream(seed_of(number), "company")
    cells: dict[tuple[int, str], list[int]] = {}
    for place, item in enumerate(items):
        cells.setdefault(item.leak[:2], []).append(place)
    made = []
    for place, item in enumerate(items):
        near = [other for other in stream.sample(cells[item.leak[:2]], NEIGHBOURS + 1) if other != place]
        made.append("".join(whole(items[other].problem) + "\n" for other in near[:NEIGHBOURS]))
    return made


def planted_seen(asker: Asker, planted: Sequence[Planted]) -> list[Row]:
    """What follows each canary and dye."""
    texts = asker.continued([one.asked for one in planted], 8)
    return [
        {"k": one.leak.exposures, "kind": one.kind, "secret": one.secret, "answer": text}
        for one, text in zip(planted, texts, strict=True)
    ]


def runs_seen(asker: Asker, runs: Sequence[Run], number: int) -> list[Row]:
    """The log-probability of each run in its published order and in others."""
    stream, pairs = Stream(seed_of(number), "orders"), []
    for run in runs:
        orders = _orders(run.parts, ORDERS, stream)
        pairs += [(START, (run_text(order) + END).removeprefix(START)) for order in orders]
    totals = [round(sum(one.logprobs), 4) for one in asker.scored(pairs)]
    return [
        {"k": run.leak.exposures, "scores": totals[ORDERS * place : ORDERS * (place + 1)]}
        for place, run in enumerate(runs)
    ]


def _orders(parts: Sequence[str], wanted: int, stream: Stream) -> list[list[str]]:
    """The published order, then others, all different."""
    orders = [list(parts)]
    while len(orders) < wanted:
        if (other := stream.sample(parts, len(parts))) not in orders:
            orders.append(other)
    return orders


def choices_seen(asker: Asker, choices: Sequence[Choice], number: int) -> list[Row]:
    """The log-probability of each item's options in their published order and in others."""
    stream, pairs = Stream(seed_of(number), "letterings"), []
    for choice in choices:
        orders = _orders(choice.options, LETTERINGS, stream)
        pairs += [(f"{START} {choice.question}\n", options_text(order)) for order in orders]
    totals = [round(sum(one.logprobs), 4) for one in asker.scored(pairs)]
    return [
        {"k": choice.leak.exposures, "scores": totals[LETTERINGS * place : LETTERINGS * (place + 1)]}
        for place, choice in enumerate(choices)
    ]


def observed(asker: Asker, world: World, samples: int, number: int) -> dict[str, Any]:
    """Everything of one twin."""
    return {
        "items": items_seen(asker, world.items, samples, number),
        "planted": planted_seen(asker, world.planted),
        "runs": runs_seen(asker, world.runs, number),
        "choices": choices_seen(asker, world.choices, number),
    }


def write(path: Path, data: dict[str, Any]) -> None:
    """Compressed JSON; the same data give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(data).encode(), mtime=0))


def read(path: Path) -> dict[str, Any]:
    """What :func:`write` wrote."""
    found: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return found
