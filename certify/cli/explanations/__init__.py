"""What every error code means; ``certify explain CODE`` prints it."""

from __future__ import annotations

from certify.cli.explanations import (
    approvals,
    ceremony,
    checking,
    datasets,
    executors,
    exports,
    gate,
    hashing,
    inputs,
    keys,
    lifecycle,
    oms,
    pages,
    pdf,
    pdf_file,
    registry,
    remote,
    running,
    scan_command,
    scanning,
    semantic,
    servers,
    service,
    steps,
    stores,
    tasks,
    timestamps,
    trust,
    witness,
)
from certify.cli.explanations.base import Explanation

__all__ = ["EXPLANATIONS", "Explanation"]

_ROOMS = (
    approvals,
    ceremony,
    checking,
    datasets,
    executors,
    exports,
    gate,
    hashing,
    inputs,
    keys,
    lifecycle,
    oms,
    pages,
    pdf,
    pdf_file,
    registry,
    remote,
    running,
    scan_command,
    scanning,
    semantic,
    servers,
    service,
    steps,
    stores,
    tasks,
    timestamps,
    trust,
    witness,
)

EXPLANATIONS: dict[str, Explanation] = dict(
    sorted((code, told) for room in _ROOMS for code, told in room.CODES.items())
)
"""Every code the program can print, in order of the codes."""
