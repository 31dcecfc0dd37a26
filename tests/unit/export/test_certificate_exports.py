"""A certificate in other people's formats: each is what its own reader takes, and none says more than was signed."""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from certify.cli.app import run
from certify.errors import EvidenceMissing, HostileInput
from certify.evidence.canonical import canonical_bytes
from certify.evidence.decision import RuleStatus, WaiverUsed
from certify.evidence.evaluation import NotRun
from certify.export.certified import Certified, certified, name_of, unsaid
from certify.export.cyclonedx import cyclonedx
from certify.export.eu_technical import eu_technical
from certify.export.gate_report import report_junit, report_sarif
from certify.export.markdown import plain, table
from certify.export.model_card import model_card
from certify.export.onc_attributes import onc_attributes
from certify.export.oscal import _line, _token, oscal
from certify.export.vsa import vsa
from certify.trust.trustfile import TrustFile
from certify.verify.document import claimed_certificate
from certify.verify.expectations import Expectations
from certify.verify.verify import examine_certificate

RELEASE = Path(__file__).parents[2] / "vectors" / "certificate-0.1"
BUNDLE = (RELEASE / "certificate.json").read_bytes()
TRUST = TrustFile.load(RELEASE / "trust.json")
AT = claimed_certificate(BUNDLE).valid_from
REASON = "Shorter answers are\nasked for | in *version* 2."


@pytest.fixture(scope="module")
def whole() -> Certified:
    """A certificate of four parties, as an earlier release issued it."""
    return certified(examine_certificate(BUNDLE, trust=TRUST, expectations=Expectations(at=AT)), TRUST, AT)


@pytest.fixture(scope="module")
def waived(whole: Certified) -> Certified:
    """The same, as if its first rule had been waived, its second did not apply, and a check had not run."""
    first, second, *others = whole.certificate.rules
    used = WaiverUsed(
        payload_sha256="a" * 64, seen=RuleStatus.NOT_MET, reason=REASON, ticket="RISK-7",
        approver="Ausschuss A", expires_at="2099-01-01T00:00:00Z",
    )  # fmt: skip
    rules = (
        first.model_copy(update={"status": RuleStatus.WAIVED, "waiver": used}),
        second.model_copy(update={"status": RuleStatus.NOT_APPLICABLE}),
        *others,
    )
    gap = NotRun(check="long-chain", reason="the context is <too> short")
    certificate = whole.certificate.model_copy(update={"rules": rules, "not_checked": (gap,)})
    return replace(whole, certificate=certificate)


TEXTS: dict[str, Callable[[Certified], str]] = {
    "oscal": lambda found: json.dumps(oscal(found), ensure_ascii=False),
    "cyclonedx": lambda found: json.dumps(cyclonedx(found), ensure_ascii=False),
    "model-card": model_card,
    "onc-attributes": onc_attributes,
    "eu-technical": eu_technical,
}
"""Formats of our own wording; a vsa is the issuer's statement as it is."""


@pytest.mark.parametrize("name", TEXTS)
def test_every_export_names_its_certificate_and_drops_no_caveat(name: str, waived: Certified) -> None:
    text = re.sub(r"\\([^n])", r"\1", TEXTS[name](waived))
    certificate = waived.certificate
    for fact in (certificate.serial, waived.sha256, f"L{int(waived.level)}", certificate.valid_until, waived.party,
                 f"entry {waived.log_index}", "valid when verified at"):  # fmt: skip
        assert fact in text, fact
    assert "long-chain: the context is <too> short" in unsaid(waived)
    for caveat in unsaid(waived):
        assert caveat in text
    for rule in certificate.rules:
        if rule.waiver is not None:
            assert " ".join(rule.waiver.reason.split()) in " ".join(text.replace("\\n", " ").split())
    assert not re.search(r"\bcompl(y|ies|iant|iance)\b", text)


@pytest.mark.parametrize("name", TEXTS)
def test_the_same_certificate_and_time_give_the_same_text(name: str, whole: Certified) -> None:
    assert TEXTS[name](whole) == TEXTS[name](whole)


def test_nothing_is_exported_without_a_trust_file() -> None:
    examined = examine_certificate(BUNDLE, trust=None, expectations=Expectations(at=AT))
    with pytest.raises(EvidenceMissing, match="nobody vouches") as caught:
        certified(examined, None, AT)
    assert caught.value.code == "CERT-E185"


def test_nothing_is_exported_of_a_certificate_that_was_changed() -> None:
    document = json.loads(BUNDLE)
    signature = document["certificate"]["dsseEnvelope"]["signatures"][0]
    signature["sig"] = signature["sig"][:20] + ("A" if signature["sig"][20] != "A" else "B") + signature["sig"][21:]
    examined = examine_certificate(canonical_bytes(document), trust=TRUST, expectations=Expectations(at=AT))
    with pytest.raises(HostileInput, match="not in order") as caught:
        certified(examined, TRUST, AT)
    assert caught.value.code == "CERT-E186"


def test_an_expired_certificate_is_exported_as_expired() -> None:
    late, trust = "2098-01-01T00:00:00Z", TRUST.model_copy(update={"expires": "2099-01-01T00:00:00Z"})
    found = certified(examine_certificate(BUNDLE, trust=trust, expectations=Expectations(at=late)), trust, late)
    for text in (write(found) for write in TEXTS.values()):
        assert f"expired when verified at {late}" in text
    with pytest.raises(HostileInput, match="no summary is exported"):
        vsa(found)


def test_the_summary_is_the_decision_as_signed(whole: Certified) -> None:
    envelope = json.loads(vsa(whole))
    statement = json.loads(vsa(whole, signed=False))
    assert json.loads(base64.b64decode(envelope["payload"])) == statement
    assert (statement["predicateType"], statement["predicate"]["verificationResult"]) == (
        "https://slsa.dev/verification_summary/v1", "PASSED")  # fmt: skip
    decision = next(one for one in whole.certificate.evidence if one.kind == "decision")
    assert envelope["signatures"][0]["keyid"] == decision.keyid


def results_of(found: Certified) -> dict[str, Any]:
    (result,) = oscal(found)["assessment-results"]["results"]
    return dict(result)


def test_a_waived_rule_is_a_finding_that_is_not_satisfied_and_a_risk_that_was_accepted(waived: Certified) -> None:
    result = results_of(waived)
    (rule,) = [rule for rule in waived.certificate.rules if rule.waiver is not None]
    (risk,) = result["risks"]
    (finding,) = [one for one in result["findings"] if one["target"]["target-id"] == rule.id]
    assert risk["status"] == "deviation-approved"
    assert risk["statement"] == rule.waiver.reason  # type: ignore[union-attr]
    assert finding["target"]["status"]["state"] == "not-satisfied"
    assert waived.certificate.rules[1].id not in [one["target"]["target-id"] for one in result["findings"]]
    assert finding["related-risks"] == [{"risk-uuid": risk["uuid"]}]


def test_every_reference_within_the_assessment_results_leads_somewhere(waived: Certified) -> None:
    document = oscal(waived)
    text = json.dumps(document)
    known = re.findall(r'"uuid": "([0-9a-f-]{36})"', text)
    named = re.findall(r'"(?:href|[a-z-]+-uuid)": "#?([0-9a-f-]{36})"', text)
    assert len(set(known)) == len(known)
    assert set(named) <= set(known)


def test_identifiers_follow_from_the_certificate(whole: Certified) -> None:
    other = replace(whole, sha256="0" * 64)
    assert name_of(whole, "x") == name_of(whole, "x")
    assert len({name_of(found, part) for found in (whole, other) for part in ("x", "y")}) == 4


def test_the_sheet_has_the_31_attributes_and_says_what_is_not_declared(whole: Certified) -> None:
    said = whole.certificate.declaration
    assert said is not None
    text = onc_attributes(whole)
    assert len(re.findall(r"^\| \(\d\)\([iv]+\) ", text, re.M)) == 31
    assert f"| (2)(i) | intended use | {plain(said.intended_use)} | declared, not tested |" in text
    assert "| (1)(ii) | funding of the development | not declared |  |" in text
    silent = replace(whole, certificate=whole.certificate.model_copy(update={"declaration": None}))
    assert "| (2)(i) | intended use | not declared |  |" in onc_attributes(silent)


def test_the_extract_says_where_each_answer_comes_from_and_what_is_absent(whole: Certified) -> None:
    text = eu_technical(whole)
    assert "| 2(h) | cybersecurity | not in this certificate |  |" in text
    assert f"evaluation, signed by {whole.evidence.evaluation.party} |" in text
    assert whole.evidence.evaluation.payload_sha256 in text
    assert "no assessment under Article 43" in text


def test_the_reports_of_the_gate_name_the_certificate_and_what_was_not_checked(whole: Certified) -> None:
    examined = examine_certificate(BUNDLE, trust=TRUST, expectations=Expectations(at=AT))
    (log,) = report_sarif(whole, examined)["runs"]
    assert {one["ruleId"] for one in log["results"]} >= {rule.id for rule in whole.certificate.rules}
    assert log["properties"]["certificate"]["serial"] == whole.certificate.serial
    assert log["properties"]["notChecked"] == list(unsaid(whole))
    suite = ElementTree.fromstring(report_junit(whole, examined).encode())[0]
    told = [(one.get("name"), one.get("value")) for one in suite.iter("property")]
    assert ("serial", whole.certificate.serial) in told
    assert [value for name, value in told if name == "not checked"] == list(unsaid(whole))


def test_the_command_ends_as_verify_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certify.pipeline.clock.now", lambda: AT)
    monkeypatch.delenv("CERTIFY_TRUST", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    trust, output = ["--trust", str(RELEASE / "trust.json")], tmp_path / "out"
    call = ["export", str(RELEASE / "certificate.json"), "--format"]
    assert run([*call, "oscal"]) == 3
    assert run([*call, "oscal", "--unsigned", *trust]) == 2
    assert run([*call, "onc-attributes", *trust, "--output", str(output)]) == 0
    assert "not declared" in output.read_text()
    capsys.readouterr()
    assert run([*call, "vsa", "--unsigned", "--json", *trust]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["verdict"]) == ("certify/export/v1", "valid")
    assert json.loads(told["document"])["predicateType"] == "https://slsa.dev/verification_summary/v1"


def test_the_model_card_gives_results_that_nobody_calls_verified(whole: Certified) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="comes with the extra hf")
    card = hub.ModelCard(model_card(whole))
    found = {(one.dataset_type, one.metric_value) for one in card.data.eval_results}
    stated = whole.evidence.evaluation.value.checks["fresh-reasoning"]["accuracy"]["estimate"]
    assert ("certify/fresh-reasoning", stated) in found
    assert all(one.verified is None for one in card.data.eval_results)


def test_oscal_is_what_compliance_trestle_takes(waived: Certified) -> None:
    results = pytest.importorskip("trestle.oscal.assessment_results", reason="compliance-trestle is not installed")
    read = results.AssessmentResults.model_validate(oscal(waived)["assessment-results"])
    assert len(read.results[0].observations) == len(waived.certificate.rules)


def test_the_bill_of_materials_is_what_its_schema_asks(waived: Certified) -> None:
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is not installed")
    schema = pytest.importorskip("cyclonedx.schema")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(cyclonedx(waived))) is None


@pytest.mark.parametrize("text", ["| a |", "<script>x</script>", "a\n# b", "[x](javascript:1)", "`x`", "*b*"])
def test_words_of_others_stay_words(text: str) -> None:
    assert "\n" not in plain(text)
    assert not re.search(r"(?<!\\)[|<>\[\]#*`]", plain(text))
    assert len(table(("a",), [(text,)])) == 3


@pytest.mark.parametrize(("text", "token"), [("ST-01", "ST-01"), ("1 a/b", "_1-a-b"), ("é", "_-"), ("", "_")])
def test_ids_become_tokens(text: str, token: str) -> None:
    assert _token(text) == token
    assert _line(" \n ") == "-"
