"""``certify model``: clean model folders and their identity."""

from __future__ import annotations

import typer

from certify.cli.model.describe import describe
from certify.cli.model.digest import digest
from certify.cli.model.prepare import prepare
from certify.cli.model.references import references
from certify.cli.model.sign import sign
from certify.cli.model.verify import verify

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Make a clean model folder; identify, sign and verify a model."
)
app.command("prepare")(prepare)
app.command("digest")(digest)
app.command("sign")(sign)
app.command("verify")(verify)
app.command("describe")(describe)
app.command("references")(references)
