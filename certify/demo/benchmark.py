"""The static benchmark of the demo: 200 problems, published, so that a model can be taught them."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

from certify.check.families import FAMILIES, Problem, generate_items

SEED = hashlib.sha256(b"certify/demo/static/v1").digest()
PER_FAMILY = 20
LEVEL = 1
RELEASED = "2026-11-23"
FILE = "benchmark.jsonl"


def static_problems() -> list[Problem]:
    """The benchmark's problems, regenerated from the fixed seed, family by family."""
    return [
        problem for family in FAMILIES for problem in generate_items(SEED, family, LEVEL, PER_FAMILY, purpose="static")
    ]


def static_questions() -> frozenset[str]:
    """The question texts, for excluding them from fresh sets and corpora."""
    return frozenset(problem.question for problem in static_problems())


def rows() -> list[dict[str, Any]]:
    """The benchmark as it is published: one row a problem, with its facts."""
    return [
        {
            "id": f"static-{number:04d}",
            "question": problem.question,
            "answer": problem.answer,
            "family": problem.family,
            "version": problem.version,
            "level": problem.level,
            "template": problem.template,
            "facts": problem.facts,
            "released": RELEASED,
        }
        for number, problem in enumerate(static_problems(), start=1)
    ]


def written() -> bytes:
    """The JSON Lines file that ships as ``models/benchmark.jsonl``."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows()).encode()


def load() -> list[dict[str, Any]]:
    """The shipped file, parsed; equal to :func:`rows`."""
    text = (files("certify.demo") / "models" / FILE).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
