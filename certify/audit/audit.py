"""An auditor's check: further than verification, with the evidence pack at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from certify.audit.recompute import EvidencePack, recompute
from certify.audit.rerun import HowToRerun, rerun
from certify.errors import CertifyError, EvidenceMissing
from certify.evidence import statement as kinds
from certify.evidence.base import Value
from certify.evidence.certificate import Certificate, Rendering
from certify.evidence.rerun import Rerun
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.trustfile import TrustFile
from certify.trust.verified import verify_statement
from certify.verify.document import RegistryAnswer, open_document
from certify.verify.evidence import verify_evidence
from certify.verify.expectations import Expectations
from certify.verify.result import CertificateVerdict, CheckLine, Checklist, Result
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate


class Audit(Value):
    """What an audit found."""

    agrees: bool
    """Whether the certificate can be believed and everything that could be repeated came out the same."""
    undecided: bool = False
    """Whether something that was asked for was repeated and led nowhere, as the page under another renderer."""
    verification: Verification
    """The stranger's check that comes first."""
    checks: tuple[CheckLine, ...]
    """What was repeated."""
    rerun: Rerun | None = None
    """The sample asked again, where one was and its answers came."""


def audit_certificate(
    data: bytes,
    *,
    trust: TrustFile,
    pack: Path,
    at: str,
    training_data: Sequence[Path] = (),
    redraw: bool = False,
    answer: RegistryAnswer | None = None,
    asked_at: str | None = None,
    again: HowToRerun | None = None,
) -> Audit:
    """Recomputes every number, judges every answer again, and draws every problem again.

    Args:
        data: the PDF or bundle.
        trust: whose signatures count.
        pack: folder of the evidence pack, such as the run's.
        at: the one time the audit looks at.
        training_data: data to scan again.
        redraw: whether to draw the page again, too.
        answer: what a registry says of the certificate, if one was asked.
        asked_at: when the auditor asked it; absent for a saved answer.
        again: the model at hand and how many questions to ask it again; none when absent.

    Raises:
        CertifyError: the certificate itself cannot be read or believed; the verification says why.
    """
    verification = verify_certificate(
        data, trust=trust, expectations=Expectations(at=at), answer=answer, asked_at=asked_at
    )
    document = open_document(data)
    certificate = verify_statement(
        document.certificate, role="issuer", predicate_type=kinds.CERTIFICATE, model=Certificate, trust=trust
    ).value
    evidence = verify_evidence(document.statements.values(), trust)
    checks = Checklist()
    recompute(evidence, EvidencePack(pack), training_data, checks)
    sample = None
    if document.pdf_sha256 is None:
        checks.skipped("page", "this is the bundle alone, not the PDF")
    elif redraw:
        from certify.audit.rerender import rerender

        logged = _renderer_logged(answer)
        _redraw(lambda: rerender(data, certificate, evidence, document.file.policy, logged), checks)
    else:
        checks.skipped("page", "not asked; draw it again with --rerender")
    if again is None:
        checks.skipped("rerun", "the model was not run again: that the answers are its own is the evaluator's word")
    else:
        sample = checks.attempt("rerun", lambda: rerun(evidence, EvidencePack(pack), again, at))
    believed = verification.verdict is not CertificateVerdict.INVALID
    agrees = checks.intact and believed
    undecided = any(line.result is Result.SKIP and line.code is not None for line in checks.lines)
    return Audit(
        agrees=agrees, undecided=undecided, verification=verification, checks=tuple(checks.lines), rerun=sample
    )


def _redraw(compare: Callable[[], tuple[bool, str]], checks: Checklist) -> None:
    """Records whether the page comes out the same; under another renderer, that this could not be told."""
    try:
        _, detail = compare()
    except EvidenceMissing as error:
        checks.skipped("page", f"{error.what} ({error.why})", error.code)
    except CertifyError as error:
        checks.failed("page", f"{error.what} ({error.why})", error.code)
    else:
        checks.passed("page", detail)


def _renderer_logged(answer: RegistryAnswer | None) -> str | None:
    """The renderer that the registry's entry names; the verification tells whether the entry can be believed."""
    if answer is None or answer.rendering is None:
        return None
    predicate = statement_of(parse_bundle(answer.rendering, name="rendering")).predicate
    return Rendering.from_document(predicate, name="rendering").renderer
