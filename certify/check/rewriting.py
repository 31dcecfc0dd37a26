"""Which items of a benchmark get rewrites, and the rewrites themselves: made here or read from a file."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from certify.check.annotated import Paired, paired_items, twins_of
from certify.check.base import Sources
from certify.check.benchmarks import BenchmarkItem
from certify.check.rewrite_file import accepted
from certify.check.twins import Pairable, family_twins, pairable_items
from certify.check.verifiers import INTEGER
from certify.evidence.parameters.rewrites import FAMILIES, PairedRewriteParameters
from certify.evidence.results.rewrites import LeftOutRewrites, RewriteFault

PURPOSE = "paired-rewrite"


class Rewrite(NamedTuple):
    """Another problem of the same form."""

    text: str
    """Its question."""
    gold: str
    """Its right answer."""
    verifier: str
    """How answers are compared with that."""


class Rewritten(NamedTuple):
    """An item with its rewrites."""

    item: BenchmarkItem
    """As published."""
    rewrites: tuple[Rewrite, ...]
    """As many as are asked."""


class Material(NamedTuple):
    """What the pairs are made of; the same for every seed."""

    items: tuple[Pairable | Paired | Rewritten, ...]
    """Items that get rewrites, in the order of the file."""
    left_out: tuple[LeftOutRewrites, ...]
    """What does not count, by reason."""


def material(parameters: PairedRewriteParameters, sources: Sources) -> Material:
    """The items that get rewrites.

    Raises:
        UsageError: CERT-E102, more than a tenth of the rows of a file of rewrites is bad.
    """
    benchmark = sources.benchmarks[parameters.benchmark]
    asked = benchmark.items[: parameters.items]
    faults = Counter[RewriteFault]()
    found: list[Pairable] | list[Paired] | list[Rewritten]
    if (path := parameters.rewrite_file) is not None:
        rows = accepted(sources.rewrites[path], benchmark.items)
        named = [(item, rows.rewrites.get(item.id, [])[: parameters.isomorphs]) for item in asked]
        faults = rows.faults
        found = [Rewritten(item, tuple(map(_given, own))) for item, own in named if len(own) == parameters.isomorphs]
    elif parameters.rewrites == FAMILIES:
        found = pairable_items(asked, sources.published, parameters.isomorphs)
    else:
        found = paired_items(asked)
    faults[RewriteFault.NO_REWRITE] = len(asked) - len(found)
    told = tuple(LeftOutRewrites(reason=one, count=faults[one]) for one in RewriteFault if faults[one])
    return Material(tuple(found), told)


def rewritten(found: Material, parameters: PairedRewriteParameters, sources: Sources, seed: bytes) -> list[Rewritten]:
    """Every item with its rewrites, which the seed draws unless they come from a file."""
    count, published = parameters.isomorphs, sources.published
    families = [one for one in found.items if isinstance(one, Pairable)]
    annotated = [one for one in found.items if isinstance(one, Paired)]
    made = [one for one in found.items if isinstance(one, Rewritten)]
    for pair, problems in family_twins(families, count, published, seed, PURPOSE):
        own = tuple(Rewrite(one.question, one.answer, f"family:{one.family}") for one in problems)
        made.append(Rewritten(pair.item, own))
    for paired in annotated:
        twins = twins_of(paired, count, published, seed, PURPOSE)
        made.append(Rewritten(paired.item, tuple(Rewrite(one.question, one.gold, INTEGER) for one in twins)))
    return made


def _given(row: BenchmarkItem) -> Rewrite:
    return Rewrite(row.question, row.gold, row.verifier)
