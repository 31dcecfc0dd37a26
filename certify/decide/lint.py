"""Everything that is wrong with a policy before it sees any evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from certify.decide.cel import PARAMS, program, result_type
from certify.decide.clauses import catalogue
from certify.decide.examples import NO_COMPLETE_EXAMPLE
from certify.decide.findings import Finding, Gravity, warning
from certify.decide.form import Enforcement, Rule
from certify.decide.message import placeholders
from certify.decide.mistakes import closest
from certify.decide.policy import LoadedPolicy
from certify.decide.profile import conjuncts, may_be_absent, profile_findings
from certify.decide.reach import reach_findings
from certify.decide.syntax import Syntax, constant, path_of, paths, show_path
from certify.decide.typing_hints import typing_hint
from certify.errors import UsageError
from certify.evidence.instances import kind_of

_GAP = "static-fresh-gap"
_SCALARS = {"BOOL", "INT", "DOUBLE", "STRING"}
_CLEAN: set[str] = set()
"""Digests of policies found clean by this process: one read back from a document is held to no more than its file."""


def lint(policy: LoadedPolicy) -> list[Finding]:
    """The findings on a policy, rule by rule in its order; none at all for a good one."""
    found = list(_policy_findings(policy))
    for index, rule in enumerate(policy.policy.rules):
        for finding in _rule_findings(policy, rule):
            found.append(finding._replace(line=_line(policy, index, rule, finding)))
    return found


def require_clean(policy: LoadedPolicy) -> None:
    """Nothing, when lint finds no error; warnings are allowed.

    Raises:
        UsageError: CERT-E053, with every error.
    """
    if not policy.from_file and policy.reference.sha256 in _CLEAN:
        return
    errors = [finding for finding in lint(policy) if finding.gravity is Gravity.ERROR]
    if not errors:
        note_clean(policy)
        return
    shown = [f"{f'line {f.line}: ' if f.line else ''}{f.rule} {f.id}: {f.message}; {f.hint}".strip() for f in errors]
    raise UsageError(
        "CERT-E053",
        f"the policy {policy.policy.id} has {len(errors)} error{'s' * (len(errors) > 1)}",
        why="\n".join(shown),
        hint="correct them and run `certify policy lint` again",
    )


def note_clean(policy: LoadedPolicy) -> None:
    """Remembers, in this process, that a policy is clean."""
    _CLEAN.add(policy.reference.sha256)


def _policy_findings(policy: LoadedPolicy) -> Iterator[Finding]:
    rules, checks = policy.policy.rules, policy.check_ids
    for name, count in Counter(rule.id for rule in rules).items():
        if count > 1:
            yield Finding("duplicate-rule", name, f"{count} rules have this id", "give each rule its own id")
    for name in checks:
        for other in policy.parameters_of(name).get("reads", ()):
            if other not in checks:
                what = f"{name} reads {other}, which the policy does not run"
                yield Finding("check-not-run", "", what, closest(other, checks) or "add it under `checks:`")
    for name, count in Counter(checks).items():
        if count > 1:
            yield Finding("duplicate-check", "", f"the check {name} is listed {count} times", "list it once")
    if not any(rule.enforcement is Enforcement.MUST for rule in rules):
        yield Finding("no-must-rule", "", "no rule is enforced, so nothing can be certified", "mark one rule `must`")
    yield from _example_findings(policy)
    for name in checks:
        if kind_of(name) == _GAP:
            yield from _gap_findings(policy, name)
    read = {str(path[1]) for rule in rules for path in _evidence(rule) if path[0] == "check" and len(path) > 1}
    read |= {name for check in read & set(checks) for name in policy.parameters_of(check).get("reads", ())}
    paired = {policy.parameters_of(name).get("benchmark") for name in read & set(checks) if kind_of(name) == _GAP}
    for name in checks:
        half = kind_of(name) == "static-benchmark" and policy.parameters_of(name).get("benchmark") in paired
        if name not in read and not half:
            yield warning("unused-check", "", f"no rule reads the result of {name}", "add a rule, or drop the check")


def _example_findings(policy: LoadedPolicy) -> Iterator[Finding]:
    if policy.from_file and "pass" not in policy.evidence:
        hint = "`certify policy example POLICY` prints one to start from"
        yield Finding("no-complete-example", "", NO_COMPLETE_EXAMPLE, hint)


def _gap_findings(policy: LoadedPolicy, name: str) -> Iterator[Finding]:
    benchmark = policy.parameters_of(name)["benchmark"]
    static = [policy.parameters_of(check) for check in policy.check_ids if kind_of(check) == "static-benchmark"]
    if benchmark not in {one.get("benchmark") for one in static}:
        what = f"{name} needs static-benchmark on {benchmark} in the same policy"
        yield Finding("gap-without-static", "", what, "add that check: the published side of each pair comes from it")
    elif any(one.get("benchmark") == benchmark and one.get("looks") for one in static):
        what = "static-fresh-gap pairs every published item, and static-benchmark may stop before it asked them all"
        yield Finding("gap-with-looks", "", what, "leave `looks` and `threshold` out of static-benchmark")


def _rule_findings(policy: LoadedPolicy, rule: Rule) -> Iterator[Finding]:
    used: set[str] = set()
    for field, text in rule.expressions().items():
        syntax = _syntax(rule, text)
        yield from _type_findings(rule, field, text, {"BOOL"})
        if syntax is None:
            continue
        yield from profile_findings(rule.id, field, syntax)
        yield from _reading_findings(policy, rule, field, syntax)
        yield from _correction_findings(policy, rule, field, syntax)
        used |= {str(path[1]) for path in paths(syntax.root, (PARAMS,)) if len(path) > 1}
        if field == "assert":
            yield from reach_findings(rule, syntax, {request.id: request.with_ for request in policy.policy.checks})
            yield from _interval_findings(rule, syntax)
    yield from _message_findings(rule)
    yield from _paper_findings(policy, rule)
    for name in sorted(set(rule.params) - used):
        yield warning("unused-parameter", rule.id, f"params.{name} decides nothing", "use it, or drop it")


def _syntax(rule: Rule, text: str) -> Syntax | None:
    try:
        return program(text).syntax
    except ValueError:
        return None


def _type_findings(rule: Rule, field: str, text: str, wanted: set[str]) -> Iterator[Finding]:
    found = result_type(text, rule.params)
    if isinstance(found, str):
        if found not in wanted:
            yield Finding("type", rule.id, f"{field}: this gives {found}, not {' or '.join(sorted(wanted))}", "compare")
        if _syntax(rule, text) is None:
            yield Finding("type", rule.id, f"{field}: this cannot be evaluated", "write it more simply")
        return
    for complaint in found:
        place = f"{field}, line {complaint.line}, column {complaint.column}"
        yield Finding("type", rule.id, f"{place}: {complaint.message}", typing_hint(complaint.message, rule.params))


def _reading_findings(policy: LoadedPolicy, rule: Rule, field: str, syntax: Syntax) -> Iterator[Finding]:
    read = paths(syntax.root)
    for path in read:
        if path[0] == "check" and len(path) > 1 and path[1] not in policy.check_ids:
            what = f"{field}: the policy does not run the check {path[1]}"
            hint = closest(str(path[1]), policy.check_ids) or "add it under `checks:`"
            yield Finding("check-not-run", rule.id, what, hint)
        if field == "when" and may_be_absent(path):
            what = f"when: {show_path(path)} may be absent, and what is absent must not switch a rule off"
            yield Finding("when-over-evidence", rule.id, what, "decide on model, configuration, plan or data.examined")
    if field == "assert" and not read:
        yield Finding("reads-nothing", rule.id, "assert: it reads no evidence", "compare something that was found")
    if field != "assert" and not read and constant(syntax.root) is not False:
        yield Finding("reads-nothing", rule.id, f"{field}: it reads no evidence", "compare something that was found")


def _correction_findings(policy: LoadedPolicy, rule: Rule, field: str, syntax: Syntax) -> Iterator[Finding]:
    """A warning for each p-value that is read as if its test were the only one. Source: docs/statistics.md, Holm."""
    gaps = [policy.parameters_of(name) for name in policy.check_ids if kind_of(name) == _GAP]
    tests = {"p_value": len(gaps), "margin_p_value": sum(gap.get("margin") is not None for gap in gaps)}
    for path in paths(syntax.root):
        if path[0] == "check" and len(path) == 3 and kind_of(str(path[1])) == _GAP and tests.get(str(path[2]), 0) > 1:
            what = f"{field}: {show_path(path)} is one of {tests[str(path[2])]} such tests, and each may find by chance"
            yield warning("uncorrected-tests", rule.id, what, f"read holm_{path[2]}, which counts them")


def _interval_findings(rule: Rule, syntax: Syntax) -> Iterator[Finding]:
    for part in conjuncts(syntax.root):
        sides = list(part.call_expr.args) if part.WhichOneof("kind") == "call_expr" else []
        bounds = [path for side in sides if (path := path_of(side)) is not None and path[-1] == "lower"]
        if bounds and rule.refute is None:
            what = (
                f"assert: without `refute`, an interval around the threshold counts as failed ({show_path(bounds[0])})"
            )
            upper = show_path((*bounds[0][:-1], "upper"))
            yield warning("no-refute", rule.id, what, f"add `refute: {upper} < ...`")


def _message_findings(rule: Rule) -> Iterator[Finding]:
    try:
        texts = placeholders(rule.message)
    except ValueError as error:
        yield Finding("message", rule.id, f"message: {error}", "write {expression}")
        return
    for text in texts:
        yield from _type_findings(rule, f"message {{{text}}}", text, _SCALARS)


def _paper_findings(policy: LoadedPolicy, rule: Rule) -> Iterator[Finding]:
    for reference in rule.clauses:
        if reference not in catalogue():
            hint = closest(reference, catalogue()) or "add it to policies/clauses"
            found = Finding("unknown-clause", rule.id, f"clauses: {reference} is not in the catalogue", hint)
            yield found if policy.from_file else found._replace(gravity=Gravity.WARNING)
    if policy.from_file and rule.examples is None:
        hint = "add `examples:` with pass, fail and missing"
        yield Finding("no-examples", rule.id, "the rule has never been tried on evidence", hint)


def _evidence(rule: Rule) -> list[tuple[str | int, ...]]:
    trees = [_syntax(rule, text) for text in rule.expressions().values()]
    return [path for tree in trees if tree is not None for path in paths(tree.root)]


def _line(policy: LoadedPolicy, index: int, rule: Rule, finding: Finding) -> int:
    if rule.id in policy.inherited:
        return 0
    place = ("rules", index - len(policy.inherited))
    field = finding.message.split(":")[0].split(",")[0].split(" ")[0]
    lines = policy.source.lines
    return lines.get((*place, field), lines.get(place, 0))
