import json
from pathlib import Path

import numpy as np
import pytest

from certify.errors import UsageError
from certify.scan.reading import open_shard
from certify.scan.semantic import LISTED, ONE, YARDSTICKS, Neighbours, chance, stands_out
from certify.scan.semantic_background import FIRST_TO_SECOND, MINIMUM, fit_tail
from certify.scan.semantic_passages import LENGTHS, Passage, cut, passage_length, passages
from certify.scan.shards import Shard


def around(direction: np.ndarray, rng: np.random.Generator, spread: float) -> np.ndarray:
    moved = direction + rng.normal(0, spread, direction.shape)
    return moved / np.linalg.norm(moved, axis=-1, keepdims=True)


def place(document: int, text: str) -> Passage:
    return Passage("shard.jsonl", document, 0, len(text), text)


def test_a_rewording_among_unrelated_passages_stands_out_and_they_do_not() -> None:
    rng = np.random.default_rng(5)
    items = around(np.zeros((50, 64)), rng, 1)
    unrelated = around(np.zeros((2000, 64)), rng, 1)
    found = Neighbours(items, 3)
    found.offer([place(n, f"text {n}") for n in range(2000)], unrelated)
    found.offer([place(2000, "item 7 in other words")], around(items[7:8], rng, 0.08))
    tail = found.tail()
    assert tail is not None
    best = found.nearest()[7][0]
    assert best.passage.document == 2000
    assert chance(found, tail, best) < LISTED / 10
    by_chance = [n for n, near in enumerate(found.nearest()) if n != 7 and stands_out(found, tail, near[0])]
    assert len(by_chance) <= 2 * LISTED * 50


def test_a_corpus_of_nothing_but_rewordings_does_not_hide_them() -> None:
    rng = np.random.default_rng(6)
    items = around(np.zeros((150, 64)), rng, 1)
    found = Neighbours(items, 3)
    found.offer([place(n, f"item {n} in other words") for n in range(150)], around(items, rng, 0.08))
    listed = [near[0].passage.document for near in found.nearest() if stands_out(found, found.tail(), near[0])]
    assert listed == list(range(150))


def test_the_margin_is_taken_against_the_three_next_other_problems() -> None:
    items = np.eye(6)
    passage = np.array([[0.8, 0.4, 0.3, 0.2, 0.1, 0.1]])
    passage = passage / np.linalg.norm(passage)
    found = Neighbours(items, 1)
    found.offer([place(0, "a passage")], passage)
    own, second, weakest = (found.nearest()[item][0].margin / (YARDSTICKS * ONE) for item in (0, 1, 5))
    cosines = passage[0]
    assert own == pytest.approx(cosines[0] - cosines[1:4].mean(), abs=1e-3)
    assert second == pytest.approx(cosines[1] - (cosines[0] + cosines[2] + cosines[3]) / 3, abs=1e-3)
    assert weakest == pytest.approx(cosines[5] - cosines[:3].mean(), abs=1e-3)


def test_a_problem_printed_twice_in_a_benchmark_does_not_hide_its_rewording() -> None:
    items = np.vstack([np.eye(6), np.eye(6)[:1]])
    found = Neighbours(items, 1)
    found.offer([place(0, "a passage")], np.eye(6)[:1])
    assert found.problems == 6
    assert [found.nearest()[item][0].margin for item in (0, 6)] == [YARDSTICKS * ONE] * 2


@pytest.mark.parametrize("items", [np.eye(4), np.ones((9, 1)), np.zeros((0, 4))])
def test_too_few_different_problems_are_refused(items: np.ndarray) -> None:
    with pytest.raises(UsageError, match="CERT-E488"):
        Neighbours(items, 3)


def test_a_small_corpus_tells_no_tail() -> None:
    assert fit_tail(range(MINIMUM - 1)) is None
    assert fit_tail([7] * MINIMUM) is None
    assert fit_tail(range(MINIMUM)) is not None


def test_a_tail_tells_the_share_of_an_exponential_sample() -> None:
    rng = np.random.default_rng(1)
    tail = fit_tail([int(one) for one in rng.exponential(10_000, 8192)])
    assert tail is not None
    assert tail.share(60_000 * FIRST_TO_SECOND) == pytest.approx(np.exp(-6), rel=0.4)


@pytest.mark.parametrize(("middle", "length"), [(0, 128), (150, 128), (230, 256), (400, 512), (5000, 1024)])
def test_passages_are_as_long_as_questions(middle: int, length: int) -> None:
    assert passage_length(["x" * middle] * 3) == length
    assert length in LENGTHS


def test_a_question_that_straddles_a_cut_stands_whole_in_the_next_passage() -> None:
    filler = "This sentence is there to fill the page. "
    question = "Ann has four pears. She eats two pears. How many pears are left?"
    for before in range(12):
        text = filler * before + question + " " + filler * 8
        assert any(question in one.text for one in cut("s", 0, text, 128)), before


@pytest.mark.parametrize("kind", ["jsonl", "txt", "parquet"])
def test_a_document_of_many_pieces_has_the_passages_of_its_text(tmp_path: Path, kind: str) -> None:
    text = "".join(f"Frage {n}: wie viele \u00c4pfel hat Anna, wenn {n} davon faul sind? " for n in range(60_000))
    path = tmp_path / f"long.{kind}"
    if kind == "txt":
        path.write_text(text, encoding="utf-8")
    elif kind == "jsonl":
        path.write_text(json.dumps({"note": "a side column", "text": text}) + "\n")
    else:
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pytest.importorskip("pyarrow").table({"text": [text]}), path)
    document = (text + "\na side column" if kind == "jsonl" else text).encode()
    found = list(passages("long", open_shard(Shard("long", path)).blocks(), 128))
    assert {one.document for one in found} == {0}
    assert all(document[one.start : one.end].decode() == one.text for one in found)
    covered = 0
    for one in found:
        assert one.start <= covered < one.end
        covered = one.end
    assert covered == len(document)
    assert len(found) == pytest.approx(len(list(cut("long", 0, document.decode(), 128))), rel=0.01)


def test_text_without_words_is_cut_evenly_and_no_passage_holds_another() -> None:
    found = [(one.start, one.end) for one in cut("s", 0, "x" * 400, 128)]
    assert found == [(0, 128), (64, 256), (128, 384), (256, 400)]


def test_text_without_sentences_is_cut_at_words() -> None:
    found = list(cut("s", 0, "word " * 200, 128))
    assert all(one.text.startswith("word ") and one.text.endswith("word ") for one in found)
    assert all(len(one.text) <= 256 for one in found)
