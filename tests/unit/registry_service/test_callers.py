"""Who may read and who may write: API keys, tokens of OpenID providers, roles, privacy."""

import hmac
import json
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certify.errors import UsageError
from certify.pipeline.clock import later, now
from certify_registry.service.api_keys import PREFIX, KeyRing, add_key, read_keys, revoke_key
from certify_registry.service.buckets import Buckets
from certify_registry.service.oidc import JwksSource, Providers
from certify_registry.service.principals import Principal
from certify_registry.service.settings import ROLES, Provider
from tests.fakes import logged_statements as made
from tests.fakes.registry_service import Served, served

ISSUER, AUDIENCE = "https://login.example", "certify-registry"
PRIVATE = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


def jwk(key: Any, kid: str, algorithm: str) -> dict[str, Any]:
    made_key = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**made_key, "kid": kid, "alg": algorithm}


def claims(**other: Any) -> dict[str, Any]:
    when = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "ci", "iat": when, "exp": when + 60, "roles": ["pipeline"], **other}


def token(key: Any = PRIVATE, algorithm: str = "ES256", kid: str = "one", **other: Any) -> str:
    return jwt.encode({k: v for k, v in claims(**other).items() if v is not None}, key, algorithm, headers={"kid": kid})


def confused() -> str:
    """A token under the public key, taken for a shared secret."""
    public = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "one"}, claims()]
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    tag = urlsafe_b64encode(hmac.digest(public, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + tag).decode()


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    jwks = tmp_path / "jwks.json"
    shared = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "shared", "alg": "HS256"}
    keys = [jwk(PRIVATE, "one", "ES256"), jwk(RSA, "rsa", "RS256"), shared, {"kty": "EC", "kid": "broken"}, "no key"]
    jwks.write_text(json.dumps({"keys": keys}))
    return Provider(issuer=ISSUER, audiences=(AUDIENCE,), jwks=str(jwks), roles={"pipeline": ("submitter", "issuer")})


def test_a_token_of_a_known_provider_gives_its_roles(provider: Provider) -> None:
    expected = Principal("oidc:ci", frozenset({"submitter", "issuer"}), known=True)
    known = Providers([provider])
    assert known.holder_of(token()) == expected
    assert known.holder_of(token(RSA, "RS256", "rsa")) == expected
    assert known.holder_of(token(aud=["else", AUDIENCE], roles="pipeline")) == expected
    nobody = known.holder_of(token(roles=["visitor", 7, None]))
    assert isinstance(nobody, Principal)
    assert nobody.roles == frozenset()


@pytest.mark.parametrize(
    "bad",
    [
        lambda: token(OTHER),
        lambda: token(kid="unknown"),
        lambda: token(kid="broken"),
        lambda: token(RSA, "RS256", "one"),
        lambda: token(iss="https://elsewhere.example"),
        lambda: token(iss=None),
        lambda: token(aud="another service"),
        lambda: token(aud=None),
        lambda: token(exp=int(time.time()) - 60),
        lambda: token(exp=None),
        lambda: token(iat=int(time.time()) + 600),
        lambda: token(sub=None),
        lambda: token(nbf=int(time.time()) + 600),
        lambda: jwt.encode(claims(), None, "none", headers={"kid": "one"}),
        lambda: jwt.encode(claims(), "secret-secret-secret-secret-secret", "HS256", headers={"kid": "shared"}),
        confused,
        lambda: token()[:-4] + "AAAA",
        lambda: "a.b.c",
        lambda: "é" * 20,
        lambda: "x" * 10_000,
    ],
)
def test_any_other_token_is_refused(provider: Provider, bad) -> None:
    assert isinstance(Providers([provider]).holder_of(bad()), str)


def test_a_provider_is_asked_again_for_a_new_key_but_not_for_each_guess(tmp_path: Path) -> None:
    path, clock = tmp_path / "jwks.json", [0.0]
    path.write_text(json.dumps({"keys": [jwk(PRIVATE, "one", "ES256")]}))
    source = JwksSource(str(path), lambda: clock[0])
    assert source.key("one")
    path.write_text(json.dumps({"keys": [jwk(OTHER, "two", "ES256")]}))
    clock[0] = 10
    assert source.key("two") is None
    clock[0] = 31
    assert source.key("two")
    assert source.key("one") is None
    path.write_text("not JSON")
    clock[0] = 1000
    assert source.key("two")


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, {"keys": [{"kid": "a", "kty": "EC"}]}), (200, {"error": "maintenance"}), (200, {"keys": []}), (404, {})],
)
def test_an_outage_of_a_provider_does_not_lose_its_keys(status: int, body: dict[str, Any]) -> None:
    clock, good = [0.0], json.dumps({"keys": [jwk(PRIVATE, "one", "ES256")]}).encode()
    answers = iter([(200, good), (status, json.dumps(body).encode())])

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, told = next(answers)
            self.send_response(code)
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        source = JwksSource(f"http://127.0.0.1:{server.server_port}/", lambda: clock[0])
        assert source.key("one")
        clock[0] = 301
        assert source.key("one")
        assert next(answers, None) is None
        server.shutdown()


def test_who_shows_bad_credentials_again_and_again_is_sent_away_before_they_are_looked_at(alone: Path) -> None:
    limits = {"reads_per_second": 0.01, "read_burst": 3}
    bad = {"authorization": "Bearer certify_guess"}
    with served(alone, limits=limits) as made_here:
        with made_here.client("auditor") as client:
            assert [client.get("/api/v1/keys").status_code for _ in range(3)] == [200, 200, 200]
        with made_here.client() as client:
            told = [client.get("/api/v1/keys", headers=bad) for _ in range(4)]
            assert [one.status_code for one in told] == [401, 401, 401, 429]
            assert told[-1].json()["code"] == "CERT-E664"
            assert client.get("/api/v1/keys").status_code == 200


def test_two_who_change_the_file_of_keys_at_once_lose_nothing(tmp_path: Path) -> None:
    """Processes, as two operators are."""
    path = tmp_path / "api-keys.json"
    add_key(path, "leaked", ("submitter",), now=now())
    code = (
        "import sys; from pathlib import Path; from certify_registry.service.api_keys import add_key\n"
        "[add_key(Path(sys.argv[1]), f'{sys.argv[2]}{n}', ('auditor',), now='2026-11-26T00:00:00Z') for n in range(25)]"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("a", "b")]
    while not any(key.name == "a0" for key in read_keys(path).keys):
        assert writers[0].poll() is None
    revoke_key(path, "leaked", now=now())
    assert [one.wait(60) for one in writers] == [0, 0]
    kept = read_keys(path).keys
    assert len(kept) == 51
    assert kept[0].revoked_at is not None


def test_only_the_digest_of_an_api_key_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "api-keys.json"
    secret = add_key(path, "ci", ("submitter",), now=now())
    assert secret.startswith(PREFIX)
    assert len(secret) >= len(PREFIX) + 43
    assert secret not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    ring = KeyRing(path, now)
    assert ring.holder_of(secret) == Principal("key:ci", frozenset({"submitter"}), known=True)
    assert ring.holder_of(secret + "x") == "is not known here"
    revoke_key(path, "ci", now=now())
    assert ring.holder_of(secret) == "was revoked"
    expired = add_key(path, "old", ("auditor",), now=now(), expires=later(now(), seconds=-1))
    assert ring.holder_of(expired) == "has expired"


@pytest.mark.parametrize("name", ["ci", "", "Ci", "a b", "../x", "x" * 65, "é"])
def test_a_name_is_used_once_and_is_plain(tmp_path: Path, name: str) -> None:
    path = tmp_path / "api-keys.json"
    add_key(path, "ci", ("submitter",), now=now())
    with pytest.raises(UsageError, match="CERT-E675"):
        add_key(path, name, ("submitter",), now=now())
    assert len(read_keys(path).keys) == 1


def test_a_damaged_file_of_keys_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "api-keys.json"
    secret = add_key(path, "ci", ("submitter",), now=now())
    ring = KeyRing(path, now)
    assert isinstance(ring.holder_of(secret), Principal)
    path.write_text("{")
    for _ in range(2):
        with pytest.raises(UsageError, match="CERT-E675"):
            ring.holder_of(secret)


def test_each_role_hands_in_its_own_kinds_and_nothing_else(world: Served) -> None:
    def kinds(number: str) -> dict[str, bytes]:
        return {
            "evidence": made.note(int(number), world.signers["data-steward"]),
            "certificate": made.certificate(world.signers["issuer"], decision=f"by {number}"),
        }

    allowed = {"submitter": {"evidence"}, "issuer": {"evidence", "certificate"}}
    for number, role in enumerate(ROLES):
        for kind, bundle in kinds(str(1000 + number)).items():
            expected = 201 if kind in allowed.get(role, set()) else 403
            assert world.post(bundle, role).status_code == expected, (role, kind)


def test_nothing_is_taken_from_strangers(world: Served) -> None:
    bundle = made.note(1, world.signers["data-steward"])
    bad = ["", "Bearer", "Bearer x y", "Basic abc", "Bearer " + "x" * 9001, "Bearer certify_no", f"Bearer {token()}"]
    with world.client() as client:
        for given in bad:
            headers = {"authorization": given, "content-type": "application/json"}
            answer = client.post("/api/v1/entries", content=bundle, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "CERT-E662"), given
            assert answer.headers["www-authenticate"].startswith("Bearer")
        two = [("authorization", f"Bearer {world.secrets['all']}")] * 2
        assert client.post("/api/v1/entries", content=bundle, headers=two).status_code == 401
    assert "certify_no" not in json.dumps(world.lines)


def test_who_shows_bad_credentials_does_not_read_either(world: Served) -> None:
    with world.client() as client:
        assert client.get("/api/v1/keys", headers={"authorization": "Bearer certify_bad"}).status_code == 401
        assert client.get("/api/v1/keys").status_code == 200


def test_a_private_registry_is_read_with_credentials_alone(alone: Path, many: dict[str, float]) -> None:
    log, all_of_it = ("/checkpoint",), ("/api/v1/entries", "/api/v1/certificates", "/api/v1/keys", "/metrics")
    with served(alone, private=True, limits=many) as made_here:
        for role, expected in ((None, 401), ("witness", 403), ("auditor", 200), ("submitter", 200)):
            with made_here.client(role) as client:
                assert {client.get(path).status_code for path in all_of_it} == {expected}
                assert {client.get(path).status_code for path in log} == {401 if role is None else 200}
                assert client.get("/healthz").status_code == 200
                assert "public" not in client.get("/checkpoint").headers["cache-control"]
        assert "HTTPBearer" in json.dumps(made_here.client("auditor").get("/api/v1/openapi.json").json()["paths"])


def test_a_server_for_reading_takes_nothing(alone: Path) -> None:
    with served(alone, read_only=True) as made_here:
        answer = made_here.post(made.note(1, made_here.signers["data-steward"]), "all")
        assert (answer.status_code, answer.json()["code"]) == (403, "CERT-E676")
        with made_here.client() as client:
            assert client.get("/api/v1/entries").json()["size"] == 0
            assert client.get("/readyz").json() == {"ready": True, "store": "ok", "writing": False}


def test_a_bucket_fills_at_its_rate_and_holds_no_more_than_a_burst() -> None:
    clock = [0.0]
    buckets = Buckets(2.0, 3, lambda: clock[0])
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0
    clock[0] = 0.5
    assert buckets.take("a") == 0
    clock[0] = 1000
    assert buckets.take("a", 50) == 0
    assert buckets.take("a") == pytest.approx(24)


def test_who_asks_too_often_waits_and_others_do_not(alone: Path) -> None:
    limits = {"reads_per_second": 0.5, "read_burst": 3, "writes_per_second": 0.5, "write_burst": 2}
    with served(alone, limits=limits) as made_here:
        with made_here.client() as client:
            told = [client.get("/checkpoint") for _ in range(5)]
            assert [one.status_code for one in told] == [200, 200, 200, 429, 429]
            assert 1 <= int(told[-1].headers["retry-after"]) <= 2
            assert told[-1].json()["code"] == "CERT-E664"
            assert client.get("/healthz").status_code == 200
        with made_here.client("auditor") as client:
            assert client.get("/checkpoint").status_code == 200
        notes = [made_here.post(made.note(n, made_here.signers["data-steward"]), "submitter") for n in range(3)]
        assert [one.status_code for one in notes] == [201, 201, 429]
        assert made_here.registry.size == 2
