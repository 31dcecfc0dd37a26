"""``python -m certify.demo.training NAME FOLDER``: trains one demo model."""

from __future__ import annotations

import argparse
from pathlib import Path

from certify.demo.training.loop import train
from certify.demo.training.recipe import RECIPES


def main() -> None:
    """Parses the name and the folder, then trains."""
    parser = argparse.ArgumentParser(prog="python -m certify.demo.training", description=__doc__)
    parser.add_argument("name", choices=sorted(RECIPES), help="which of the two models")
    parser.add_argument("folder", type=Path, help="where its files go")
    parser.add_argument("--first", type=int, default=1, help="the cycle to begin with; FOLDER holds the one before")
    arguments = parser.parse_args()
    train(RECIPES[arguments.name], arguments.folder, arguments.first - 1)


if __name__ == "__main__":
    main()
