"""Whom a reader trusts is the reader's choice: never what lies beside the thing being checked."""

import shutil
from pathlib import Path

import pytest

from tests.fakes.chain import Chain


@pytest.fixture
def vendor(handed: Path, chain: Chain, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vendor's folder that brings a model, its certificate, a trust file and a whole workspace."""
    folder = handed / "vendor"
    shutil.copytree(chain.request.model, folder)
    (folder / "certificate.pdf").write_bytes(chain.pdf)
    for name in ("trust.json", "trust-file.json", ".certify-trust.json"):
        (folder / name).write_bytes(chain.trust.to_bytes())
    shutil.copytree(workspace, folder / ".certify")
    (folder / ".certify" / "trust.json").write_bytes(chain.trust.to_bytes())
    (folder / ".config" / "certify").mkdir(parents=True)
    (folder / ".config" / "certify" / "trust.json").write_bytes(chain.trust.to_bytes())
    monkeypatch.chdir(folder)
    return folder


def test_nothing_in_a_vendors_folder_is_believed(cli, vendor):
    said = cli("verify", "certificate.pdf", "--model", vendor, "--json")
    assert (said.code, said.document["verdict"]) == (3, "incomplete")
    assert said.document.get("signer") is None
    assert said.document.get("trustFingerprint") is None


def test_a_workspace_in_the_current_folder_does_not_lend_its_trust(cli, vendor, development: Chain):
    said = cli("verify", development.certificate.serial, "--json")
    assert (said.code, said.document["verdict"]) == (3, "incomplete")


def test_an_audit_points_at_a_workspace_in_the_current_folder_and_does_not_believe_it(cli, vendor, development: Chain):
    said = cli("audit", development.certificate.serial, "--json")
    assert said.code == 4
    assert said.document["hint"].endswith(f"certify --home .certify audit {development.certificate.serial}")
    (vendor / ".certify" / "trust.json").unlink()
    assert cli("audit", "certificate.pdf", "--json").document["hint"] == "name it with --trust FILE or --home DIR"


def test_what_the_reader_names_is_used(cli, handed, monkeypatch):
    assert cli("verify", "certificate.pdf", "--trust", "trust-file.json").code == 0
    monkeypatch.setenv("CERTIFY_TRUST", str(handed / "trust-file.json"))
    assert cli("verify", "certificate.pdf").code == 0


def test_a_workspace_that_is_named_is_used(cli, workspace, development: Chain, monkeypatch):
    serial = development.certificate.serial
    assert cli("--home", workspace, "verify", serial).code == 0
    monkeypatch.setenv("CERTIFY_HOME", str(workspace))
    assert cli("verify", serial).code == 0


def test_the_readers_own_trust_file(cli, handed, chain: Chain):
    told = chain.trust.fingerprint[:24]
    assert cli("trust", "use", "trust-file.json", "--fingerprint", told).code == 0
    assert (Path.home() / ".config" / "certify" / "trust.json").is_file()
    assert cli("verify", "certificate.pdf").code == 0


@pytest.mark.parametrize("told", ["0" * 24, "", "abc"])
def test_another_fingerprint_than_told_is_not_taken(told, cli, handed):
    said = cli("trust", "use", "trust-file.json", *(["--fingerprint", told] if told else []))
    assert said.code == 2 or (not told and said.code == 1)
    assert not (Path.home() / ".config" / "certify" / "trust.json").exists()


def test_a_stranger_to_the_trust_file_is_invalid_not_unknown(cli, handed, workspace):
    said = cli("verify", "certificate.pdf", "--trust", workspace / "trust.json", "--json")
    line = next(line for line in said.document["checks"] if line["result"] == "fail")
    assert (said.code, said.document["verdict"], line["code"]) == (1, "invalid", "CERT-E055")


def test_signer_fingerprint_policy_and_level_come_before_the_verdict(cli, handed, chain: Chain):
    out = cli("verify", "certificate.pdf", "--trust", "trust-file.json").out
    told = [chain.certificate.issuer, chain.trust.fingerprint[:16], chain.certificate.policy.sha256[:16], "L1", "VALID"]
    assert [out.index(text) for text in told] == sorted(out.index(text) for text in told)


def test_a_policy_that_only_bears_a_shipped_name_is_called_modified(cli, handed, chain: Chain):
    said = cli("verify", "certificate.pdf", "--trust", "trust-file.json")
    assert "modified pack" in said.out
    document = cli("verify", "certificate.pdf", "--trust", "trust-file.json", "--json").document
    assert (document["policySha256"], document["modifiedPack"]) == (chain.certificate.policy.sha256, True)
