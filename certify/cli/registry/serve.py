"""``certify registry serve``: the workspace's registry over HTTP."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, ask_passphrase
from certify.cli.render import say
from certify.errors import ExitCode


def serve(
    context: typer.Context,
    listen: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where; 127.0.0.1:8470 by default.")] = None,
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="Settings (docs/registry-service.md).")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Take nothing; needs no log key.")] = False,
) -> int:
    """Serve the registry over HTTP: reading for all, writing for holders of API keys, until Ctrl-C."""
    from certify.pipeline.registry_service import application, open_service
    from certify.pipeline.workspace import Workspace
    from certify_registry.service.server import address_of, json_lines, listening, server_of
    from certify_registry.service.settings import load_settings, with_command_line

    settings = with_command_line(load_settings(config), listen=listen, read_only=read_only)
    workspace = Workspace.open(Context.home(context), ask=ask_passphrase)
    with listening(settings) as taken, open_service(workspace, settings) as service:
        service.log_line = json_lines()
        server = server_of(application(workspace, service), settings)
        say(f"serving {service.reader.origin} at {address_of(taken)} until Ctrl-C")
        if service.appender is None:
            say("read-only: nothing is taken")
        elif not service.writable:
            say("nobody can write yet: make a key with `certify registry api-keys add NAME --role submitter`")
        with suppress(KeyboardInterrupt):  # the way to stop it; what was taken is finished by then
            server.run(sockets=[taken])
    return int(ExitCode.POSITIVE)
