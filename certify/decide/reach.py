"""Thresholds that no model could meet: the planned sample is too small to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from certify.decide.cel import program
from certify.decide.findings import Finding, fault
from certify.decide.form import Rule
from certify.decide.profile import conjuncts
from certify.decide.syntax import Path, Syntax, constant, path_of, show_path
from certify.evidence.instances import kind_of
from certify.evidence.parameters import (
    PARAMETER_TYPES,
    CorpusScanParameters,
    FreshReasoningParameters,
    LogicPuzzlesParameters,
    LongChainParameters,
)
from certify.evidence.parameters import StaticBenchmarkParameters as StaticParameters
from certify.evidence.parameters.detection import DetectionParameters
from certify.evidence.parameters.profile import CapabilityProfileParameters
from certify.evidence.parameters.rewrites import PairedRewriteParameters
from certify.statistics import (
    ONE_SIDED,
    accuracy_interval,
    best_lower_bound,
    look_levels,
    minimum_items,
    no_inflation_bound,
    recall_lower_bound,
    suite_interval,
)

_AT_LEAST = {"_>=_": 1, "_>_": 1, "_<=_": -1, "_<_": -1}


class Bound(NamedTuple):
    """A threshold that a rule sets for a bound of a result."""

    rule: str
    """Id of the rule."""
    path: Path
    """The bound, ``check``, the check's id, then its field."""
    direction: int
    """1 where the bound must be at least the threshold, -1 where at most."""
    threshold: float
    """What is asked."""

    @property
    def check(self) -> str:
        """The check whose result is asked about."""
        return str(self.path[1])

    @property
    def field(self) -> str:
        """The field of the result, dotted."""
        return ".".join(str(part) for part in self.path[2:])

    def reachable(self, best: float | None) -> bool:
        """Whether the best result there can be meets it; what is not known may."""
        if best is None or (self.direction > 0) != (self.path[-1] != "upper"):
            return True
        return best >= self.threshold if self.direction > 0 else best <= self.threshold


def bounds_of(rule: Rule, syntax: Syntax) -> Iterator[Bound]:
    """Every threshold that an assertion sets for a result, where all of the assertion must hold."""
    for node in conjuncts(syntax.root):
        if node.WhichOneof("kind") != "call_expr" or node.call_expr.function not in _AT_LEAST:
            continue
        left, right = node.call_expr.args
        sense = _AT_LEAST[node.call_expr.function]
        for side, other, direction in ((left, right, sense), (right, left, -sense)):
            path, threshold = path_of(side), _number(other, rule)
            if path is not None and threshold is not None and path[0] == "check" and len(path) > 2:
                yield Bound(rule.id, path, direction, threshold)


def asked_bounds(rules: Iterable[Rule]) -> tuple[Bound, ...]:
    """The thresholds of every assertion of a policy that compiles."""
    found = list[Bound]()
    for rule in rules:
        try:
            found += bounds_of(rule, program(rule.assert_).syntax)
        except ValueError:
            continue
    return tuple(found)


def asked_texts(rules: Iterable[Rule]) -> Iterator[tuple[Path, str]]:
    """Each fact that an assertion of a policy that compiles wants to be one text, such as a verdict, with that text."""
    for rule in rules:
        try:
            root = program(rule.assert_).syntax.root
        except ValueError:
            continue
        for node in conjuncts(root):
            if node.WhichOneof("kind") == "call_expr" and node.call_expr.function == "_==_":
                left, right = node.call_expr.args
                path, text = path_of(left), constant(right)
                if path is not None and isinstance(text, str):
                    yield path, text


def reach_findings(rule: Rule, syntax: Syntax, checks: Mapping[str, dict[str, Any]]) -> Iterator[Finding]:
    """A finding for each bound in an assertion that even a perfect result could not reach, or that looks pass by.

    Args:
        rule: whose assertion it is.
        syntax: the assertion.
        checks: the parameters of each check the policy runs.
    """
    for bound in bounds_of(rule, syntax):
        best = best_result(bound.path, checks)
        if best is not None and not bound.reachable(best):
            what = (
                f"{show_path(bound.path)} is {best:.4f} at best with the planned sample, {bound.threshold:g} is asked"
            )
            yield fault("unreachable", rule.id, "assert", what, _remedy(bound.path, bound.threshold))
        served = checks.get(bound.check, {}).get("threshold")
        if bound.field == "accuracy.lower" and served is not None and served != bound.threshold:
            what = f"{bound.threshold:g} is asked, and the looks of {bound.check} stop at {served:g}"
            yield fault("other-threshold", rule.id, "assert", what, f"give the check `threshold: {bound.threshold:g}`")


def _number(node: Any, rule: Rule) -> float | None:
    found: Any = constant(node)
    path = path_of(node)
    if path is not None and path[0] == "params" and len(path) == 2 and path[1] in rule.params:
        found = rule.params[str(path[1])].value
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def best_result(
    path: Path, checks: Mapping[str, dict[str, Any]], sizes: Mapping[str, int] | None = None
) -> float | None:
    """The best value a flawless model gives this bound with the planned sample; None where that is not known.

    Args:
        path: the bound.
        checks: the parameters of each check the policy runs.
        sizes: items of each check as planned, once benchmarks have been read.

    Source: docs/statistics.md, the rules ACC, SUITE, SEQ, LADDER, NOINFL and RECALL applied to a flawless result.
    """
    if path[0] != "check" or path[1] not in checks:
        return None
    check, field = str(path[1]), ".".join(str(part) for part in path[2:])
    given: Any = PARAMETER_TYPES[kind_of(check)].model_validate(checks[check])
    best = _BEST.get((kind_of(check), field))
    if best is None and isinstance(given, DetectionParameters):
        return _best_detection(field, (sizes or {}).get(check))
    items = (sizes or {}).get(check, _published_items(given, checks))
    if isinstance(given, PairedRewriteParameters):
        items = sizes[check] // given.ways if sizes and check in sizes else given.items
    return None if best is None else best(given, items)


def _published_items(given: Any, checks: Mapping[str, dict[str, Any]]) -> int | None:
    """How many items of its benchmark a plan asks, where a check is about one and the policy says so."""
    static = [checks[name] for name in checks if kind_of(name) == "static-benchmark"]
    asked = [StaticParameters.model_validate(one) for one in static]
    source = getattr(given, "source", getattr(given, "benchmark", None))
    return next((one.items for one in asked if one.source == source), None)


def last_level(looks: int | None) -> float:
    """The confidence level of the interval when every item was asked."""
    return look_levels(looks)[-1] if looks else 0.95


def _best_detection(field: str, items: int | None) -> float | None:
    """A test of contamination that no outcome could make worth its tokens asks nothing, and has no power."""
    return 0.0 if field == "power" and items == 0 else None


def _best_published(given: Any, items: int | None) -> float | None:
    return best_lower_bound(items, last_level(getattr(given, "looks", None))) if items else None


def _best_private(given: Any, items: int | None) -> float | None:
    asked = given.items or items
    return best_lower_bound(asked) if asked else None


def _best_gap(given: Any, items: int | None) -> float | None:
    return no_inflation_bound([0] * items) if items else None


def _best_recall(given: CorpusScanParameters, items: int | None) -> float:
    return recall_lower_bound(given.spikes, given.spikes) if given.spikes else 0.0


def _best_suite(given: FreshReasoningParameters, items: int | None) -> float:
    return _best_even(given.items, len(given.families), given)


def _best_even(items: int, families: int, given: FreshReasoningParameters) -> float:
    share, rest = divmod(items, families)
    if share == 0:
        return 0.0
    right = {str(index): [given.samples] * (share + (index < rest)) for index in range(families)}
    interval = suite_interval(right, given.samples, level=last_level(given.looks))
    return 0.0 if interval is None else interval.lower


def _best_public(given: FreshReasoningParameters, items: int | None) -> float | None:
    return _best_even(given.public_items or 0, given.public_count, given) if given.public_count else None


def _best_share(given: Any, items: int | None) -> float | None:
    return best_lower_bound(given.items)


def _best_solved(given: Any, items: int | None) -> float | None:
    """Every tenth item of a level cannot be solved; the bound is over the others."""
    each, rest = divmod(given.items, len(given.levels))
    counts = [each + (place < rest) for place in range(len(given.levels))]
    return best_lower_bound(sum(count - count // 10 for count in counts))


def _best_level(given: LogicPuzzlesParameters, items: int | None) -> float:
    right = [given.samples] * (given.per_level - given.twins())
    interval = suite_interval(dict.fromkeys(given.families, right), given.samples, level=ONE_SIDED)
    return float(given.levels[-1]) if interval is not None and interval.lower >= given.hold else 0.0


def _best_length(given: LongChainParameters, items: int | None) -> float:
    interval = accuracy_interval([given.samples] * given.per_length, given.samples, level=ONE_SIDED)
    return float(given.lengths[-1]) if interval is not None and interval.lower >= given.hold else 0.0


def _best_reading(given: CapabilityProfileParameters, items: int | None) -> float:
    return best_lower_bound(given.given_with(1)) if 1 in given.hops else 0.0


def _best_reasoning(given: CapabilityProfileParameters, items: int | None) -> float:
    return best_lower_bound(given.several())


def _fewest_confabulated(given: CapabilityProfileParameters, items: int | None) -> float:
    return round(1 - best_lower_bound(given.without), 4)


def _fewest_abstained(given: CapabilityProfileParameters, items: int | None) -> float:
    return round(1 - best_lower_bound(given.given), 4)


_BEST: dict[tuple[str, str], Callable[[Any, int | None], float | None]] = {
    ("capability-profile", "scope.reading.lower"): _best_reading,
    ("capability-profile", "scope.reasoning_given.lower"): _best_reasoning,
    ("capability-profile", "scope.confabulation.upper"): _fewest_confabulated,
    ("capability-profile", "scope.abstained_on_answerable.upper"): _fewest_abstained,
    ("corpus-scan", "verbatim_recall_lower"): _best_recall,
    ("fresh-reasoning", "accuracy.lower"): _best_suite,
    ("fresh-reasoning", "public.lower"): _best_public,
    ("logic-puzzles", "held_level"): _best_level,
    ("long-chain", "held_length"): _best_length,
    ("multi-turn", "turns.lower"): _best_share,
    ("multi-turn", "message.lower"): _best_share,
    ("multi-turn", "facts.lower"): _best_share,
    ("paired-rewrite", "original.lower"): _best_published,
    ("paired-rewrite", "rewritten.lower"): _best_published,
    ("paired-rewrite", "upper"): _best_gap,
    ("private-set", "accuracy.lower"): _best_private,
    ("unseen-tools", "act.solved.lower"): _best_solved,
    ("unseen-tools", "plan.solved.lower"): _best_solved,
    ("static-benchmark", "accuracy.lower"): _best_published,
    ("static-fresh-gap", "static.lower"): _best_published,
    ("static-fresh-gap", "fresh.lower"): _best_published,
    ("static-fresh-gap", "upper"): _best_gap,
}


def _remedy(path: Path, threshold: float) -> str:
    if path[-1] == "lower" and path[1] != "fresh-reasoning" and 0 <= threshold <= 0.9999:
        return f"plan at least {minimum_items(threshold)} items, or ask for less"
    return "plan more items, or ask for less"
