"""A workspace's status lists as files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from certify.evidence.canonical import canonical_bytes
from certify.files import write_whole
from certify.pipeline.clock import later, now
from certify.pipeline.workspace import Workspace
from certify.trust.status_list import credential_of, decode_bits

FILE = "status-lists.json"
"""What `certify verify --status-list` reads."""


class Written(NamedTuple):
    """The lists that were written."""

    path: Path
    """The signed lists."""
    size: int
    """Entries of the log that they speak for."""
    valid_from: str
    """When they were made."""
    valid_until: str
    """When the next ones are due."""
    withdrawn: dict[str, int]
    """Set bits of each purpose."""


def write_status_lists(workspace: Workspace, folder: Path, *, hours: float) -> Written:
    """The lists of the workspace's registry as it is now, signed with its log key.

    Args:
        workspace: whose log speaks.
        folder: where the signed lists and, one a purpose, credentials for other verifiers are written.
        hours: until the next lists are due.

    Raises:
        UsageError: CERT-E624, the log is empty.
        EvidenceMissing: CERT-E125, the log key is not on this machine.
        RegistryError: CERT-E070, the log is not what it has signed for.
    """
    from certify_registry.lifecycle.snapshots import make_lists

    moment = now()
    with workspace.reading() as registry:
        signed, made = make_lists(registry, workspace.log_key(), now=moment, until=later(moment, hours=hours))
    folder.mkdir(parents=True, exist_ok=True)
    for one in made:
        write_whole(folder / f"{one.status_purpose.value}.json", canonical_bytes(credential_of(one)))
    write_whole(folder / FILE, signed.to_bytes())
    set_bits = {one.status_purpose.value: decode_bits(one.encoded_list) for one in made}
    counts = {name: int.from_bytes(bits, "big").bit_count() for name, bits in set_bits.items()}
    return Written(folder / FILE, made[0].size, moment, made[0].valid_until, counts)
