"""A process whose disk fails at a chosen write: appends, is refused, and looks at what is left.

    LD_PRELOAD=disk.so python -m tests.fakes.faults.disk

reads one JSON object a line, ``{"template": DIR, "folder": DIR, "at": 12, "error": "ENOSPC"}``, does each in a fork,
and prints what came of it as JSON.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
import traceback
from pathlib import Path
from typing import Any

from certify.errors import RegistryError
from certify_registry import Appended, Registry
from tests.fakes import logged_statements as made
from tests.fakes.faults.writer import LOG_KEY, SIGNER, warm

BATCHES = (1, 12)
"""Entries of each append: by itself, and as many as are synced together."""
FRESH = 1000
"""A note that the template does not hold; neither are those after it."""


def main() -> None:
    """Serve requests until there are no more."""
    warm()
    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                found = one(**asked)
            except BaseException:
                found = {"problem": traceback.format_exc()}
            os.write(writing, json.dumps(found).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            print(answer.read(), flush=True)
        os.waitpid(child, 0)


def one(template: str, folder: str, at: int, error: str) -> dict[str, Any]:
    """Append while the disk fails from its ``at``-th write on, then again while it does not."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    library = ctypes.CDLL(None)
    arm, code = library.fault_arm, getattr(errno, error)
    acknowledged: dict[int, int] = {}
    refused = []
    registry = Registry.open(Path(folder), LOG_KEY)
    arm(ctypes.c_long(at), ctypes.c_int(code), folder.encode())
    try:
        number = FRESH
        for count in BATCHES:
            bundles = [made.note(number + place, SIGNER) for place in range(count)]
            try:
                for place, answer in enumerate(registry.append_many(bundles, now=made.NOW)):
                    if isinstance(answer, Appended):
                        acknowledged[number + place] = answer.index
            except RegistryError as caught:
                refused.append(caught.code)
            number += count
    finally:
        library.fault_seen.restype = ctypes.c_long
        seen = library.fault_seen()
        arm(ctypes.c_long(-1), ctypes.c_int(0), b"")
    registry.close()
    return {"seen": seen, "refused": refused, "problem": _afterwards(Path(folder), acknowledged)}


def _afterwards(folder: Path, acknowledged: dict[int, int]) -> str:
    """What is wrong with the registry now that its disk works again; empty when nothing is."""
    with Registry.open(folder, LOG_KEY) as registry:
        for number, index in acknowledged.items():
            if registry.index_of(made.payload_of(made.note(number, SIGNER))) != index:
                return f"note {number} was acknowledged at {index} and is lost"
        every = [made.note(FRESH + place, SIGNER) for place in range(sum(BATCHES))]
        answers = registry.append_many(every, now=made.NOW)
        indexes = {answer.index for answer in answers if isinstance(answer, Appended)}
        if len(indexes) != len(every) or max(indexes) != registry.size - 1:
            return f"appending again gives {answers[:3]}"
        return f"fsck: {findings[:3]}" if (findings := registry.fsck(made.NOW)) else ""


if __name__ == "__main__":
    main()
