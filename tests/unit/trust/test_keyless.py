from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sigstore")
import sigstore

from certify.errors import CertifyError, HostileInput, RegistryError, UsageError
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.statement import DATASET, statement_bytes, subject_of
from certify.trust.bundle import parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keyless import sign_keyless, verify_keyless
from certify.trust.keys import generate_signer
from tests.fakes.sigstore_world import IDENTITY, ISSUER, World
from tests.fakes.tsa import serving

PAYLOAD = statement_bytes(subject_of("corpus", "a" * 64), DATASET, {"number": 1})
PUBLIC = Path(sigstore.__file__).parent / "_store" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def root(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sigstore") / "trusted_root.json"
    path.write_bytes(world.trusted_root)
    return path


def refused(
    call: Callable[[], object], kind: type[CertifyError] = HostileInput, code: str = "CERT-E133"
) -> CertifyError:
    with pytest.raises(kind) as error:
        call()
    assert error.value.code == code
    assert error.value.what
    return error.value


def judged(data: bytes, root: Path | None, identity: str = IDENTITY, issuer: str = ISSUER) -> Any:
    return verify_keyless(data, identity=identity, issuer=issuer, trust_config=root)


def test_a_keyless_statement_is_read_under_a_given_root(world: World, root: Path) -> None:
    found = judged(world.bundle(PAYLOAD), root)
    assert (found.payload, found.identity, found.issuer) == (PAYLOAD, IDENTITY, ISSUER)
    assert (found.statement.predicate_type, found.statement.predicate) == (DATASET, {"number": 1})


def test_a_client_trust_config_holds_a_root_too(world: World, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(world.trust_config("http://127.0.0.1:9"))
    assert judged(world.bundle(PAYLOAD), path).payload == PAYLOAD


def test_somebody_elses_signature_is_refused(world: World, root: Path) -> None:
    data = world.bundle(PAYLOAD)
    refused(lambda: judged(data, root, identity="other@example.org"))
    refused(lambda: judged(data, root, issuer="https://other.example.org"))
    refused(lambda: judged(world.bundle(PAYLOAD, identity="other@example.org"), root))
    refused(lambda: judged(World().bundle(PAYLOAD), root))


def test_services_that_are_not_trusted_vouch_for_nothing(world: World) -> None:
    refused(lambda: judged(world.bundle(PAYLOAD), PUBLIC / "trusted_root.json"))
    refused(lambda: judged(world.bundle(PAYLOAD), None))


def put(path: list[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


ENTRY = ["verificationMaterial", "tlogEntries", 0]
ENCODED = base64.b64encode(PAYLOAD.replace(b"corpus", b"corpse")).decode()


@pytest.mark.parametrize(
    "change",
    [
        put(["dsseEnvelope", "payload"], ENCODED),
        put(["dsseEnvelope", "signatures", 0, "sig"], "AAAA"),
        put(["dsseEnvelope", "signatures"], []),
        put(["verificationMaterial", "certificate", "rawBytes"], "AAAA"),
        put(["verificationMaterial", "tlogEntries"], []),
        put([*ENTRY, "inclusionProof", "rootHash"], "AAAA"),
        put([*ENTRY, "integratedTime"], str(int(time.time()) + 86400)),
        put([*ENTRY, "canonicalizedBody"], "e30="),
        put(["mediaType"], "x"),
    ],
)
def test_whatever_is_changed_is_found(world: World, root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = parse_json(world.bundle(PAYLOAD))
    change(document)
    refused(lambda: judged(canonical_bytes(document), root))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"a":1,"a":1}', b"\xff", b"[" * 10_000, b'{"mediaType":1}'])
def test_malformed_bundles_are_errors_of_ours(root: Path, data: bytes) -> None:
    with pytest.raises(HostileInput):
        judged(data, root)


def test_what_is_signed_must_be_a_statement(world: World, root: Path) -> None:
    refused(lambda: judged(world.bundle(PAYLOAD, "text/plain"), root), code="CERT-E045")
    with pytest.raises(HostileInput):
        judged(world.bundle(b"{}"), root)


def test_a_signature_by_key_is_not_keyless_and_a_keyless_one_fills_no_role(world: World, root: Path) -> None:
    refused(lambda: judged(sign_statement(PAYLOAD, generate_signer()), root))
    with pytest.raises(HostileInput) as error:
        parse_bundle(world.bundle(PAYLOAD))
    assert error.value.code == "CERT-E045"


def test_a_root_that_cannot_be_used_is_the_readers_own_mistake(world: World, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"mediaType": "x"}')
    refused(lambda: judged(world.bundle(PAYLOAD), broken), UsageError)
    refused(lambda: judged(world.bundle(PAYLOAD), tmp_path / "absent.json"), UsageError, "CERT-E012")


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certify.trust.keyless.find_spec", lambda _name: None)
    for call in (lambda: sign_keyless(PAYLOAD), lambda: judged(b"{}", None)):
        failure = refused(call, UsageError, "CERT-E010")
        assert failure.hint == "pip install 'certify-models[sigstore]'"


def test_nobody_signs_without_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sigstore.oidc.detect_credential", lambda: None)
    assert "nobody is logged in" in refused(lambda: sign_keyless(PAYLOAD), UsageError).what


def token() -> str:
    """An identity token as a provider would issue it; nobody but the service checks its signature."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "sigstore", "sub": IDENTITY, "email": IDENTITY, "email_verified": True,
              "iat": now, "nbf": now, "exp": now + 600}  # fmt: skip
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "AAAA"])


def test_without_a_network_the_message_says_so(world: World, tmp_path: Path) -> None:
    """The services are named at a port of this machine where nobody listens."""
    path = tmp_path / "config.json"
    path.write_bytes(world.trust_config("http://127.0.0.1:9"))
    failure = refused(lambda: sign_keyless(PAYLOAD, token=token(), trust_config=path), RegistryError)
    assert int(failure.exit_code) == 5
    assert "need a network" in failure.why
    assert "127.0.0.1" in failure.what


def test_what_is_signed_without_a_key_is_verified_offline(world: World, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with serving(world.answer) as url:
        path.write_bytes(world.trust_config(url))
        data = sign_keyless(PAYLOAD, token=token(), trust_config=path)
    assert judged(data, root).payload == PAYLOAD
    assert data == canonical_bytes(parse_json(data))


def test_services_that_answer_nonsense_are_said_to_fail(world: World, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with serving(lambda _query: (200, {}, b"[]")) as url:
        path.write_bytes(world.trust_config(url))
        refused(lambda: sign_keyless(PAYLOAD, token=token(), trust_config=path), RegistryError)
    refused(lambda: sign_keyless(PAYLOAD, token="no token", trust_config=path), RegistryError)


def test_only_statements_are_signed() -> None:
    refused(lambda: sign_keyless(b'{"_type": "link"}', token=token()), UsageError)
    with pytest.raises(HostileInput):
        sign_keyless(b"not json", token=token())
