"""Results are about what was planned, and their parts add up."""

import pytest

from tests.fakes.forgery import forge, put

FRESH = ("checks", "fresh-reasoning")
STATIC = ("checks", "static-benchmark")
GAP = ("checks", "static-fresh-gap")

TASK = {
    "name": "sums",
    "version": "1.0",
    "lmEval": "0.4.13",
    "metric": "exact_match",
    "filter": "none",
    "shots": 0,
    "dataset": "sums, test",
    "origin": "lm-eval",
    "code": "0" * 64,
}


def as_task(check):
    """A plan that asks a task where the result is about a benchmark."""
    del check["parameters"]["benchmark"]
    check["parameters"] |= {"task": "sums", "metric": "exact_match,none"}


def another_file(document):
    """The gap is measured on twins of another file than the one that was answered."""
    [gap] = [check for check in document["checks"] if check["id"] == "static-fresh-gap"]
    gap["parameters"]["sha256"] = "0" * 64


def another_share(document):
    """A family's share, and the weakest with it, without other right answers."""
    fresh = document["checks"]["fresh-reasoning"]
    fresh["families"][1]["share"] = fresh["lowestFamily"] = 0.25


def guessed(share, how):
    """What guessing would give, in a way that no 40 items allow."""
    return lambda document: document["checks"]["static-benchmark"].update(floor=share, floorResponder=how)


def of_check(name, change):
    """An edit of one planned check."""
    return lambda document: change(next(check for check in document["checks"] if check["id"] == name))


@pytest.mark.parametrize(
    ("kind", "edit", "said"),
    [
        ("plan", of_check("fresh-reasoning", put("maxTokens", value=65)), "another size"),
        ("plan", of_check("fresh-reasoning", put("parameters", "maxTokens", value=65)), "another size"),
        ("plan", of_check("fresh-reasoning", put("parameters", "items", value=39)), "another size"),
        ("plan", of_check("fresh-reasoning", put("parameters", "items", value=41)), "another size"),
        ("plan", of_check("static-benchmark", put("parameters", "items", value=39)), "another size"),
        ("plan", of_check("static-fresh-gap", put("parameters", "samples", value=2)), "another size"),
        ("plan", of_check("static-benchmark", put("parameters", "samples", value="1")), "another size"),
        ("plan", of_check("static-benchmark", put("parameters", "decoding", value="VibeThinker-style")), "decoding"),
        ("plan", put("tokens", value=7681), "tokens"),
        ("plan", another_file, "two files"),
        ("evaluation", put(*FRESH, "families", 0, "floor", value=0.0), "another floor of addition v1, level 1"),
        ("evaluation", put(*FRESH, "families", 1, "floorResponder", value="nobody"), "another floor"),
        ("evaluation", put(*STATIC, "floor", value=0.25), "guessing"),
        ("evaluation", guessed(0.51, "at-random"), "guessing"),
        ("evaluation", guessed(0.0, "always-A"), "guessing"),
        ("evaluation", guessed(0.26, "always-A"), "guessing"),
        ("evaluation", guessed(0.25, "always-right"), "guessing"),
        ("evaluation", put(*FRESH, "families", 0, "family", value="weekday"), "other families"),
        ("evaluation", lambda document: document["checks"]["fresh-reasoning"]["families"].pop(), "other families"),
        ("evaluation", put(*FRESH, "families", value=[]), "other families"),
        ("evaluation", put(*FRESH, "level", value=2), "another level"),
        ("evaluation", put(*FRESH, "families", 1, "right", value=9), "add up"),
        ("evaluation", put(*FRESH, "families", 1, "answers", value=11), "add up"),
        ("evaluation", put(*FRESH, "families", 1, "items", value=9), "add up"),
        ("evaluation", put(*FRESH, "families", 1, "share", value=0.9), "weakest"),
        ("evaluation", put(*FRESH, "lowestFamily", value=0.5), "weakest"),
        ("evaluation", another_share, "right answers give"),
        ("evaluation", put(*FRESH, "accuracy", "estimate", value=0.9999), "its families give"),
        ("evaluation", put(*FRESH, "accuracy", "lower", value=0.9998), "its families give"),
        ("evaluation", put(*FRESH, "accuracy", "samples", value=2), "its families give"),
        ("evaluation", put(*STATIC, "accuracy", "estimate", value=0.9999), "right answers give"),
        ("evaluation", put(*STATIC, "accuracy", "lower", value=0.9998), "right answers give"),
        ("evaluation", put(*STATIC, "accuracy", "items", value=400), "right answers give"),
        ("evaluation", put(*STATIC, "benchmark", value="aime25"), "names another benchmark"),
        ("evaluation", put(*STATIC, "task", value=TASK), "names another benchmark"),
        ("plan", of_check("static-benchmark", as_task), "names another benchmark"),
        ("evaluation", put(*GAP, "gap", value=-0.5), "another gap"),
        ("evaluation", put(*GAP, "upper", value=-1.0), "another gap"),
        ("evaluation", put(*GAP, "upper", value=0.0001), "another gap"),
        ("evaluation", put(*GAP, "fresh", "estimate", value=0.9999), "do not give"),
        ("evaluation", put(*GAP, "fresh", "lower", value=0.9998), "do not give"),
        ("evaluation", put(*GAP, "static", "lower", value=0.9998), "do not give"),
        ("evaluation", put(*GAP, "powerAgainst", value=0.9), "tested against"),
        ("evaluation", put(*GAP, "margin", value=0.5), "tested against"),
    ],
)
def test_a_result_that_is_not_what_was_planned(kind, edit, said, chain, judge, failed):
    found = judge(forge(chain, {kind: edit}))
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]
    assert said in failed(found)[0].detail


@pytest.mark.parametrize("version", [0, 2, 99])
def test_floors_of_a_generator_that_nobody_knows_are_not_called_valid(version, chain, judge):
    def boast(document):
        document["checks"]["fresh-reasoning"]["families"][0].update(version=version, floor=0.0)

    found = judge(forge(chain, {"evaluation": boast}))
    assert found.verdict == "incomplete"
    [line] = [line for line in found.checks if line.id == "floors"]
    assert line.result == "skip"
    assert line.detail.endswith(f"this one has no floors of addition v{version}, level 1")


def test_a_plan_and_a_result_without_families_are_judged(chain, judge, failed):
    def none_planned(document):
        [fresh] = [check for check in document["checks"] if check["id"] == "fresh-reasoning"]
        fresh["parameters"]["families"] = []

    found = judge(forge(chain, {"plan": none_planned, "evaluation": put(*FRESH, "families", value=[])}))
    assert found.verdict == "invalid"


def test_a_benchmark_may_hold_fewer_items_than_would_be_asked_at_most(chain, judge, failed):
    """The plan holds together; what is refused then is that the policy asks for something else."""
    found = judge(forge(chain, {"plan": of_check("static-benchmark", put("parameters", "items", value=41))}))
    assert {line.id for line in failed(found)} == {"decision"}
