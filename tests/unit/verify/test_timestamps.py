from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from certify.evidence.canonical import canonical_bytes
from certify.pipeline.clock import later
from certify.trust.timestamps import SKEW, moment_of
from certify.trust.trustfile import TrustFile
from certify.verify.expectations import Expectations
from certify.verify.result import CheckLine
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, stamped
from tests.fakes.forgery import forge, parts_of
from tests.fakes.tsa import PARTY, Authority, authority, stamped_bundle, standing_authority

LOGGED = ("plan", "evaluation", "decision", "certificate")
EVERY = (*LOGGED, "dataset", "declaration", "contamination")


@pytest.fixture(scope="module")
def chain() -> Chain:
    return stamped()


def judged(chain: Chain, data: bytes, **trust: Any) -> tuple[Verification, CheckLine]:
    """What a reader of the chain's trust file, changed in some fields, finds, and the line on timestamps."""
    fields = {name: value for name, value in {**chain.trust.document(), **trust}.items() if value is not None}
    reader = TrustFile.parse(canonical_bytes(fields))
    found = verify_certificate(data, trust=reader, expectations=Expectations(at=chain.at))
    return found, next(line for line in found.checks if line.id == "timestamps")


def at(time: str | datetime) -> Authority:
    """The chain's authority with its clock at a time."""
    tsa, moment = standing_authority(), moment_of(time) if isinstance(time, str) else time
    return Authority(tsa.root, tsa.own, clock=lambda: moment)


def honest(chain: Chain, **other: str) -> dict[str, Authority]:
    """A stamper for every kind of statement, at the moment it claims or another one."""
    return {kind: at(other.get(kind, chain.certificate.issued_at)) for kind in EVERY}


def test_everything_that_was_signed_is_stamped_in_order(chain: Chain) -> None:
    found, line = judged(chain, chain.pdf)
    assert (found.verdict, line.result) == ("valid", "pass")
    assert all(bundle.timestamp for bundle in parts_of(chain.bundle).values())
    for kind in (*LOGGED, "PDF"):
        assert f"{kind} 20" in line.detail
    assert line.detail.endswith(f"stamped by {PARTY}")
    found, line = judged(chain, chain.bundle)
    assert (found.verdict, line.result) == ("valid", "pass")
    assert "PDF" not in line.detail


def test_the_registry_holds_stamped_statements_and_the_answer_verifies(chain: Chain) -> None:
    found = verify_certificate(
        chain.pdf,
        trust=chain.trust,
        expectations=Expectations(at=chain.at),
        answer=chain.answer,
        asked_at=chain.at,
    )
    assert {line.id: line.result for line in found.checks}["whole-file"] == "pass"
    assert chain.answer.rendering is not None
    assert "timestampVerificationData" in chain.answer.rendering["verificationMaterial"]  # type: ignore[operator]


def test_a_reader_without_authorities_is_told_so(chain: Chain) -> None:
    found, line = judged(chain, chain.pdf, timestampRoots=None, timestampsRequired=None)
    assert (found.verdict, line.result) == ("valid", "skip")
    assert line.detail == "your trust file names no timestamp authority; 8 of 'Test TSA' are there"


def test_a_timestamp_that_does_not_hold_is_found_without_authorities_too(chain: Chain) -> None:
    parts = parts_of(chain.bundle)
    swapped = stamped_bundle(chain.bundle, {"plan": parts["evaluation"].timestamp})
    found, line = judged(chain, swapped, timestampRoots=None, timestampsRequired=None)
    assert (found.verdict, line.result, line.code) == ("invalid", "fail", "CERT-E130")


@pytest.mark.parametrize("kind", EVERY)
def test_timestamps_of_other_statements_do_not_fit(chain: Chain, kind: str) -> None:
    other = "evaluation" if kind == "plan" else "plan"
    stamp = parts_of(chain.bundle)[other].timestamp
    found, line = judged(chain, stamped_bundle(chain.bundle, {kind: stamp}))
    assert (found.verdict, line.code) == ("invalid", "CERT-E130")
    assert "other bytes" in line.detail


def test_a_stranger_stamps_in_vain(chain: Chain) -> None:
    found, line = judged(chain, stamped_bundle(chain.bundle, {"plan": authority()}))
    assert (found.verdict, line.code) == ("invalid", "CERT-E130")
    assert "no timestamp authority of the trust file vouches" in line.detail


@pytest.mark.parametrize("kind", LOGGED)
def test_a_missing_timestamp_is_invalid_where_it_is_required_and_said_where_not(chain: Chain, kind: str) -> None:
    bare = stamped_bundle(chain.bundle, {kind: None})
    found, line = judged(chain, bare)
    assert (found.verdict, line.code) == ("invalid", "CERT-E131")
    assert line.detail == f"your trust file asks for timestamps, and there is none of the {kind}"
    found, line = judged(chain, bare, timestampsRequired=None)
    assert (found.verdict, line.result) == ("valid", "skip")
    assert line.detail == f"no order shown: there is no timestamp of the {kind}"


def test_a_steward_without_an_authority_takes_nothing_from_the_order(chain: Chain) -> None:
    found, line = judged(chain, stamped_bundle(chain.bundle, {"dataset": None, "declaration": None}))
    assert (found.verdict, line.result) == ("valid", "pass")


@pytest.mark.parametrize(("earlier", "later_one"), [("plan", "evaluation"), ("evaluation", "decision")])
def test_an_order_other_than_the_protocols_is_found(chain: Chain, earlier: str, later_one: str) -> None:
    issued = moment_of(chain.certificate.issued_at)
    stampers = {earlier: at(issued + timedelta(seconds=2)), later_one: at(issued + timedelta(seconds=1))}
    found, line = judged(chain, stamped_bundle(chain.bundle, stampers))
    assert (found.verdict, line.code) == ("invalid", "CERT-E131")
    assert f"the {later_one} was stamped" in line.detail


def test_a_plan_written_after_the_test_is_found_whatever_time_it_claims(chain: Chain) -> None:
    """The evaluator runs first, then writes a plan that suits the result and dates it back by an hour."""
    hour_ago = later(chain.certificate.issued_at, hours=-1)
    forged = forge(
        chain,
        {
            "plan": lambda claim: claim.update(plannedAt=later(hour_ago, minutes=-1)),
            "evaluation": lambda claim: claim.update(startedAt=hour_ago),
        },
    )
    found, line = judged(chain, stamped_bundle(forged, honest(chain)))
    assert (found.verdict, line.code) == ("invalid", "CERT-E131")
    assert "before its plan was stamped" in line.detail
    assert [one.id for one in found.checks if one.result == "fail"] == ["timestamps"]


def test_a_plan_that_waited_for_its_timestamp_is_named_and_good(chain: Chain) -> None:
    day_ago = later(chain.certificate.issued_at, days=-1)
    forged = forge(chain, {"plan": lambda claim: claim.update(plannedAt=day_ago)})
    found, line = judged(chain, stamped_bundle(forged, honest(chain)))
    assert (found.verdict, line.result) == ("valid", "pass")
    assert f"the plan says {day_ago}, long before its timestamp" in line.detail


def test_nothing_was_signed_after_it_was_stamped(chain: Chain) -> None:
    tomorrow = later(chain.certificate.issued_at, hours=3)
    forged = forge(chain, {"plan": lambda claim: claim.update(plannedAt=tomorrow)})
    found, line = judged(chain, stamped_bundle(forged, honest(chain)))
    assert (found.verdict, line.code) == ("invalid", "CERT-E131")
    assert f"the plan says {tomorrow}, and was stamped before that" in line.detail


def test_a_back_dated_certificate_is_found(chain: Chain) -> None:
    issued = moment_of(chain.certificate.issued_at)
    late = stamped_bundle(chain.bundle, {"certificate": at(issued + SKEW + timedelta(seconds=1))})
    found, line = judged(chain, late)
    assert (found.verdict, line.code) == ("invalid", "CERT-E131")
    assert "the certificate is back-dated" in line.detail
    in_time = stamped_bundle(chain.bundle, {"certificate": at(issued + SKEW)})
    assert judged(chain, in_time)[0].verdict == "valid"


def test_a_test_that_was_over_in_time_only_by_its_own_word_is_found(chain: Chain) -> None:
    ended = later(chain.certificate.issued_at, hours=-1)
    began = later(ended, minutes=-1)
    forged = forge(
        chain,
        {
            "plan": lambda claim: claim.update(plannedAt=began, deadline=ended),
            "evaluation": lambda claim: claim.update(startedAt=began, finishedAt=ended),
        },
    )
    found, line = judged(chain, stamped_bundle(forged, honest(chain, plan=began)))
    assert (found.verdict, line.code) == ("invalid", "CERT-E131")
    assert f"after the deadline {ended}" in line.detail
    in_time = stamped_bundle(forged, honest(chain, plan=began, evaluation=ended))
    assert judged(chain, in_time)[0].verdict == "valid"


def test_an_authority_of_a_party_that_also_signed_is_called_so(chain: Chain) -> None:
    own = {"pem": standing_authority().root.pem, "party": "Institut für Modellprüfung"}
    found, line = judged(chain, chain.pdf, timestampRoots=[own])
    assert (found.verdict, line.result) == ("valid", "pass")
    assert "also signed, so this is order and not an outsider's word on the time" in line.detail


def test_a_pdf_of_an_unknown_authority_is_invalid(chain: Chain) -> None:
    other = {"pem": authority().root.pem, "party": "other"}
    found, line = judged(chain, chain.pdf, timestampRoots=[other])
    assert (found.verdict, line.code) == ("invalid", "CERT-E130")


def test_a_certificate_without_timestamps_stays_valid_under_a_file_that_names_authorities(chain: Chain) -> None:
    bare = stamped_bundle(chain.bundle, dict.fromkeys(EVERY))
    found, line = judged(chain, bare, timestampsRequired=None)
    assert (found.verdict, line.result) == ("valid", "skip")
