"""Witnesses on the network of this machine: real ones, dead ones, and one that talks nonsense."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from certify.trust.cosignature import CosignerKey
from certify.trust.note import parse_vkey
from certify_registry.witness.server import witness_app
from certify_registry.witness.store import WitnessStore
from certify_registry.witness.witness import Witness
from tests.fakes.tlog import cosigner


def real_witness(number: int, folder: Path, *vkeys: str) -> Witness:
    """The witness ``w<number>.example`` with both of its keys."""
    own = (cosigner(number), cosigner(number, post_quantum=True))
    return Witness([parse_vkey(vkey) for vkey in vkeys], own, WitnessStore(folder / f"w{number}.db"))


def keys_of(*numbers: int) -> list[CosignerKey]:
    """Both keys of each witness."""
    return [cosigner(number, post_quantum=quantum).verifier for number in numbers for quantum in (False, True)]


def policy_text(url: str, numbers: Sequence[int], quorum: int) -> str:
    """A witness policy in which each witness has both keys and an address below ``url``."""
    lines = [f"witness {key.vkey} {key.vkey} {url}/{key.name[1]}\n" for key in keys_of(*numbers)]
    for number in numbers:
        lines.append(f"group w{number} any {' '.join(key.vkey for key in keys_of(number))}\n")
    members = " ".join(f"w{number}" for number in numbers)
    return "".join(lines) + f"group enough {quorum} {members}\nquorum enough\n"


@contextmanager
def serving_witnesses(witnesses: Mapping[int, Witness]) -> Iterator[str]:
    """The address below which each witness answers under its number; a missing one gives 404."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    app = Starlette(routes=[Mount(f"/{number}", witness_app(one)) for number, one in witnesses.items()])
    with serving(app) as url:
        yield url


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """An application under a real server at a free port, and its address."""
    import socket

    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
