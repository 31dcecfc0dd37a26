"""Statements in, proofs out: nothing enters whose signature, role, subject and order do not hold."""

import base64
import json
import re

import pytest

from certify.evidence.certificate import State
from certify.evidence.merkle import leaf_hash
from certify.evidence.merkle_range import root_of_range
from certify.evidence.statement import APPROVAL, CERTIFICATE, DATASET, EVALUATION, PLAN, RENDERING, STATUS, VSA
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.keys import generate_signer
from certify.trust.log_entry import entry_of
from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.tlog_proof import verify_tlog_proof
from tests.fakes import logged_statements as made
from tests.fakes.registry_service import Served

JSON = {"content-type": "application/json"}


def about_certificate(world: Served, kind: str, decision: str, subject: str | None = None) -> bytes:
    """A rendering or a revocation that speaks of the logged certificate, or of something else."""
    certificate = made.payload_of(made.certificate(world.signers["issuer"], decision=decision))
    if kind == STATUS:
        predicate = {"serial": made.serial(decision), "state": "revoked", "reason": "why", "declaredAt": made.NOW}
        return made.signed(STATUS, subject or certificate, predicate, world.signers["revoker"])
    predicate = {
        "serial": made.serial(decision), "certificateSha256": subject or certificate, "pdfSha256": made.digest("pdf"),
        "renderer": "weasyprint", "renderedAt": made.NOW,
    }  # fmt: skip
    return made.signed(RENDERING, made.digest("pdf"), predicate, world.signers["issuer"])


def refusal(world: Served, bundle: bytes, role: str = "all") -> tuple[int, str]:
    """Status and code of a refusal, after which the log is what it was."""
    before = world.registry.size
    answer = world.post(bundle, role)
    assert answer.headers["content-type"] == "application/problem+json"
    assert world.registry.size == before
    return answer.status_code, answer.json()["code"]


def test_a_statement_gets_a_place_and_a_proof_that_a_stranger_can_check(world: Served) -> None:
    bundle = made.note(1, world.signers["data-steward"])
    answer = world.post(bundle, "submitter")
    assert answer.status_code == 201
    told = answer.json()
    leaf = entry_of(parse_bundle(bundle)).to_bytes()
    proven = verify_tlog_proof(told["proof"], leaf, world.registry.vkey)
    assert proven.index == told["index"]
    assert answer.headers["location"] == f"/api/v1/entries/{told['index']}"
    with world.client() as reader:
        again = reader.get(f"{answer.headers['location']}/proof").json()
    assert base64.b64decode(again["leaf"]) == leaf
    assert verify_tlog_proof(again["proof"], leaf, world.registry.vkey).index == told["index"]


def test_the_same_statement_is_the_same_entry(world: Served) -> None:
    bundle = made.note(2, world.signers["data-steward"])
    first, size = world.post(bundle), world.registry.size
    answer = world.post(bundle)
    assert (answer.status_code, answer.json()["duplicate"]) == (200, True)
    assert answer.json()["index"] == first.json()["index"]
    assert world.registry.size == size


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda d: d["dsseEnvelope"]["signatures"][0].update(sig="MEUCIQ=="), (422, "CERT-E044")),
        (lambda d: d["dsseEnvelope"].update(payload=d["dsseEnvelope"]["payload"][:-8]), (422, "CERT-E046")),
        (lambda d: d["dsseEnvelope"]["signatures"].append(d["dsseEnvelope"]["signatures"][0]), (422, "CERT-E043")),
        (lambda d: d["dsseEnvelope"].update(payloadType="text/plain"), (422, "CERT-E045")),
        (lambda d: d.update(extra=1), (422, "CERT-E045")),
        (lambda d: d.pop("mediaType"), (422, "CERT-E045")),
        (lambda d: d["verificationMaterial"]["publicKey"].update(hint="0" * 64), (422, "CERT-E045")),
    ],
)
def test_a_spoiled_bundle_is_refused(world: Served, spoil, expected) -> None:
    document = json.loads(made.note(3, world.signers["data-steward"]))
    spoil(document)
    assert refusal(world, json.dumps(document).encode()) == expected


def test_a_signature_over_something_else_is_refused(world: Served) -> None:
    signer = world.signers["data-steward"]
    document, other = json.loads(made.note(4, signer)), json.loads(made.note(5, signer))
    document["dsseEnvelope"]["signatures"] = other["dsseEnvelope"]["signatures"]
    assert refusal(world, json.dumps(document).encode()) == (422, "CERT-E044")


def test_a_key_that_nobody_enrolled_or_that_has_another_role_is_refused(world: Served) -> None:
    assert refusal(world, made.note(6, generate_signer())) == (403, "CERT-E074")
    assert refusal(world, made.certificate(world.signers["evaluator"], decision="x")) == (403, "CERT-E074")
    assert refusal(world, made.status(world.signers["issuer"], State.REVOKED)) == (409, "CERT-E079")


def test_a_statement_about_something_else_than_it_claims_is_refused(world: Served) -> None:
    issuer, evaluator = world.signers["issuer"], world.signers["evaluator"]
    other = made.digest("another model")
    for bundle, kind, signer in (
        (made.plan(evaluator), PLAN, evaluator),
        (made.certificate(issuer, decision="subject"), CERTIFICATE, issuer),
    ):
        predicate = statement_of(parse_bundle(bundle)).predicate
        assert refusal(world, made.signed(kind, other, predicate, signer)) == (422, "CERT-E660")
    assert world.post(made.certificate(issuer, decision="subject")).status_code == 201
    assert refusal(world, about_certificate(world, STATUS, "subject", other)) == (422, "CERT-E660")
    assert refusal(world, about_certificate(world, RENDERING, "subject", other)) == (422, "CERT-E660")
    assert world.post(about_certificate(world, RENDERING, "subject")).status_code == 201


def test_an_evaluation_of_another_model_than_its_plan_is_refused(world: Served) -> None:
    evaluator = world.signers["evaluator"]
    plan = made.plan(evaluator, of=made.model("other"), applicant="Late")
    evaluation = made.evaluation(evaluator, made.payload_of(plan))
    assert refusal(world, evaluation) == (409, "CERT-E079")
    assert world.post(plan, "submitter").status_code == 201
    assert refusal(world, evaluation) == (422, "CERT-E660")
    document = statement_of(parse_bundle(evaluation)).predicate
    assert refusal(world, made.signed(EVALUATION, made.digest("no"), document, evaluator)) == (422, "CERT-E660")


def test_two_subjects_are_one_too_many(world: Served) -> None:
    from certify.evidence.canonical import canonical_bytes
    from certify.trust.dsse import sign_statement

    evaluator = world.signers["evaluator"]
    statement = statement_of(parse_bundle(made.plan(evaluator))).document()
    statement["subject"] = [*statement["subject"], *statement["subject"]]
    assert refusal(world, sign_statement(canonical_bytes(statement), evaluator)) == (422, "CERT-E660")


def test_a_revocation_needs_its_certificate_its_signer_and_its_caller(world: Served) -> None:
    revocation = about_certificate(world, STATUS, "revoked-one")
    assert refusal(world, revocation) == (409, "CERT-E079")
    assert world.post(made.certificate(world.signers["issuer"], decision="revoked-one")).status_code == 201
    assert refusal(world, revocation, "issuer") == (403, "CERT-E663")
    assert world.post(revocation, "revoker").status_code == 201
    with world.client() as reader:
        serial = made.serial("revoked-one")
        assert reader.get(f"/api/v1/certificates/{serial}").json()["standing"] == "revoked"
        assert len(reader.get(f"/api/v1/certificates/{serial}/status").json()["statuses"]) == 1


def test_a_batch_gives_each_statement_its_own_answer(world: Served) -> None:
    signer, issuer = world.signers["data-steward"], world.signers["issuer"]
    certificate = made.certificate(issuer, decision="in a batch")
    rendering = about_certificate(world, RENDERING, "in a batch")
    bundles = [made.note(10, signer), b'{"no": "bundle"}', certificate, rendering, made.note(10, signer)]
    with world.client("all") as client:
        answer = client.post("/api/v1/entries:batch", content=b"[" + b",".join(bundles) + b"]", headers=JSON)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert ["submitted" in one for one in results] == [True, False, True, True, True]
    assert results[1]["problem"]["code"] == "CERT-E045"
    assert results[4]["submitted"]["duplicate"] is True
    assert results[4]["submitted"]["index"] == results[0]["submitted"]["index"]


def test_a_batch_keeps_its_order_and_an_approval_finds_its_decision(world: Served) -> None:
    """The first one is much longer than the others, so that whoever reads them side by side is done with it last."""
    signer, approver = world.signers["data-steward"], world.signers["approver"]
    long = made.signed(DATASET, made.digest("long"), {"number": 1, "text": "x" * 200_000}, signer)
    decision = made.signed(VSA, made.digest("model"), {}, world.signers["issuer"])
    approval = made.signed(APPROVAL, made.payload_of(decision), {"number": 7}, approver)
    bundles = [long, *(made.note(number, signer) for number in range(300, 320)), decision, approval]
    with world.client("all") as client:
        answer = client.post("/api/v1/entries:batch", content=b"[" + b",".join(bundles) + b"]", headers=JSON)
    results = answer.json()["results"]
    assert [one.get("problem") for one in results if "submitted" not in one] == []
    places = [one["submitted"]["index"] for one in results]
    assert places == list(range(places[0], places[0] + len(bundles)))


@pytest.mark.parametrize("body", [b"[]", b"{}", b"1", b"[" + b",".join([b"{}"] * 257) + b"]"])
def test_a_batch_of_another_form_is_refused(world: Served, body: bytes) -> None:
    with world.client("all") as client:
        answer = client.post("/api/v1/entries:batch", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "CERT-E668")


def test_pages_of_entries_are_complete_and_can_be_shown_to_be(world: Served) -> None:
    for number in range(20, 33):
        assert world.post(made.note(number, world.signers["data-steward"])).status_code == 201
    key, start, seen = parse_vkey(world.registry.vkey), 0, []
    with world.client() as reader:
        while start is not None:
            page = reader.get("/api/v1/entries", params={"start": start, "limit": 5}).json()
            checkpoint = verify_checkpoint(page["checkpoint"], key)
            leaves = [leaf_hash(base64.b64decode(entry["leaf"])) for entry in page["entries"]]
            proof = [base64.b64decode(one) for one in page["proof"]]
            assert checkpoint.size == page["size"]
            assert root_of_range(leaves, start, checkpoint.size, proof) == checkpoint.root
            assert root_of_range(leaves[:-1], start, checkpoint.size, proof) != checkpoint.root
            seen += [entry["index"] for entry in page["entries"]]
            start = page.get("next")
    assert seen == list(range(world.registry.size))


def test_a_page_past_the_end_is_empty(world: Served) -> None:
    with world.client() as reader:
        page = reader.get("/api/v1/entries", params={"start": 10**9}).json()
    assert (page["entries"], page["proof"], "next" in page) == ([], [], False)


def test_the_log_shows_that_it_only_grew(world: Served) -> None:
    from certify.evidence.merkle import verify_consistency

    key = parse_vkey(world.registry.vkey)
    world.post(made.note(40, world.signers["data-steward"]))
    with world.client() as reader:
        older = verify_checkpoint(reader.get("/checkpoint").text, key)
        for number in range(41, 44):
            world.post(made.note(number, world.signers["data-steward"]))
        told = reader.get("/api/v1/consistency", params={"from": older.size}).json()
        bounded = reader.get("/api/v1/consistency", params={"from": 1, "to": older.size}).json()
        beyond = reader.get("/api/v1/consistency", params={"from": 1, "to": 10**6})
    newer = verify_checkpoint(told["checkpoint"], key)
    hashes = [base64.b64decode(one) for one in told["hashes"]]
    assert verify_consistency(older.size, newer.size, older.root, newer.root, hashes)
    assert (bounded["oldSize"], bounded["size"]) == (1, older.size)
    assert beyond.status_code == 404


def test_answers_about_entries_name_their_bundle_and_may_be_kept(world: Served) -> None:
    with world.client() as reader:
        answer = reader.get("/api/v1/entries/0")
        bundle = reader.get(f"/api/v1/blobs/{answer.json()['bundleSha256']}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert entry_of(parse_bundle(bundle.content)).to_bytes() == base64.b64decode(answer.json()["leaf"])
    assert re.fullmatch(r'"[0-9a-f]{64}"', bundle.headers["etag"])
