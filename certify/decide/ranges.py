"""Comparisons that come out the same whatever is found: thresholds out of range, words that evidence never says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from math import inf
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from certify.decide.cel import PARAMS, program
from certify.decide.findings import Finding, doubt, fault
from certify.decide.form import Rule
from certify.decide.mistakes import closest
from certify.decide.profile import conjuncts
from certify.decide.schema import Facts
from certify.decide.syntax import ROOTS, Path, Syntax, constant, path_of, show_path, walk
from certify.evidence.instances import entry_for
from certify.evidence.results import RESULT_TYPES

_MIRRORED = {"_>=_": "_<=_", "_>_": "_<_", "_<=_": "_>=_", "_<_": "_>_", "_==_": "_==_", "_!=_": "_!=_"}


class Range(NamedTuple):
    """The numbers between two bounds."""

    low: float
    """The lower bound."""
    high: float
    """The upper bound."""
    above: bool = False
    """Whether ``low`` itself is left out."""
    below: bool = False
    """Whether ``high`` itself is left out."""

    @property
    def empty(self) -> bool:
        """Whether no number is in it."""
        return self.low > self.high or (self.low == self.high and (self.above or self.below))

    def within(self, other: Range) -> bool:
        """Whether every number in it is in the other one too."""
        low = self.low > other.low or (self.low == other.low and (self.above or not other.above))
        high = self.high < other.high or (self.high == other.high and (self.below or not other.below))
        return self.empty or (low and high)

    def meet(self, other: Range) -> Range:
        """The numbers in both."""
        low, above = max((self.low, self.above), (other.low, other.above))
        high, below = min((self.high, not self.below), (other.high, not other.below))
        return Range(low, high, above, not below)


def range_findings(rule: Rule, field: str, syntax: Syntax) -> Iterator[Finding]:
    """Comparisons in one expression of a rule that no evidence, or all evidence, answers with yes."""
    yield from _word_findings(rule, field, syntax)
    asked: dict[Path, Range] = {}
    for node in conjuncts(syntax.root):
        found = _comparison(node, rule)
        possible = found and _possible(found[0])
        if not found or not possible:
            continue
        path, wanted = found
        column = syntax.columns.get(node.id, 1)
        asked[path] = asked.get(path, possible).meet(wanted)
        if asked[path].empty:
            yield fault(
                "never-holds", rule.id, field, f"{_never(path, possible)}: this never holds", _HINT, column=column
            )
        elif possible.within(wanted):
            yield _always(rule, field, path, column)


def shadow_findings(rule: Rule) -> Iterator[Finding]:
    """A finding where ``refute`` holds whenever ``assert`` does, so that the rule is never met."""
    if rule.refute is None:
        return
    try:
        shown, refuted = (_asked(rule, program(text).syntax) for text in (rule.assert_, rule.refute))
    except ValueError:
        return
    if refuted and all(path in shown and shown[path].within(wanted) for path, wanted in refuted.items()):
        what = "it holds whenever `assert` does, so the rule is never met"
        yield fault("never-holds", rule.id, "refute", what, "refute what speaks against the model")


def _asked(rule: Rule, syntax: Syntax) -> dict[Path, Range]:
    """The range that each value must be in, where that is all an expression asks; empty where it asks more."""
    asked: dict[Path, Range] = {}
    for node in conjuncts(syntax.root):
        found = _comparison(node, rule)
        if found is None:
            return {}
        asked[found[0]] = asked.get(found[0], Range(-inf, inf)).meet(found[1])
    return asked


_HINT = "ask for a value that there can be"


def _never(path: Path, possible: Range) -> str:
    high = "" if possible.high == inf else f", at most {possible.high:g}"
    return f"{show_path(path)} is at least {possible.low:g}{high}" if possible.low > -inf else show_path(path)


def _always(rule: Rule, field: str, path: Path, column: int) -> Finding:
    what = f"whatever {show_path(path)} is, this holds"
    if field in ("refute", "inconclusive_when"):
        return fault("always-holds", rule.id, field, f"{what}, so the rule is never met", _HINT, column=column)
    return doubt("always-holds", rule.id, field, what, "ask for more, or leave it out", column=column)


def _comparison(node: Any, rule: Rule) -> tuple[Path, Range] | None:
    """A value of the evidence and the range that a comparison with a number wants it in."""
    if node.WhichOneof("kind") != "call_expr" or node.call_expr.function not in _MIRRORED:
        return None
    left, right = node.call_expr.args
    for side, other, sense in (
        (left, right, node.call_expr.function),
        (right, left, _MIRRORED[node.call_expr.function]),
    ):
        path, number = path_of(side), _value(other, rule)
        if path is None or path[0] not in ROOTS or isinstance(number, bool) or not isinstance(number, int | float):
            continue
        ranges = {
            "_>=_": Range(number, inf),
            "_>_": Range(number, inf, above=True),
            "_<=_": Range(-inf, number),
            "_<_": Range(-inf, number, below=True),
            "_==_": Range(number, number),
        }
        return (path, ranges[sense]) if sense in ranges else None
    return None


def _value(node: Any, rule: Rule) -> Any:
    path = path_of(node)
    if path is not None and path[0] == PARAMS and len(path) == 2 and path[1] in rule.params:
        return rule.params[str(path[1])].value
    return constant(node)


def _word_findings(rule: Rule, field: str, syntax: Syntax) -> Iterator[Finding]:
    """A finding for each text that is compared with a value which never says it."""
    for node in walk(syntax.root):
        if node.WhichOneof("kind") != "call_expr" or node.call_expr.function not in ("_==_", "_!=_", "@in"):
            continue
        left, right = node.call_expr.args
        for side, other in ((left, right), (right, left)):
            path = path_of(side)
            known = _words(path) if path is not None and path[0] in ROOTS else ()
            for word in _texts(other, rule) if known else ():
                if word not in known:
                    what = f"{show_path(path or ())} is never {word!r}"
                    hint = closest(word, known) or f"it is one of {', '.join(known)}"
                    column = syntax.columns.get(other.id, 1)
                    yield fault("unknown-value", rule.id, field, what, hint, column=column)


def _texts(node: Any, rule: Rule) -> Iterable[str]:
    if node.WhichOneof("kind") == "list_expr":
        return [text for element in node.list_expr.elements for text in _texts(element, rule)]
    value = _value(node, rule)
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


def _possible(path: Path) -> Range | None:
    schema = _schema_of(path)
    if schema.get("type") not in ("integer", "number"):
        return None
    closed = Range(schema.get("minimum", -inf), schema.get("maximum", inf))
    above, below = schema.get("exclusiveMinimum", -inf), schema.get("exclusiveMaximum", inf)
    return closed.meet(Range(above, below, above=above > -inf, below=below < inf))


def _words(path: Path) -> tuple[str, ...]:
    schema = _schema_of(path)
    found = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return tuple(word for word in found if isinstance(word, str))


def _schema_of(path: Path) -> dict[str, Any]:
    """The JSON Schema of a value of the evidence; empty where it has none."""
    root, *rest = path
    kind: Any = None
    if root == "check":
        kind, rest = entry_for(str(rest[0]), RESULT_TYPES) if rest else None, rest[1:]
    elif root in Facts.model_fields:
        kind = Facts.model_fields[str(root)].annotation
    if kind is None:
        return {}
    whole = _schema(kind)
    schema: dict[str, Any] = whole
    for part in rest:
        schema = _resolved(schema, whole)
        schema = schema.get("items", {}) if isinstance(part, int) else schema.get("properties", {}).get(part, {})
    return _resolved(schema, whole)


def _resolved(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        schema = next((one for one in schema["anyOf"] if one.get("type") != "null"), {})
    return whole["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


@cache
def _schema(kind: Any) -> dict[str, Any]:
    return TypeAdapter(kind).json_schema(by_alias=False)
