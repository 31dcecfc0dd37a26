import json
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

NAMES = ("Anna", "Tom", "Maria", "Omar", "Li", "Eva", "Ben", "Zoe", "Ivan", "Noor", "Kai", "Ruth")
THINGS = ("marbles", "apples", "stamps", "coins", "books", "shells", "cards", "pencils")
WORDS = ("zebra", "apple", "mango", "kite", "river", "stone", "cloud", "lamp", "tiger", "piano", "garden", "bridge")


def template_problem(draw: random.Random, largest: int) -> tuple[str, str]:
    """A problem of one of eight templates and its answer; problems of one template differ in few words."""
    first, second, third = draw.sample(NAMES, 3)
    thing = draw.choice(THINGS)
    a, b, c = (draw.randint(2, largest) for _ in range(3))
    problems = [
        (f"{first} has {a} {thing} and buys {b} more. How many {thing} are left?", str(a + b)),
        (f"{first} has {a} {thing} and gives {b} to {second}. Then {first} finds {c} more {thing}. "
         f"How many {thing} does {first} have now?", str(a - b + c)),
        (f"Arrange these words in alphabetical order: {' '.join(draw.sample(WORDS, 5))}.", "sorted"),
        (f"{first} says that {second} is a knave. {second} says that {third} is a knight. "
         f"{third} says that {first} is a knave. Who is a knight?", second),
        (f"A train travels {a} kilometres in {b} hours. How far does it travel in {c} hours?", str(a * c)),
        (f"What is {a} plus {b} minus {c}? Give the result as a whole number.", str(a + b - c)),
        (f"{first} is older than {second}. {second} is older than {third}. Who is the youngest?", third),
        (f"Write the list {' '.join(str(draw.randint(0, 9)) for _ in range(6))} in reverse order.", "reversed"),
    ]  # fmt: skip
    return draw.choice(problems)


def template_document(draw: random.Random, question: str, answer: str) -> str:
    """A training text that solves the question, with numbers of its own."""
    steps = " ".join(f"{draw.randint(1, 99)} + {draw.randint(1, 99)}." for _ in range(draw.randint(3, 8)))
    return f"Question: {question}\nAnswer: <think>{steps}</think> {answer}"


def prose(draw: random.Random, length: int) -> str:
    """Sentences over a vocabulary of three thousand made-up words, common ones often."""
    vocabulary = [f"{a}{b}{c}" for a in "bdfklmnprst" for b in ("a", "ei", "o", "u") for c in _ENDINGS]
    return " ".join(vocabulary[int(len(vocabulary) * draw.random() ** 3)] for _ in range(length)) + "."


_SUFFIXES = ("", "e", "ing", "ed", "er", "a", "is", "o")
_ENDINGS = [x + y for x in ("n", "r", "l", "st", "m", "k", "v", "d") for y in _SUFFIXES]


class Samples:
    """Makers of problems and texts, for tests that take the fixture ``samples``."""

    problem = staticmethod(template_problem)
    document = staticmethod(template_document)
    prose = staticmethod(prose)


@pytest.fixture
def samples() -> type[Samples]:
    return Samples


@pytest.fixture
def write_shard(tmp_path: Path) -> Callable[..., Path]:
    def write(texts: Sequence[str], name: str = "shard.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        return path

    return write


@pytest.fixture
def shared_benchmarks() -> Path:
    beside = Path(__file__).resolve().parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("CERTIFY_SHARED_DATA", beside)) / "benchmarks"
    if not (folder / "gsm8k_test.jsonl").is_file():
        pytest.skip("the public benchmark files are not on this machine; set CERTIFY_SHARED_DATA")
    return folder
