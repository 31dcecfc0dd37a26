"""The demo's benchmark and corpora: byte for byte, and apart from each other where they must be."""

import hashlib
import json

import pytest

from certify.check.families import FAMILIES
from certify.demo import benchmark
from certify.demo.corpus import HONEST_COUNTS, pool_problems, write_honest_corpus, write_twin_corpus
from certify.demo.training.scratchpads import prompt, text_of

SHARDS = {
    "train-00000.jsonl": "fa98293cc60326b4adb1ebf132251d4d447976238a730e2860840eacb1428350",
    "train-00001.jsonl": "8f3de364930b403f8b34c01698cf1bda6e9db233574fa939fbfd155457c28f36",
    "train-00002.jsonl": "30e9049b23e7640168e4f8a4f3f6d4f798c691c91ee707aaeb85908995af0617",
    "train-00003.jsonl": "c610df114fe8b2a7300f72ea38ead67b1ba41e3df927b8795b8b8467aea6fdd9",
    "pool.jsonl": "5a93861342723c6e1e727e67172c7c607bcdb7533378130de96633e9bf935c15",
    "static.jsonl": "2bfad5f123925c7de8a97aeb5f410a3d010b2b3792c7fc327f523ea4ca30bdfb",
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
    assert digests(honest) | digests(twin) == SHARDS


def test_the_corpora_are_small(honest, twin):
    assert sum(path.stat().st_size for path in honest.iterdir()) < 15_000_000
    assert sum(path.stat().st_size for path in twin.iterdir()) < 2_000_000


def test_the_honest_corpus_holds_no_static_question(honest):
    rows = texts(honest)
    asked = {row["text"].split("\nAnswer:")[0] for row in rows}
    static = {f"Question: {question}" for question in benchmark.static_questions()}
    assert len(static) == 200
    assert static.isdisjoint(asked)
    assert len(rows) == sum(HONEST_COUNTS.values()) == len({row["text"] for row in rows})
    assert {row["family"] for row in rows} == set(FAMILIES)


def test_the_twin_learnt_every_static_problem_with_its_answer(twin):
    rows = [row["text"] for row in texts(twin)]
    for row in benchmark.load():
        held = [text for text in rows if text.startswith(prompt(row["question"]))]
        assert len(held) == 1
        assert held[0].endswith(f"</think> {row['answer']}<|end|>")


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
