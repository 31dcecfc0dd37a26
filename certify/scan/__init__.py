"""Looks for benchmark problems in training data; docs/checks/corpus-scan.md explains the rules."""

from certify.scan.benchmark import Benchmark, Item, load_benchmark
from certify.scan.report import Finding, ScanReport, Span
from certify.scan.shards import is_readable

__all__ = ["Benchmark", "Finding", "Item", "ScanReport", "Span", "is_readable", "load_benchmark"]
