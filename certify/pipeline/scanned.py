"""Which data a scan speaks of, and whether the reader believes whoever says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from certify.attest.chain import ChainLine, Outcome, check_trained_on
from certify.attest.manifests import read_manifest
from certify.attest.naming import manifest_name
from certify.attest.verification import PerformedStep
from certify.errors import HostileInput, UsageError
from certify.evidence import statement as kinds
from certify.evidence.contamination import Contamination
from certify.evidence.dataset import Dataset, DatasetIdentity, DigestSource
from certify.files import read_file
from certify.identify import Manifest, read_dataset
from certify.identify.manifest import MAX_MANIFEST
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify.trust.trustfile import TrustFile
from certify.trust.verified import verify_statement
from certify.verify.document import claimed_certificate
from certify.verify.expectations import Expectations
from certify.verify.result import CertificateVerdict
from certify.verify.verify import verify_certificate

_MANIFEST_START = b'[{"path":"'
_STANDS = frozenset(
    {
        CertificateVerdict.VALID,
        CertificateVerdict.STALE,
        CertificateVerdict.EXPIRED,
        CertificateVerdict.SUPERSEDED,
    }
)
"""Verdicts under which a certificate's word about the data it saw still counts."""


@dataclass(frozen=True)
class ScanClaim:
    """What a document says was scanned."""

    kind: str
    """certificate, contamination or dataset."""
    datasets: tuple[DatasetIdentity, ...]
    """The data."""
    model: str | None
    """Identity of the model it speaks of; absent where it speaks of data alone."""
    believed: bool
    """Whether the reader's trust file vouches for the signer."""
    detail: str
    """Who says so, or why nobody can be believed."""


def read_scan(data: bytes, trust: TrustFile | None, *, at: str) -> ScanClaim:
    """The claim in a certificate (PDF or bundle), or in a signed contamination or dataset statement.

    Args:
        data: untrusted.
        trust: the reader's; without it nobody is believed.
        at: the present time, RFC 3339 UTC.

    Raises:
        HostileInput: CERT-E121, it says nothing about scanned data, or is no longer good; CERT-E044, a signature that
            does not match; the codes of malformed documents.
    """
    if b"certify/bundle/v1" in data or data[:1024].lstrip()[:1] != b"{":
        return _certificate(data, trust, at)
    bundle = parse_bundle(data, name="the scan statement")
    kind = statement_of(bundle).predicate_type
    if kind == kinds.CONTAMINATION:
        return _statement(bundle, trust, at, "evaluator", Contamination)
    if kind == kinds.DATASET:
        return _statement(bundle, trust, at, "data-steward", Dataset)
    raise _says_nothing(f"a statement of kind {kinds.SHORT_NAMES.get(kind, kind)[:100]} names no scanned data")


def _certificate(data: bytes, trust: TrustFile | None, at: str) -> ScanClaim:
    verdict = verify_certificate(data, trust=trust, expectations=Expectations(at=at)).verdict
    if verdict not in _STANDS and verdict != CertificateVerdict.INCOMPLETE:
        raise _says_nothing(f"the certificate is {verdict.value.replace('_', ' ')}")
    certificate = claimed_certificate(data)
    if not any(reference.kind == "contamination" for reference in certificate.evidence):
        raise _says_nothing("the certificate holds no scan of training data")
    believed = verdict in _STANDS
    unknown = (
        "signer unknown: name a trust file" if trust is None else "made by another version of certify: use that one"
    )
    why = f"certificate {certificate.serial}, {verdict.value}" if believed else unknown
    return ScanClaim("certificate", certificate.datasets, certificate.model.identity, believed, why)


def _statement(
    bundle: Bundle, trust: TrustFile | None, at: str, role: str, model: type[Contamination] | type[Dataset]
) -> ScanClaim:
    statement, kind = statement_of(bundle), "contamination" if model is Contamination else "dataset"
    claim: Contamination | Dataset = model.from_document(statement.predicate, name=kind, by_name=False)
    datasets = claim.datasets if isinstance(claim, Contamination) else (claim.dataset,)
    subjects = [subject.digest.sha256 for subject in statement.subject]
    speaks_of = next((sha for sha in subjects if sha not in {one.identity for one in datasets}), None)
    believed, why = _believed(bundle, trust, at, role, model)
    return ScanClaim(kind, datasets, speaks_of, believed, why)


def _believed(
    bundle: Bundle, trust: TrustFile | None, at: str, role: str, model: type[Contamination] | type[Dataset]
) -> tuple[bool, str]:
    if trust is None:
        return False, "signer unknown: name a trust file with --trust FILE"
    trust.require_current(at)
    kind = kinds.CONTAMINATION if model is Contamination else kinds.DATASET
    try:
        found = verify_statement(bundle, role=role, predicate_type=kind, model=model, trust=trust)
    except HostileInput as error:
        if error.code not in ("CERT-E043", "CERT-E055"):
            raise
        return False, error.what
    return True, f"{found.party} says so as {role}"


def _says_nothing(what: str) -> HostileInput:
    return HostileInput(
        "CERT-E121",
        what,
        "without a scan that names its data the training data cannot be compared with it",
        "name the certificate, or the contamination statement of the run",
    )


def find_manifests(claim: ScanClaim, named: Sequence[Path], links: Path) -> list[Manifest]:
    """The manifests of the scanned data: those named, data folders read anew, else what lies beside the links.

    Raises:
        UsageError: CERT-E057, none is at hand.
        HostileInput: CERT-E120, one that lies beside the links is another one; CERT-E025, a file is no manifest.
    """
    if named:
        return [_manifest(path) for path in named]
    found = [one.identity for one in claim.datasets if (links / manifest_name(one.identity)).is_file()]
    if not found:
        raise UsageError(
            "CERT-E057",
            "no manifest of the scanned data is at hand",
            "the scan names its data by the digest of a manifest, which tells the shards",
            "give --manifest FILE, or --manifest and the folder of the data",
        )
    return [read_manifest(links, identity) for identity in found]


def check_scan(
    claim: ScanClaim,
    step: PerformedStep,
    manifests: Sequence[Manifest],
    *,
    besides: Sequence[str] = (),
    model: str | None = None,
) -> list[ChainLine]:
    """Whether the scan can be believed, is of this data and this model, and of exactly what the step trained on.

    Args:
        model: identity of the model at hand; not compared when absent.
    """
    identities = {one.identity for one in claim.datasets}
    others = [manifest for manifest in manifests if manifest.identity not in identities]
    lines = [ChainLine("scan", Outcome.HOLDS if claim.believed else Outcome.UNKNOWN, _who(claim))]
    if model is not None and claim.model not in (None, model):
        lines.append(ChainLine("scanned model", Outcome.DIFFERS, "the scan speaks of another model"))
    if others:
        wrong = f"the scan does not name the data {others[0].identity[:16]}... ({len(others[0].files)} shards)"
        return [*lines, ChainLine("scanned data", Outcome.DIFFERS, wrong)]
    return [*lines, check_trained_on(step, manifests, besides)]


def _who(claim: ScanClaim) -> str:
    words = [claim.detail]
    if claim.kind == "dataset":
        words.append("a steward's description, not a scan")
    if any(one.digest_source is DigestSource.CLAIMED for one in claim.datasets):
        words.append("digests claimed, not recomputed")
    return "; ".join(words)


def _manifest(path: Path) -> Manifest:
    """The manifest in a file, or of the data in a file or folder; its bytes tell which, and cannot be both."""
    if path.is_file():
        with path.open("rb") as stream:
            is_manifest = stream.read(len(_MANIFEST_START)) == _MANIFEST_START
        if is_manifest:
            return Manifest.from_bytes(read_file(path, max_bytes=MAX_MANIFEST))
    return read_dataset([path]).manifest
