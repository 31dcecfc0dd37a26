"""Which key signs in which role on this machine: ``signers.json`` of a workspace, and key files by default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import Field

from certify.errors import EvidenceMissing, HostileInput, TrustError
from certify.evidence.base import StrictValue
from certify.files import read_file, write_whole
from certify.trust.keys import StatementSigner, keyid_of_pem
from certify.trust.passphrase import DEVELOPMENT_PASSPHRASE, find_passphrase, find_pin
from certify.trust.signers import open_signer
from certify.trust.trustfile import TrustFile

Ask = Callable[[str], str]
FILE = "signers.json"


class RoleSigner(StrictValue):
    """The key of a role on this machine."""

    uri: str = Field(min_length=1, max_length=2000)
    """Where it is; a relative ``file:`` path starts from the workspace."""
    public: str = Field(max_length=4096)
    """Its public key, PEM; another key found under the URI is refused."""


class RoleSigners(StrictValue):
    """The keys of the roles that somebody named."""

    schema_: Literal["certify/signers/v1"] = Field(default="certify/signers/v1", alias="schema")
    """Names this form."""
    roles: dict[str, RoleSigner] = Field(default_factory=dict)
    """Role to its key."""


def read_signers(home: Path) -> RoleSigners:
    """The signers that somebody named for a workspace; none where nobody did.

    Raises:
        TrustError: CERT-E041, the file is damaged.
    """
    path = home / FILE
    if not path.is_file():
        return RoleSigners()
    try:
        return RoleSigners.from_bytes(read_file(path), name=FILE)
    except HostileInput as error:
        raise TrustError(
            "CERT-E041", f"{path} cannot be used: {error.what}", hint="name the keys again: certify keys use ROLE URI"
        ) from error


def name_signer(home: Path, role: str, uri: str, signer: StatementSigner) -> None:
    """Keep which key signs in a role; the file is replaced as a whole."""
    named = read_signers(home)
    entry = RoleSigner(uri=uri, public=signer.public_pem)
    write_whole(home / FILE, named.model_copy(update={"roles": {**named.roles, role: entry}}).to_bytes())


def open_named(
    uri: str, *, ask: Ask | None, public_pem: str | None = None, base: Path | None = None, development: bool = False
) -> StatementSigner:
    """The signer of a URI, its passphrase or PIN found or asked for.

    Raises:
        UsageError, TrustError: as ``open_signer``.
    """
    return open_signer(
        uri,
        passphrase=lambda: DEVELOPMENT_PASSPHRASE if development else find_passphrase(uri, prompt=ask),
        pin=lambda: find_pin(f"the token of {uri}", prompt=ask),
        public_pem=public_pem,
        base=base,
    )


def open_role(home: Path, role: str, *, trust: TrustFile | None, development: bool, ask: Ask | None) -> StatementSigner:
    """The key that signs in a role here.

    Raises:
        EvidenceMissing: CERT-E125, the key is not on this machine; the error names who holds it.
        TrustError: CERT-E040 wrong passphrase or PIN; CERT-E041 unreadable, or another key than was named.
    """
    entry = read_signers(home).roles.get(role)
    if entry is None:
        if not (home / "keys" / f"{role}.pem").is_file():
            raise _elsewhere(home, role, trust)
        return open_named(f"file:keys/{role}.pem", ask=ask, base=home, development=development)
    signer = open_named(entry.uri, ask=ask, public_pem=entry.public, base=home, development=development)
    if signer.keyid != keyid_of_pem(entry.public):
        raise TrustError(
            "CERT-E041",
            f"{entry.uri} holds another key than the one named for the role {role}",
            "somebody put another key in its place",
            f"if that is meant, name it: certify keys use {role} {entry.uri}",
        )
    return signer


def _elsewhere(home: Path, role: str, trust: TrustFile | None) -> EvidenceMissing:
    holders = sorted({key.party for key in trust.keys_for(role).values() if not key.ends}) if trust else []
    who = f"; {' or '.join(holders)} holds one" if holders else ""
    return EvidenceMissing(
        "CERT-E125",
        f"the key of the role {role} is not on this machine{who}",
        f"{home} names no signer for it, and there is no keys/{role}.pem",
        f"name a key that can be reached from here, in a file, token or key service: certify keys use {role} URI",
    )
