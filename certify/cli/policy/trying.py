"""``certify policy lint``, ``test`` and ``mutate``: whether a policy means what its author thinks."""

from __future__ import annotations

from certify.cli.options import Json
from certify.cli.policy.options import Name
from certify.cli.render import checklist, emit, emit_json, next_step
from certify.counting import counted
from certify.errors import ExitCode


def lint(policy: Name, json: Json = False) -> int:
    """Find mistakes in a policy before it decides anything."""
    from certify.decide import Gravity, read_policy
    from certify.decide import lint as find
    from certify.decide.lint import place_words
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
                (
                    "fail" if f in errors else "warn",
                    f"{f.rule or 'policy'} {f.id}",
                    f"{place_words(f)}{f.message}; {f.hint}",
                )
                for f in found
            ]
        )
        emit(f"{counted(len(errors), 'error')}, {counted(len(found) - len(errors), 'warning')}")
        if not errors:
            next_step(f"certify policy test {policy}")
    return int(ExitCode.NEGATIVE if errors else ExitCode.POSITIVE)


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
    words = found.replace("_", " ")
    return f"{words}: {detail}" if detail else words


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
