"""``certify keys rotate``: a new key in a role, as a draft of the next trust file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit_json, next_step
from certify.cli.signing import read_public
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify.pipeline.rotating import Proposal


def rotate(
    context: typer.Context,
    role: Annotated[str, typer.Argument(help="Role that gets a new key.")],
    new: Annotated[Path, typer.Option(metavar="FILE.pub", help="The new public key.")],
    old: Annotated[str | None, typer.Option(metavar="KEYID", help="Which key goes, if several fill the role.")] = None,
    party: Annotated[str, typer.Option(help="Who holds the new key; as the former one when absent.")] = "",
    json: Json = False,
) -> int:
    """Draw up a trust file in which a new key takes over from the end of the log on; root keyholders sign it."""
    from certify.pipeline.rotating import rotate_key
    from certify.pipeline.workspace import Workspace

    pem = read_public(new)
    assert pem is not None  # noqa: S101 - the option is required
    tell(rotate_key(Workspace.open(Context.home(context)), role, pem, old=old, party=party), json)
    return int(ExitCode.POSITIVE)


def tell(proposal: Proposal, json: bool) -> None:
    """Prints a draft of the next trust file and what becomes of it."""
    from certify.cli.trust.changes import print_changes
    from certify.trust.trust_diff import differences

    if json:
        changes = list(differences(proposal.old, proposal.new))
        document = {"file": str(proposal.path), "version": proposal.new.version, "changes": changes}
        emit_json("keys", {**document, "fingerprint": proposal.new.fingerprint})
        return
    print_changes(proposal.old, proposal.new)
    signed = proposal.path.with_name(f"trust-{proposal.new.version}.jsonl")
    next_step(
        f"certify trust sign {proposal.path} --key ROOT-KEY --out {signed}",
        "each root keyholder; then: certify trust install",
    )
