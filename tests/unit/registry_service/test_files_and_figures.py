"""Files as they go to browsers and caches; health, readiness, figures, traces and the log of requests."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from certify.evidence.canonical import sha256_hex
from certify.evidence.lifecycle import StatusPurpose
from certify.evidence.statement import RENDERING
from certify.pipeline.clock import later, now
from certify.trust.status_list import StatusLists, check_lists
from certify_registry.lifecycle.current import CurrentLists
from certify_registry.service.telemetry import instrument
from tests.fakes import logged_statements as made
from tests.fakes.registry_service import LOG_KEY, Served, make_registry, served

PDF = b"%PDF-1.7 a certificate"
FOR_GOOD = "public, max-age=31536000, immutable"


def rendering(world: Served, decision: str, pdf: bytes) -> bytes:
    predicate = {
        "serial": made.serial(decision), "pdfSha256": sha256_hex(pdf), "renderer": "weasyprint", "renderedAt": made.NOW,
        "certificateSha256": made.payload_of(made.certificate(world.signers["issuer"], decision=decision)),
    }  # fmt: skip
    return made.signed(RENDERING, sha256_hex(pdf), predicate, world.signers["issuer"])


def test_a_pdf_is_kept_once_its_rendering_is_logged_and_comes_back_harmless(world: Served) -> None:
    address = f"/api/v1/blobs/{sha256_hex(PDF)}"
    with world.client("issuer") as client:
        early = client.put(address, content=PDF)
        assert (early.status_code, early.json()["code"]) == (422, "CERT-E671")
        assert world.post(made.certificate(world.signers["issuer"], decision="d")).status_code == 201
        assert world.post(rendering(world, "d", PDF)).status_code == 201
        missing = client.get(f"/api/v1/certificates/{made.serial('d')}/pdf")
        assert missing.status_code == 404
        assert client.put(address, content=PDF + b" ").json()["code"] == "CERT-E671"
        for _ in range(2):
            assert client.put(address, content=PDF).json() == {"sha256": sha256_hex(PDF), "bytes": len(PDF)}
    with world.client("submitter") as client:
        assert client.put(address, content=PDF).status_code == 403
    with world.client() as client:
        assert client.put(address, content=PDF).status_code == 401
        got = client.get(f"/api/v1/certificates/{made.serial('d')}/pdf")
        blob = client.get(address)
        assert client.get(f"/api/v1/certificates/{made.serial('d')}").json()["pdfAvailable"] is True
    for answer in (got, blob):
        assert answer.content == PDF
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["etag"] == f'"{sha256_hex(PDF)}"'
    assert blob.headers["cache-control"] == FOR_GOOD


def test_a_file_that_is_no_pdf_is_not_kept(world: Served) -> None:
    page = b"<script>alert(1)</script>"
    assert world.post(made.certificate(world.signers["issuer"], decision="html")).status_code == 201
    assert world.post(rendering(world, "html", page)).status_code == 201
    with world.client("issuer") as client:
        answer = client.put(f"/api/v1/blobs/{sha256_hex(page)}", content=page)
    assert (answer.status_code, answer.json()["code"]) == (415, "CERT-E666")


def test_a_blob_that_was_put_there_otherwise_is_never_a_page(world: Served) -> None:
    digest = world.registry.put_blob(b"<script>alert(1)</script>")
    with world.client() as client:
        answer = client.get(f"/api/v1/blobs/{digest}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_tiles_are_kept_for_good_and_the_checkpoint_for_seconds(world: Served) -> None:
    world.post(made.note(1, world.signers["data-steward"]))
    with world.client() as client:
        checkpoint = client.get("/checkpoint")
        width = checkpoint.text.split("\n")[1]
        for path in (f"/tile/0/000.p/{width}", f"/tile/entries/000.p/{width}"):
            tile = client.get(path)
            assert tile.status_code == 200
            assert tile.headers["cache-control"] == FOR_GOOD
            assert tile.headers["content-type"] == "application/octet-stream"
            same = client.get(path, headers={"if-none-match": f'"other", {tile.headers["etag"]}'})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tile.headers["etag"])
            head = client.head(path)
            assert (head.status_code, head.content) == (200, b"")
        assert client.get("/tile/0/000").status_code == 404
    assert int(re.findall(r"max-age=(\d+)", checkpoint.headers["cache-control"])[0]) <= 5
    assert checkpoint.text == world.registry.checkpoint()
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"


def test_search_finds_by_every_part_and_pages_by_index(world: Served) -> None:
    issuer = world.signers["issuer"]
    for n in range(5):
        of = made.model(f"finder-{n}")
        assert world.post(made.certificate(issuer, decision=f"f{n}", of=of, issuer="Finders")).status_code == 201
    with world.client() as client:

        def found(**question: object) -> list[str]:
            return [
                one["modelName"] for one in client.get("/api/v1/certificates", params=question).json()["certificates"]
            ]

        assert found(q="FINDER-3") == ["finder-3"]
        assert found(model=made.model("finder-2")["identity"]) == ["finder-2"]
        assert found(digest=made.model("finder-1")["weightsDigest"]) == ["finder-1"]
        assert len(found(issuer="finders")) == 5
        assert len(found(issuer="finders", policy="starter", status="valid")) == 5
        assert found(issuer="finders", status="revoked") == []
        assert found(q=made.serial("f4")) == ["finder-4"]
        pages, before = [], None
        while True:
            params = {"issuer": "finders", "limit": 2, **({"before": before} if before is not None else {})}
            page = client.get("/api/v1/certificates", params=params).json()
            pages.append([one["modelName"] for one in page["certificates"]])
            before = page.get("next")
            if before is None:
                break
    assert pages == [["finder-4", "finder-3"], ["finder-2", "finder-1"], ["finder-0"]]


def test_a_model_named_like_a_serial_does_not_stand_in_its_place(world: Served) -> None:
    serial = made.serial("genuine")
    issuer = world.signers["issuer"]
    assert world.post(made.certificate(issuer, decision="genuine")).status_code == 201
    assert world.post(made.certificate(issuer, decision="false", of=made.model(serial))).status_code == 201
    with world.client() as client:
        assert client.get(f"/api/v1/certificates/{serial}").json()["serial"] == serial
        short = client.get(f"/c/{serial}.json")
    assert (short.status_code, short.headers["location"]) == (308, f"/api/v1/certificates/{serial}")


def test_keys_are_enrolled_and_retired_by_their_administrator_alone(world: Served) -> None:
    from certify.trust.keys import generate_signer

    signer = generate_signer()
    wanted = {"event": "enrol", "pem": signer.public_pem, "party": "New Ltd", "role": "evaluator"}
    with world.client("issuer") as client:
        assert client.post("/api/v1/keys", json=wanted).status_code == 403
    note = made.note(77, signer)
    assert world.post(note).status_code == 403
    with world.client("policy-admin") as client:
        assert client.post("/api/v1/keys", json=wanted).json() == {"changed": True, "keyid": signer.keyid}
        assert client.post("/api/v1/keys", json=wanted).json()["changed"] is False
        assert world.post(note).status_code == 201
        assert signer.keyid in [key["keyid"] for key in client.get("/api/v1/keys").json()["keys"]]
        assert client.post("/api/v1/keys", json={**wanted, "event": "retire"}).json()["changed"] is True
        assert client.post("/api/v1/keys", json={**wanted, "event": "retire"}).json()["changed"] is False
        assert client.post("/api/v1/keys", json={**wanted, "pem": "none"}).json()["code"] == "CERT-E041"
        assert client.post("/api/v1/keys", json={**wanted, "party": "a\x00b"}).status_code == 422
        assert client.post("/api/v1/keys", json={**wanted, "more": 1}).status_code == 422
    assert world.post(made.note(78, signer)).status_code == 403


def test_a_server_is_ready_only_while_its_store_holds_what_was_signed(alone: Path) -> None:
    with served(alone) as world:
        world.post(made.note(1, world.signers["data-steward"]), "submitter")
        lock = alone / "registry" / "lock"
        kept = lock.read_bytes()
        with world.client() as client:
            assert client.get("/readyz").json() == {"ready": True, "store": "ok", "writing": True}
            lock.write_bytes(b"no checkpoint")
            world.service.readiness = (float("-inf"), None)
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["store"]) == (503, "CERT-E070")
            assert client.get("/healthz").status_code == 200
        lock.write_bytes(kept)


def test_the_figures_say_what_happened(alone: Path) -> None:
    with served(alone) as world:
        note = made.note(1, world.signers["data-steward"])
        for role in ("submitter", "submitter", "witness"):
            world.post(note, role)
        with world.client() as client:
            client.get("/nowhere/1")
            client.get("/nowhere/2")
            text = client.get("/metrics").text
    for line in (
        "certify_registry_log_size 1.0",
        "certify_registry_outstanding 0.0",
        "certify_registry_appended_total 1.0",
        "certify_registry_duplicates_total 1.0",
        'certify_registry_refusals_total{code="CERT-E663"} 1.0',
        'certify_registry_refusals_total{code="CERT-E669"} 2.0',
        "certify_registry_append_seconds_count 2.0",
        'certify_registry_requests_total{method="GET",route="other",status="404"} 2.0',
    ):
        assert line in text, line
    assert float(re.findall(r"^certify_registry_checkpoint_age_seconds (\S+)$", text, re.M)[0]) < 60


def test_the_log_of_requests_names_the_caller_and_no_secret(world: Served) -> None:
    line = world.line_of(world.post(made.note(5, world.signers["data-steward"]), "submitter"))
    assert line["caller"] == "key:submitter"
    assert {"time", "client", "method", "path", "status", "bytes", "ms", "request"} <= set(line)
    assert not any(secret in str(world.lines) for secret in world.secrets.values())


def test_requests_are_traced_where_somebody_collects_them() -> None:
    app, exporter = FastAPI(), InMemorySpanExporter()

    @app.get("/thing/{name}")
    async def thing(name: str) -> str:
        return name

    instrument(app, None, exporter)
    TestClient(app).get("/thing/one")
    app.state.tracing.force_flush()
    assert "GET /thing/{name}" in [span.name for span in exporter.get_finished_spans()]


def test_nothing_is_traced_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    app = FastAPI()
    instrument(app, None)
    assert not hasattr(app.state, "tracing")


def test_status_lists_are_given_out_where_the_registry_makes_them(alone: Path) -> None:
    with served(alone) as world, world.client() as client:
        assert client.get("/api/v1/status-lists").status_code == 404
        world.service.status_lists = CurrentLists(world.registry, LOG_KEY, now, later)
        assert client.get("/api/v1/status-lists").status_code == 404, "there is nothing to make one of"
        world.post(made.note(1, world.signers["data-steward"]), "submitter")
        answer = client.get("/api/v1/status-lists")
        assert answer.headers["cache-control"] == "public, max-age=5"
        lists = StatusLists.from_bytes(answer.content)
        assert check_lists(lists, world.registry.vkey).checkpoint.size == 1
        for purpose, one in zip(StatusPurpose, lists.lists, strict=True):
            assert client.get(f"/api/v1/status-lists/{purpose}").json() == one
        assert client.get("/api/v1/status-lists/nothing").status_code == 422
        assert client.get("/api/v1/status-lists").content == answer.content
        world.post(made.note(2, world.signers["data-steward"]), "submitter")
        newer = StatusLists.from_bytes(client.get("/api/v1/status-lists").content)
        assert check_lists(newer, world.registry.vkey).checkpoint.size == 2


def test_status_lists_are_made_anew_when_half_of_their_time_is_over(alone: Path) -> None:
    registry, signers = make_registry(alone / "registry")
    with registry:
        registry.append(made.note(1, signers["data-steward"]), now=now())
        times = iter(["2026-11-23T00:00:00Z", "2026-11-23T11:59:59Z", "2026-11-23T12:00:00Z"])
        current = CurrentLists(registry, LOG_KEY, lambda: next(times), later)
        first, second, third = current(), current(), current()
        assert first is second
        assert third is not None
        assert third is not first
        assert check_lists(third, registry.vkey).valid_until == "2026-11-24T12:00:00Z"
