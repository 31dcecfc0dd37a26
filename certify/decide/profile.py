"""The part of CEL that policies may use: what is left cannot pass for want of evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from certify.decide.cel import NOW, PARAMS
from certify.decide.descriptors import plain_type
from certify.decide.findings import Finding, fault
from certify.decide.schema import Facts
from certify.decide.syntax import ROOTS, Path, Syntax, children, constant, path_of, paths, show_path, walk
from certify.evidence.instances import entry_for
from certify.evidence.results import RESULT_TYPES

_COMPARISONS = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"}
_LOGIC = {"_&&_", "_||_", "!_", "_?_:_", "@not_strictly_false"}
_ARITHMETIC = {"-_", "_+_", "_-_", "_*_", "_/_"}
_TEXT = {"startsWith", "endsWith", "contains", "matches", "size", "timestamp", "duration", "_[_]"}
ALLOWED = _COMPARISONS | _LOGIC | _ARITHMETIC | _TEXT
MAX_PRODUCTS = 8
_LARGEST, _SMALLEST = 1e12, 1e-12


def profile_findings(rule: str, field: str, syntax: Syntax) -> Iterator[Finding]:
    """Every construct of an expression that policies may not use."""
    for node in walk(syntax.root):
        column = syntax.columns.get(node.id, 1)
        kind = node.WhichOneof("kind")
        if kind == "struct_expr":
            what = "maps and messages cannot be built"
            yield fault("construct", rule, field, what, "compare values directly", column=column)
        elif kind == "select_expr" and node.select_expr.test_only:
            yield fault("has", rule, field, "has() makes absent evidence count", _ABSENT, column=column)
        elif kind == "call_expr" and node.call_expr.function not in ALLOWED:
            what = f"{node.call_expr.function} is not part of what policies may use"
            yield fault("function", rule, field, what, f"use {_WORDS}", column=column)
        elif kind == "call_expr" and node.call_expr.function in ("_||_", "!_"):
            yield from _or_over_evidence(rule, field, column, node)
        elif kind == "comprehension_expr" and node.comprehension_expr.iter_var in {*ROOTS, PARAMS, NOW}:
            what = f"{node.comprehension_expr.iter_var!r} hides the evidence of that name"
            yield fault("shadowing", rule, field, what, "rename it", column=column)
    yield from _arithmetic(rule, field, syntax)
    yield from _vacuous(rule, field, syntax)
    yield from _unknown_checks(rule, field, syntax)


_WORDS = "comparisons, && || ! in, + - * /, size, startsWith, endsWith, contains, matches, timestamp, duration"
_ABSENT = "leave it out: a rule whose evidence is absent is reported as missing by itself"


def may_be_absent(path: Path) -> bool:
    """Whether the evidence may lack this value although the run was in order."""
    if path[0] == "check":
        return True
    model: Any = Facts
    for part in path:
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return False
        field = model.model_fields[str(part)]
        if not field.is_required() and field.default is None:
            return True
        model = plain_type(field.annotation)[0]
    return False


def conjuncts(node: Any) -> list[Any]:
    """The parts of ``a && b && c``; an expression of another form is its own only part."""
    if node.WhichOneof("kind") == "call_expr" and node.call_expr.function == "_&&_":
        return [part for argument in node.call_expr.args for part in conjuncts(argument)]
    return [node]


def _or_over_evidence(rule: str, field: str, column: int, node: Any) -> Iterator[Finding]:
    """``a || b`` and ``!(a && b)``, which says the same."""
    first = node.call_expr.args[0]
    if first.WhichOneof("kind") == "ident_expr" and first.ident_expr.name.startswith("@"):
        return  # the loop of exists(), not an author's ||
    negated = node.call_expr.function == "!_"
    if negated and (first.WhichOneof("kind") != "call_expr" or first.call_expr.function != "_&&_"):
        return
    absent = [path for path in paths(node) if may_be_absent(path)]
    if absent:
        what = f"{'!(... && ...)' if negated else '||'} hides that {show_path(absent[0])} may be absent"
        hint = "write two rules, or move the alternative into `when`"
        yield fault("or-over-evidence", rule, field, what, hint, column=column)


def _arithmetic(rule: str, field: str, syntax: Syntax) -> Iterator[Finding]:
    products = 0
    for node in walk(syntax.root):
        column = syntax.columns.get(node.id, 1)
        number = constant(node)
        if isinstance(number, float) and number != 0 and not _SMALLEST <= abs(number) <= _LARGEST:
            what = f"{number} is out of range"
            yield fault("arithmetic", rule, field, what, "use numbers people can read", column=column)
        if node.WhichOneof("kind") != "call_expr" or node.call_expr.function not in ("_*_", "_/_"):
            continue
        products += 1
        if node.call_expr.function == "_/_" and not constant(node.call_expr.args[1]):
            what = "a division by anything but a number that is not 0 can give no number at all"
            yield fault("arithmetic", rule, field, what, "multiply the other side instead", column=column)
    if products > MAX_PRODUCTS:
        yield fault("arithmetic", rule, field, f"more than {MAX_PRODUCTS} products", "let a check compute it")


def _vacuous(rule: str, field: str, syntax: Syntax) -> Iterator[Finding]:
    guarded = {path for part in conjuncts(syntax.root) if (path := guard(part)) is not None}
    for node in walk(syntax.root):
        if node.WhichOneof("kind") != "comprehension_expr" or _is_exists(node, syntax.root):
            continue
        path = path_of(node.comprehension_expr.iter_range)
        if path is None or path not in guarded:
            name = show_path(path) if path else "the list"
            what = "this holds of an empty list, so it passes when nothing was found"
            hint = f"put `size({name}) > 0 &&` in front"
            yield fault("vacuous-truth", rule, field, what, hint, column=syntax.columns.get(node.id, 1))


def _is_exists(node: Any, root: Any) -> bool:
    """An ``exists`` that nothing negates: false of an empty list."""
    start = constant(node.comprehension_expr.accu_init)
    return start is False and any(part.id == node.id for part in _positive(root))


def _positive(node: Any) -> Iterator[Any]:
    yield node
    if node.WhichOneof("kind") == "call_expr" and node.call_expr.function in ("_&&_", "_||_"):
        for child in children(node):
            yield from _positive(child)


def guard(node: Any) -> Path | None:
    """The list that ``size(list) > 0`` (or ``>= n``, n at least 1) shows not to be empty."""
    if node.WhichOneof("kind") != "call_expr" or node.call_expr.function not in ("_>_", "_>=_"):
        return None
    left, right = node.call_expr.args
    least = constant(right)
    if not isinstance(least, int) or least < (1 if node.call_expr.function == "_>=_" else 0):
        return None
    if left.WhichOneof("kind") != "call_expr" or left.call_expr.function != "size":
        return None
    return path_of(children(left)[0])


def _unknown_checks(rule: str, field: str, syntax: Syntax) -> Iterator[Finding]:
    for path in paths(syntax.root, ("check",)):
        if len(path) < 2 or entry_for(str(path[1]), RESULT_TYPES) is None:
            what = f"{show_path(path[:2])} is no check's result"
            hint = f'write check["id"] with one of {", ".join(sorted(RESULT_TYPES))}'
            yield fault("unknown-check", rule, field, what, hint)
