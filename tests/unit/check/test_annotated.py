"""Word problems as programs, their twins, and a gap tested against a margin."""

from __future__ import annotations

import json
import math
import os
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.check import all_questions, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.annotated import draw_twin, has_twins, program_of
from certify.check.annotated.expressions import evaluate, postfix, steps_of
from certify.check.rows import final_answer
from certify.decide.form import CheckRequest
from certify.errors import CertifyError
from certify.statistics import margin_p_value, paired_differences
from certify.statistics.stream import Stream
from certify.verify.words.headlines import headlines

BENCHMARKS = Path(os.environ.get("CERTIFY_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data")) / "benchmarks"
SEED = bytes(32)
QUESTION = (
    "Erin has 17 lollipops. Her mother gives her another {more}. She gives 13 of them to Ella. How many are left?"
)
SOLUTION = "She has 17+{more}=<<17+{more}={sum}>>{sum}.\nThen {sum}-13=<<{sum}-13={left}>>{left}.\n#### {left}"


def item(more: int = 42) -> tuple[str, str, str]:
    """A question of two steps, its solution and its answer."""
    filled = {"more": more, "sum": 17 + more, "left": 4 + more}
    return QUESTION.format(**filled), SOLUTION.format(**filled), str(4 + more)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("16-3-4", 9), ("2*(3+4)", 14), ("8/2/2", 2), ("50%*20", 10), ("20*.5", 10), ("1,000+1", 1001), ("$5*2", 10)],
)
def test_calculations_are_read_as_arithmetic(expression: str, value: int) -> None:
    tokens = postfix(expression)
    assert tokens is not None
    assert evaluate(tokens) == value


@pytest.mark.parametrize("expression", ["", "2+", "(2", "2)", "2**3", "x+1", "2/0", "__import__('os')", "2 3", "-1"])
def test_what_is_no_arithmetic_is_not_read(expression: str) -> None:
    assert postfix(expression) is None


@settings(max_examples=200)
@given(st.text("0123456789+-*/()%.,$ x<>=", max_size=30))
def test_any_solution_is_read_or_is_not(text: str) -> None:
    postfix(text)
    steps_of(f"<<{text}=1>>")
    program_of(text, f"<<{text}=1>>\n#### 1", "1")


def test_a_twin_says_the_same_with_numbers_of_the_same_size() -> None:
    program = program_of(*item())
    assert program is not None
    assert [numeral.free for numeral in program.numerals] == [True, True, True]
    assert has_twins(program)
    twin = draw_twin(program, Stream(SEED, "one"))
    assert twin is not None
    assert re.sub(r"\d+", "#", twin.question) == re.sub(r"\d+", "#", program.question)
    first, more, given_away = twin.values
    assert twin.gold == str(first + more - given_away)
    assert given_away < first < more
    assert all(10 <= value < 100 and value % 10 for value in twin.values)
    assert twin == draw_twin(program, Stream(SEED, "one"))


def test_commas_and_signs_stay() -> None:
    question = "A house costs $80,000 and a garden $50,000. What do both cost?"
    program = program_of(question, "It is <<80000+50000=130000>>130,000.\n#### 130,000", "130,000")
    assert program is not None
    twin = draw_twin(program, Stream(SEED, "x"))
    assert twin is not None
    assert re.fullmatch(r"A house costs \$\d0,000 and a garden \$\d0,000\. What do both cost\?", twin.question)


@pytest.mark.parametrize(
    ("question", "solution"),
    [
        ("He has 5 and 5 more. How many?", "<<5+5=10>>10\n#### 10"),  # alike
        ("He has 2.5 and 7. How many?", "<<2.5*7=17.5>>\n#### 17.5"),  # no integer
        ("He has 12 and 7. How many?", "<<12+7=19>>19\n#### 20"),  # another answer
        ("He has 12 and 7. How many?", "<<12*3=36>>36\n#### 36"),  # unexplained constant
        ("He has 12 and 7 and 31. How many?", "<<12+7=19>>19\n#### 19"),  # a number without a part
        ("He has 12 dogs with 4 legs. How many?", "<<12*4=48>>48\n#### 48"),  # the world's number
        ("He rests 14 days, or 2 weeks. How many?", "<<14*2=28>>28\n#### 28"),  # one may depend on the other
        ("He is 12 at 5:00. How many?", "<<12+5=17>>17\n#### 17"),
        ("He has 12 and 7. How many?", "none\n#### 19"),
        ("He has 19 and 7. How many?", "<<19-7=12>>12 <<12+7=19>>19\n#### 19"),  # a result says a number again
        ("", ""),
    ],
)
def test_what_is_not_certain_has_no_twin(question: str, solution: str) -> None:
    assert program_of(question, solution, final_answer(solution)) is None


def test_an_item_with_few_twins_is_left_out() -> None:
    program = program_of("He has 80 and 90. How many?", "<<80+90=170>>170\n#### 170", "170")
    assert program is not None
    stream = Stream(SEED, "few")
    assert len({twin.values for _ in range(40) if (twin := draw_twin(program, stream))}) < 40


@pytest.fixture
def requests(tmp_path: Path) -> list[CheckRequest]:
    rows = [dict(zip(("question", "answer"), item(more)[:2], strict=True)) for more in range(31, 45) if more % 10]
    rows += [{"question": "What is 1/2 of 8?", "answer": "<<8/2=4>>4\n#### 4"}]
    file = tmp_path / "words.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = {"benchmark": str(file), "samples": 2, "max_tokens": 64}
    gap = {**asked, "twins": "annotations"}
    return [
        CheckRequest.model_validate({"id": "static-benchmark:words", "with": asked}),
        CheckRequest.model_validate({"id": "static-fresh-gap:words", "with": gap}),
    ]


@pytest.mark.parametrize(("taught", "gap"), [(True, 1.0), (False, 0.0)])
def test_a_taught_model_shows_a_gap_beyond_the_margin(requests, answer_all, taught: bool, gap: float) -> None:
    planned = planned_checks(requests)
    assert planned[1].parameters["margin"] == 0.02
    assert (planned[1].items, planned[1].samples) == (26, 2)
    sources = planned_sources(planned)
    questions = all_questions(planned, sources, SEED)
    assert questions == all_questions(planned, sources, SEED)
    twins = [question for question in questions if question.check == "static-fresh-gap:words"]
    assert len({question.text for question in twins}) >= 24
    assert not {question.text for question in twins} & sources.published
    answers = answer_all(questions, samples_of(planned), lambda one, _: one.pair is None or not taught)
    records = judge(questions, [one.model_copy(update={"text": one.text.split(">")[-1]}) for one in answers], None,
                    samples=samples_of(planned))  # fmt: skip
    result = score_all(planned, questions, records, sources).results["static-fresh-gap:words"]
    assert (result.items, result.gap, result.isomorphs, result.left_out) == (13, gap, 2, 1)
    assert (result.margin, result.fresh.samples) == (0.02, 4)
    assert (result.margin_p_value < 0.001) is taught
    assert "against the planned margin of 2.00 points" in headlines({"static-fresh-gap:words": result})[0].detail


def test_the_seed_draws_the_twins(requests) -> None:
    planned = planned_checks(requests)
    sources = planned_sources(planned)
    drawn = [all_questions(planned, sources, seed) for seed in (SEED, bytes(range(32)))]
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("extra", [{"margin": 0.02}, {"isomorphs": 2}, {"twins": "families"}])
def test_the_margin_belongs_to_annotations(requests, extra) -> None:
    gap = {"benchmark": requests[0].with_["benchmark"], **extra}
    with pytest.raises(CertifyError):
        planned_checks([requests[0], CheckRequest.model_validate({"id": "static-fresh-gap", "with": gap})])


def test_a_gap_at_the_margin_is_no_finding() -> None:
    even = paired_differences([51] * 20, 100, [49] * 20, 100)
    assert margin_p_value(even, 0.02) == 1.0
    assert margin_p_value(even, 0.0) < 0.001
    assert margin_p_value([Fraction(1, 10)] * 20, 0.02) < 0.001


@pytest.mark.slow
def test_the_pool_of_gsm8k_keeps_size_and_roundness() -> None:
    file = BENCHMARKS / "gsm8k_test.jsonl"
    if not file.is_file():
        pytest.skip(f"{file} is not there; set CERTIFY_SHARED_DATA")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    read = [program_of(row["question"], row["answer"], final_answer(row["answer"])) for row in rows]
    pool = [program for program in read if program is not None and has_twins(program)]
    assert 100 <= len(pool) <= 400
    ratios, round_before, round_after = [], 0, 0
    for place, program in enumerate(pool):
        twin = next(found for n in range(60) if (found := draw_twin(program, Stream(SEED, f"{place}/{n}"))))
        assert re.sub(r"\d[\d,]*", "#", twin.question) == re.sub(r"\d[\d,]*", "#", program.question)
        for numeral, value in zip(program.numerals, twin.values, strict=True):
            ratios.append(math.log10(value / numeral.value))
            round_before, round_after = round_before + (numeral.value % 10 == 0), round_after + (value % 10 == 0)
    assert abs(sum(ratios) / len(ratios)) < 0.05
    assert round_before == round_after
