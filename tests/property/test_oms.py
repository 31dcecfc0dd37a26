"""Model signatures: what is written reads back, ranges cover every byte, and no changed byte of a file passes."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from certify.attest.model_signature import sign_model, verify_model_signature
from certify.attest.oms_bundle import read_model_signature
from certify.errors import CertifyError
from certify.identify.oms_reading import parse_payload
from certify.trust.keys import generate_signer

SIGNER = generate_signer()
NAMES = st.text(st.sampled_from("ab:.09é -"), min_size=1, max_size=8).filter(lambda name: name.strip(".") != "")
TREES = st.dictionaries(NAMES, st.binary(max_size=40), min_size=1, max_size=6).filter(lambda tree: any(tree.values()))
METHODS = st.sampled_from(["files", "shards"])


def write(folder: Path, tree: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in tree.items():
        (folder / name).write_bytes(content)
    return folder


@given(TREES, METHODS, st.integers(1, 50))
def test_what_is_signed_holds_and_every_byte_is_in_one_range(tree, method, size) -> None:
    with tempfile.TemporaryDirectory() as where:
        model = write(Path(where) / "m", tree)
        signature = Path(where) / "s.sig"
        signature.write_bytes(sign_model(model, SIGNER, output=signature, method=method, shard_size=size).bundle)
        assert verify_model_signature(model, signature, public_pem=SIGNER.public_pem).holds
        listed = read_model_signature(signature.read_bytes()).signed.files()
        step = size if method == "shards" else 1000
        for name, content in tree.items():
            parts = [content[at : at + step] for at in range(0, len(content), step)]
            parts = parts or ([] if method == "shards" else [b""])
            assert listed.get(name, ()) == tuple(hashlib.sha256(part).hexdigest() for part in parts)


@given(TREES, METHODS, st.data())
def test_a_changed_byte_or_name_never_holds(tree, method, data) -> None:
    with tempfile.TemporaryDirectory() as where:
        model = write(Path(where) / "m", tree)
        signature = Path(where) / "s.sig"
        signature.write_bytes(sign_model(model, SIGNER, output=signature, method=method, shard_size=7).bundle)
        name = data.draw(st.sampled_from(sorted(tree)))
        if content := bytearray(tree[name]):
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
            (model / name).write_bytes(content)
        else:
            (model / name).rename(model / (name + "x"))
        assert not verify_model_signature(model, signature, public_pem=SIGNER.public_pem).holds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PAYLOAD: dict[str, Any] = {
    "_type": "https://in-toto.io/Statement/v1",
    "predicateType": "https://model_signing/signature/v1.0",
    "subject": [{"name": "m", "digest": {"sha256": hashlib.sha256(bytes(32)).hexdigest()}, "annotations": {}}],
    "predicate": {
        "resources": [{"name": "a:0:3", "digest": "0" * 64, "algorithm": "sha256"}],
        "serialization": {
            "method": "shards",
            "hash_type": "sha256",
            "allow_symlinks": False,
            "shard_size": 5,
            "ignore_paths": [".git"],
        },
    },
}


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The path to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in items for found in ((*path, key), *places(inner, (*path, key)))]


def test_the_untouched_statement_is_read() -> None:
    assert parse_payload(json.dumps(PAYLOAD).encode()).files() == {"a": ("0" * 64,)}


@given(st.sampled_from(places(PAYLOAD)), JSON)
def test_whatever_stands_in_a_statement_is_read_or_refused_in_our_words(place, value) -> None:
    document = copy.deepcopy(PAYLOAD)
    target: Any = document
    for part in place[:-1]:
        target = target[part]
    target[place[-1]] = value
    try:
        signed = parse_payload(json.dumps(document).encode())
    except CertifyError:
        return
    json.dumps([signed.name, *signed.files(), *signed.ignored], ensure_ascii=False).encode()


@given(st.data())
def test_no_changed_bit_of_a_signature_file_passes(data) -> None:
    with tempfile.TemporaryDirectory() as where:
        model = write(Path(where) / "m", {"a": b"one", "b": b"two"})
        signature = Path(where) / "s.sig"
        whole = sign_model(model, SIGNER, output=signature).bundle
        changed = bytearray(whole)
        changed[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        signature.write_bytes(changed)
        try:
            checked = verify_model_signature(model, signature, public_pem=SIGNER.public_pem)
        except CertifyError:
            return
        assert checked.holds
        # Only what is not signed may differ and still pass: key ids of no use to OMS, the media type's version.
        ours, theirs = (json.loads(each)["dsseEnvelope"] for each in (whole, bytes(changed)))
        assert base64.b64decode(ours["payload"]) == base64.b64decode(theirs["payload"])
        assert ours["signatures"][0]["sig"] == theirs["signatures"][0]["sig"]
