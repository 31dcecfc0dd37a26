"""``make bench-statistics``: the tables of docs/statistics.md, simulated again.

    python -m tests.bench.statistics_tables [--runs N] [--seed S] [--only NAME ...]

Each table stands in the page between ``<!-- table NAME -->`` and ``<!-- end -->`` and is replaced there. The same seed
and number of runs give the same digits on one version of numpy; every table has a generator of its own, so that one
can be made without the others. A Monte-Carlo share p from R runs has a standard error of sqrt(p (1 - p) / R).
"""

from __future__ import annotations

import argparse
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.bench import coverage_simulation as coverage
from tests.bench import rewrites_simulation as rewrites
from tests.bench import rules_simulation as rules

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
Rows = Callable[[np.random.Generator, int], Iterator[list[str]]]


class Table(NamedTuple):
    """One table of the page."""

    head: tuple[str, ...]
    rows: Rows
    share: float = 1.0
    """Runs of this table for each run asked for: some rules take longer."""


def coverage_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """The worst cell of each interval over its grid."""
    acc, plain = zip(*coverage.acc_cells(rng, runs), strict=True)
    suite = list(coverage.suite_cells(rng, max(runs // 4, 50)))
    clean = list(coverage.clean_cells(rng, max(runs // 4, 50)))
    found = (("ACC, one answer, enumerated", list(coverage.exact_cells())), ("ACC", acc), ("plain t", plain))
    for name, cells in (*found, ("SUITE", suite), ("CLEAN", clean)):
        worst, missed = min(cells), max(cells, key=lambda cell: cell[1])
        shown = "" if name == "plain t" else f"{missed[1]:.3f}"
        yield [name, f"{len(cells)}", f"{worst[0]:.3f}", worst[2], shown]


def no_inflation_rows(rng: np.random.Generator, runs: int) -> Iterator[list[str]]:
    """The worst cells of NOINFL and of the plain bound."""
    cells = list(coverage.no_inflation_cells(rng, runs))
    for name, place in (("NOINFL", 0), ("plain t bound", 1)):
        worst = max(cells, key=lambda cell: cell[place])
        yield [name, f"{len(cells)}", f"{worst[place]:.3f}", worst[2]]


TABLES = {
    "coverage": Table(("rule", "cells", "least coverage", "where", "worst lower miss"), coverage_rows),
    "noinflation": Table(("bound", "cells", "most often below the truth", "where"), no_inflation_rows, 0.5),
    "looks": Table(("looks", "two-sided level at each"), lambda _rng, _runs: rules.boundary_rows()),
    "seq-size": Table(
        ("items x answers", "threshold = truth", "rho", "wrongly met", "wrongly not met", "interval holds"),
        rules.seq_size_rows,
        2.0,
    ),
    "seq-saving": Table(
        ("items x answers", "threshold", *(f"{distance:+d}" for distance in range(-3, 4))),
        rules.seq_saving_rows,
    ),
    "boschloo": Table(
        ("published / control", "size at .05", "power at .1", ".2", ".3"), lambda _rng, _runs: rules.boschloo_rows()
    ),
    "several": Table(("number", "items x answers", "accuracy", "truth", "coverage"), rules.several_answer_rows),
    "ratio": Table(("items", "accuracy", "coverage"), rules.ratio_rows, 0.25),
    "references": Table(
        ("items x answers", "references", "spread of models, logits", "false alarms", "with items alone"),
        rules.reference_rows,
        0.25,
    ),
    "rewrites": Table(
        ("items x answers", "inflation", "found at .01", "at .05", "power it states at .01", "false at .01", "at .05"),
        rewrites.power_rows,
        0.25,
    ),
    "rewrites-margin": Table(
        ("items x answers", "harder by", "no margin: false at .01", "at .05", "margin .02: false at .01", "at .05"),
        rewrites.margin_rows,
        0.25,
    ),
    "rewrites-several": Table(
        ("items", "accuracy", "rewrites", "no margin: false at .01", "margin .02: false at .01"),
        rewrites.several_rows,
        0.5,
    ),
    "discoveries": Table(("calibration items", "their shift, sd", "false share", "found"), rules.discovery_rows, 0.5),
}


def table(name: str, runs: int, seed: int) -> str:
    """One table as Markdown."""
    wanted = TABLES[name]
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    lines = ["| " + " | ".join(wanted.head) + " |", "|" + "---|" * len(wanted.head)]
    lines += ["| " + " | ".join(row) + " |" for row in wanted.rows(rng, max(int(runs * wanted.share), 20))]
    return "\n".join(lines)


def replaced(page: str, name: str, made: str) -> str:
    """The page with another table of this name.

    Raises:
        ValueError: the page has no place for it.
    """
    pattern = re.compile(rf"(<!-- table {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    new, count = pattern.subn(lambda found: f"{found[1]}\n{made}\n\n{found[2]}", page)
    if count != 1:
        raise ValueError(f"{PAGE.name} has {count} places for the table {name}")
    return new


def main() -> None:
    """Writes the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=sorted(TABLES))
    given = parser.parse_args()
    for name in given.only or TABLES:
        made = table(name, given.runs, given.seed)
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), name, made), encoding="utf-8")
        print(f"{name}\n{made}\n", flush=True)


if __name__ == "__main__":
    main()
