"""Our log, as our registry writes it with witnesses' cosignatures, under other people's verifiers; and mutations.

Go's reader has to be compiled once, which takes a quarter of a minute of processor time.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

pytest.importorskip("sqlmodel")

from certify.trust.bundle import parse_bundle
from certify.trust.cosignature import cosign
from certify.trust.keys import generate_signer
from certify.trust.log_entry import entry_of
from certify.trust.note import Checkpoint, NoteSigner, parse_checkpoint, parse_note, sign_checkpoint
from certify.trust.tlog_proof import format_tlog_proof, parse_tlog_proof
from certify_registry import Registry
from tests.conformance.peers import Opinion
from tests.conformance.tlog_peers import (
    Claim,
    go,
    go_proofs,
    ours,
    pymerkle,
    sigstore_js,
    sigstore_python,
    text64,
)
from tests.fakes.chain import scratch
from tests.fakes.logged_statements import NOW, note
from tests.fakes.tlog import cosigner
from tests.fakes.witnesses import keys_of

ORIGIN = "registry.example/certify"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
PEERS: dict[str, Callable[[Sequence[Claim]], list[Opinion]]] = {
    "ours": ours, "pymerkle": pymerkle, "sigstore (Python)": sigstore_python, "@sigstore/verify": sigstore_js,
    "golang.org/x/mod": go_proofs,
}  # fmt: skip
SLOW = {"golang.org/x/mod"}


def grown(folder: Path, size: int) -> tuple[list[bytes], list[Checkpoint]]:
    """A registry's folder with ``size`` entries, cosigned by a witness: the leaves and every checkpoint on the way."""
    signer = generate_signer("ed25519")
    leaves, checkpoints = [], []
    with Registry.create(folder, ORIGIN, KEY) as registry:
        registry.enroll(signer.public_pem, "Lab", "evaluator")
        for number in range(size):
            bundle = note(number, signer)
            leaves.append(entry_of(parse_bundle(bundle)).to_bytes())
            registry.append(bundle, now=NOW)
            checkpoints.append(parse_checkpoint(parse_note(registry.checkpoint()).text))
        text = parse_note(registry.checkpoint()).text
        lines = "".join(cosign(text, cosigner(1, post_quantum=quantum), 1_700_000_000) for quantum in (False, True))
        assert registry.publish_cosigned(registry.checkpoint() + lines)
    return leaves, checkpoints


@pytest.fixture(scope="module")
def small() -> Iterator[tuple[str, list[bytes], list[str]]]:
    """Key, leaves and proofs of a registry of eleven entries."""
    folder = scratch() / "registry"
    leaves, _ = grown(folder, 11)
    with Registry.open(folder) as registry:
        yield registry.vkey, leaves, [registry.proof(index) for index in range(11)]
    shutil.rmtree(folder)


def genuine(small: tuple[str, list[bytes], list[str]]) -> list[Claim]:
    vkey, leaves, proofs = small
    return [Claim(f"entry {n}", text, leaf, vkey) for n, (text, leaf) in enumerate(zip(proofs, leaves, strict=True))]


def mutations(claim: Claim) -> Iterator[Claim]:
    """Every part of a proof changed, one at a time, by somebody who does not have the log's key."""
    proof = parse_tlog_proof(claim.text)
    signed = parse_checkpoint(parse_note(proof.checkpoint).text)

    def other(name: str, **changed: object) -> Claim:
        parts = {"index": proof.index, "path": proof.path, "checkpoint": proof.checkpoint, **changed}
        return claim._replace(name=name, text=format_tlog_proof(**parts))  # type: ignore[arg-type]

    yield claim._replace(name="leaf changed", leaf=claim.leaf[:-1] + bytes([claim.leaf[-1] ^ 1]))
    yield claim._replace(name="leaf longer", leaf=claim.leaf + b"\0")
    yield claim._replace(name="no leaf", leaf=b"")
    for index in {proof.index - 1, proof.index + 1, proof.index ^ 4, signed.size, signed.size + proof.index} - {-1}:
        yield other(f"index {index}", index=index)
    for at, node in enumerate(proof.path):
        yield other(
            f"node {at} changed", path=(*proof.path[:at], bytes([node[0] ^ 1]) + node[1:], *proof.path[at + 1 :])
        )
        yield other(f"node {at} gone", path=proof.path[:at] + proof.path[at + 1 :])
        yield other(f"node {at} twice", path=(*proof.path[:at], node, *proof.path[at:]))
    yield other("path reversed", path=proof.path[::-1])
    yield other("a node more", path=(*proof.path, bytes(32)))
    lines = proof.checkpoint.split("\n")
    root = bytearray(signed.root)
    root[0] ^= 1
    for name, at, text in (
        ("size one more", 1, str(signed.size + 1)), ("size one less", 1, str(signed.size - 1)),
        ("another root", 2, base64.b64encode(root).decode()), ("another origin", 0, ORIGIN + "2"),
    ):  # fmt: skip
        yield other(name, checkpoint="\n".join([*lines[:at], text, *lines[at + 1 :]]))
    name, _, signature = lines[4].rpartition(" ")
    raw = bytearray(base64.b64decode(signature))
    for at in (0, 4, 35, 67):
        changed = bytes([*raw[:at], raw[at] ^ 1, *raw[at + 1 :]])
        again = f"{name} {base64.b64encode(changed).decode()}"
        yield other(f"signature byte {at}", checkpoint="\n".join([*lines[:4], again, *lines[5:]]))
    yield other("cosignatures alone", checkpoint="\n".join([*lines[:4], *lines[5:]]))
    thief = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x09" * 32))
    yield other("another key", checkpoint=sign_checkpoint(signed, thief))
    yield claim._replace(name="another log's key", vkey=thief.verifier.vkey)


def by_peer() -> list[object]:
    return [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in PEERS]


@pytest.mark.parametrize("peer", by_peer())
def test_every_peer_accepts_our_proofs_and_rejects_every_mutation(
    small: tuple[str, list[bytes], list[str]], peer: str
) -> None:
    claims = genuine(small)
    assert [one for one in PEERS[peer](claims) if not one.accepts] == []
    spoiled = [other for claim in claims for other in mutations(claim)]
    assert len(spoiled) > 300
    believed = [one.name for one, said in zip(spoiled, PEERS[peer](spoiled), strict=True) if said.accepts]
    assert believed == []


@pytest.mark.slow  # compiles Go's reader, and grows a log of 300 entries
def test_go_reads_every_tile_of_our_log_and_our_cosignatures(tmp_path: Path) -> None:
    folder = scratch() / "registry"
    _, checkpoints = grown(folder, 300)
    with Registry.open(folder) as registry:
        vkey = registry.vkey
    older = [{"size": one.size, "root": text64(one.root)} for one in checkpoints]
    note_text = (folder / "checkpoint").read_text()
    keys = keys_of(1)
    cosigned = [{"note": note_text, "vkey": key.vkey} for key in keys]
    said = go({"logs": [{"folder": str(folder), "vkey": vkey, "older": older}], "cosigned": cosigned})
    assert said == {"proofs": [], "logs": [Opinion(True)], "cosigned": [Opinion(True)] * 2}

    wrong = [*older[:9], {**older[9], "root": older[8]["root"]}]
    spoiled = [{"folder": str(folder), "vkey": vkey, "older": wrong}]
    for path in sorted((folder / "tile").rglob("*")):
        if path.is_file() and ".p" not in path.parent.name:
            made = tmp_path / str(len(spoiled))
            shutil.copytree(folder, made)
            data = path.read_bytes()
            (made / path.relative_to(folder)).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
            spoiled.append({"folder": str(made), "vkey": vkey, "older": []})
    text = parse_note(note_text).text
    bad = [{"note": note_text.replace(text, text.replace("\n300\n", "\n301\n")), "vkey": key.vkey} for key in keys]
    said = go({"logs": spoiled, "cosigned": bad})
    assert len(spoiled) == 3
    assert not any(one.accepts for one in (*said["logs"], *said["cosigned"]))
