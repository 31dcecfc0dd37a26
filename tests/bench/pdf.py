"""The PDF's table of ``make bench``: processor time of drawing, issuing and verifying, and sizes without the bundle.

    python -m tests.bench --only pdf [--rounds N]

Rounds are interleaved with starts of bare Python, and medians are divided. Processor time is counted, since a busy
machine stretches the other kind. Modules are compiled once, as an installation does it.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from certify.pipeline import concluding
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.certificate_sample import attachment
from tests.fakes.chain import finish, level_one, production_house, request_for
from tests.fakes.page_samples import VALUES
from tests.fakes.pdf_sample import draw

BARE = "python -c pass"
GOALS = {
    "draw the PDF": 40,
    "certify verify, PDF, a process of its own": 60,
}
LARGEST = 100_000
ISSUE_SECONDS = 1.5
"""Goal for drawing, signing, attaching and storing a certificate."""


def print_pdf(rounds: int) -> None:
    """Prints the tables."""
    work = _work()
    spent: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, run in work.items():
            taken = run()
            if turn:
                spent[name].append(taken)
    medians = {name: statistics.median(taken) for name, taken in spent.items()}
    print(f"\n| the PDF, processor time | times `{BARE}` | goal |\n|---|---|---|")
    for name, median in medians.items():
        print(f"| {name} | {median / medians[BARE]:.1f} | {_at_most(GOALS.get(name))} |")
    seconds = statistics.median(_issue() for _ in range(min(rounds, 5)))
    print(f"| issue: draw, sign, attach, log, store | {seconds / medians[BARE]:.1f} | |")
    print(f"\nIssuing took {seconds:.2f} seconds of processor time here; the goal is {ISSUE_SECONDS} at most.")
    print("\n| the PDF without its bundle | thousand bytes | goal |\n|---|---|---|")
    for name, value in VALUES.items():
        size = len(draw(value())) - len(attachment())
        print(f"| {name} | {size / 1000:.0f} | {_at_most(LARGEST // 1000 if name == 'pass' else None)} |")


def _at_most(goal: float | None) -> str:
    return "" if goal is None else f"at most {goal:g}"


def _work() -> dict[str, Callable[[], float]]:
    """What is measured, each giving the seconds of processor time that it took."""
    chain = level_one()
    expectations = Expectations(at=chain.at)
    folder = Path(tempfile.mkdtemp(prefix="certify-bench-"))
    (folder / "certificate.pdf").write_bytes(chain.pdf)
    (folder / "trust.json").write_bytes(chain.trust.to_bytes())
    values = {name: make() for name, make in VALUES.items()}
    command = ("-m", "certify", "verify", "certificate.pdf", "--trust", "trust.json")
    return {
        BARE: lambda: _child(("-c", "pass"), folder),
        "draw the PDF": lambda: _here(lambda: draw(values["pass"])),
        "draw one with Chinese, Japanese and Korean": lambda: _here(lambda: draw(values["Han"])),
        "draw one with Hebrew and Arabic": lambda: _here(lambda: draw(values["right to left"])),
        "verify a PDF": lambda: _here(
            lambda: verify_certificate(chain.pdf, trust=chain.trust, expectations=expectations)
        ),
        "certify verify, PDF, a process of its own": lambda: _child(command, folder),
    }


def _here(run: Callable[[], Any]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _child(arguments: tuple[str, ...], folder: Path) -> float:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CERTIFY", "PYTHON"))}
    paths = os.pathsep.join(str(Path(__file__).parents[2] / name) for name in ("", "registry"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, cwd=folder,
        env={**kept, "PYTHONPATH": paths, "PYTHONPYCACHEPREFIX": str(folder / "compiled")},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _issue() -> float:
    """Seconds of processor time of one issue in a warm process, at the end of a run that is not counted."""
    taken: list[float] = []
    issue = concluding.issue_certificate

    def timed(*arguments: Any) -> Any:
        started = time.process_time()
        found = issue(*arguments)
        taken.append(time.process_time() - started)
        return found

    with tempfile.TemporaryDirectory() as folder, patch.object(concluding, "issue_certificate", timed):
        house = production_house(Path(folder))
        finish(house, request_for(house))
    [seconds] = taken
    return seconds
