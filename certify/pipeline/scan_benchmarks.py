"""The benchmarks a scan looks for, as a command line names them, and what is odd about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from certify.check.catalogued import catalogue
from certify.counting import counted
from certify.errors import HostileInput, UsageError
from certify.scan import Benchmark, Item, load_benchmark

_SHOWN = 3


def find_benchmarks(names: Sequence[str]) -> list[Benchmark]:
    """Every benchmark named, in order.

    Raises:
        UsageError: CERT-E480, two with one name; the codes of ``make_benchmark``.
    """
    found: dict[str, Benchmark] = {}
    for name in names:
        benchmark = make_benchmark(name)
        if benchmark.name in found:
            raise UsageError(
                "CERT-E480",
                f"two benchmarks are called {benchmark.name}",
                "a finding could not say which of the two it means",
                f"name each: --benchmark one=FILE --benchmark other=FILE; or give {benchmark.name} once",
            )
        found[benchmark.name] = benchmark
    return list(found.values())


def make_benchmark(name: str) -> Benchmark:
    """One benchmark out of ``id``, ``path`` or ``id=path``.

    An id of the catalogue means exactly the file the catalogue describes, wherever it lies; any other id is a name
    for the file.

    Raises:
        UsageError: CERT-E100, there is none; CERT-E481, a file that is not the one its id stands for; CERT-E037, a
            file without questions.
    """
    known = catalogue()
    if name in known:
        return _shipped(name)
    if Path(name).exists():
        return load_benchmark(Path(name))
    title, _, file = name.partition("=")
    if not (title and file):
        raise _unknown(name)
    if not Path(file).exists():
        raise _unknown(file)
    return _shipped(title, Path(file)) if title in known else load_benchmark(Path(file), name=title)


def _shipped(name: str, file: Path | None = None) -> Benchmark:
    from certify.check.benchmarks import read_benchmark

    try:
        found = read_benchmark(name, file=file)
    except HostileInput as error:
        raise UsageError(
            "CERT-E481",
            f"{file or 'the file that came with certify'} is not the {name} of the catalogue",
            error.why,
            f"give the original file, or call this one otherwise: --benchmark my-{name}=FILE",
        ) from error
    return Benchmark.from_items(found.id, [(item.id, item.question, item.answer) for item in found.items])


def _unknown(name: str) -> UsageError:
    from certify.check.benchmarks import shipped

    return UsageError(
        "CERT-E100",
        f"there is no benchmark {name!r}",
        "it is neither the id of a shipped benchmark nor a file",
        f"name a file, or one that came with certify: {', '.join(shipped())}",
    )


def remarks(benchmarks: Sequence[Benchmark]) -> list[str]:
    """What a reader of the counts should know: items without words, items twice, items in two benchmarks."""
    return [said for benchmark in benchmarks for said in _of_one(benchmark)] + [
        said for one, other in combinations(benchmarks, 2) for said in _of_two(one, other)
    ]


def _of_one(benchmark: Benchmark) -> Iterator[str]:
    empty = [item.id for item in benchmark.items if not item.words]
    if empty:
        yield f"{benchmark.name}: {counted(len(empty), 'item')} without a word: {_listed(empty)}"
    twice = [[item.id for item in same] for same in _by_words(benchmark).values() if len(same) > 1]
    if twice:
        groups = "; ".join(_listed(group) for group in twice[:_SHOWN])
        more = f"; and {len(twice) - _SHOWN} more such groups" if len(twice) > _SHOWN else ""
        yield f"{benchmark.name}: items with the same words, so that a copy counts for each: {groups}{more}"


def _of_two(one: Benchmark, other: Benchmark) -> Iterator[str]:
    others = _by_words(other)
    shared = [same[0].id for words, same in _by_words(one).items() if words in others]
    if shared:
        verb = "stands" if len(shared) == 1 else "stand"
        both = f"{counted(len(shared), 'item')} of {one.name} {verb} in {other.name} too"
        yield f"{both}, so that a copy counts in each: {_listed(shared)}"


def _by_words(benchmark: Benchmark) -> dict[tuple[str, ...], list[Item]]:
    found: dict[tuple[str, ...], list[Item]] = defaultdict(list)
    for item in benchmark.items:
        if item.words:
            found[item.words].append(item)
    return found


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
