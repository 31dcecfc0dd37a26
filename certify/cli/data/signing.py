"""Whose key signs what a data steward says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from certify.cli.options import Context, ask_passphrase

if TYPE_CHECKING:
    from certify.trust.keys import KeySigner


def steward_signer(context: typer.Context, key: str | Path | None) -> KeySigner:
    """The key in a file, or the data steward's of the workspace."""
    from certify.pipeline.workspace import Workspace
    from certify.trust.keys import load_key
    from certify.trust.passphrase import find_passphrase

    if key is not None:
        return load_key(Path(key), find_passphrase(str(key), prompt=ask_passphrase))
    return Workspace.open(Context.home(context), ask=ask_passphrase).signer("data-steward")
