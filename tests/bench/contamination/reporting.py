"""Tables and plots of docs/detectors.md, between its markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from certify import __version__
from tests.bench.contamination.demo import Outcome, outcome
from tests.bench.contamination.detectors import TESTS
from tests.bench.contamination.measuring import (
    LEVELS,
    NEEDED,
    SUBSETS,
    Blind,
    Power,
    Separation,
    Size,
    Twins,
    blind,
    powers,
    score_sizes,
    separations,
    sizes,
)
from tests.bench.contamination.plots import plot
from tests.bench.contamination.twins import CLEAN, LEAKED
from tests.bench.contamination.world import VERBATIM

PAGE = Path(__file__).resolve().parents[3] / "docs" / "detectors.md"
PLOTS = PAGE.parent / "detectors"
Rows = Iterable[Sequence[str]]


def table(head: Sequence[str], rows: Rows) -> str:
    """Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def share(value: float) -> str:
    """Two decimals, without the zero in front."""
    return "1" if value >= 0.995 else f"{value:.2f}".removeprefix("0")


def spread(values: Sequence[float]) -> str:
    """A mean, and the least and largest where there are several."""
    mean = share(float(np.mean(values)))
    return mean if len(values) == 1 else f"{mean} ({share(min(values))}–{share(max(values))})"


def blinds(twins: Twins) -> Blind:
    """The model-blind judge over all seeds, whose items are independent of each other."""
    found = [blind(answers["items"], number) for (number, twin), answers in twins.items() if twin == LEAKED]
    mean = float(np.mean([one.area for one in found]))
    half = float(np.mean([one.high - one.area for one in found])) / len(found) ** 0.5
    return Blind(mean, mean - half, mean + half)


def blind_table(found: Blind) -> str:
    """What the words alone tell, and whether anything below means something."""
    verdict = "**VOID**: words tell read items from held-out ones" if found.void else "holds .5: the figures stand"
    return table(
        ("judge", "AUROC", "95 % interval", ""),
        [("words alone, no model", f"{found.area:.3f}", f"{found.low:.3f} to {found.high:.3f}", verdict)],
    )


def size_rows(found: Iterable[Size], gating: Iterable[str]) -> Rows:
    """False alarms."""
    names = set(gating)
    for one in found:
        cells = [one.name + (" (gating)" if one.name in names else ""), f"{one.items}", f"{one.splits:,}"]
        for number, level in enumerate(LEVELS):
            low, high = one.interval(number)
            cells.append(f"{one.alarms[number] / one.splits:.4f} ({low:.4f} to {high:.4f})")
            cells.append("kept" if high <= level else "at it" if low <= level else "**exceeded**")
        yield cells


def size_table(found: Iterable[Size]) -> str:
    """False alarms of every detector at both levels."""
    head = ["detector", "items", "splits"]
    for level in LEVELS:
        head += [f"false alarms at {level}", ""]
    return table(head, size_rows(found, [test.name for test in TESTS if test.gating]))


def power_table(found: Sequence[Power], level: int) -> str:
    """Shares of sets found, a column for each number of exposures."""
    counts = sorted({one.exposures for one in found})
    rows = []
    for name, variant in dict.fromkeys((one.name, one.variant) for one in found):
        by_count = {one.exposures: one for one in found if (one.name, one.variant) == (name, variant)}
        items = str(by_count[counts[0]].items)
        rows.append([name, variant, items, *(spread(by_count[k].by_seed[level]) for k in counts)])
    return table(["test", "leaked as", "items", *(f"{k}x" for k in counts)], rows)


def separation_table(found: Sequence[Separation], field: str) -> str:
    """AUROC, or the share found at 1 % false alarms."""
    counts = sorted({one.exposures for one in found})
    rows = []
    for name, variant in dict.fromkeys((one.name, one.variant) for one in found):
        by_count = {one.exposures: one for one in found if (one.name, one.variant) == (name, variant)}
        rows.append([name, variant, *(spread(getattr(by_count[k], field)) for k in counts)])
    return table(["score", "leaked as", *(f"{k}x" for k in counts)], rows)


def about(twins: Twins, splits: int) -> str:
    """Where the figures come from."""
    first = next(iter(twins.values()))["about"]
    told = []
    for twin in (CLEAN, LEAKED):
        found = {number: answers["items"] for (number, name), answers in sorted(twins.items()) if name == twin}
        right = np.mean([_accuracy(items) for items in found.values()])
        told.append(f"{twin} twins of the seeds {', '.join(map(str, found))}, right in {right:.0%} of held-out items")
    return (
        f"Made {first['date']} with certify {__version__}, Python {first['python']}, torch {first['torch']}, "
        f"transformers {first['transformers']} on {first['device']}: {'; '.join(told)}. Each has "
        f"{first['parameters']:,} parameters and read {first['documents']:,} documents once, {first['exposed']:,} of "
        f"them leaks or stand-ins. Sizes from {splits:,} splits, fewer where a test takes long but at least "
        f"{NEEDED:,}, more where the rate is so near the level that only many tell them apart; powers from {SUBSETS} "
        f"sets of each cell of each leaked twin."
    )


def _accuracy(rows: Sequence[dict[str, int]]) -> float:
    held = [row for row in rows if not row["k"]]
    return sum(row["original"] for row in held) / sum(row["samples"] for row in held)


def pictures(power: Sequence[Power], apart: Sequence[Separation]) -> dict[str, str]:
    """SVG by file name."""
    made = {}
    for name in dict.fromkeys(one.name for one in power):
        lines: dict[str, list[tuple[int, float]]] = {}
        for one in power:
            if one.name == name:
                lines.setdefault(one.variant, []).append((one.exposures, one.mean(0)))
        made[f"power-{name}.svg"] = plot(f"{name}: share of leaked sets found at .01", lines, 0.01, "power")
    scores: dict[str, list[tuple[int, float]]] = {}
    for each in apart:
        if each.variant == VERBATIM:
            scores.setdefault(each.name, []).append((each.exposures, float(np.mean(each.areas))))
    made["scores-verbatim.svg"] = plot("Scores on verbatim leaks: AUROC", scores, 0.5, "AUROC")
    return made


def sections(twins: Twins, splits: int, seed: int) -> tuple[dict[str, str], dict[str, str]]:
    """The parts of the page by the name of their marker, and the plots by file name."""
    power, apart = list(powers(twins, seed)), list(separations(twins))
    size = [*sizes(twins, splits, seed), *score_sizes(twins, splits, seed)]
    parts = {
        "about": about(twins, splits),
        "blind": blind_table(blinds(twins)),
        "size": size_table(size),
        "power-.01": power_table(power, 0),
        "power-.05": power_table(power, 1),
        "auroc": separation_table(apart, "areas"),
        "found": separation_table(apart, "found"),
    }
    return parts, pictures(power, apart)


def replaced(page: str, name: str, made: str) -> str:
    """The page with another part of this name.

    Raises:
        ValueError: the page has no place for it.
    """
    pattern = re.compile(rf"(<!-- bench {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    new, places = pattern.subn(lambda at: f"{at[1]}\n{made}\n\n{at[2]}", page)
    if places != 1:
        raise ValueError(f"{PAGE.name} has {places} places for {name}")
    return new


def demo_table(found: Iterable[Outcome]) -> str:
    """How often each test finds each demo model."""
    head = ("demo model", "seeds", "paired-rewrite", "prefix-completion", "both", "neither")
    return table(head, [[one.model, *map(str, one[1:])] for one in found])


def write(
    twins: Twins, demos: Sequence[dict[str, Any]], *, splits: int, seed: int, page: Path = PAGE, plots: Path = PLOTS
) -> None:
    """Writes every part into the page, and every plot beside it; without answers of a kind its part stays."""
    parts: dict[str, str] = {}
    drawn: dict[str, str] = {}
    if twins:
        parts, drawn = sections(twins, splits, seed)
    if demos:
        parts["demo"] = demo_table(map(outcome, demos))
    text = page.read_text(encoding="utf-8")
    for name, made in parts.items():
        text = replaced(text, name, made)
    page.write_text(text, encoding="utf-8")
    plots.mkdir(exist_ok=True)
    for name, picture in drawn.items():
        (plots / name).write_text(picture, encoding="utf-8")
