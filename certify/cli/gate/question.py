"""What a pipeline asks, and the reader's own files that it is asked with."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from certify.cli.app import Settings
from certify.errors import UsageError
from certify.evidence.certificate import SERIAL_PATTERN

if TYPE_CHECKING:
    from certify.decide import LoadedPolicy
    from certify.trust.trustfile import TrustFile
    from certify.verify.lock import Lock


@dataclass(frozen=True)
class Question:
    """The options of ``certify gate``, as they were given."""

    settings: Settings
    """What stood before the verb."""
    model: Path | None = None
    """Model folder or GGUF file."""
    policy: str | None = None
    """Shipped id or path of the reader's policy."""
    certificate: Path | None = None
    """The certificate, a PDF or a bundle."""
    lock_path: Path | None = None
    """The lock file."""
    serial: str | None = None
    """The one certificate that will do."""
    identity: str | None = None
    """Identity of a model whose files are elsewhere."""
    trust: Path | None = None
    """The trust file."""
    status: Path | None = None
    """Saved answer of a registry."""
    status_list: Path | None = None
    """Status lists of the certificate's registry."""
    max_status_age: int | None = None
    """Days."""
    min_level: int = 0
    """0 to 3."""
    rehash: bool = False
    """Whether every byte is read."""

    def __post_init__(self) -> None:
        """Refuse a question that is about no model, or about two.

        Raises:
            UsageError: CERT-E011.
        """
        if self.model is not None and self.identity is not None:
            raise UsageError("CERT-E011", "a model folder and --identity were given", "the folder's identity is what "
                             "counts", "leave --identity out")  # fmt: skip
        if not (self.model or self.identity or self.serial or self.lock_path):
            raise UsageError(
                "CERT-E011",
                "no model was named",
                "a certificate is held against one model",
                "name its folder, or its --identity, --serial or --lock FILE",
            )
        if self.identity is not None and not re.fullmatch(r"[0-9a-f]{64}", self.identity):
            raise UsageError("CERT-E011", f"{self.identity[:80]!r} is no identity", "it has 64 hexadecimal digits",
                             "certify model digest MODEL prints it")  # fmt: skip
        if self.serial is not None and not re.match(SERIAL_PATTERN, self.serial):
            raise UsageError("CERT-E011", f"{self.serial[:80]!r} is no serial", "", "one looks like CM-7K2M-9QXT-4HBD")

    @cached_property
    def lock(self) -> Lock | None:
        """The lock file, if one was named.

        Raises:
            UsageError: CERT-E012, CERT-E160.
        """
        from certify.verify.lock import Lock

        return Lock.load(self.lock_path) if self.lock_path else None

    @cached_property
    def policy_source(self) -> str:
        """The policy as the reader named it, here or in the lock file.

        Raises:
            UsageError: CERT-E011, nowhere.
        """
        if self.policy is not None:
            return self.policy
        if self.lock is None:
            raise UsageError("CERT-E011", "no policy was named", "it decides what a certificate must show",
                             "add --policy P; certify policy list shows those that come with certify")  # fmt: skip
        return self.beside_lock(self.lock.policy.source)

    @cached_property
    def loaded_policy(self) -> LoadedPolicy:
        """The reader's policy, the locked one where there is a lock file.

        Raises:
            UsageError: CERT-E050 to E053; CERT-E160, it is not the locked one.
        """
        from certify.decide import load_policy

        policy = load_policy(self.policy_source, tried=False)  # each start would wait for its examples
        if self.lock is not None:
            self.lock.require_policy(policy.reference)
        return policy

    @cached_property
    def trust_file(self) -> TrustFile | None:
        """The reader's trust file, the locked one where there is a lock file.

        Raises:
            TrustError: CERT-E042; CERT-E161, it is not the locked one.
        """
        from certify.cli.reading import find_trust

        found = find_trust(self.settings, self.trust)
        if found is not None and self.lock is not None:
            self.lock.require_trust(found)
        return found

    def beside_lock(self, source: str) -> str:
        """A shipped id as it is, a path as seen from the lock file's folder."""
        from certify.decide import shipped_policies

        if source in shipped_policies() or self.lock_path is None:
            return source
        return os.path.normpath(self.lock_path.parent / source)
