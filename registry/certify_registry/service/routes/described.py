"""Forms of request bodies, for the description of the service."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_KEYID: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


BUNDLE: dict[str, Any] = {
    "description": "A Sigstore bundle v0.3 of one in-toto statement, signed once.",
    **_object(
        {
            "mediaType": {"const": "application/vnd.dev.sigstore.bundle.v0.3+json"},
            "verificationMaterial": _object({"publicKey": _object({"hint": _KEYID})}),
            "dsseEnvelope": _object(
                {
                    "payload": {"type": "string", "format": "byte"},
                    "payloadType": {"const": "application/vnd.in-toto+json"},
                    "signatures": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1,
                        "items": _object({"sig": {"type": "string", "format": "byte"}, "keyid": _KEYID}),
                    },
                }
            ),
        }
    ),
}


def body(schema: dict[str, Any]) -> dict[str, Any]:
    """The part of an operation's description that tells its JSON body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


BUNDLE_BODY = body(BUNDLE)
BATCH_BODY = body({"type": "array", "minItems": 1, "maxItems": 256, "items": BUNDLE})
PDF_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
