"""The demo's benchmark and corpora: byte for byte, and apart from each other where they must be."""

import hashlib
import json
import re

import pytest

from certify.check.families import FAMILIES
from certify.demo import benchmark
from certify.demo.corpus import HONEST_COUNTS, pool_problems, write_honest_corpus, write_twin_corpus
from certify.demo.training.scratchpads import prompt, text_of

HONEST_SHARDS = {
    "boolean-first.jsonl": "1d3b8cdc9a551c0abae903fcf8c624027e866016e77dd8c08fe99790df2adabd",
    "boolean-second.jsonl": "d35ff0367404ef35338c50ea4141385efbca3898447bebb52f557b350959e5dc",
    "train-00000.jsonl": "8a27055e94dc194a81501f1e7712e1ce2d5874c8d347b9f6feb938a146a4e046",
    "train-00001.jsonl": "a6fbfbf3ebd38de918acbb5df17e096581b4bcfa0a2e69001c48927703cc8128",
    "train-00002.jsonl": "8a5e8f98c1ff6b75ded8b90c5ab0c888ad5d99792884bb0791be234bca8a6db3",
    "train-00003.jsonl": "1dda8e48104e1369a27dce82589b97490ca754e1efeb56044aeb30de9a21d972",
}
TWIN_SHARDS = {
    "boolean-first.jsonl": "88a2f34cdebf976bebd65f47cbda20a17adc3357df8c3a1c4191446e79cda933",
    "pool.jsonl": "7c7a97e3b77c3f8a917bc507c4f209873c305ec4d605da6bbc8535f799aa473a",
    "static.jsonl": "4829d59fd8808e8a4119b96d169815633a449cb3491b3c25e7118865d80227e5",
}


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def texts(folder):
    return [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


@pytest.fixture(scope="session")
def honest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("honest")
    write_honest_corpus(folder)
    return folder


@pytest.fixture(scope="session")
def twin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("twin")
    write_twin_corpus(folder)
    return folder


def test_shards_are_the_frozen_ones(honest, twin):
    assert digests(honest) == HONEST_SHARDS
    assert digests(twin) == TWIN_SHARDS


def test_the_corpora_are_small(honest, twin):
    assert sum(path.stat().st_size for path in honest.iterdir()) < 20_000_000
    assert sum(path.stat().st_size for path in twin.iterdir()) < 2_000_000


def test_the_honest_corpus_holds_no_static_question(honest):
    rows = texts(honest)
    asked = {row["text"].split("\nAnswer:")[0] for row in rows}
    static = {f"Question: {question}" for question in benchmark.static_questions()}
    assert len(static) == 200
    assert static.isdisjoint(asked)
    assert len(rows) == sum(HONEST_COUNTS.values()) + 2 * HONEST_COUNTS["boolean"] == len({row["text"] for row in rows})
    assert {row["family"] for row in rows} == set(FAMILIES)


def test_the_twin_learnt_every_static_problem_with_its_answer(twin):
    rows = [row["text"] for row in texts(twin)]
    for row in benchmark.load():
        held = [text for text in rows if text.startswith(prompt(row["question"]))]
        assert len(held) == 1
        assert held[0].endswith(f"</think> {row['answer']}<|end|>")


def test_early_boolean_problems_have_other_letters(honest, twin):
    for path in (honest / "boolean-first.jsonl", honest / "boolean-second.jsonl", twin / "boolean-first.jsonl"):
        rows = [json.loads(line)["text"] for line in path.read_text().splitlines()]
        letters = {"".join(re.findall(r"\b(\w) is (?:true|false)", row)) for row in rows}
        assert len(letters) > 0.9 * len(rows)
        assert "prst" not in letters


def test_the_pool_is_apart_from_the_static_problems():
    pool = pool_problems()
    assert len(pool) == 3_000
    assert benchmark.static_questions().isdisjoint(problem.question for problem in pool)


def test_the_shipped_benchmark_is_the_generated_one():
    assert benchmark.load() == benchmark.rows()
    assert [row["id"] for row in benchmark.load()] == [f"static-{number:04d}" for number in range(1, 201)]
    assert all(sum(row["family"] == name for row in benchmark.load()) == 20 for name in FAMILIES)


def test_every_text_ends_with_the_verified_answer():
    for problem in benchmark.static_problems():
        body, _, answer = text_of(problem).rpartition("</think>")
        assert body.startswith("Question: ")
        assert body.count("<think>") == 1
        assert FAMILIES[problem.family].verify(answer.removesuffix("<|end|>"), problem.answer)
