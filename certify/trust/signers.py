"""Signers by URI: a key of ours, or whatever securesystemslib can reach (KMS, Vault, PKCS#11)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from certify.errors import UsageError
from certify.trust.keys import MAX_KEY_FILE, KeySigner, StatementSigner, decrypt_key, load_key
from certify.trust.remote import open_remote, token_public_key

SCHEMES = ("file", "env", "hsm", "awskms", "gcpkms", "azurekms", "hv")
"""What a signer's URI begins with; the last four are services."""


def is_uri(text: str) -> bool:
    """Whether a text names a signer by URI; anything else is the path of a key file."""
    return text.partition(":")[0] in SCHEMES and ":" in text


def as_uri(text: str) -> str:
    """The URI of a signer that a person named by URI or by the path of a key file."""
    return text if is_uri(text) else f"file:{text}"


def open_signer(
    uri: str,
    *,
    passphrase: Callable[[], str],
    pin: Callable[[], str] | None = None,
    public_pem: str | None = None,
    base: Path | None = None,
) -> StatementSigner:
    """The signer a URI names.

    Args:
        uri: ``file:PATH`` for an encrypted key file, ``env:NAME`` for an encrypted key in an environment variable,
            ``hsm:ID?label=TOKEN`` for a PKCS#11 token; ``awskms:``, ``gcpkms:``, ``azurekms:``, ``hv:`` and the other
            schemes of securesystemslib for keys elsewhere.
        passphrase: asked for the passphrase when one is needed.
        pin: asked for the PIN of a token; ``passphrase`` is when absent.
        public_pem: the public key; needed for keys in a service, read from a token where absent.
        base: folder that a relative ``file:`` path starts from.

    Raises:
        UsageError: CERT-E056, the URI cannot be used as given; CERT-E010, an optional part is not installed.
        TrustError: CERT-E040, CERT-E041, the key cannot be used.
    """
    scheme, separator, rest = uri.partition(":")
    if not separator or (not rest and scheme != "hsm"):
        raise _unusable(uri, "it names no key", "write file:PATH for a key file")
    if scheme == "file":
        return load_key((base or Path()) / rest, passphrase())
    if scheme == "env":
        return _from_environment(rest, passphrase)
    if public_pem is None and scheme == "hsm":
        public_pem = token_public_key(uri, pin or passphrase)
    if public_pem is None:
        raise _unusable(uri, "the public key is missing", "give the public key of the remote key as a PEM file")
    return open_remote(uri, public_pem, pin or passphrase)


def _from_environment(name: str, passphrase: Callable[[], str]) -> KeySigner:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or not os.environ.get(name):
        raise _unusable(f"env:{name}", "there is no such environment variable, or it is empty", "set it first")
    data = os.environ[name].encode()
    if len(data) > MAX_KEY_FILE:
        raise _unusable(f"env:{name}", "the variable holds more than any key", "set it to the key in PEM")
    return decrypt_key(data, passphrase(), label=f"the key in the environment variable {name}")


def _unusable(uri: str, why: str, hint: str) -> UsageError:
    return UsageError("CERT-E056", f"the signer {uri!r} cannot be used", why, hint)
