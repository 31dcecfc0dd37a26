"""Checks that ask nothing and read what others asked: what they name has to be there."""

from __future__ import annotations

from collections.abc import Mapping

from certify.errors import UsageError
from certify.evidence.base import StrictValue
from certify.evidence.parameters import ConcisionParameters, CostParameters


def refuse_unread(parameters: Mapping[str, StrictValue]) -> None:
    """Returns where every check that reads others names checks of the plan that ask something.

    Raises:
        UsageError: CERT-E102, one of them does not.
    """
    asking = [
        name for name, given in parameters.items() if hasattr(given, "max_tokens") and getattr(given, "writes", True)
    ]
    for name, given in parameters.items():
        if not isinstance(given, ConcisionParameters | CostParameters):
            continue
        absent = [read for read in given.reads if read not in asking]
        if absent:
            raise _unread(name, f"{absent[0]} asks nothing in this plan", f"checks that ask: {', '.join(asking)}")
        if len(set(given.reads)) != len(given.reads):
            raise _unread(name, "a check is named twice", "name each check once")
        left_out = [one for one in asking if one not in given.reads]
        if isinstance(given, CostParameters) and left_out:
            raise _unread(name, f"{left_out[0]} is left out", "time is measured over the whole run: name every check")


def _unread(check: str, what: str, hint: str) -> UsageError:
    return UsageError("CERT-E102", f"{check} cannot be planned: {what}", hint=hint)
