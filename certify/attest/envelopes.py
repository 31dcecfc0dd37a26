"""in-toto metadata in signed envelopes, with keys named the way in-toto names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.trust.keys import StatementSigner, public_key_of

MAX_METADATA = 64 * 1024 * 1024
"""Bytes of a link or layout."""


def functionary_key(public_pem: str) -> dict[str, Any]:
    """A public key as layouts hold it. Its id differs from ours: it is a digest of this object, not of the PEM text.

    Source: securesystemslib 1.6, ``SSlibKey.from_crypto``.
    """
    securesystemslib = _import("securesystemslib.signer")
    key = securesystemslib.SSlibKey.from_crypto(public_key_of(public_pem))
    return {**key.to_dict(), "keyid": key.keyid}


def functionary_id(public_pem: str) -> str:
    """The id of a public key in links and layouts."""
    return str(functionary_key(public_pem)["keyid"])


@dataclass(frozen=True)
class _Functionary:
    """Our signer with the one method that in-toto envelopes call."""

    signer: StatementSigner
    keyid: str

    def sign(self, payload: bytes) -> Any:
        return _import("securesystemslib.signer").Signature(self.keyid, self.signer.sign(payload).hex())


def signed_envelope(metadata: Any, signers: Sequence[StatementSigner]) -> bytes:
    """A link or layout in an envelope signed by everybody in ``signers``, as JSON bytes."""
    envelope = in_toto("models.metadata").Envelope.from_signable(metadata)
    for signer in signers:
        envelope.create_signature(_Functionary(signer, functionary_id(signer.public_pem)))
    return canonical_bytes(envelope.to_dict())


def in_toto(module: str) -> Any:
    """A module of in-toto, imported when first needed.

    Raises:
        UsageError: CERT-E057, in-toto is not installed.
    """
    return _import(f"in_toto.{module}")


def _import(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            "CERT-E057",
            f"{error.name} is not installed",
            "provenance steps and layouts are in-toto metadata",
            "pip install 'certify-models[attest]'",
        ) from error
