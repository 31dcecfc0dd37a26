"""The llamacpp engine: one GGUF file behind a llama-server that certify starts, as a workstation would run it."""

from __future__ import annotations

import shutil
from pathlib import Path

from certify.engines.backend import Order
from certify.engines.gguf_wording import gguf_file, staged_gguf
from certify.engines.models import asked_of
from certify.engines.openai import ServerBackend
from certify.engines.order import ServerOrder, WorkOrder
from certify.engines.served import require_unset
from certify.errors import UsageError

PROGRAM = "llama-server"
COMMAND = f"{PROGRAM} --model {{model}} --host 127.0.0.1 --port {{port}} --parallel 1"
"""One answer at a time, so that none depends on its neighbours; context length and threads are the server's own."""


def load_llamacpp(order: Order) -> ServerBackend:
    """A llama-server on the staged file, ready to be asked.

    Raises:
        UsageError: CERT-E010, the model is no GGUF file, or there is no llama-server.
        EvidenceMissing: CERT-E541, CERT-E544, it cannot be used.
    """
    asked = asked_of(order)
    require_unset(asked)
    file = staged_gguf(order.model)
    if file is None:
        raise UsageError(
            "CERT-E010",
            "the llamacpp engine runs one GGUF file, and this model is none",
            "",
            "use --engine hf or vllm for a folder of safetensors",
        )
    server, changes = order.server or ServerOrder(), dict[str, object]()
    if server.command is None:
        require_program()
        server = server.model_copy(update={"command": COMMAND})
        if isinstance(order, WorkOrder):
            changes = {"batch_size": 1}  # a request that waits for others would use up its own time
    completed = order.model_copy(update={"server": server, **changes})
    return ServerBackend.reached(completed, gguf_file(asked, file), None)


def require_program() -> Path:
    """Where llama-server is.

    Raises:
        UsageError: CERT-E010, nowhere on PATH.
    """
    found = shutil.which(PROGRAM)
    if found is None:
        raise UsageError(
            "CERT-E010",
            f"there is no {PROGRAM} on PATH",
            "the llamacpp engine starts it on the model's file",
            "install llama.cpp, or name another program with --serve 'PROGRAM ... {model} ... {port}'",
        )
    return Path(found)
