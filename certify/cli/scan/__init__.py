"""``certify scan``: looks for benchmark items in training data, nothing else."""

from __future__ import annotations

from certify.cli.scan.command import app

__all__ = ["app"]
