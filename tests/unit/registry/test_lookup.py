"""Finding statements again."""

from __future__ import annotations

import pytest

from certify.errors import RegistryError
from certify.evidence.certificate import State
from certify.evidence.merkle import verify_consistency
from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.status import Standing
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import World


def test_certificates_by_serial_and_by_model(world: World) -> None:
    other = made.model("other")
    world.append(made.certificate(world.issuer, decision="a"))
    world.append(made.certificate(world.issuer, decision="b", of=other))
    world.append(made.certificate(world.issuer, decision="c"))
    row = world.registry.certificate(made.serial("b"))
    assert row is not None
    assert (row.log_index, row.model_name, row.model_identity) == (1, "other", other["identity"])
    assert world.registry.bundle(row.payload_sha256) == made.certificate(world.issuer, decision="b", of=other)
    assert [row.log_index for row in world.registry.certificates_of(made.model()["identity"])] == [2, 0]
    assert [row.log_index for row in world.registry.certificates()] == [2, 1, 0]
    assert world.registry.certificate(made.serial("z")) is None
    assert world.registry.certificates_of(made.digest("z")) == ()


def test_standing_follows_the_log(world: World) -> None:
    world.append(made.certificate(world.issuer))
    serial = made.serial()
    assert world.registry.standing(serial).standing is Standing.VALID
    world.append(made.status(world.revoker, State.SUSPENDED, reason="a doubt"))
    assert world.registry.standing(serial) == world.registry.standing(serial)
    assert (world.registry.standing(serial).standing, world.registry.standing(serial).index) == (Standing.SUSPENDED, 1)
    world.append(made.status(world.revoker, State.REINSTATED))
    world.append(made.status(world.revoker, State.REVOKED, reason="contaminated"))
    world.append(made.status(world.revoker, State.REINSTATED, reason="please"))
    found = world.registry.standing(serial)
    assert (found.standing, found.reason, found.index) == (Standing.REVOKED, "contaminated", 3)
    assert [index for index, _ in world.registry.statuses(serial)] == [1, 2, 3, 4]
    with pytest.raises(RegistryError):
        world.registry.standing(made.serial("z"))


def test_the_newest_rendering(world: World) -> None:
    world.append(made.certificate(world.issuer))
    assert world.registry.rendering_of(made.serial()) is None
    world.append(made.rendering(world.issuer, pdf="first"))
    newer = made.rendering(world.issuer, pdf="second")
    world.append(newer)
    assert world.registry.rendering_of(made.serial()) == (2, newer)
    assert world.registry.serial_of_pdf(made.digest("first")) == made.serial()
    assert world.registry.serial_of_pdf(made.digest("third")) is None


def test_earlier_plans_by_applicant_name_and_weights(world: World) -> None:
    tiny, other = made.model(), made.model("other")
    renamed = {**tiny, "name": "brand-new"}
    plans = [
        made.plan(world.evaluator, tokens=1),
        made.plan(world.evaluator, applicant="  ACME\u3000", of=other, tokens=2),
        made.plan(world.evaluator, applicant="Beta", of=renamed, tokens=3),
        made.plan(world.evaluator, applicant="Gamma", of=made.model("unrelated"), tokens=4),
        made.plan(world.evaluator, applicant="Delta", of={**other, "name": "Tiny-Reasoner"}, tokens=5),
    ]
    for plan in plans:
        world.append(plan)
    found = world.registry.earlier_plans("Acme", tiny["name"], tiny["weightsDigest"], 99)
    assert [(plan.log_index, plan.shares) for plan in found] == [
        (0, ("applicant", "name", "weights")),
        (1, ("applicant",)),
        (2, ("weights",)),
        (4, ("name",)),
    ]
    assert [plan.payload_sha256 for plan in found[:1]] == [made.payload_of(plans[0])]
    assert world.registry.earlier_plans("Acme", tiny["name"], tiny["weightsDigest"], 0) == ()
    assert [plan.log_index for plan in world.registry.earlier_plans("Acme", "x", made.digest("x"), 1)] == [0]


def test_plans_are_found_with_their_deadline(world: World) -> None:
    plan = made.plan(world.evaluator)
    assert world.registry.plan(made.payload_of(plan)) is None
    world.append(plan)
    row = world.registry.plan(made.payload_of(plan))
    assert row is not None
    assert (row.deadline, row.applicant) == (made.DEADLINE, "Acme")
    assert world.registry.evaluation_of(made.payload_of(plan)) is None


def test_a_plan_signed_by_two_counts_once(world: World) -> None:
    world.registry.enroll(world.issuer.public_pem, "issuer Ltd", "evaluator")
    for signer in (world.evaluator, world.issuer):
        world.append(made.plan(signer))
    assert len(world.registry.earlier_plans("Acme", "x", made.digest("x"), 99)) == 1
    assert world.registry.fsck(made.NOW) == ()


def test_entries_are_dense(world: World) -> None:
    for number in range(7):
        world.append(made.note(number, world.evaluator))
    assert [row.log_index for row in world.registry.entries(2, 5)] == [2, 3, 4]
    assert [row.log_index for row in world.registry.entries(5, 100)] == [5, 6]
    assert world.registry.entries(100, 200) == ()


def test_consistency_of_every_earlier_checkpoint(world: World) -> None:
    key = parse_vkey(world.registry.vkey)
    heads = []
    for number in range(20):
        world.append(made.note(number, world.evaluator))
        heads.append(verify_checkpoint(world.registry.checkpoint(), key))
    newest = heads[-1]
    for old in heads:
        path = world.registry.consistency(old.size)
        assert verify_consistency(old.size, newest.size, old.root, newest.root, path)


def test_things_that_are_not_there(world: World) -> None:
    world.append(made.note(1, world.evaluator))
    registry = world.registry
    assert registry.index_of(made.payload_of(made.note(1, world.evaluator))) == 0
    assert registry.index_of(made.digest("z")) is None
    for ask in (
        lambda: registry.proof(1),
        lambda: registry.proof(-1),
        lambda: registry.bundle(made.digest("z")),
        lambda: registry.bundle_at(1),
        lambda: registry.consistency(0),
        lambda: registry.consistency(2),
        lambda: registry.get_blob(made.digest("z")),
        lambda: registry.get_blob("../../etc/passwd"),
    ):
        with pytest.raises(RegistryError) as caught:
            ask()
        assert caught.value.code == "CERT-E079"
