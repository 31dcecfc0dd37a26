"""A production workspace: a log and its key, and no other key until somebody names one."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import UsageError
from certify.pipeline.clock import now
from certify.pipeline.files import write_whole
from certify.pipeline.workspace import Configuration, create_whole
from certify.trust.keys import KeySigner, save_key
from certify.trust.note import is_key_name


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
    create_whole(home, lambda making: vkeys.append(_fill(making, origin, applicant, passphrase)))
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
