"""A registry made to be hammered and thrown away."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.pipeline.clock import now
from certify.trust.keys import generate_signer

if TYPE_CHECKING:
    from certify_registry.hammering import Hammered

ORIGIN = "hammer.invalid/throwaway"


def hammered(
    address: str | None, objects: str | None, *, clients: int, readers: int, seconds: float, processes: int
) -> Hammered:
    """What came of hammering a new registry.

    Args:
        address: an empty database, ``postgresql://...``; a folder for the length of the test where there is none.
        objects: with a database, where objects go; they stay there.
        clients: threads that append.
        readers: threads that verify.
        seconds: how long.
        processes: processes that check signatures.

    Raises:
        RegistryError: CERT-E079, the database holds a registry, which is never hammered.
    """
    from certify_registry import found
    from certify_registry.grouping import GroupAppender
    from certify_registry.hammering import hammer
    from certify_registry.inbox import InboxAppender

    signer = generate_signer("ed25519")
    with tempfile.TemporaryDirectory(prefix="certify-hammer-") as folder:
        place = address or str(Path(folder) / "registry")
        with found(place, ORIGIN, Ed25519PrivateKey.generate(), objects=objects) as registry:
            registry.enroll(signer.public_pem, "nobody", "evaluator")
            kind = GroupAppender if address is None else InboxAppender
            appender = kind(registry, now, processes=processes)
            try:
                return hammer(registry, appender, signer, now=now, clients=clients, readers=readers, seconds=seconds)
            finally:
                appender.close()
