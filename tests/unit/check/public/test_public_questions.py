"""Own and public families in one check, reported as two numbers; the drawing is a fake that gives known problems."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from certify.audit.recompute import EvidencePack, _regenerated
from certify.check import all_questions, judge, public_fault, samples_of, score_all
from certify.check.public import LIBRARY_VERSION, PUBLIC, RELEASED, PublicItem, drawing
from certify.check.public.floor import public_floors
from certify.check.public.questions import drawn_families, is_public
from certify.decide.cel import result_type
from certify.decide.reach import best_result
from certify.errors import HostileInput, UsageError
from certify.evidence.answers import evidence_root
from certify.evidence.evaluation import NotRun
from certify.evidence.parameters import FreshReasoningParameters
from certify.evidence.results import FreshReasoningResult
from certify.page.families import family_rows
from certify.verify.completeness import _check_families
from certify.verify.words.accuracy import fresh_headline

SEED = bytes(32)
OWN = {"families": ["addition", "weekday"], "items": 20}
MIXED = {**OWN, "public_families": 3, "public_items": 15}


@pytest.fixture
def library(golden, monkeypatch):
    """A library that is there and makes the known problems, whatever the seed."""
    asked = []

    def draw(seed, counts, *, exclude=(), **_):
        asked.append(dict(counts))
        return {
            name: tuple(item for item in golden[name] if item.question not in set(exclude))[:count]
            for name, count in counts.items()
        }

    monkeypatch.setattr("certify.check.public.questions.draw_public", draw)
    monkeypatch.setattr(drawing, "library_fault", lambda: None)
    monkeypatch.setattr("certify.check.public.questions.library_fault", lambda: None)
    return asked


def spoken(question):
    """The right answer as a model would write it."""
    return PUBLIC[question.group.partition(":")[2]].spoken(question.gold) if is_public(question) else question.gold


def answered(planned, questions, complete, right):
    completions = [
        complete(question, f" {spoken(question) if right(question) else 'none of these'}\n", repeat)
        for question in questions
        for repeat in range(samples_of(planned)[question.check])
    ]
    return judge(questions, completions, None, samples=samples_of(planned))


def test_plans_without_public_families_are_as_before(plan):
    planned, _ = plan(fresh_reasoning=OWN)
    assert set(planned[0].parameters) == {"families", "items", "level", "samples", "maxTokens"}
    assert planned[0].items == 20


def test_families_are_drawn_by_the_seed_or_named(plan, library):
    given = FreshReasoningParameters.model_validate(MIXED)
    drawn = {drawn_families(given, bytes([place]) * 32) for place in range(40)}
    assert all(len(set(names)) == 3 and set(names) <= set(PUBLIC) for names in drawn)
    assert {name for names in drawn for name in names} == set(PUBLIC)
    planned, sources = plan(fresh_reasoning=MIXED)
    questions = all_questions(planned, sources, SEED)
    assert planned[0].items == len(questions) == 35
    assert library == [dict.fromkeys(drawn_families(given, SEED), 5)]
    named, sources = plan(fresh_reasoning={**OWN, "public_families": ["dice", "chain_sum"], "public_items": 11})
    groups = [one.group for one in all_questions(named, sources, SEED) if is_public(one)]
    assert (groups.count("public:dice"), groups.count("public:chain_sum")) == (6, 5)
    assert FreshReasoningParameters.model_validate({**OWN, "public_families": 2}).public_items == 20


def test_two_numbers_are_reported(plan, library, complete):
    planned, sources = plan(fresh_reasoning={**MIXED, "samples": 2})
    questions = all_questions(planned, sources, SEED)
    records = answered(planned, questions, complete, lambda one: is_public(one) or one.group == "addition")
    result = score_all(planned, questions, records, sources).results["fresh-reasoning"]
    assert (result.accuracy.estimate, result.accuracy.items) == (0.5, 20)
    assert (result.public.estimate, result.public.items, result.public.rule) == (1.0, 15, "SUITE")
    assert [one.family for one in result.families] == ["addition", "weekday"]
    assert [one.family for one in result.public_families] == sorted({q.group[7:] for q in questions if is_public(q)})
    for row in result.public_families:
        assert (row.right, row.answers, row.items, row.released) == (10, 10, 5, RELEASED)
        assert (row.floor, row.floor_responder) == (
            public_floors()[row.family].upper,
            public_floors()[row.family].best_responder,
        )
    assert result.outcomes.answers == 70
    told = fresh_headline("fresh", result)
    assert told.value == "50.00 %"
    assert "apart from that 100.00 % on 15 problems from 3 public families of reasoning-gym" in told.detail
    assert "+50.00 points against the own ones" in told.detail
    rows = family_rows({"fresh-reasoning": result})
    assert [row.family.endswith(", public") for row in rows] == [False, False, True, True, True]
    _check_families(planned[0], FreshReasoningResult.from_document(result.document()))


def test_every_family_is_read_and_judged_as_a_model_writes(plan, library, complete):
    planned, sources = plan(fresh_reasoning={**OWN, "public_families": sorted(PUBLIC), "public_items": 100})
    questions = all_questions(planned, sources, SEED)
    public = [one for one in questions if is_public(one)]
    for style, form in (
        ("chat", "So it is clear.\n\n\\boxed{{{}}}"),
        ("completion", " {}\nThat is all.\n"),
        ("chat", "First I thought 12. Then:\n\n**Answer:** {}"),
    ):
        completions = [complete(one, form.format(spoken(one))) for one in public]
        records = judge(public, completions, None, samples=samples_of(planned), prompt_style=style)
        assert [record.answer for record in records if record.outcome != "correct"] == []
    silent = judge(public, [complete(one, "I do not know.") for one in public], None, samples=samples_of(planned))
    assert "correct" not in {record.outcome for record in silent}


def test_no_answers_no_numbers(plan, library):
    planned, sources = plan(fresh_reasoning=MIXED)
    assert isinstance(score_all(planned, (), (), sources).not_run[0], NotRun)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"public_families": ["sudoku"]}, "none of the audited"),
        ({"public_families": ["dice", "dice"]}, "twice"),
        ({"public_families": 11}, "not so many"),
        ({"public_families": 10, "public_items": 49}, "too few"),
    ],
)
def test_a_plan_that_allows_no_result_is_refused(plan, library, bad, said):
    with pytest.raises(UsageError, match=said) as caught:
        plan(fresh_reasoning={**OWN, **bad})
    assert caught.value.code == "CERT-E102"


@pytest.mark.parametrize(
    "bad", [{"public_items": 10}, {"public_families": 0}, {"public_families": 2, "looks": 3, "threshold": 0.5}]
)
def test_parameters_that_do_not_go_together(bad):
    with pytest.raises(HostileInput):
        FreshReasoningParameters.from_document({**OWN, **bad})


@pytest.mark.parametrize("fault", [None, "0.1.24"])
def test_without_the_audited_library_nothing_is_planned(plan, monkeypatch, fault):
    def version(_name):
        if fault is None:
            raise drawing.PackageNotFoundError
        return fault

    monkeypatch.setattr(drawing, "version", version)
    with pytest.raises(UsageError) as caught:
        plan(fresh_reasoning=MIXED)
    assert caught.value.code == "CERT-E477"
    assert LIBRARY_VERSION in caught.value.why


def test_an_auditor_without_the_library_takes_the_recorded_problems(plan, library, tmp_path, monkeypatch):
    planned, sources = plan(fresh_reasoning=MIXED)
    assert public_fault(planned) is None
    questions = all_questions(planned, sources, SEED)
    lines = [json.dumps(one.document()) for one in questions]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    root = evidence_root([one.document() for one in questions])
    evaluation = SimpleNamespace(seed=SEED.hex(), journal=SimpleNamespace(questions_root=root))
    monkeypatch.setattr("certify.check.public.questions.library_fault", lambda: "it is not installed")
    told = public_fault(planned)
    assert told == "it is not installed"
    del library[:]
    again = _regenerated(EvidencePack(tmp_path), SimpleNamespace(checks=planned), evaluation, sources, told)
    assert again == (questions, "20 questions drawn again from the seed, all the same")
    assert library == []


def test_recorded_problems_must_be_those_of_the_drawn_families(plan, library):
    planned, sources = plan(fresh_reasoning=MIXED)
    questions = all_questions(planned, sources, SEED)
    public = [one for one in questions if is_public(one)]
    assert all_questions(planned, replace(sources, recorded=questions), SEED) == questions
    without_answer = public[0].model_copy(update={"gold": "42?"})
    twice = public[1].model_copy(update={"text": public[0].text})
    for recorded in (public[1:], [without_answer, *public[1:]], [public[0], twice, *public[2:]]):
        with pytest.raises(HostileInput, match="CERT-E110"):
            all_questions(planned, replace(sources, recorded=tuple(recorded)), SEED)


def test_a_published_problem_is_not_asked(plan, library, golden):
    named = {**OWN, "public_families": ["dice"], "public_items": 5}
    planned, sources = plan(fresh_reasoning=named, static_benchmark={})
    first = next(iter(sources.benchmarks.values()))
    item = first.items[0]._replace(question=golden["dice"][0].question, problem=None)
    published = type(first)(first.id, first.title, first.file, first.sha256, (item, *first.items[1:]))
    sources = replace(sources, benchmarks=dict.fromkeys(sources.benchmarks, published))
    texts = [one.text for one in all_questions(planned, sources, SEED) if is_public(one)]
    assert texts == [item.question for item in golden["dice"][1:6]]
    assert PublicItem(*golden["dice"][0]).question not in texts


def test_results_that_are_not_as_planned(plan, library, complete):
    planned, sources = plan(fresh_reasoning=MIXED)
    questions = all_questions(planned, sources, SEED)
    records = answered(planned, questions, complete, lambda one: True)
    result = score_all(planned, questions, records, sources).results["fresh-reasoning"]
    rows = result.public_families
    check = planned[0]
    for changes, said in (
        ({"public_families": rows[1:]}, "other public families"),
        ({"public_families": None}, "other public families"),
        ({"public": None}, "other public families"),
        ({"public_families": (rows[0], rows[0], rows[2])}, "other public families"),
        ({"public": result.public.model_copy(update={"items": 14})}, "add up"),
        ({"public_families": (rows[0].model_copy(update={"items": 6}), *rows[1:])}, "add up"),
        ({"public_families": (rows[0].model_copy(update={"right": 4}), *rows[1:])}, "add up"),
    ):
        with pytest.raises(HostileInput, match=said):
            _check_families(check, result.model_copy(update=changes))
    for odd in ({"publicFamilies": None}, {"publicFamilies": {"a": 1}}, {"publicItems": "15"}, {"publicItems": 14}):
        other = check.model_copy(update={"parameters": {**check.parameters, **odd}})
        with pytest.raises(HostileInput):
            _check_families(other, result)


def test_rules_can_ask_about_the_second_number():
    text = (
        'check["fresh-reasoning"].public.lower >= 0.5 && check["fresh-reasoning"].public_families.all(f, f.share > '
        'f.floor) && check["fresh-reasoning"].public.estimate - check["fresh-reasoning"].accuracy.estimate <= 0.2'
    )
    assert result_type(text, {}) == "BOOL"
    path = ("check", "fresh-reasoning", "public", "lower")
    many = best_result(path, {"fresh-reasoning": {**OWN, "public_families": 3, "public_items": 150}})
    few = best_result(path, {"fresh-reasoning": MIXED})
    assert few < many < 1
    assert best_result(path, {"fresh-reasoning": OWN}) is None
