"""What the service answers, document by document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from certify.evidence.base import Sha256, StrictValue, Value

Index = int
"""Place in the log, from 0."""


class Submitted(Value):
    """Where a statement is in the log."""

    index: Index
    """Log index."""
    duplicate: bool
    """Whether it was there before."""
    proof: str
    """tlog-proof against a signed checkpoint that covers the entry. Source: C2SP tlog-proof."""


class BatchResult(Value):
    """What became of one statement of a batch: its place, or why it was refused."""

    submitted: Submitted | None = None
    """Where it is."""
    problem: dict[str, Any] | None = None
    """Why it is not there."""


class BatchResults(Value):
    """What became of a batch, in its order."""

    results: tuple[BatchResult, ...]
    """One for each statement."""


class EntryDocument(Value):
    """One entry of the log."""

    index: Index
    """Log index."""
    leaf: str
    """The entry as the log hashed it, base64."""
    leaf_hash: Sha256
    """SHA-256 of a zero byte and the leaf. Source: RFC 6962 §2.1."""
    predicate_type: str
    """URI of the kind of statement."""
    payload_sha256: Sha256
    """Digest of the statement's payload."""
    subject: Sha256
    """Digest of the statement's first subject."""
    keyid: Sha256
    """Who signed it."""
    bundle_sha256: Sha256
    """Digest of the signed statement, which the address of files gives."""
    appended_at: str
    """When the registry logged it, by its own clock; nothing commits to it."""


class EntriesPage(Value):
    """Consecutive entries, with what shows that none is missing."""

    start: Index
    """Log index of the first."""
    entries: tuple[EntryDocument, ...]
    """The entries; no index is left out."""
    size: int
    """Entries of the log under the checkpoint."""
    checkpoint: str
    """The signed checkpoint that the proof leads to."""
    proof: tuple[str, ...]
    """Hashes (base64) that lead from these entries to the checkpoint's root; see docs/registry-service.md."""
    next: Index | None = None
    """Where the next page begins; absent on the last."""


class EntryProof(Value):
    """That an entry is in the log."""

    index: Index
    """Log index."""
    leaf: str
    """The entry as the log hashed it, base64."""
    proof: str
    """tlog-proof. Source: C2SP tlog-proof."""


class Consistency(Value):
    """That a log only grew."""

    old_size: int
    """Entries of the older log."""
    size: int
    """Entries of the newer one."""
    hashes: tuple[str, ...]
    """The proof, base64. Source: RFC 6962 §2.1.2."""
    checkpoint: str
    """The newest checkpoint, which may be of a larger size still."""


class CertificateItem(Value):
    """A certificate in a list."""

    serial: str
    """The certificate."""
    index: Index
    """Its place in the log."""
    model_name: str
    """What the model is called."""
    model_identity: Sha256
    """The exact model."""
    valid_from: str
    """Beginning of its time, UTC."""
    valid_until: str
    """End of its time, UTC."""
    standing: str
    """``valid``, ``expired``, ``not_yet_valid``, ``suspended``, ``revoked`` or ``superseded``; a list
    takes the index's word for it."""
    payload_sha256: Sha256
    """Digest of the signed certificate's payload."""


class CertificatesPage(Value):
    """Certificates, newest first."""

    certificates: tuple[CertificateItem, ...]
    """The certificates."""
    next: Index | None = None
    """The ``before`` of the next page; absent on the last."""
    checkpoint: str
    """The log's checkpoint when the list was made."""


class CertificateDocument(CertificateItem):
    """One certificate, its signed statement and its proof."""

    bundle: dict[str, Any]
    """The signed certificate statement, a Sigstore bundle."""
    proof: str
    """Its tlog-proof."""
    pdf_sha256: Sha256 | None = None
    """Digest of the PDF that shows it, by the newest rendering in the log."""
    pdf_available: bool = False
    """Whether this registry keeps that PDF."""


class KeyDocument(Value):
    """A key whose statements are taken."""

    keyid: Sha256
    """SHA-256 of the PEM text."""
    role: str
    """What for."""
    party: str
    """Who holds it."""
    pem: str
    """Public key, PEM."""


class KeysDocument(Value):
    """Every key whose statements are taken now."""

    keys: tuple[KeyDocument, ...]
    """The keys."""


class KeyChange(StrictValue):
    """A key is given a role, or loses it."""

    event: Literal["enrol", "retire"]
    """Which of the two."""
    pem: str = Field(min_length=1, max_length=4096)
    """Public key, PEM with LF line ends."""
    party: str = Field(min_length=1, max_length=300)
    """Who holds it."""
    role: Literal["data-steward", "evaluator", "issuer", "revoker", "approver"]
    """What for."""


class KeyChanged(Value):
    """What a change of keys came to."""

    keyid: Sha256
    """The key."""
    changed: bool
    """Whether anything is other than before."""


class Kept(Value):
    """A file that is kept now."""

    sha256: Sha256
    """Its digest."""
    bytes: int
    """Its size."""


class Ready(Value):
    """Whether a server can do its work."""

    ready: bool
    """Whether all of it is well."""
    store: str
    """``ok``, or the code of what is wrong with the store or its memory of the last checkpoint."""
    writing: bool
    """Whether it takes statements."""


class Alive(Value):
    """That a process answers."""

    status: Literal["ok"] = "ok"
    """Nothing else is said."""
