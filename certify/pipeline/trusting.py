"""Trust files made out of public keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.pipeline.clock import now
from certify.pipeline.files import read_file, write_whole
from certify.pipeline.workspace import Workspace
from certify.trust.keys import keyid_of_pem, public_key_of, scheme_of
from certify.trust.trustfile import TrustFile


@dataclass(frozen=True)
class KeyGrant:
    """A public key and what it may sign."""

    role: str
    """data-steward, evaluator, issuer, revoker, approver or witness."""
    party: str
    """Who holds the key."""
    pem: str
    """The public key."""

    @property
    def keyid(self) -> str:
        """Names the key."""
        return keyid_of_pem(self.pem)

    @classmethod
    def parse(cls, text: str) -> KeyGrant:
        """The grant in ``ROLE=PARTY=FILE``.

        Raises:
            UsageError: CERT-E011 another form, CERT-E012 the file cannot be read.
            TrustError: CERT-E041, the file holds no usable public key.
        """
        parts = text.split("=", 2)
        if len(parts) != 3 or not all(parts):
            raise UsageError("CERT-E011", f"{text!r} is not of the form ROLE=PARTY=FILE.pub")
        pem = read_file(Path(parts[2])).decode("ascii", "replace")
        public_key_of(pem)
        return cls(role=parts[0], party=parts[1], pem=pem)


def make_trust_file(
    name: str,
    *,
    version: int,
    expires: str,
    log_vkey: str,
    grants: Sequence[KeyGrant],
    witnesses: Sequence[KeyGrant] = (),
) -> TrustFile:
    """A production trust file.

    Raises:
        UsageError: CERT-E011, it would have expired already.
        TrustError: CERT-E042, the keys and roles do not make one, such as one key in two roles.
    """
    roles: dict[str, dict[str, object]] = {}
    for grant in grants:
        held = roles.setdefault(grant.role, {"keyids": [], "threshold": 1})
        held["keyids"] = [*held["keyids"], grant.keyid]  # type: ignore[misc]
    document = {
        "schema": "certify/trust/v1",
        "version": version,
        "name": name,
        "environment": "production",
        "expires": expires,
        "keys": {
            grant.keyid: {"pem": grant.pem, "party": grant.party, "scheme": scheme_of(public_key_of(grant.pem))}
            for grant in grants
        },
        "roles": roles,
        "log": {"origin": log_vkey.split("+", 1)[0], "vkey": log_vkey},
        "seedWitnesses": [{"keyid": w.keyid, "pem": w.pem, "party": w.party} for w in witnesses],
    }
    made = TrustFile.parse(canonical_bytes(document))
    if made.expired(now()):
        raise UsageError(
            "CERT-E011",
            f"the trust file would have expired already, at {expires}",
            "no reader accepts an expired trust file",
            "give --expires a moment to come",
        )
    return made


def add_seed_witness(workspace: Workspace, name: str, pem: str) -> TrustFile:
    """The workspace's trust file with one more seed witness and the next version number; stored.

    Raises:
        TrustError: CERT-E042, the key is not Ed25519, or is named already.
    """
    old = workspace.trust
    witness = {"keyid": keyid_of_pem(pem), "pem": pem, "party": name}
    document = old.document()
    document["seedWitnesses"] = [*document.get("seedWitnesses", ()), witness]
    document["version"] = old.version + 1
    new = TrustFile.parse(canonical_bytes(document), name="the trust file")
    write_whole(workspace.home / "trust.json", new.to_bytes())
    return new
