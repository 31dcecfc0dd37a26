import pytest

from certify.check import all_questions, judge, samples_of, score_all
from certify.check.families import FAMILIES
from certify.check.families.floor import floors
from certify.errors import UsageError
from certify.evidence.model import ReasoningTags

SEED = bytes(32)
THINK = ReasoningTags(open="<think>", close="</think>")
TWO = {"families": ["addition", "weekday"], "items": 21}


def test_problems_are_shared_out_evenly_and_follow_from_the_seed(plan):
    planned, sources = plan(fresh_reasoning=TWO)
    questions = all_questions(planned, sources, SEED)
    assert [sum(question.group == name for question in questions) for name in TWO["families"]] == [11, 10]
    assert questions == all_questions(planned, sources, SEED)
    other = all_questions(planned, sources, bytes([1]) * 32)
    assert not {question.text for question in questions} & {question.text for question in other}
    assert len({question.text for question in questions}) == 21


def test_no_published_problem_is_asked_as_fresh(plan, benchmark_file, monkeypatch):
    planned, sources = plan(fresh_reasoning=TWO, static_benchmark={})
    drawn = {q.text for q in all_questions(planned, sources, SEED) if q.check == "fresh-reasoning"}
    stolen = sorted(drawn)[0]
    first = next(iter(sources.benchmarks.values()))
    item = first.items[0]._replace(question=stolen, problem=None)
    published = type(first)(first.id, first.title, first.file, first.sha256, (item, *first.items[1:]))
    sources = type(sources)(dict.fromkeys(sources.benchmarks, published), sources.limits)
    again = {q.text for q in all_questions(planned, sources, SEED) if q.check == "fresh-reasoning"}
    assert stolen not in again
    assert len(drawn - again) == 1


def test_the_result_names_each_family_beside_its_floor(plan, answer_all):
    planned, sources = plan(fresh_reasoning={**TWO, "items": 40, "samples": 2})
    questions = all_questions(planned, sources, SEED)
    completions = answer_all(questions, samples_of(planned), lambda question, repeat: question.group == "addition")
    records = judge(questions, completions, THINK, samples=samples_of(planned))
    result = score_all(planned, questions, records, sources).results["fresh-reasoning"]
    assert [(family.family, family.share, family.right) for family in result.families] == [
        ("addition", 1.0, 40),
        ("weekday", 0.0, 0),
    ]
    assert result.lowest_family == 0.0
    assert result.accuracy.estimate == 0.5
    assert result.accuracy.rule == "SUITE"
    for family in result.families:
        assert family.floor == floors()[family.family][1].upper
        assert family.version == FAMILIES[family.family].version


@pytest.mark.parametrize(
    "bad",
    [
        {"families": ["addition", "astrology"]},
        {"families": ["addition", "addition"]},
        {"families": ["addition"], "level": 9},
        {"families": sorted(FAMILIES), "items": 10 * len(FAMILIES) // 3},
    ],
)
def test_a_plan_that_allows_no_result_is_refused(plan, bad):
    with pytest.raises(UsageError) as caught:
        plan(fresh_reasoning=bad)
    assert caught.value.code == "CERT-E102"
    assert caught.value.hint
