"""Looks that do not follow from the plan, from their counts or from the log are refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from certify.errors import HostileInput
from certify.evidence.looks import Interim
from certify.evidence.plan import PlannedCheck
from certify.evidence.results import FamilyResult, FreshReasoningResult, Outcomes
from certify.statistics import Sums, judge, look_interval, look_levels
from certify.verify.looks import asked_items, check_looks

PLAN = "a" * 64
FAMILIES = ("addition", "sorting")
STEPS = ((40, 30), (80, 66), (120, 104))
"""Items and right answers over both families, look by look: undecided, undecided, met."""


def look(number: int, items: int, right: int) -> dict[str, Any]:
    half = right // 2
    groups = [
        {"group": name, "items": items // 2, "right": part, "squares": part}
        for name, part in zip(FAMILIES, (half, right - half), strict=True)
    ]
    interval = look_interval({g["group"]: Sums(g["items"], g["right"], g["squares"]) for g in groups}, 1, number, 3)
    assert interval is not None
    bounds = {name: getattr(interval, name) for name in ("estimate", "lower", "upper")}
    verdict = judge(interval, 0.75).value
    return {"look": number, "of": 3, "items": items, "groups": groups, **bounds, "verdict": verdict}


def evidence(**changes: Any) -> Any:
    looks = changes.get("looks", [look(number, *step) for number, step in enumerate(STEPS, 1)])
    last, right = looks[-1], sum(group["right"] for group in looks[-1]["groups"])
    families = [
        FamilyResult(
            family=g["group"], version=1, released="2026-11-23", right=g["right"], answers=g["items"], items=g["items"],
            share=round(g["right"] / g["items"], 4), floor=0.1, floor_responder="none",
        )
        for g in last["groups"]
    ]  # fmt: skip
    accuracy = {name: last[name] for name in ("estimate", "lower", "upper", "items")}
    result = FreshReasoningResult.from_document(
        {
            "accuracy": {**accuracy, "samples": 1, "rule": "SEQ", **changes.get("accuracy", {})},
            "families": [one.document() for one in families],
            "lowestFamily": min(one.share for one in families),
            "outcomes": Outcomes(answers=last["items"], correct=right, wrong=last["items"] - right).document(),
            "level": 1,
            **({"looks": looks} if changes.get("shown", True) else {}),
        }
    )
    planned = [{"items": n, "level": level} for n, level in zip((40, 80, 120), look_levels(3), strict=True)]
    check = PlannedCheck.from_document(
        {
            "id": "fresh-reasoning", "version": 1, "items": 120, "samples": 1, "maxTokens": 64,
            "parameters": {"families": list(FAMILIES), "items": 120, "looks": 3, "threshold": 0.75},
            "looks": planned, **changes.get("plan", {}),
        }
    )  # fmt: skip
    interims = changes.get("interims", [(n, looks[n - 1]) for n in range(1, len(looks))])
    statements = [
        Interim.from_document(
            {
                "planSha256": changes.get("of_plan", PLAN), "round": number, "checks": {"fresh-reasoning": seen},
                "records": 40, "recordsRoot": "b" * 64,
            }
        )
        for number, seen in interims
    ]  # fmt: skip
    return SimpleNamespace(
        plan=SimpleNamespace(value=SimpleNamespace(checks=(check,)), payload_sha256=PLAN),
        evaluation=SimpleNamespace(value=SimpleNamespace(results=lambda: {"fresh-reasoning": result})),
        interims=tuple(SimpleNamespace(value=one) for one in statements),
    )


def honest() -> list[dict[str, Any]]:
    return [look(number, *step) for number, step in enumerate(STEPS, 1)]


def test_honest_looks_pass() -> None:
    good = evidence()
    check_looks(good)
    assert asked_items(good.plan.value, good.evaluation.value.results()) == {"fresh-reasoning": 120}
    early = [look(1, 40, 39)]
    assert early[0]["verdict"] == "met"
    check_looks(evidence(looks=early))
    assert asked_items(good.plan.value, evidence(looks=early).evaluation.value.results()) == {"fresh-reasoning": 40}


def bent(number: int, **fields: Any) -> list[dict[str, Any]]:
    looks = honest()
    looks[number - 1] = {**looks[number - 1], **fields}
    return looks


FORGED = {
    "a look left out": {"looks": [honest()[0], honest()[2]], "interims": [(1, honest()[0])]},
    "stopped before the boundary": {"looks": honest()[:2]},
    "went on after the boundary": {"looks": [look(1, 40, 39), *honest()[1:]]},
    "another lower bound": {"looks": bent(3, lower=0.9)},
    "another verdict": {"looks": bent(1, verdict="not_met")},
    "another number of looks": {"looks": bent(2, of=4)},
    "counts nobody can have": {"looks": [honest()[0], look(2, 80, 66) | {"groups": [
        {"group": "addition", "items": 40, "right": 33, "squares": 99},
        {"group": "sorting", "items": 40, "right": 33, "squares": 33}]}, honest()[2]]},
    "answers taken back": {"looks": [look(1, 40, 34), look(2, 80, 66), look(3, 120, 64)]},
    "items of another look": {"looks": [honest()[0], look(2, 90, 75), honest()[2]]},
    "no looks shown": {"shown": False},
    "a result that is not the last look's": {"accuracy": {"lower": 0.7}},
    "a result under another rule": {"accuracy": {"rule": "SUITE"}},
    "other levels in the plan": {"plan": {"looks": [
        {"items": n, "level": 0.95} for n in (40, 80, 120)]}},
    "other sizes in the plan": {"plan": {"looks": [
        {"items": n, "level": level} for n, level in zip((30, 80, 120), look_levels(3), strict=True)]}},
    "another number in the parameters": {"plan": {"parameters": {
        "families": list(FAMILIES), "items": 120, "looks": 2, "threshold": 0.75}}},
    "no threshold": {"plan": {"parameters": {"families": list(FAMILIES), "items": 120, "looks": 3}}},
    "another threshold": {"plan": {"parameters": {
        "families": list(FAMILIES), "items": 120, "looks": 3, "threshold": 0.5}}},
    "looks that were not planned": {"plan": {"looks": None}},
    "an interim look not signed": {"interims": [(1, honest()[0])]},
    "an interim look too many": {"interims": [(n, honest()[min(n, 3) - 1]) for n in (1, 2, 3)]},
    "an interim look that says otherwise": {"interims": [(1, look(1, 40, 31)), (2, honest()[1])]},
    "an interim look of another plan": {"of_plan": "c" * 64},
}  # fmt: skip


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_forged_looks_are_refused(forged: dict[str, Any]) -> None:
    with pytest.raises(HostileInput) as caught:
        check_looks(evidence(**forged))
    assert caught.value.code == "CERT-E090"
