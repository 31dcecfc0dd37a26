from __future__ import annotations

from typing import Any

import pytest

from certify.decide.cel import Activation, program, result_type
from certify.decide.descriptors import descriptor_pool
from certify.decide.form import Parameter
from certify.decide.message import fill, placeholders, shown
from certify.decide.schema import Facts
from certify.decide.syntax import paths, read_syntax, show_path
from certify.errors import InternalError
from certify.evidence.parameters import StaticBenchmarkParameters
from certify.evidence.plan import PlannedCheck

NOW = "2026-11-23T17:00:00Z"
FACTS: dict[str, Any] = {"check": {"corpus-scan": {"contaminated": 0, "contaminated_share": 0.25, "self_test": []}}}


def evaluated(text: str, facts: dict[str, Any] | None = None, **params: Any) -> Any:
    return Activation(FACTS if facts is None else facts, params, NOW).evaluate(text)


def test_an_absent_number_is_not_zero() -> None:
    assert evaluated('check["corpus-scan"].items == 0').error is not None
    assert evaluated('check["corpus-scan"].items == 0').value is None
    assert evaluated('check["corpus-scan"].contaminated == 0').value is True


@pytest.mark.parametrize(
    "text",
    ["level > 0", "declared.owner", 'check["fresh-reasoning"].accuracy.lower > 0.0', "1 / 0", '"a".matches("(")'],
)
def test_an_error_is_never_a_value_that_counts(text: str) -> None:
    answer = evaluated(text)
    assert answer.value is None
    assert answer.error


def test_results_that_are_no_numbers_are_errors() -> None:
    assert evaluated("0.0 / 0.0").error
    assert evaluated("1e308 * 10.0").error


def test_the_engine_stops_long_loops() -> None:
    facts = {"check": {"corpus-scan": {"self_test": list(range(200))}}}
    path = 'check["corpus-scan"].self_test'
    answer = evaluated(f"{path}.all(a, {path}.all(b, a + b >= 0))", facts)
    assert answer.error is not None
    assert "budget" in answer.error


def test_patterns_cannot_backtrack_without_end() -> None:
    facts = {"check": {"corpus-scan": {"text": "a" * 20_000 + "b"}}}
    assert evaluated('check["corpus-scan"].text.matches("^(a+)+$")', facts).value is False


def test_whole_numbers_and_decimals_compare_when_evaluated() -> None:
    assert evaluated('check["corpus-scan"].contaminated_share >= params.x', x=0).value is True


@pytest.mark.parametrize("text", ["1 +", "", "a b", "x" * 100, "1 + 'a'"])
def test_what_is_no_expression_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        program(text)


def test_types_come_from_the_evidence() -> None:
    params = {"floor": Parameter.model_validate(0.5), "names": Parameter.model_validate(["a"])}
    assert result_type('check["fresh-reasoning"].accuracy.lower >= params.floor', params) == "BOOL"
    assert result_type('model.name in params.names && check["static-fresh-gap"].static.items > 0', params) == "BOOL"
    assert result_type('"check[\\"corpus-scan\\"]" == plan.entropy', params) == "BOOL"
    assert result_type("data.datasets", params) == "INT"
    assert result_type('check["multi-turn"].total_drop.upper <= params.floor', params) == "BOOL"
    assert result_type('check["multi-turn"].message.lower >= params.floor', params) == "BOOL"
    assert result_type('check["unseen-tools"].act.solved.lower >= params.floor', params) == "BOOL"


def test_columns_are_those_of_the_text() -> None:
    text = 'plan.attempt == 1 && check[ "corpus-scan" ].wrong == 0'
    found = result_type(text, {})
    assert isinstance(found, list)
    assert (found[0].line, found[0].column) == (1, text.index(".wrong") + 1)


def test_paths_are_read_from_the_tree() -> None:
    text = 'check["a-b"].c[0].d > 1.0 && !(plan.x == "plan.y") && model.z.exists(i, i.w > level)'
    found = paths(program(text).syntax.root)
    assert [show_path(path) for path in found] == ['check["a-b"].c[0].d', "plan.x", "model.z", "level"]


def test_garbage_has_no_tree() -> None:
    with pytest.raises(ValueError, match="deeply"):
        read_syntax(b"\xff\xff\xff")


def test_types_that_expressions_cannot_have_are_a_defect() -> None:
    with pytest.raises(InternalError, match="CERT-E099"):
        descriptor_pool(PlannedCheck)
    assert descriptor_pool(Facts) is descriptor_pool(Facts)
    assert descriptor_pool(StaticBenchmarkParameters).FindMessageTypeByName("certify.StaticBenchmarkParameters")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.75, "0.7500"),
        (0.00001, "<0.0001"),
        (0.0, "0.0000"),
        (-0.25, "-0.2500"),
        (3, "3"),
        (True, "yes"),
        (False, "no"),
        (None, "not available"),
        (["a", 1], "a, 1"),
        ("x" * 300, "x" * 200),
    ],
)
def test_values_are_shown_as_pages_print_them(value: Any, text: str) -> None:
    assert shown(value) == text


def test_messages_are_filled_in() -> None:
    facts = Activation(FACTS, {"most": 0.1}, NOW)
    template = '{check["corpus-scan"].contaminated_share} of {{all}}, {params.most} allowed, {level}'
    assert fill(template, facts) == "0.2500 of {all}, 0.1000 allowed, not available"
    assert placeholders(template) == ['check["corpus-scan"].contaminated_share', "params.most", "level"]
