"""How readers find what they check, and whom they trust: never from the thing being checked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from certify.cli.app import Settings
from certify.errors import UsageError
from certify.evidence.certificate import SERIAL_PATTERN
from certify.pipeline.clock import now
from certify.pipeline.files import read_file
from certify.pipeline.workspace import DEFAULT_HOME, Workspace
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer


@dataclass(frozen=True)
class FoundCertificate:
    """A certificate as bytes, with what a registry says of it."""

    data: bytes
    """The PDF or the bundle."""
    answer: RegistryAnswer | None
    """A registry's answer, if one is at hand."""
    asked_at: str | None = None
    """When the registry was asked; absent for a saved answer."""


def user_trust_file() -> Path:
    """Where a reader's own trust file lies."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "certify" / "trust.json"


def find_trust(settings: Settings, named: Path | None) -> TrustFile | None:
    """The reader's trust file: the one named, the named workspace's, or the user's own; never one lying about.

    Raises:
        TrustError: the file cannot be used.
    """
    if named is not None:
        return TrustFile.load(named)
    if settings.home is not None:
        return TrustFile.load(settings.home / "trust.json")
    own = user_trust_file()
    return TrustFile.load(own) if own.is_file() else None


def find_certificate(settings: Settings, named: str, status: Path | None) -> FoundCertificate:
    """The certificate behind a path or a serial, and the newest answer about it that is at hand.

    A workspace named with --home answers from its registry; otherwise a saved answer beside the file
    is read. It can only speak against the certificate: what it lists is signed, that it lists all is not.

    Raises:
        UsageError: CERT-E012, there is no such file or serial.
    """
    if re.match(SERIAL_PATTERN, named):
        path = (settings.home or DEFAULT_HOME) / "certificates" / f"{named}.pdf"
        if not path.is_file():
            raise UsageError(
                "CERT-E012", f"no certificate {named} in {settings.home or DEFAULT_HOME}", hint="name the file instead"
            )
    else:
        path = Path(named)
    data = read_file(path)
    if status is not None:
        return FoundCertificate(data, RegistryAnswer.from_bytes(read_file(status), name=str(status)))
    if settings.home is not None:
        return FoundCertificate(data, _from_workspace(settings.home, data), asked_at=now())
    saved = path.with_suffix(".status.json")
    answer = RegistryAnswer.from_bytes(read_file(saved), name=str(saved)) if saved.is_file() else None
    return FoundCertificate(data, answer)


def _from_workspace(home: Path, data: bytes) -> RegistryAnswer | None:
    from certify.errors import CertifyError
    from certify.evidence.certificate import Certificate
    from certify.pipeline.standing import ask_registry
    from certify.trust.bundle import statement_of
    from certify.verify.document import open_document

    try:
        statement = statement_of(open_document(data).certificate)
        serial = Certificate.from_document(statement.predicate).serial
    except CertifyError:
        return None  # the verification itself will say what is wrong with the document
    with Workspace.open(home).reading() as registry:
        return ask_registry(registry, serial) if registry.certificate(serial) else None
