"""Thresholds that no model could meet: the planned sample is too small to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from certify.decide.findings import Finding
from certify.decide.form import Rule
from certify.decide.profile import conjuncts
from certify.decide.syntax import Path, Syntax, constant, path_of, show_path
from certify.evidence.instances import kind_of
from certify.evidence.parameters import PARAMETER_TYPES, CorpusScanParameters, FreshReasoningParameters
from certify.evidence.parameters import StaticBenchmarkParameters as StaticParameters
from certify.statistics import best_lower_bound, minimum_items, no_inflation_bound, recall_lower_bound, suite_interval

_AT_LEAST = {"_>=_": 1, "_>_": 1, "_<=_": -1, "_<_": -1}


def reach_findings(rule: Rule, syntax: Syntax, checks: Mapping[str, dict[str, Any]]) -> Iterator[Finding]:
    """A finding for each bound in an assertion that even a perfect result could not reach.

    Args:
        rule: whose assertion it is.
        syntax: the assertion.
        checks: the parameters of each check the policy runs.
    """
    for node in conjuncts(syntax.root):
        if node.WhichOneof("kind") != "call_expr" or node.call_expr.function not in _AT_LEAST:
            continue
        left, right = node.call_expr.args
        sense = _AT_LEAST[node.call_expr.function]
        for side, other, direction in ((left, right, sense), (right, left, -sense)):
            path, threshold = path_of(side), _number(other, rule)
            if path is not None and threshold is not None:
                yield from _compare(rule, path, direction, threshold, checks)


def _number(node: Any, rule: Rule) -> float | None:
    found: Any = constant(node)
    path = path_of(node)
    if path is not None and path[0] == "params" and len(path) == 2 and path[1] in rule.params:
        found = rule.params[str(path[1])].value
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _compare(
    rule: Rule, path: Path, direction: int, threshold: float, checks: Mapping[str, dict[str, Any]]
) -> Iterator[Finding]:
    best = best_result(path, checks)
    if best is None or (direction > 0) != (path[-1] != "upper"):
        return
    if (threshold > best) if direction > 0 else (threshold < best):
        what = f"assert: {show_path(path)} is {best:.4f} at best with the planned sample, {threshold:g} is asked"
        yield Finding("unreachable", rule.id, what, _remedy(path, threshold))


def best_result(path: Path, checks: Mapping[str, dict[str, Any]]) -> float | None:
    """The best value a flawless model gives this bound with the planned sample; None where that is not known.

    Source: docs/statistics.md, the rules ACC, SUITE, NOINFL and RECALL applied to a flawless result.
    """
    if path[0] != "check" or path[1] not in checks:
        return None
    check, field = str(path[1]), ".".join(str(part) for part in path[2:])
    given: Any = PARAMETER_TYPES[kind_of(check)].model_validate(checks[check])
    best = _BEST.get((kind_of(check), field))
    return None if best is None else best(given, _published_items(given, checks))


def _published_items(given: Any, checks: Mapping[str, dict[str, Any]]) -> int | None:
    """How many items of its benchmark a plan asks, where a check is about one and the policy says so."""
    static = [checks[name] for name in checks if kind_of(name) == "static-benchmark"]
    asked = [StaticParameters.model_validate(one) for one in static]
    benchmark = getattr(given, "benchmark", None)
    return next((one.items for one in asked if one.benchmark == benchmark), None)


def _best_published(given: Any, items: int | None) -> float | None:
    return best_lower_bound(items) if items else None


def _best_private(given: Any, items: int | None) -> float | None:
    return best_lower_bound(given.items) if given.items else None


def _best_gap(given: Any, items: int | None) -> float | None:
    return no_inflation_bound([0] * items) if items else None


def _best_recall(given: CorpusScanParameters, items: int | None) -> float:
    return recall_lower_bound(given.spikes, given.spikes) if given.spikes else 0.0


def _best_suite(given: FreshReasoningParameters, items: int | None) -> float:
    families = len(given.families)
    share, rest = divmod(given.items, families)
    if share == 0:
        return 0.0
    right = {str(index): [given.samples] * (share + (index < rest)) for index in range(families)}
    interval = suite_interval(right, given.samples)
    return 0.0 if interval is None else interval.lower


_BEST: dict[tuple[str, str], Callable[[Any, int | None], float | None]] = {
    ("corpus-scan", "verbatim_recall_lower"): _best_recall,
    ("fresh-reasoning", "accuracy.lower"): _best_suite,
    ("private-set", "accuracy.lower"): _best_private,
    ("static-benchmark", "accuracy.lower"): _best_published,
    ("static-fresh-gap", "static.lower"): _best_published,
    ("static-fresh-gap", "fresh.lower"): _best_published,
    ("static-fresh-gap", "upper"): _best_gap,
}


def _remedy(path: Path, threshold: float) -> str:
    if path[-1] == "lower" and path[1] != "fresh-reasoning" and 0 <= threshold <= 0.9999:
        return f"plan at least {minimum_items(threshold)} items, or ask for less"
    return "plan more items, or ask for less"
