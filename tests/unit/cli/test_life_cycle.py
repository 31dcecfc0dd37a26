"""Suspending, finding, listing and renewing from the command line, in a workspace that has issued one certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from certify.cli import suspend as suspend_module
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.pipeline.workspace import Workspace
from certify.trust.keys import generate_signer, save_key
from tests.fakes.chain import Chain
from tests.unit.cli.conftest import Cli


@pytest.fixture
def serial(development: Chain) -> str:
    return development.certificate.serial


def test_certificates_are_found(cli: Cli, workspace: Path, development: Chain, serial: str) -> None:
    made = development.certificate
    for question in (
        (),
        ("TINY-reasoner",),
        (serial,),
        ("--model", made.model.identity),
        ("--policy", made.policy.id),
        ("--issuer", made.issuer),
        ("--digest", made.policy.sha256),
        ("--status", "valid"),
    ):
        said = cli("--home", workspace, "registry", "search", *question, "--json")
        assert [one["serial"] for one in said.document["certificates"]] == [serial]
    for question in (("nobody",), ("--status", "revoked"), ("--policy", "other")):
        assert cli("--home", workspace, "registry", "search", *question, "--json").document["certificates"] == []
    told = cli("--home", workspace, "registry", "search").out
    assert f"{serial}  valid: tiny-reasoner" in told
    assert told.endswith("1 certificate\n")


def test_one_cause_is_looked_at_and_then_acted_on(
    cli: Cli, workspace: Path, development: Chain, serial: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, reason = f"policy={development.certificate.policy.id},engine=replay", "retired by the board"
    told = cli("--home", workspace, "registry", "impact", "--policy", development.certificate.policy.id)
    assert (told.code, "1 certificate touched." in told.out) == (0, True)
    assert "decided under" in told.out
    dry = cli("--home", workspace, "suspend", "--where", where, "--reason", reason)
    assert (dry.code, "Nothing was changed; 1 certificate would be suspended." in dry.out) == (3, True)
    assert cli("--home", workspace, "suspend", "--where", where, "--reason", reason, "--json").document["dryRun"]
    monkeypatch.setattr(suspend_module.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(suspend_module.typer, "confirm", lambda *_, **__: False)
    assert cli("--home", workspace, "suspend", "--where", where, "--reason", reason).code == 3
    monkeypatch.setattr(suspend_module.typer, "confirm", lambda *_, **__: True)
    done = cli("--home", workspace, "suspend", "--where", where, "--reason", reason)
    assert (done.code, "1 certificate suspended." in done.out) == (0, True)
    found = cli("--home", workspace, "verify", serial, "--json").document
    status = next(line["detail"] for line in found["checks"] if line["id"] == "status")
    assert (found["verdict"], "(policy retired): retired by the board" in status) == ("suspended", True)
    again = cli("--home", workspace, "suspend", "--where", where, "--reason", reason, "--yes", "--json")
    assert (again.code, again.document["suspended"]) == (0, [])


def test_what_is_misread_changes_nothing(cli: Cli, workspace: Path, serial: str) -> None:
    for arguments, code in (
        (("suspend", "--where", "who=me", "--reason", "x", "--yes"), "CERT-E625"),
        (("suspend", "--where", "policy=starter", "--yes"), "CERT-E011"),
        (("suspend", "--reason", "x"), "CERT-E011"),
        (("suspend", serial, "--where", "policy=starter", "--reason", "x"), "CERT-E011"),
        (("revoke", serial), "CERT-E011"),
        (("revoke", serial, "--confirm", "--reason", "x"), "CERT-E011"),
        (("revoke", serial, "--confirm"), "CERT-E620"),
        (("supersede", serial, "--by", serial), "CERT-E626"),
        (("supersede", serial, "--by", "CM-0000-0000-0000"), "CERT-E012"),
        (("renew", "CM-0000-0000-0000"), "CERT-E012"),
        (("registry", "impact"), "CERT-E625"),
        (("registry", "impact", "--key", "xyz"), "CERT-E625"),
    ):
        assert cli("--home", workspace, *arguments).error == code, arguments
    assert cli("--home", workspace, "verify", serial).code == 0


def test_lists_for_readers_without_a_connection(
    cli: Cli, workspace: Path, development: Chain, serial: str, home: Path
) -> None:
    (home / "certificate.pdf").write_bytes(development.pdf)
    (home / "trust-file.json").write_bytes(development.trust.to_bytes())

    def listed() -> dict[str, object]:
        made = cli("--home", workspace, "registry", "snapshot", "--out", "lists", "--json")
        assert made.code == 0
        return made.document

    def verified(*more: str) -> tuple[int, str]:
        lists = "lists/status-lists.json"
        said = cli("verify", "certificate.pdf", "--trust", "trust-file.json", "--status-list", lists, "--json", *more)
        return said.code, said.document["verdict"]

    assert listed()["withdrawn"] == {"revocation": 0, "suspension": 0, "refresh": 0}
    assert verified("--max-status-age", "1") == (0, "valid")
    said = cli("--home", workspace, "suspend", serial, "--reason", "a question", "--cause", "under_review", "--json")
    assert (said.document["standing"], said.document["reasonCode"]) == ("suspended", "under_review")
    assert verified() == (0, "valid")  # the list in hand is from before
    assert listed()["withdrawn"] == {"revocation": 0, "suspension": 1, "refresh": 0}
    assert verified() == (1, "suspended")
    asked = ("--identity", development.certificate.model.identity, "--policy", "starter", "--trust", "trust-file.json")
    gate = cli("gate", *asked, "--certificate", "certificate.pdf", "--status-list", "lists/status-lists.json", "--json")
    assert (gate.code, gate.document["certificateVerdict"]) == (1, "suspended")
    credential = parse_json((home / "lists" / "suspension.json").read_bytes())
    assert credential["credentialSubject"]["statusPurpose"] == "suspension"
    assert (home / "lists" / "refresh.json").is_file()
    (home / "lists" / "status-lists.json").write_bytes(b"[]")
    assert verified() == (1, "invalid")


def test_two_people_revoke_where_there_are_two(cli: Cli, two_revokers: Path, serial: str, home: Path) -> None:
    alone = cli("--home", two_revokers, "revoke", serial, "--reason", "answers were taught", "--json")
    assert (alone.code, alone.document["standing"], alone.document["waitsFor"]) == (3, "suspended", 1)
    told = cli("--home", two_revokers, "revoke", serial, "--confirm")
    assert (told.code, told.error) == (2, "CERT-E620")
    both = cli("--home", two_revokers, "revoke", serial, "--confirm", "--key", "second.pem")
    assert (both.code, f"{serial} is revoked: answers were taught" in both.out) == (0, True)


@pytest.fixture
def two_revokers(workspace: Path, development: Chain, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workspace with a second revoker, whose key lies in the current folder."""
    second, trust = generate_signer(), development.trust.document()
    monkeypatch.setenv("CERTIFY_PASSPHRASE", "a passphrase for trying")
    save_key(home / "second.pem", second, "a passphrase for trying")
    trust["keys"][second.keyid] = {"pem": second.public_pem, "party": "somebody else", "scheme": second.scheme}
    trust["roles"]["revoker"]["keyids"] = [*trust["roles"]["revoker"]["keyids"], second.keyid]
    (workspace / "trust.json").write_bytes(canonical_bytes(trust))
    with Workspace.open(workspace).writing() as registry:
        registry.enroll(second.public_pem, "somebody else", "revoker")
    return workspace
