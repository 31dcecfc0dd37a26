"""``certify registry api-keys list``: who may call the service."""

from __future__ import annotations

import typer

from certify.cli.options import Json
from certify.cli.registry.api_keys.add import KeyFile, key_file
from certify.cli.render import emit, emit_json, next_step
from certify.counting import counted
from certify.errors import ExitCode


def list_api_keys(context: typer.Context, file: KeyFile = None, json: Json = False) -> int:
    """List the keys for calling the service: who has one, for what, until when. The keys themselves are not kept."""
    from certify.pipeline.clock import now
    from certify_registry.service.api_keys import read_keys

    keys, time = read_keys(key_file(context, file)).keys, now()
    if json:
        emit_json("registry", {"keys": [{**key.document(), "counts": not key.fault_at(time)} for key in keys]})
        return int(ExitCode.POSITIVE)
    for key in keys:
        fault = key.fault_at(time)
        until = f", until {key.expires}" if key.expires else ""
        emit(f"{key.name}  {', '.join(key.roles)}  made {key.created_at}{until}{f'  {fault}' if fault else ''}")
    emit(counted(len(keys), "key"))
    if not keys:
        next_step("certify registry api-keys add NAME --role submitter", "the first caller")
    return int(ExitCode.POSITIVE)
