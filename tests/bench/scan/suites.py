"""What is looked for in what: cuts of documentation, GSM8K, AIME and HMMT, in the corpus with GSM8K's training rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from certify.scan.benchmark import Benchmark, load_benchmark
from tests.bench.scan.clean import Containment, containment, kept
from tests.bench.scan.corpus import load
from tests.bench.scan.plants import Problem, cuts, halved

BENCHMARKS = Path(__file__).resolve().parents[4] / "shared" / "data" / "benchmarks"
TRAIN = "gsm8k-train/"


class Suite(NamedTuple):
    """A benchmark and a corpus that is clean of it, as far as the oracle of ``clean`` sees."""

    name: str
    benchmark: Benchmark
    items: list[Problem]
    within: Containment
    documents: list[str]
    origins: list[str]
    hosts: list[bool]
    note: str


def corpus_and_train(megabytes: float | None = None) -> tuple[list[str], list[str]]:
    """Texts and where they come from; the first ``megabytes`` of the corpus, its order being one of chance."""
    texts, origins, size = [], [], 0
    for document in load():
        if megabytes and size > megabytes * 1e6:
            break
        size += len(document.text.encode())
        texts.append(document.text)
        origins.append(document.origin)
    for number, row in enumerate(_train()):
        texts.append(f"{row['question']}\n{row['answer']}")
        origins.append(f"{TRAIN}{number}")
    order = Random("train among the rest").sample(range(len(texts)), len(texts))
    return [texts[i] for i in order], [origins[i] for i in order]


def _train() -> list[dict[str, str]]:
    path = BENCHMARKS / "gsm8k_train.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def text_suite(documents: Sequence[str], origins: Sequence[str], *, seed: int, items: int = 2000) -> Suite:
    """Cuts of 13 to 110 words; the document a cut was taken from is removed, other pieces of its file stay."""
    chance = Random(f"cuts/{seed}")
    own = [number for number, origin in enumerate(origins) if not origin.startswith(TRAIN)]
    taken = cuts([documents[number] for number in own], 2 * items, chance)
    sources = {own[number] for _, number in taken}
    rest = [i for i in range(len(documents)) if i not in sources]
    corpus = [documents[i] for i in rest]
    texts = [text for text, _ in taken]
    within = containment(texts, corpus)
    secret = kept(texts, within)
    note = f"{len(texts) - len(secret):,} of {len(texts):,} cuts dropped, because half of one stands elsewhere"
    chosen = secret[:items]
    rows = [(f"cut-{number}", texts[number], "") for number in chosen]
    part = Containment([within.share[i] for i in chosen], [within.where[i] for i in chosen])
    benchmark = Benchmark.from_items("text-cuts", rows)
    where = [origins[i] for i in rest]
    return Suite("text cuts", benchmark, halved(rows, chance), part, corpus, where, _hosts(where), note)


def published_suite(name: str, files: Sequence[str], documents: list[str], origins: list[str], *, seed: int) -> Suite:
    """One or several published benchmarks as one; what all their prompts share is not planted."""
    rows = [
        (f"{file.split('.')[0]}/{item.id}", item.question, item.answer)
        for file in files
        for item in load_benchmark(BENCHMARKS / file).items
    ]
    bare = [(row[0], text, row[2]) for row, text in zip(rows, without_common_end([r[1] for r in rows]), strict=True)]
    items = halved(bare, Random(f"halves/{name}/{seed}"))
    within = containment([item.question for item in items], documents)
    note = "nothing dropped"
    return Suite(name, Benchmark.from_items(name, rows), items, within, list(documents), origins, _hosts(origins), note)


def without_common_end(prompts: Sequence[str]) -> list[str]:
    """Prompts without the words that all of them end in; spaces as they were."""
    words = [prompt.split()[::-1] for prompt in prompts]
    shared = 0
    while all(len(w) > shared and w[shared] == words[0][shared] for w in words):
        shared += 1
    return [prompt.rsplit(maxsplit=shared)[0] if shared else prompt for prompt in prompts]


def _hosts(origins: Sequence[str]) -> list[bool]:
    return [not origin.startswith(TRAIN) for origin in origins]


def suites(names: Sequence[str], *, seed: int, megabytes: float | None = None, items: int = 2000) -> list[Suite]:
    """The suites named: text, gsm8k, aime."""
    documents, origins = corpus_and_train(megabytes)
    made = []
    if "text" in names:
        made.append(text_suite(documents, origins, seed=seed, items=items))
    if not BENCHMARKS.exists():
        print(f"not run, because {BENCHMARKS} is absent: {', '.join(name for name in names if name != 'text')}")
        return made
    if "gsm8k" in names:
        made.append(published_suite("GSM8K test", ["gsm8k_test.jsonl"], documents, origins, seed=seed))
    if "aime" in names:
        files = ["aime24.parquet", "aime25.parquet", "hmmt25.parquet"]
        made.append(published_suite("AIME 24, 25, HMMT 25", files, documents, origins, seed=seed))
    return made
