"""Parts of addresses and questions, each with its one form."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from certify.evidence.certificate import SERIAL_PATTERN

DIGEST = r"^[0-9a-f]{64}$"
NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
MOST = 2**53 - 1

Sha256Path = Annotated[str, Path(pattern=DIGEST, description="SHA-256, lower-case hexadecimal.")]
Serial = Annotated[str, Path(pattern=SERIAL_PATTERN, max_length=40, description="Serial of a certificate.")]
IndexPath = Annotated[int, Path(ge=0, le=MOST, description="Log index, from 0.")]
Digest = Annotated[str | None, Query(pattern=DIGEST, description="SHA-256, lower-case hexadecimal.")]
Text = Annotated[str | None, Query(min_length=1, max_length=200, pattern=NO_CONTROL)]


def size_of(checkpoint: str) -> int:
    """The size in a checkpoint of our own, which needs no checking. Source: C2SP tlog-checkpoint."""
    return int(checkpoint.split("\n", 2)[1])
