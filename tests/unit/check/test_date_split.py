"""Published problems by their date: read, sorted, compared, and recounted by a reader."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.date_split import refuse_earlier_cutoff
from certify.check.dates import released_of, side_of_cutoff
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.evidence.answers import Question
from certify.evidence.base import Value
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import DateSplitResult
from certify.verify.date_counts import check_cutoffs, check_dates
from certify.verify.words.caveats import caveats
from certify.verify.words.headlines import headlines
from tests.unit.check.conftest import SEED, completion
from tests.unit.verify.test_first_page import SEEN

CUTOFF = "2025-02-14"
ID, STATIC = "date-split:contests", "static-benchmark:contests"
Ran = tuple[tuple[PlannedCheck, ...], dict[str, Value], str]


@pytest.fixture
def ran(tmp_path: Path) -> Callable[..., Ran]:
    """Plans and scores a benchmark with these dates for a model that gets right what ``right`` says."""

    def run(dates: list[Any], right: Callable[[Question, int], bool], samples: int = 2) -> Ran:
        file = tmp_path / "contests.jsonl"
        rows = [{"id": f"{n:03d}", "question": f"{n}?", "answer": n, "date": date} for n, date in enumerate(dates)]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        asked = [
            {"id": STATIC, "with": {"benchmark": str(file), "samples": samples}},
            {"id": ID, "with": {"benchmark": str(file), "cutoff": CUTOFF}},
            {"id": "fresh-reasoning", "with": {"families": ["addition"], "items": 10, "samples": 5}},
        ]
        planned = planned_checks([CheckRequest.model_validate(one) for one in asked])
        sources = planned_sources(planned)
        questions = all_questions(planned, sources, SEED)
        answers = [
            completion(one, one.gold if right(one, repeat) else "x", repeat)
            for one in questions
            for repeat in range(samples_of(planned)[one.check])
        ]
        records = judge(questions, answers, None, samples=samples_of(planned))
        scored = score_all(planned, questions, records, sources)
        return planned, scored.results, " ".join(one.reason for one in scored.not_run)

    return run


OLD_AND_NEW = ["2024-05-06"] * 14 + ["2025-02-15T09:00:00"] * 12 + [None, "soon", "2025-02", 2025]


def test_older_and_newer_problems_are_compared_and_the_rest_is_counted(ran) -> None:
    planned, results, _ = ran(OLD_AND_NEW, lambda one, repeat: int(one.item[-3:] if one.check == STATIC else 0) < 14)
    found = results[ID]
    assert isinstance(found, DateSplitResult)
    assert (planned[1].items, planned[1].tokens) == (0, 0)
    assert (found.before_counts, found.after_counts, found.undated) == ((0, 0, 14), (12, 0, 0), 4)
    assert (found.before.estimate, found.after.estimate, found.difference, found.p_value) == (1.0, 0.0, 1.0, 0.001)
    check_dates(SimpleNamespace(checks=planned), results)
    headline = headlines({ID: found})[0]
    assert (headline.value, "advice, no test" in headline.detail) == ("+100.00 points", True)
    assert "4 items without a usable date left out" in headline.detail
    assert "advice alone" in caveats({ID: found}, **SEEN)[-1]


def test_a_model_that_answers_both_alike_shows_no_difference(ran) -> None:
    _, results, _ = ran(OLD_AND_NEW, lambda one, repeat: repeat == 0)
    found = results[ID]
    assert isinstance(found, DateSplitResult)
    assert (found.difference, found.p_value) == (0.0, 1.0)
    assert found.lower < 0 < found.upper


def test_too_few_on_a_side_are_not_compared(ran) -> None:
    _, results, why = ran(["2024"] * 30 + ["2026"] * 9 + [None], lambda one, repeat: True)
    assert ID not in results
    assert "30 items from before the cut-off and 9 from after it are too few" in why
    assert "1 have no date" in why


@pytest.mark.parametrize(
    "lie",
    [
        {"difference": 0.5},
        {"p_value": 0.5},
        {"before_counts": (0, 1, 13)},
        {"before_counts": (-1, 1, 14)},
        {"after_counts": (12, 0, 0, 0)},
        {"undated": 3},
        {"cutoff": "2024-01-01"},
        {"before_counts": (0, 0, 10**6)},
    ],
)
def test_numbers_that_the_counts_do_not_give_are_refused(ran, lie: dict[str, object]) -> None:
    planned, results, _ = ran(OLD_AND_NEW, lambda one, repeat: True)
    told = {**results, ID: results[ID].model_copy(update=lie)}
    with pytest.raises(CertifyError, match="CERT-E090"):
        check_dates(SimpleNamespace(checks=planned), told)


@pytest.mark.parametrize("given", [{"cutoff": "2025-02-30"}, {"cutoff": "soon"}, {}])
def test_a_cutoff_is_a_day(benchmark_file: Path, given: dict[str, str]) -> None:
    asked = [
        {"id": "static-benchmark", "with": {"benchmark": str(benchmark_file)}},
        {"id": "date-split", "with": {"benchmark": str(benchmark_file), **given}},
    ]
    with pytest.raises(CertifyError):
        planned_checks([CheckRequest.model_validate(one) for one in asked])


def test_it_needs_the_answers_of_static_benchmark(benchmark_file: Path) -> None:
    asked = {"id": "date-split", "with": {"benchmark": str(benchmark_file), "cutoff": CUTOFF}}
    with pytest.raises(CertifyError, match="date-split cannot be planned"):
        planned_checks([CheckRequest.model_validate(asked)])


def test_the_stewards_cutoff_holds_for_the_plan() -> None:
    refuse_earlier_cutoff({ID: CUTOFF}, None)
    refuse_earlier_cutoff({ID: CUTOFF}, CUTOFF)
    refuse_earlier_cutoff({}, "2026-01-01")
    with pytest.raises(CertifyError, match="the data steward says 2025-02-15"):
        refuse_earlier_cutoff({ID: CUTOFF}, "2025-02-15")
    plan = SimpleNamespace(checks=(SimpleNamespace(id=ID, parameters={"cutoff": CUTOFF}),))
    check_cutoffs(plan, [None, "2024-01-01", CUTOFF])
    with pytest.raises(CertifyError, match="CERT-E090"):
        check_cutoffs(plan, ["2024-01-01", "2025-02-15"])


@pytest.mark.parametrize(
    ("value", "read", "side"),
    [
        ("2025-02-14", "2025-02-14", True),
        ("2025-02-15 10:00", "2025-02-15", False),
        ("2024", "2024", True),
        (2026, "2026", False),
        ("2025-02", "2025-02", None),
        ("2025-01", "2025-01", True),
        (datetime.date(2025, 3, 1), "2025-03-01", False),
        (datetime.datetime(2024, 2, 29, 1, 2, 3), "2024-02-29", True),
        ("2025-02-30", None, None),
        ("2025-13", None, None),
        ("14.2.2025", None, None),
        (True, None, None),
        (["2024"], None, None),
        ({"year": 2024}, None, None),
        ("", None, None),
        (20240101, None, None),
        ("2024-01-01T" + "0" * 999, None, None),
    ],
)
def test_dates_are_read_or_are_none(value: object, read: str | None, side: bool | None) -> None:
    assert released_of({"date": value}) == read
    assert side_of_cutoff(read, CUTOFF) is side


def test_the_first_column_that_has_a_date_is_taken() -> None:
    assert released_of({"released": None, "contest_date": "2024-01-02", "year": 2020}) == "2024-01-02"
    assert released_of({"meta": {"day": "2024-01-02"}, "year": 2020}, "meta.day") == "2024-01-02"
    assert released_of("no row") is None
