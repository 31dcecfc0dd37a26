"""Every fact of plan, evaluation and certificate changed by its own signer: which ones a reader cannot notice.

Signatures, log, digests, seed and decision follow the change. What is let through is listed, each with the reason;
a fact that appears in or disappears from the list is a change of what a certificate establishes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.trust.bundle import statement_of
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, level_one
from tests.fakes.forgery import Edit, forge, parts_of

Path = tuple[str | int, ...]
RECOMPUTED = "audit recomputes it from the journal and the plan's parameters"
DRAWN = "audit draws the questions again and finds another digest"
CATALOGUE = "audit compares it with the family that it installed"
VERSION = "audit refuses a plan of a version of the check that it does not have"
UNUSED = "the corpus scan asks the model nothing, so neither number is used"
CLOCK = (
    "the evaluator's own clock, held to the order of times and the deadline; timestamps bound it where there are any"
)
GAP = "checks.static-fresh-gap"
FREE: dict[str, dict[str, str]] = {
    "plan": {
        "applicant": "the evaluator's word on who asked",
        "checks.0.version": VERSION,
        "checks.1.version": VERSION,
        "checks.2.version": VERSION,
        "checks.3.version": VERSION,
        "checks.3.samples": UNUSED,
        "checks.3.maxTokens": UNUSED,
        "plannedAt": "the evaluator's own clock; the log's order is what counts",
        "deadline": "the evaluator's choice, fixed by the log before the first question is drawn",
    },
    "evaluation": {
        "startedAt": CLOCK,
        "finishedAt": CLOCK,
        "journal.questionsRoot": DRAWN,
        "journal.recordsRoot": "audit holds the journal against it",
        "checks.static-benchmark.accuracy.rule": RECOMPUTED,
        "checks.fresh-reasoning.accuracy.rule": RECOMPUTED,
        **{
            f"checks.fresh-reasoning.families.{number}.{name}": reason
            for number in range(4)
            for name, reason in (
                ("version", "a generator without a table of floors here makes the verdict incomplete"),
                ("released", CATALOGUE),
            )
        },
        **{f"{GAP}.{side}.lower": RECOMPUTED for side in ("static", "fresh")},
        **{f"{GAP}.{side}.rule": RECOMPUTED for side in ("static", "fresh")},
        f"{GAP}.power": RECOMPUTED,
    },
    "certificate": {
        "issuer": "verify names the signer as the reader's own trust file does",
        **{f"evidence.{number}.party": "verify names parties as the reader's trust file does" for number in range(6)},
        "attempts.total": "the issuer's word on later plans; a registry counts them",
        "statusLocation": "the issuer's word on where to ask; whoever answers there has to sign",
        "wording": "a page in unknown words is not compared, and the verdict is incomplete",
        "validFrom": "a later beginning promises less",
    },
}
"""Kind of statement to the facts that verify lets through, and why each is free."""


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every single fact of a claim and where it stands."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        yield path, value
        return
    for step, part in inside:
        yield from leaves(part, (*path, step))


def another(value: Any) -> Any:
    """Something else of the same kind, as near as the kind allows, so that it is not refused for its form."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return round(value - 0.0001 if value > 0.5 else value + 0.0001, 4)
    if len(value) == 64 and set(value) <= set("0123456789abcdef"):
        return value[:-1] + ("1" if value[-1] == "0" else "0")
    if value.endswith("Z") and len(value) == 20:
        return value[:-2] + ("7Z" if value[-2] == "8" else "8Z")
    return value + "x"


def putting(path: Path, value: Any) -> Edit:
    def edit(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return edit


def let_through(chain: Chain, kind: str) -> tuple[set[str], int]:
    """The facts of a kind of statement whose change is not called invalid, and how many were tried."""
    claim = statement_of(parts_of(forge(chain))[kind]).predicate
    found, tried = set(), 0
    for path, value in leaves(claim):
        changed = forge(chain, {kind: putting(path, another(value))})
        told = verify_certificate(changed, trust=chain.trust, expectations=Expectations(at=chain.at))
        tried += 1
        if told.verdict != "invalid":
            found.add(".".join(map(str, path)))
    return found, tried


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "facts"), [("plan", 70), ("evaluation", 150), ("certificate", 100)])
def test_only_listed_facts_can_be_changed_by_whoever_signs_them(kind: str, facts: int) -> None:
    found, tried = let_through(level_one(), kind)
    assert tried >= facts
    assert found == set(FREE[kind])
