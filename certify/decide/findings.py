"""What lint has to say about a policy."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Gravity(StrEnum):
    """Whether a finding keeps a policy from deciding."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One thing that is wrong or doubtful in a policy."""

    id: str
    """Names the kind of finding, such as ``vacuous-truth``."""
    rule: str
    """The rule it is about; empty for the policy as a whole."""
    message: str
    """What is wrong, with the column within the expression where that is known."""
    hint: str
    """What to write instead."""
    gravity: Gravity = Gravity.ERROR
    """Errors keep the policy from deciding."""
    line: int = 0
    """Line of the file, 0 when not known."""


def warning(finding_id: str, rule: str, message: str, hint: str) -> Finding:
    """A finding that does not keep the policy from deciding."""
    return Finding(finding_id, rule, message, hint, Gravity.WARNING)
