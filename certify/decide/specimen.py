"""A complete set of made-up evidence for the author of a policy to start from."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from certify.decide.policy import LoadedPolicy
from certify.decide.reach import asked_bounds, asked_texts
from certify.decide.schema import Facts
from certify.decide.syntax import Path
from certify.evidence.instances import kind_of
from certify.evidence.results import RESULT_TYPES

_DAY, _TIME, _DIGEST = "2026-01-01", "2026-01-01T00:00:00Z", "0" * 64
_GREATEST = frozenset({"upper", "p_value"})
"""Shares that speak against a model where they are small, so they start at 1."""


def specimen(policy: LoadedPolicy) -> dict[str, Any]:
    """Evidence in the form of ``examples/pass/evidence.json``: every field that must be there, at its least value.

    The bounds that rules compare with a number stand right at that number, where ``certify policy mutate`` wants an
    example, and what has to be one text, such as a verdict, is that text. Everything else is for the author to fill in.
    """
    schema = Facts.model_json_schema(by_alias=False)
    parts = {name: one for name, one in schema["properties"].items() if name in schema["required"] and name != "check"}
    facts = {name: _least(part, schema["$defs"]) for name, part in parts.items()}
    facts["check"] = {check: _result(check) for check in policy.check_ids}
    for bound in asked_bounds(policy.policy.rules):
        _set(facts, bound.path, bound.threshold)
    for path, text in asked_texts(policy.policy.rules):
        _set(facts, path, text)
    return facts


def _result(check: str) -> Any:
    schema = RESULT_TYPES[kind_of(check)].model_json_schema(by_alias=False)
    return _least(schema, schema.get("$defs", {}))


def _least(schema: dict[str, Any], named: dict[str, Any]) -> Any:
    """The least value of a JSON Schema as pydantic writes it: fields that must be there, and shortest lists."""
    if "$ref" in schema:
        return _least(named[schema["$ref"].rpartition("/")[2]], named)
    if "anyOf" in schema:
        return _least(schema["anyOf"][0], named)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    made = _SIMPLE.get(schema.get("type", ""))
    return made(schema) if made else _many(schema, named)


def _many(schema: dict[str, Any], named: dict[str, Any]) -> Any:
    if schema.get("type") == "array":
        return [_least(schema.get("items", {}), named)] * schema.get("minItems", 0)
    required = schema.get("required", ())
    parts = {name: part for name, part in schema.get("properties", {}).items() if name in required}
    return {name: 1.0 if name in _GREATEST else _least(part, named) for name, part in parts.items()}


def _number(schema: dict[str, Any]) -> Any:
    return schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)


def _text(schema: dict[str, Any]) -> str:
    return next((text for text in ("made up", _DIGEST, _TIME, _DAY) if re.search(schema.get("pattern", ""), text)), "")


_SIMPLE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "integer": _number,
    "number": lambda schema: float(_number(schema)),
    "boolean": lambda schema: True,
    "string": _text,
}


def _set(facts: dict[str, Any], path: Path, value: float | str) -> None:
    if not all(isinstance(part, str) for part in path) or (path[0] == "check" and path[1] not in facts["check"]):
        return
    *above, last = (str(part) for part in path)
    holder = facts
    for part in above:
        holder = holder.setdefault(part, {})
        if not isinstance(holder, dict):
            return
    was = holder.get(last)
    whole = isinstance(value, float) and isinstance(was, int) and not isinstance(was, bool)
    holder[last] = int(value) if whole else value
