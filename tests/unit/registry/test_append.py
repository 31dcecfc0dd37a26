"""What the log takes, in which order, and what it answers."""

from __future__ import annotations

import base64
import json

import pytest

from certify.errors import CertifyError, HostileInput, RegistryError, UsageError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import State
from certify.evidence.statement import PLAN
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.keys import generate_signer
from certify.trust.log_entry import entry_of
from certify.trust.tlog_proof import verify_tlog_proof
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import World


def refused(world: World, bundle: bytes, now: str = made.NOW) -> str:
    before = world.registry.checkpoint()
    with pytest.raises(CertifyError) as caught:
        world.append(bundle, now)
    assert world.registry.checkpoint() == before
    return caught.value.code


def test_an_appended_statement_is_proved(world: World) -> None:
    bundles = [made.note(number, world.evaluator) for number in range(5)]
    for index, bundle in enumerate(bundles):
        appended = world.append(bundle)
        assert (appended.index, appended.duplicate) == (index, False)
        leaf = entry_of(parse_bundle(bundle)).to_bytes()
        proof = verify_tlog_proof(appended.proof, leaf, world.registry.vkey)
        assert (proof.index, proof.size, proof.origin) == (index, index + 1, "localhost/certify-dev-1")
    leaf = entry_of(parse_bundle(bundles[1])).to_bytes()
    assert verify_tlog_proof(world.registry.proof(1), leaf, world.registry.vkey).size == 5


def test_the_same_statement_is_logged_once(world: World) -> None:
    first = world.append(made.note(1, world.evaluator))
    world.append(made.note(2, world.evaluator))
    again = world.append(made.note(1, world.evaluator))
    assert (again.index, again.duplicate, first.duplicate) == (0, True, False)
    assert world.registry.size == 2
    leaf = entry_of(parse_bundle(made.note(1, world.evaluator))).to_bytes()
    assert verify_tlog_proof(again.proof, leaf, world.registry.vkey).size == 2


def test_a_second_signer_of_a_statement_is_logged_beside_the_first(world: World) -> None:
    assert world.append(made.note(1, world.evaluator)).index == 0
    assert world.append(made.note(1, world.issuer)).index == 1
    assert parse_bundle(world.registry.bundle_at(1)).keyid == world.issuer.keyid


def test_unknown_keys_and_wrong_roles_are_refused(world: World) -> None:
    assert refused(world, made.note(1, generate_signer())) == "CERT-E074"
    assert refused(world, made.plan(world.issuer)) == "CERT-E074"
    assert refused(world, made.certificate(world.evaluator)) == "CERT-E074"
    world.append(made.certificate(world.issuer))
    assert refused(world, made.status(world.issuer, State.REVOKED)) == "CERT-E074"


def test_a_retired_key_is_refused_and_its_entries_stay(world: World) -> None:
    world.append(made.note(1, world.evaluator))
    world.registry.retire(world.evaluator.public_pem, "evaluator Ltd", "evaluator")
    assert refused(world, made.note(2, world.evaluator)) == "CERT-E074"
    assert world.append(made.note(1, world.evaluator)).duplicate
    assert world.registry.retired(world.evaluator.keyid, "evaluator")
    assert not world.registry.retired(world.evaluator.keyid, "issuer")
    world.registry.enroll(world.evaluator.public_pem, "evaluator Ltd", "evaluator")
    assert not world.registry.retired(world.evaluator.keyid, "evaluator")
    assert world.append(made.note(2, world.evaluator)).index == 1
    assert world.registry.fsck(made.NOW) == ()


def test_a_key_may_have_several_roles(world: World) -> None:
    world.registry.enroll(world.issuer.public_pem, "issuer Ltd", "evaluator")
    assert world.append(made.plan(world.issuer)).index == 0
    assert world.append(made.certificate(world.issuer)).index == 1


def test_roles_and_keys_are_checked_when_enrolled(world: World) -> None:
    for pem, party, role in [
        (world.issuer.public_pem, "A", "emperor"),
        (world.issuer.public_pem, " ", "issuer"),
        ("nonsense", "A", "issuer"),
    ]:
        with pytest.raises(CertifyError):
            world.registry.enroll(pem, party, role)


def test_a_forged_signature_is_refused_even_for_a_known_statement(world: World) -> None:
    genuine = made.note(1, world.evaluator)
    document = json.loads(genuine)
    forged_by = json.loads(made.note(2, world.evaluator))
    document["dsseEnvelope"]["signatures"] = forged_by["dsseEnvelope"]["signatures"]
    forged = canonical_bytes(document)
    assert refused(world, forged) == "CERT-E044"
    world.append(genuine)
    assert refused(world, forged) == "CERT-E044"


def test_garbage_is_refused(world: World) -> None:
    for bundle in (b"", b"{}", b"[1]", b"\xff", b'{"a":1,"a":2}'):
        with pytest.raises(HostileInput):
            world.append(bundle)
    assert refused(world, made.signed(PLAN, made.digest("x"), {"applicant": "A"}, world.evaluator)) == "CERT-E045"
    assert world.registry.size == 0


@pytest.mark.parametrize(
    ("field", "other", "value"),
    [("plannedAt", "planned_at", made.NOW), ("tokens", "tokens", "0"), ("dataExamined", "data_examined", "full")],
)
def test_a_claim_in_another_spelling_is_not_logged(world: World, field: str, other: str, value: object) -> None:
    """Whoever reads the log elsewhere would read something else in it, or nothing."""
    honest = statement_of(parse_bundle(made.plan(world.evaluator))).predicate
    changed = {name: kept for name, kept in honest.items() if name != field} | {other: value}
    assert refused(world, made.signed(PLAN, made.digest("x"), changed, world.evaluator)) == "CERT-E045"


def test_a_leaf_that_does_not_fit_is_refused(world: World) -> None:
    kind = "https://example.com/" + "x" * 70_000
    assert refused(world, made.signed(kind, made.digest("x"), {}, world.evaluator)) == "CERT-E074"


def test_the_first_evaluation_of_a_plan_is_the_only_one(world: World) -> None:
    plan = made.plan(world.evaluator)
    world.append(plan)
    first = made.evaluation(world.evaluator, made.payload_of(plan))
    assert world.append(first).index == 1
    second = made.evaluation(world.evaluator, made.payload_of(plan), seed="better")
    assert refused(world, second) == "CERT-E077"
    assert world.append(first).duplicate
    found = world.registry.evaluation_of(made.payload_of(plan))
    assert found == (1, first)


def test_an_evaluation_needs_its_plan_first(world: World) -> None:
    assert refused(world, made.evaluation(world.evaluator, made.digest("no plan"))) == "CERT-E079"


def test_an_evaluation_past_the_deadline_is_refused(world: World) -> None:
    plan = made.plan(world.evaluator)
    world.append(plan)
    evaluation = made.evaluation(world.evaluator, made.payload_of(plan))
    assert refused(world, evaluation, "2026-11-24T17:00:01Z") == "CERT-E078"
    assert world.append(evaluation, made.DEADLINE).index == 1
    assert world.append(evaluation, "2027-01-01T00:00:00Z").duplicate


def test_a_serial_stands_for_one_certificate(world: World) -> None:
    world.append(made.certificate(world.issuer))
    assert refused(world, made.certificate(world.issuer, issuer="Somebody else")) == "CERT-E077"
    assert world.append(made.certificate(world.issuer)).duplicate


def test_statuses_and_renderings_need_their_certificate(world: World) -> None:
    assert refused(world, made.status(world.revoker, State.REVOKED)) == "CERT-E079"
    assert refused(world, made.rendering(world.issuer)) == "CERT-E079"


def test_a_time_that_is_none_is_refused(world: World) -> None:
    for now in ("", "now", "2026-11-23 17:00:00", "2026-11-23T17:00:00+00:00", "2026-11-23T17:00:00Z\n"):
        with pytest.raises(UsageError):
            world.append(made.note(1, world.evaluator), now)


def test_a_reader_cannot_append(world: World) -> None:
    world.append(made.note(1, world.evaluator))
    from certify_registry import Registry

    with Registry.open(world.folder) as reader:
        assert reader.size == 1
        with pytest.raises(RegistryError) as caught:
            reader.append(made.note(2, world.evaluator), now=made.NOW)
        assert caught.value.code == "CERT-E079"


def test_the_bundle_comes_back_as_it_was_signed(world: World) -> None:
    bundle = made.note(1, world.evaluator)
    spaced = json.dumps(json.loads(bundle), indent=3).encode()
    world.append(spaced)
    assert world.registry.bundle(made.payload_of(bundle)) == bundle
    payload = json.loads(world.registry.bundle_at(0))["dsseEnvelope"]["payload"]
    assert json.loads(base64.b64decode(payload))["predicate"] == {"number": 1}
