"""Invented tools as documentation, and the question about them: the goal is named, the order never."""

from __future__ import annotations

from certify.check.tools.invent import Invention, Tool

_OPERATIONS = {
    "affine": "{a} times {x} plus {b}",
    "remainder": "what is left of {x} when divided by {a}",
    "digits": "{a} times the sum of the digits of {x}",
    "clamp": "{x}, but at least {a} and at most {b}",
    "reversal": "{x} with its digits reversed",
    "weighted": "{a} times {x} plus {b} times {y}",
    "distance": "the distance between {x} and {y}, plus {a}",
    "larger": "the larger of {x} and {y}, plus {a}",
    "smaller": "the smaller of {x} and {y}, plus {a}",
}

_ACT = (
    'Call a tool with {"tool": "...", "args": {...}} and wait for its result. '
    'End with {"answer": number}, or {"answer": "impossible"} if it cannot be known.'
)
_PLAN = (
    'Write all calls as one JSON list: [{"tool": "...", "args": {...}}, ...]. "#1" stands for what call 1 gives. '
    'The last call gives the answer. If it cannot be known: [{"answer": "impossible"}].'
)
_SHORT_ACT = 'Write {"tool": "...", "args": {...}} and wait. Then {"answer": number or "impossible"}.'
_SHORT_PLAN = 'Write [{"tool": "...", "args": {...}}] or [{"answer": "impossible"}].'


def documentation(tool: Tool, grades: tuple[str, ...]) -> str:
    """What a tool takes, what it gives, and how its choice is decided."""
    first, second = (*(one["name"] for one in tool["inputs"]), "")[:2]
    a, b = (*tool["constants"], 0)[:2]
    inputs = ", ".join(f"{one['name']}: {one['unit']}" for one in tool["inputs"])
    gives = _OPERATIONS[tool["op"]].format(x=first, y=second, a=a, b=b)
    if "choice" not in tool:
        return f"{tool['name']}({inputs}) gives {tool['unit']}: {gives}."
    choice = tool["choice"]
    pairs = zip(choice["values"], choice["grades"], strict=True)
    decided = ", ".join(f"{value} for {grades[grade]}" for value, grade in pairs)
    added = ", ".join(f"{value} {offset}" for value, offset in zip(choice["values"], choice["offsets"], strict=True))
    rate = ", plus a rate that only the tool knows" if "rate" in tool else ""
    head = f"{tool['name']}({inputs}, {choice['name']}) gives {tool['unit']}"
    return f"{head}: {gives}, plus what {choice['name']} adds{rate}.\n  {choice['name']}: {decided}. It adds: {added}."


def question(made: Invention, *, act: bool) -> str:
    """The whole question."""
    docs = "\n".join(documentation(tool, made.grades) for tool in made.world["tools"])
    given = " and ".join(f"{entry['value']} {entry['unit']}" for entry in made.world["given"])
    grade = f" of grade {made.grades[made.grade]}" if made.grade is not None and made.grades else ""
    how = (_ACT if act else _PLAN) if made.grades else (_SHORT_ACT if act else _SHORT_PLAN)
    return f"Tools:\n{docs}\n\nThere are {given}{grade}. How many {made.world['goal']}? {how}"
