"""Signers by URI: a key file of ours, or whatever securesystemslib can reach (KMS, Vault, PKCS#11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from certify.errors import TrustError, UsageError
from certify.trust.keys import StatementSigner, keyid_of_pem, load_key, public_key_of, signature_matches


@dataclass(frozen=True)
class RemoteSigner:
    """A signer whose private key stays in a service or a token."""

    public_pem: str
    """The public half, which the owner of the key hands out beside the URI."""
    keyid: str
    """SHA-256 (hex) of ``public_pem``."""
    backend: Any = field(repr=False)
    """A securesystemslib ``Signer``."""

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``, checked before it is returned.

        Raises:
            TrustError: CERT-E041, the service failed or signed with another key.
        """
        try:
            signature = bytes.fromhex(self.backend.sign(data).signature)
        except Exception as error:  # each service has its own family of errors
            raise TrustError(
                "CERT-E041", f"the signing service failed: {error}", hint="check its login and its key"
            ) from error
        if not signature_matches(public_key_of(self.public_pem), signature, data):
            raise TrustError("CERT-E041", "the signing service signed with another key than the public key given")
        return signature


def open_signer(uri: str, *, passphrase: Callable[[], str], public_pem: str | None = None) -> StatementSigner:
    """The signer a URI names.

    Args:
        uri: ``file:PATH`` for an encrypted key file; ``awskms:``, ``gcpkms:``, ``azurekms:``, ``hv:``, ``hsm:`` and
            the other schemes of securesystemslib for keys elsewhere.
        passphrase: asked for the passphrase or PIN when one is needed.
        public_pem: the public key; needed for every scheme but ``file``.

    Raises:
        UsageError: CERT-E056, the URI cannot be used as given.
        TrustError: CERT-E040, CERT-E041, the key cannot be used.
    """
    scheme, separator, rest = uri.partition(":")
    if not separator or not rest:
        raise _unusable(uri, "it has no scheme", "write file:PATH for a key file")
    if scheme == "file":
        return load_key(Path(rest), passphrase())
    if public_pem is None:
        raise _unusable(uri, "the public key is missing", "give the public key of the remote key as a PEM file")
    public_key_of(public_pem)
    return RemoteSigner(
        public_pem=public_pem, keyid=keyid_of_pem(public_pem), backend=_backend(uri, public_pem, passphrase)
    )


def _backend(uri: str, public_pem: str, passphrase: Callable[[], str]) -> Any:
    from securesystemslib.exceptions import UnsupportedLibraryError

    backends: Any = import_module("securesystemslib.signer")
    key = backends.SSlibKey.from_crypto(public_key_of(public_pem), keyid=keyid_of_pem(public_pem))
    try:
        return backends.Signer.from_priv_key_uri(uri, key, lambda _name: passphrase())
    except UnsupportedLibraryError as error:
        raise _unusable(uri, str(error), "install securesystemslib with the extra for this service") from error
    except ValueError as error:
        raise _unusable(uri, str(error), "compare with docs/signatures.md") from error
    except Exception as error:
        raise TrustError("CERT-E041", f"the key {uri} cannot be reached: {error}") from error


def _unusable(uri: str, why: str, hint: str) -> UsageError:
    return UsageError("CERT-E056", f"the signer {uri!r} cannot be used", why, hint)
