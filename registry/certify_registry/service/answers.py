"""How answers travel: which may be kept for good, and what a browser must never do with a file."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from certify.evidence.base import Value
from certify.evidence.canonical import sha256_hex

FOR_GOOD = "public, max-age=31536000, immutable"
"""For what is named by its content or its place in an append-only log."""
PRIVATE_FOR_GOOD = "private, max-age=31536000, immutable"
"""The same where reading needs credentials; no shared cache may keep it."""
FEW_SECONDS = "public, max-age=5"
"""For the checkpoint."""
NEVER = "no-store"
"""For what may change with the next entry."""
HARMLESS = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy of everything that is not a page."""
SANDBOXED = f"{HARMLESS}; sandbox"
"""The same for files that others have made."""


def document(value: Value, status: int = 200, *, cache: str = NEVER, headers: dict[str, str] | None = None) -> Response:
    """The answer that holds a document."""
    sent = {"cache-control": cache, **(headers or {})}
    return Response(value.to_bytes(), status, headers=sent, media_type="application/json")


def file(
    request: Request, data: bytes, media_type: str, *, cache: str, headers: dict[str, str] | None = None
) -> Response:
    """The answer that holds a file under a strong ETag, or says that the caller's copy is still the one."""
    tag = f'"{sha256_hex(data)}"'
    sent = {"cache-control": cache, "etag": tag, **(headers or {})}
    if tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=sent)
    return Response(data, headers=sent, media_type=media_type)


def kind_of(data: bytes) -> tuple[str, str]:
    """The media type of a kept file, and how a browser may show it."""
    if data.startswith(b"%PDF-"):
        return "application/pdf", "inline"
    if data.startswith(b"{"):
        return "application/json", "inline"
    return "application/octet-stream", "attachment"
