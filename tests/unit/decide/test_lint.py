from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from certify.decide import Gravity, LoadedPolicy, lint, policy_from_document, read_policy
from certify.decide.lint import require_clean
from certify.errors import UsageError

from .conftest import CHECKS, RULE

FRESH = 'check["fresh-reasoning"]'
SCAN = 'check["corpus-scan"]'


def ids(policy: LoadedPolicy) -> set[str]:
    return {finding.id for finding in lint(policy)}


@pytest.mark.parametrize(
    ("expression", "finding"),
    [
        # an empty list satisfies all(), and everything built from it
        (f"{FRESH}.families.all(f, f.share > 0.5)", "vacuous-truth"),
        (f"!{FRESH}.families.exists(f, f.share < 0.5)", "vacuous-truth"),
        (f"size({FRESH}.families.filter(f, f.share < 0.5)) == 0", "vacuous-truth"),
        (f"size({FRESH}.families) >= 0 && {FRESH}.families.all(f, f.share > 0.5)", "vacuous-truth"),
        (f"size({SCAN}.self_test) > 0 && {FRESH}.families.all(f, f.share > 0.5)", "vacuous-truth"),
        (f"!(size({FRESH}.families) > 0 && {FRESH}.families.all(f, f.share > 0.5))", "vacuous-truth"),
        # || and has() let absent evidence count
        (f"{SCAN}.contaminated == 0 || true", "or-over-evidence"),
        (f"true || {SCAN}.contaminated == 0", "or-over-evidence"),
        (f"plan.attempt < 3 || (plan.attempt < 5 && {SCAN}.items > 1)", "or-over-evidence"),
        (f"{FRESH}.families.exists(f, f.share > 0.5 || {SCAN}.items > 3)", "or-over-evidence"),
        ("level >= 1 || plan.attempt == 1", "or-over-evidence"),
        ("data.complete || plan.attempt == 1", "or-over-evidence"),
        ('declared.owner == "x" || plan.attempt == 1', "or-over-evidence"),
        (f"!({SCAN}.contaminated > 0 && level > 0)", "or-over-evidence"),
        (f"has({SCAN}.contaminated)", "has"),
        (f"!has({SCAN}.contaminated)", "has"),
        # no expression may come to NaN or infinity
        ("0.0 / 0.0 < 1.0 && plan.attempt == 1", "arithmetic"),
        (f"{SCAN}.contaminated_share / {SCAN}.contaminated_share < 1.0", "arithmetic"),
        (f"{SCAN}.contaminated_share * 1e300 < 1.0", "arithmetic"),
        (f"{'2 * ' * 9} {SCAN}.items > 0", "arithmetic"),
        (f'{SCAN}.contaminated_share < double("nan")', "function"),
        (f"dyn({SCAN}.contaminated) == 0", "function"),
        (f'{{"a": {SCAN}.items}}["a"] > 1', "construct"),
        # types
        (f"{SCAN}.contaminatd == 0", "type"),
        (f"{FRESH}.accuracy.lower >= 1", "type"),
        (f"{SCAN}.items >= 1.0", "type"),
        (f"{SCAN}.items >= params.nothing", "type"),
        (f"{SCAN}.items", "type"),
        (f"{SCAN}.items >", "type"),
        ("nothing > 1", "type"),
        (f'check["corpus-" + "scan"].items > 1 && {SCAN}.items > 1', "type"),
        ('check["corpus-scam"].items > 1', "unknown-check"),
        ("check.corpus_scan.items > 1", "unknown-check"),
        (f"size({FRESH}.families) > 0 && {FRESH}.families.all(model, model.share > 0.1)", "shadowing"),
        ("(" * 40 + "true" + ")" * 40, "type"),
        # a rule has to look at something
        ("true", "reads-nothing"),
        ("now != ''", "reads-nothing"),
        # what no evidence ever says
        (f"{FRESH}.accuracy.lower > 1.0", "never-holds"),
        (f"{FRESH}.accuracy.lower >= 1.1", "never-holds"),
        (f"1.1 <= {FRESH}.accuracy.lower", "never-holds"),
        ("plan.tokens < 0", "never-holds"),
        (f"{SCAN}.items > 9 && {SCAN}.items < 9", "never-holds"),
        (f"{FRESH}.accuracy.lower > 0.5 && {FRESH}.accuracy.lower <= 0.5", "never-holds"),
        ("plan.attempt < 1", "never-holds"),
        ('data.examined == "ful"', "unknown-value"),
        ('data.examined != "ful"', "unknown-value"),
        ('!(plan.entropy == "slef")', "unknown-value"),
        ('plan.entropy in ["beacon", "witnesses"]', "unknown-value"),
        # what no sample of this size can show
        (f"{FRESH}.accuracy.lower >= 0.999", "unreachable"),
        (f"0.999 <= {FRESH}.accuracy.lower", "unreachable"),
        (f"{SCAN}.verbatim_recall_lower >= 0.995", "unreachable"),
        ('check["static-benchmark"].accuracy.lower > 0.99', "unreachable"),
        ('check["static-fresh-gap"].upper <= 0.01', "unreachable"),
    ],
)
def test_every_trap_is_an_error(read: Callable[..., LoadedPolicy], expression: str, finding: str) -> None:
    policy = read(assert_=expression)
    found = [entry for entry in lint(policy) if entry.gravity is Gravity.ERROR]
    assert finding in {entry.id for entry in found}
    assert all(entry.message and entry.hint and entry.rule == "TS-01" and entry.line > 0 for entry in found)
    with pytest.raises(UsageError, match="CERT-E053"):
        require_clean(policy)


@pytest.mark.parametrize(
    "expression",
    [
        f"{SCAN}.contaminated == 0",
        f"size({FRESH}.families) > 0 && {FRESH}.families.all(f, f.share > f.floor || f.right > 3)",
        f"{FRESH}.families.size() >= 2 && {FRESH}.families.all(f, f.share > 0.1)",
        f"{FRESH}.families.exists(f, f.share > 0.9)",
        'plan.attempt == 1 || plan.entropy in ["beacon", "seedWitnesses"]',
        'configuration.sampling.temperature == 0.0 && model.architecture.startsWith("Llama")',
        'timestamp(now) - timestamp(plan.planned_at) < duration("720h")',
        f"{SCAN}.contaminated_share * 100.0 / 2.0 < 3.0",
        f"{FRESH}.families[0].share > 0.5",
        f"{FRESH}.accuracy.upper - {FRESH}.accuracy.lower < 0.2",
        "level >= 1 && data.complete",
    ],
)
def test_what_cannot_mislead_is_allowed(read: Callable[..., LoadedPolicy], expression: str) -> None:
    assert [entry for entry in lint(read(assert_=expression)) if entry.gravity is Gravity.ERROR] == []


@pytest.mark.parametrize(
    "condition", [f"{SCAN}.items > 0", 'declared.owner == "x"', "data.complete", "level > 0", "!data.complete"]
)
def test_absent_evidence_cannot_switch_a_rule_off(read: Callable[..., LoadedPolicy], condition: str) -> None:
    assert "when-over-evidence" in ids(read(when=condition))


def test_a_rule_may_depend_on_what_every_run_has(read: Callable[..., LoadedPolicy]) -> None:
    assert lint(read({"checks": [CHECKS[3]]}, when='data.examined == "full" && model.parameters > 1000')) == []


def test_the_other_expressions_are_linted_too(read: Callable[..., LoadedPolicy]) -> None:
    for field in ("refute", "inconclusive_when"):
        assert "or-over-evidence" in ids(read(**{field: f"{SCAN}.items > 1 || true"}))
        assert "reads-nothing" in ids(read(**{field: "true"}))
    assert "reads-nothing" not in ids(read(refute="false"))


@pytest.mark.parametrize(
    ("message", "finding"),
    [
        ("{nothing}", "type"),
        ("{", "message"),
        ("a } b", "message"),
        ("{}", "message"),
        (f"{{{FRESH}.families}}", "type"),
    ],
)
def test_messages_are_linted(read: Callable[..., LoadedPolicy], message: str, finding: str) -> None:
    assert finding in ids(read(message=message))


@pytest.mark.parametrize(
    ("policy", "changes", "finding"),
    [
        ({"rules": [RULE, RULE]}, {}, "duplicate-rule"),
        ({"checks": [*CHECKS, CHECKS[0]]}, {}, "duplicate-check"),
        ({"checks": CHECKS[:3]}, {}, "check-not-run"),
        ({"checks": CHECKS[1:]}, {}, "gap-without-static"),
        ({}, {"enforcement": "should"}, "no-must-rule"),
        ({}, {"clauses": ["eu-ai-act/99"]}, "unknown-clause"),
        ({}, {"examples": None}, "no-examples"),
    ],
)
def test_policies_as_a_whole(
    read: Callable[..., LoadedPolicy], policy: dict[str, Any], changes: dict[str, Any], finding: str
) -> None:
    loaded = read(policy, **changes)
    assert finding in {entry.id for entry in lint(loaded) if entry.gravity is Gravity.ERROR}


def test_doubtful_things_are_warnings(read: Callable[..., LoadedPolicy]) -> None:
    policy = read(assert_=f"{FRESH}.accuracy.lower >= 0.5", params={"idle": 3})
    found = {entry.id: entry for entry in lint(policy)}
    assert set(found) == {"no-refute", "unused-parameter", "unused-check"}
    assert all(entry.gravity is Gravity.WARNING for entry in found.values())
    require_clean(policy)


def test_a_threshold_in_a_parameter_is_looked_up(read: Callable[..., LoadedPolicy]) -> None:
    expression = f"{FRESH}.accuracy.lower >= params.floor"
    assert "unreachable" in ids(read(assert_=expression, params={"floor": 0.999}))
    assert "unreachable" not in ids(read(assert_=expression, params={"floor": 0.97}))


def test_looks_serve_the_threshold_of_the_rule(read: Callable[..., LoadedPolicy]) -> None:
    def found(threshold: float, asked: str = "0.75") -> set[str]:
        fresh = {"families": ["addition", "sorting"], "items": 240, "looks": 3, "threshold": threshold}
        checks = [{"id": "fresh-reasoning", "with": fresh}]
        return ids(read(assert_=f"{FRESH}.accuracy.lower >= {asked}", _policy={"checks": checks}))

    assert "other-threshold" not in found(0.75)
    assert "other-threshold" in found(0.8)
    assert "unreachable" in found(0.981, "0.981")
    assert "unreachable" not in found(0.97, "0.97")


def test_a_gap_needs_every_published_item(read: Callable[..., LoadedPolicy]) -> None:
    static = {"benchmark": "starter-200", "items": 200, "looks": 3, "threshold": 0.75}
    checks = [
        {"id": "static-benchmark", "with": static},
        {"id": "static-fresh-gap", "with": {"benchmark": "starter-200"}},
    ]
    assert "gap-with-looks" in ids(read({"checks": checks}, assert_='check["static-fresh-gap"].upper <= 0.1'))


@pytest.mark.parametrize("check", ["date-split", "familiarity"])
def test_advice_refuses_no_model(read: Callable[..., LoadedPolicy], check: str) -> None:
    cutoff = {"cutoff": "2025-02-14"} if check == "date-split" else {}
    checks = [
        {"id": "static-benchmark", "with": {"benchmark": "starter-200"}},
        {"id": f"{check}:x", "with": {"benchmark": "starter-200", **cutoff}},
    ]
    field = "undated" if cutoff else "items"
    for enforcement, told in (("must", True), ("should", False)):
        rule = {"assert_": f'check["{check}:x"].{field} >= 0', "enforcement": enforcement}
        assert ("advice-enforced" in ids(read({"checks": checks}, **rule))) is told
    without = ids(read({"checks": checks[1:]}, assert_='check["date-split:x"].undated >= 0'))
    assert ("gap-without-static" in without) is bool(cutoff)


def several_gaps(read: Callable[..., LoadedPolicy], margins: tuple[float | None, ...], **rule: Any) -> LoadedPolicy:
    """A policy over as many gaps as there are margins; the starter benchmark first."""
    names = ["starter-200", *(f"other-{number}.jsonl" for number in range(1, len(margins)))]
    checks: list[dict[str, Any]] = []
    for number, (name, margin) in enumerate(zip(names, margins, strict=True)):
        label = f":other-{number}" if number else ""
        asked = {"benchmark": name} | ({} if margin is None else {"margin": margin, "twins": "annotations"})
        checks += [
            {"id": f"static-benchmark{label}", "with": {"benchmark": name}},
            {"id": f"static-fresh-gap{label}", "with": asked},
        ]
    return read({"checks": checks}, **rule)


@pytest.mark.parametrize("field", ["refute", "assert_"])
def test_a_p_value_of_one_among_several_gaps_is_corrected_for_their_number(
    read: Callable[..., LoadedPolicy], field: str
) -> None:
    gap = 'check["static-fresh-gap:other-1"]'
    found = {"refute": f"{gap}.p_value < 0.01", "assert_": f"{gap}.p_value >= 0.01"}[field]
    rule = {"assert_": f"{gap}.upper <= 0.1", "message": "{" + f"{gap}.p_value" + "}", field: found}
    doubtful = [one for one in lint(several_gaps(read, (None, None), **rule)) if one.id == "uncorrected-tests"]
    assert [(one.gravity, one.hint) for one in doubtful] == [
        (Gravity.WARNING, "read holm_p_value, which counts them"),
    ]
    corrected = {**rule, field: found.replace("p_value", "holm_p_value")}
    assert "uncorrected-tests" not in ids(several_gaps(read, (None, None), **corrected))
    alone = {name: text.replace(":other-1", "") for name, text in rule.items()}
    assert "uncorrected-tests" not in ids(several_gaps(read, (None,), **alone))


def test_tests_against_a_margin_are_counted_by_themselves(read: Callable[..., LoadedPolicy]) -> None:
    gap = 'check["static-fresh-gap:other-1"]'
    rule = {"assert_": f"{gap}.upper <= 0.1", "refute": f"{gap}.margin_p_value < 0.01"}
    assert "uncorrected-tests" not in ids(several_gaps(read, (None, 0.02), **rule))
    assert "uncorrected-tests" in ids(several_gaps(read, (0.02, 0.02), **rule))


def test_findings_say_where_and_what_instead(read: Callable[..., LoadedPolicy]) -> None:
    finding = next(entry for entry in lint(read(assert_=f"{SCAN}.contaminatd == 0")) if entry.id == "type")
    assert finding.message.startswith("assert: undefined field 'contaminatd'")
    assert finding.hint == "did you mean 'contaminated'?"
    mixed = next(entry for entry in lint(read(assert_=f"{FRESH}.accuracy.lower >= 1")) if entry.id == "type")
    assert "1.0" in mixed.hint


def test_the_starter_policy_is_clean(starter: LoadedPolicy) -> None:
    assert lint(starter) == []


def test_findings_name_line_and_column_of_the_file(folder: Path) -> None:
    spellings = {
        "plain": f"assert: {SCAN}.wrong == 0",
        "folded": f"assert: >-\n      plan.attempt == 1\n\n      && {SCAN}.wrong == 0",
        "literal": f"assert: |\n      plan.attempt == 1\n        && {SCAN}.wrong == 0",
        "quoted": f"assert: '{SCAN}.wrong == 0'",
        "escaped": "assert: " + json.dumps(f"{SCAN}.wrong == 0"),
        "on the next line": f"assert:\n      plan.attempt == 1\n      && {SCAN}.wrong == 0",
    }
    for spelling in spellings.values():
        rule = yaml.safe_dump({name: part for name, part in RULE.items() if name != "assert"})
        rule = "".join(f"    {line}\n" for line in rule.splitlines())
        head = yaml.safe_dump({"id": "example", "version": "1.0.0", "title": "An example", "checks": CHECKS})
        (folder / "policy.yaml").write_text(f"{head}rules:\n  -\n    {spelling}\n{rule}")
        (finding,) = [entry for entry in lint(read_policy(folder)) if entry.id == "type"]
        line = (folder / "policy.yaml").read_text().splitlines()[finding.line - 1]
        assert line[finding.column - 1 :].startswith(".wrong"), spelling


def test_a_mistake_in_a_message_is_found_there(folder: Path, write: Callable[..., Path]) -> None:
    policy = read_policy(write(message="{plan.attempt} tried, { plan.attemt} left"))
    (finding,) = [entry for entry in lint(policy) if entry.id == "type"]
    line = (folder / "policy.yaml").read_text().splitlines()[finding.line - 1]
    assert line[finding.column - 1 :].startswith(".attemt}")


def test_without_a_file_the_column_is_that_of_the_expression(starter: LoadedPolicy) -> None:
    document = json.loads(json.dumps(starter.document))
    document["rules"][4]["assert"] += " || true"
    with pytest.raises(UsageError, match="CERT-E053") as caught:
        policy_from_document(document)
    assert "column 40 of the expression: ST-05 or-over-evidence" in caught.value.why


@pytest.mark.parametrize(
    ("changes", "finding", "gravity"),
    [
        ({"assert_": f"{FRESH}.accuracy.lower >= 0.0"}, "always-holds", Gravity.WARNING),
        ({"assert_": "plan.tokens >= params.least", "params": {"least": 0}}, "always-holds", Gravity.WARNING),
        ({"when": "plan.attempt >= 1"}, "always-holds", Gravity.WARNING),
        ({"when": "plan.attempt < 1"}, "never-holds", Gravity.ERROR),
        ({"when": 'data.examined == "ful"'}, "unknown-value", Gravity.ERROR),
        ({"refute": "plan.tokens >= 0"}, "always-holds", Gravity.ERROR),
        ({"refute": "plan.tokens < 0"}, "never-holds", Gravity.ERROR),
        ({"inconclusive_when": f"{FRESH}.accuracy.lower <= 1.0"}, "always-holds", Gravity.ERROR),
        ({"assert_": f"{SCAN}.items > 9", "refute": f"{SCAN}.items > 3"}, "never-holds", Gravity.ERROR),
        ({"assert_": f"{SCAN}.items > 3", "refute": f"{SCAN}.items > 9"}, "", Gravity.ERROR),
        ({"assert_": f"{SCAN}.items > 9", "refute": f"{SCAN}.items > 3 && plan.attempt > 3"}, "", Gravity.ERROR),
        ({"assert_": f"{SCAN}.items >= 3 && {SCAN}.items <= 3"}, "", Gravity.ERROR),
        (
            {"assert_": "plan.entropy in params.good", "params": {"good": ["beacon", "me"]}},
            "unknown-value",
            Gravity.ERROR,
        ),
        ({"assert_": 'model.name != "anything"'}, "", Gravity.ERROR),
    ],
)
def test_rules_that_come_out_the_same_whatever_is_found(
    read: Callable[..., LoadedPolicy], changes: dict[str, Any], finding: str, gravity: Gravity
) -> None:
    told = [one for one in lint(read(**changes)) if one.id in ("never-holds", "always-holds", "unknown-value")]
    assert [(one.id, one.gravity) for one in told] == ([(finding, gravity)] if finding else [])


def test_what_only_authors_can_mend_does_not_stop_readers(starter: LoadedPolicy) -> None:
    document = json.loads(json.dumps(starter.document))
    document["rules"][9]["assert"] = 'plan.entropy != "slef"'
    assert [one.gravity for one in lint(policy_from_document(document))] == [Gravity.WARNING]


def test_every_finding_is_explained_on_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "policy.md").read_text()
    rooms = (Path(__file__).parents[3] / "certify" / name for name in ("decide", "pipeline"))
    code = "".join(file.read_text() for room in rooms for file in room.glob("*.py"))
    ids = set(re.findall(r"""(?:Finding|fault|doubt|warning)\(\s*"([a-z-]+)",""", code))
    assert len(ids) > 25
    assert {name for name in ids if f"`{name}`" not in page} == set()
