"""Errors of a process without keys, told to the process that started it."""

from __future__ import annotations

import json

from certify import errors
from certify.errors import CertifyError


def told(error: CertifyError) -> str:
    """An error as JSON."""
    return json.dumps({"kind": type(error).__name__, "args": [error.code, error.what, error.why, error.hint]})


def retold(said: bytes) -> CertifyError | None:
    """The error that a process told of; None where it told of none that can be read."""
    try:
        document = json.loads(said)
        kind = getattr(errors, document["kind"])
        if issubclass(kind, CertifyError):
            error: CertifyError = kind(*document["args"])
            return error
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return None
