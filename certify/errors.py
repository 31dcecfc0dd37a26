"""One family of errors, split by whose fault it is.

    CertifyError
    ├── UsageError          the command or a file the user wrote        exit 2
    ├── HostileInput        a model, corpus or file that we refuse      exit 1
    ├── EvidenceMissing     something needed has not been provided      exit 3
    ├── TrustError          our own key or trust file is unusable       exit 4
    ├── RegistryError       the registry, the disk or the network       exit 5
    └── InternalError       a defect of certify itself                  exit 70

A negative verdict is never raised: it is a value. An error never carries a verdict.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status tells a script; stable across releases."""

    POSITIVE = 0
    NEGATIVE = 1
    USAGE = 2
    INCOMPLETE = 3
    KEY_OR_TRUST = 4
    REGISTRY = 5
    INTERNAL = 70
    INTERRUPTED = 130


class CertifyError(Exception):
    """Something that stopped the work, told so that the reader knows what to do next.

    Args:
        code: stable identifier, ``CERT-E`` and three digits; ``certify explain CODE`` tells more.
        what: one sentence, what happened, naming the file or value.
        why: one sentence, the reason it cannot go on.
        hint: the next command or action.
    """

    exit_code: ExitCode = ExitCode.INTERNAL

    def __init__(self, code: str, what: str, why: str = "", hint: str = "") -> None:
        super().__init__(f"{code}: {what}")
        self.code = code
        self.what = what
        self.why = why
        self.hint = hint

    def __reduce__(self) -> tuple[type[CertifyError], tuple[str, str, str, str]]:
        return type(self), (self.code, self.what, self.why, self.hint)


class UsageError(CertifyError):
    """The command line, a policy, a declaration or another file written by the user is wrong."""

    exit_code = ExitCode.USAGE


class HostileInput(CertifyError):
    """A model folder, corpus or document that could harm the reader or mislead a verdict."""

    exit_code = ExitCode.NEGATIVE


class EvidenceMissing(CertifyError):
    """A statement, file or answer that the next step needs is not there."""

    exit_code = ExitCode.INCOMPLETE


class TrustError(CertifyError):
    """A key or trust file of our own cannot be used."""

    exit_code = ExitCode.KEY_OR_TRUST


class RegistryError(CertifyError):
    """The registry, the disk or the network failed."""

    exit_code = ExitCode.REGISTRY


class InternalError(CertifyError):
    """certify itself is wrong; please report it."""

    exit_code = ExitCode.INTERNAL
