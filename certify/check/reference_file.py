"""Reference models: what they answered to the items and rewrites of a plan, from a file that others may have made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from certify.check.benchmarks import bytes_of
from certify.errors import CertifyError, UsageError
from certify.evidence.canonical import parse_json, sha256_hex
from certify.evidence.references import References
from certify.statistics import is_computable
from certify.statistics.references import FEWEST_REFERENCES


@dataclass(frozen=True)
class ReferenceFile:
    """A file as read."""

    file: str
    """Its name."""
    sha256: str
    """SHA-256 of its bytes."""
    told: References
    """What it says."""

    def require(self, benchmark: str, rewrites: str, items: Iterable[str], samples: int) -> None:
        """Returns if it serves a plan.

        Args:
            benchmark: SHA-256 of the plan's benchmark.
            rewrites: kind of the plan's rewrites, or the SHA-256 of their file.
            items: ids of the items with rewrites.
            samples: planned answers on either side.

        Raises:
            UsageError: CERT-E102, it is about another benchmark, other rewrites or another number of answers, has
                fewer than five models, or one of them lacks an item.
        """
        told = self.told
        if told.benchmark != benchmark:
            raise self._unfit("they are about another benchmark", "make them from runs on the same file")
        if told.rewrites != rewrites:
            raise self._unfit("they are about other rewrites", "make them from runs with the same rewrites")
        if told.samples != samples:
            what = f"they have {told.samples} answers to an item, the plan {samples}"
            raise self._unfit(what, "plan as many: more answers make gaps differ less")
        if len(told.models) < FEWEST_REFERENCES:
            raise self._unfit(
                f"{len(told.models)} models are too few, and {FEWEST_REFERENCES} the fewest",
                "fewer do not show how much gaps differ from model to model; ten are better",
            )
        needed = set(items)
        if not is_computable(len(needed), samples * len(told.models) * (len(told.models) - 1), 1.0):
            raise self._unfit("the exact test of so many would take too long", "name fewer models, or ask fewer items")
        for model in told.models:
            if missing := len(needed - model.items.keys()):
                raise self._unfit(
                    f"{model.name[:60]} lacks {missing} of {len(needed)} items", "ask all models all items"
                )

    def _unfit(self, what: str, hint: str) -> UsageError:
        return UsageError("CERT-E102", f"the references in {self.file} cannot be used: {what}", hint=hint)


def read_references(path: Path) -> ReferenceFile:
    """A file of references.

    Raises:
        UsageError: CERT-E100, it cannot be read, or is none.
    """
    data = bytes_of(path, "file of references")
    try:
        told = References.from_document(parse_json(data, name=path.name), name=path.name)
    except CertifyError as error:
        hint = "docs/checks/paired-rewrite.md tells its form"
        raise UsageError(
            "CERT-E100", f"the references in {path.name} cannot be used: {error.what}", hint=hint
        ) from error
    return ReferenceFile(path.name, sha256_hex(data), told)
