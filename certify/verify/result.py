"""The outcome of a verification: a verdict and every check behind it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from certify.errors import CertifyError
from certify.evidence.base import Value

T = TypeVar("T")


class Result(StrEnum):
    """What one check came to; a check that could not run is a skip, never a pass."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    SKIP = "skip"


class CertificateVerdict(StrEnum):
    """What a reader may conclude."""

    VALID = "valid"
    STALE = "stale"
    INVALID = "invalid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    NOT_YET_VALID = "not_yet_valid"
    INCOMPLETE = "incomplete"


class CheckLine(Value):
    """One check."""

    id: str
    """Stable name of the check."""
    result: Result
    """What it came to."""
    detail: str
    """What was seen."""
    code: str | None = None
    """Error code when it failed, or was begun and led nowhere; ``certify explain CODE`` tells more."""


class Checklist:
    """Collects checks in the order they are made."""

    def __init__(self) -> None:
        self.lines: list[CheckLine] = []

    def passed(self, name: str, detail: str) -> None:
        """Records that a check passed."""
        self.lines.append(CheckLine(id=name, result=Result.PASS, detail=detail))

    def failed(self, name: str, detail: str, code: str | None = None) -> None:
        """Records that a check failed."""
        self.lines.append(CheckLine(id=name, result=Result.FAIL, detail=detail, code=code))

    def skipped(self, name: str, detail: str, code: str | None = None) -> None:
        """Records that a check could not run, and what it would need."""
        self.lines.append(CheckLine(id=name, result=Result.SKIP, detail=detail, code=code))

    def attempt(self, name: str, check: Callable[[], tuple[T, str]]) -> T | None:
        """Runs a check that returns its value and what was seen; an error of ours is a failed check."""
        try:
            value, detail = check()
        except CertifyError as error:
            self.failed(name, error.what + (f" ({error.why})" if error.why else ""), error.code)
            return None
        self.passed(name, detail)
        return value

    @property
    def intact(self) -> bool:
        """Whether nothing failed."""
        return all(line.result is not Result.FAIL for line in self.lines)
