"""A working first policy for somebody who starts one: it extends another, and has one rule of its own."""

from __future__ import annotations

import re

from pydantic import TypeAdapter, ValidationError

from certify.decide.form import PolicyId
from certify.decide.policy import LoadedPolicy
from certify.errors import UsageError

_ID: TypeAdapter[str] = TypeAdapter(PolicyId)
_TEXT = """\
id: {id}
version: 1.0.0
title: {title}
description: >-
  For whom this is, and what it leaves out.
extends: {base}
# Thresholds of {base_id} can be made stricter here, such as  move: {{RULE-01: {{floor: 0.8}}}}
move: {{}}

rules:
  - id: {rule}
    title: The model fits the machine it is meant for
    assert: model.parameters <= params.most
    params:
      most: {{value: 8000000000, tighten: down}}
    severity: medium
    enforcement: must
    message: "{{model.parameters}} parameters, at most {{params.most}} allowed"
    remedy: Use a smaller model, or have the limit changed by whoever runs the machine.
    examples:
      pass: {{model: {{parameters: 8000000000}}}}
      fail: {{model: {{parameters: 8000000001}}}}
      missing: {{model: {{parameters: null}}}}
"""


def new_policy(name: str, extends: str, base: LoadedPolicy) -> str:
    """The text of a new policy file, which lints and tests clean wherever ``base`` does.

    Args:
        name: its id, 1 to 60 lower-case letters, digits and hyphens.
        extends: how the file names the policy it builds on: an id or a path.
        base: that policy.

    Raises:
        UsageError: CERT-E011, policies cannot be called that.
    """
    try:
        _ID.validate_python(name)
    except ValidationError as error:
        hint = "use lower-case letters, digits and hyphens, beginning with a letter: our-screening"
        raise UsageError("CERT-E011", f"a policy cannot be called {name[:80]!r}", "", hint) from error
    return _TEXT.format(
        id=name,
        title=name.replace("-", " ").capitalize(),
        base=_quoted(extends),
        base_id=base.policy.id,
        rule=_rule_id(name, {rule.id for rule in base.policy.rules}),
    )


def _rule_id(name: str, taken: set[str]) -> str:
    """The first letters of the name's words and the first number that no rule of the base has."""
    prefix = "".join(word[0] for word in re.findall(r"[a-z][a-z0-9]*", name)).upper()[:10]
    return next(made for number in range(1, 1000) if (made := f"{prefix}-{number:02}") not in taken)


def _quoted(text: str) -> str:
    """A YAML scalar that reads as this text."""
    return text if re.fullmatch(r"[a-z][a-z0-9-]*", text) else "'" + text.replace("'", "''") + "'"
