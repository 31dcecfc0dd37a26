"""``certify registry site``: its pages as a folder of files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json
from certify.cli.render import emit, emit_json, next_step
from certify.errors import ExitCode, RegistryError


def site(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="New folder for the pages.", show_default=False)],
    name: Annotated[str, typer.Option(help="What stands at the top of every page.")] = "Certificate registry",
    json: Json = False,
) -> int:
    """Write its pages, PDFs, statements and tiles as plain files, for readers without a network."""
    from certify.pipeline.workspace import Workspace
    from certify_registry.pages.settings import PagesSettings
    from certify_registry.pages.site import write_site

    workspace = Workspace.open(Context.home(context))
    settings = PagesSettings(name=name, certificates=workspace.certificates)
    with workspace.reading() as registry:
        try:
            files = write_site(registry, registry.objects, settings, folder)
        except OSError as error:
            raise RegistryError("CERT-E073", f"{folder} cannot be written: {error.strerror or error}") from error
    if json:
        emit_json("registry", {"folder": str(folder), "files": files})
    else:
        emit(f"{folder}: {files:,} files, as the registry stands now", "pass")
        next_step(f"open {folder / 'index.html'}", "or copy the folder to any web server")
    return int(ExitCode.POSITIVE)
