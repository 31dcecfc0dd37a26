"""``certify waive``: an exception for one rule and one model, for a while."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit_json, fields, next_step, paragraph
from certify.cli.signing import KEY_HELP, Public, open_key, timestamper_of
from certify.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from certify.trust.bundle import Bundle

app = typer.Typer(add_completion=False)


@app.command()
def waive(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="Id of the one rule, such as ST-07.")],
    model: Annotated[str, typer.Option(metavar="DIR|IDENTITY", help="The one model: its folder, or its identity.")],
    policy: Annotated[str, typer.Option(help="Shipped id, or path of the policy the rule stands in.")],
    reason: Annotated[str, typer.Option(help="Why the rule may stay unmet; printed in the certificate.")],
    ticket: Annotated[str, typer.Option(help="Where your organisation keeps the matter; printed.")],
    approver: Annotated[str, typer.Option(help="Name of the person who answers for it; printed.")],
    expires: Annotated[str, typer.Option(metavar="TIME", help="End, 2026-12-24T12:00:00Z; at most 90 days away.")],
    key: Annotated[str, typer.Option(metavar="KEY", help=f"The approver's own. {KEY_HELP}")],
    out: Annotated[Path | None, typer.Option(help="File for the signed waiver.")] = None,
    public: Public = None,
    json: Json = False,
) -> int:
    """As an approver, let one model miss one rule for a while.

    It counts for decisions taken after it was signed, and the certificate ends when the waiver does.
    """
    from certify.decide import load_policy
    from certify.pipeline.waiving import Exemption, sign_waiver

    identity, name = _model(model)
    asked = Exemption(rule, identity, name, reason, ticket, approver, expires)
    loaded = load_policy(policy)
    signer = open_key(key, public)
    signed = sign_waiver(asked, loaded, signer, timestamper_of(context, key))
    path = _keep(context, signed, out, rule)
    if json:
        emit_json(
            "waive",
            {
                "rule": rule,
                "policy": loaded.reference.document(),
                "model": identity,
                "expires": expires,
                "approver": signed.keyid,
                "waiver": signed.payload_sha256,
                "file": str(path),
            },
        )
        return int(ExitCode.POSITIVE)
    paragraph(f"{rule} of {loaded.reference.id} {loaded.reference.version} is waived for this model until {expires}.")
    fields([("model", identity), ("waiver", signed.payload_sha256), ("kept as", str(path))], indent=0)
    home = Context.of(context).home
    if out is None and home is not None:
        next_step(f"certify --home {home} run MODEL --policy {policy}", "or `decide RUN`; the next decision finds it")
    else:
        next_step(f"certify run MODEL --policy {policy} --waiver {path}")
    return int(ExitCode.POSITIVE)


def _model(named: str) -> tuple[str, str]:
    """Identity and name of the model in a folder, or of a bare identity."""
    if re.fullmatch(r"[0-9a-f]{64}", named):
        return named, "model"
    from certify.identify import read_model

    found = read_model(Path(named)).identity
    return found.identity, found.name


def _keep(context: typer.Context, signed: Bundle, out: Path | None, rule: str) -> Path:
    """Where the waiver is now: with the workspace named by --home, or in a file."""
    from certify.files import write_whole
    from certify.pipeline.waiving import keep_waiver
    from certify.pipeline.workspace import Workspace

    home = Context.of(context).home
    if out is None and home is not None:
        return keep_waiver(Workspace.open(home), signed)
    path = out or Path(f"waiver-{rule}-{signed.payload_sha256[:8]}.json")
    if path.exists():
        raise UsageError("CERT-E011", f"{path} exists", "nothing is overwritten", "name another file with --out")
    write_whole(path, signed.to_bytes())
    return path
