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
    """What is wrong, after the field that it is wrong in."""
    hint: str
    """What to write instead."""
    gravity: Gravity = Gravity.ERROR
    """Errors keep the policy from deciding."""
    line: int = 0
    """Line of the file, 0 when not known."""
    column: int = 0
    """Column of the line, 0 when not known; in a policy without a file, of the expression."""
    field: str = ""
    """The field of the rule it is about, such as ``assert``; empty for all of it."""


def fault(finding_id: str, rule: str, field: str, message: str, hint: str, *, column: int = 0) -> Finding:
    """An error in one field of a rule, at a column of its expression where that is known."""
    return Finding(finding_id, rule, f"{field}: {message}", hint, column=column, field=field)


def doubt(finding_id: str, rule: str, field: str, message: str, hint: str, *, column: int = 0) -> Finding:
    """Something doubtful in one field of a rule, which does not keep the policy from deciding."""
    return fault(finding_id, rule, field, message, hint, column=column)._replace(gravity=Gravity.WARNING)


def warning(finding_id: str, rule: str, message: str, hint: str) -> Finding:
    """A finding that does not keep the policy from deciding."""
    return Finding(finding_id, rule, message, hint, Gravity.WARNING)
