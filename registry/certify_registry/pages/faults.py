"""What a page says when it cannot be shown."""

from __future__ import annotations

from certify.errors import CertifyError, HostileInput, UsageError

MISSING = ("CERT-E079", "CERT-E680")
"""Codes of what is not there."""


CALLERS = {"CERT-E662": 401, "CERT-E663": 403, "CERT-E664": 429}
"""Statuses of what is wrong with the caller, not with the page."""


def missing(what: str) -> UsageError:
    """The error for a page about something the registry does not hold."""
    return UsageError(
        "CERT-E680", what[:300], "the registry has nothing of that name", "search for it by name or digest"
    )


def unreadable(what: str, hint: str) -> UsageError:
    """The error for an address or a form that asks for nothing that can be looked up."""
    return UsageError("CERT-E681", what[:300], hint=hint)


def http_status(error: CertifyError) -> int:
    """The HTTP status of an error. Source: RFC 9110 section 15."""
    if error.code in MISSING:
        return 404
    if error.code in CALLERS:
        return CALLERS[error.code]
    return 400 if isinstance(error, UsageError | HostileInput) else 503
