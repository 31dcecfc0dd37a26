"""Benchmarks read for a plan, and their digests held against what was agreed on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from certify.check.base import Sources
from certify.check.benchmarks import other_file, read_benchmark
from certify.check.instances import published_side
from certify.check.readers import refuse_unread
from certify.errors import UsageError
from certify.evidence.base import StrictValue
from certify.evidence.parameters import CorpusScanParameters, StaticBenchmarkParameters, StaticFreshGapParameters

Parameters = Mapping[str, StrictValue]
"""Check id to its parameters."""


def open_sources(parameters: Parameters, files: Mapping[str, Path] | None = None) -> Sources:
    """Every benchmark the checks name, read once.

    Args:
        parameters: of each check.
        files: where a benchmark's file lies now, by the name the plan uses; for whoever repeats a run elsewhere.

    Raises:
        UsageError: CERT-E100, a benchmark cannot be read; CERT-E102, two checks disagree about it.
        HostileInput: CERT-E101, a benchmark is not the file that was agreed on.
    """
    _refuse_disagreement(parameters)
    agreed = _named(parameters)
    benchmarks = {name: read_benchmark(name, file=(files or {}).get(name)) for name in agreed}
    for name, digest in agreed.items():
        if digest is not None and benchmarks[name].sha256 != digest:
            raise other_file(name, benchmarks[name].sha256, digest)
    static = [given for given in parameters.values() if isinstance(given, StaticBenchmarkParameters)]
    return Sources(benchmarks, {one.benchmark: one.items for one in static if one.items is not None})


def with_digests(parameters: StrictValue, sources: Sources) -> StrictValue:
    """The parameters with the digest of every benchmark filled in."""
    if isinstance(parameters, StaticBenchmarkParameters | StaticFreshGapParameters):
        return parameters.model_copy(update={"sha256": sources.benchmarks[parameters.benchmark].sha256})
    if isinstance(parameters, CorpusScanParameters):
        digests = {name: sources.benchmarks[name].sha256 for name in parameters.benchmarks}
        return parameters.model_copy(update={"sha256": digests})
    return parameters


def _named(parameters: Parameters) -> dict[str, str | None]:
    named: dict[str, str | None] = {}
    for given in parameters.values():
        if isinstance(given, StaticBenchmarkParameters | StaticFreshGapParameters):
            named[given.benchmark] = given.sha256 or named.get(given.benchmark)
        elif isinstance(given, CorpusScanParameters):
            named |= {name: given.sha256.get(name) or named.get(name) for name in given.benchmarks}
    return named


def _refuse_disagreement(parameters: Parameters) -> None:
    refuse_unread(parameters)
    seen: dict[str, str] = {}
    for name, given in parameters.items():
        if isinstance(given, StaticFreshGapParameters):
            published_side(given, parameters)
        elif isinstance(given, StaticBenchmarkParameters) and (first := seen.setdefault(given.benchmark, name)) != name:
            raise UsageError(
                "CERT-E102",
                f"{name} cannot be planned: {first} asks {given.benchmark} already",
                why="one benchmark asked twice would count twice",
                hint="list each benchmark once",
            )
