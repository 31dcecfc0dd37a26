from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from certify.decide import LoadedPolicy, lint, load_policy, mutate, policy_from_document, read_policy, shipped_policies
from certify.decide.form import Parameter
from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes, parse_json

from .conftest import CHECKS, RULE


def refused(make: Callable[[], object]) -> UsageError:
    with pytest.raises(UsageError) as caught:
        make()
    return caught.value


def test_every_shipped_policy_loads() -> None:
    assert "starter" in shipped_policies()
    for name in shipped_policies():
        assert load_policy(name).policy.id == name


def test_a_folder_and_a_file_name_the_same_policy(write: Callable[..., Path]) -> None:
    folder = write()
    assert load_policy(folder).reference == load_policy(str(folder / "policy.yaml")).reference


@pytest.mark.parametrize("name", ["strater", "no/such/file.yaml", "", "x\x00y", "a" * 5000])
def test_what_is_not_there_is_named(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    error = refused(lambda: load_policy(name))
    assert error.code == "CERT-E050"
    assert error.hint


def test_a_near_name_is_suggested() -> None:
    assert refused(lambda: load_policy("strater")).hint == "did you mean 'starter'?"


def test_a_typo_names_field_line_and_the_closest_name(write: Callable[..., Path]) -> None:
    folder = write(enforcment="must", enforcement=None)
    error = refused(lambda: load_policy(folder))
    text = (folder / "policy.yaml").read_text().splitlines()
    line = next(number for number, content in enumerate(text, start=1) if "enforcment" in content)
    assert error.code == "CERT-E051"
    assert f"line {line}" in error.what
    assert "'enforcment'" in error.what
    assert error.hint == "did you mean 'enforcement'?"


@pytest.mark.parametrize(
    ("changes", "what", "hint"),
    [
        ({"severitty": "low"}, "unknown field 'severitty' in rules[0]", "did you mean 'severity'?"),
        ({"severity": "hgih"}, "rules[0].severity is wrong", "low, medium, high, critical"),
        ({"title": None}, "rules[0] lacks the field 'title'", "add `title:`"),
        ({"params": {"floor": {"value": 0.5, "tigten": "up"}}}, "'tigten'", "did you mean 'tighten'?"),
        ({"params": {"floor": {"value": 0.5, "kind": "text"}}}, "rules[0].params.floor", "correct"),
        ({"params": {"floor": {"value": "x", "tighten": "up"}}}, "rules[0].params.floor", "correct"),
        ({"params": {"Floor": 0.5}}, "rules[0].params.Floor", "correct"),
        ({"examples": {"pass": {}, "fial": {}, "missing": {}}}, "examples", "fail"),
        ({"id": "one"}, "rules[0].id is wrong", "correct"),
        ({"assert_": "x" * 1001}, "rules[0].assert is wrong", "correct"),
        ({"_policy": {"rulse": []}}, "unknown field 'rulse'", "did you mean 'rules'?"),
        ({"_policy": {"version": "1"}}, "version is wrong", "correct"),
        ({"_policy": {"checks": [{"id": "corpus-scam"}]}}, "no check is called 'corpus-scam'", "'corpus-scan'"),
        (
            {"_policy": {"checks": [{"id": "corpus-scan", "with": {"benchmarks": ["a"], "spike": 3}}]}},
            "unknown field 'spike' in checks[0].with",
            "did you mean 'spikes'?",
        ),
        (
            {"_policy": {"checks": [{"id": "static-fresh-gap", "with": {"benchmark": "a", "looks": 3}}]}},
            "static-fresh-gap has no looks: its paired test is over all pairs",
            "correct",
        ),
        (
            {
                "_policy": {
                    "checks": [
                        {
                            "id": "fresh-reasoning",
                            "with": {"families": ["sorting"], "public_families": 2, "looks": 3, "threshold": 0.5},
                        }
                    ]
                }
            },
            "looks and public_families exclude each other",
            "correct",
        ),
        ({"_policy": {"move": {"TS-01": {"floor": 1}}}}, "'move' without 'extends'", "extended"),
    ],
)
def test_mistakes_are_told(read: Callable[..., LoadedPolicy], changes: dict[str, Any], what: str, hint: str) -> None:
    error = refused(lambda: read(**changes))
    assert error.code == "CERT-E051"
    assert what in error.what
    assert hint in error.hint


@pytest.mark.parametrize("content", ["", "just text", "- a list", "3"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "policy.yaml").write_text(content)
    assert refused(lambda: load_policy(tmp_path)).code == "CERT-E051"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the policy is not made of named fields"),
        ("- a", "the policy is not made of named fields"),
        ("rules: hello", "line 1: rules is not a list"),
        ("extends: 1", "line 1: extends is not text"),
        ("validity_days: many", "line 1: validity_days is not a whole number"),
    ],
)
def test_a_value_of_another_type_is_told_in_plain_words(tmp_path: Path, text: str, what: str) -> None:
    rest = "\nid: x-y\nversion: 1.0.0\ntitle: t\ndescription: d" if ":" in text else ""
    (tmp_path / "policy.yaml").write_text(text + rest)
    error = refused(lambda: read_policy(tmp_path / "policy.yaml"))
    assert (error.code, error.what.endswith(what)) == ("CERT-E051", True), error.what
    assert error.hint


def test_no_rules_is_no_policy(read: Callable[..., LoadedPolicy]) -> None:
    assert refused(lambda: read({"rules": []})).code == "CERT-E052"


def test_a_policy_without_examples_does_not_load(write: Callable[..., Path], folder: Path) -> None:
    assert "no-examples" in refused(lambda: load_policy(write(examples=None))).why
    write()
    (folder / "examples" / "pass" / "evidence.json").unlink()
    error = refused(lambda: load_policy(folder))
    assert error.code == "CERT-E053"
    assert "no-complete-example" in error.why
    assert "evidence.json" in error.why
    assert refused(lambda: mutate(read_policy(folder))).code == "CERT-E054"


def test_an_example_that_ends_otherwise_keeps_a_policy_from_loading(write: Callable[..., Path]) -> None:
    error = refused(lambda: load_policy(write(examples={**RULE["examples"], "fail": {}})))
    assert error.code == "CERT-E054"
    assert error.why == "TS-01 fail: met where not met is due (0 found)"


def test_a_document_gives_the_same_policy_after_canonical_json(starter: LoadedPolicy) -> None:
    again = policy_from_document(parse_json(canonical_bytes(starter.document)))
    assert again.reference == starter.reference
    assert [rule.values() for rule in again.policy.rules] == [rule.values() for rule in starter.policy.rules]
    assert [rule.params for rule in again.policy.rules] == [rule.params for rule in starter.policy.rules]


def test_a_decimal_stays_one_when_json_writes_it_whole(read: Callable[..., LoadedPolicy]) -> None:
    rule = {"assert_": 'check["corpus-scan"].contaminated_share < params.most', "params": {"most": 1.0}}
    again = policy_from_document(json.loads(canonical_bytes(read(**rule).document)))
    value = again.policy.rules[0].params["most"].value
    assert (value, type(value)) == (1.0, float)


def test_a_document_holds_what_decides_and_no_examples(starter: LoadedPolicy) -> None:
    text = canonical_bytes(starter.document).decode()
    assert '"examples"' not in text
    assert '"maxTokens":1024' in text


@pytest.mark.parametrize("document", [None, [], "starter", {}, {"id": "x"}, {"rules": [{}]}])
def test_hostile_documents_are_refused(document: Any) -> None:
    assert refused(lambda: policy_from_document(document)).code == "CERT-E051"


def test_a_document_is_linted(starter: LoadedPolicy) -> None:
    document = json.loads(json.dumps(starter.document))
    document["rules"][4]["assert"] += " || true"
    assert refused(lambda: policy_from_document(document)).code == "CERT-E053"


def test_a_clause_this_version_does_not_know_does_not_stop_a_reader(starter: LoadedPolicy) -> None:
    document = json.loads(json.dumps(starter.document))
    document["rules"][0]["clauses"] = ["future-law/1"]
    assert policy_from_document(document).policy.rules[0].clauses == ("future-law/1",)


def test_other_examples_leave_the_digest_alone(read: Callable[..., LoadedPolicy]) -> None:
    first = read()
    other = {**RULE["examples"], "fail": {"check": {"corpus-scan": {"contaminated": 9}}}}
    assert read(examples=other).reference == first.reference
    assert read(title="Another").reference.sha256 != first.reference.sha256


def child(tmp_path: Path, base: Path, **content: Any) -> Path:
    whole = {"id": "child", "version": "1.0.0", "title": "Stricter", "extends": f"../{base.name}", **content}
    (tmp_path / "child").mkdir(exist_ok=True)
    (tmp_path / "child" / "policy.yaml").write_text(yaml.safe_dump(whole))
    return tmp_path / "child"


@pytest.fixture
def base(write: Callable[..., Path]) -> Path:
    expression = 'check["corpus-scan"].contaminated_share <= params.most'
    fail = {"check": {"corpus-scan": {"contaminated_share": 0.5}}}
    return write(
        {"validity_days": 100},
        assert_=expression,
        params={"most": {"value": 0.1, "tighten": "down"}, "fixed": 3},
        examples={**RULE["examples"], "fail": fail},
    )


def test_an_extending_policy_adds_rules_and_tightens(tmp_path: Path, base: Path) -> None:
    added = {**RULE, "id": "TS-02"}
    loaded = load_policy(child(tmp_path, base, rules=[added], move={"TS-01": {"most": 0.05}}))
    assert [rule.id for rule in loaded.policy.rules] == ["TS-01", "TS-02"]
    assert loaded.policy.rules[0].params["most"].value == 0.05
    assert loaded.policy.validity_days == 100
    assert loaded.check_ids == tuple(check["id"] for check in CHECKS)
    assert loaded.reference == policy_from_document(loaded.document).reference


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"move": {"TS-01": {"most": 0.2}}}, "it may only move down"),
        ({"move": {"TS-01": {"fixed": 4}}}, "declares no direction"),
        ({"move": {"TS-01": {"mots": 0.2}}}, "did you mean 'most'?"),
        ({"move": {"TS-01": {"most": "low"}}}, "of kind decimal"),
        ({"move": {"TS-09": {"most": 0.2}}}, "no such rule"),
        ({"rules": [RULE]}, "cannot be replaced"),
        ({"checks": [CHECKS[3]]}, "cannot be replaced"),
        ({"validity_days": 200}, "allows 100 days"),
    ],
)
def test_an_extending_policy_takes_nothing_away(tmp_path: Path, base: Path, content: dict[str, Any], why: str) -> None:
    error = refused(lambda: read_policy(child(tmp_path, base, **content)))
    assert error.code == "CERT-E051"
    assert why in error.why


def test_a_policy_that_extends_itself_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "child"
    assert refused(lambda: read_policy(child(tmp_path, folder))).code == "CERT-E050"


def test_a_shipped_policy_can_be_extended(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "id: mine\nversion: 1.0.0\ntitle: Mine\nextends: starter\nmove: {ST-01: {floor: 0.9}}\n"
    )
    assert load_policy(tmp_path).policy.rules[0].params["floor"].value == 0.9


def test_a_move_that_no_example_survives_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "id: mine\nversion: 1.0.0\ntitle: Mine\nextends: starter\nmove: {ST-01: {floor: 0.97}}\n"
    )
    assert "pass" in refused(lambda: load_policy(tmp_path)).why


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e13, 2**60, None, {}, [1]])
def test_parameters_are_plain_finite_values(value: Any) -> None:
    with pytest.raises(ValueError, match="Parameter"):
        Parameter.model_validate({"value": value})


def test_the_policy_shown_in_the_docs_loads_without_findings(folder: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "policy.md").read_text()
    (folder / "policy.yaml").write_text("id: my-screening" + text.split("id: my-screening")[1].split("```")[0])
    assert lint(load_policy(folder)) == []


def test_a_policy_has_bounded_size(starter: LoadedPolicy) -> None:
    document = json.loads(json.dumps(starter.document))
    document["rules"] = document["rules"] * 21
    assert "rules" in refused(lambda: policy_from_document(document)).what
