"""Two policies held against each other by what they ask, not by how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from certify.decide.cel import program
from certify.decide.form import Direction, Enforcement, Parameter, Rule
from certify.decide.policy import LoadedPolicy

_TOLD = frozenset(
    (
        "schema_",
        "id",
        "version",
        "title",
        "description",
        "extends",
        "move",
        "validity_days",
        "surveillance_days",
        "limits",
        "checks",
        "rules",
    )
)
"""Fields of a policy that have words of their own here, and those that only its author needs."""


class Effect(StrEnum):
    """What a change does to a model that is held to the policy."""

    STRICTER = "stricter"
    LOOSER = "looser"
    DIFFERENT = "different"
    WORDING = "wording"


class Change(NamedTuple):
    """One difference between two policies."""

    kind: str
    """What changed, such as ``rule-added`` or ``parameter``."""
    where: str
    """The rule, check or field it is about."""
    effect: Effect
    """Whether more or less is asked now; ``different`` where neither can be said, ``wording`` where nothing decides."""
    message: str
    """What was, and what is."""


def compare(old: LoadedPolicy, new: LoadedPolicy) -> list[Change]:
    """What has changed from one policy to another: the policy as a whole, its checks, its rules.

    Both are compared with everything they extend, and expressions by what they say: spaces and line breaks count for
    nothing.
    """
    return [*_whole(old, new), *_checks(old, new), *_rules(old, new)]


def comes_to(changes: Iterable[Change]) -> str:
    """The changes in a word: ``none``, ``wording``, ``stricter``, ``looser`` or ``different``."""
    effects = {change.effect for change in changes}
    deciding = effects - {Effect.WORDING}
    if not deciding:
        return Effect.WORDING.value if effects else "none"
    return deciding.pop().value if len(deciding) == 1 else Effect.DIFFERENT.value


def _whole(old: LoadedPolicy, new: LoadedPolicy) -> Iterator[Change]:
    was, now = old.policy, new.policy
    for field in ("id", "version", "title"):
        if getattr(was, field) != getattr(now, field):
            yield _replaced(field, "policy", Effect.WORDING, getattr(was, field), getattr(now, field))
    if was.description != now.description:
        yield Change("description", "policy", Effect.WORDING, "was rewritten")
    if was.validity_days != now.validity_days:
        effect = _moved(Direction.DOWN, was.validity_days, now.validity_days)
        yield _replaced("validity_days", "policy", effect, was.validity_days, now.validity_days)
    if was.surveillance_days != now.surveillance_days:
        never = float("inf")
        effect = _moved(Direction.DOWN, was.surveillance_days or never, now.surveillance_days or never)
        told = [str(days or "never") for days in (was.surveillance_days, now.surveillance_days)]
        yield _replaced("surveillance_days", "policy", effect, *told)
    for text in now.limits:
        if text not in was.limits:
            yield Change("limit-added", "policy", Effect.WORDING, f"now also says it does not look at: {text}")
    for text in was.limits:
        if text not in now.limits:
            yield Change("limit-removed", "policy", Effect.WORDING, f"no longer says: {text}")
    for field in sorted(set(type(now).model_fields) - _TOLD):
        if getattr(was, field) != getattr(now, field):
            yield Change(field, "policy", Effect.DIFFERENT, "was changed")


def _checks(old: LoadedPolicy, new: LoadedPolicy) -> Iterator[Change]:
    was, now = _by_id(old.policy.checks), _by_id(new.policy.checks)
    for name in now:
        if name not in was:
            yield Change("check-added", name, Effect.STRICTER, "is run now")
    for name in was:
        if name not in now:
            yield Change("check-removed", name, Effect.LOOSER, "is no longer run")
            continue
        before, after = was[name].with_, now[name].with_
        for parameter in sorted({*before, *after}):
            if before.get(parameter) != after.get(parameter):
                yield _replaced(
                    "check-parameter", f"{name} {parameter}", Effect.DIFFERENT,
                    before.get(parameter), after.get(parameter),
                )  # fmt: skip


def _rules(old: LoadedPolicy, new: LoadedPolicy) -> Iterator[Change]:
    was, now = _by_id(old.policy.rules), _by_id(new.policy.rules)
    for name, rule in now.items():
        if name not in was:
            effect = Effect.STRICTER if rule.enforcement is Enforcement.MUST else Effect.DIFFERENT
            yield Change("rule-added", name, effect, f"{rule.enforcement}: {rule.title}")
    for name, rule in was.items():
        if name not in now:
            effect = Effect.LOOSER if rule.enforcement is Enforcement.MUST else Effect.DIFFERENT
            yield Change("rule-removed", name, effect, f"{rule.enforcement}: {rule.title}")
        else:
            yield from _rule(rule, now[name])


def _rule(was: Rule, now: Rule) -> Iterator[Change]:
    if was.enforcement is not now.enforcement:
        effect = Effect.STRICTER if now.enforcement is Enforcement.MUST else Effect.LOOSER
        yield _replaced("enforcement", was.id, effect, was.enforcement, now.enforcement)
    if (was.waivable is False) != (now.waivable is False):
        effect = Effect.STRICTER if now.waivable is False else Effect.LOOSER
        words = ("an approver may waive it", "nobody may waive it")
        yield _replaced("waivable", was.id, effect, words[was.waivable is False], words[now.waivable is False])
    before, after = was.expressions(), now.expressions()
    for field in ("when", "assert", "refute", "inconclusive_when"):
        if not _same_meaning(before.get(field), after.get(field)):
            yield _replaced(field, was.id, Effect.DIFFERENT, before.get(field), after.get(field))
    yield from _params(was, now)
    yield from _paper(was, now)


def _params(was: Rule, now: Rule) -> Iterator[Change]:
    for name in sorted({*was.params, *now.params}):
        before, after = was.params.get(name), now.params.get(name)
        where = f"{was.id} {name}"
        if before is None or after is None or before.value != after.value:
            values = (was.values().get(name), now.values().get(name))
            yield _replaced("parameter", where, _param_effect(before, after), *values)
        elif before.tighten != after.tighten:
            yield _replaced("direction", where, Effect.DIFFERENT, before.tighten, after.tighten)


def _param_effect(before: Parameter | None, after: Parameter | None) -> Effect:
    if before is None or after is None or before.kind is not after.kind or before.tighten != after.tighten:
        return Effect.DIFFERENT
    return _moved(before.tighten, before.value, after.value)


def _moved(tighten: Direction | None, before: Any, after: Any) -> Effect:
    if tighten is None:
        return Effect.DIFFERENT
    return Effect.STRICTER if (after > before) == (tighten is Direction.UP) else Effect.LOOSER


def _paper(was: Rule, now: Rule) -> Iterator[Change]:
    for clause in now.clauses:
        if clause not in was.clauses:
            yield Change("clause-added", was.id, Effect.WORDING, f"now supports {clause}")
    for clause in was.clauses:
        if clause not in now.clauses:
            yield Change("clause-removed", was.id, Effect.WORDING, f"no longer supports {clause}")
    for field in ("title", "message", "remedy", "severity", "coverage"):
        if getattr(was, field) != getattr(now, field):
            yield _replaced(field, was.id, Effect.WORDING, getattr(was, field), getattr(now, field))


def _same_meaning(before: str | None, after: str | None) -> bool:
    if before == after or before is None or after is None:
        return before == after
    try:
        return bool(program(before).syntax.root == program(after).syntax.root)
    except ValueError:
        return False


def _by_id(entries: Iterable[Any]) -> Mapping[str, Any]:
    return {entry.id: entry for entry in entries}


def _replaced(kind: str, where: str, effect: Effect, before: Any, after: Any) -> Change:
    return Change(kind, where, effect, f"{_shown(before)} became {_shown(after)}")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return " ".join(str(value).split())
