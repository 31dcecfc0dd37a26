"""How readers find what they check, and whom they trust: never from the thing being checked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from certify.cli.app import Settings
from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.certificate import SERIAL_PATTERN
from certify.files import read_file
from certify.pipeline.clock import now
from certify.pipeline.registry_client import RegistryClient
from certify.pipeline.workspace import DEFAULT_HOME, Workspace
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer, claimed_certificate


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


def registry_of(trust: TrustFile | None, *, wanted: bool) -> str | None:
    """The address of the registry that the trust file names, where the reader wants to ask it.

    Raises:
        UsageError: CERT-E674, it names none.
    """
    if not wanted:
        return None
    if trust is None or trust.log.registry is None:
        raise UsageError(
            "CERT-E674",
            "the trust file names no registry" if trust else "there is no trust file that could name a registry",
            "a registry is never taken from the certificate: it could name one that its forger runs",
            "name one with --registry URL",
        )
    return trust.log.registry


def find_certificate(
    settings: Settings, named: str, status: Path | None, registry: str | None = None
) -> FoundCertificate:
    """The certificate behind a path or a serial, and the newest answer about it that is at hand.

    A registry elsewhere is asked only where the reader names it, and gives the PDF of a serial, too. A workspace
    named with --home answers from its registry, if that holds the certificate; a saved answer, named or beside
    the file, is read otherwise. That one can only speak against the certificate: what it lists is signed, that it
    lists all is not.

    Raises:
        UsageError: CERT-E012, there is no such file or serial; CERT-E674, no registry can be at the address.
        RegistryError: CERT-E672, CERT-E673, the registry that was named does not answer, or refuses.
        HostileInput: CERT-E678, it answers something else.
    """
    if registry is not None:
        return _from_registry(RegistryClient(registry), named)
    if re.match(SERIAL_PATTERN, named):
        path = (settings.home or DEFAULT_HOME) / "certificates" / f"{named}.pdf"
        if not path.is_file():
            raise UsageError(
                "CERT-E012", f"no certificate {named} in {settings.home or DEFAULT_HOME}", hint="name the file instead"
            )
    else:
        path = _certificate_file(Path(named))
    data = read_file(path)
    saved = _saved(status or path.with_suffix(".status.json"), named=status is not None)
    asked = _from_workspace(settings.home, data) if settings.home is not None else None
    if asked is None:
        return FoundCertificate(data, saved)
    if status is not None and saved is not None:
        asked = asked.model_copy(update={"statuses": (*asked.statuses, *saved.statuses)})
    return FoundCertificate(data, asked, asked_at=now())


def _from_registry(client: RegistryClient, named: str) -> FoundCertificate:
    data = client.pdf(named) if re.match(SERIAL_PATTERN, named) else read_file(_certificate_file(Path(named)))
    try:
        serial = claimed_certificate(data).serial
    except CertifyError:
        return FoundCertificate(data, None)  # the verification itself will say what is wrong with the document
    return FoundCertificate(data, client.status(serial), asked_at=now())


def _certificate_file(path: Path) -> Path:
    """The path, if it may be that of a certificate: whoever is new here names the model's folder first."""
    if path.is_dir():
        hint = f"to hold it against its certificate: certify verify CERT --model {path}"
        raise UsageError("CERT-E012", f"{path} is a folder", "a certificate is a PDF, a bundle or a serial", hint)
    if not path.exists():
        why = "a certificate is a PDF, a bundle or a serial such as CM-7K2M-9QXT-4HBD"
        raise UsageError("CERT-E012", f"there is no file {path}", why, "`certify show` lists the runs made here")
    return path


def _saved(path: Path, *, named: bool) -> RegistryAnswer | None:
    """A saved answer; one that merely lies beside the certificate may be missing or unreadable."""
    if not named and not path.is_file():
        return None
    try:
        return RegistryAnswer.from_bytes(read_file(path), name=str(path))
    except HostileInput as error:
        if not named:
            return None
        raise UsageError(error.code, error.what, "it is no saved answer of a registry", "leave --status out") from error


def _from_workspace(home: Path, data: bytes) -> RegistryAnswer | None:
    from certify_registry.answering import ask_registry

    try:
        serial = claimed_certificate(data).serial
    except CertifyError:
        return None  # the verification itself will say what is wrong with the document
    with Workspace.open(home).reading() as registry:
        return ask_registry(registry, serial) if registry.certificate(serial) else None
