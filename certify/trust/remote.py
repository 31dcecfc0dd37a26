"""Signers whose private key stays in a token or a service, reached through securesystemslib."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import serialization

from certify.errors import CertifyError, TrustError, UsageError
from certify.trust.keys import Scheme, keyid_of_pem, pem_of, public_key_of, scheme_of, signature_matches

EXTRA_OF = {"hsm": "hsm", "awskms": "kms", "gcpkms": "kms", "azurekms": "kms", "hv": "kms"}
"""Which extra of the distribution brings what a scheme needs."""


@dataclass(frozen=True)
class RemoteSigner:
    """A signer whose private key stays in a service or a token."""

    public_pem: str
    """The public half, which the owner of the key hands out beside the URI."""
    keyid: str
    """SHA-256 (hex) of ``public_pem``."""
    backend: Any = field(repr=False)
    """A securesystemslib ``Signer``."""

    @property
    def scheme(self) -> Scheme:
        """Signature algorithm."""
        return scheme_of(public_key_of(self.public_pem))

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``, checked before it is returned; signing twice may give other bytes.

        Raises:
            TrustError: CERT-E040, the token does not take the PIN; CERT-E041, the service failed or signed with
                another key.
        """
        try:
            signature = bytes.fromhex(self.backend.sign(data).signature)
        except CertifyError:
            raise
        except Exception as error:  # each service has its own family of errors
            raise _failure(error) from error
        if not signature_matches(public_key_of(self.public_pem), signature, data):
            raise TrustError("CERT-E041", "the signing service signed with another key than the public key given")
        return signature


def open_remote(uri: str, public_pem: str, secret: Callable[[], str]) -> RemoteSigner:
    """The signer of a key elsewhere.

    Args:
        uri: a URI of securesystemslib.
        public_pem: the key's public half.
        secret: asked for the PIN, once for this signer.

    Raises:
        UsageError: CERT-E056, the URI cannot be used; CERT-E010, what it needs is not installed.
        TrustError: CERT-E041, the key cannot be reached or is of a kind certify does not sign with.
    """
    from securesystemslib.exceptions import UnsupportedLibraryError

    backends: Any = import_module("securesystemslib.signer")
    key = backends.SSlibKey.from_crypto(public_key_of(public_pem), keyid=keyid_of_pem(public_pem))
    asked = _Once(secret)
    try:
        backend = backends.Signer.from_priv_key_uri(uri, key, lambda _name: asked())
    except UnsupportedLibraryError as error:
        raise _absent(uri) from error
    except ValueError as error:
        raise _unusable(uri, str(error)) from error
    except Exception as error:
        raise TrustError("CERT-E041", f"the key {uri} cannot be reached: {error}") from error
    return RemoteSigner(public_pem=public_pem, keyid=keyid_of_pem(public_pem), backend=backend)


def token_public_key(uri: str, secret: Callable[[], str]) -> str:
    """The public key of ``hsm:ID?label=TOKEN`` as PEM, read from the token; ``secret`` is asked for the PIN if need be.

    Raises:
        UsageError: CERT-E056, CERT-E010 as ``open_remote``.
        TrustError: CERT-E040, CERT-E041, no such token or key, or not a P-256 key.
    """
    from securesystemslib.exceptions import UnsupportedLibraryError

    backends: Any = import_module("securesystemslib.signer")
    parts = urlsplit(uri)
    if parts.path and not parts.path.isdecimal():
        raise _unusable(uri, "the key's id in the token is not a decimal number")
    number = int(parts.path) if parts.path else None
    try:
        label = dict(parse_qsl(parts.query)).get("label")
        _, key = backends.HSMSigner.import_(number, label, lambda _name: secret())
    except UnsupportedLibraryError as error:
        raise _absent(uri) from error
    except CertifyError:
        raise
    except Exception as error:  # the token's driver has its own family of errors
        raise _failure(error) from error
    public: Any = serialization.load_pem_public_key(key.keyval["public"].encode())
    scheme_of(public)
    return pem_of(public)


class _Once:
    """Asks for a secret the first time only: a token that is asked often is not asked for its PIN as often."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask, self._answer = ask, ""

    def __call__(self) -> str:
        self._answer = self._answer or self._ask()
        return self._answer


def _failure(error: Exception) -> TrustError:
    if type(error).__name__.startswith("Pin"):
        return TrustError(
            "CERT-E040",
            f"the token does not take the PIN: {type(error).__name__}",
            "a token locks itself after a few wrong PINs",
            "set CERTIFY_PIN_FILE to a file with the token's user PIN; do not try at random",
        )
    told = str(error) or type(error).__name__
    hint = "check that the token is there, its label, the key's id, and PYKCS11LIB, or the service's login"
    return TrustError("CERT-E041", f"the token or signing service failed: {told}", hint=hint)


def _absent(uri: str) -> UsageError:
    scheme = uri.partition(":")[0]
    return UsageError(
        "CERT-E010",
        f"what {scheme}: needs is not installed",
        "it belongs to an optional part, so that whoever only checks certificates installs little",
        f"pip install 'certify-models[{EXTRA_OF[scheme]}]'" if scheme in EXTRA_OF else "install it by hand",
    )


def _unusable(uri: str, why: str) -> UsageError:
    return UsageError("CERT-E056", f"the signer {uri!r} cannot be used", why, "compare with docs/signatures.md")
