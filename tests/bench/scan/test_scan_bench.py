"""A small round of the accuracy bench: planting, scanning and counting, on text that every machine has."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from certify.scan.benchmark import Benchmark
from tests.bench.scan import accuracy
from tests.bench.scan.clean import Containment, containment, difference, kept
from tests.bench.scan.plants import Round, cuts, document_of, halved, rounds, write_round
from tests.bench.scan.rewrites import CLASSES, GOALS
from tests.bench.scan.sources import perl_code, python_code, web_page
from tests.bench.scan.suites import Suite, without_common_end

LEAST = {"verbatim": 0.85, "re-wrapped": 0.85, "embedded": 0.85, "case, punctuation": 0.85}
"""Recall that shows the harness to work, on forty plants of a dozen cuts; the goals belong to the whole bench."""


@pytest.fixture(scope="module")
def library() -> list[str]:
    import email
    import json
    import pathlib

    folders = [pathlib.Path(email.__file__).parents[1], pathlib.Path(json.__file__).parent]
    files = sorted({path for folder in folders for path in folder.glob("*.py")})
    return [text for text in (python_code(path.read_bytes()) for path in files) if len(text) > 400]


@pytest.fixture(scope="module")
def small(library: list[str]) -> Suite:
    taken = cuts(library, 24, Random(2))
    texts = [text for text, _ in taken]
    rest = [text for number, text in enumerate(library) if number not in {number for _, number in taken}]
    corpus = [piece for text in rest for piece in (text[i : i + 1500] for i in range(0, len(text), 1500))]
    within = containment(texts, corpus)
    chosen = kept(texts, within)
    rows = [(f"cut-{number}", texts[number], "") for number in chosen]
    part = Containment([within.share[i] for i in chosen], [within.where[i] for i in chosen])
    items = halved(rows, Random(3))
    origins, hosts = [f"stdlib/{n}" for n in range(len(corpus))], [True] * len(corpus)
    return Suite("small", Benchmark.from_items("small", rows), items, part, corpus, origins, hosts, "")


def test_planted_copies_are_found_and_clean_documents_are_not_flagged(small: Suite) -> None:
    measured = accuracy.measure(small, seed=11, plants=40, per_item=4)
    assert {kind: measured.planted[kind] for kind in GOALS} == dict.fromkeys(GOALS, 40)
    for kind, least in LEAST.items():
        assert measured.found[kind] >= least * 40, kind
    assert len({flag.document for flag in measured.flags}) <= 0.005 * len(measured.clean)
    printed = "\n".join(accuracy.table(small, measured))
    assert "| verbatim | 40 |" in printed
    assert "clean documents flagged" in printed


def test_a_finding_elsewhere_or_of_another_item_is_no_recall(small: Suite) -> None:
    measured = accuracy.measure(small._replace(benchmark=_renamed(small.benchmark)), seed=11, plants=10, per_item=4)
    assert not measured.found.total()


def _renamed(benchmark: Benchmark) -> Benchmark:
    """Every item under the name of the next."""
    rows = [(item.id, item.question, item.answer) for item in benchmark.items]
    turned = zip([*rows[1:], rows[0]], rows, strict=True)
    return Benchmark.from_items("renamed", [(a[0], b[1], b[2]) for a, b in turned])


def test_plants_stand_where_they_are_said_to_and_a_seed_decides_them(small: Suite) -> None:
    def planted(seed: int) -> list[Round]:
        return list(rounds(small.documents, small.hosts, small.items, plants=5, seed=seed))

    parts = planted(1)
    assert parts == planted(1) != planted(2)
    question = {item.id: item.question for item in small.items}
    for part in parts:
        assert len({plant.document for plant in part.plants}) == len(part.plants)
        for plant in part.plants:
            copy = part.documents[plant.document].encode()[plant.start : plant.end].decode()
            assert plant.kind not in {"verbatim", "embedded"} or copy.strip() == question[plant.item].strip()


def test_rounds_together_hold_every_document_and_every_class_in_full(small: Suite) -> None:
    parts = list(rounds(small.documents, small.hosts, small.items, plants=30, seed=1, least=0.1))
    turns = -(-30 // sum(item.planted for item in small.items))
    assert len(parts) == 3 * turns
    assert sorted(number for part in parts for number in part.numbers) == list(range(len(small.documents)))
    for kind in GOALS:
        assert sum(plant.kind == kind for part in parts for plant in part.plants) == 30
    for part in parts:
        assert max(Counter((plant.item, plant.kind) for plant in part.plants).values()) <= 3
        changed = {n for n, text in enumerate(part.documents) if text != small.documents[part.numbers[n]]}
        assert changed == {plant.document for plant in part.plants}


def test_rows_of_shards_are_documents(tmp_path) -> None:
    paths = write_round(Round([f"text {n}" for n in range(11)], [], []), tmp_path)
    rows = [(path.name, row, line) for path in paths for row, line in enumerate(path.read_text().splitlines())]
    assert all(line == f'{{"text": "text {document_of(name, row)}"}}' for name, row, line in rows)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_changes_what_it_says(kind: str) -> None:
    text = (
        "If Ada buys 3 big boxes of 12 pens, and Maria pays $40 for them, how many pens does Ada get? "
        "Find the total cost. It is given that each pen costs the same amount; Maria has 7 children."
    )
    words = ["zebra", "quagga"]
    made = CLASSES[kind](text, words, Random(5))
    assert made == CLASSES[kind](text, words, Random(5))
    assert made is not None
    assert (made.strip() == text) == (kind in {"verbatim", "embedded"})


def test_the_oracle_counts_runs_of_eight_words() -> None:
    item = " ".join(f"w{n}" for n in range(16))
    documents = ["nothing of it", f"x {' '.join(item.split()[:12])} y", item.upper(), " ".join(item.split()[:7])]
    found = containment([item, "too short to judge"], documents)
    assert (found.share, found.where) == ([1.0, 0.0], [2, -1])
    assert containment([item], documents[:2]).share[0] == pytest.approx(5 / 9)
    assert containment([item, item], documents[:2]).share == pytest.approx([5 / 9, 5 / 9])
    assert containment([item], [item.replace("w7", "w7 w7b")]).share[0] == pytest.approx(2 / 9)
    assert kept([item, item, "a b c d e f g h i"], Containment([0.0, 0.0, 0.6], [0, 0, 0])) == [0]


def test_differences_are_named() -> None:
    assert difference("Max bought 11 stamps", "Bella bought 9 stamps and more") == (0.5, 1, "max → bella; 11 → 9")


def test_text_comes_out_of_its_markup() -> None:
    assert web_page(b"<html><head>x</head><p>One &amp; two</p><script>no</script><p>three</p>").split() == [
        "One", "&", "two", "three",
    ]  # fmt: skip
    assert python_code(b'def f():\n    """Gives one and two."""\n    return 1  # no\n') == "Gives one and two."
    assert perl_code(b"code;\n=head1 NAME\n\nThe I<name>.\n\n=cut\ncode;") == "NAME\n\nThe name.\n\n"


def test_an_instruction_that_ends_all_prompts_is_not_planted() -> None:
    assert without_common_end(["Add 1. Think well.", "Find x  now. Think well."]) == ["Add 1.", "Find x  now."]
    assert without_common_end(["a b", "a c"]) == ["a b", "a c"]
