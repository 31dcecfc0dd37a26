"""``make bench-contamination``: how well the tests of contamination keep their size, and what they find.

    python -m tests.bench.contamination [--scale processor|gpu|miniature] [--seeds 1,2,3] [--jobs N] [--folder DIR]
                                        [--demo-seeds N] [--splits N] [--only make|report]

Trains twins, asks them and the demo models, keeps their answers in the folder, and writes tables and plots from these
into docs/detectors.md. Answers that the folder holds already are not made again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench.contamination.demo_models import NAMES
from tests.bench.contamination.making import SCALES, kept, make, make_all, make_demo
from tests.bench.contamination.twins import TWINS, device


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.contamination", description=__doc__.splitlines()[0])
    parser.add_argument("--scale", choices=sorted(SCALES), help="of the bench; the device decides where absent")
    parser.add_argument("--seeds", help="of the trainings, separated by commas")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--folder", type=Path, default=Path("build/bench-contamination"), help="where answers are kept")
    parser.add_argument("--demo-seeds", type=int, help="seeds of the demo models; 0 leaves them out")
    parser.add_argument("--splits", type=int, default=20_000, help="random splits for each size")
    parser.add_argument("--only", choices=("make", "report"), help="one half of the work")
    parser.add_argument("--twin", choices=TWINS, help="make this one alone, in this process")
    parser.add_argument("--demo", choices=NAMES, help="ask this demo model alone, in this process")
    given = parser.parse_args()
    scale = given.scale or ("processor" if given.only == "report" or device() == "cpu" else "gpu")
    numbers = [int(number) for number in (given.seeds or SCALES[scale].seeds).split(",")]
    demo_seeds = SCALES[scale].demo_seeds if given.demo_seeds is None else given.demo_seeds
    if given.demo:
        make_demo(given.demo, demo_seeds, given.folder, SCALES[scale].asked)
    elif given.twin:
        for number in numbers:
            make(scale, number, given.twin, given.folder)
    else:
        if given.only != "report":
            make_all(scale, numbers, given.folder, given.jobs, demo_seeds)
        if given.only != "make":
            from tests.bench.contamination.reporting import write

            write(*kept(given.folder), splits=given.splits, seed=1)


if __name__ == "__main__":
    main()
