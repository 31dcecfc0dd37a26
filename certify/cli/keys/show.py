"""``certify keys show``: which key a file or a token holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Json
from certify.cli.render import emit, emit_json, fields
from certify.cli.signing import Public, open_key
from certify.errors import ExitCode


def show(
    key: Annotated[str, typer.Argument(help="A public key file, a private key file, or a signer's URI.")],
    public: Public = None,
    json: Json = False,
) -> int:
    """Show a key's id, kind and public half; a private key is opened for it, and nothing of it is printed."""
    from certify.trust.keys import keyid_of_pem, public_key_of, scheme_of

    pem = public_half(key, public)
    facts = {"keyid": keyid_of_pem(pem), "scheme": scheme_of(public_key_of(pem)), "public": pem}
    if json:
        emit_json("keys", {"key": key, **facts})
    else:
        fields([("key id", facts["keyid"]), ("scheme", facts["scheme"])], indent=0)
        emit()
        emit(pem.rstrip())
    return int(ExitCode.POSITIVE)


def public_half(key: str, public: Path | None) -> str:
    """The public key in PEM of a public key file, a private key file or a signer's URI.

    Raises:
        UsageError, TrustError: as ``open_key``; a token is asked for its public key, which may need its PIN.
    """
    from certify.cli.options import ask_passphrase
    from certify.files import read_file
    from certify.trust.keys import MAX_KEY_FILE, public_key_of
    from certify.trust.passphrase import find_pin
    from certify.trust.remote import token_public_key
    from certify.trust.signers import is_uri

    if key.startswith("hsm:") and public is None:
        return token_public_key(key, lambda: find_pin(f"the token of {key}", prompt=ask_passphrase))
    if not is_uri(key):
        text = read_file(Path(key))[:MAX_KEY_FILE].decode("ascii", "replace")
        if "PUBLIC KEY-----" in text:
            public_key_of(text)
            return text
    return open_key(key, public).public_pem
