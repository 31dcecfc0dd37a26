"""The gate: a certificate's evidence, held against the reader's own policy and the bytes at hand."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from certify.decide import load_policy
from certify.export.gate_findings import GateFinding
from certify.export.gate_github import _command
from certify.export.gate_junit import _case
from certify.identify import present_model, read_model
from tests.fakes.chain import Chain, write_model

LOADED = cache(load_policy)
TRUST = ("--trust", "trust-file.json")
BUNDLE = ("--certificate", "certificate.json")


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy at one path is linted and tried once: loading is slow."""
    monkeypatch.setattr("certify.decide.load_policy", LOADED)


@pytest.fixture
def own(chain: Chain) -> str:
    """The reader's policy: the one that the issuer decided under, as the reader has it."""
    return str(chain.request.policy)


@pytest.fixture
def model(handed: Path, chain: Chain) -> Path:
    """The certified model in a folder of the reader's."""
    return Path(shutil.copytree(chain.request.model, handed / "model"))


def with_rule(policy: str, at: Path, least: int) -> str:
    """The policy with a rule of the reader's own: so many weights at least. The tested model has 11."""
    shutil.copytree(policy, at)
    document = yaml.safe_load((at / "policy.yaml").read_text())
    rule = {
        "id": "MY-01",
        "title": "The model is large enough",
        "assert": "model.parameters >= params.least",
        "params": {"least": {"value": least, "tighten": "up"}},
        "severity": "high",
        "enforcement": "must",
        "message": "{model.parameters} weights, {params.least} asked",
        "remedy": "Choose a larger model.",
        "clauses": [],
        "coverage": "partial",
        "examples": {
            "pass": {"model": {"parameters": least}},
            "fail": {"model": {"parameters": least - 1}},
            "missing": {"model": {"parameters": None}},
        },
    }
    document["rules"].append(rule)
    (at / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return str(at)


def test_the_gate_opens_for_the_certified_bytes_under_the_readers_policy(cli, model, own):
    said = cli("gate", model, "--policy", own, *BUNDLE, *TRUST)
    assert said.code == 0, said.out + said.err
    assert said.out.startswith("OPEN: tiny-reasoner meets starter 1.2.0 by certificate CM-")
    assert "not checked:" in said.out
    assert said.out.rstrip().splitlines()[-1].startswith("next: certify guard")


def test_a_pdf_does_as_well_as_the_bundle(cli, model, own, chain):
    document = cli("gate", model, "--policy", own, "--certificate", "certificate.pdf", *TRUST, "--json").document
    assert (document["schema"], document["verdict"]) == ("certify/gate/v1", "open")
    assert document["serial"] == chain.certificate.serial
    assert document["policy"] == document["issuersPolicy"]


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json", "added.json"])
def test_one_other_byte_closes_the_gate(cli, model, own, name):
    (model / name).write_bytes((model / name).read_bytes()[:-1] + b" " if (model / name).exists() else b"{}")
    said = cli("gate", model, "--policy", own, *BUNDLE, *TRUST, "--json")
    assert (said.code, said.document["verdict"], said.document["code"]) == (1, "closed", "CERT-E097")


def test_documentation_may_change(cli, model, own):
    (model / "README.md").write_text("# another")
    assert cli("gate", model, "--policy", own, *BUNDLE, *TRUST).code == 0


def test_a_changed_file_is_noticed_whatever_is_remembered(cli, model, own, monkeypatch):
    monkeypatch.setattr("certify.identify.cache.SETTLED_SECONDS", -1)
    monkeypatch.setattr("certify.identify.cache.MountTable.keeps_time", lambda *_: True)
    arguments = ("gate", model, "--policy", own, *BUNDLE, *TRUST, "--json")
    assert [cli(*arguments).document["bytesFrom"] for _ in range(2)] == ["read", "remembered"]
    assert cli(*arguments, "--rehash").document["bytesFrom"] == "read"
    write_model(model, fill=9)
    assert cli(*arguments).document["verdict"] == "closed"


def test_no_certificate_is_undecided_and_never_looked_for_in_the_models_folder(cli, model, own, chain):
    shutil.copy("certificate.json", model / "certificate.json")
    said = cli("gate", model, "--policy", own, *TRUST, "--json")
    assert (said.code, said.document["verdict"], said.document["code"]) == (3, "undecided", "CERT-E162")
    assert "certificateVerdict" not in said.document


def test_without_a_trust_file_nobody_vouches(cli, model, own):
    said = cli("gate", model, "--policy", own, *BUNDLE)
    assert said.code == 3
    assert said.out.startswith("UNDECIDED: no trust file was named")


@pytest.mark.parametrize(
    ("options", "code", "verdict"),
    [
        (("--min-level", "2"), 1, "closed"),
        (("--max-status-age", "1"), 3, "undecided"),
        (("--serial", "CM-0000-0000-0000"), 1, "closed"),
    ],
)
def test_what_else_the_reader_asks_for(cli, model, own, options, code, verdict):
    said = cli("gate", model, "--policy", own, *BUNDLE, *TRUST, *options, "--json")
    assert (said.code, said.document["verdict"]) == (code, verdict)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--identity", "abc"),
        ("--serial", "x"),
        ("model", "--identity", "0" * 64),
        ("no-such-model",),
        ("model", "--json", "--format", "junit"),
        ("model", "--certificate", "no-such-file"),
        ("model", "--lock", "no-such-file"),
    ],
)
def test_a_question_about_nothing_is_usage(cli, model, own, arguments):
    assert cli("gate", *arguments, "--policy", own, *TRUST).code == 2


def test_no_policy_is_usage_and_an_unusable_trust_file_is_four(cli, model, own):
    assert cli("gate", model, *BUNDLE, *TRUST).code == 2
    assert cli("gate", model, "--policy", "no-such", *BUNDLE, *TRUST).code == 2
    Path("bad.json").write_text("{}")
    assert cli("gate", model, "--policy", own, *BUNDLE, "--trust", "bad.json").code == 4


def test_a_withdrawn_certificate_closes_the_gate_that_asks_its_registry(cli, workspace, development: Chain):
    model, policy = development.request.model, str(development.request.policy)
    asked = ("--home", workspace, "gate", model, "--policy", policy, "--json")
    assert cli(*asked).document["verdict"] == "open"
    cli("--home", workspace, "revoke", development.certificate.serial, "--reason", "a defect")
    said = cli(*asked)
    assert (said.code, said.document["certificateVerdict"]) == (1, "revoked")


def test_a_model_is_told_by_serial_or_identity_where_its_files_are_elsewhere(cli, workspace, development: Chain):
    certificate, policy = development.certificate, str(development.request.policy)
    asked = ("--home", workspace, "gate", "--policy", policy, "--json")
    for words, source in ((("--serial", certificate.serial), "nobody"),
                          (("--identity", certificate.model.identity), "named")):  # fmt: skip
        said = cli(*asked, *words)
        model = next(line for line in said.document["checks"] if line["id"] == "model")
        assert (said.code, said.document["bytesFrom"], model["result"]) == (0, source, "skip")
    for words in (("--serial", "CM-0000-0000-0000"), ("--identity", "0" * 64)):
        assert cli(*asked, *words).document["code"] == "CERT-E162"


def test_a_hostile_model_is_refused_before_anything_is_asked(cli, model, own):
    (model / "run.py").write_text("")
    said = cli("gate", model, "--policy", own, *BUNDLE, *TRUST)
    assert (said.code, said.out) == (1, "")


def test_a_forged_certificate_closes_the_gate_and_its_rules_are_not_decided(cli, model, own, chain):
    Path("forged.json").write_bytes(chain.bundle.replace(b'"payload":"', b'"payload":"e', 1))
    said = cli("gate", model, "--policy", own, "--certificate", "forged.json", *TRUST, "--json")
    assert (said.code, said.document["certificateVerdict"], said.document["rules"]) == (1, "invalid", [])


# The reader's policy decides, not the issuer's verdict.


def test_a_rule_of_the_readers_own_refuses_what_the_issuer_certified(cli, model, own, handed):
    policy = with_rule(own, handed / "stricter", least=12)
    said = cli("gate", model, "--policy", policy, *BUNDLE, *TRUST)
    assert said.code == 1
    assert "CLOSED: your policy starter comes to refused: 1 rule not met (MY-01)." in " ".join(said.out.split())
    assert "11 weights, 12 asked" in said.out
    document = cli("gate", model, "--policy", policy, *BUNDLE, *TRUST, "--json").document
    assert (document["certificateVerdict"], document["decision"], document["code"]) == ("valid", "refused", "CERT-E166")


def test_evidence_that_the_readers_policy_needs_and_the_vendor_lacks_is_listed_with_commands(cli, model, handed):
    said = cli("gate", model, "--policy", "starter", *BUNDLE, *TRUST)
    document = cli("gate", model, "--policy", "starter", *BUNDLE, *TRUST, "--json").document
    assert (said.code, document["verdict"], document["decision"]) == (3, "undecided", "incomplete")
    supply = {need: one["commands"] for one in document["supply"] for need in one["needs"]}
    assert supply["fresh-reasoning"] == [f"certify run {model} --policy starter"]
    assert supply["corpus-scan"] == [f"certify run {model} --policy starter --data DIR"]
    rules = {one["id"] for one in document["rules"] if one["status"] == "missing"}
    assert rules == {lack["rule"] for lack in document["lacks"]}
    assert f"certify run {model} --policy starter --data DIR" in said.out


# The lock file.


@pytest.fixture
def locked(cli, model, own) -> Path:
    """A lock file of an open gate, in a folder of its own."""
    said = cli("gate", model, "--policy", own, *BUNDLE, *TRUST, "--write-lock", "release/certify.lock")
    assert said.code == 0
    return Path("release/certify.lock")


def test_a_lock_file_stands_for_model_certificate_and_policy(cli, locked, chain):
    written = json.loads(locked.read_text())
    assert written["schema"] == "certify/lock/v1"
    assert written["model"]["identity"] == chain.certificate.model.identity
    assert written["certificate"]["serial"] == chain.certificate.serial
    assert written["policy"]["sha256"] == chain.certificate.policy.sha256
    assert written["trustFile"]["fingerprint"] == chain.trust.fingerprint
    said = cli("gate", "--lock", locked, *TRUST)
    assert said.code == 0
    assert "no folder was named: the lock file's identity stands for it, and no file was read" in " ".join(
        said.out.split()
    )
    assert cli("gate", "model", "--lock", locked, *TRUST, "--json").document["bytesFrom"] == "read"


def test_a_gate_that_is_not_open_writes_no_lock_file(cli, model, own):
    assert cli("gate", model, "--policy", own, "--write-lock", "certify.lock", *TRUST).code == 3
    assert not Path("certify.lock").exists()


def test_what_differs_from_the_lock_file_is_noticed(cli, locked, model, own, handed, workspace, chain):
    assert cli("gate", "--lock", locked, "--trust", workspace / "trust.json").error == "CERT-E161"
    changed = with_rule(own, handed / "changed", least=11)
    assert cli("gate", "--lock", locked, "--policy", changed, *TRUST).error == "CERT-E160"
    other = json.loads(locked.read_text())
    other["certificate"]["serial"] = "CM-0000-0000-0000"
    locked.write_text(json.dumps(other))
    said = cli("gate", "--lock", locked, *TRUST, "--json")
    assert (said.code, said.document["code"]) == (1, "CERT-E163")
    write_model(model, fill=9)
    assert cli("gate", model, "--lock", locked, *TRUST).code == 1


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"schema": "certify/lock/v2"}', "\x00", "a: 1", '{"a": 1, "a": 2}', "9" * 70_000]
)
def test_a_malformed_lock_file_is_usage(cli, home, text):
    Path("bad.lock").write_text(text)
    assert cli("gate", "--lock", "bad.lock", *TRUST).error in ("CERT-E160", "CERT-E012")


def test_a_lock_file_whose_certificate_is_gone_is_undecided(cli, locked):
    Path("certificate.json").unlink()
    said = cli("gate", "--lock", locked, *TRUST)
    assert said.code == 3
    assert "beside the lock file is not there" in said.out


def test_a_lock_file_is_not_written_into_the_model(cli, model, own):
    said = cli("gate", model, "--policy", own, *BUNDLE, *TRUST, "--write-lock", model / "certify.lock")
    assert (said.code, said.error) == (2, "CERT-E011")


# Other forms.


@pytest.fixture(params=["open", "undecided", "without"])
def answer(request, model, own) -> tuple[object, ...]:
    """A question with each kind of answer."""
    policy = "starter" if request.param == "undecided" else own
    return ("gate", model, "--policy", policy, *TRUST, *(() if request.param == "without" else BUNDLE))


def test_one_answer_is_written_in_every_form_at_once(cli, answer):
    reports = [word for name in ("r.sarif", "r.xml", "r.json", "r.txt") for word in ("--report", name)]
    said = cli(*answer, "--format", "github", *reports)
    shut = said.code != 0
    assert _sarif(json.loads(Path("r.sarif").read_text())) == shut
    assert _junit(ElementTree.parse("r.xml").getroot()) == shut
    assert sum(len(list(suite)) for suite in JUnitXml.fromfile("r.xml")) > 0
    assert (json.loads(Path("r.json").read_text())["verdict"] != "open") == shut
    assert Path("r.txt").read_text().startswith(("OPEN", "UNDECIDED"))
    lines = said.out.splitlines()
    assert all(line.startswith(("::error title=", "::warning title=", "::notice title=")) for line in lines)
    assert any(line.startswith("::error") for line in lines) == shut


def _sarif(log: dict[str, Any]) -> bool:
    """Whether a log, which has what its readers need, has a result that keeps the gate shut."""
    assert len(Sarif.model_validate(log, strict=False).runs[0].results or []) == len(log["runs"][0]["results"])
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(names)) == len(names)
    for one in run["results"]:
        assert names[one["ruleIndex"]] == one["ruleId"]
        assert one["message"]["text"]
        assert one["kind"] in ("pass", "fail", "open", "notApplicable")
        assert (one["level"] == "none") == (one["kind"] != "fail")
        assert not one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("/")
    return any(one["properties"]["blocking"] for one in run["results"])


def _junit(suites: ElementTree.Element) -> bool:
    """Whether a suite, which counts its cases rightly, has one that keeps the gate shut."""
    suite = suites[0]
    cases = suite.findall("testcase")
    counted = {kind: sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error", "skipped")}
    told = {"failure": suite.get("failures"), "error": suite.get("errors"), "skipped": suite.get("skipped")}
    assert {kind: str(count) for kind, count in counted.items()} == told
    assert suite.get("tests") == str(len(cases))
    return counted["failure"] + counted["error"] > 0


def test_a_report_of_no_known_form_is_usage(cli, model, own):
    assert cli("gate", model, "--policy", own, *BUNDLE, *TRUST, "--report", "x.pdf").code == 2


@given(st.text(), st.text())
@settings(max_examples=30)
def test_nothing_in_a_message_breaks_a_form(title, message):
    finding = GateFinding("X-01", title, "fail", True, message, "", "high")
    assert ElementTree.fromstring(_case(finding)).find("failure") is not None
    command = _command("error", title, message)
    assert len(command.splitlines()) == 1
    assert command.count("::") == 2 + message.count("::")


# The same bytes under the same name, whichever way they are looked at.


def test_the_identity_of_present_files_is_that_of_the_model(chain):
    found = present_model(chain.request.model)
    assert found.identity == read_model(chain.request.model).identity.identity
    assert found.manifest == read_model(chain.request.model).manifest
