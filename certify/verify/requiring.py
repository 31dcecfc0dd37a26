"""The one way in which a result is refused for what it says."""

from __future__ import annotations

from certify.errors import HostileInput
from certify.evidence.plan import PlannedCheck


def require(check: PlannedCheck, holds: bool, what: str) -> None:
    """Returns where a result is as it has to be.

    Raises:
        HostileInput: CERT-E090, otherwise; ``what`` says what the result of the check does.
    """
    if not holds:
        raise HostileInput("CERT-E090", f"the result of {check.id} {what}")
