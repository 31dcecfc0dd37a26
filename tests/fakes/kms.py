"""A key service in this process, reached the way securesystemslib reaches real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, Signature, Signer

SCHEME = "awskms"


class KeyService(Signer):
    """Signs with keys it never hands out; each answer is drawn at random, as a real service's is."""

    KEYS: dict[str, ec.EllipticCurvePrivateKey] = {}  # noqa: RUF012 - the service's store
    asked = 0

    def __init__(self, name: str, public: Any) -> None:
        self._name, self._public = name, public

    @property
    def public_key(self) -> Any:
        """The key's public half."""
        return self._public

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Any, _secrets_handler: Callable[[str], str] | None = None
    ) -> KeyService:
        """The signer of a key by its name."""
        return cls(priv_key_uri.partition(":")[2], public_key)

    @classmethod
    def import_(cls, name: str) -> tuple[str, Any]:
        """Not needed here."""
        raise NotImplementedError

    def sign(self, payload: bytes) -> Signature:
        """A signature over a payload."""
        KeyService.asked += 1
        made = self.KEYS[self._name].sign(payload, ec.ECDSA(hashes.SHA256()))
        return Signature(self._public.keyid, made.hex())


@contextmanager
def key_service(name: str, key: ec.EllipticCurvePrivateKey) -> Iterator[str]:
    """The URI of a key in the service, while the block runs."""
    with patch.dict(SIGNER_FOR_URI_SCHEME, {SCHEME: KeyService}), patch.dict(KeyService.KEYS, {name: key}):
        yield f"{SCHEME}:{name}"
