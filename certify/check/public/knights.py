"""Who always tells the truth, and who never does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Any

from certify.check.public.base import PublicFamily, QuestionResponder, plain
from certify.statistics.stream import Stream

_ROUNDS = 12
_WORD = re.compile(r"[a-z]{1,20}")
_ASKED = re.compile(r"\(Format your answer like: \"(.*)\"\)")
_CHOICE = re.compile(r"(\w+) is a (\w+)/(\w+)")


class KnightsKnaves(PublicFamily):
    """Five people; puzzles that repeated judging solves from any other start than the solution are left out."""

    id = "knights_knaves"
    settings = MappingProxyType({"n_people": 5, "depth_constraint": 2, "width_constraint": 2})

    def gold(self, entry: Mapping[str, Any]) -> str | None:
        """Everybody's role; None for a puzzle that needs no reasoning."""
        facts = entry["metadata"]
        solution = tuple(bool(one) for one in facts["solution"])
        if len(set(solution)) == 1 or _arrivals(facts["statements"], solution) > 1:
            return None
        terms = facts["knight_knave_terms"]
        roles = [terms["knight"] if honest else terms["knave"] for honest in solution]
        return _told(dict(zip(map(str, facts["names"]), map(str, roles), strict=True)))

    def read(self, answer: str) -> str | None:
        """``Ava is a knight, Noah is a knave``: a name, "is", a role, nobody twice."""
        text = plain(answer)
        words = re.sub(r"[.,()]", " ", (text or "").lower()).replace(" and ", " ").split()
        found: dict[str, str] = {}
        while len(words) >= 3 and words[1] == "is":
            name, rest = words[0], words[3:] if words[2] in ("a", "an") else words[2:]
            if not rest or name in found or not (_WORD.fullmatch(name) and _WORD.fullmatch(rest[0])):
                return None
            found[name] = rest[0]
            words = rest[1:]
            words = words[1:] if words[:1] == ["and"] else words
        return _told(found) if found and not words else None

    def same(self, said: str, gold: str) -> bool:
        """Everybody's role, nobody besides."""
        return sorted(said.lower().split(", ")) == sorted(gold.lower().split(", "))

    def nulls(self, stream: Stream) -> dict[str, QuestionResponder]:
        """The same roles every time, each of the 32 ways to give them; or by lot."""

        def told(question: str, honest: Sequence[bool]) -> str:
            form = _ASKED.search(question)
            people = _CHOICE.findall(form[1]) if form else []
            return _told(
                {name: good if right else bad for (name, good, bad), right in zip(people, honest, strict=False)}
            )

        def always(honest: Sequence[bool]) -> QuestionResponder:
            return lambda question: told(question, honest)

        every = product((True, False), repeat=5)
        return {"".join("TL"[not one] for one in honest): always(honest) for honest in every} | {
            "by-lot": lambda question: told(question, [stream.below(2) == 1 for _ in range(9)]),
        }


def holds(statement: Sequence[Any], honest: Sequence[bool]) -> bool:
    """Whether a statement of the library is true when these people are honest."""
    kind, parts = statement[0], statement[1:]
    if kind in ("telling-truth", "lying"):
        return honest[int(parts[0])] is bool(kind == "telling-truth")
    values = [holds(part, honest) for part in parts]
    if kind == "not":
        return not values[0]
    if kind in ("and", "or"):
        return all(values) if kind == "and" else any(values)
    first, second = values
    return first == second if kind == "<=>" else not first or second


def _arrivals(statements: Sequence[Any], solution: tuple[bool, ...]) -> int:
    """From how many starts judging everybody by their words, again and again, arrives at the solution."""
    starts = list(product((True, False), repeat=len(solution)))
    judged = {roles: tuple(holds(said, roles) for said in statements) for roles in starts}
    ends = starts
    for _ in range(_ROUNDS):
        ends = [judged[roles] for roles in ends]
    return ends.count(solution)


def _told(roles: Mapping[str, str]) -> str:
    return ", ".join(f"{name} is {'an' if role[0] in 'aeiou' else 'a'} {role}" for name, role in roles.items())
