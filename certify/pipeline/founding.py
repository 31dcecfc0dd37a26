"""Workspaces are made: for trying out with every key, or for production with a log and its key alone."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.files import write_whole
from certify.pipeline.clock import later, now
from certify.pipeline.workspace import DEVELOPMENT_PARTY, ROLES, TRUST_FILE, Configuration
from certify.trust.keys import KeySigner, generate_signer, save_key
from certify.trust.note import is_key_name
from certify.trust.passphrase import DEVELOPMENT_PASSPHRASE
from certify.trust.trustfile import TrustFile


def create_development(home: Path, applicant: str) -> None:
    """Makes a workspace for trying out: one party holds every key, and everything it signs says so.

    It appears whole or not at all.

    Raises:
        UsageError: CERT-E012, the folder holds something else.
    """
    _create_whole(home, lambda making: _fill_development(making, applicant))


def create_production(home: Path, *, origin: str, applicant: str, passphrase: str) -> str:
    """Makes a workspace with a new log; returns the log's checkpoint key in one line, for the trust file.

    It appears whole or not at all. Its trust file comes later, when the root keyholders have signed one.

    Args:
        home: a new or empty folder.
        origin: the log's name for good, a host and a path: ``log.bank.example/certify``.
        applicant: who asks for certificates here.
        passphrase: encrypts the log key, at least 12 characters.

    Raises:
        UsageError: CERT-E011 the origin or applicant cannot be used; CERT-E012 the folder holds something;
            CERT-E056 the passphrase is too short.
    """
    if (home / "workspace.json").exists():
        raise UsageError("CERT-E012", f"{home} is a workspace already", "a log is never made anew", "use it as it is")
    if not is_key_name(origin) or "/" not in origin or ".invalid" in origin:
        raise UsageError(
            "CERT-E011",
            f"{origin!r} cannot be the name of a log",
            "a log is named by a host of yours and a path, for good",
            "such as --origin log.bank.example/certify",
        )
    if not applicant.strip():
        raise UsageError("CERT-E011", "the applicant has no name", hint="give it with --applicant NAME")
    vkeys: list[str] = []
    _create_whole(home, lambda making: vkeys.append(_fill(making, origin, applicant, passphrase)))
    return vkeys[0]


def _fill(home: Path, origin: str, applicant: str, passphrase: str) -> str:
    from certify_registry import Registry

    log_key = Ed25519PrivateKey.generate()
    (home / "keys").mkdir(mode=0o700)
    save_key(home / "keys" / "log.pem", KeySigner.of(log_key), passphrase)
    with Registry.create(home / "registry", origin, log_key) as registry:
        vkey = registry.vkey
    configuration = Configuration(applicant=applicant, environment="production", created_at=now())
    write_whole(home / "workspace.json", configuration.to_bytes())
    return vkey


def _create_whole(home: Path, fill: Callable[[Path], None]) -> None:
    """Makes a workspace that appears whole or not at all; one that another process made meanwhile is left alone.

    Raises:
        UsageError: CERT-E012, the folder holds something else.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}."))
    try:
        fill(making)
        os.rename(making, home)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        if not (home / "workspace.json").is_file():  # otherwise another process was faster
            raise UsageError(
                "CERT-E012",
                f"{home} holds something else than a workspace",
                hint="name an empty or new folder with --home DIR",
            ) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _fill_development(home: Path, applicant: str) -> None:
    from certify_registry import Registry

    created = now()
    signers = {role: generate_signer() for role in ROLES}
    log_key = Ed25519PrivateKey.generate()
    log = KeySigner.of(log_key)
    (home / "keys").mkdir(parents=True, exist_ok=True, mode=0o700)
    for role, signer in {**signers, "log": log}.items():
        save_key(home / "keys" / f"{role}.pem", signer, DEVELOPMENT_PASSPHRASE)
    origin = f"development.invalid/certify-{log.keyid[:12]}"
    with Registry.create(home / "registry", origin, log_key) as registry:
        for role, signer in signers.items():
            registry.enroll(signer.public_pem, party=DEVELOPMENT_PARTY, role=role)
        vkey = registry.vkey
    trust = {
        "schema": "certify/trust/v1",
        "version": 1,
        "name": "development workspace, not for reliance",
        "environment": "development",
        "expires": later(created, days=366),
        "keys": {
            signer.keyid: {"pem": signer.public_pem, "party": DEVELOPMENT_PARTY, "scheme": signer.scheme}
            for signer in signers.values()
        },
        "roles": {role: {"keyids": [signer.keyid], "threshold": 1} for role, signer in signers.items()},
        "log": {"origin": origin, "vkey": vkey},
    }
    write_whole(home / TRUST_FILE, TrustFile.parse(canonical_bytes(trust)).to_bytes())
    configuration = Configuration(applicant=applicant, environment="development", created_at=created)
    write_whole(home / "workspace.json", configuration.to_bytes())
