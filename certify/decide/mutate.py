"""How sharp the examples of a policy are: each rule is made wrong in small ways, and an example should notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from certify.decide.cel import program
from certify.decide.decide import decide_rule, verdict_of
from certify.decide.examples import NO_COMPLETE_EXAMPLE, UNTRIED, example_views, require_examples, try_rule
from certify.decide.form import Enforcement, Kind, Rule
from certify.decide.lint import require_clean
from certify.decide.policy import LoadedPolicy
from certify.decide.profile import guard
from certify.decide.syntax import constant, walk
from certify.errors import UsageError
from certify.evidence.decision import RuleStatus

_FLIPS = {
    "_>=_": (">=", ">", "<"),
    "_>_": (">", ">=", "<="),
    "_<=_": ("<=", "<", ">"),
    "_<_": ("<", "<=", ">="),
    "_==_": ("==", "!="),
    "_!=_": ("!=", "=="),
    "_&&_": ("&&", "||"),
    "_||_": ("||", "&&"),
    "!_": ("!", ""),
    "_+_": ("+", "-"),
    "_-_": ("-", "+"),
}
"""Operators: as the tree names them, as they are written, and what each is turned into."""
_COMPARED = ("_>=_", "_>_", "_<=_", "_<_", "_==_", "_!=_")
_LOOPS = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\.(all|exists)\(""")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_OPTIONAL = ("when", "refute", "inconclusive_when")


class Mutant(NamedTuple):
    """One rule, made wrong."""

    rule: str
    """The rule."""
    change: str
    """What was changed."""
    killed_by: str
    """The example that noticed; empty for a survivor."""


def mutate(policy: LoadedPolicy) -> list[Mutant]:
    """Every mutant of the policy's own rules, with the example that notices it.

    Operators are turned into others, thresholds are moved down and up by half whether they stand in a parameter or in
    an expression, ``all`` and ``exists`` change places, each optional condition is dropped, and so is the whole rule. A
    survivor is a change of meaning that no example would notice: add one, most often right at a threshold.

    Raises:
        UsageError: CERT-E054, there is no complete example to lay the others over, or an example does not end as it
            should, and would seem to notice everything; CERT-E053, lint finds an error.
    """
    if "pass" not in policy.evidence:
        hint = "`certify policy example POLICY` prints one to start from"
        raise UsageError("CERT-E054", "the policy has no complete example", NO_COMPLETE_EXAMPLE, hint)
    require_clean(policy)
    require_examples(policy)
    own = [rule for rule in policy.policy.rules if rule.id not in policy.inherited and rule.examples is not None]
    return [mutant for rule in own for mutant in _mutants(policy, rule)]


def _mutants(policy: LoadedPolicy, rule: Rule) -> Iterator[Mutant]:
    for change, changed in (*_flipped(rule), *_loops(rule), *_literals(rule), *_moved(rule), *_without(rule)):
        if _compiles(changed):
            yield Mutant(rule.id, change, _killer(policy, rule, changed))
    yield Mutant(rule.id, "the whole rule was dropped", _misses(policy, rule))


def _compiles(rule: Rule) -> bool:
    """Whether a changed rule is one at all: times can be taken from each other, not added up."""
    try:
        return all(program(text) for text in rule.expressions().values())
    except ValueError:
        return False


def _killer(policy: LoadedPolicy, rule: Rule, changed: Rule) -> str:
    tried = try_rule(policy, changed, said=rule)
    return next((one.example for one in tried if not one.passed and one.found != UNTRIED), "")


def _misses(policy: LoadedPolicy, rule: Rule) -> str:
    """The example that tells the policy from one without the rule: a required one by the verdict alone."""
    for name, view in example_views(policy, rule):
        outcomes = [decide_rule(one, view) for one in policy.policy.rules]
        others = [outcome for outcome in outcomes if outcome.id != rule.id]
        own = next(outcome.status for outcome in outcomes if outcome.id == rule.id)
        required = rule.enforcement is Enforcement.MUST
        if verdict_of(outcomes) != verdict_of(others) if required else own is not RuleStatus.MET:
            return name
    return ""


def _flipped(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for field, text in rule.expressions().items():
        syntax = program(text).syntax
        for node in walk(syntax.root):
            call = node.call_expr.function if node.WhichOneof("kind") == "call_expr" else ""
            start = syntax.columns.get(node.id, 0) - 1
            old, *others = _FLIPS.get(call, ("",))
            others = others[-1:] if guard(node) else others  # lint holds a guard to its bound
            for new in others if old and text.startswith(old, start) else ():
                yield _changed(rule, field, text, (start, len(old)), new)


def _loops(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for field, text in rule.expressions().items():
        for match in _LOOPS.finditer(text):
            if match[2]:
                other = {"all": "exists", "exists": "all"}[match[2]]
                yield _changed(rule, field, text, (match.start(2), len(match[2])), other)


def _literals(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Numbers that stand beside a comparison, moved; the guard against an empty list is turned, not moved."""
    for field, text in rule.expressions().items():
        syntax = program(text).syntax
        for node in walk(syntax.root):
            if node.WhichOneof("kind") != "call_expr" or node.call_expr.function not in _COMPARED or guard(node):
                continue
            for side in node.call_expr.args:
                value, match = constant(side), _NUMBER.match(text, syntax.columns.get(side.id, 1) - 1)
                if match is not None and isinstance(value, int | float) and not isinstance(value, bool):
                    for moved in _around(value):
                        yield _changed(rule, field, text, (match.start(), len(match[0])), repr(moved))


def _changed(rule: Rule, field: str, text: str, place: tuple[int, int], new: str) -> tuple[str, Rule]:
    start, length = place
    old = text[start : start + length]
    name = "assert_" if field == "assert" else field
    words = f"{old} became {new}" if new else f"{old} was dropped"
    changed = rule.model_copy(update={name: text[:start] + new + text[start + length :]})
    return f"{field}, column {start + 1}: {words}", changed


def _without(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for field in _OPTIONAL:
        if field in rule.expressions():
            yield f"{field} was dropped", rule.model_copy(update={field: None})


def _moved(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for name, parameter in sorted(rule.params.items()):
        if parameter.kind not in (Kind.DECIMAL, Kind.WHOLE):
            continue
        for value in _around(parameter.value):
            params = {**rule.params, name: parameter.model_copy(update={"value": value})}
            change = f"params.{name}: {parameter.value:g} became {value:g}"
            yield change, rule.model_copy(update={"params": params})


def _around(value: Any) -> tuple[Any, Any]:
    step = max(1, abs(value) // 2) if isinstance(value, int) else abs(value) / 2 or 0.5
    return value - step, value + step
