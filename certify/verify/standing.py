"""What a registry's answer adds: the digest of every byte, and whether the certificate still stands."""

from __future__ import annotations

from datetime import datetime

from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence import statement as kinds
from certify.evidence.certificate import Certificate, Rendering, Status
from certify.trust.bundle import parse_bundle
from certify.trust.key_window import require_counting
from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.status import REVOKER, Standing, StandingOf, standing_of, voices_needed
from certify.trust.trustfile import TrustFile
from certify.trust.verified import verify_statement, verify_voice
from certify.verify.chain import prove
from certify.verify.document import Document, RegistryAnswer
from certify.verify.result import Checklist
from certify.verify.witnesses import answer_witnessed


def check_rendering(
    document: Document, certificate: Certificate, answer: RegistryAnswer | None, trust: TrustFile, checks: Checklist
) -> None:
    """Records whether the PDF is, byte for byte, the one that was issued."""
    if document.pdf_sha256 is None:
        return
    if answer is None or answer.rendering is None or answer.rendering_proof is None:
        _without_rendering(document, trust, checks)
        return
    checks.attempt("whole-file", lambda: (True, _as_issued(document, certificate, answer, trust)))


def _without_rendering(document: Document, trust: TrustFile, checks: Checklist) -> None:
    """No log entry fixes the PDF, so whoever stole the issuer's key could have drawn it around a genuine bundle."""
    key = trust.keys.get(document.certificate.keyid)
    if key is not None and key.revoked is not None:
        checks.failed(
            "whole-file",
            f"the key that signed the PDF is revoked from entry {key.revoked.index} on, and no registry entry at hand "
            "shows that this file is older; ask the registry",
            "CERT-E126",
        )
    else:
        checks.skipped("whole-file", "no registry entry at hand to compare the file's digest with")


def _as_issued(document: Document, certificate: Certificate, answer: RegistryAnswer, trust: TrustFile) -> str:
    entry = parse_bundle(answer.rendering or {}, name="rendering")
    rendering = verify_statement(
        entry, role="issuer", predicate_type=kinds.RENDERING, model=Rendering, trust=trust
    ).value
    require_counting(trust, entry.keyid, prove(entry, answer.rendering_proof or "", trust).index, "rendering")
    expected = (certificate.serial, document.certificate.payload_sha256, document.pdf_sha256)
    if (rendering.serial, rendering.certificate_sha256, rendering.pdf_sha256) != expected:
        raise HostileInput("CERT-E595", "the file is not, byte for byte, the one that was issued")
    return "every byte as issued"


def check_status(
    document: Document,
    serial: str,
    answer: RegistryAnswer | None,
    trust: TrustFile,
    checks: Checklist,
    *,
    asked_at: str | None,
) -> StandingOf | None:
    """Records and returns how the certificate stands; None when nobody answered or the answer is not to be believed.

    Args:
        document: the certificate as a file.
        serial: the certificate.
        answer: what a registry says.
        trust: whose signatures count.
        checks: collects what was found.
        asked_at: when the reader asked it; absent for an answer that was saved, whose age nobody can tell.
    """
    if answer is None:
        checks.skipped("status", "nobody asked: not withdrawn as of the log checkpoint inside; ask the registry")
        return None
    try:
        found = read_standing(serial, answer, trust)
        size = _covering(document, found, answer.checkpoint, trust)
    except CertifyError as error:
        checks.failed("status", f"the registry's answer cannot be believed: {error.what}", error.code)
        return None
    if found.standing is Standing.VALID and asked_at is None:
        checks.skipped(
            "status", "a saved answer lists no withdrawal; it cannot show that it lists all: ask the registry"
        )
    elif found.standing is Standing.VALID:
        enough, words = answer_witnessed(answer.checkpoint, trust)
        seen = f"not withdrawn in {size} log entries; the registry was asked at {asked_at}"
        if enough:
            checks.passed("status", f"{seen}; {words}" if words else seen)
        else:
            checks.skipped("status", f"{seen}, and others may be shown another log: {words}")
    else:
        checks.failed("status", withdrawal_words(found), "CERT-E096")
    return found


def withdrawal_words(found: StandingOf) -> str:
    """How and why a certificate was withdrawn, in a line."""
    cause = "" if found.reason_code is None else f" ({found.reason_code.replace('_', ' ')})"
    words = f"{found.standing}, log entry {found.index}{cause}: {found.reason}"
    if found.waits_for:
        more = "one more revoker" if found.waits_for == 1 else f"{found.waits_for} more revokers"
        return f"{words}; a revocation is logged and counts as a suspension until {more} signed it"
    return f"{words}; see {found.superseded_by}" if found.superseded_by else words


def _covering(document: Document, found: StandingOf, checkpoint: str, trust: TrustFile) -> int:
    """Size of the log that an answer speaks for; one that ends before the certificate says nothing about it."""
    size = verify_checkpoint(checkpoint, parse_vkey(trust.log_vkey)).size
    own = prove(document.certificate, document.file.certificate_proof, trust).index
    if size <= max(own, found.index or 0):
        raise HostileInput("CERT-E076", f"its checkpoint covers {size} log entries, too few to speak of this one")
    return size


def read_standing(serial: str, answer: RegistryAnswer, trust: TrustFile) -> StandingOf:
    """How a certificate stands by the signed and logged changes in an answer.

    A change by a key that did not count at that place of the log, such as a stolen one, changes nothing. A revocation
    that fewer revokers have signed than the trust file asks for suspends.

    Raises:
        HostileInput: the answer is about another certificate, or an entry is not signed by a revoker
            or not in the log.
    """
    if answer.serial != serial:
        raise HostileInput("CERT-E090", f"the answer is about {answer.serial[:40]}")
    entries = []
    for entry in answer.statuses:
        bundle = parse_bundle(entry.bundle, name="status")
        status = verify_voice(bundle, role=REVOKER, predicate_type=kinds.STATUS, model=Status, trust=trust)
        index = prove(bundle, entry.proof, trust).index
        if not trust.keys[bundle.keyid].fault_at(index):
            entries.append((index, status))
    return standing_of(serial, entries, voices_needed(trust))


def is_stale(asked_at: str | None, at: str, days: int | None) -> bool:
    """Whether the reader wants a fresher answer than there is; without an age limit nothing is stale."""
    if days is None:
        return False
    if asked_at is None:
        return True
    return (moment(at) - moment(asked_at)).total_seconds() > days * 86400


def moment(time: str) -> datetime:
    """The moment of a time in the one form that times have here.

    Raises:
        UsageError: CERT-E011, another form, or not a date of the calendar.
    """
    try:
        if len(time) == len("2026-11-23T12:00:00Z"):
            return datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        pass
    raise UsageError("CERT-E011", f"{time[:40]!r} is not a time like 2026-11-23T12:00:00Z", "", "give it in UTC")
