"""The whole story on two bundled models: one certified, its twin refused, a forgery caught, a withdrawal shown.

Nothing here is staged: each scene calls what the other verbs call, and tells what came back.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from certify.demo.corpus import write_honest_corpus, write_twin_corpus
from certify.errors import InternalError
from certify.evidence.base import Value
from certify.evidence.certificate import State
from certify.evidence.decision import RuleStatus
from certify.pipeline.clock import now
from certify.pipeline.main import findings_of, run_model
from certify.pipeline.reporter import Reporter
from certify.pipeline.request import RunOutcome, RunRequest
from certify.pipeline.standing import change_standing
from certify.pipeline.workspace import Workspace
from certify.verify.expectations import Expectations
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate
from certify.verify.words.headlines import STATIC

MODELS = Path(__file__).parent / "models"
POLICY = "starter"
REASON = "Demonstration: the issuer withdraws the certificate."


class Scene(Value):
    """One step of the story."""

    id: str
    """Stable name."""
    title: str
    """What happens."""
    expected: str
    """How it has to end for the story to be true."""
    found: str
    """How it ended."""
    lines: tuple[str, ...]
    """What a reader should notice."""

    @property
    def as_told(self) -> bool:
        """Whether it ended as it has to."""
        return self.expected == self.found


def tell(folder: Path, reporter: Reporter) -> Iterator[Scene]:
    """Plays the story in a fresh folder and yields each scene as it ends."""
    reporter.stage("Writing the two training corpora")
    write_honest_corpus(folder / "honest-corpus")
    write_twin_corpus(folder / "benchmaxxed-corpus")
    workspace = Workspace.open_or_create(folder / "workspace", applicant="certify demo")
    honest = _run(workspace, folder, "honest", reporter)
    yield _scene_run(workspace, honest, "certify-honest", "The honest model applies for a certificate", "certified")
    twin = _run(workspace, folder, "benchmaxxed", reporter)
    yield _scene_run(workspace, twin, "refuse-twin", "Its benchmaxxed twin applies for the same certificate", "refused")
    if honest.serial is None:
        return
    pdf = shutil.copy(workspace.home / (honest.pdf or ""), folder / "certificate.pdf")
    trust = workspace.home / "trust.json"
    shutil.copy(trust, folder / "trust.json")
    yield _scene_verify(workspace, Path(pdf), honest.serial)
    yield _scene_forgery(workspace, Path(pdf), folder / "forged.pdf")
    yield _scene_revocation(workspace, Path(pdf), honest.serial)


def _run(workspace: Workspace, folder: Path, name: str, reporter: Reporter) -> RunOutcome:
    request = RunRequest(
        model=MODELS / name,
        policy=POLICY,
        data=(folder / f"{name}-corpus",),
        complete=True,
        name=name,
        declaration=MODELS / "declaration.yaml",
        batch_size=64,
    )
    return run_model(workspace, request, reporter)


def _scene_run(workspace: Workspace, outcome: RunOutcome, scene: str, title: str, expected: str) -> Scene:
    findings = findings_of(workspace, outcome)
    published_first = sorted(findings.headlines, key=lambda line: line.name != STATIC)
    lines = [f"{line.name}: {line.value} ({line.detail})" for line in published_first]
    unmet = [rule for rule in findings.rules if rule.status is RuleStatus.NOT_MET]
    lines += [f"{rule.id} not met: {rule.title}" for rule in unmet if rule.enforcement == "must"]
    lines += [f"{rule.id} advised, not met: {rule.title}" for rule in unmet if rule.enforcement != "must"]
    if outcome.serial:
        lines.append(f"certificate {outcome.serial}")
    return Scene(id=scene, title=title, expected=expected, found=outcome.verdict, lines=tuple(lines))


def _scene_verify(workspace: Workspace, pdf: Path, serial: str) -> Scene:
    result = _verify(workspace, pdf, serial)
    return _scene("verify", "A stranger checks the PDF, offline, under a trust file", "valid", result)


def _scene_forgery(workspace: Workspace, pdf: Path, forged: Path) -> Scene:
    data = bytearray(pdf.read_bytes())
    data[len(data) // 2] ^= 0x01
    forged.write_bytes(data)
    result = _verify(workspace, forged, None)
    return _scene("forgery", "Somebody flips one bit in a copy of the PDF", "invalid", result)


def _scene_revocation(workspace: Workspace, pdf: Path, serial: str) -> Scene:
    change_standing(workspace, serial, State.REVOKED, REASON)
    result = _verify(workspace, pdf, serial)
    return _scene("revocation", "The issuer withdraws the certificate", "revoked", result)


def _scene(scene: str, title: str, expected: str, result: Verification) -> Scene:
    failed = [f"{line.id}: {line.detail}" for line in result.checks if line.result == "fail"]
    passed = sum(line.result == "pass" for line in result.checks)
    lines = failed or [f"{passed} checks passed, none failed"]
    return Scene(id=scene, title=title, expected=expected, found=result.verdict.value, lines=tuple(lines))


def _verify(workspace: Workspace, pdf: Path, serial: str | None) -> Verification:
    from certify_registry.answering import ask_registry

    answer, moment = None, now()
    if serial is not None:
        with workspace.reading() as registry:
            answer = ask_registry(registry, serial)
    return verify_certificate(
        pdf.read_bytes(), trust=workspace.trust, expectations=Expectations(at=moment), answer=answer, asked_at=moment
    )


def fresh_folder(folder: Path) -> Path:
    """An empty folder for the story; one left by an earlier telling is replaced.

    Raises:
        InternalError: CERT-E099, the folder holds something else, which is left alone.
    """
    marker = folder / ".certify-demo"
    if folder.exists() and any(folder.iterdir()):
        if not marker.is_file():
            raise InternalError(
                "CERT-E099",
                f"{folder} is not empty and was not made by certify demo",
                hint="name another with --out DIR",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    os.sync()
    return folder
