"""Every refusal as a problem document, and the one table that says with which status. Source: RFC 9457."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response

from certify.errors import (
    CertifyError,
    EvidenceMissing,
    HostileInput,
    InternalError,
    RegistryError,
    TrustError,
    UsageError,
)
from certify.evidence.base import Value
from certify.evidence.canonical import canonical_bytes
from certify.evidence.statement import PREDICATE_BASE
from certify_registry.service.refusals import BusyError

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = PREDICATE_BASE.removesuffix("/predicates") + "/errors/"
"""What a problem's type begins with; the code follows, which ``certify explain`` tells more about."""

STATUS_OF_KIND: dict[type[CertifyError], int] = {
    UsageError: 400,
    HostileInput: 422,
    EvidenceMissing: 409,
    TrustError: 422,
    RegistryError: 503,
    InternalError: 500,
}
"""The status for each kind of error whose code is not named below."""

STATUS_OF_CODE = {
    "CERT-E070": 500,  # damaged
    "CERT-E074": 403,  # the signer has no such role
    "CERT-E077": 409,
    "CERT-E078": 409,
    "CERT-E079": 404,
    "CERT-E662": 401,
    "CERT-E663": 403,
    "CERT-E664": 429,
    "CERT-E665": 413,
    "CERT-E666": 415,
    "CERT-E667": 408,
    "CERT-E669": 404,
    "CERT-E676": 403,
}
RETRY_SECONDS = 2.0
"""What a caller is told to wait where nothing better is known."""
_UNTOLD = "the registry cannot answer right now; its operator has been told why"


class Problem(Value):
    """Why a request was refused."""

    type: str
    """Names the kind of problem, by its code."""
    title: str
    """The status in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What happened."""
    code: str
    """``certify explain CODE`` tells more."""
    why: str | None = None
    """The reason."""
    hint: str | None = None
    """What to do next."""
    instance: str | None = None
    """Names this one request in the server's log."""
    errors: tuple[dict[str, str], ...] | None = None
    """The parts of the request that are wrong."""


def status_of(error: CertifyError, *, handed_in: bool = False) -> int:
    """The HTTP status of an error.

    Args:
        error: what stopped the request.
        handed_in: whether the request brought something: what that rests on not being there is a conflict.
    """
    if is_fault(error):
        return 503
    if handed_in and error.code == "CERT-E079":
        return 409
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next((status for kind, status in STATUS_OF_KIND.items() if isinstance(error, kind)), 500)


def is_fault(error: BaseException) -> bool:
    """Whether a disk or a database failed, whatever the error calls it."""
    cause = error.__cause__
    if isinstance(error, DBAPIError | PoolTimeout | OSError):
        return True
    return isinstance(cause, DBAPIError | OSError) and not isinstance(cause, FileNotFoundError)


def problem_of(error: CertifyError, *, status: int | None = None, instance: str | None = None) -> Problem:
    """What a caller is told of an error; of the server's own troubles nothing but that there are some.

    Args:
        error: what stopped the request.
        status: in place of the one in the table.
        instance: the request.
    """
    status = status or status_of(error)
    told = status < 500 or isinstance(error, BusyError)
    return Problem(
        type=TYPE_BASE + error.code,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=error.what if told else _UNTOLD,
        code=error.code,
        why=(error.why or None) if told else None,
        hint=(error.hint or None) if told else None,
        instance=instance,
    )


def defect(instance: str | None = None) -> Problem:
    """What a caller is told when the service itself is wrong."""
    return problem_of(InternalError("CERT-E677", "the service failed"), status=500, instance=instance)


def headers_of(error: BaseException, status: int) -> dict[str, str]:
    """What goes with a refusal: when to come back, how to say who one is."""
    headers = {"cache-control": "no-store"}
    if status in (429, 503):
        wait = error.retry_after if isinstance(error, BusyError) else RETRY_SECONDS
        headers["retry-after"] = str(max(1, round(wait)))
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="certify registry"'
    return headers


def respond(problem: Problem, headers: dict[str, str]) -> Response:
    """The answer that holds a problem."""
    body = canonical_bytes(problem.document())
    return Response(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


DESCRIBED: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Refused; a problem document says why.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
    "5XX": {
        "description": "The registry cannot answer right now.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}
"""What every address may answer, for the description of the service."""
