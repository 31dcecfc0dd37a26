"""``certify gate``: the answer for a release pipeline."""

from __future__ import annotations

from certify.cli.gate.command import app

__all__ = ["app"]
