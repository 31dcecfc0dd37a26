"""The seed of fresh problems: nobody may have had a choice once the plan was fixed."""

import pytest

from certify.errors import HostileInput, UsageError
from certify.evidence.evaluation import WitnessAnswer
from certify.evidence.plan import fresh_seed
from certify.pipeline.witnessing import answer_plan, sign_plan
from certify.trust.bundle import parse_bundle
from certify.trust.keys import generate_signer
from certify.verify.entropy import entropy_of, witness_message
from tests.fakes.forgery import forge, parts_of

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Order of the base point of Ed25519. Source: RFC 8032 section 5.1."""


def answered(change):
    """An evaluation whose witnesses' answers were changed, and its entropy and seed with them."""

    def edit(document):
        used = document["entropy"]
        used["answers"] = change(used["answers"])
        used["value"] = entropy_of([WitnessAnswer.from_document(answer) for answer in used["answers"]])
        document["seed"] = fresh_seed(document["planSha256"], bytes.fromhex(used["value"])).hex()

    return {"evaluation": edit}


def malleable(answer):
    """The same signature written otherwise: S plus the order of the group."""
    raw = bytes.fromhex(answer["signature"])
    grown = int.from_bytes(raw[32:], "little") + ORDER
    return answer | {"signature": (raw[:32] + grown.to_bytes(32, "little")).hex()}


CHANGES = {
    "one witness did not answer": lambda answers: answers[:1],
    "nobody answered": lambda answers: [],
    "one answered twice": lambda answers: [answers[0], answers[0]],
    "one answered once more": lambda answers: [*answers, answers[1]],
    "the answers turned round": lambda answers: answers[::-1],
    "a signature in its other form": lambda answers: [malleable(answers[0]), answers[1]],
    "a signature of the other witness": lambda answers: [
        answers[0] | {"signature": answers[1]["signature"]},
        answers[1],
    ],
    "a stranger's answer": lambda answers: [
        answers[0] | {"signature": generate_signer("ed25519").sign(b"x").hex()},
        answers[1],
    ],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_answers_that_leave_a_choice(change, chain, judge, failed):
    found = judge(forge(chain, answered(change)))
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("seed", "CERT-E092")]


def test_honest_answers_pass_through_the_same_edit(chain, judge):
    assert judge(forge(chain, answered(lambda answers: answers))).verdict == "valid"


def test_answers_to_another_plan(chain, other, judge, failed):
    theirs = parts_of(other.bundle)["plan"].to_bytes()
    found = judge(
        forge(
            chain,
            answered(
                lambda _: sorted(
                    (sign_plan(parse_bundle(theirs).payload_sha256, key).document() for key in chain.house.witnesses),
                    key=lambda answer: answer["keyid"],
                )
            ),
        )
    )
    assert [(line.id, line.code) for line in failed(found)] == [("seed", "CERT-E092")]


def test_a_witness_that_the_reader_does_not_know(chain, judge, failed):
    stranger = generate_signer("ed25519")

    def plan(document):
        document["entropy"]["witnesses"] = [stranger.keyid]

    def evaluation(document):
        signature = stranger.sign(witness_message(document["planSha256"])).hex()
        document["entropy"]["answers"] = [{"keyid": stranger.keyid, "signature": signature}]

    edits = answered(lambda answers: answers)
    relink = edits["evaluation"]

    def both(document):
        evaluation(document)
        relink(document)

    found = judge(forge(chain, {"plan": plan, "evaluation": both}))
    assert [(line.id, line.code) for line in failed(found)] == [("seed", "CERT-E092"), ("decision", "CERT-E090")]


@pytest.mark.parametrize("kind", ["self", "beacon"])
def test_a_source_that_is_not_the_one_that_was_used(kind, chain, judge, failed):
    """A plan for another source, drawn from witnesses all the same, or from nobody."""

    def plan(document):
        document["entropy"] = {"kind": kind, "witnesses": []}

    def evaluation(document):
        document["entropy"] |= {"kind": kind, "answers": []}
        document["seed"] = fresh_seed(document["planSha256"], bytes.fromhex(document["entropy"]["value"])).hex()

    found = judge(forge(chain, {"plan": plan, "evaluation": evaluation}))
    assert found.verdict == "invalid"
    seed = next(line for line in found.checks if line.id == "seed")
    assert (seed.result, seed.code) == (("pass", None) if kind == "self" else ("fail", "CERT-E092"))


def test_a_self_drawn_seed_never_rises_above_level_zero(chain, judge):
    """Everything is consistent, and the level on the certificate is computed anew."""

    def plan(document):
        document["entropy"] = {"kind": "self"}

    def evaluation(document):
        document["entropy"] = {"kind": "self", "value": "17" * 32}
        document["seed"] = fresh_seed(document["planSha256"], bytes.fromhex("17" * 32)).hex()

    def certificate(document):
        document |= {"entropy": "self", "level": 0}
        document["caveats"].insert(0, "The issuer could have chosen the seed that drew the fresh problems.")
        [clause] = [one for one in document["clauses"] if one["clause"] == "nist-ai-rmf/measure-1-3"]
        clause["support"] = "open"  # its one rule asks who chose the seed

    edits = {"plan": plan, "evaluation": evaluation, "certificate": certificate}
    found = judge(forge(chain, edits))
    assert (found.verdict, found.level) == ("valid", 0)
    claimed = judge(forge(chain, edits | {"certificate": lambda document: document.update(entropy="self")}))
    assert claimed.verdict == "invalid"


def asked(chain, kind="plan", key=None, **changed):
    """A witness's answer to a statement of the chain, with the log's proof of its plan."""
    given = {"proof": chain.certificate.proofs["plan"], "trust": chain.trust, **changed}
    statement = parts_of(chain.bundle)[kind].to_bytes()
    return answer_plan(statement, given["proof"], key or chain.house.witnesses[0], given["trust"])


def test_a_witness_answers_the_same_every_time(chain):
    assert asked(chain) == asked(chain)


def test_a_key_whose_signatures_can_be_drawn_again_is_no_witness():
    with pytest.raises(UsageError, match="Ed25519"):
        sign_plan("00" * 32, generate_signer("ecdsa-p256"))


def test_a_witness_answers_nothing_but_plans(chain):
    with pytest.raises(HostileInput):
        asked(chain, "evaluation")


def test_a_witness_answers_only_plans_that_the_log_holds(chain, other):
    with pytest.raises(HostileInput) as error:
        asked(chain, proof=chain.certificate.proofs["evaluation"])
    assert error.value.code == "CERT-E076"
    with pytest.raises(HostileInput):
        asked(chain, proof=other.certificate.proofs["plan"])


def test_a_witness_answers_only_evaluators_it_trusts(chain, development):
    with pytest.raises(HostileInput) as error:
        asked(chain, trust=development.trust)
    assert error.value.code == "CERT-E055"


def test_a_witness_that_the_plan_does_not_name_stays_silent(chain):
    with pytest.raises(UsageError, match="does not ask this key"):
        asked(chain, key=generate_signer("ed25519"))
