"""``certify registry``: the embedded registry, and the service over it."""

from __future__ import annotations

import typer

from certify.cli.registry import api_keys
from certify.cli.registry.backup import backup
from certify.cli.registry.cosign import cosign
from certify.cli.registry.create import create
from certify.cli.registry.export import export
from certify.cli.registry.fsck import fsck
from certify.cli.registry.hammer import hammer
from certify.cli.registry.impact import impact
from certify.cli.registry.import_ import import_registry
from certify.cli.registry.list import list_certificates
from certify.cli.registry.mirror import mirror
from certify.cli.registry.monitor import monitor
from certify.cli.registry.restore import restore
from certify.cli.registry.search import search
from certify.cli.registry.serve import serve
from certify.cli.registry.show import show
from certify.cli.registry.site import site
from certify.cli.registry.snapshot import snapshot
from certify.cli.registry.submit import submit
from certify.cli.registry.witness import witness

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run, search, watch and check a registry.")
app.command("create")(create)
app.command("show")(show)
app.command("list")(list_certificates)
app.command("fsck")(fsck)
app.command("search")(search)
app.command("impact")(impact)
app.command("snapshot")(snapshot)
app.command("cosign")(cosign)
app.command("witness")(witness)
app.command("monitor")(monitor)
app.command("mirror")(mirror)
app.command("export")(export)
app.command("import")(import_registry)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("hammer")(hammer)
app.command("serve")(serve)
app.command("submit")(submit)
app.add_typer(api_keys.app, name="api-keys")
app.command("site")(site)
