"""Who may say that a certificate still stands: the registry that holds it, and nobody else."""

from pathlib import Path

from certify.evidence.certificate import State
from certify.pipeline.standing import change_standing
from certify.pipeline.workspace import Workspace
from certify.verify.document import RegistryAnswer
from certify_registry.answering import ask_registry
from tests.fakes.chain import Chain


def revoked(workspace: Path, development: Chain, home: Path) -> RegistryAnswer:
    """The certificate lies here as cert.pdf, withdrawn, with its trust file; gives the registry's answer."""
    opened, serial = Workspace.open(workspace), development.certificate.serial
    change_standing(opened, serial, State.REVOKED, "tested")
    (home / "cert.pdf").write_bytes(development.pdf)
    (home / "trust-file.json").write_bytes(development.trust.to_bytes())
    with opened.reading() as registry:
        return ask_registry(registry, serial)


def test_a_workspace_that_does_not_hold_the_certificate_does_not_answer_for_it(cli, home, workspace, development):
    answer = revoked(workspace, development, home)
    assert cli("--home", "other", "run", "no-model", "--policy", "starter").code == 2  # makes a workspace
    (home / "cert.status.json").write_bytes(answer.to_bytes())
    options = ("verify", "cert.pdf", "--trust", "trust-file.json", "--max-status-age", "1")
    assert cli("--home", "other", *options).code == 1
    (home / "cert.status.json").unlink()
    said = cli("--home", "other", *options, "--json")
    assert (said.code, said.document["verdict"]) == (3, "stale")


def test_a_saved_answer_cannot_silence_the_registry(cli, home, workspace, development):
    answer = revoked(workspace, development, home)
    (home / "silent.json").write_bytes(answer.model_copy(update={"statuses": ()}).to_bytes())
    said = cli("--home", workspace, "verify", "cert.pdf", "--status", "silent.json", "--json")
    assert (said.code, said.document["verdict"]) == (1, "revoked")


def test_a_file_that_is_no_answer_is_a_mistake_when_named_and_nothing_otherwise(cli, home, workspace, development):
    revoked(workspace, development, home)
    (home / "cert.status.json").write_text("{}")
    assert cli("verify", "cert.pdf", "--trust", "trust-file.json").code == 0
    assert cli("verify", "cert.pdf", "--trust", "trust-file.json", "--status", "cert.status.json").code == 2
