"""What the log takes of approvers: in their role, and only about what it holds."""

import pytest

from certify.errors import CertifyError
from certify.evidence.statement import APPROVAL, VSA, WAIVER
from certify.trust.keys import generate_signer
from tests.fakes import logged_statements as made


def approval(decision, signer):
    return made.signed(APPROVAL, made.payload_of(decision), {"approver": signer.keyid, "verdict": "approved"}, signer)


def test_an_approval_needs_the_role_and_a_logged_decision(world):
    approver = generate_signer()
    decision = made.signed(VSA, made.digest("model"), {}, world.issuer)
    other = made.note(1, world.issuer)
    world.registry.enroll(approver.public_pem, "Committee", "approver")
    assert world.registry.roles_of(approver.keyid) == {"approver"}
    for about in (decision, other):
        with pytest.raises(CertifyError) as caught:
            world.append(approval(about, approver))
        assert caught.value.code == "CERT-E079"
        world.append(about)
    with pytest.raises(CertifyError) as caught:
        world.append(approval(other, approver))
    assert caught.value.code == "CERT-E079"
    assert world.append(approval(decision, approver)).index == 2
    for signer in (world.issuer, world.evaluator, generate_signer()):
        with pytest.raises(CertifyError) as caught:
            world.append(approval(decision, signer))
        assert caught.value.code == "CERT-E074"
    assert world.registry.fsck(made.NOW) == ()


def test_a_waiver_needs_the_role(world):
    approver = generate_signer()
    world.registry.enroll(approver.public_pem, "Committee", "approver")
    assert world.append(made.signed(WAIVER, made.digest("model"), {"rule": "ST-07"}, approver)).index == 0
    with pytest.raises(CertifyError) as caught:
        world.append(made.signed(WAIVER, made.digest("model"), {"rule": "ST-07"}, world.issuer))
    assert caught.value.code == "CERT-E074"
