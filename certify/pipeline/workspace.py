"""The workspace of an issuer: configuration, keys, trust file, registry, runs, certificates."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import InternalError, RegistryError, TrustError, UsageError
from certify.evidence.base import Utc, Value
from certify.files import read_file
from certify.pipeline.clock import now
from certify.pipeline.files import RunFolder
from certify.pipeline.role_signers import open_role
from certify.pipeline.timestamping import HttpTimestamper
from certify.trust.keys import KeySigner, StatementSigner
from certify.trust.trustfile import TrustFile

if TYPE_CHECKING:
    from certify.trust.bundle import Bundle
    from certify.trust.timestamps import Timestamper
    from certify_registry import Appended, Registry
    from certify_registry.reader import Reader

ROLES = ("data-steward", "evaluator", "issuer", "revoker")
"""Whose keys a development workspace makes. It has no approvers, who would be one and the same person as everybody
else in it, and so never waits for one."""
DEFAULT_HOME = Path(".certify")
TRUST_FILE = "trust.json"
"""The workspace's trust file, plain or signed."""
DEVELOPMENT_PARTY = "development workspace"


class Configuration(Value):
    """What a workspace knows about itself."""

    schema_: str = "certify/workspace/v1"
    """Names this form."""
    applicant: str
    """Who asks for certificates here."""
    environment: str
    """development or production."""
    created_at: Utc
    """When it was made."""
    timestamp_url: str | None = None
    """Timestamp authority that stamps whatever is signed here; absent where nothing is stamped."""


class Workspace:
    """One issuer's folder. Only one run writes to it at a time."""

    def __init__(
        self, home: Path, configuration: Configuration, trust: TrustFile | None, ask: Callable[[str], str] | None = None
    ) -> None:
        self.home = home
        self.configuration = configuration
        self.installed_trust = trust
        self.ask = ask
        self._signers: dict[str, StatementSigner] = {}
        self._registry: Registry | None = None

    @classmethod
    def open(cls, home: Path, *, ask: Callable[[str], str] | None = None) -> Workspace:
        """The workspace at ``home``; ``ask`` asks a person for a passphrase or PIN.

        Raises:
            UsageError: CERT-E012, there is none.
            TrustError: its trust file is unusable.
        """
        if not (home / "workspace.json").is_file():
            raise UsageError(
                "CERT-E012",
                f"there is no workspace at {home}",
                hint="name one with --home DIR; make one: `certify registry create`, or `certify run` to try out",
            )
        configuration = Configuration.from_bytes(read_file(home / "workspace.json"), name="workspace.json")
        path = home / TRUST_FILE
        founding = configuration.environment == "production" and not path.exists()
        return cls(home, configuration, None if founding else TrustFile.load(path), ask)

    @classmethod
    def open_or_create(
        cls, home: Path, *, applicant: str = DEVELOPMENT_PARTY, ask: Callable[[str], str] | None = None
    ) -> Workspace:
        """The workspace at ``home``; a development one is made where there is none."""
        if not (home / "workspace.json").is_file():
            from certify.pipeline.founding import create_development

            create_development(home, applicant)
        return cls.open(home, ask=ask)

    @property
    def trust(self) -> TrustFile:
        """Whose signatures count here.

        Raises:
            TrustError: CERT-E042, none has been installed yet.
        """
        if self.installed_trust is None:
            raise TrustError(
                "CERT-E042",
                f"{self.home} has no trust file yet",
                "until its root keyholders have signed one, nobody may sign anything here",
                "make it, have it signed, then: certify trust install FILE",
            )
        return self.installed_trust

    @property
    def development(self) -> bool:
        """Whether everything made here is for trying out only."""
        return self.configuration.environment == "development"

    @property
    def certificates(self) -> Path:
        """Where finished PDFs are kept."""
        return self.home / "certificates"

    @cached_property
    def timestamper(self) -> Timestamper | None:
        """Who stamps whatever is signed here; None where nothing is stamped.

        Raises:
            UsageError: CERT-E011, the trust file asks for timestamps and the workspace names no authority.
        """
        url, roots = self.configuration.timestamp_url, self.trust.timestamp_roots or ()
        if url is not None:
            return HttpTimestamper(url, roots)
        if self.trust.timestamps_required:
            raise UsageError(
                "CERT-E011",
                f"the trust file requires timestamps, and the workspace {self.home} names no timestamp authority",
                "readers would take nothing that is signed here for valid",
                "name one with `certify trust timestamp URL --root FILE.pem --name WHO`",
            )
        return None

    def signer(self, role: str) -> StatementSigner:
        """The key that signs in a role here; opened once.

        Raises:
            EvidenceMissing: CERT-E125, it is not on this machine.
            TrustError: CERT-E040 wrong passphrase or PIN, CERT-E041 unusable key.
        """
        if role not in self._signers:
            self._signers[role] = open_role(
                self.home, role, trust=self.installed_trust, development=self.development, ask=self.ask
            )
        return self._signers[role]

    @contextmanager
    def writing(self) -> Iterator[Registry]:
        """The registry with its log key, kept from other processes until the block ends.

        Raises:
            RegistryError: CERT-E071 another process holds the workspace; CERT-E070 damaged.
        """
        from certify.pipeline.placing import open_registry

        with self._lock(), open_registry(self.home, self.log_key()) as registry:
            self._registry = registry
            try:
                yield registry
            finally:
                self._registry = None

    @contextmanager
    def reading(self) -> Iterator[Registry]:
        """The registry without its key."""
        from certify.pipeline.placing import open_registry

        with open_registry(self.home) as registry:
            yield registry

    @contextmanager
    def looking(self) -> Iterator[Reader]:
        """The registry as it is held within ``writing``, or without its key elsewhere."""
        if self._registry is not None:
            yield self._registry
        else:
            with self.reading() as registry:
                yield registry

    @property
    def registry(self) -> Registry:
        """The registry, within ``writing``."""
        if self._registry is None:
            raise InternalError("CERT-E099", "the registry was used while nobody held it")
        return self._registry

    def log(self, bundle: Bundle) -> Appended:
        """Appends a signed statement; it is durable and covered by a signed checkpoint when this returns.

        Raises:
            TrustError: CERT-E126, its key counts no more, or not yet, at the end of the log.
        """
        if self.registry.place_of(bundle) is None:
            self.require_counting(bundle.keyid)
        return self.registry.append(bundle.to_bytes(), now=now())

    def require_counting(self, keyid: str) -> None:
        """Return if what a key signs now would count, within ``writing``.

        Raises:
            TrustError: CERT-E126, it would not.
        """
        key, size = self.trust.keys.get(keyid), self.registry.size
        fault = key.fault_at(size) if key is not None else ""
        if fault:
            raise TrustError(
                "CERT-E126",
                f"the key {keyid[:16]} cannot sign at log entry {size}: {fault}",
                "no reader would count the signature",
                "sign with the role's current key (`certify keys list`); a run begun with the former one begins anew",
            )

    def log_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints.

        Raises:
            TrustError: CERT-E041, the workspace's log key is of another kind.
        """
        signer = self.signer("log")
        if not isinstance(signer, KeySigner) or not isinstance(signer.private_key, Ed25519PrivateKey):
            raise TrustError(
                "CERT-E041",
                f"the log key of {self.home} is not an Ed25519 key in a file or variable",
                "checkpoints are signed in this process",
                "name it with: certify keys use log file:PATH",
            )
        return signer.private_key

    def runs(self) -> Iterator[RunFolder]:
        """All runs, oldest first."""
        folder = self.home / "runs"
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.is_dir() and not path.name.startswith("."):
                    yield RunFolder(path)

    def run_folder(self, name: str) -> RunFolder:
        """One run by name.

        Raises:
            UsageError: CERT-E012, there is none of that name.
        """
        path = self.home / "runs" / name
        if "/" in name or name.startswith(".") or not path.is_dir():
            raise UsageError(
                "CERT-E012", f"there is no run {name!r} in {self.home}", hint="certify show lists the runs"
            )
        return RunFolder(path)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        descriptor = os.open(self.home / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise RegistryError(
                    "CERT-E071",
                    f"another certify is working in {self.home}",
                    "two runs at once could not keep the log in order",
                    "wait for it to end, or use another workspace with --home DIR",
                ) from error
            yield
        finally:
            os.close(descriptor)
