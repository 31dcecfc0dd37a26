"""``certify policy list`` and ``show``: what there is, and what it asks."""

from __future__ import annotations

from certify.cli.options import Json
from certify.cli.policy.options import Name
from certify.cli.render import emit, emit_json, fields, next_step, paragraph
from certify.errors import ExitCode


def list_policies(json: Json = False) -> int:
    """List the policies that come with certify."""
    from certify.decide import read_policy, shipped_policies

    found = [read_policy(name) for name in shipped_policies()]
    if json:
        emit_json("policy", {"policies": [policy.reference.document() for policy in found]})
    else:
        fields([(p.reference.id, f"{p.reference.version}  {p.policy.title}") for p in found], indent=0)
        next_step(f"certify policy show {found[0].reference.id}")
    return int(ExitCode.POSITIVE)


def show(policy: Name, json: Json = False) -> int:
    """Read a policy in plain words: what is run, what must hold, what it does not look at."""
    from certify.decide import explain, read_policy

    loaded = read_policy(policy)
    if json:
        emit_json("policy", {"reference": loaded.reference.document(), "policy": loaded.document})
        return int(ExitCode.POSITIVE)
    told = explain(loaded)
    emit(f"{told.title} ({told.id} {told.version})", "bold")
    paragraph(told.description)
    emit()
    emit("What is run:")
    for check in told.checks:
        paragraph(f"- {check['id']}", indent=2)
    emit()
    emit("What must hold:")
    for rule in told.rules:
        paragraph(f"- {rule.id} ({rule.enforcement}): {rule.title}.", indent=2)
        values = ", ".join(f"{name} = {value}" for name, value in rule.params.items())
        if values:
            paragraph(f"with {values}", indent=4)
    emit()
    emit("What it does not look at:")
    for limit in told.limits:
        paragraph(f"- {limit}", indent=2)
    next_step(f"certify run MODEL --policy {policy}")
    return int(ExitCode.POSITIVE)
