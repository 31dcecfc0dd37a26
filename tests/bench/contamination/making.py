"""Trains and asks the twins of one seed, or of several at a time, each in a process of its own."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.contamination.twins import TWINS, Shape, device, train
from tests.bench.contamination.world import EXPOSURES, VARIANTS, VERBATIM, Maker, Plan, World

ROOT = Path(__file__).resolve().parents[3]


class Scale(NamedTuple):
    """How large a bench is."""

    plan: Plan
    shape: Shape
    samples: int
    """Answers to each item, and to each rewrite."""
    asked: int
    """Questions put at a time."""


SCALES = {
    "miniature": Scale(Plan((32,), (VERBATIM,), 40, 12, 12, 12, 3_000), Shape(128, 2, 8, 2e-3), 4, 64),
    "processor": Scale(Plan(EXPOSURES, VARIANTS, 24, 12, 12, 12, 60_000), Shape(128, 3, 32, 2e-3), 4, 128),
    "gpu": Scale(Plan(EXPOSURES, VARIANTS, 60, 24, 24, 24, 160_000), Shape(384, 4, 32, 1e-3), 8, 1024),
}


def made(scale: Scale, number: int, tokenizer: Any) -> World:
    """The world of a seed."""
    return Maker(number, scale.plan, lambda text: len(tokenizer.backend_tokenizer.encode(text).ids)).world()


def make(scale_name: str, number: int, twin: str, folder: Path) -> None:
    """Trains one twin, asks it everything and writes the answers."""
    import torch
    import transformers

    from certify.demo.training.tokenizer import build
    from tests.bench.contamination.asking import Asker
    from tests.bench.contamination.observing import observed, write

    torch.set_num_threads(1)
    torch.set_float32_matmul_precision("high")
    scale, tokenizer = SCALES[scale_name], build()
    started = time.perf_counter()
    world = made(scale, number, tokenizer)
    drawn = time.perf_counter()
    model = train(twin, world, tokenizer, scale.shape, number)
    trained = time.perf_counter()
    data = observed(Asker(model, tokenizer, scale.asked), world, scale.samples, number)
    name = torch.cuda.get_device_name() if device() == "cuda" else platform.machine()
    seconds = [round(b - a) for a, b in ((started, drawn), (drawn, trained), (trained, time.perf_counter()))]
    about = {
        "seed": number, "twin": twin, "scale": scale_name, "device": name, "torch": torch.__version__,
        "transformers": transformers.__version__, "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()), "seconds": seconds,
        "parameters": sum(one.numel() for one in model.parameters()),
        "documents": sum(leak.exposures for leak in world.leaks()) + len(world.background),
        "exposed": sum(leak.exposures for leak in world.leaks()),
    }  # fmt: skip
    write(path_of(folder, number, twin), {"about": about, **data})
    print(f"{number} {twin}: drawn, trained and asked in {seconds} s", file=sys.stderr)


def path_of(folder: Path, number: int, twin: str) -> Path:
    """Where the answers of a twin are kept."""
    return folder / f"{twin}-{number}.json.gz"


def make_all(scale: str, numbers: Sequence[int], folder: Path, jobs: int) -> None:
    """Both twins of every seed, ``jobs`` processes at a time; those whose answers are kept are left alone."""
    wanted = [(number, twin) for number in numbers for twin in TWINS if not path_of(folder, number, twin).exists()]
    running: list[subprocess.Popen[bytes]] = []
    while wanted or running:
        while wanted and len(running) < jobs:
            number, twin = wanted.pop(0)
            command = [sys.executable, "-m", "tests.bench.contamination", "--twin", twin, "--scale", scale,
                       "--seeds", str(number), "--folder", str(folder)]  # fmt: skip
            running.append(subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}))
        first = running.pop(0)
        if first.wait():
            raise SystemExit(f"a twin could not be made: {first.args!r} ended with {first.returncode}")
