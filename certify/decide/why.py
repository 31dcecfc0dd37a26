"""Why a rule came to what it came to: the values it looked at, and where in the signed evidence each stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic.alias_generators import to_camel

from certify.decide.cel import program
from certify.decide.form import Rule
from certify.decide.policy import LoadedPolicy
from certify.decide.syntax import Path, paths, show_path
from certify.evidence import statement as kinds
from certify.evidence.decision import Decision, RuleOutcome

_PLAN, _EVALUATION = kinds.SHORT_NAMES[kinds.PLAN], kinds.SHORT_NAMES[kinds.EVALUATION]
_DECLARATION = kinds.SHORT_NAMES[kinds.DECLARATION]
_ELSEWHERE: dict[Path, tuple[str, Path]] = {
    ("plan", "attempt"): (_EVALUATION, ("attempts", "number")),
    ("plan", "attempts"): (_EVALUATION, ("attempts", "earlier")),
    ("plan", "excludable"): (_EVALUATION, ("attempts", "excludable")),
    ("plan", "entropy"): (_PLAN, ("entropy", "kind")),
    ("plan", "identity_verified"): (_PLAN, ("configuration", "serving", "identity")),
    ("data", "examined"): (_PLAN, ("data_examined",)),
    ("data", "datasets"): (_PLAN, ("datasets",)),
}
"""Values that stand in the evidence under another name than rules give them."""
_HOLDERS: dict[str, tuple[str, Path]] = {
    "check": (_EVALUATION, ("checks",)),
    "model": (_PLAN, ("model",)),
    "configuration": (_PLAN, ("configuration",)),
    "plan": (_PLAN, ()),
    "declared": (_DECLARATION, ()),
}
"""Where the values under each name of the evidence stand: kind of statement, and the place inside its predicate."""


class Found(NamedTuple):
    """A signed statement behind a decision."""

    payload_sha256: str
    """Names it."""
    predicate: Mapping[str, Any]
    """What it says."""


class Seen(NamedTuple):
    """One value that a rule looked at."""

    name: str
    """As rules write it."""
    value: Any
    """What it was; None where there was none."""
    statement: str
    """Kind of the statement that holds it; empty where it follows from several."""
    payload_sha256: str
    """That statement's digest; empty like the kind, and where it is not at hand."""
    pointer: str
    """JSON pointer to the value inside the statement; empty where it holds none. Source: RFC 6901."""


class RuleReason(NamedTuple):
    """Why one rule came to what it came to."""

    outcome: RuleOutcome
    """What it came to, with the parameters it compared with."""
    expressions: dict[str, str]
    """The expressions that decided, by field."""
    seen: tuple[Seen, ...]
    """The values they looked at, in their order."""


def reasons(policy: LoadedPolicy, decision: Decision, statements: Mapping[str, Found]) -> tuple[RuleReason, ...]:
    """The reasons behind a decision, rule by rule.

    Args:
        policy: the one that decided.
        decision: what it came to.
        statements: the statements it rests on, by the short name of their kind; those that are absent are not
            pointed to.
    """
    rules = {rule.id: rule for rule in policy.policy.rules}
    return tuple(_reason(rules[one.id], one, statements) for one in decision.rules if one.id in rules)


def _reason(rule: Rule, outcome: RuleOutcome, statements: Mapping[str, Found]) -> RuleReason:
    texts = {field: " ".join(text.split()) for field, text in rule.expressions().items()}
    read = _read(rule.expressions().values())
    return RuleReason(outcome, texts, tuple(_seen(path, outcome.observed, statements) for path in read))


def _read(texts: Iterable[str]) -> list[Path]:
    return list(dict.fromkeys(path for text in texts for path in paths(program(text).syntax.root)))


def _seen(path: Path, observed: Mapping[str, Any], statements: Mapping[str, Found]) -> Seen:
    name = show_path(path)
    size = f"size({name})"
    name, value = (size, observed[size]) if size in observed else (name, observed.get(name))
    kind, place = _place(path)
    found = statements.get(kind)
    if found is None:
        return Seen(name, value, "", "", "")
    return Seen(name, value, kind, found.payload_sha256, _pointer(place, found.predicate))


def _place(path: Path) -> tuple[str, Path]:
    if path in _ELSEWHERE:
        return _ELSEWHERE[path]
    kind, place = _HOLDERS.get(str(path[0]), ("", ()))
    return kind, (*place, *path[1:])


def _pointer(place: Path, predicate: Any) -> str:
    """The place as a pointer, when the statement has it; signed files spell a name of two words in one."""
    pointer = "/predicate"
    for part in place:
        key = part if isinstance(part, int) or _has(predicate, part) else to_camel(part)
        if not _has(predicate, key):
            return ""
        predicate = predicate[key]
        pointer += "/" + str(key).replace("~", "~0").replace("/", "~1")
    return pointer


def _has(holder: Any, key: str | int) -> bool:
    if isinstance(holder, list):
        return isinstance(key, int) and 0 <= key < len(holder)
    return isinstance(holder, Mapping) and key in holder
