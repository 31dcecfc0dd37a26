"""``certify policy``: a first policy, what changes between two, and why a verdict came out."""

from __future__ import annotations

import json
import shutil
from importlib.resources import as_file
from pathlib import Path
from typing import Any

import pytest

from certify.evidence.canonical import canonical_bytes
from certify.resources import room
from certify.trust.bundle import statement_of
from certify.verify.document import open_document


@pytest.mark.parametrize("extends", ["starter", "theirs"])
def test_a_new_policy_works_as_it_is(cli, extends):
    with as_file(room("policies") / "starter") as shipped:
        shutil.copytree(shipped, "theirs")
    said = cli("policy", "new", "our-screening", "--extends", extends)
    assert said.code == 0, said.err
    assert json.loads(Path("our-screening/policy.schema.json").read_text())["title"]
    assert Path("our-screening/policy.yaml").read_text().startswith("# yaml-language-server: $schema=")
    lint = cli("policy", "lint", "our-screening", "--json").document["findings"]
    tried = cli("policy", "test", "our-screening", "--json").document["examples"]
    assert (lint, {one["passed"] for one in tried}) == ([], {True})
    mutated = cli("policy", "mutate", "our-screening", "--json").document
    assert mutated["killed"] == mutated["mutants"] > 3
    assert (mutated["schema"], mutated["survivors"]) == ("certify/policy/v1", [])


@pytest.mark.parametrize("name", ["Our-screening", "our screening", "../up", "", "a" * 61, "x\ny"])
def test_names_that_policies_cannot_have(cli, name):
    said = cli("policy", "new", name)
    assert (said.code, said.error) == (2, "CERT-E011")
    assert list(Path().iterdir()) == []


def test_nothing_is_written_over(cli):
    Path("mine").mkdir()
    assert cli("policy", "new", "mine").error == "CERT-E011"
    assert cli("policy", "new", "mine", "--extends", "strater", "--out", "other").error == "CERT-E050"
    assert not Path("other").exists()


def test_the_schema_is_printed(cli):
    said = cli("policy", "schema")
    assert said.code == 0
    assert said.document["$defs"]["Rule"]
    assert cli("policy", "schema", "--json").document == {"schema": "certify/policy/v1", "policySchema": said.document}


def tightened(folder: Path, floor: float) -> Path:
    text = folder.joinpath("policy.yaml").read_text()
    changed = folder.with_name("changed")
    changed.mkdir()
    changed.joinpath("policy.yaml").write_text(text.replace("move: {}", f"move: {{ST-01: {{floor: {floor}}}}}"))
    return changed


def test_what_changed_between_two_policies(cli):
    assert cli("policy", "new", "mine").code == 0
    changed = tightened(Path("mine"), 0.8)
    said = cli("policy", "diff", "mine", changed, "--json")
    assert (said.code, said.document["effect"]) == (0, "stricter")
    assert said.document["changes"] == [
        {"kind": "parameter", "where": "ST-01 floor", "effect": "stricter", "message": "0.75 became 0.8"}
    ]
    said = cli("policy", "diff", changed, "mine")
    assert said.code == 1
    assert "looser: 0.8 became 0.75" in said.out
    assert "The new policy is looser" in said.out
    assert cli("policy", "diff", "mine", "mine").out.startswith("Both ask the same, in the same words.")


OTHER = """\
id: starter
version: 9.0.0
title: The same, but for one model
extends: {base}
rules:
  - id: OT-01
    title: It is another model
    assert: model.name != params.name
    params: {{name: {name}}}
    severity: low
    enforcement: must
    message: "{{model.name}} was tested"
    remedy: Use another model.
    examples: {{pass: {{}}, fail: {{model: {{name: {name}}}}}, missing: {{model: {{name: null}}}}}}
"""


def test_the_certificates_that_another_policy_would_take_back(cli, workspace, development):
    policy = Path(development.request.policy)
    Path("other.yaml").write_text(OTHER.format(base=policy, name=development.certificate.model.name))
    said = cli("--home", workspace, "policy", "diff", policy, "other.yaml", "--impact", "--json")
    assert said.code == 1, said.err
    (one,) = said.document["impact"]
    assert (one["serial"], one["verdict"], one["flips"]) == (development.certificate.serial, "refused", True)
    assert [rule["id"] for rule in one["rules"]] == ["OT-01"]
    assert one["rules"][0]["message"] == f"{development.certificate.model.name} was tested"
    (workspace / "certificates" / f"{development.certificate.serial}.json").write_bytes(b"{")
    said = cli("--home", workspace, "policy", "diff", policy, policy, "--impact")
    assert (said.code, "CERT-E046" in said.out) == (0, True), said.out
    assert "1 certificate in force under starter: 0 would not be issued under the new policy" in said.out


VECTOR = Path(__file__).parents[2] / "vectors" / "certificate-0.1"


def test_why_a_certificate_was_given(cli):
    said = cli("policy", "explain", "--of", VECTOR / "certificate.pdf", "--json")
    assert (said.code, said.document["verdict"], said.document["verified"]) == (0, "certified", False)
    statements = open_document((VECTOR / "certificate.json").read_bytes()).statements
    pointed = 0
    for rule in said.document["rules"]:
        assert rule["expressions"]["assert"]
        for seen in rule["seen"]:
            if seen["pointer"]:
                value = at(statement_of(statements[seen["payloadSha256"]]).predicate, seen["pointer"])
                assert seen["value"] in (value, len(value) if isinstance(value, list) else value)
                pointed += 1
    assert pointed > 15
    assert next(rule for rule in said.document["rules"] if rule["id"] == "ST-01")["expected"]["floor"] == 0.75


def at(predicate: Any, pointer: str) -> Any:
    """The value at a JSON pointer into a statement's predicate."""
    for part in pointer.split("/")[2:]:
        predicate = predicate[int(part)] if isinstance(predicate, list) else predicate[part]
    return predicate


def test_one_rule_in_words(cli):
    said = cli("policy", "explain", "--of", VECTOR / "certificate.json", "--rule", "ST-05")
    words = " ".join(said.out.split())
    assert said.out.startswith("CERTIFIED under starter 1.0.0")
    assert 'check["corpus-scan"].contaminated = 0 [evaluation ' in words
    assert "/predicate/checks/corpus-scan/contaminated]" in words
    assert "ST-04" not in said.out
    assert "ST-05" in cli("policy", "explain", "starter", "--rule", "ST-05").out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), "CERT-E011"),
        (("starter", "--of", VECTOR / "certificate.json"), "CERT-E011"),
        (("starter", "--rule", "XX-01"), "CERT-E011"),
        (("--of", VECTOR / "trust.json"), "CERT-E045"),
        (("--of", "no-such-run"), "CERT-E012"),
    ],
)
def test_what_cannot_be_explained(cli, arguments, error):
    said = cli("policy", "explain", *arguments)
    assert said.error == error, said.err


def test_a_policy_that_did_not_decide_is_not_told_as_if_it_had(cli):
    document = json.loads((VECTOR / "certificate.json").read_bytes())
    document["policy"]["rules"][0]["params"]["floor"]["value"] = 0.1
    Path("changed.json").write_bytes(canonical_bytes(document))
    said = cli("policy", "explain", "--of", "changed.json")
    assert (said.code, said.error) == (1, "CERT-E091")
    document["policy"]["rules"][0]["assert"] += " || true"
    Path("changed.json").write_bytes(canonical_bytes(document))
    said = cli("policy", "explain", "--of", "changed.json")
    assert (said.code, said.error) == (1, "CERT-E091")


def test_why_a_run_came_to_its_verdict(cli, workspace):
    (run,) = cli("--home", workspace, "show", "--json").document["runs"]
    said = cli("--home", workspace, "policy", "explain", "--of", run["run"], "--json")
    assert said.document["verdict"] == "certified"
    declared = next(rule for rule in said.document["rules"] if rule["id"] == "ST-09")["seen"]
    assert [one["pointer"] for one in declared] == ["/predicate/owner", "/predicate/intendedUse"]
    assert f"next: certify show {run['run']}" in cli("--home", workspace, "policy", "explain", "--of", run["run"]).out
    said = cli("--home", workspace, "policy", "explain", "--of", run["serial"])
    assert (said.code, f"next: certify verify {run['serial']} --trust FILE" in said.out) == (0, True)
