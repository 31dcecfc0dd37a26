"""Invented tools and what they compute: small exact programs over whole numbers, run on whatever a model asks for.

A world is plain JSON, so that a question can carry it: ``tools``, the values ``given``, the unit that is the ``goal``,
and the ``limit`` of calls. Running a call never raises: what is wrong with it is a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

LARGEST = 10**12
"""Numbers beyond this are refused."""

TWO_INPUTS = ("weighted", "distance", "larger", "smaller")
ONE_INPUT = ("affine", "remainder", "digits", "clamp", "reversal")


class Result(NamedTuple):
    """What came of a call."""

    value: int | None
    """The number; None where the call was refused."""
    unit: str
    """Unit of the number, empty where there is none."""
    fault: str
    """unknown-tool, wrong-arguments, or empty."""
    told: str
    """What the model is told."""


def call(world: Mapping[str, Any], name: object, arguments: object) -> Result:
    """Runs one call; total."""
    tool = tool_of(world, name)
    if tool is None:
        return Result(None, "", "unknown-tool", "Error: there is no such tool.")
    wrong = _wrong_arguments(tool, arguments)
    if wrong or not isinstance(arguments, dict):
        return Result(None, "", "wrong-arguments", f"Error: {wrong or 'args must be an object'}.")
    inputs = [number(arguments[one["name"]]) or 0 for one in tool["inputs"]]
    choice = tool.get("choice")
    value = compute(tool, inputs, arguments[choice["name"]] if choice else None)
    return Result(value, str(tool["unit"]), "", f"Result: {value} {tool['unit']}.")


def tool_of(world: Mapping[str, Any], name: object) -> Mapping[str, Any] | None:
    """The tool of this name."""
    tools = world.get("tools")
    known = tools if isinstance(tools, list) else []
    found = [tool for tool in known if isinstance(tool, dict) and tool.get("name") == name]
    return found[0] if found and _is_whole(found[0]) else None


def compute(tool: Mapping[str, Any], inputs: Sequence[int], chosen: object) -> int:
    """What a tool gives for inputs in its order; an operation that nobody knows gives 0."""
    value = _operation(str(tool["op"]), inputs, [*tool["constants"], 1, 1])
    choice = tool.get("choice")
    offset = choice["offsets"][choice["values"].index(chosen)] if choice and chosen in choice["values"] else 0
    return int(value + offset + tool.get("rate", 0))


def number(value: object) -> int | None:
    """A whole number as models write it, or None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal() and len(value) <= 14:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        return None
    return value


def _operation(op: str, inputs: Sequence[int], constants: Sequence[int]) -> int:
    x, y = (*inputs, 0, 0)[:2]
    a, b = constants[:2]
    results = {
        "affine": a * x + b,
        "remainder": x % max(a, 1),
        "digits": a * sum(int(digit) for digit in str(abs(x))),
        "clamp": min(max(x, a), b),
        "reversal": int(str(abs(x))[::-1]),
        "weighted": a * x + b * y,
        "distance": abs(x - y) + a,
        "larger": max(x, y) + a,
        "smaller": min(x, y) + a,
    }
    return results.get(op, 0)


def _wrong_arguments(tool: Mapping[str, Any], arguments: object) -> str:
    if not isinstance(arguments, dict):
        return "args must be an object"
    choice = tool.get("choice")
    wanted = [one["name"] for one in tool["inputs"]] + ([choice["name"]] if choice else [])
    if sorted(map(str, arguments)) != sorted(wanted):
        return f"args of {tool['name']} are {', '.join(wanted)}"
    for one in tool["inputs"]:
        if number(arguments[one["name"]]) is None:
            return f"{one['name']} must be a whole number"
    if choice and arguments[choice["name"]] not in choice["values"]:
        return f"{choice['name']} must be one of {', '.join(choice['values'])}"
    return ""


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_whole(tool: Mapping[str, Any]) -> bool:
    """Whether a tool has the form that a generator gives it."""
    inputs, choice = tool.get("inputs"), tool.get("choice")
    named = isinstance(inputs, list) and all(isinstance(one, dict) and {"name", "unit"} <= set(one) for one in inputs)
    counted = _all(tool.get("constants"), int) and isinstance(tool.get("rate", 0), int)
    return named and counted and {"unit", "op"} <= set(tool) and (choice is None or _is_choice(choice))


def _is_choice(choice: object) -> bool:
    if not isinstance(choice, dict) or "name" not in choice:
        return False
    values, offsets = choice.get("values"), choice.get("offsets")
    return _all(values, str) and _all(offsets, int) and len(values or ()) == len(offsets or ())


def _all(values: object, kind: type) -> bool:
    return isinstance(values, list) and all(isinstance(one, kind) for one in values)
