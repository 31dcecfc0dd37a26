"""Whose key signs: what a person names with --key, by path or by URI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, ask_passphrase

if TYPE_CHECKING:
    from certify.trust.keys import StatementSigner
    from certify.trust.timestamps import Timestamper

KEY_HELP = "A key file, or a URI: file:PATH, env:NAME, hsm:ID?label=TOKEN, awskms:, gcpkms:, azurekms:, hv:."
Public = Annotated[
    Path | None, typer.Option(metavar="FILE.pub", help="Public key of a signer in a service; a token is asked for it.")
]


def open_key(text: str, public: Path | None = None) -> StatementSigner:
    """The signer a person named by path or URI; its passphrase or PIN comes from the environment or the terminal.

    Raises:
        UsageError: CERT-E010, CERT-E012, CERT-E056, what was named cannot be used.
        TrustError: CERT-E040, CERT-E041, the key cannot be used.
    """
    from certify.pipeline.role_signers import open_named
    from certify.trust.signers import as_uri

    return open_named(as_uri(text), ask=ask_passphrase, public_pem=read_public(public))


def timestamper_of(context: typer.Context, key: str | None) -> Timestamper | None:
    """Who stamps what is signed here: the workspace's authority, if it names one.

    A key that a person names belongs to no workspace, unless they name that too with --home.

    Raises:
        UsageError: CERT-E012, there is no workspace; CERT-E011, its trust file asks for timestamps, and it names no
            authority.
        TrustError: CERT-E042, it has no trust file yet.
    """
    from certify.pipeline.workspace import Workspace

    if key is not None and Context.of(context).home is None:
        return None
    return Workspace.open(Context.home(context)).timestamper


def read_public(file: Path | None) -> str | None:
    """The public key in a file, if one is named.

    Raises:
        UsageError: CERT-E012, the file cannot be read.
        TrustError: CERT-E041, it holds no usable public key.
    """
    from certify.files import read_file
    from certify.trust.keys import public_key_of

    if file is None:
        return None
    pem = read_file(file).decode("ascii", "replace")
    public_key_of(pem)
    return pem
