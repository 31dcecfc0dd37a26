"""The X.509 certificates of a workspace's issuer: its own small authority's, or those of an organisation's authority.

Without either the PDF carries a self-issued certificate. All lies in the workspace's folder ``x509``: ``chain.pem``
(the issuer's certificate first, its root last), and of an authority of the workspace's own ``root.pem``, its encrypted
key and the list of what it revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from certify.errors import HostileInput, TrustError
from certify.files import read_file, write_whole
from certify.pipeline.workspace import Workspace
from certify.trust.keys import KeySigner, StatementSigner, generate_signer, load_key, pem_of, save_key
from certify.trust.passphrase import DEVELOPMENT_PASSPHRASE, find_passphrase
from certify.verify.pdf_chain import check_chain, load_chain

FOLDER, CHAIN, ROOT, KEY, REVOKED = "x509", "chain.pem", "root.pem", "root-key.pem", "revoked.crl"
_RENEW = "an authority of the workspace's own renews: certify keys authority; else: certify keys chain FILE.pem"
ISSUER_DAYS = 3 * 365
"""How long the issuer's certificate counts; a later one is made by the same command."""


@dataclass(frozen=True)
class IssuerChain:
    """The issuer's X.509 certificates."""

    chain: tuple[bytes, ...]
    """DER, the issuer's own first, its root last."""
    path: Path
    """Where the root lies, for readers' PDF programs."""
    made_root: bool
    """Whether the authority is new."""


def keep_authority(
    workspace: Workspace, now: datetime, *, name: str | None = None, years: int = 20, revoke: bool = False
) -> IssuerChain:
    """The workspace's own authority, made where there is none, with a new certificate for the issuer's present key.

    Args:
        workspace: whose issuer it is.
        now: present time, aware.
        name: of the organisation; the issuer's party when absent.
        years: how long a new root counts.
        revoke: whether the issuer's former certificate goes on the list of revoked ones.

    Raises:
        TrustError: CERT-E040, CERT-E041 the authority's key; CERT-E086 the issuer's key is not P-256; CERT-E594,
            there is no former certificate to revoke.
        EvidenceMissing: CERT-E125, the issuer's key is not on this machine.
    """
    from certify.issue import authority

    folder, holder = workspace.home / FOLDER, workspace.signer("issuer")
    party = workspace.trust.party_of(holder.keyid)
    former, fresh = chain_of(workspace), not (folder / ROOT).is_file()
    if revoke and (fresh or former is None or former[1:] != tuple(_ders(read_file(folder / ROOT)))):
        raise _refused("this workspace's authority has issued nothing that could be revoked", "leave --revoke out")
    signer = _new_key(workspace, folder) if fresh else _root_key(workspace, folder)
    if fresh:
        write_whole(folder / ROOT, _pem([authority.make_root(name or party, signer, now, years=years)]))
    root = _ders(read_file(folder / ROOT))[0]
    leaf = authority.issue_under(root, signer, holder, party, now, days=ISSUER_DAYS)
    listed = (folder / REVOKED).read_bytes() if (folder / REVOKED).is_file() else None
    gone = former[:1] if revoke and former else ()
    write_whole(folder / REVOKED, authority.revocation_list(root, signer, now, former=listed, revoked=gone))
    write_whole(folder / CHAIN, _pem([leaf, root]))
    return IssuerChain((leaf, root), folder / ROOT, fresh)


def take_chain(workspace: Workspace, pem: bytes, now: datetime) -> IssuerChain:
    """Keeps the certificates that an organisation's own authority issued for the issuer's key.

    Raises:
        TrustError: CERT-E594, not for the issuer's key, incomplete, or they do not hold together now.
        EvidenceMissing: CERT-E125, the issuer's key is not on this machine.
    """
    signer = workspace.signer("issuer")
    chain = tuple(_ders(pem))
    _require_for(signer, chain, now)
    write_whole(workspace.home / FOLDER / CHAIN, _pem(chain))
    return IssuerChain(chain, workspace.home / FOLDER / CHAIN, made_root=False)


def drop_chain(workspace: Workspace) -> bool:
    """Goes back to self-issued certificates; whether there was anything to leave. An authority's root and key stay."""
    path = workspace.home / FOLDER / CHAIN
    there = path.is_file()
    path.unlink(missing_ok=True)
    return there


def chain_of(workspace: Workspace) -> tuple[bytes, ...] | None:
    """The issuer's certificates as they were kept, DER; None where the PDF carries a self-issued one.

    Raises:
        TrustError: CERT-E594, the file is damaged.
    """
    path = workspace.home / FOLDER / CHAIN
    return tuple(_ders(read_file(path))) if path.is_file() else None


def certificates_for(workspace: Workspace, signer: StatementSigner, party: str, at: datetime) -> tuple[bytes, ...]:
    """The X.509 certificates for a PDF that is signed at a time, DER: those kept, else one that the key issued itself.

    Raises:
        TrustError: CERT-E594, those kept are for another key or do not count at that time; CERT-E086.
    """
    from certify.issue.sign import issuer_certificate

    kept = chain_of(workspace)
    if kept is None:
        return (issuer_certificate(signer, party, at),)
    _require_for(signer, kept, at)
    return kept


def lists_of(workspace: Workspace) -> tuple[bytes, ...]:
    """The revocation lists of the workspace's own authority, DER; none where it has none."""
    path = workspace.home / FOLDER / REVOKED
    return (read_file(path),) if path.is_file() else ()


def _require_for(signer: StatementSigner, chain: tuple[bytes, ...], at: datetime) -> None:
    """Returns if the certificates hold together at a time and the first is for this key."""
    try:
        check_chain(chain, at)
        key: Any = load_chain(chain)[0].public_key()
        if pem_of(key) != signer.public_pem:
            raise _refused("the first certificate is not for the issuer's key", _RENEW)
    except HostileInput as error:
        raise TrustError("CERT-E594", "the issuer's X.509 certificates cannot be used", error.why, _RENEW) from error


def _new_key(workspace: Workspace, folder: Path) -> KeySigner:
    signer = generate_signer()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    save_key(folder / KEY, signer, _passphrase(workspace, folder / KEY))
    return signer


def _root_key(workspace: Workspace, folder: Path) -> KeySigner:
    return load_key(folder / KEY, _passphrase(workspace, folder / KEY))


def _passphrase(workspace: Workspace, path: Path) -> str:
    return DEVELOPMENT_PASSPHRASE if workspace.development else find_passphrase(str(path), prompt=workspace.ask)


def _ders(pem: bytes) -> list[bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        return [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(pem)]
    except ValueError as error:
        raise _refused("the file holds no certificates in PEM", "the issuer's first, its root last") from error


def _pem(chain: list[bytes] | tuple[bytes, ...]) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in chain)


def _refused(why: str, hint: str) -> TrustError:
    return TrustError("CERT-E594", "the issuer's X.509 certificates cannot be used", why, hint)


def utc_now() -> datetime:
    """Present time, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
