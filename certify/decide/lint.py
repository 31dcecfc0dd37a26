"""Everything that is wrong with a policy before it sees any evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from certify.decide.cel import PARAMS, program, result_type
from certify.decide.clauses import catalogue
from certify.decide.examples import NO_COMPLETE_EXAMPLE
from certify.decide.findings import Finding, Gravity, doubt, fault, warning
from certify.decide.form import Enforcement, Rule
from certify.decide.message import placeholders
from certify.decide.mistakes import closest
from certify.decide.policy import LoadedPolicy
from certify.decide.profile import conjuncts, may_be_absent, profile_findings
from certify.decide.ranges import range_findings, shadow_findings
from certify.decide.reach import reach_findings
from certify.decide.syntax import Syntax, constant, path_of, paths, show_path
from certify.decide.typing_hints import typing_hint
from certify.errors import UsageError
from certify.evidence.clauses import Standing
from certify.evidence.instances import entry_for, kind_of
from certify.evidence.results import RESULT_TYPES
from certify.evidence.results.detection import Detection

_GAP = "static-fresh-gap"
_COMPARING = (_GAP, "date-split")
"""Checks that read the answers to a published benchmark."""
_ADVICE = frozenset({"date-split", "familiarity"})
"""Checks whose results bound no share of false alarms. Source: docs/checks."""
_SCALARS = {"BOOL", "INT", "DOUBLE", "STRING"}
_FOR_AUTHORS = frozenset({"unknown-clause", "never-holds", "always-holds", "unknown-value"})
_CLEAN: set[str] = set()
"""Digests of policies found clean by this process: one read back from a document is held to no more than its file."""


def lint(policy: LoadedPolicy) -> list[Finding]:
    """The findings on a policy, rule by rule in its order; none at all for a good one."""
    found = list(_policy_findings(policy))
    for index, rule in enumerate(policy.policy.rules):
        for finding in _rule_findings(policy, rule):
            found.append(_placed(policy, index, rule, finding))
    return found if policy.from_file else [_for_readers(finding) for finding in found]


def _for_readers(finding: Finding) -> Finding:
    """What only its author could mend does not keep others from taking a policy's decision again."""
    return finding._replace(gravity=Gravity.WARNING) if finding.id in _FOR_AUTHORS else finding


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
    shown = [f"{place_words(f)}{f.rule} {f.id}: {f.message}; {f.hint}" for f in errors]
    raise UsageError(
        "CERT-E053",
        f"the policy {policy.policy.id} has {len(errors)} error{'s' * (len(errors) > 1)}",
        why="\n".join(shown),
        hint="correct them and run `certify policy lint` again",
    )


def place_words(finding: Finding) -> str:
    """Where a finding is, as an author looks it up: ``line 12, column 5: ``; empty where that is not known."""
    if finding.line:
        return f"line {finding.line}, column {finding.column}: " if finding.column else f"line {finding.line}: "
    return f"column {finding.column} of the expression: " if finding.column else ""


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
        if kind_of(name) in _COMPARING:
            yield from _gap_findings(policy, name)
    read = {str(path[1]) for rule in rules for path in _evidence(rule) if path[0] == "check" and len(path) > 1}
    read |= {name for check in read & set(checks) for name in policy.parameters_of(check).get("reads", ())}
    comparing = [name for name in checks if name in read and kind_of(name) in _COMPARING]
    paired = {policy.parameters_of(name).get("benchmark") for name in comparing}
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
        yield Finding("gap-without-static", "", what, "add that check: the answers to the published items come from it")
    elif kind_of(name) == _GAP and any(one.get("benchmark") == benchmark and one.get("looks") for one in static):
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
        yield from range_findings(rule, field, syntax)
        used |= {str(path[1]) for path in paths(syntax.root, (PARAMS,)) if len(path) > 1}
        if field == "assert":
            yield from reach_findings(rule, syntax, {request.id: request.with_ for request in policy.policy.checks})
            yield from _interval_findings(rule, syntax)
    yield from shadow_findings(rule)
    yield from _message_findings(rule)
    yield from _paper_findings(policy, rule)
    for name in sorted(set(rule.params) - used):
        yield doubt("unused-parameter", rule.id, "params", f"{name} decides nothing", "use it, or drop it")


def _syntax(rule: Rule, text: str) -> Syntax | None:
    try:
        return program(text).syntax
    except ValueError:
        return None


def _type_findings(rule: Rule, field: str, text: str, wanted: set[str], *, within: int = 0) -> Iterator[Finding]:
    """What the compiler says against an expression that begins at offset ``within`` of its field."""
    label = f"{field} {{{text}}}" if field == "message" else field
    found = result_type(text, rule.params)
    if isinstance(found, str):
        if found not in wanted:
            what = f"{label}: this gives {found}, not {' or '.join(sorted(wanted))}"
            yield Finding("type", rule.id, what, "compare", column=within + 1, field=field)
        if _syntax(rule, text) is None:
            yield Finding("type", rule.id, f"{label}: this cannot be evaluated", "write it more simply", field=field)
        return
    for complaint in found:
        before = sum(len(line) for line in text.splitlines(keepends=True)[: complaint.line - 1])
        hint = typing_hint(complaint.message, rule.params)
        column = within + before + complaint.column
        yield Finding("type", rule.id, f"{label}: {complaint.message}", hint, column=column, field=field)


def _reading_findings(policy: LoadedPolicy, rule: Rule, field: str, syntax: Syntax) -> Iterator[Finding]:
    read = paths(syntax.root)
    for path in read:
        if path[0] == "check" and len(path) > 1 and path[1] not in policy.check_ids:
            what = f"the policy does not run the check {path[1]}"
            hint = closest(str(path[1]), policy.check_ids) or "add it under `checks:`"
            yield fault("check-not-run", rule.id, field, what, hint)
        advice = path[0] == "check" and len(path) > 1 and kind_of(str(path[1])) in _ADVICE
        if advice and rule.enforcement is Enforcement.MUST:
            what = f"{path[1]} gives advice and bounds no share of false alarms"
            yield fault("advice-enforced", rule.id, field, what, "mark the rule `should`")
        if field == "when" and may_be_absent(path):
            what = f"{show_path(path)} may be absent, and what is absent must not switch a rule off"
            hint = "decide on model, configuration, plan or data.examined"
            yield fault("when-over-evidence", rule.id, field, what, hint)
    if not read and (field == "assert" or constant(syntax.root) is not False):
        yield fault("reads-nothing", rule.id, field, "it reads no evidence", "compare something that was found")


def _correction_findings(policy: LoadedPolicy, rule: Rule, field: str, syntax: Syntax) -> Iterator[Finding]:
    """A warning for each p-value that is read as if its test were the only one. Source: docs/statistics.md, Holm."""
    gaps = [policy.parameters_of(name) for name in policy.check_ids if kind_of(name) == _GAP]
    tests = {"p_value": len(gaps), "margin_p_value": sum(gap.get("margin") is not None for gap in gaps)}
    for path in paths(syntax.root):
        if path[0] == "check" and len(path) == 3 and kind_of(str(path[1])) == _GAP and tests.get(str(path[2]), 0) > 1:
            what = f"{show_path(path)} is one of {tests[str(path[2])]} such tests, and each may find by chance"
            yield doubt("uncorrected-tests", rule.id, field, what, f"read holm_{path[2]}, which counts them")
    yield from _detection_findings(policy, rule, field, syntax)


def _detection_findings(policy: LoadedPolicy, rule: Rule, field: str, syntax: Syntax) -> Iterator[Finding]:
    """The same for tests of contamination, which share one error rate."""
    tests = [name for name in policy.check_ids if _is_detection(name)]
    for path in paths(syntax.root) if len(tests) > 1 else ():
        plain = path[0] == "check" and len(path) == 3 and _is_detection(str(path[1]))
        if plain and str(path[2]).endswith("p_value") and path[2] != "holm_p_value":
            what = f"{show_path(path)} is one of {len(tests)} such tests, and each may find by chance"
            yield doubt("uncorrected-tests", rule.id, field, what, "read holm_p_value or the verdict, which count them")


def _is_detection(check: str) -> bool:
    kind = entry_for(check, RESULT_TYPES)
    return kind is not None and issubclass(kind, Detection)


def _interval_findings(rule: Rule, syntax: Syntax) -> Iterator[Finding]:
    for part in conjuncts(syntax.root):
        sides = list(part.call_expr.args) if part.WhichOneof("kind") == "call_expr" else []
        bounds = [path for side in sides if (path := path_of(side)) is not None and path[-1] == "lower"]
        if bounds and rule.refute is None:
            what = f"without `refute`, an interval around the threshold counts as failed ({show_path(bounds[0])})"
            upper = show_path((*bounds[0][:-1], "upper"))
            yield doubt("no-refute", rule.id, "assert", what, f"add `refute: {upper} < ...`")


def _message_findings(rule: Rule) -> Iterator[Finding]:
    try:
        texts = placeholders(rule.message)
    except ValueError as error:
        yield fault("message", rule.id, "message", str(error), "write {expression}")
        return
    for text in texts:
        yield from _type_findings(rule, "message", text, _SCALARS, within=rule.message.find(text))


def _paper_findings(policy: LoadedPolicy, rule: Rule) -> Iterator[Finding]:
    for reference in rule.clauses:
        if reference not in catalogue():
            hint = closest(reference, catalogue()) or "add it to policies/clauses"
            yield fault("unknown-clause", rule.id, "clauses", f"{reference} is not in the catalogue", hint)
        elif catalogue()[reference].status is Standing.RESCINDED:
            what = f"{reference} is rescinded, nobody is held to it any more"
            yield doubt("rescinded-clause", rule.id, "clauses", what, "name what replaced it, or leave it out")
    if policy.from_file and rule.examples is None:
        hint = "add `examples:` with pass, fail and missing"
        yield Finding("no-examples", rule.id, "the rule has never been tried on evidence", hint)


def _evidence(rule: Rule) -> list[tuple[str | int, ...]]:
    trees = [_syntax(rule, text) for text in rule.expressions().values()]
    return [path for tree in trees if tree is not None for path in paths(tree.root)]


def _placed(policy: LoadedPolicy, index: int, rule: Rule, finding: Finding) -> Finding:
    """The finding with its place in the file, as far as there is one."""
    if rule.id in policy.inherited:
        return finding._replace(column=0)
    place = ("rules", index - len(policy.inherited))
    source, field = policy.source, (*place, finding.field)
    span = source.spans.get(field) if finding.column else None
    if span is None:
        known = source.lines.get(field, source.lines.get(place, 0))
        return finding._replace(line=known, column=0 if source.lines else finding.column)
    text = {**rule.expressions(), "message": rule.message}[finding.field]
    line, column = span.locate(text, finding.column - 1)
    return finding._replace(line=line, column=column)
