"""Signatures of ours, checked by the commands of docs/signatures.md and nothing of ours."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from certify.evidence.statement import STATUS, statement_bytes, subject_of
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer, save_key

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "signatures.md"
PAYLOAD = statement_bytes(subject_of("model", "ab" * 32), STATUS, {"reason": "key lost"})

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is not installed")


def commands() -> tuple[str, str]:
    blocks = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    general = next(block for block in blocks if "openssl dgst" in block)
    edwards = next(block for block in blocks if block.startswith("openssl pkeyutl"))
    ecdsa_line = next(line for line in general.splitlines() if line.startswith("openssl dgst"))
    return general, general.replace(ecdsa_line, edwards.strip())


def check(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False
    )


@pytest.fixture(params=["ecdsa-p256", "ed25519"])
def case(request, tmp_path: Path) -> tuple[Path, str]:
    signer = generate_signer(request.param)
    (tmp_path / "bundle.json").write_bytes(sign_statement(PAYLOAD, signer))
    (tmp_path / "key.pub.pem").write_text(signer.public_pem)
    return tmp_path, commands()[request.param == "ed25519"]


def test_the_commands_of_the_page_accept_our_signature(case) -> None:
    folder, script = case
    done = check(folder, script)
    assert done.returncode == 0, done.stderr
    assert "key.pub.pem: OK" in done.stdout
    assert re.search(r"Verified OK|Signature Verified Successfully", done.stdout)
    assert (folder / "payload.json").read_bytes() == PAYLOAD


def test_the_commands_of_the_page_reject_a_changed_payload(case) -> None:
    folder, script = case
    document = json.loads((folder / "bundle.json").read_bytes())
    document["dsseEnvelope"]["payload"] = base64.b64encode(PAYLOAD.replace(b"lost", b"last")).decode()
    (folder / "bundle.json").write_text(json.dumps(document))
    assert check(folder, script).returncode != 0


def test_the_commands_of_the_page_reject_another_key(case) -> None:
    folder, script = case
    (folder / "key.pub.pem").write_text(generate_signer().public_pem)
    assert check(folder, script).returncode != 0


def test_openssl_opens_our_key_files(tmp_path: Path) -> None:
    signer = generate_signer()
    save_key(tmp_path / "key.pem", signer, "correct horse battery")
    done = check(tmp_path, "openssl pkey -in key.pem -passin pass:'correct horse battery' -pubout")
    assert done.stdout == signer.public_pem
    assert check(tmp_path, "openssl pkey -in key.pem -passin pass:wrong -pubout").returncode != 0
