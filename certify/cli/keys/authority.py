"""``certify keys authority``: a small X.509 authority for the PDF's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.render import emit_json, fields, next_step, say
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify.pipeline.x509_setup import IssuerChain


def authority(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Option(help="Organisation that PDF readers show; the issuer's when absent.")
    ] = None,
    years: Annotated[int, typer.Option(min=1, max=50, help="How long a new root counts.")] = 20,
    revoke: Annotated[bool, typer.Option("--revoke", help="List the issuer's former certificate as revoked.")] = False,
    json: Json = False,
) -> int:
    """Make or renew the workspace's own X.509 authority: PDF readers trust one root for every issuer key."""
    from certify.pipeline.workspace import Workspace
    from certify.pipeline.x509_setup import keep_authority, utc_now

    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    kept = keep_authority(workspace, utc_now(), name=name, years=years, revoke=revoke)
    say("Trust files rule on issuer keys as before; X.509 certificates are for PDF programs.")
    tell_chain(kept, json)
    return int(ExitCode.POSITIVE)


def tell_chain(kept: IssuerChain, json: bool) -> None:
    """Prints the issuer's X.509 certificates and what readers need of them."""
    from certify.evidence.canonical import sha256_hex
    from certify.verify.pdf_chain import load_chain, name_of

    loaded = load_chain(kept.chain)
    own, root = loaded[0], loaded[-1]
    until = f"{own.not_valid_after_utc:%Y-%m-%d}"
    if json:
        names = [name_of(one) for one in loaded]
        found = {"certificates": names, "validUntil": until, "rootSha256": sha256_hex(kept.chain[-1])}
        emit_json("keys", {**found, "file": str(kept.path), "madeRoot": kept.made_root})
        return
    fields(
        [
            ("issuer", f"{name_of(own)}, until {until}"),
            (
                "root",
                f"{name_of(root)}, until {root.not_valid_after_utc:%Y-%m-%d}" + (", new" if kept.made_root else ""),
            ),
            ("root digest", sha256_hex(kept.chain[-1])),
            ("file", str(kept.path)),
        ],
        indent=0,
    )
    next_step("certify run MODEL --policy P", "PDFs carry these; PDF programs show the name once they trust the root")
