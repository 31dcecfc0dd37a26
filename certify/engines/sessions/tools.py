"""Session ``tools``: the model calls invented tools, and what they give comes back.

The trace of a conversation is computed from the answers alone, by the session, the judge and an auditor alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from certify.engines.sessions.base import Message
from certify.engines.toolbox import call, number, tool_of

AGAIN = 'Write one JSON object: a call {"tool": ..., "args": {...}} or {"answer": ...}.'
IMPOSSIBLE = "impossible"
_TRIES = 100


class Called(NamedTuple):
    """One call of a model."""

    name: str
    """The tool as the model named it."""
    fault: str
    """unknown-tool, wrong-arguments, or empty."""
    chosen: str
    """What it chose, empty where nothing is to be chosen."""
    known: bool
    """Whether every input was given or came from an earlier valid call."""


class Trace(NamedTuple):
    """What a model did, followed call by call."""

    answer: str | None
    """Its final answer: a whole number, ``impossible``, or other short text; None where it gave none."""
    known: Mapping[str, frozenset[int]]
    """By unit, the values that were given or came from valid calls on such values."""
    calls: tuple[Called, ...]
    """Each call."""
    formless: int
    """Answers that were neither a call nor an answer."""
    reply: str | None
    """What the model is told next; None where the conversation is over."""


class Tools:
    """Runs each call; asks once again for a JSON object; ends with an answer or after ``facts["limit"]`` calls."""

    id: ClassVar[str] = "tools"

    def following(self, facts: Mapping[str, Any], answers: Sequence[str]) -> Message | None:
        """The result of the last call."""
        reply = trace(facts, answers).reply
        return None if reply is None else Message(reply, plain=True)


def trace(world: Mapping[str, Any], answers: Sequence[str]) -> Trace:
    """Follows the answers of a conversation in a world; total."""
    known, calls = given_values(world), list[Called]()
    limit = world.get("limit")
    formless, reply, answer = 0, None, None
    for text in answers:
        said = first_object(text)
        if said is None:
            formless += 1
            reply = AGAIN if formless == 1 else None
        elif "tool" in said and isinstance(limit, int) and len(calls) < limit:
            reply = _called(world, said, known, calls)
        else:
            answer, reply = written(said.get("answer")), None
        if reply is None:
            break
    return Trace(answer, {unit: frozenset(values) for unit, values in known.items()}, tuple(calls), formless, reply)


def plan_trace(world: Mapping[str, Any], text: str) -> Trace:
    """Follows a plan: all calls in one list, where ``"#2"`` is what the second call gave; total."""
    said, calls = last_list(text), list[Called]()
    known = given_values(world)
    if said is None:
        return Trace(None, {}, (), 1, None)
    values: list[int | None] = []
    limit = world.get("limit")
    for entry in said[: limit if isinstance(limit, int) else 0]:
        if "tool" not in entry:
            return _traced(written(entry.get("answer")), known, calls)
        before = len(calls)
        resolved = _with_results(entry.get("args"), values)
        _called(world, {"tool": entry["tool"], "args": resolved}, known, calls)
        fault = calls[before].fault
        values.append(None if fault else call(world, entry["tool"], resolved).value)
    last = values[-1] if values else None
    goal = tool_of(world, said[len(values) - 1]["tool"]) if values else None
    ends = goal is not None and goal["unit"] == world.get("goal")
    return _traced(str(last) if ends and last is not None else None, known, calls)


def given_values(world: Mapping[str, Any]) -> dict[str, set[int]]:
    """The values a question gives, by unit."""
    known: dict[str, set[int]] = {}
    given = world.get("given")
    for entry in given if isinstance(given, list) else ():
        value = number(entry.get("value")) if isinstance(entry, dict) else None
        if value is not None:
            known.setdefault(str(entry.get("unit")), set()).add(value)
    return known


def first_object(text: str) -> dict[str, Any] | None:
    """The first JSON object with ``tool`` or ``answer``: a text cannot know what its call will give."""
    decoder, start = json.JSONDecoder(), text.find("{")
    for _ in range(_TRIES):
        if start < 0:
            return None
        found = _decoded(decoder, text, start)
        if isinstance(found, dict) and ("tool" in found or "answer" in found):
            return found
        start = text.find("{", start + 1)
    return None


def last_list(text: str) -> list[dict[str, Any]] | None:
    """The last JSON list of objects with ``tool`` or ``answer``."""
    decoder, start = json.JSONDecoder(), text.rfind("[")
    for _ in range(_TRIES):
        if start < 0:
            return None
        found = _decoded(decoder, text, start)
        if isinstance(found, list) and found and all(_is_object(one) and _is_step(one) for one in found):
            return found
        start = text.rfind("[", 0, start)
    return None


def written(value: object) -> str | None:
    """An answer as text: a whole number without decoration, other short text as it is."""
    whole = number(value)
    if whole is not None:
        return str(whole)
    return " ".join(value.casefold().split())[:200] if isinstance(value, str) else None


def _called(world: Mapping[str, Any], said: Mapping[str, Any], known: dict[str, set[int]], calls: list[Called]) -> str:
    """Runs a call, and keeps what it gave where its inputs were known."""
    name, arguments = said.get("tool"), said.get("args")
    result, tool = call(world, name, arguments), tool_of(world, name)
    chosen, from_known = "", False
    if tool is not None and result.value is not None and isinstance(arguments, dict):
        inputs = [(str(one["unit"]), number(arguments[one["name"]])) for one in tool["inputs"]]
        chosen = str(arguments[tool["choice"]["name"]]) if tool.get("choice") else ""
        from_known = all(value in known.get(unit, ()) for unit, value in inputs)
        if from_known:
            known.setdefault(result.unit, set()).add(result.value)
    calls.append(Called(str(name)[:200], result.fault, chosen, from_known))
    return result.told


def _traced(answer: str | None, known: Mapping[str, set[int]], calls: Sequence[Called]) -> Trace:
    return Trace(answer, {unit: frozenset(values) for unit, values in known.items()}, tuple(calls), 0, None)


def _with_results(arguments: object, values: Sequence[int | None]) -> object:
    if not isinstance(arguments, dict):
        return None
    return {name: _resolved(value, values) for name, value in arguments.items()}


def _resolved(value: object, values: Sequence[int | None]) -> object:
    if isinstance(value, str) and value.startswith("#") and value[1:].isdecimal() and len(value) < 5:
        place = int(value[1:]) - 1
        return values[place] if 0 <= place < len(values) else None
    return value


def _decoded(decoder: json.JSONDecoder, text: str, start: int) -> object:
    try:
        return decoder.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_step(value: Mapping[str, Any]) -> bool:
    return "tool" in value or "answer" in value
