"""What the bench makes of times that were taken."""

from __future__ import annotations

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from tests.bench.overhead.resume import Resumed, asked_again
from tests.bench.overhead.resume import row_of as resumed_row
from tests.bench.overhead.summary import Taken, alike, row_of, summary_of


def taken(seconds: float, tokens: int = 10, whole: float = 10.0, answers: list | None = None) -> Taken:
    return Taken(seconds, whole, tokens, ["a", "b"] if answers is None else answers)


def test_the_median_of_the_pairs_is_told_with_its_quartiles() -> None:
    found = summary_of([(taken(ours), taken(2.0)) for ours in (2.0, 2.2, 3.0, 2.4, 2.1)], by_token=False)
    assert found.ratio == pytest.approx(1.1)
    assert (found.low, found.high) == pytest.approx((1.025, 1.35))
    assert found.added == pytest.approx(0.1)
    assert found.whole == 1.0


def test_longer_answers_are_no_overhead_where_time_is_told_by_the_token() -> None:
    pair = (taken(4.0, tokens=20, whole=12.0), taken(2.0, tokens=10, whole=8.0))
    assert summary_of([pair], by_token=True).ratio == pytest.approx(1.0)
    assert summary_of([pair], by_token=False).ratio == pytest.approx(2.0)
    assert summary_of([pair], by_token=True).whole == pytest.approx(1.5)


def test_one_pair_has_no_quartiles() -> None:
    found = summary_of([(taken(3.0), taken(2.0))], by_token=False)
    assert found.low == found.ratio == found.high


def test_answers_are_alike_by_text_or_by_token() -> None:
    assert alike([" 42\n", "7"], ["42", "8"]) == 0.5
    assert alike([[1, 2], [3]], [[1, 2], [3, 4]]) == 0.5
    pairs = [(taken(1.0, answers=["a", "b"]), taken(1.0)), (taken(1.0, answers=["a", "c"]), taken(1.0))]
    assert summary_of(pairs, by_token=False).alike == 0.5


def test_a_row_is_markdown() -> None:
    found = summary_of([(taken(2.06), taken(2.0))], by_token=False)
    assert row_of("some engine", found) == "| some engine | 1.030 | 1.030–1.030 | 30.0 ms | 1.00 | 100.0% |"


def test_only_what_was_on_record_counts_as_asked_again() -> None:
    assert asked_again([("a", 1), ("a", 2), ("b", 1)], [("a", 1), ("c", 3)]) == 1
    assert asked_again([("a", 1), ("a", 1)], [("a", 1)]) == 2
    assert asked_again([], [("a", 1)]) == 0


def test_a_resumed_run_is_told_beside_what_was_left_to_ask() -> None:
    found = Resumed(wanted=200, before=110, after=96, again=0, distinct=200, seconds=6.0, whole=10.0)
    assert resumed_row("certify", found) == "| certify | 200 | 110 | 96 | 1.03 | 0 | 200 | 0.60 | 0.45 |"
    unknown = found._replace(again=None, after=200, distinct=50)
    assert resumed_row("stock", unknown) == "| stock | 200 | 110 | 200 | 1.55 | – | 50 | 0.60 | 0.45 |"
