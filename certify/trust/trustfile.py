"""The trust file: whose signatures count, for what, and until when."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self, TypeAlias

from pydantic import Field, ValidationError, model_validator

from certify.errors import HostileInput, TrustError
from certify.evidence.base import Sha256, StrictValue, Utc
from certify.evidence.canonical import parse_json
from certify.trust.key_window import KeyWindow
from certify.trust.keys import Scheme
from certify.trust.timestamps import TimestampRoot
from certify.trust.tlog_policy import TlogPolicy
from certify.trust.trust_rules import check_consistent, log_policy

SCHEMA: Literal["certify/trust/v1"] = "certify/trust/v1"
MAX_TRUST_FILE = 1024 * 1024

Role: TypeAlias = Literal["data-steward", "evaluator", "issuer", "revoker", "approver", "root"]
"""What a key may be trusted for; ``root`` keys sign the trust file's own next version and nothing else."""

ROOT: Literal["root"] = "root"


class TrustedKey(KeyWindow):
    """One signing key."""

    pem: str = Field(max_length=4096)
    """Public key, PEM with LF line ends."""
    party: str = Field(min_length=1, max_length=300)
    """Who holds it; keys of one party do not make two independent voices."""
    scheme: Scheme
    """Signature algorithm."""


class TrustedRole(StrictValue):
    """Which keys fill a role."""

    keyids: tuple[Sha256, ...] = Field(min_length=1)
    """The keys."""
    threshold: int = Field(default=1, ge=1, strict=True)
    """How many different keys must sign the same statement."""


class TrustedLog(StrictValue):
    """The transparency log whose checkpoints count."""

    origin: str = Field(min_length=1, max_length=300)
    """The log's name, first line of its checkpoints."""
    vkey: str = Field(max_length=600)
    """The log's checkpoint key in one line. Source: C2SP signed-note, verifier keys."""
    witnesses: tuple[str, ...] = Field(default=(), max_length=32)
    """Keys of the witnesses whose cosignatures count, one line each; keys of one name are one witness.
    Source: C2SP tlog-cosignature."""
    quorum: int = Field(default=0, ge=0, strict=True)
    """How many of these witnesses must have cosigned a checkpoint."""
    witness_policy: str | None = Field(default=None, min_length=1, max_length=256 * 1024)
    """The same as a text with groups, in place of the two. Source: C2SP tlog-policy."""
    registry: str | None = Field(default=None, pattern=r"^https?://", max_length=2000)
    """Address of the registry that serves the log; `certify verify --online` asks it about withdrawals."""

    @property
    def policy(self) -> TlogPolicy:
        """Which checkpoints of the log count: signed by its key, and cosigned by as many as the file asks for."""
        return log_policy(self.vkey, self.witnesses, self.quorum, self.witness_policy)


class SeedWitness(StrictValue):
    """A party whose signature enters the seed of fresh problems."""

    keyid: Sha256
    """Its key."""
    pem: str = Field(max_length=4096)
    """Public key, Ed25519: its signatures leave the witness no choice."""
    party: str = Field(min_length=1, max_length=300)
    """Who holds it; a witness of the same party as the evaluator adds nothing."""


class TrustFile(StrictValue):
    """What a reader believes before reading anything else; never taken from the thing being checked."""

    schema_: Literal["certify/trust/v1"] = Field(default=SCHEMA, alias="schema")
    """Names this form."""
    version: int = Field(ge=1, strict=True)
    """Grows with every change."""
    name: str = Field(min_length=1, max_length=300)
    """What people call it."""
    environment: Literal["production", "development"]
    """Development keys prove nothing to others; what they sign says so."""
    expires: Utc
    """Past this time the file must be replaced."""
    keys: dict[Sha256, TrustedKey] = Field(min_length=1)
    """Key id to key."""
    roles: dict[Role, TrustedRole] = Field(min_length=1)
    """Role to the keys that fill it."""
    log: TrustedLog
    """The log."""
    seed_witnesses: tuple[SeedWitness, ...] = ()
    """Parties that may contribute to seeds."""
    timestamp_roots: tuple[TimestampRoot, ...] | None = Field(default=None, min_length=1, max_length=16)
    """Authorities whose timestamps count; absent where none does."""
    timestamps_required: bool | None = Field(default=None, strict=True)
    """Whether plan, evaluation, decision and certificate must each carry a timestamp; absent as false."""
    status_max_age_days: int | None = Field(default=None, ge=1, le=3650, strict=True)
    """Oldest acceptable answer about a certificate's standing, days."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """The trust file at ``path``: plain JSON, or signed by the root keys it names.

        Raises:
            TrustError: CERT-E042, not there, unreadable, or not a usable trust file; CERT-E128, it names root keys
                and too few of them signed it. Expiry is not checked here.
        """
        from certify.trust.signed_trust import load_trust_document, require_signed

        document = load_trust_document(path)
        require_signed(document)
        return cls.model_validate(document.trust)

    @classmethod
    def parse(cls, data: bytes, *, name: str = "the trust file") -> Self:
        """The trust file of plain JSON bytes; one that names root keys is a draft until they have signed it.

        Raises:
            TrustError: CERT-E042, with what is wrong and where.
        """
        try:
            return cls.model_validate(
                parse_json(data, name=name, max_bytes=MAX_TRUST_FILE), by_alias=True, by_name=False
            )
        except HostileInput as error:
            raise unusable(error.what) from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            reason = first["msg"].removeprefix("Value error, ")
            raise unusable(f"{name}: {where}: {reason}" if where else f"{name}: {reason}") from error

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_consistent(self)
        return self

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the file's canonical JSON: what two people compare."""
        return self.content_sha256()

    @property
    def short_fingerprint(self) -> str:
        """The first 96 bits of the fingerprint in groups of four, to be read out aloud."""
        return " ".join(self.fingerprint[start : start + 4] for start in range(0, 24, 4))

    @property
    def log_vkey(self) -> str:
        """The log's checkpoint key."""
        return self.log.vkey

    @property
    def log_origin(self) -> str:
        """The log's name."""
        return self.log.origin

    @property
    def bounded(self) -> bool:
        """Whether any key counts for a part of the log only."""
        return any(key.bounded for key in self.keys.values())

    def keys_for(self, role: str) -> dict[str, TrustedKey]:
        """Key id to key, for the keys that fill a role; empty where nobody does."""
        held = next((value for name, value in self.roles.items() if name == role), None)
        return {keyid: self.keys[keyid] for keyid in held.keyids} if held else {}

    def threshold_for(self, role: str) -> int:
        """How many different keys must sign for a role; 1 where nobody fills it."""
        return next((held.threshold for name, held in self.roles.items() if name == role), 1)

    def roles_of(self, keyid: str) -> tuple[str, ...]:
        """The roles a key fills, sorted."""
        return tuple(sorted(name for name, held in self.roles.items() if keyid in held.keyids))

    def party_of(self, keyid: str) -> str:
        """Who holds a key.

        Raises:
            HostileInput: CERT-E055, the file does not name the key.
        """
        if keyid not in self.keys:
            raise HostileInput("CERT-E055", f"the trust file {self.name} does not name the key {keyid[:16]}")
        return self.keys[keyid].party

    def expired(self, at: str) -> bool:
        """Whether the file has run out at a time (RFC 3339 UTC, whole seconds)."""
        return at >= self.expires

    def require_current(self, now: str) -> None:
        """Return if the file has not run out at ``now`` (RFC 3339 UTC, whole seconds).

        Raises:
            TrustError: CERT-E042, it has.
        """
        if self.expired(now):
            raise TrustError(
                "CERT-E042",
                f"the trust file {self.name} (version {self.version}) expired at {self.expires}",
                "keys may have been withdrawn since, and an expired file cannot know",
                "ask whoever publishes it for the current version, then: certify trust update FILE",
            )


def unusable(what: str) -> TrustError:
    """The error for a trust file that cannot be read."""
    return TrustError(
        "CERT-E042",
        f"the trust file cannot be used: {what}",
        "without it no signature can be told from a stranger's",
        "ask whoever published the trust file for a good copy, or compare with docs/trust-file.md",
    )
