"""``python -m certify.demo.training NAME FOLDER``: trains one demo model from scratch."""

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
    arguments = parser.parse_args()
    train(RECIPES[arguments.name], arguments.folder)


if __name__ == "__main__":
    main()
