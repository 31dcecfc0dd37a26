"""A file of rewrites of published items; every row is held against its item before it counts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from certify.check.annotated import program_of, recomputed
from certify.check.benchmark_files import rows_of, text_of
from certify.check.benchmarks import BenchmarkItem, bytes_of
from certify.check.rows import final_answer, read_items
from certify.check.verifiers import verify
from certify.errors import CertifyError, UsageError
from certify.evidence.canonical import sha256_hex
from certify.evidence.results.rewrites import RewriteFault

MOST_BAD = 0.1
"""Share of a file's rows that may be left out; beyond that the file is refused."""
FEWEST_SOLVERS = 2
_LONGEST_NAME = 200


class Solver(NamedTuple):
    """What somebody who worked a rewrite out came to."""

    name: str
    """Who."""
    answer: str
    """The final answer."""


class RewriteRow(NamedTuple):
    """One row of the file."""

    item: str
    """Id of the item it rewrites."""
    made: BenchmarkItem
    """Question and answer, read like those of a benchmark."""
    solvers: tuple[Solver, ...]
    """Who worked it out."""


@dataclass(frozen=True)
class RewriteFile:
    """A file as read; nothing in it has been believed yet."""

    file: str
    """Its name."""
    sha256: str
    """SHA-256 of its bytes."""
    rows: tuple[RewriteRow, ...]
    """Its rows, in order."""


class Accepted(NamedTuple):
    """The rows that count."""

    rewrites: dict[str, list[BenchmarkItem]]
    """Id of an item to its rewrites, each with the item's way of comparing answers."""
    faults: Counter[RewriteFault]
    """Rows left out, by reason."""


def read_rewrites(path: Path) -> RewriteFile:
    """A file of rewrites, JSON Lines or Parquet, with ``item``, ``question``, ``answer`` and perhaps ``solvers``.

    Raises:
        UsageError: CERT-E100, it cannot be read, or a row is no rewrite; CERT-E035, a package is missing.
    """
    data = bytes_of(path, "file of rewrites")
    try:
        documents = rows_of(path.name, data)
        named = [_numbered(number, document) for number, document in enumerate(documents)]
        made = read_items(named, question="question", answer="answer", identifier="certify row")
        rows = tuple(
            RewriteRow(str(document["item"]), BenchmarkItem(*row), _solvers(number, document))
            for number, (document, row) in enumerate(zip(documents, made, strict=True), 1)
        )
    except CertifyError as error:
        if error.code == "CERT-E035":
            raise
        hint = error.hint or "a rewrite is a row with item, question and answer"
        what = f"the rewrites in {path.name} cannot be used: {error.what}"
        raise UsageError("CERT-E100", what, error.why, hint) from error
    return RewriteFile(path.name, sha256_hex(data), rows)


def accepted(file: RewriteFile, items: Iterable[BenchmarkItem]) -> Accepted:
    """The rows whose answers are certain and whose questions nobody published.

    Args:
        file: as read.
        items: every item of the benchmark, asked or not.

    Raises:
        UsageError: CERT-E102, more than a tenth of the rows is bad.
    """
    known = {item.id: item for item in items}
    published = {folded_question(item.question) for item in known.values()}
    found, faults, seen = dict[str, list[BenchmarkItem]](), Counter[RewriteFault](), set[str]()
    for row in file.rows:
        folded, item = folded_question(row.made.question), known.get(row.item)
        fault = _fault(row, item, folded in published, folded in seen)
        seen.add(folded)
        if fault is not None or item is None:
            faults[fault or RewriteFault.UNKNOWN_ITEM] += 1
            continue
        own = row.made.problem is not None
        found.setdefault(row.item, []).append(row.made if own else row.made._replace(verifier=item.verifier))
    if faults.total() > MOST_BAD * len(file.rows):
        raise _too_many(file, faults)
    return Accepted(found, faults)


def folded_question(text: str) -> str:
    """A question without spaces, case, width and punctuation; signs that calculate stay."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum() or sign in "-*/%" or unicodedata.category(sign)[0] == "S")


def _fault(row: RewriteRow, item: BenchmarkItem | None, published: bool, repeated: bool) -> RewriteFault | None:
    if item is None:
        return RewriteFault.UNKNOWN_ITEM
    if published:
        return RewriteFault.IDENTICAL
    return RewriteFault.REPEATED if repeated else _answer_fault(row, item)


def _answer_fault(row: RewriteRow, item: BenchmarkItem) -> RewriteFault | None:
    """Whether the answer is certain: by the facts of our own family, the item's own program, or two solvers."""
    if row.made.problem is not None:
        return None  # its reader worked the answer out from the facts
    program = program_of(item.question, item.answer, item.gold)
    worked = None if program is None else recomputed(program, row.made.question)
    if worked is not None:
        return None if verify(item.verifier, worked, row.made.gold) else RewriteFault.DISAGREED
    if len({solver.name for solver in row.solvers}) < FEWEST_SOLVERS:
        return RewriteFault.UNVALIDATED
    agreed = all(verify(item.verifier, solver.answer, row.made.gold) for solver in row.solvers)
    return None if agreed else RewriteFault.DISAGREED


def _numbered(number: int, document: Any) -> Any:
    """The row under an id of its own: several rows may rewrite one item."""
    if not isinstance(document, Mapping):
        return document
    if not isinstance(document.get("item"), str | int) or isinstance(document.get("item"), bool):
        raise UsageError("CERT-E100", f"row {number + 1} names no item")
    return {**document, "certify row": str(number)}


def _solvers(number: int, document: Mapping[str, Any]) -> tuple[Solver, ...]:
    given = document.get("solvers")
    if given is None:
        return ()
    rows = given if isinstance(given, list) else [None]
    found = [
        (one.get("name"), text_of(one.get("answer"))) if isinstance(one, Mapping) else (None, None) for one in rows
    ]
    if any(not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or not answer for name, answer in found):
        raise UsageError("CERT-E100", f"row {number}: solvers is no list of names and answers")
    return tuple(Solver(str(name).strip().casefold(), final_answer(str(answer))) for name, answer in found)


def _too_many(file: RewriteFile, faults: Counter[RewriteFault]) -> UsageError:
    told = ", ".join(f"{count} {_WORDS[reason]}" for reason, count in sorted(faults.items()))
    return UsageError(
        "CERT-E102",
        f"paired-rewrite cannot be planned: {faults.total()} of {len(file.rows)} rewrites in {file.file} are bad",
        f"{told}; at most one in ten may be",
        "a rewrite needs words or numbers of its own and an answer that the item's program or two solvers reach",
    )


_WORDS = {
    RewriteFault.UNKNOWN_ITEM: "of no item of the benchmark",
    RewriteFault.IDENTICAL: "identical to a published question",
    RewriteFault.REPEATED: "repeated",
    RewriteFault.UNVALIDATED: "with an answer that nothing confirms",
    RewriteFault.DISAGREED: "with an answer that its program or solvers contradict",
}
