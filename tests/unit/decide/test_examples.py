from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.decide import LoadedPolicy, explain, lint, load_policy, mutate, policy_tests, read_policy
from certify.decide.clauses import catalogue, clause_sources
from certify.decide.examples import overlay
from certify.errors import UsageError

from .conftest import RULE


def test_every_example_of_the_starter_policy_ends_as_said(starter: LoadedPolicy) -> None:
    results = policy_tests(starter)
    assert [result for result in results if not result.passed] == []
    tried = {(result.rule, result.example) for result in results}
    assert {(rule.id, name) for rule in starter.policy.rules for name in ("pass", "fail", "missing")} <= tried
    assert {("", "pass"), ("", "fail")} <= tried


@pytest.mark.parametrize(
    ("example", "detail"),
    [
        ({"check": {"corpus-scan": {"contaminatd": 1}}}, 'check["corpus-scan"].contaminatd is not part'),
        ({"check": {"corpus_scan": {"contaminated": 1}}}, 'check["corpus_scan"].contaminated is not part'),
        ({"check": {"corpus-scan": {"contaminatd": None}}}, "so it cannot be taken away"),
        ({"check": {"corpus-scan": {"contaminated": "many"}}}, "malformed"),
        ({"nonsense": 1}, "nonsense is not part"),
        ({"check": 3}, "malformed"),
    ],
)
def test_an_example_that_says_nothing_is_noticed(
    read: Callable[..., LoadedPolicy], example: dict[str, Any], detail: str
) -> None:
    results = policy_tests(read(examples={**RULE["examples"], "fail": example}))
    wrong = [result for result in results if not result.passed]
    assert [(result.example, result.found) for result in wrong] == [("fail", "error")]
    assert detail in wrong[0].detail


@pytest.mark.parametrize("content", ["[]", '{"a": 1, "a": 2}', "{"])
def test_a_complete_example_that_is_no_json_object_is_refused(write: Callable[..., Path], content: str) -> None:
    folder = write()
    (folder / "examples" / "pass" / "evidence.json").write_text(content)
    with pytest.raises(UsageError, match="CERT-E050"):
        read_policy(folder)


def test_a_malformed_complete_example_is_told(write: Callable[..., Path]) -> None:
    folder = write()
    (folder / "examples" / "pass" / "evidence.json").write_text('{"check": 1}')
    assert [result.found for result in policy_tests(read_policy(folder))] == ["error"]


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_complete_example_is_one_that_nobody_has_written_yet(write: Callable[..., Path], content: str) -> None:
    folder = write()
    (folder / "examples" / "pass" / "evidence.json").write_text(content)
    policy = read_policy(folder)
    assert "pass" not in policy.evidence
    assert "no-complete-example" in {finding.id for finding in lint(policy)}


def test_everything_that_is_wrong_with_the_complete_example_is_told(
    write: Callable[..., Path], good: dict[str, Any]
) -> None:
    folder = write()
    labelled = {"items": 1}
    wrong = {"check": {"corpus-scan": {"contaminated_share": 7}, "static-benchmark:other": labelled}, "level": "x"}
    content = overlay(good, {**wrong, "plan": {"planned_at": None}})
    (folder / "examples" / "pass" / "evidence.json").write_text(json.dumps(content))
    detail = policy_tests(read_policy(folder))[0].detail
    assert 'check["corpus-scan"].contaminated_share: input should be' in detail
    assert 'check["static-benchmark:other"].benchmark_sha256: field required' in detail
    assert "level: input should be" in detail
    assert "plan.planned_at: field required" in detail


def test_every_misnamed_value_is_told(write: Callable[..., Path], good: dict[str, Any]) -> None:
    folder = write()
    content = overlay(good, {"plan": {"attemps": 3}, "modell": {"name": "x"}})
    (folder / "examples" / "pass" / "evidence.json").write_text(json.dumps(content))
    detail = policy_tests(read_policy(folder))[0].detail
    assert detail == "plan.attemps is not part of the evidence; modell.name is not part of the evidence"


def test_a_misnamed_value_in_the_complete_example_is_told(write: Callable[..., Path], good: dict[str, Any]) -> None:
    folder = write()
    content = overlay(good, {"plan": {"attemps": 3}})
    (folder / "examples" / "pass" / "evidence.json").write_text(json.dumps(content))
    assert "plan.attemps is not part" in policy_tests(read_policy(folder))[0].detail


def test_overlay_is_a_merge_patch() -> None:
    base = {"a": {"b": 1, "c": 2}, "d": [1, 2]}
    assert overlay(base, {"a": {"b": None}, "d": [3], "e": {"f": 4}}) == {"a": {"c": 2}, "d": [3], "e": {"f": 4}}
    assert base == {"a": {"b": 1, "c": 2}, "d": [1, 2]}


def test_explain_says_what_else_can_come_out(starter: LoadedPolicy) -> None:
    told = explain(starter)
    assert told.sha256 == starter.reference.sha256
    first = told.rules[0]
    assert first.met == 'check["fresh-reasoning"].accuracy.lower >= params.floor'
    assert first.not_met == 'check["fresh-reasoning"].accuracy.upper < params.floor'
    assert "neither met nor not met: inconclusive" in first.otherwise
    assert first.clauses[0]["status"] == "in_force"
    assert told.rules[3].not_met.startswith("never")
    assert told.rules[4].not_met == "in every other case that was measured"


def test_the_catalogue_is_dated_and_honest() -> None:
    assert {"eu-ai-act", "nist-ai-rmf", "nist-ai-800-2", "fda-gmlp"} <= {source.id for source in clause_sources()}
    article = catalogue()["eu-ai-act/15-1"]
    assert not article.applies_on("2026-11-23")
    assert article.applies_on("2027-12-02")
    assert not catalogue()["fda-gmlp/4"].applies_on("2027-12-02")
    assert all(clause.verified or clause.remark for clause in catalogue().values())


def test_every_clause_the_starter_policy_names_is_known(starter: LoadedPolicy) -> None:
    assert {name for rule in starter.policy.rules for name in rule.clauses} <= set(catalogue())


def test_no_mutant_of_the_starter_policy_survives(starter: LoadedPolicy) -> None:
    mutants = mutate(starter)
    assert len(mutants) > 40
    assert [mutant for mutant in mutants if not mutant.killed_by] == []


def test_a_blunt_example_leaves_survivors(read: Callable[..., LoadedPolicy]) -> None:
    expression = 'check["corpus-scan"].contaminated_share <= params.most'
    fail = {"check": {"corpus-scan": {"contaminated_share": 0.9}}}
    policy = read(assert_=expression, params={"most": 0.1}, examples={**RULE["examples"], "fail": fail})
    mutants = {mutant.change: mutant.killed_by for mutant in mutate(policy)}
    assert mutants["assert, column 41: <= became >"] == "pass"
    assert mutants["params.most: 0.1 became 0.15"] == ""
    assert mutants["assert, column 41: <= became <"] == ""
    assert mutants["the whole rule was dropped"] == "pass"  # it is the only one, and without it nothing is shown


def mutants_of(policy: LoadedPolicy) -> dict[str, str]:
    return {mutant.change: mutant.killed_by for mutant in mutate(policy)}


def test_everything_that_can_be_dropped_or_turned_is(read: Callable[..., LoadedPolicy]) -> None:
    scan, families = 'check["corpus-scan"]', 'check["fresh-reasoning"].families'
    policy = read(
        when="plan.attempt < 3",
        assert_=f"{scan}.contaminated + 1 == 1 && size({families}) > 0 && {families}.all(f, !(f.share < 0.1))",
        inconclusive_when=f"{scan}.coverage < 1.0",
    )
    found = mutants_of(policy)
    changes = " ".join(found)
    for change in (
        "+ became -",
        "all became exists",
        "! was dropped",
        "&& became ||",
        "0.1 became 0.05",
        "< became <=",
    ):
        assert change in changes, change
    assert found["when was dropped"] == ""
    assert found["inconclusive_when was dropped"] == ""
    assert "> became >=" not in " ".join(change for change in found if change.startswith("assert"))


def test_an_example_that_already_fails_would_kill_everything(read: Callable[..., LoadedPolicy]) -> None:
    for changes, code in (
        ({"examples": {**RULE["examples"], "fail": {}}}, "CERT-E054"),
        ({"assert_": 'check["corpus-scan"].contaminated =='}, "CERT-E053"),
    ):
        with pytest.raises(UsageError, match=code):
            mutate(read(**changes))


def test_several_fragments_are_all_tried(write: Callable[..., Path]) -> None:
    fails = [{"check": {"corpus-scan": {"contaminated": n}}} for n in (1, 2)]
    folder = write(examples={**RULE["examples"], "fail": fails})
    assert [r.example for r in policy_tests(load_policy(folder)) if r.rule] == ["pass", "fail", "fail", "missing"]
