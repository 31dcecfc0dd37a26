"""How sharp the examples of a policy are: each rule is made wrong in small ways, and an example should notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from certify.decide.cel import program
from certify.decide.examples import NO_COMPLETE_EXAMPLE, try_rule
from certify.decide.form import Kind, Rule
from certify.decide.policy import LoadedPolicy
from certify.decide.syntax import walk
from certify.errors import UsageError

_FLIPS = {
    "_>=_": (">=", "<"),
    "_>_": (">", "<="),
    "_<=_": ("<=", ">"),
    "_<_": ("<", ">="),
    "_==_": ("==", "!="),
    "_!=_": ("!=", "=="),
    "_&&_": ("&&", "||"),
}


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

    Comparisons are turned round, ``&&`` becomes ``||``, and each numeric parameter is moved down and up by
    half. A survivor is a change of meaning that no example would notice: add one at the threshold.

    Raises:
        UsageError: CERT-E054, there is no complete example to lay the others over.
    """
    if "pass" not in policy.evidence:
        hint = "`certify policy example POLICY` prints one to start from"
        raise UsageError("CERT-E054", "the policy has no complete example", NO_COMPLETE_EXAMPLE, hint)
    own = [rule for rule in policy.policy.rules if rule.id not in policy.inherited and rule.examples is not None]
    return [
        Mutant(rule.id, change, _killer(policy, changed))
        for rule in own
        for change, changed in (*_flipped(rule), *_moved(rule))
    ]


def _killer(policy: LoadedPolicy, rule: Rule) -> str:
    return next((result.example for result in try_rule(policy, rule) if not result.passed), "")


def _flipped(rule: Rule) -> Iterator[tuple[str, Rule]]:
    for field, text in rule.expressions().items():
        syntax = program(text).syntax
        for node in walk(syntax.root):
            call = node.call_expr.function if node.WhichOneof("kind") == "call_expr" else ""
            start = syntax.columns.get(node.id, 0) - 1
            old, new = _FLIPS.get(call, ("", ""))
            if old and text.startswith(old, start):
                changed = text[:start] + new + text[start + len(old) :]
                name = "assert_" if field == "assert" else field
                yield f"{field}, column {start + 1}: {old} became {new}", rule.model_copy(update={name: changed})


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
