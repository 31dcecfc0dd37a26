"""``certify policy new``, ``example`` and ``schema``: something to start from."""

from __future__ import annotations

from json import dumps
from os.path import relpath
from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.policy.options import Name
from certify.cli.render import emit, emit_json, fields, next_step, say
from certify.errors import ExitCode, UsageError


def begin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Id of the new policy: lower case, digits, hyphens.")],
    extends: Annotated[str, typer.Option(help="The policy it builds on: a shipped id, or a path.")] = "starter",
    out: Annotated[Path | None, typer.Option(help="Folder to make; one named like the policy when left out.")] = None,
    json: Json = False,
) -> int:
    """Start a policy of your own: it extends another one and has one rule of its own, with examples."""
    from certify.decide import read_policy
    from certify.decide.editor import HEAD, SCHEMA_FILE, policy_schema
    from certify.decide.template import new_policy
    from certify.files import write_whole

    folder = out or Path(name)
    if folder.exists():
        raise UsageError("CERT-E011", f"{folder} exists", "nothing is overwritten", "name another folder with --out")
    base = relpath(extends, folder) if Path(extends).exists() else extends
    text = new_policy(name, base, read_policy(extends))
    folder.mkdir(parents=True)
    write_whole(folder / "policy.yaml", (HEAD + text).encode())
    write_whole(folder / SCHEMA_FILE, (dumps(policy_schema(), indent=1) + "\n").encode())
    if json:
        emit_json("policy", {"policy": str(folder / "policy.yaml"), "extends": base})
    else:
        fields([("policy", str(folder / "policy.yaml")), ("for editors", str(folder / SCHEMA_FILE))], indent=0)
        next_step(f"certify policy lint {folder}")
    return int(ExitCode.POSITIVE)


def complete_example(policy: Name, json: Json = False) -> int:
    """Print a complete set of made-up evidence to start from, for examples/pass/evidence.json of a policy."""
    from certify.decide import read_policy, specimen

    made = specimen(read_policy(policy))
    if json:
        emit_json("policy", {"example": made})
        return int(ExitCode.POSITIVE)
    emit(dumps(made, indent=1))
    say("Bounds and verdicts are those that rules ask for, the rest has its least value: write what you would certify.")
    return int(ExitCode.POSITIVE)


def print_schema(json: Json = False) -> int:
    """Print the JSON Schema of policies, with which an editor completes and checks them while they are written."""
    from certify.decide.editor import policy_schema

    if json:
        emit_json("policy", {"policySchema": policy_schema()})
    else:
        emit(dumps(policy_schema(), indent=1))
    return int(ExitCode.POSITIVE)
