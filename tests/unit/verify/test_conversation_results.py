"""What page one says of conversations, and that their results are held to their plan."""

from types import SimpleNamespace

import pytest

from certify.check import planned_checks
from certify.decide.form import CheckRequest
from certify.decide.reach import best_result
from certify.errors import HostileInput
from certify.evidence.answers import ANSWERED
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import Drop, MultiTurnResult, Outcomes, ToolsLevel, ToolUse, TurnsLevel, UnseenToolsResult
from certify.page.chart import chart_of
from certify.page.families import family_rows
from certify.statistics import best_lower_bound
from certify.verify.completeness import _check_result, _check_sizes
from certify.verify.words.headlines import TOOLS, TURNS, headlines
from tests.fakes.certificate_sample import estimate

GIVEN = {
    "multi-turn": {"levels": [1], "items": 20, "samples": 1, "max_tokens": 64},
    "unseen-tools": {"levels": [3], "items": 20, "samples": 1, "max_tokens": 64},
}


def planned(name: str) -> PlannedCheck:
    (check,) = planned_checks([CheckRequest.model_validate({"id": name, "with": GIVEN[name]})])
    return check


def turns(**changes) -> MultiTurnResult:
    bounds = ((0.1, -0.1319, 0.2985), (0.15, -0.1043, 0.3543), (0.25, -0.043, 0.4631))
    revisions, later, drop = (
        Drop(estimate=estimate, lower=lower, upper=upper, items=20, rule="DROP") for estimate, lower, upper in bounds
    )
    level = TurnsLevel(
        level=1, revisions=2, items=20, facts=0.9, message=0.8, turns=0.65, floor=0.0399, floor_responder="sum-of-facts"
    )
    return MultiTurnResult(
        facts=estimate(18, 20, 0.67, 1.0),
        message=estimate(16, 20, 0.56, 0.97),
        turns=estimate(13, 20, 0.41, 0.86),
        revision_drop=revisions,
        turn_drop=later,
        total_drop=drop,
        stale_share=0.3,
        missed_share=0.0,
        reliable=0.65,
        levels=(level,),
        outcomes=Outcomes(answers=60, correct=47, wrong=13),
    ).model_copy(update=changes)


def tools(**changes) -> UnseenToolsResult:
    use = ToolUse(
        solved=estimate(9, 18, 0.25, 0.75),
        declined=0.5,
        gave_up=0.1,
        first_call_right=0.7,
        without_calls=0.0,
        calls=40,
        unknown_tool=0.0,
        wrong_arguments=0.1,
        wrong_tool=0.1,
        wrong_choice=0.2,
        formless=0.0,
    )
    level = ToolsLevel(
        level=3, depth=2, items=18, act=0.5, plan=0.5, floor=0.0567, floor_responder="right-tools-random-choice"
    )
    outcomes = Outcomes(answers=40, correct=20, wrong=20)
    return UnseenToolsResult(act=use, plan=use, levels=(level,), outcomes=outcomes).model_copy(update=changes)


def test_page_one_names_the_drop_and_the_stale_answers():
    (line,) = headlines({"multi-turn": turns()})
    assert (line.name, line.value) == (TURNS, "65.00 %")
    assert line.detail == (
        "95 % interval 41.00 % to 86.00 %; 20 items; 90.00 % (67.00 % to 100.00 %) with the final facts alone, a drop "
        "of +25.00 points (95 % interval −4.30 points to +46.31 points); 6 of 20 answers gave an earlier total"
    )


def test_where_nothing_was_right_there_is_nothing_to_drop_from():
    nothing = estimate(0, 20, 0.0, 0.1684)
    drop = turns().total_drop.model_copy(update={"estimate": 0.0, "lower": -0.3, "upper": 0.3})
    result = turns().model_copy(update={"facts": nothing, "turns": nothing, "total_drop": drop})
    (line,) = headlines({"multi-turn": result})
    assert "(0.00 % to 16.84 %) with the final facts alone, so that there is nothing to drop from;" in line.detail
    (before,) = headlines({"multi-turn": result}, 4)
    assert "a drop of +0.00 points" in before.detail


def test_page_one_tells_the_modes_of_tools_apart():
    (line,) = headlines({"unseen-tools": tools()})
    assert (line.name, line.value) == (TOOLS, "50.00 %")
    assert "results coming back, up to 2 tools each; 50.00 % (25.00 % to 75.00 %) with all calls written at once" in (
        line.detail
    )
    assert line.detail.endswith("says “impossible” in 1 of 2 answers where that is so, in 2 of 18 where it is not")
    (alone,) = headlines({"unseen-tools": tools(act=None)})
    assert "all calls written at once, up to 2 tools each" in alone.detail
    single = tools(levels=(tools().levels[0].model_copy(update={"depth": 1}),))
    assert "up to 1 tool each;" in headlines({"unseen-tools": single})[0].detail
    assert "up to 1 tools each;" in headlines({"unseen-tools": single}, 4)[0].detail


def test_both_are_drawn_with_their_threshold_and_their_floor():
    for name, result, field in (("multi-turn", turns(), "turns.lower"), ("unseen-tools", tools(), "act.solved.lower")):
        (line,) = headlines({name: result})
        chart = chart_of(line, {name: result}, {(name, field): 0.6})
        assert chart.threshold.label == "policy 60 %"
        assert chart.floor.label in ("floor 4 %", "floor 6 %")


def test_the_annex_names_the_floor_of_every_level():
    rows = {row.family: row for row in family_rows({"multi-turn": turns(), "unseen-tools": tools(plan=None)})}
    assert list(rows) == [
        "revised facts, level 1, turn by turn",
        "revised facts, level 1, in one message",
        "revised facts, level 1, final facts alone",
        "unseen tools, level 3, act",
    ]
    assert rows["revised facts, level 1, turn by turn"].right == "13 of 20"
    assert rows["revised facts, level 1, in one message"].floor == "3.99 % (adding up all numbers)"
    [level] = turns().levels
    told = {"partial": 0.8597, "partial_responder": "no-swap-no-restore"}
    found = family_rows({"multi-turn": turns(levels=(level.model_copy(update=told),))})
    assert [row.floor for row in found] == [
        *["3.99 % (adding up all numbers); following in part 85.97 % (ignoring swaps and restorations)"] * 2,
        "3.99 % (adding up all numbers)",
    ]
    assert rows["unseen tools, level 3, act"][2:] == ("9 of 18", "50.00 %", "5.67 % (right tools, a choice by chance)")


def test_results_of_the_planned_size_pass():
    for name, result in (("multi-turn", turns()), ("unseen-tools", tools())):
        check = planned(name)
        _check_sizes(SimpleNamespace(checks=(check,), tokens=check.tokens))
        _check_result(check, result)
        assert sum(getattr(result.outcomes, outcome.value) for outcome in ANSWERED) == check.items


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("multi-turn", turns(turns=estimate(13, 19, 0.41, 0.84))),
        ("multi-turn", turns(levels=(turns().levels[0].model_copy(update={"level": 2}),))),
        ("multi-turn", turns(levels=(turns().levels[0].model_copy(update={"items": 19}),))),
        ("multi-turn", turns(outcomes=Outcomes(answers=59, correct=47, wrong=12))),
        ("multi-turn", turns(turns=estimate(13, 20, 0.60, 0.86))),
        ("multi-turn", turns(turns=estimate(18, 20, 0.67, 1.0))),
        ("multi-turn", turns(levels=(turns().levels[0].model_copy(update={"turns": 0.9}),))),
        ("multi-turn", turns(total_drop=turns().revision_drop)),
        ("multi-turn", turns(total_drop=turns().total_drop.model_copy(update={"lower": 0.25, "upper": 0.25}))),
        ("multi-turn", turns(total_drop=turns().total_drop.model_copy(update={"items": 40}))),
        ("multi-turn", turns(outcomes=Outcomes(answers=60, correct=57, wrong=3))),
        ("unseen-tools", tools(act=tools().act.model_copy(update={"solved": estimate(9, 18, 0.45, 0.75)}))),
        ("unseen-tools", tools(act=tools().act.model_copy(update={"solved": estimate(17, 18, 0.6, 1.0)}))),
        ("unseen-tools", tools(plan=None)),
        ("unseen-tools", tools(levels=(tools().levels[0].model_copy(update={"items": 20}),))),
        ("unseen-tools", tools(levels=())),
    ],
)
def test_results_of_another_size_are_refused(name, result):
    with pytest.raises(HostileInput, match="CERT-E090"):
        _check_result(planned(name), result)


def test_a_plan_of_another_size_than_its_parameters_is_refused():
    for name in GIVEN:
        check = planned(name).model_copy(update={"items": 21})
        with pytest.raises(HostileInput, match="CERT-E090"):
            _check_sizes(SimpleNamespace(checks=(check,), tokens=check.tokens))


def test_what_no_sample_could_show_is_known_beforehand():
    assert best_result(("check", "multi-turn", "turns", "lower"), GIVEN) == best_lower_bound(20)
    assert best_result(("check", "unseen-tools", "act", "solved", "lower"), GIVEN) == best_lower_bound(18)
