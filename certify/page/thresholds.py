"""What the rules of a policy ask of each result, read from the policy as the bundle carries it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from certify.evidence.decision import RuleOutcome

Thresholds = Mapping[tuple[str, str], float]
"""(check id, field of its result) to the value in force."""

_COMPARISON = re.compile(
    r"""check\[["'](?P<check>[\w:.-]+)["']\]\.(?P<field>[\w.]+)\s*(?:>=|<=|>|<)\s*params\.(?P<parameter>\w+)"""
)


def thresholds_of(policy: Mapping[str, Any], rules: Sequence[RuleOutcome]) -> Thresholds:
    """What the rules ask of each result field: (check id, field) to the value in force.

    Only a plain comparison of one field with one parameter counts, alone or joined to others by ``&&``;
    where two rules compare the same field, none does, since the picture has room for one tick.

    Args:
        policy: the resolved policy as the bundle carries it; its ``rules`` have ``id`` and ``assert``.
        rules: the outcomes, which hold the parameter values that were in force.
    """
    expected = {rule.id: rule.expected for rule in rules}
    found: dict[tuple[str, str], set[float]] = {}
    for rule in policy.get("rules", ()):
        text = str(rule.get("assert", "")) if isinstance(rule, Mapping) else ""
        for part in () if re.search(r"\|\||\?|!", text) else text.split("&&"):
            match = _COMPARISON.fullmatch(part.strip())
            value = expected.get(str(rule.get("id")), {}).get(match["parameter"]) if match else None
            if match and isinstance(value, int | float):
                found.setdefault((match["check"], match["field"]), set()).add(float(value))
    return {place: min(values) for place, values in found.items() if len(values) == 1}
