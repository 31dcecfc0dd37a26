"""Expressions: checked against the evidence types when written, evaluated on what is really there.

The compiler that knows the types finds typing errors, and is never used to evaluate: a typed message
reads an absent number as 0, and 0 passes ``contaminated == 0``. Evaluation runs on nested dictionaries,
where an absent value is an error, and an error never counts as true.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from cel_expr_python import cel

from certify.decide.descriptors import PACKAGE, descriptor_pool, plain_type
from certify.decide.engine import Answer, Engine
from certify.decide.form import Kind, Parameter
from certify.decide.schema import Facts, field_name
from certify.decide.syntax import ROOTS, Syntax, read_syntax

NOW = "now"
PARAMS = "params"
_KINDS = {
    Kind.DECIMAL: cel.Type.DOUBLE,
    Kind.WHOLE: cel.Type.INT,
    Kind.FLAG: cel.Type.BOOL,
    Kind.TEXT: cel.Type.STRING,
    Kind.TEXTS: cel.Type.List(cel.Type.STRING),
}
_ROOT_KINDS = {int: cel.Type.INT, str: cel.Type.STRING, float: cel.Type.DOUBLE, bool: cel.Type.BOOL}
_MENTION = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|\bcheck(\s*\[\s*)(["'])([a-z][a-z0-9-]*(?::[a-z0-9.-]+)?)\3(\s*\])"""
)
_COMPLAINT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


class Complaint(NamedTuple):
    """What the compiler says against an expression."""

    line: int
    """1-based line within the expression."""
    column: int
    """1-based column."""
    message: str
    """Its words."""


class Program:
    """One expression, compiled for evaluation."""

    def __init__(self, text: str, compiled: Any) -> None:
        self.text = text
        self.syntax: Syntax = read_syntax(compiled.serialize())
        self._compiled = compiled

    def evaluate(self, bound: Any) -> Answer:
        """The value on names that ``CelExpr.bind`` has bound, or why there is none.

        Source: the engine returns errors as values of type ERROR, whose text would count as true.
        """
        try:
            found = self._compiled.eval(bound)
        except RuntimeError as error:
            return Answer(error=_plain(str(error)))
        if found.type() in (cel.Type.ERROR, cel.Type.UNKNOWN):
            return Answer(error=_plain(str(found.value())))
        value = found.plain_value()
        if isinstance(value, float) and not math.isfinite(value):
            return Answer(error="the result is not a finite number")
        return Answer(value=value)


class CelExpr:
    """The engine that decides: cel-expr-python, which wraps the C++ implementation of CEL's authors."""

    def bind(self, names: Mapping[str, Any]) -> Any:
        """The names as the engine's own activation."""
        return _environment().Activation(dict(names))

    def evaluate(self, text: str, bound: Any) -> Answer:
        """As ``Engine.evaluate``."""
        return program(text).evaluate(bound)


ENGINE: Engine = CelExpr()
"""What decides unless another engine is asked."""


class Activation:
    """Facts, parameters and the time, bound once and shared by the expressions of a rule."""

    def __init__(
        self, facts: Mapping[str, Any], params: Mapping[str, Any], now: str, *, engine: Engine = ENGINE
    ) -> None:
        given = {root: facts[root] for root in ROOTS if facts.get(root) is not None}
        self._engine, self._bound = engine, engine.bind({**given, PARAMS: dict(params), NOW: now})

    def evaluate(self, text: str) -> Answer:
        """The value of an expression on these facts, or why there is none.

        Raises:
            ValueError: it is not an expression.
        """
        return self._engine.evaluate(text, self._bound)


@lru_cache(maxsize=4096)
def program(text: str) -> Program:
    """The expression, ready to be evaluated; types are not looked at.

    Raises:
        ValueError: it is not an expression, or nests too deeply.
    """
    try:
        return Program(text, _environment().compile(text))
    except RuntimeError as error:
        raise ValueError(_plain(str(error))) from error


def result_type(text: str, params: Mapping[str, Parameter]) -> str | list[Complaint]:
    """The type of an expression, ``BOOL`` for one that can decide, or what is wrong with it.

    Args:
        text: the expression.
        params: the rule's parameters, by name.
    """
    kinds = tuple(sorted((name, parameter.kind) for name, parameter in params.items()))
    try:
        return str(_typed_environment(kinds).compile(_as_fields(text)).return_type().name())
    except RuntimeError as error:
        found = [Complaint(int(line), int(column), what) for line, column, what in _COMPLAINT.findall(str(error))]
        return found or [Complaint(1, 1, _plain(str(error)))]


@cache
def _environment() -> Any:
    names = dict.fromkeys((*ROOTS, PARAMS), cel.Type.DYN)
    return cel.NewEnv(variables={**names, NOW: cel.Type.STRING})


@lru_cache(maxsize=256)
def _typed_environment(kinds: tuple[tuple[str, Kind], ...]) -> Any:
    variables = {NOW: cel.Type.STRING, **{f"{PARAMS}.{name}": _KINDS[kind] for name, kind in kinds}}
    for root, field in Facts.model_fields.items():
        kind, _ = plain_type(field.annotation)
        variables[root] = _ROOT_KINDS.get(kind) or cel.Type(f"{PACKAGE}.{kind.__name__}")
    return cel.NewEnv(descriptor_pool=descriptor_pool(Facts), variables=variables)


def _as_fields(text: str) -> str:
    """``check["a-b"]`` as ``check.a_b``, filled up with spaces so that columns stay where they are."""

    def replace(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[0]
        return f"check.{field_name(match[4])}".ljust(len(match[0]))

    return _MENTION.sub(replace, text)


def _plain(message: str) -> str:
    """The first line of an engine message, without its status words."""
    first = message.strip().splitlines()[0] if message.strip() else "no reason given"
    found = _COMPLAINT.search(first)
    return (found[3] if found else re.sub(r"^[A-Z_]+: ", "", first)).removesuffix(" [INVALID_ARGUMENT]")[:300]
