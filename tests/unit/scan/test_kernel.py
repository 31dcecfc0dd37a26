"""The compiled search against the same rules in plain Python."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.scan import Benchmark
from certify.scan import decide as judgement
from certify.scan.blocks import SLACK, Block
from certify.scan.folds import fold_table
from certify.scan.index import Index, build_index
from certify.scan.judging import judge_block
from certify.scan.kernel import rows as column
from certify.scan.kernel.folding import fold
from certify.scan.kernel.ordering import sort
from certify.scan.kernel.words import PADDING, ROUND, split_words
from certify.scan.normalise import encode, word_offsets, words
from certify.scan.passages import PassageSet, hash_texts
from certify.scan.reading.cutting import batch_of, blocks_of
from certify.scan.searcher import Searcher
from tests.fakes.plain_scan import index as plain_index
from tests.fakes.plain_scan.matcher import PlainMatcher

FOLDS = fold_table()
KINDS = {"full": {judgement.FULL, judgement.EXACT}, "partial": {judgement.PARTIAL}}


def test_readers_leave_the_room_that_the_search_needs() -> None:
    assert SLACK >= PADDING


def block(*texts: str) -> Block:
    (only,) = blocks_of(batch_of([encode(text) for text in texts], range(len(texts))))
    return only


def compiled_words(text: str) -> list[int]:
    """Word hashes by the compiled functions, folding whatever the text holds."""
    data = encode(text)
    raw = np.frombuffer(data + bytes(PADDING), dtype=np.uint8)
    folded, length = fold(raw, 0, len(data), FOLDS.entries, FOLDS.pool, np.empty(0, dtype=np.uint8))
    bounds, hashes = np.empty(length + 2 + ROUND, dtype=np.int32), np.empty(length + 2, dtype=np.uint64)
    return hashes[: split_words(folded, 0, length, bounds, hashes)].tolist()


TEXTS = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=150),
    st.text(alphabet="ab\\Z19 _.\n", max_size=300),
    st.text(alphabet="aé\u0301ＡßŉǅΣ４٤٢小ไカ\\frac{½} ", max_size=200),
)


@settings(deadline=None)
@given(TEXTS)
def test_words_are_the_same_as_in_the_reference(text: str) -> None:
    assert compiled_words(text) == hash_texts([words(text)]).hashes.tolist()


@settings(deadline=None)
@given(st.text(alphabet="abcXYZ 019\\_.-\n\t", min_size=1, max_size=400), st.integers(0, 70))
def test_words_of_plain_text_need_no_folding(text: str, before: int) -> None:
    data = b"x" * before + text.encode()
    raw = np.frombuffer(data + b"tail of other bytes" + bytes(PADDING), dtype=np.uint8)
    bounds, hashes = np.empty(len(data) + 2 + ROUND, dtype=np.int32), np.empty(len(data) + 2, dtype=np.uint64)
    count = split_words(raw, before, len(data), bounds, hashes)
    assert hashes[:count].tolist() == hash_texts([words(text)]).hashes.tolist()
    assert [(a - before, b - before) for a, b in bounds[: 2 * count].reshape(-1, 2).tolist()] == word_offsets(text)


@settings(deadline=None)
@given(st.lists(st.integers(-(1 << 31), (1 << 31) - 1), max_size=200), st.integers(0, 20))
def test_the_first_numbers_are_put_in_order_and_the_others_left(numbers: list[int], others: int) -> None:
    count = max(0, len(numbers) - others)
    held = np.array(numbers, dtype=np.int32)
    sort(held, count)
    assert held.tolist() == sorted(numbers[:count]) + numbers[count:]


def test_different_words_have_different_hashes() -> None:
    made = [f"{a}{n}{b}" for a in ("", "a", "bb", "é") for b in ("", "c", "小") for n in range(20_000)]
    assert len(set(hash_texts([made]).hashes.tolist())) == len(set(made))


WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "né", "Po", "ru") for b in ("n", "st", "r", "ld", "m")]
NUMBERS = ["3", "17", "204", "1999", "5"]


def question(draw: random.Random, length: int) -> str:
    return " ".join(draw.choice(NUMBERS) if draw.random() < 0.15 else draw.choice(WORDS) for _ in range(length))


def changed(draw: random.Random, text: str) -> str:
    """A question as somebody might have left it in a document."""
    found = text.split()
    for _ in range(draw.choice([0, 0, 1, 1, 3, 8])):
        place = draw.randrange(len(found))
        what = draw.choice(["drop", "swap", "add", "cut"])
        if what == "drop" and len(found) > 1:
            del found[place]
        elif what == "swap":
            found[place] = draw.choice([*WORDS, *NUMBERS])
        elif what == "add":
            found.insert(place, draw.choice(WORDS))
        else:
            found = found[: max(1, place)] if draw.random() < 0.5 else found[place:]
    return " ".join(found)


def document(draw: random.Random, questions: list[str]) -> str:
    parts = [question(draw, draw.randint(0, 30))]
    for _ in range(draw.randint(0, 3)):
        parts += [changed(draw, draw.choice(questions)), question(draw, draw.randint(0, 25))]
    return draw.choice([" ", "\n", ", ", " — "]).join(parts)


def indexes(questions: list[str], sample: list[str]) -> tuple[Index, plain_index.Index]:
    benchmark = Benchmark.from_items("b", [(str(n), text, text.split()[0]) for n, text in enumerate(questions)])
    passages = PassageSet.of([benchmark])
    items = tuple(next(item for item in benchmark.items if item.words == own) for own in passages.words)
    plain = plain_index.build_index(items, [words(text) for text in sample], len(sample))
    return build_index(passages, [encode(text) for text in sample], len(sample), FOLDS), plain


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32))
def test_matches_are_the_same_as_in_the_reference(seed: int) -> None:
    draw = random.Random(seed)
    questions = [question(draw, draw.randint(7, 60)) for _ in range(draw.randint(1, 12))]
    sample = [question(draw, 60) for _ in range(draw.choice([0, 3, 80]))]
    if draw.random() < 0.5:
        part = " ".join(draw.choice(questions).split()[: draw.randint(5, 30)])
        sample += [f"{question(draw, 20)} {part}" for _ in range(20)]
    compiled, plain = indexes(questions, sample)
    if not len(compiled.passages):
        return
    assert compiled.texts.weights.tolist() == pytest.approx([w for row in plain.weights for w in row])
    assert compiled.texts.rarity.tolist() == pytest.approx([w for row in plain.rarity for w in row])
    assert compiled.texts.chance == plain.chance
    assert compiled.texts.common.tolist() == [
        (number, place) in plain.common for number, row in enumerate(plain.weights) for place in range(len(row))
    ]
    matcher, searcher = PlainMatcher(plain), Searcher(compiled, FOLDS)
    texts = [document(draw, questions) for _ in range(12)]
    found = judge_block(searcher, block(*texts))
    for number, text in enumerate(texts):
        expected = matcher.find(words(text))
        own = found.block.rows[found.hits.rows[:, column.PIECE].astype(int)] == number  # empty texts are no pieces
        rows, judged = found.hits.rows[own], found.judgements[own]
        assert _copies(rows, judged) == sorted(
            (copy.item, copy.coverage, *_bytes(text, copy.alignment.start, copy.alignment.end), copy.answer_follows)
            for copy in expected.copies
        )
        for row, kind in zip(rows, judged, strict=True):
            if kind >= judgement.PARTIAL:
                _same_features(row, expected.copies)


def _copies(rows: Any, judged: Any) -> list[tuple[Any, ...]]:
    names = {judgement.EXACT: "full", judgement.FULL: "full", judgement.PARTIAL: "partial"}
    return sorted(
        (int(row[column.PASSAGE]), names[int(kind)], int(row[column.START]), int(row[column.END]),
         bool(row[column.ANSWERED]))
        for row, kind in zip(rows, judged, strict=True) if kind >= judgement.PARTIAL
    )  # fmt: skip


def _bytes(text: str, start: int, end: int) -> tuple[int, int]:
    offsets = word_offsets(text)
    return offsets[start][0], offsets[end - 1][1]


def _same_features(row: Any, copies: Any) -> None:
    own = [
        pytest.approx(list(one.features[:7])) for one in copies
        if (one.item, one.alignment.start) == (int(row[column.PASSAGE]), int(row[column.WORD_START]))
    ]  # fmt: skip
    names = (column.MATCHED, column.WORDS, column.WEIGHT, column.INSIDE, column.DENSITY, column.RUN, column.NATS)
    assert [row[name] for name in names] in own


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_sparse_lookup_finds_what_full_lookup_finds_of_copies(seed: int) -> None:
    draw = random.Random(seed)
    questions = [question(draw, draw.randint(13, 60)) for _ in range(8)]
    compiled, _ = indexes(questions, [])
    texts = [document(draw, questions) + " " + draw.choice(questions) for _ in range(6)]
    dense = judge_block(Searcher(compiled, FOLDS), block(*texts))
    sparse = judge_block(Searcher(_with_stride(compiled, 2), FOLDS), block(*texts))
    exact = [
        {(int(r[column.PIECE]), int(r[column.PASSAGE]), int(r[column.START]))
         for r in one.hits.rows[one.judgements == judgement.EXACT]}
        for one in (dense, sparse)
    ]  # fmt: skip
    assert exact[0] == exact[1] != set()


def _with_stride(index: Index, stride: int) -> Index:
    from dataclasses import replace

    return replace(index, stride=stride)


def test_full_buffers_are_made_larger_and_nothing_is_lost() -> None:
    draw = random.Random(3)
    questions = [question(draw, 20) for _ in range(4)]
    compiled, _ = indexes(questions, [])
    text = "\n".join(questions * 700)
    found = judge_block(Searcher(compiled, FOLDS), block(text))
    assert np.count_nonzero(found.judgements == judgement.EXACT) == 2800


def test_an_index_of_nothing_finds_nothing() -> None:
    compiled = build_index(PassageSet.of([Benchmark.from_items("b", [("1", "too short", "")])]), [], 0, FOLDS)
    assert judge_block(Searcher(compiled, FOLDS), block("any text at all, and more of it")).judgements.size == 0


def test_bytes_that_are_no_text_are_passed_over() -> None:
    draw = random.Random(9)
    asked = question(draw, 30)
    compiled, _ = indexes([asked], [])
    noise = bytes(draw.randrange(256) for _ in range(4000))
    (only,) = blocks_of(batch_of([noise + b" " + encode(asked) + b"\xff\xf0\x9f" + noise[:50]], [0]))
    found = judge_block(Searcher(compiled, FOLDS), only)
    (row,) = found.hits.rows[found.judgements == judgement.EXACT]
    assert row[column.START] == 4001
