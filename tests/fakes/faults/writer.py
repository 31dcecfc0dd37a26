"""A process that forks writers on request: each appends without pause until it is killed, or told otherwise.

    python -m tests.fakes.faults.writer

reads one JSON object a line: ``{"place": {...}, "start": 0, "clients": 8, "told": FILE}`` forks a writer and prints
its process id; ``{"reap": PID}`` waits for its end. What a writer was told it appends to FILE, a line each:
number, log index, size and root of the checkpoint in the proof.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import CertifyError
from certify.trust.bundle import parse_bundle
from certify.trust.keys import KeySigner
from certify.trust.log_entry import entry_of
from certify.trust.tlog_proof import verify_tlog_proof
from certify_registry import Registry, connect
from certify_registry.grouping import GroupAppender
from certify_registry.inbox import InboxAppender
from tests.fakes import logged_statements as made

LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
SIGNER = KeySigner.of(Ed25519PrivateKey.from_private_bytes(b"\x08" * 32))


def main() -> None:
    """Serve requests until there are no more."""
    warm()
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        if "reap" in asked:
            os.waitpid(asked["reap"], 0)
            print("reaped", flush=True)
            continue
        child = os.fork()
        if child == 0:
            try:
                write(**asked)
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        print(child, flush=True)


def warm() -> None:
    """Import everything before anybody is forked, who would import it again each time."""
    with tempfile.TemporaryDirectory() as folder, Registry.create(Path(folder), "localhost/warm", LOG_KEY) as registry:
        registry.enroll(SIGNER.public_pem, "A", "evaluator")
        registry.append(made.note(0, SIGNER), now=made.NOW)
        registry.fsck(made.NOW)


def write(place: dict[str, Any], start: int, clients: int, told: str) -> None:
    """Append with several clients until the process ends."""
    registry = connect(place["address"], LOG_KEY, objects=place.get("objects"), wait=30.0)
    kind = InboxAppender if "objects" in place else GroupAppender
    appender = kind(registry, lambda: made.NOW)
    out = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    numbers, lock = iter(range(start, start + 10**6)), threading.Lock()

    def client() -> None:
        while True:
            with lock:
                number = next(numbers)
            bundle = made.note(number, SIGNER)
            try:
                answer = appender.submit(bundle).result()
            except CertifyError:
                continue
            leaf = entry_of(parse_bundle(bundle)).to_bytes()
            proof = verify_tlog_proof(answer.proof, leaf, registry.vkey)
            os.write(out, f"{number} {answer.index} {proof.size} {proof.root.hex()}\n".encode())

    for _ in range(clients - 1):
        threading.Thread(target=client, daemon=True).start()
    client()


def told(path: Path) -> list[tuple[int, int, int, bytes]]:
    """What writers were told: number, index, size and root; a line cut short was not told."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    parts = [line.split() for line in lines if line.endswith("\n")]
    return [(int(number), int(index), int(size), bytes.fromhex(root)) for number, index, size, root in parts]


if __name__ == "__main__":
    main()
