"""``make bench-contamination``: how well the tests of contamination keep their size, and what they find.

    python -m tests.bench.contamination [--scale processor|gpu|miniature] [--seeds 1,2,3] [--jobs N] [--folder DIR]

Trains twins, asks them and writes what they answered into the folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench.contamination.making import SCALES, make, make_all
from tests.bench.contamination.twins import TWINS


def main() -> None:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.contamination", description=__doc__.splitlines()[0])
    parser.add_argument("--scale", choices=sorted(SCALES), help="of the bench; the device decides where absent")
    parser.add_argument("--seeds", default="1,2,3", help="of the trainings, separated by commas")
    parser.add_argument("--jobs", type=int, default=1, help="twins made at a time")
    parser.add_argument("--folder", type=Path, default=Path("bench-contamination"), help="where answers are kept")
    parser.add_argument("--twin", choices=TWINS, help="make this one alone, in this process")
    given = parser.parse_args()
    scale = given.scale
    if scale is None:
        from tests.bench.contamination.twins import device

        scale = "gpu" if device() == "cuda" else "processor"
    numbers = [int(number) for number in given.seeds.split(",")]
    if given.twin:
        for number in numbers:
            make(scale, number, given.twin, given.folder)
        return
    make_all(scale, numbers, given.folder, given.jobs)


if __name__ == "__main__":
    main()
