"""Whose key signs what a data steward says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from certify.cli.options import Context, ask_passphrase
from certify.cli.signing import open_key, timestamper_of

if TYPE_CHECKING:
    from certify.trust.keys import StatementSigner


def sign_as_steward(context: typer.Context, payload: bytes, key: str | None) -> bytes:
    """A bundle over a statement, signed as ``steward_signer`` says, and stamped where the workspace has that done."""
    from certify.trust.dsse import sign_statement

    return sign_statement(payload, steward_signer(context, key), timestamper_of(context, key))


def steward_signer(context: typer.Context, key: str | None) -> StatementSigner:
    """The key named by path or URI, or the data steward's of the workspace."""
    from certify.pipeline.workspace import Workspace

    if key is not None:
        return open_key(key)
    return Workspace.open(Context.home(context), ask=ask_passphrase).signer("data-steward")
