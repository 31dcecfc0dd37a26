"""``certify policy``: list, read, lint and test policies."""

from __future__ import annotations

from json import dumps
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import checklist, emit, emit_json, fields, next_step, paragraph, say
from certify.counting import counted
from certify.errors import ExitCode

app = typer.Typer(no_args_is_help=True, add_completion=False, help="List, read, lint and test policies.")
Name = Annotated[str, typer.Argument(metavar="POLICY", help="Shipped id, or path.")]


@app.command("list")
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


@app.command("show")
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


@app.command("lint")
def lint(policy: Name, json: Json = False) -> int:
    """Find mistakes in a policy before it decides anything."""
    from certify.decide import Gravity, read_policy
    from certify.decide import lint as find
    from certify.pipeline.plannable import plan_findings

    loaded = read_policy(policy)
    found = find(loaded)
    if not any(finding.gravity is Gravity.ERROR for finding in found):
        found += plan_findings(loaded)
    errors = [finding for finding in found if finding.gravity is Gravity.ERROR]
    if json:
        emit_json("policy", {"findings": [{**f._asdict(), "gravity": f.gravity.value} for f in found]})
    else:
        checklist(
            [
                ("fail" if f in errors else "warn", f"{f.rule or 'policy'} {f.id}", f"{f.message}; {f.hint}")
                for f in found
            ]
        )
        emit(f"{counted(len(errors), 'error')}, {counted(len(found) - len(errors), 'warning')}")
        if not errors:
            next_step(f"certify policy test {policy}")
    return int(ExitCode.NEGATIVE if errors else ExitCode.POSITIVE)


@app.command("test")
def try_examples(policy: Name, json: Json = False) -> int:
    """Try a policy on its own examples."""
    from certify.decide import policy_tests, read_policy

    results = policy_tests(read_policy(policy))
    failed = [result for result in results if not result.passed]
    if json:
        emit_json("policy", {"examples": [{**r._asdict(), "passed": r.passed} for r in results]})
    else:
        checklist(
            [
                ("pass" if r.passed else "fail", f"{r.rule or 'complete'} {r.example}", _ended(r.found, r.detail))
                for r in results
            ]
        )
        emit(f"{len(results) - len(failed)} of {len(results)} examples end as they should")
        if not failed:
            next_step(f"certify policy mutate {policy}", "would the examples notice a wrong rule?")
    return int(ExitCode.NEGATIVE if failed else ExitCode.POSITIVE)


def _ended(found: str, detail: str) -> str:
    return f"{found}: {detail}" if detail else found


@app.command("example")
def complete_example(policy: Name, json: Json = False) -> int:
    """Print a complete set of made-up evidence to start from, for examples/pass/evidence.json of a policy."""
    from certify.decide import read_policy, specimen

    made = specimen(read_policy(policy))
    if json:
        emit_json("policy", {"example": made})
        return int(ExitCode.POSITIVE)
    emit(dumps(made, indent=1))
    say("Bounds stand right at the thresholds of rules, the rest at its least value: write what you would certify.")
    return int(ExitCode.POSITIVE)


@app.command("explain")
def explain_rules(policy: Name, json: Json = False) -> int:
    """Read a policy rule by rule: when each is met, when not, and which clauses it supports."""
    from certify.decide import explain, read_policy

    told = explain(read_policy(policy))
    if json:
        rules = [rule._asdict() for rule in told.rules]
        emit_json("policy", {"policy": {**told._asdict(), "rules": rules}})
        return int(ExitCode.POSITIVE)
    for rule in told.rules:
        emit(f"{rule.id} ({rule.enforcement}, {rule.severity})", "bold")
        paragraph(rule.title, indent=2)
        values = ", ".join(f"{name} = {value}" for name, value in rule.params.items())
        supported = ", ".join(str(clause["reference"]) for clause in rule.clauses)
        rows = [("met", rule.met), ("not met", rule.not_met), ("otherwise", rule.otherwise), ("with", values)]
        rows += [("remedy", rule.remedy), ("waiver", "" if rule.waivable else "nobody may waive it")]
        rows += [("supports", supported)]
        fields([(name, value) for name, value in rows if value], indent=2)
        emit()
    next_step(f"certify policy test {policy}")
    return int(ExitCode.POSITIVE)


@app.command("mutate")
def mutate_rules(policy: Name, json: Json = False) -> int:
    """Make each rule wrong in small ways and see whether an example of the policy notices."""
    from certify.decide import mutate, read_policy

    mutants = mutate(read_policy(policy))
    survivors = [mutant for mutant in mutants if not mutant.killed_by]
    killed = len(mutants) - len(survivors)
    if json:
        left = [{"rule": mutant.rule, "change": mutant.change} for mutant in survivors]
        emit_json("policy", {"mutants": len(mutants), "killed": killed, "survivors": left})
    else:
        checklist([("fail", mutant.rule, f"no example notices: {mutant.change}") for mutant in survivors])
        emit(f"{killed} of {len(mutants)} mutants are noticed by an example")
        if not survivors:
            next_step(f"certify plan preview --policy {policy}", "what can its plan show, and what does it cost?")
    return int(ExitCode.NEGATIVE if survivors else ExitCode.POSITIVE)
