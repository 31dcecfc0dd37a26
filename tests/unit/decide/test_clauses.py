from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.decide import decide, policy_from_document, read_policy
from certify.decide.clauses import Clause, catalogue, dated
from certify.decide.examples import example_input, overlay
from certify.errors import UsageError
from certify.evidence.clauses import ClauseOutcome, Decidable, Force, Standing, Support, force_on
from certify.evidence.decision import Decision

DAY = "2026-11-26T12:00:00Z"
SOURCES = {
    "dora",
    "eu-ai-act",
    "fda-gmlp",
    "fda-pccp",
    "hipaa-security",
    "iso-42001",
    "nist-ai-600-1",
    "nist-ai-800-2",
    "nist-ai-rmf",
    "onc-dsi",
    "sr-11-7",
    "sr-26-2",
}


def _decision(change: dict[str, Any] | None = None, at: str = DAY) -> Decision:
    policy = read_policy("baseline")
    return decide(policy, example_input(policy, overlay(policy.evidence["pass"], change or {})), at)


def _found(decision: Decision) -> dict[str, ClauseOutcome]:
    assert decision.clauses is not None
    return {one.clause: one for one in decision.clauses}


@pytest.mark.parametrize(
    ("status", "begun", "ended", "day", "force"),
    [
        (Standing.IN_FORCE, "2027-12-02", None, "2027-12-01", Force.NOT_YET),
        (Standing.IN_FORCE, "2027-12-02", None, "2027-12-02", Force.IN_FORCE),
        (Standing.IN_FORCE, None, None, "2026-01-01", Force.IN_FORCE),
        (Standing.IN_FORCE, None, "2026-01-01", "2026-01-01", Force.IN_FORCE),
        (Standing.IN_FORCE, None, "2026-01-01", "2026-01-02", Force.ENDED),
        (Standing.RESCINDED, None, "2026-04-17", "2026-04-16", Force.IN_FORCE),
        (Standing.RESCINDED, None, "2026-04-17", "2026-04-17", Force.RESCINDED),
        (Standing.RESCINDED, None, None, "2026-04-16", Force.RESCINDED),
        (Standing.PROPOSED, "2020-01-01", None, "2026-01-01", Force.PROPOSED),
        (Standing.BY_ANALOGY, None, None, "2026-01-01", Force.BY_ANALOGY),
        (Standing.VOLUNTARY, None, None, "2026-01-01", Force.VOLUNTARY),
    ],
)
def test_force_follows_from_status_and_dates(
    status: Standing, begun: str | None, ended: str | None, day: str, force: Force
) -> None:
    assert force_on(day, status, begun, ended) is force


def test_the_catalogue_has_every_source_and_claims_no_verification() -> None:
    assert {reference.split("/")[0] for reference in catalogue()} >= SOURCES
    assert not [reference for reference, clause in catalogue().items() if clause.verified and not clause.remark]
    assert {clause.verified_on for clause in catalogue().values()} == {"2026-11-23"}


def test_the_rescinded_letter_reads_so_and_its_follower_binds_by_analogy_alone() -> None:
    letter = catalogue()["sr-11-7/letter"]
    assert (letter.status, letter.applies_on("2026-11-23")) == (Standing.RESCINDED, False)
    assert "rescinded" in letter.title
    followers = [clause for reference, clause in catalogue().items() if reference.startswith("sr-26-2/")]
    assert {clause.status for clause in followers} == {Standing.BY_ANALOGY}


def test_what_a_policy_carries_of_a_clause_is_the_catalogue_s() -> None:
    entry: Clause = catalogue()["eu-ai-act/15-1"]
    carried = dated("eu-ai-act/15-1")
    assert (carried.clause, carried.title, carried.coverage) == ("eu-ai-act/15-1", entry.title, Decidable.PARTIAL)
    assert carried.force_on("2026-11-26") is Force.NOT_YET


def test_a_decision_tells_supported_open_and_not_covered_clauses() -> None:
    met = _found(_decision())
    assert met["nist-ai-rmf/measure-2-13"].support is Support.SUPPORTED
    assert met["nist-ai-rmf/measure-2-13"].rules == ("BL-04", "BL-06")  # BL-15 does not apply: all data were read
    assert met["eu-ai-act/17"].support is Support.NOT_COVERED
    assert met["eu-ai-act/17"].rules == ()
    assert "fda-gmlp/4" in met  # no clause of the list, but a rule names it
    gap = _found(_decision({"check": {"paired-rewrite": {"verdict": "insufficient"}}}))
    assert gap["nist-ai-rmf/measure-2-13"].support is Support.OPEN


def test_rules_that_do_not_apply_cover_nothing() -> None:
    undisclosed = {"data": {"examined": "undisclosed", "datasets": 0, "complete": None}, "check": {"corpus-scan": None}}
    decision = _decision(undisclosed)
    assert decision.verdict == "certified"
    assert _found(decision)["iso-42001/a-7-5"].support is Support.NOT_COVERED


def test_a_decision_is_taken_as_of_its_day_and_read_as_of_another() -> None:
    now, later = _found(_decision()), _found(_decision(at="2028-01-01T00:00:00Z"))
    assert now["eu-ai-act/15-1"].force is Force.NOT_YET
    assert later["eu-ai-act/15-1"].force is Force.IN_FORCE
    assert now["eu-ai-act/15-1"].as_of("2028-01-01") == later["eu-ai-act/15-1"]


def test_a_stranger_takes_the_decision_again_without_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = read_policy("baseline")
    again = policy_from_document(policy.document)
    monkeypatch.setattr("certify.decide.clauses.catalogue", dict)
    evidence = example_input(policy, policy.evidence["pass"])
    assert decide(again, evidence, DAY) == decide(policy, evidence, DAY)
    assert again.reference == policy.reference


def test_a_policy_without_the_list_is_what_it_was() -> None:
    policy = read_policy("starter")
    assert "clauses" not in policy.document
    assert decide(policy, example_input(policy, policy.evidence["pass"]), DAY).clauses is None


@pytest.mark.parametrize(
    "listed", [["eu-ai-act/99"], ["no reference"], "eu-ai-act/15-1", [{"clause": "eu-ai-act/15-1"}]]
)
def test_a_clause_that_is_not_known_is_refused(write: Callable[..., Path], listed: Any) -> None:
    with pytest.raises(UsageError) as caught:
        read_policy(write(_policy={"clauses": listed}))
    assert caught.value.code == "CERT-E051"


def test_a_resolved_policy_cannot_leave_a_clause_to_the_reader_s_catalogue() -> None:
    document = {**read_policy("baseline").document, "clauses": ["eu-ai-act/15-1"]}
    with pytest.raises(UsageError, match="resolved form"):
        policy_from_document(document)


def test_an_extending_policy_keeps_the_list_and_adds_to_it(write: Callable[..., Path]) -> None:
    base = write(_policy={"clauses": ["eu-ai-act/17"]})
    extending = base.parent / "extending.yaml"
    extending.write_text(
        f"id: more\nversion: 1.0.0\ntitle: More\nextends: {base}\nclauses: [dora/8, eu-ai-act/17]\n", encoding="utf-8"
    )
    listed = [one["clause"] for one in read_policy(extending).document["clauses"]]
    assert listed[:2] == ["eu-ai-act/17", "dora/8"]
