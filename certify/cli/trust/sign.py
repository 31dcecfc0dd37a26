"""``certify trust sign``: a root keyholder's signature on a trust file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Json, Yes
from certify.cli.render import emit, emit_json, next_step
from certify.cli.signing import KEY_HELP, Public, open_key
from certify.cli.trust.changes import print_changes
from certify.cli.trust.show import print_trust
from certify.errors import ExitCode, UsageError
from certify.trust.trustfile import ROOT

if TYPE_CHECKING:
    from certify.trust.signed_trust import TrustDocument
    from certify.trust.trustfile import TrustFile


def sign(
    file: Annotated[Path, typer.Argument(help="The draft, or the file as others have signed it so far.")],
    key: Annotated[str, typer.Option(metavar="KEY", help=KEY_HELP)],
    out: Annotated[Path, typer.Option(metavar="FILE.jsonl", help="The file with this signature added.")],
    against: Annotated[
        Path | None, typer.Option(metavar="OLD", help="The version in use, to see what changes.")
    ] = None,
    public: Public = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Sign a trust file as one of its root keyholders, after reading what it changes."""
    from certify.files import write_whole
    from certify.trust.signed_trust import add_signature, load_trust_document, root_signers

    document = load_trust_document(file)
    old = load_trust_document(against).trust if against else None
    signer = open_key(key, public)
    _require_root(signer.keyid, document.trust, old)
    root_signers(document, document.trust)
    if any(bundle.keyid == signer.keyid for bundle in document.bundles):
        raise UsageError(
            "CERT-E129",
            f"the key {signer.keyid[:16]} has signed {file} already",
            "two signatures of one key count as one",
            "give the file to the next root keyholder; certify trust show says how many have signed",
        )
    if not json:
        print_changes(old, document.trust) if old else print_trust(document.trust)
    if not yes and not typer.confirm("Is this what was agreed, and shall your key sign it?", err=True):
        raise typer.Abort
    signed = add_signature(document, signer)
    write_whole(out, signed.to_bytes())
    _tell(out, signed, old, json)
    return int(ExitCode.POSITIVE)


def _require_root(keyid: str, trust: TrustFile, old: TrustFile | None) -> None:
    if keyid not in trust.keys_for(ROOT) and (old is None or keyid not in old.keys_for(ROOT)):
        raise UsageError(
            "CERT-E129",
            f"the key {keyid[:16]} is no root key of this trust file",
            "its signature would count for nothing",
            "sign with a root key; a former one also needs --against OLD",
        )


def _tell(out: Path, signed: TrustDocument, old: TrustFile | None, json: bool) -> None:
    from certify.trust.signed_trust import root_signers

    counts = [
        (trust.version, len(root_signers(signed, trust)), trust.threshold_for(ROOT))
        for trust in (signed.trust, old)
        if trust is not None and trust.keys_for(ROOT)
    ]
    missing = any(found < needed for _, found, needed in counts)
    if json:
        rows = [{"version": version, "signed": found, "needed": needed} for version, found, needed in counts]
        emit_json("trust", {"file": str(out), "fingerprint": signed.trust.fingerprint, "rootKeys": rows})
        return
    emit()
    for version, found, needed in counts:
        emit(f"{found} of {needed} signatures that the root keys of version {version} must give")
    if missing:
        next_step(f"certify trust sign {out} --key KEY --out FILE.jsonl", "the next root keyholder, on their machine")
    else:
        next_step(
            f"certify trust install {out}",
            "in the workspace; readers: certify trust use, for a later version certify trust update",
        )
