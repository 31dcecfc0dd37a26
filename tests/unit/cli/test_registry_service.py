"""A workspace's registry over HTTP, as the command line makes it, asks it and feeds it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("fastapi")

from certify import web
from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.pipeline import registry_client
from certify.pipeline.founding import create_development
from certify.pipeline.placing import Place, move_to
from certify.pipeline.registry_service import open_service, registry_of
from certify.pipeline.workspace import Workspace
from certify_registry.service.server import listening
from certify_registry.service.settings import ServiceSettings
from tests.fakes.chain import Chain
from tests.fakes.registry_service import Served, running, served
from tests.unit.cli.conftest import Cli

ROOT = Path(__file__).parents[3]


@pytest.fixture
def address(workspace: Path) -> Iterator[str]:
    """The workspace's registry while it is served."""
    settings = ServiceSettings(listen="127.0.0.1:0")
    with open_service(Workspace.open(workspace), settings) as service, running(service) as url:
        yield url


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A workspace in which nothing was done yet."""
    create_development(tmp_path / "bare", "somebody")
    return tmp_path / "bare"


def serial_in(workspace: Path) -> str:
    return next(one.stem for one in (workspace / "certificates").glob("*.pdf") if "." not in one.stem)  # no report


def test_a_serial_is_verified_from_a_registry(workspace: Path, address: str, cli: Cli) -> None:
    serial = serial_in(workspace)
    trust = ("--trust", workspace / "trust.json")
    said = cli("verify", serial, "--registry", address, *trust, "--json")
    assert (said.code, said.document["verdict"], said.document["serial"]) == (0, "valid", serial)
    results = {line["id"]: line["result"] for line in said.document["checks"]}
    assert (results["status"], results["whole-file"]) == ("pass", "pass")


def test_a_withdrawal_is_seen_by_asking_and_not_without(workspace: Path, address: str, cli: Cli, home: Path) -> None:
    serial = serial_in(workspace)
    pdf = home / "theirs.pdf"
    pdf.write_bytes((workspace / "certificates" / f"{serial}.pdf").read_bytes())
    assert cli("--home", workspace, "suspend", serial, "--reason", "a key leaked").code == 0
    trust = ("--trust", workspace / "trust.json")
    assert cli("verify", pdf, *trust, "--json").document["verdict"] == "valid"
    for option in ("--registry", "--status-from"):
        assert cli("verify", pdf, option, address, *trust, "--json").document["verdict"] == "suspended"


def test_online_asks_the_registry_of_the_trust_file_and_no_other(
    workspace: Path, address: str, cli: Cli, home: Path
) -> None:
    serial = serial_in(workspace)
    missing = cli(
        "verify", workspace / "certificates" / f"{serial}.pdf", "--online", "--trust", workspace / "trust.json"
    )
    assert (missing.code, missing.error) == (2, "CERT-E674")
    document = parse_json((workspace / "trust.json").read_bytes())
    document["log"]["registry"] = address
    (home / "trust.json").write_bytes(canonical_bytes(document))
    said = cli("verify", serial, "--online", "--trust", home / "trust.json", "--max-status-age", "1", "--json")
    assert (said.code, said.document["verdict"]) == (0, "valid")


@pytest.mark.parametrize(
    "url", ["http://registry.example", "ftp://x", "https://a:b@c", "nonsense", "https://x?y=z", "file:///etc/passwd"]
)
def test_an_address_that_is_not_safe_is_not_asked(handed: Path, cli: Cli, url: str) -> None:
    said = cli("verify", "certificate.pdf", "--registry", url, "--trust", "trust-file.json")
    assert (said.code, said.error) == (2, "CERT-E674")


def test_a_registry_that_does_not_answer_or_does_not_know_is_no_verdict(handed: Path, address: str, cli: Cli) -> None:
    trust = ("--trust", "trust-file.json")
    silent = cli("verify", "certificate.pdf", "--registry", "http://127.0.0.1:9", *trust)
    assert (silent.code, silent.error) == (5, "CERT-E672")
    unknown = cli("verify", "certificate.pdf", "--registry", address, *trust)
    assert (unknown.code, unknown.error) == (5, "CERT-E673")
    assert "CERT-E079" in unknown.err


def test_an_answer_about_another_certificate_is_refused(
    workspace: Path, address: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    from certify.web import Answer, fetch

    def swapped(url: str, **options: object) -> Answer:
        found = fetch(url, **options)  # type: ignore[arg-type]
        return Answer(
            found.status, found.headers, found.body.replace(serial_in(workspace).encode(), b"CM-AAAA-AAAA-AAAA")
        )

    monkeypatch.setattr("certify.pipeline.registry_client.fetch", swapped)
    pdf = workspace / "certificates" / f"{serial_in(workspace)}.pdf"
    said = cli("verify", pdf, "--registry", address, "--trust", workspace / "trust.json")
    assert (said.code, said.error) == (1, "CERT-E678")


@pytest.fixture
def elsewhere(tmp_path: Path, development: Chain, many: dict[str, float]) -> Iterator[Served]:
    """A registry of somebody else's that takes the workspace's statements."""
    with served(tmp_path / "elsewhere", limits=many) as made:
        for role, key in development.house.workspace.trust.roles.items():
            for keyid in key.keyids:
                pem = development.house.workspace.trust.keys[keyid].pem
                made.registry.enroll(pem, "the workspace", role)
        yield made


@pytest.fixture
def many() -> dict[str, float]:
    return {"reads_per_second": 1e6, "read_burst": 10**6, "writes_per_second": 1e6, "write_burst": 10**6}


def test_statements_are_handed_over_once_and_in_order(
    workspace: Path, elsewhere: Served, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = Workspace.open(workspace).reading
    with size() as registry:
        entries = registry.size
    refused = cli("--home", workspace, "registry", "submit", elsewhere.url, "--json")
    assert (refused.code, refused.document["new"]) == (1, 0)
    assert "CERT-E662" in refused.document["refused"][0]["why"]
    monkeypatch.setenv("CERTIFY_REGISTRY_TOKEN", elsewhere.secrets["all"])
    first = cli("--home", workspace, "registry", "submit", elsewhere.url, "--log", elsewhere.registry.vkey, "--json")
    assert (first.code, first.document) == (
        0, {"schema": "certify/registry/v1", "offered": entries, "new": entries, "pdfs": 1, "refused": [],
            "refusedPdfs": []},
    )  # fmt: skip
    again = cli("--home", workspace, "registry", "submit", elsewhere.url)
    assert (again.code, again.out) == (0, "0 statements offered, 0 new, 0 PDFs handed over.\n")
    with elsewhere.client() as client:
        pdf = client.get(f"/api/v1/certificates/{serial_in(workspace)}/pdf").content
    assert pdf == (workspace / "certificates" / f"{serial_in(workspace)}.pdf").read_bytes()


def answering(monkeypatch: pytest.MonkeyPatch, method: str, status: int) -> None:
    """A registry that answers requests of one method so, and others as it does."""
    headers = Message()
    headers["retry-after"] = "0"

    def asked(url: str, **how: Any) -> web.Answer:
        return web.Answer(status, headers, b"") if how["method"] == method else web.fetch(url, **how)

    monkeypatch.setattr(registry_client, "fetch", asked)


def test_a_pdf_that_is_refused_is_told_and_offered_again(
    workspace: Path, elsewhere: Served, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTIFY_REGISTRY_TOKEN", elsewhere.secrets["all"])
    with monkeypatch.context() as patch:
        answering(patch, "PUT", 413)
        said = cli("--home", workspace, "registry", "submit", elsewhere.url, "--json")
        assert (said.code, said.document["pdfs"], said.document["refused"]) == (1, 0, [])
        assert [one["serial"] for one in said.document["refusedPdfs"]] == [serial_in(workspace)]
        assert "status 413" in said.document["refusedPdfs"][0]["why"]
        told = cli("--home", workspace, "registry", "submit", elsewhere.url)
        assert f"PDF of {serial_in(workspace)}" in told.out
    again = cli("--home", workspace, "registry", "submit", elsewhere.url, "--json")
    assert (again.code, again.document["pdfs"]) == (0, 1)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_registry_that_is_too_busy_has_refused_nothing(
    workspace: Path, elsewhere: Served, cli: Cli, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setenv("CERTIFY_REGISTRY_TOKEN", elsewhere.secrets["all"])
    with monkeypatch.context() as patch:
        answering(patch, method, 503)
        busy = cli("--home", workspace, "registry", "submit", elsewhere.url)
        assert busy.code not in (0, 1)
        assert "CERT-E672" in busy.err
    again = cli("--home", workspace, "registry", "submit", elsewhere.url, "--json")
    assert (again.code, again.document["pdfs"], again.document["refused"]) == (0, 1, [])


def test_a_proof_of_another_log_ends_the_handing_over(
    workspace: Path, elsewhere: Served, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTIFY_REGISTRY_TOKEN", elsewhere.secrets["all"])
    with Workspace.open(workspace).reading() as registry:
        own = registry.vkey
    said = cli("--home", workspace, "registry", "submit", elsewhere.url, "--log", own)
    assert (said.code, said.error) == (1, "CERT-E076")


def test_api_keys_are_made_shown_once_listed_and_revoked(bare: Path, cli: Cli) -> None:
    made = cli("--home", bare, "registry", "api-keys", "add", "ci", "--role", "submitter", "--json")
    assert made.document["key"].startswith("certify_")
    listed = cli("--home", bare, "registry", "api-keys", "list")
    assert listed.out.startswith("ci  submitter  made ")
    assert made.document["key"] not in listed.out
    assert cli("--home", bare, "registry", "api-keys", "add", "ci", "--role", "issuer").error == "CERT-E675"
    assert cli("--home", bare, "registry", "api-keys", "revoke", "ci").code == 0
    assert "was revoked" in cli("--home", bare, "registry", "api-keys", "list").out
    assert cli("--home", bare, "registry", "api-keys", "revoke", "nobody").error == "CERT-E675"
    assert cli("--home", bare, "registry", "api-keys", "add", "x", "--role", "root").error == "CERT-E675"


def test_answers_do_not_wait_for_the_next_packet(bare: Path) -> None:
    """Nagle's algorithm and delayed acknowledgements cost 40 ms an answer where nobody turns the first off."""
    settings = ServiceSettings(listen="127.0.0.1:0")
    with (
        listening(settings) as taken,
        open_service(Workspace.open(bare), settings) as service,
        running(service, taken=taken) as url,
        httpx.Client(trust_env=False) as client,
    ):
        client.get(f"{url}/checkpoint")
        spent = sorted(client.get(f"{url}/checkpoint").elapsed.total_seconds() for _ in range(40))
    assert spent[0] < 0.03


def test_an_address_in_use_is_said(bare: Path, cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = cli("--home", bare, "registry", "serve", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (said.code, said.error) == (2, "CERT-E661")
    assert "in use" in said.err


def test_settings_that_nobody_meant_start_no_server(bare: Path, cli: Cli, home: Path) -> None:
    (home / "service.yaml").write_text("lisen: here\n")
    for options in (("--config", home / "service.yaml"), ("--listen", "everywhere")):
        said = cli("--home", bare, "registry", "serve", *options)
        assert (said.code, said.error) == (2, "CERT-E661")


def test_settings_may_not_name_another_registry_than_the_workspace(bare: Path) -> None:
    move_to(bare, Place(address="postgresql://owner@db.example/registry", objects="s3://bucket", lock="s3://lock"))
    given = {"listen": "127.0.0.1:0", "database": "postgresql://server@db.example/registry", "objects": "s3://bucket"}
    for other in ({"database": "postgresql://owner@db.example/other"}, {"objects": "s3://b"}, {"lock": "s3://bucket"}):
        settings = ServiceSettings.model_validate(given | other)
        with pytest.raises(UsageError, match="CERT-E661"):
            registry_of(Workspace.open(bare), settings, None)


def test_one_command_serves_until_it_is_told_to_end(bare: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'registry'}"}
    serve = ["registry", "serve", "--listen", "127.0.0.1:0"]
    command = [sys.executable, "-m", "certify", "--home", str(bare), *serve]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        lines = [process.stderr.readline() for _ in range(2)]
        url = lines[0].split(" at ")[1].split(" ")[0]
        answer = httpx.get(f"{url}readyz", trust_env=False, timeout=10)
        logged = json.loads(process.stderr.readline())
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[1]
    finally:
        process.kill()
        process.wait()
    assert answer.json() == {"ready": True, "store": "ok", "writing": True}
    assert (logged["path"], logged["status"]) == ("/readyz", 200)
    assert process.returncode == 0, rest
    assert "api-keys add" in lines[1]
    assert "Traceback" not in rest
