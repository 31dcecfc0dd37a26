"""The gate's table of ``make bench``: processor time of the answer, as a multiple of bare Python's.

    python -m tests.bench --only gate [--rounds N] [--gate-mib 256]

Each row is a process of its own. Processor time, of all threads, is what a runner pays for; rounds are interleaved, and
the medians of one run are divided, so that a busy machine slows every row alike.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from certify.identify.cache import SETTLED_SECONDS
from tests.fakes.chain import finish, production_house, request_for, safetensors

BARE = "python -c pass"


def print_gate(rounds: int, mebibytes: int) -> None:
    """Prints the table.

    Args:
        rounds: interleaved rounds, after one that warms the caches.
        mebibytes: size of the model's weights.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = _rows(root, mebibytes)
        time.sleep(SETTLED_SECONDS + 1)  # files made now are not remembered yet
        times: dict[str, list[float]] = {name: [] for name in rows}
        for turn in range(rounds + 1):
            for name, arguments in rows.items():
                spent = _processor_time(arguments, root)
                if turn:
                    times[name].append(spent)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"\n| the gate, processor time, a model of {mebibytes} MiB | times `{BARE}` | best rounds |\n|---|---|---|")
    for name, median in medians.items():
        best = min(times[name]) / min(times[BARE])
        print(f"| {name} | {median / medians[BARE]:.1f} | {best:.1f} |")


def _rows(root: Path, mebibytes: int) -> dict[str, list[str]]:
    """Commands by what they are called, over a certificate made now."""
    house = production_house(root)
    request = request_for(house)
    weights = {"embed": [mebibytes << 18]}
    (request.model / "model.safetensors").write_bytes(safetensors(weights, fill=1))
    chain = finish(house, request)
    shutil.copytree(request.model, root / "model")
    (root / "certificate.json").write_bytes(chain.bundle)
    (root / "certificate.pdf").write_bytes(chain.pdf)
    (root / "trust.json").write_bytes(chain.trust.to_bytes())
    gate = ["-m", "certify", "gate", "model", "--policy", str(request.policy), "--trust", "trust.json"]
    bundle, pdf = ["--certificate", "certificate.json"], ["--certificate", "certificate.pdf"]
    return {
        BARE: ["-c", "pass"],
        "python -c 'import pydantic, cryptography.x509'": ["-c", "import pydantic, cryptography.x509"],
        "certify verify, bundle": ["-m", "certify", "verify", "certificate.json", "--trust", "trust.json"],
        "certify gate, bundle, digests remembered": [*gate, *bundle],
        "certify gate, PDF, digests remembered": [*gate, *pdf],
        "certify gate, bundle, every byte read": [*gate, *bundle, "--rehash"],
    }


def _processor_time(arguments: list[str], root: Path) -> float:
    """Seconds of processor time, user and system, of a command that must succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFY")}
    paths = os.pathsep.join(str(Path(__file__).parents[2] / name) for name in ("", "registry"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, cwd=root,
        env={**kept, "CERTIFY_CACHE": str(root / "cache"), "PYTHONPATH": paths},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
