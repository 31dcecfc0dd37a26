"""What a plan shows before anything is asked, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.fakes.chain import development_house, request_for, scripted, write_policy
from tests.fakes.scripted_engine import ScriptedEngine

ROOT = Path(__file__).parents[3]


def sized(folder: Path, **changes: dict[str, object]) -> Path:
    """The tests' policy with other parameters for some checks."""
    _, policy = write_policy(folder)
    document = yaml.safe_load((policy / "policy.yaml").read_text())
    for check in document["checks"]:
        check["with"].update(changes.get(check["id"].replace("-", "_"), {}))
    (policy / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return policy


def small(folder: Path) -> Path:
    """The tests' policy over a benchmark of sixteen items, which the policy itself does not say."""
    policy = sized(folder)
    rows = Path(yaml.safe_load((policy / "policy.yaml").read_text())["checks"][0]["with"]["benchmark"])
    rows.write_text("".join(rows.read_text().splitlines(keepends=True)[:16]))
    return policy


def test_a_policy_is_sized_without_a_model(cli, tmp_path):
    said = cli("plan", "preview", "--policy", "starter")
    assert said.code == 0
    assert "240 questions" in said.out
    assert "0.75 asked; shown with power 0.8 from a true accuracy of 0.83" in said.out
    assert "0.92 against an inflation of 0.1" in said.out
    assert "at most 655,360" in said.out
    assert "next: certify run MODEL --policy starter --estimate" in said.out


def test_the_same_for_programs(cli):
    found = cli("plan", "preview", "--policy", "starter", "--json").document
    assert found["schema"] == "certify/plan/v1"
    checks = {check["check"]: check for check in found["outlook"]["checks"]}
    assert checks["fresh-reasoning"]["thresholds"] == [
        {"rule": "ST-01", "field": "accuracy.lower", "asked": 0.75, "best": 0.9801, "shownFrom": 0.83}
    ]
    assert checks["static-fresh-gap"]["gap"]["detectable"] < 0.1
    assert found["outlook"]["mostTokens"] == sum(check["mostTokens"] for check in checks.values())


def rewriting(folder, **changes):
    """The starter policy with rewrites of its benchmark, small enough to read quickly."""
    policy = sized(folder)
    document = yaml.safe_load((policy / "policy.yaml").read_text())
    asked = {"benchmark": document["checks"][0]["with"]["benchmark"], "rewrites": "families", "samples": 2}
    document["checks"].append({"id": "paired-rewrite", "with": {**asked, **changes}})
    (policy / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return policy


def test_rewrites_are_sized_against_their_margin(cli, tmp_path):
    said = cli("plan", "preview", "--policy", rewriting(tmp_path, alpha=0.05, power_against=0.4, expected_accuracy=0.5))
    assert "against an inflation of 0.4" in said.out
    assert "at a false-alarm rate of 0.05, accuracy 0.5" in " ".join(said.out.split())


def test_too_few_items_for_rewrites_are_told_before_anything_is_asked(cli, tmp_path):
    said = cli("plan", "preview", "--policy", rewriting(tmp_path))
    assert "asks the model nothing" in said.out
    assert "items would notice an inflation of 0.1" in said.out


def test_looks_are_listed_with_what_they_may_save(cli, tmp_path):
    policy = sized(tmp_path, fresh_reasoning={"looks": 3, "threshold": 0.75, "items": 240})
    said = cli("plan", "preview", "--policy", policy)
    assert "may stop after 80, 160, 240 questions" in said.out
    assert "if every check stops at its first look" in said.out


def test_a_threshold_that_no_sample_of_the_size_meets_is_refused(cli, tmp_path):
    said = cli("plan", "preview", "--policy", small(tmp_path))
    assert said.code == 2
    assert said.error == "CERT-E140"
    assert "ST-03 asks static-fresh-gap for upper <= 0.1, and a flawless model gets" in said.err


@pytest.mark.parametrize("as_json", [True, False])
def test_making_a_plan_shows_it_and_refusing_logs_nothing(cli, tmp_path, as_json):
    house = development_house(tmp_path / "house")
    request = request_for(house)
    home = house.workspace.home
    with scripted(ScriptedEngine(), drawn=False):
        command = ["--home", home, "plan", "make", request.model, "--policy", request.policy]
        said = cli(*command, *(["--json"] if as_json else []))
        assert said.code == 0, said.err
        if as_json:
            outlook = said.document["outlook"]
            assert outlook["expectedTokens"] == 3 * outlook["answers"]
        else:
            assert "about 360, at most" in said.out
        with house.workspace.reading() as registry:
            logged = registry.size
        other = small(tmp_path)
        refused = cli("--home", home, "plan", "make", request.model, "--policy", other)
        assert refused.error == "CERT-E140"
        with house.workspace.reading() as registry:
            assert registry.size == logged


def test_the_page_s_way_to_a_first_policy_works_as_written(cli, home):
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    policy = home / "my-screening"
    (policy / "examples" / "pass").mkdir(parents=True)
    (policy / "policy.yaml").write_text(re.search(r"```yaml\n(id: my-screening.*?)```", page, re.DOTALL)[1])
    assert "> my-screening/examples/pass/evidence.json" in page
    evidence = policy / "examples" / "pass" / "evidence.json"
    evidence.write_text("")  # as the shell does before the command begins
    assert "examples/pass/evidence.json" in cli("policy", "lint", policy).out
    evidence.write_text(cli("policy", "example", policy).out)
    linted = cli("policy", "lint", policy)
    assert linted.code == 0, linted.out
    assert "0 errors, 0 warnings" in linted.out
    assert linted.out.rstrip().endswith(f"next: certify policy test {policy}")
    assert "next: certify policy mutate" in cli("policy", "test", policy).out
    assert cli("plan", "preview", "--policy", policy).code == 0


def test_what_given_texts_make_a_model_read_is_shown_before_it_is_read(cli, tmp_path):
    policy = sized(tmp_path)
    document = yaml.safe_load((policy / "policy.yaml").read_text())
    before = cli("plan", "preview", "--policy", policy).out
    document["checks"].append({"id": "order-exchangeability", "with": {"benchmark": "starter-200", "shards": 40}})
    (policy / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    said = cli("plan", "preview", "--policy", policy)
    assert said.code == 0
    assert "400 given texts, scored and not answered" in said.out
    [most] = set(re.findall(r"at most ([\d,]+) tokens", said.out))
    assert f"at most {most} tokens of given texts, whose time no estimate holds" in " ".join(said.out.split())
    answers = re.compile(r"answers +([\d,]+)")
    assert answers.findall(said.out) == answers.findall(before), "nothing is answered"
