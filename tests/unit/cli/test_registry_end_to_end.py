"""A registry as its operator serves it, from an empty log to a revocation that every reader sees; on both stores."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

pytest.importorskip("fastapi")

from certify.attest.statements import status_statement
from certify.evidence.certificate import State, Status
from certify.pipeline.clock import now
from certify.pipeline.registry_service import application, open_service
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner
from certify.trust.status import Standing
from certify.trust.status_list import StatusLists, check_lists
from certify.verify.document import open_document
from certify_registry import Registry, found
from certify_registry.service.api_keys import FILE, add_key
from certify_registry.service.settings import ROLES, ServiceSettings
from tests.fakes.chain import PARTIES, Chain, KeyringWorkspace
from tests.fakes.postgres import postgres
from tests.fakes.registry_service import running
from tests.fakes.witnesses import policy_text, real_witness, serving_witnesses
from tests.unit.cli.conftest import Cli

__all__ = ["postgres"]
ORIGIN = "log.example/certify"
WHY = "A tester's key was lent to somebody else."


@dataclass
class Operated:
    """An operator's registry while it is served."""

    url: str
    home: Path
    secret: str

    def get(self, path: str, **options: object) -> httpx.Response:
        """What anybody gets."""
        return httpx.get(f"{self.url}{path}", trust_env=False, timeout=30, **options)  # type: ignore[arg-type]

    def page(self, path: str) -> str:
        """The words of a page."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/html")
        return " ".join(re.sub(r"<[^>]*>", " ", answer.text[answer.text.index("<main") :]).split())


def make_operator(home: Path, chain: Chain) -> KeyringWorkspace:
    """A workspace under the institute's trust file, whose log has its name and key, and is still empty."""
    home.mkdir()
    for name in ("trust.json", "workspace.json"):
        shutil.copy(chain.house.workspace.home / name, home / name)
    opened = KeyringWorkspace.open(home)
    assert isinstance(opened, KeyringWorkspace)
    opened.keyring = chain.house.signers
    return opened


@pytest.fixture(params=["folder", pytest.param("postgres", marks=pytest.mark.slow)])  # a database server is started
def operated(request: pytest.FixtureRequest, tmp_path: Path, chain: Chain) -> Iterator[Operated]:
    """The registry before anything was handed in."""
    workspace, settings = make_operator(tmp_path / "operator", chain), {"listen": "127.0.0.1:0"}
    if request.param == "folder":
        made = Registry.create(workspace.home / "registry", ORIGIN, workspace.log_key())
    else:
        address = request.getfixturevalue("postgres").create_database()
        settings |= {"database": address, "objects": f"file://{tmp_path}/objects"}
        made = found(address, ORIGIN, workspace.log_key(), objects=tmp_path / "objects")
    with made as registry:
        for role in PARTIES:
            registry.enroll(chain.house.signers[role].public_pem, PARTIES[role], role)
    secret = add_key(workspace.home / FILE, "all", ROLES, now=now())
    with (
        open_service(workspace, ServiceSettings.model_validate(settings)) as service,
        running(service, app=application(workspace, service)) as url,
    ):
        yield Operated(url, workspace.home, secret)


def revocation(chain: Chain) -> bytes:
    """The revoker's word."""
    status = Status(serial=chain.certificate.serial, state=State.REVOKED, reason=WHY, declared_at=now())
    payload = open_document(chain.bundle).certificate.payload_sha256
    revoker = chain.house.signers["revoker"]
    assert isinstance(revoker, KeySigner)
    return sign_statement(status_statement(status, payload), revoker)


def test_from_an_empty_log_to_a_revocation_that_every_reader_sees(
    operated: Operated, chain: Chain, handed: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    serial, vkey = chain.certificate.serial, chain.trust.log.vkey
    assert "No certificate" in operated.page("/") or serial not in operated.page("/")
    monkeypatch.setenv("CERTIFY_REGISTRY_TOKEN", operated.secret)
    given = cli("--home", chain.house.workspace.home, "registry", "submit", operated.url, "--log", vkey, "--json")
    drawn = len([*(chain.house.workspace.home / "certificates").glob("CM-????-????-????.pdf")])  # others use this house
    assert (given.code, given.document["refused"], given.document["pdfs"]) == (0, [], drawn)

    asked = ("--registry", operated.url, "--trust", "trust-file.json", "--json")
    for subject in (serial, "certificate.pdf"):
        said = cli("verify", subject, *asked)
        assert (said.code, said.document["verdict"]) == (0, "valid")
    assert serial in operated.page("/")
    assert not operated.page(f"/c/{serial}").startswith("Revoked")
    assert operated.get(f"/c/{serial}.json", follow_redirects=True).json()["standing"] == "valid"
    assert operated.get(f"/c/{serial}.pdf").content == chain.pdf
    assert operated.get(f"/c/{serial}/line.txt").text.endswith(", valid\n")
    assert serial in operated.get("/verify").text, "the page for dropped files carries the certificate"
    assert cli("verify", "certificate.pdf", *lists_of(operated, handed)).document["verdict"] == "valid"

    word = revocation(chain)
    kind = {"content-type": "application/json"}
    refused = httpx.post(f"{operated.url}/api/v1/entries", content=word, headers=kind, trust_env=False)
    assert refused.status_code == 401
    kind["authorization"] = f"Bearer {operated.secret}"
    taken = httpx.post(f"{operated.url}/api/v1/entries", content=word, headers=kind, trust_env=False)
    assert taken.status_code == 201

    page = operated.page(f"/c/{serial}")
    assert page.startswith("Revoked")
    assert WHY in page.replace("&#39;", "'")
    assert operated.get(f"/c/{serial}/badge.svg").text.count(", revoked</title>") == 1
    assert operated.get(f"/c/{serial}.json", follow_redirects=True).json()["standing"] == "revoked"
    assert [one["serial"] for one in operated.get("/api/v1/certificates?status=revoked").json()["certificates"]] == [
        serial
    ]
    assert serial in operated.get("/feed.atom").text
    options = lists_of(operated, handed)
    lists = check_lists(StatusLists.from_bytes((handed / "lists.json").read_bytes()), vkey)
    index = operated.get(f"/api/v1/certificates/{serial}").json()["index"]
    assert lists.standing(index) is Standing.REVOKED
    assert cli("verify", "certificate.pdf", *options).document["verdict"] == "revoked"
    assert cli("verify", "certificate.pdf", *asked).document["verdict"] == "revoked"


def lists_of(operated: Operated, handed: Path) -> tuple[str, ...]:
    """Options of a reader who has nothing but the status lists of this moment."""
    (handed / "lists.json").write_bytes(operated.get("/api/v1/status-lists").content)
    return ("--status-list", "lists.json", "--trust", "trust-file.json", "--json")


def test_witnesses_are_asked_as_the_log_grows(operated: Operated, chain: Chain, tmp_path: Path) -> None:
    word, vkey = next(statements(chain)), chain.trust.log.vkey
    with ExitStack() as stack:
        at = stack.enter_context(serving_witnesses({1: real_witness(1, tmp_path, vkey)}))
        (operated.home / "witnesses.policy").write_text(policy_text(at, [1, 2], 1))  # the second is not there
        head = {"authorization": f"Bearer {operated.secret}", "content-type": "application/json"}
        started = time.monotonic()
        taken = httpx.post(f"{operated.url}/api/v1/entries", content=word, headers=head, trust_env=False)
        assert taken.status_code == 201
        while "w1.example" not in (note := operated.get("/checkpoint").text):
            assert time.monotonic() - started < 20, note
            time.sleep(0.05)
        assert note.split("\n")[1] == "1"
        assert "w1.example" in operated.get("/api/v1/entries/0/proof").json()["proof"]


def statements(chain: Chain) -> Iterator[bytes]:
    """The chain's statements in the order of its log."""
    with chain.house.workspace.reading() as registry:
        for index in range(registry.size):
            yield registry.bundle_at(index)


def test_a_private_registry_shows_its_pages_to_nobody_unknown(tmp_path: Path, chain: Chain) -> None:
    workspace = make_operator(tmp_path / "operator", chain)
    Registry.create(workspace.home / "registry", ORIGIN, workspace.log_key()).close()
    secrets = {role: add_key(workspace.home / FILE, role, (role,), now=now()) for role in ("auditor", "witness")}
    settings = ServiceSettings(listen="127.0.0.1:0", private=True)
    with (
        open_service(workspace, settings) as service,
        running(service, app=application(workspace, service)) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        for path in ("/", "/log", "/feed.atom", "/static/registry.css", "/certificates.csv"):
            answers = [client.get(path)]
            answers += [client.get(path, headers={"authorization": f"Bearer {one}"}) for one in secrets.values()]
            assert [one.status_code for one in answers] == [401, 200, 403], path
            assert "CERT-E662" in answers[0].text
            assert answers[0].headers["www-authenticate"].startswith("Bearer")
