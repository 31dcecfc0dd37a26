"""Benchmarks read for a plan, and their digests held against what was agreed on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from certify.check.base import PRIVATE_PREFIX, Sources
from certify.check.benchmarks import Benchmark, other_file, read_benchmark
from certify.check.detections import planned_tests
from certify.check.instances import published_side
from certify.check.private_files import read_private, source_name
from certify.check.readers import refuse_unread
from certify.check.tasks.file import TaskBenchmark, read_task
from certify.check.tasks.making import make_task
from certify.errors import CertifyError, UsageError
from certify.evidence.base import StrictValue
from certify.evidence.parameters import (
    CorpusScanParameters,
    OptionOrderParameters,
    OrderExchangeabilityParameters,
    PrivateSetParameters,
    StaticBenchmarkParameters,
    StaticFreshGapParameters,
)
from certify.evidence.parameters.profile import CapabilityProfileParameters

Parameters = Mapping[str, StrictValue]
"""Check id to its parameters."""

_Orders = OrderExchangeabilityParameters | OptionOrderParameters
_About = StaticFreshGapParameters | CapabilityProfileParameters | _Orders
"""Parameters that name one published benchmark, if any; StaticBenchmarkParameters may name a task instead."""


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
    tasks = {one.source: one for one in _static(parameters) if one.task is not None}
    benchmarks = {name: _read(name, (files or {}).get(name), tasks.get(name)) for name in agreed}
    for name, digest in agreed.items():
        if digest is not None and benchmarks[name].sha256 != digest:
            raise other_file(name, benchmarks[name].sha256, digest)
    limits = {one.source: one.items for one in _static(parameters) if one.items is not None}
    private = [given for given in parameters.values() if isinstance(given, PrivateSetParameters)]
    limits |= {source_name(one.name): one.items for one in private if one.items is not None}
    return Sources(benchmarks, limits, tests=planned_tests(parameters))


def source_faults(parameters: Parameters) -> list[CertifyError]:
    """Why benchmarks that the checks name cannot be read here, each one by itself; tasks of lm-eval are left out.

    Args:
        parameters: of each check.
    """
    tasks = {one.source for one in _static(parameters) if one.task is not None}
    found = list[CertifyError]()
    for name, digest in _named(parameters).items():
        try:
            benchmark = None if name in tasks else _read(name, None, None)
            if benchmark is not None and digest not in (None, benchmark.sha256):
                raise other_file(name, benchmark.sha256, str(digest))
        except CertifyError as error:
            found.append(error)
    return found


def _static(parameters: Parameters) -> list[StaticBenchmarkParameters]:
    return [given for given in parameters.values() if isinstance(given, StaticBenchmarkParameters)]


def _read(name: str, file: Path | None, task: StaticBenchmarkParameters | None) -> Benchmark:
    if task is not None:
        return make_task(task) if file is None else read_task(file)
    return read_private(name, file) if name.startswith(PRIVATE_PREFIX) else read_benchmark(name, file=file)


def with_digests(parameters: StrictValue, sources: Sources) -> StrictValue:
    """The parameters with the digest of every benchmark filled in, and the metric of a task."""
    if isinstance(parameters, StaticBenchmarkParameters):
        benchmark = sources.benchmarks[parameters.source]
        filled: dict[str, str] = {"sha256": benchmark.sha256}
        if isinstance(benchmark, TaskBenchmark):
            filled["metric"] = f"{benchmark.task.metric},{benchmark.task.filter}"
        return parameters.model_copy(update=filled)
    if isinstance(parameters, _About):
        if parameters.benchmark is None:
            return parameters
        digests = {"sha256": sources.benchmarks[parameters.benchmark].sha256}
        if isinstance(parameters, OptionOrderParameters):
            digests["control_sha256"] = sources.benchmarks[parameters.control].sha256
        return parameters.model_copy(update=digests)
    if isinstance(parameters, PrivateSetParameters):
        return parameters.model_copy(update={"sha256": sources.benchmarks[source_name(parameters.name)].sha256})
    if isinstance(parameters, CorpusScanParameters):
        digests = {name: sources.benchmarks[name].sha256 for name in parameters.benchmarks}
        return parameters.model_copy(update={"sha256": digests})
    return parameters


def _named(parameters: Parameters) -> dict[str, str | None]:
    named: dict[str, str | None] = {}
    for given in parameters.values():
        if isinstance(given, StaticBenchmarkParameters):
            named[given.source] = given.sha256 or named.get(given.source)
        elif isinstance(given, _About) and given.benchmark is not None:
            named[given.benchmark] = given.sha256 or named.get(given.benchmark)
            if isinstance(given, OptionOrderParameters):
                named[given.control] = given.control_sha256 or named.get(given.control)
        elif isinstance(given, PrivateSetParameters):
            named[source_name(given.name)] = given.sha256
        elif isinstance(given, CorpusScanParameters):
            named |= {name: given.sha256.get(name) or named.get(name) for name in given.benchmarks}
    return named


def _asked_by(given: StrictValue) -> str | None:
    if isinstance(given, StaticBenchmarkParameters):
        return given.source
    if isinstance(given, CapabilityProfileParameters):
        return given.benchmark
    return source_name(given.name) if isinstance(given, PrivateSetParameters) else None


def _refuse_disagreement(parameters: Parameters) -> None:
    refuse_unread(parameters)
    seen: dict[str, str] = {}
    for name, given in parameters.items():
        if isinstance(given, StaticFreshGapParameters):
            published_side(given, parameters)
        asked = _asked_by(given)
        if asked is not None and (first := seen.setdefault(asked, name)) != name:
            raise UsageError(
                "CERT-E102",
                f"{name} cannot be planned: {first} asks {asked} already",
                why="one benchmark asked twice would count twice",
                hint="list each benchmark once",
            )
