"""Trains and asks twins, and asks the demo models, each in a process of its own and several at a time."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.contamination.demo_models import NAMES
from tests.bench.contamination.twins import TWINS, Shape, device, tokens, train
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
    seeds: str
    """Trainings, unless others are named."""
    demo_seeds: int
    """Seeds of the demo models, unless another number is named."""


SCALES = {
    "miniature": Scale(Plan((32,), (VERBATIM,), 36, 12, 12, 12, 2_000), Shape(128, 2, 8, 2e-3), 4, 64, "1", 2),
    "processor": Scale(Plan(EXPOSURES, VARIANTS, 15, 10, 10, 10, 6_000), Shape(128, 2, 8, 2e-3), 4, 128, "1", 10),
    "gpu": Scale(Plan(EXPOSURES, VARIANTS, 60, 24, 24, 24, 130_000), Shape(384, 4, 32, 1e-3), 8, 2048, "1,2,3", 200),
}


def made(scale: Scale, number: int, tokenizer: Any) -> World:
    """The world of a seed."""
    return Maker(number, scale.plan, lambda text: len(tokens(tokenizer, [text])[0])).world()


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


def make_demo(name: str, seeds: int, folder: Path, batch: int) -> None:
    """Asks one demo model everything that its tests need, and writes the answers."""
    from tests.bench.contamination.demo_models import seen
    from tests.bench.contamination.observing import write

    write(demo_path(folder, name), seen(name, seeds, batch))


def demo_path(folder: Path, name: str) -> Path:
    """Where the answers of a demo model are kept."""
    return folder / f"demo-{name}.json.gz"


def kept(folder: Path) -> tuple[dict[tuple[int, str], dict[str, Any]], list[dict[str, Any]]]:
    """The answers of the twins by seed and twin, and of the demo models, as far as a folder holds them."""
    from tests.bench.contamination.observing import read

    found = [read(path) for path in sorted(folder.glob("*.json.gz")) if not path.name.startswith("demo-")]
    twins = {(one["about"]["seed"], one["about"]["twin"]): one for one in found}
    return twins, [read(demo_path(folder, name)) for name in NAMES if demo_path(folder, name).exists()]


def make_all(scale: str, numbers: Sequence[int], folder: Path, jobs: int, demo_seeds: int) -> None:
    """Both twins of every seed and both demo models, ``jobs`` processes at a time; what is kept is left alone.

    Raises:
        SystemExit: one of them could not be made; the others are finished first.
    """
    wanted = [
        ["--twin", twin, "--seeds", str(number)]
        for number in numbers
        for twin in TWINS
        if not path_of(folder, number, twin).exists()
    ]
    if demo_seeds:
        wanted += [["--demo", name] for name in NAMES if not demo_path(folder, name).exists()]
    common = ["--scale", scale, "--folder", str(folder.resolve()), "--demo-seeds", str(demo_seeds)]
    with ThreadPoolExecutor(jobs) as pool:
        codes = list(pool.map(_run, ([*arguments, *common] for arguments in wanted)))
    failed = [arguments for arguments, code in zip(wanted, codes, strict=True) if code]
    if failed:
        raise SystemExit(f"could not be made: {'; '.join(' '.join(arguments) for arguments in failed)}")


def _run(arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "tests.bench.contamination", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode
