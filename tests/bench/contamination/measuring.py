"""Size, power and separation of each detector, from the twins' answers alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from certify.statistics import clopper_pearson
from tests.bench.contamination.detectors import SCORES, TESTS, Row, Rows, Test
from tests.bench.contamination.twins import CLEAN, LEAKED
from tests.bench.contamination.world import VERBATIM

LEVELS = (0.01, 0.05)
SUBSETS = 100
"""Sets drawn from each cell of each leaked twin."""
PART = 2 / 3
"""Of a cell that a drawn set holds."""
NEEDED = 1_000
"""Splits at least, however long a test takes."""
Answers = Mapping[str, Any]
Twins = Mapping[tuple[int, str], Answers]
"""By seed and twin."""


class Size(NamedTuple):
    """False alarms at each level."""

    name: str
    items: int
    splits: int
    alarms: tuple[int, ...]
    """At each of ``LEVELS``."""

    def interval(self, level: int) -> tuple[float, float]:
        """The exact 95 % interval of the share of false alarms at the level of this number."""
        return clopper_pearson(self.alarms[level], self.splits)


class Power(NamedTuple):
    """Sets found of those read so often in this form."""

    name: str
    exposures: int
    variant: str
    items: int
    by_seed: tuple[tuple[float, ...], ...]
    """For each of ``LEVELS`` the share of each training seed."""

    def mean(self, level: int) -> float:
        """Over training seeds."""
        return float(np.mean(self.by_seed[level]))


class Separation(NamedTuple):
    """How far a score sets items read so often in this form apart from held-out ones."""

    name: str
    exposures: int
    variant: str
    areas: tuple[float, ...]
    """AUROC of each training seed."""
    found: tuple[float, ...]
    """Share of read items above 99 % of the held-out ones, of each training seed."""


def rows_of(answers: Answers, kind: str) -> Rows:
    """The part of a twin's answers that a test reads."""
    if kind in {"canary", "dye"}:
        return [row for row in answers["planted"] if row["kind"] == kind]
    rows: Rows = answers[kind]
    return rows


def cells(rows: Rows) -> dict[tuple[int, str], list[Row]]:
    """Rows by exposures and form; runs, choices and plants leak verbatim alone."""
    made: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        made.setdefault((row["k"], row.get("variant", VERBATIM if row["k"] else "")), []).append(row)
    return made


def sizes(twins: Twins, splits: int, seed: int) -> Iterator[Size]:
    """Each test on random splits of what the clean twins answered."""
    clean = [answers for (_, twin), answers in twins.items() if twin == CLEAN]
    for test in TESTS:
        random = np.random.default_rng([seed, *test.name.encode()])
        parts = [rows_of(answers, test.kind) for answers in clean]
        size = min(set_size(test, rows) for rows in parts)
        turns = max(min(splits, NEEDED), int(splits * test.share))
        p_values = [one_split(test, parts[turn % len(parts)], size, random) for turn in range(turns)]
        yield Size(test.name, size, turns, _alarms(p_values))


def set_size(test: Test, rows: Rows) -> int:
    """Things in a set: those drawn from the largest cell that leaked."""
    return int(max(len(cell) for (k, _), cell in cells(rows).items() if k) * PART)


def one_split(test: Test, rows: Rows, size: int, random: np.random.Generator) -> float:
    """The p-value of a set drawn at random, beside a control drawn at random.

    Drawn with replacement, as from the generator itself: a split of few items fixes how many hits both sides have
    together, which no run of a test does.
    """
    drawn = [rows[place] for place in random.integers(0, len(rows), size + test.control)]
    return test.p_value(test.null(drawn[:size], random), drawn[size:], random)


def _alarms(p_values: Sequence[float]) -> tuple[int, ...]:
    return tuple(sum(p <= level for p in p_values) for level in LEVELS)


def powers(twins: Twins, seed: int) -> Iterator[Power]:
    """Each test on sets of things that a leaked twin read equally often in one form."""
    leaked = [answers for (_, twin), answers in twins.items() if twin == LEAKED]
    for test in TESTS:
        random = np.random.default_rng([seed, *test.name.encode()])
        by_twin = [cells(rows_of(answers, test.kind)) for answers in leaked]
        for cell in sorted(key for key in by_twin[0] if key[0]):
            size = int(len(by_twin[0][cell]) * PART)
            shares = [_found(test, one[cell], one.get((0, ""), []), size, random) for one in by_twin]
            yield Power(test.name, *cell, size, tuple(zip(*shares, strict=True)))


def _found(test: Test, read: Rows, held_out: Rows, size: int, random: np.random.Generator) -> tuple[float, ...]:
    p_values = []
    for _ in range(SUBSETS):
        chosen = [read[place] for place in random.permutation(len(read))[:size]]
        control = [held_out[place] for place in random.permutation(len(held_out))[: test.control]]
        p_values.append(test.p_value(chosen, control, random))
    return tuple(count / SUBSETS for count in _alarms(p_values))


def score_sizes(twins: Twins, splits: int, seed: int) -> Iterator[Size]:
    """Each score's conformal p-value of one item of a clean twin, beside a calibration half drawn at random."""
    clean = [answers["items"] for (_, twin), answers in twins.items() if twin == CLEAN]
    for name, score in SCORES.items():
        random = np.random.default_rng([seed, *name.encode()])
        values = [np.array([score(row) for row in rows]) for rows in clean]
        p_values = []
        for turn in range(splits):
            drawn = random.permutation(values[turn % len(values)])
            held = drawn[1 : 1 + len(drawn) // 2]
            p_values.append((1 + int((held >= drawn[0]).sum())) / (len(held) + 1))
        yield Size(name, min(map(len, values)) // 2, splits, _alarms(p_values))


def separations(twins: Twins) -> Iterator[Separation]:
    """Each score on each cell of the leaked twins, and the model-blind one beside them."""
    leaked = [answers["items"] for (_, twin), answers in twins.items() if twin == LEAKED]
    for name, score in SCORES.items():
        by_twin = [{key: [score(row) for row in rows] for key, rows in cells(items).items()} for items in leaked]
        for cell in sorted(key for key in by_twin[0] if key[0]):
            pairs = [(one[cell], one[(0, "")]) for one in by_twin]
            yield Separation(name, *cell, tuple(area(*pair) for pair in pairs), tuple(found(*pair) for pair in pairs))


def area(read: Sequence[float], held_out: Sequence[float]) -> float:
    """AUROC: the chance that a read thing scores higher than a held-out one, ties by half."""
    ordered = np.sort(np.asarray(held_out))
    below, upto = np.searchsorted(ordered, read, "left"), np.searchsorted(ordered, read, "right")
    return float((below + upto).mean() / 2 / len(ordered))


def found(read: Sequence[float], held_out: Sequence[float], share: float = 0.01) -> float:
    """Share of read things that score higher than all but ``share`` of the held-out ones."""
    ordered = np.sort(np.asarray(held_out))[::-1]
    return float((np.asarray(read) > ordered[int(share * len(ordered))]).mean())


class Blind(NamedTuple):
    """What the words alone tell."""

    area: float
    low: float
    high: float

    @property
    def void(self) -> bool:
        """Whether read and held-out items differ in their words, so that no figure of a detector means anything."""
        return not self.low <= 0.5 <= self.high


def blind(items: Rows, seed: int, folds: int = 10) -> Blind:
    """A model-blind judge: ridge regression on the words of items, trained on nine tenths, asked about the rest."""
    texts = [row["text"] for row in items]
    marks = np.array([1.0 if row["k"] else 0.0 for row in items])
    words = [re.findall(r"[0-9]|[A-Za-z]+|[^\s\w]", text) for text in texts]
    places = {word: place for place, word in enumerate(sorted({word for each in words for word in each}))}
    table = np.zeros((len(items), len(places) + 1))
    for row, each in enumerate(words):
        for word in each:
            table[row, places[word]] += 1
    table[:, -1] = [len(each) for each in words]
    table = (table - table.mean(0)) / np.maximum(table.std(0), 1e-9)
    fold = np.zeros(len(items), dtype=int)  # equal shares of both halves, or the folds' means would give them away
    for mark in (0.0, 1.0):
        places_of = np.random.default_rng([seed, int(mark)]).permutation(np.flatnonzero(marks == mark))
        fold[places_of] = np.arange(len(places_of)) % folds
    areas, weights = [], []
    for number in range(folds):
        inside, outside = fold != number, fold == number
        penalty = len(places) * 1.0 * np.eye(table.shape[1])
        centre = marks[inside].mean()
        solved = np.linalg.solve(table[inside].T @ table[inside] + penalty, table[inside].T @ (marks[inside] - centre))
        scored = table[outside] @ solved
        read, held = scored[marks[outside] == 1], scored[marks[outside] == 0]
        areas.append(area(read.tolist(), held.tolist()))
        weights.append(len(read) * len(held))
    variance = sum(w * (int(np.sum(fold == n)) + 1) / 12 for n, w in enumerate(weights)) / sum(weights) ** 2
    mean = float(np.average(areas, weights=weights))
    half = 1.96 * variance**0.5
    return Blind(mean, mean - half, mean + half)
