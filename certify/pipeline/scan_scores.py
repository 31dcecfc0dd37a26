"""A model's results item by item, as somebody's evaluation left them in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from certify.errors import UsageError
from certify.files import read_file
from certify.scan import Benchmark
from certify.scan.fields import flatten
from certify.scan.normalise import words

_ITEMS = ("item", "id", "item_id", "uid", "task_id")
_SCORES = ("score", "correct", "exact_match", "acc")
_ABSENT = object()


class ItemScores(NamedTuple):
    """Scores of one model on one benchmark."""

    scores: dict[str, Fraction]
    """For each item its score in [0, 1], the mean where it was asked several times."""
    answer_filter: str | None = None
    """Which of several ways to read the answers the file was taken by; None where it names at most one."""


def read_results(given: Sequence[str], benchmarks: Sequence[Benchmark]) -> dict[str, ItemScores]:
    """The results for each benchmark that has some, by its name.

    Args:
        given: ``benchmark=FILE``, or ``FILE`` where there is one benchmark.
        benchmarks: those that are scanned for.

    Raises:
        UsageError: CERT-E484, results of a benchmark that is not scanned for, or two files for one; CERT-E012, a file
            that cannot be read; the codes of ``read_scores``.
    """
    by_name = {benchmark.name: benchmark for benchmark in benchmarks}
    found: dict[str, ItemScores] = {}
    for one in given:
        name, _, file = one.partition("=")
        if name not in by_name or not file:
            if len(benchmarks) > 1:
                raise _unassigned(one, "it does not say which benchmark it belongs to", by_name)
            name, file = benchmarks[0].name, one
        if name in found:
            raise _unassigned(one, f"there is a file of results for {name} already", by_name)
        found[name] = read_scores(Path(file), by_name[name])
    return found


def _unassigned(given: str, why: str, known: Mapping[str, Benchmark]) -> UsageError:
    hint = f"write --results {next(iter(known))}=FILE, once for each of: {', '.join(known)}"
    return UsageError("CERT-E484", f"the results {given} cannot be assigned", why, hint)


def read_scores(path: Path, benchmark: Benchmark) -> ItemScores:
    """The scores in a file of JSON Lines: ``{"item": ..., "score": ...}``, or samples as lm-eval logs them.

    A row names its item by the benchmark's id, or by ``doc_id``, its place in the benchmark from 0. Its score is a
    number in [0, 1] or true or false, under ``score``, ``correct``, ``exact_match``, ``acc`` or the metric it names.

    Raises:
        UsageError: CERT-E483, a row that is none of that, an item the benchmark does not have, or another question.
    """
    place = {item.id: position for position, item in enumerate(benchmark.items)}
    asked: dict[str, list[Fraction]] = {}
    filters: list[str] = []
    for number, row in _rows(path):
        used = row.get("filter")
        if isinstance(used, str) and used not in filters:
            filters.append(used)
        if filters and used != filters[0]:
            continue
        position = _place(row, place, path, number)
        _refuse_another_question(row, benchmark, position, path, number)
        asked.setdefault(benchmark.items[position].id, []).append(_score(row, path, number))
    if not asked:
        raise _unusable(path, None, "it holds no results")
    means = {item: sum(all_, Fraction(0)) / len(all_) for item, all_ in asked.items()}
    return ItemScores(means, filters[0] if len(filters) > 1 else None)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(read_file(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"), parse_int=Fraction)
        except (ValueError, RecursionError) as error:
            raise _unusable(path, number, f"it is no JSON: {str(error)[:100]}") from error
        if not isinstance(row, dict):
            raise _unusable(path, number, "it is no JSON object")
        yield number, row


def _place(row: Mapping[str, Any], place: Mapping[str, int], path: Path, number: int) -> int:
    """Which item of the benchmark a row is about, from 0."""
    named = next((row[key] for key in _ITEMS if isinstance(row.get(key), str | Fraction)), None)
    given = row.get("doc_id") if named is None else named
    if given is None:
        raise _unusable(path, number, "it names no item")
    if named is not None:
        position = place.get(str(named), -1)
    else:
        position = int(given) if isinstance(given, Fraction) and given < len(place) else -1
    if position < 0:
        raise _unusable(path, number, f"the benchmark has no item {str(given)[:60]}")
    return position


def _refuse_another_question(
    row: Mapping[str, Any], benchmark: Benchmark, position: int, path: Path, number: int
) -> None:
    # A place in another version of the file, or in a shuffled one, would give every item somebody else's score.
    document, item = row.get("doc"), benchmark.items[position]
    if isinstance(document, Mapping) and item.words:
        said = f" {' '.join(words(chr(10).join(flatten(document))))} "
        if f" {' '.join(item.words)} " not in said:
            raise _unusable(path, number, f"it answers another question than item {item.id} of {benchmark.name}")


def _score(row: Mapping[str, Any], path: Path, number: int) -> Fraction:
    metrics = row.get("metrics")
    named = [str(metric) for metric in metrics] if isinstance(metrics, list) else []
    value = next((row[key] for key in (*_SCORES, *named) if row.get(key, _ABSENT) is not _ABSENT), _ABSENT)
    if value is _ABSENT:
        raise _unusable(path, number, f"it holds no score under {', '.join(_SCORES)}")
    if not isinstance(value, bool | int | float | Fraction) or not 0 <= value <= 1:
        raise _unusable(path, number, f"{str(value)[:40]} is no score between 0 and 1")
    return Fraction(value)


def _unusable(path: Path, number: int | None, why: str) -> UsageError:
    where = f"{path}" if number is None else f"{path}, line {number},"
    hint = 'a row is {"item": ID, "score": NUMBER}, or a sample as lm-eval logs it with --log_samples'
    return UsageError("CERT-E483", f"{where} cannot be used as results", why, hint)
