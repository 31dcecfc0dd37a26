"""Names of steps, and of the files that tell of them."""

from __future__ import annotations

import re

from certify.errors import UsageError

STEP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def link_name(step: str, in_toto_keyid: str) -> str:
    """The file name under which in-toto looks for a link. Source: in-toto specification v1.0, section 4.4."""
    return f"{step}.{in_toto_keyid[:8]}.link"


def statement_name(step: str, in_toto_keyid: str) -> str:
    """The file name of the statement that says the same as a link."""
    return f"{step}.{in_toto_keyid[:8]}.statement.json"


def manifest_name(identity: str) -> str:
    """The file name of a manifest that stands for the files of a folder."""
    return f"{identity}.manifest.json"


def require_step_name(name: str) -> None:
    """Return if ``name`` can be part of a file name.

    Raises:
        UsageError: CERT-E057, it cannot.
    """
    if not STEP_NAME.fullmatch(name):
        raise UsageError(
            "CERT-E057",
            f"{name[:80]!r} cannot name a step",
            hint="use up to 64 letters, digits, underscores and hyphens",
        )
