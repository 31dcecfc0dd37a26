"""A second party's rerun beside a certificate: when it raises the level, and when it sinks the certificate."""

from __future__ import annotations

from typing import Any

import pytest

from certify.attest.statements import rerun_statement
from certify.evidence.rerun import Rerun
from certify.statistics import clopper_pearson
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer
from certify.trust.trustfile import TrustedKey, TrustedRole, TrustFile
from certify.verify.expectations import Expectations
from certify.verify.reruns import rerun_p_value
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain

BANK = generate_signer("ed25519")


def trusting(chain: Chain, signer: KeySigner, party: str) -> TrustFile:
    """The chain's trust file with one more evaluator."""
    trust = chain.trust
    key = TrustedKey(pem=signer.public_pem, party=party, scheme=signer.scheme)
    role = TrustedRole(keyids=(*trust.roles["evaluator"].keyids, signer.keyid))
    return trust.model_copy(
        update={"keys": trust.keys | {signer.keyid: key}, "roles": trust.roles | {"evaluator": role}}
    )


def rerun_of(chain: Chain, **changed: Any) -> Rerun:
    counts = {"items": 60, "same_outcome": 58, "signed_right": 60, "rerun_right": 58} | changed
    lower, upper = clopper_pearson(counts["same_outcome"], counts["items"])
    [evaluation] = [one for one in chain.certificate.evidence if one.kind == "evaluation"]
    made = {
        "evaluation_sha256": evaluation.payload_sha256,
        "seed": "ab" * 32,
        "same_text": 40,
        "agreement": round(counts["same_outcome"] / counts["items"], 4),
        "agreement_lower": lower,
        "agreement_upper": upper,
        "p_value": rerun_p_value(
            counts["items"], counts["same_outcome"], counts["signed_right"], counts["rerun_right"]
        ),
        "configuration": chain.certificate.configuration,
        "differing": (),
        "rerun_at": chain.at,
    }
    return Rerun(**{**made, **counts})


def verified(
    chain: Chain, rerun: Rerun, signer: KeySigner = BANK, party: str = "Bank am See", minimum: int = 0
) -> Verification:
    bundle = sign_statement(rerun_statement(rerun, chain.certificate.model), signer)
    expectations = Expectations(at=chain.at, rerun=bundle, minimum_level=minimum)  # type: ignore[arg-type]
    return verify_certificate(chain.pdf, trust=trusting(chain, signer, party), expectations=expectations)


def line(found: Verification) -> tuple[str, str]:
    [one] = [one for one in found.checks if one.id == "rerun"]
    return one.result, one.detail


def test_a_second_partys_rerun_raises_the_level(chain: Chain) -> None:
    found = verified(chain, rerun_of(chain), minimum=2)
    assert (found.verdict, found.level) == ("valid", 2)
    assert line(found) == ("pass", "Bank am See asked 60 questions again: 58 judged the same")


def test_without_it_the_certificate_has_level_one(chain: Chain, judge: Any) -> None:
    assert judge(chain.pdf).level == 1


@pytest.mark.parametrize(
    ("changed", "party", "told"),
    [
        ({"items": 49, "same_outcome": 47, "signed_right": 49, "rerun_right": 47}, "Bank am See", "fewer than 50"),
        ({}, "Prüflabor Nord GmbH", "has a hand in the certificate"),
        ({}, "Institut für Modellprüfung", "has a hand in the certificate"),
    ],
)
def test_a_rerun_that_is_small_or_the_parties_own_raises_nothing(
    chain: Chain, changed: dict[str, int], party: str, told: str
) -> None:
    found = verified(chain, rerun_of(chain, **changed), party=party)
    assert (found.verdict, found.level) == ("valid", 1)
    assert told in line(found)[1]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"evaluation_sha256": "00" * 32}, "another evaluation"),
        ({"agreement_lower": 0.99}, "do not follow"),
        ({"p_value": 0.9}, "do not follow"),
        ({"same_text": 59}, "do not follow"),
    ],
)
def test_a_rerun_that_does_not_count_changes_nothing(chain: Chain, changed: dict[str, Any], told: str) -> None:
    counts = {name: value for name, value in changed.items() if name in Rerun.model_fields and isinstance(value, int)}
    found = verified(chain, rerun_of(chain, **counts).model_copy(update=changed))
    assert (found.verdict, found.level, line(found)[0]) == ("valid", 1, "skip")
    assert told in line(found)[1]


def test_a_rerun_that_disagrees_makes_it_invalid(chain: Chain) -> None:
    found = verified(chain, rerun_of(chain, same_outcome=40, signed_right=60, rerun_right=40, same_text=30))
    assert (found.verdict, line(found)[0]) == ("invalid", "fail")
    assert "40 of 60 answers right, where 60" in line(found)[1]


def test_a_stranger_cannot_raise_a_level(chain: Chain) -> None:
    bundle = sign_statement(rerun_statement(rerun_of(chain), chain.certificate.model), generate_signer())
    found = verify_certificate(chain.pdf, trust=chain.trust, expectations=Expectations(at=chain.at, rerun=bundle))
    assert (found.verdict, found.level, line(found)[0]) == ("valid", 1, "skip")
    assert "not trusted as evaluator" in line(found)[1]


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (10, 11, 5, 5), (10, 9, 5, 5), (10, 8, 9, 5)])
def test_counts_that_no_answers_have_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no answers"):
        rerun_p_value(*counts)
