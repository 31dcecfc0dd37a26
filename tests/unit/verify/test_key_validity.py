"""Keys count by their place in the log; what a signer's clock says changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.certificate import State
from certify.pipeline.standing import change_standing
from certify.trust.bundle import parse_bundle
from certify.trust.trustfile import TrustFile
from certify.verify.document import open_document
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from certify_registry.answering import ask_registry
from tests.fakes.chain import Chain
from tests.fakes.forgery import forge

STOLEN = {"reason": "the laptop was stolen", "declaredAt": "2020-01-01T00:00:00Z"}


def bounded(chain: Chain, role: str, **window: Any) -> TrustFile:
    """The chain's trust file with a term for the key of a role."""
    document = parse_json(chain.trust.to_bytes())
    document["keys"][chain.house.signers[role].keyid].update(window)
    return TrustFile.parse(canonical_bytes(document))


def places(chain: Chain) -> dict[str, int]:
    """Log index of plan, evaluation, decision and certificate."""
    found = {one.kind: one.log_index for one in chain.certificate.evidence if one.log_index is not None}
    with chain.house.workspace.reading() as registry:
        own = registry.index_of(open_document(chain.bundle).certificate.payload_sha256)
    assert own is not None
    return {**found, "certificate": own}


def verdict(chain: Chain, trust: TrustFile, data: bytes | None = None, **given: Any) -> Any:
    return verify_certificate(data or chain.bundle, trust=trust, expectations=Expectations(at=chain.at), **given)


def keys_line(found: Any) -> Any:
    return next(line for line in found.checks if line.id == "keys")


LAST = {"evaluator": "decision", "issuer": "certificate", "data-steward": "decision"}
FIRST = {"evaluator": "plan", "issuer": "decision", "data-steward": "decision"}


@pytest.mark.parametrize("role", LAST)
def test_a_key_counts_before_its_end_and_not_from_there_on(chain: Chain, role: str) -> None:
    last = places(chain)[LAST[role]]
    assert verdict(chain, bounded(chain, role, validUntilIndex=last + 1)).verdict == "valid"
    found = verdict(chain, bounded(chain, role, validUntilIndex=last))
    assert found.verdict == "invalid"
    assert keys_line(found).code == "CERT-E126"


@pytest.mark.parametrize("role", FIRST)
def test_a_key_counts_from_its_beginning_and_not_before(chain: Chain, role: str) -> None:
    first = places(chain)[FIRST[role]]
    assert verdict(chain, bounded(chain, role, validFromIndex=first)).verdict == "valid"
    found = verdict(chain, bounded(chain, role, validFromIndex=first + 1))
    assert (found.verdict, keys_line(found).code) == ("invalid", "CERT-E126")


@pytest.mark.parametrize("role", LAST)
def test_a_revocation_covers_what_comes_after_it_only(chain: Chain, role: str) -> None:
    last = places(chain)[LAST[role]]
    after = bounded(chain, role, revoked={"index": last + 1, **STOLEN})
    assert verdict(chain, after).verdict == "valid"
    found = verdict(chain, bounded(chain, role, revoked={"index": last, **STOLEN}))
    assert found.verdict == "invalid"
    assert "the laptop was stolen" in keys_line(found).detail


def test_the_check_is_made_only_where_a_key_is_bounded(chain: Chain) -> None:
    assert "keys" not in {line.id for line in verdict(chain, chain.trust).checks}


def test_without_a_proof_a_bounded_key_counts_for_nothing(chain: Chain) -> None:
    trust = bounded(chain, "issuer", validUntilIndex=10**9)
    document = parse_json(chain.bundle)
    document["certificateProof"] = ""
    found = verdict(chain, trust, canonical_bytes(document))
    assert found.verdict == "invalid"
    assert keys_line(found).result == "fail"


def test_a_back_dated_certificate_by_a_stolen_key_counts_for_nothing(chain: Chain) -> None:
    back = {"issuedAt": "2020-01-01T00:00:00Z", "validFrom": "2020-01-01T00:00:00Z"}
    forged = forge(chain, {"certificate": lambda claim: claim.update(back)})
    index = 4  # the forger's log holds another's entry, plan, evaluation, decision and the certificate
    found = verdict(chain, bounded(chain, "issuer", revoked={"index": index, **STOLEN}), forged)
    assert (found.verdict, keys_line(found).code) == ("invalid", "CERT-E126")
    assert verdict(chain, bounded(chain, "issuer", revoked={"index": index + 1, **STOLEN}), forged).level == 1


def test_a_pdf_by_a_revoked_key_needs_the_log_entry_of_its_bytes(chain: Chain) -> None:
    with chain.house.workspace.reading() as registry:
        size = registry.size
    trust = bounded(chain, "issuer", revoked={"index": size, **STOLEN})
    alone = verdict(chain, trust, chain.pdf)
    line = next(line for line in alone.checks if line.id == "whole-file")
    assert (alone.verdict, line.code) == ("invalid", "CERT-E126")
    assert verdict(chain, trust, chain.pdf, answer=chain.answer).verdict == "valid"
    assert verdict(chain, trust, chain.bundle).verdict == "valid"
    early = bounded(chain, "issuer", revoked={"index": places(chain)["certificate"] + 1, **STOLEN})
    drawn_later = verdict(chain, early, chain.pdf, answer=chain.answer)
    assert drawn_later.verdict == "invalid"
    assert "rendering" in next(line for line in drawn_later.checks if line.id == "whole-file").detail


def test_a_withdrawal_by_a_stolen_key_changes_nothing(chain: Chain, tmp_path) -> None:
    house = chain.house.copied(tmp_path)
    change_standing(house.workspace, chain.certificate.serial, State.SUSPENDED, "a real reason")
    change_standing(house.workspace, chain.certificate.serial, State.REVOKED, "out of spite")
    with house.workspace.reading() as registry:
        answer = ask_registry(registry, chain.certificate.serial)
        indexes = [registry.index_of(parse_bundle(one.bundle).payload_sha256) for one in answer.statuses]
    stolen_between = bounded(chain, "revoker", revoked={"index": indexes[1], **STOLEN})
    assert verdict(chain, stolen_between, answer=answer).verdict == "suspended"
    stolen_before = bounded(chain, "revoker", revoked={"index": indexes[0], **STOLEN})
    assert verdict(chain, stolen_before, answer=answer, asked_at=chain.at).verdict == "valid"
    assert verdict(chain, chain.trust, answer=answer).verdict == "revoked"
