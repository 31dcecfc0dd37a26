"""Model signatures of ours under our own reader; other people's tools judge in tests/conformance."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.attest.model_signature import sign_model, verify_model_signature
from certify.attest.oms_bundle import read_model_signature
from certify.errors import HostileInput, TrustError, UsageError
from certify.evidence.canonical import canonical_bytes
from certify.identify import read_model
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer
from tests.fakes.chain import write_model


@pytest.fixture(scope="module")
def signer() -> KeySigner:
    return generate_signer()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "reasoner"
    write_model(folder)
    (folder / "sub").mkdir()
    (folder / "sub" / "vocab.txt").write_text("a b c")
    (folder / "empty.txt").write_bytes(b"")
    return folder


def signed(model: Path, signer: KeySigner, method: str = "files") -> Path:
    path = model / "model.sig"
    path.write_bytes(sign_model(model, signer, output=path, method=method, shard_size=100).bundle)  # type: ignore[arg-type]
    return path


def edit(signature: Path, signer: KeySigner, change: Callable[[dict], None]) -> None:
    """Signs again what a change made of the statement."""
    document = json.loads(signature.read_bytes())
    payload = json.loads(base64.b64decode(document["dsseEnvelope"]["payload"]))
    change(payload)
    signature.write_bytes(sign_statement(canonical_bytes(payload), signer))


def byte(model: Path) -> None:
    data = bytearray((model / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (model / "model.safetensors").write_bytes(data)


def rename_empty(model: Path) -> None:
    (model / "empty.txt").rename(model / "__init__.py")


def swap(model: Path) -> None:
    (model / "sub/vocab.txt").rename(model / "x")
    (model / "config.json").rename(model / "sub/vocab.txt")
    (model / "x").rename(model / "config.json")


CHANGES: dict[str, Callable[[Path], object]] = {
    "byte": byte,
    "extra": lambda model: (model / "modeling.py").write_text("x"),
    "extra empty": lambda model: (model / "sub/__init__.py").write_bytes(b""),
    "renamed": lambda model: (model / "config.json").rename(model / "config.jso"),
    "renamed empty": rename_empty,
    "missing": lambda model: (model / "sub/vocab.txt").unlink(),
    "missing empty": lambda model: (model / "empty.txt").unlink(),
    "emptied": lambda model: (model / "sub/vocab.txt").write_bytes(b""),
    "filled": lambda model: (model / "empty.txt").write_text("x"),
    "folder renamed": lambda model: (model / "sub").rename(model / "bus"),
    "names swapped": swap,
    "joined": lambda model: (model / "sub/vocab.txt").write_text("a b c\n"),
}


@pytest.mark.parametrize("method", ["files", "shards"])
def test_an_untouched_model_is_what_was_signed(method, model, signer):
    signature = signed(model, signer, method)
    checked = verify_model_signature(model, signature, public_pem=signer.public_pem)
    assert checked.holds
    assert (checked.signer, checked.signed.name) == (signer.keyid, "reasoner")
    assert checked.found == checked.signed.binding
    shutil.move(model, model.with_name("elsewhere"))
    moved = model.with_name("elsewhere")
    assert verify_model_signature(moved, moved / "model.sig", public_pem=signer.public_pem).holds


@pytest.mark.parametrize("method", ["files", "shards"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed(method, change, model, signer):
    signature = signed(model, signer, method)
    CHANGES[change](model)
    checked = verify_model_signature(model, signature, public_pem=signer.public_pem)
    assert not checked.holds
    assert checked.differences[0].detail


ABOUT_EMPTY_FILES = ("renamed empty", "missing empty", "filled")
"""Shards keep no trace of an empty file, so without our binding such a model cannot be vouched for at all."""


@pytest.mark.parametrize(
    ("method", "change"),
    [("files", change) for change in CHANGES]
    + [("shards", change) for change in CHANGES if change not in ABOUT_EMPTY_FILES],
)
def test_nothing_passes_without_our_binding_of_names(method, change, model, signer):
    if method == "shards":
        (model / "empty.txt").unlink()
    signature = signed(model, signer, method)
    edit(signature, signer, lambda payload: payload["subject"][0].pop("annotations"))
    assert verify_model_signature(model, signature, public_pem=signer.public_pem).holds
    CHANGES[change](model)
    assert not verify_model_signature(model, signature, public_pem=signer.public_pem).holds


def test_the_identity_is_the_one_that_certificates_name(tmp_path, signer):
    write_model(tmp_path / "plain")
    made = sign_model(tmp_path / "plain", signer, output=tmp_path / "model.sig")
    model = read_model(tmp_path / "plain")
    assert made.binding.identity == model.identity.identity
    assert made.binding.manifest != made.root


def test_other_trees_of_the_same_contents_have_the_same_root_and_other_names(tmp_path, signer):
    made = []
    for names in (("a.py", "b.bin"), ("config.json", "modeling.py")):
        folder = tmp_path / names[0]
        folder.mkdir()
        for name, content in zip(names, ("one", "two"), strict=True):
            (folder / name).write_text(content)
        made.append(sign_model(folder, signer, output=tmp_path / "s"))
    assert made[0].root == made[1].root
    assert made[0].binding.manifest != made[1].binding.manifest


def test_another_key_and_a_changed_list_are_refused(model, signer):
    signature = signed(model, signer)
    with pytest.raises(HostileInput, match="another key"):
        verify_model_signature(model, signature, public_pem=generate_signer().public_pem)
    document = json.loads(signature.read_bytes())
    payload = base64.b64decode(document["dsseEnvelope"]["payload"]).replace(b"reasoner", b"reasonxx")
    document["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
    signature.write_text(json.dumps(document))
    with pytest.raises(HostileInput, match="does not match"):
        verify_model_signature(model, signature, public_pem=signer.public_pem)


def test_a_signature_without_a_hint_counts_by_the_key_at_hand(model, signer):
    signature = signed(model, signer)
    document = json.loads(signature.read_bytes())
    document["verificationMaterial"] = {"publicKey": {"rawBytes": "AAAA", "keyDetails": "x"}}
    document["dsseEnvelope"]["signatures"][0]["keyid"] = None
    signature.write_text(json.dumps(document))
    assert verify_model_signature(model, signature, public_pem=signer.public_pem).holds
    with pytest.raises(HostileInput, match="does not match"):
        verify_model_signature(model, signature, public_pem=generate_signer().public_pem)


def test_an_edwards_key_neither_signs_nor_verifies(model, signer):
    edwards = generate_signer("ed25519")
    with pytest.raises(TrustError, match="Ed25519"):
        sign_model(model, edwards, output=model / "model.sig")
    with pytest.raises(TrustError, match="another kind"):
        verify_model_signature(model, signed(model, signer), public_pem=edwards.public_pem)
    with pytest.raises(TrustError, match="cannot be read"):
        verify_model_signature(model, model / "model.sig", public_pem="-----BEGIN")


def test_what_the_signer_left_out_is_refused_until_allowed_and_always_named(model, signer):
    signature = signed(model, signer)
    edit(signature, signer, lambda payload: payload["predicate"]["serialization"]["ignore_paths"].append("more"))
    assert verify_model_signature(model, signature, public_pem=signer.public_pem).holds, "nothing lies there"
    (model / "more").mkdir()
    (model / "more" / "modeling.py").write_text("x")
    with pytest.raises(HostileInput) as caught:
        verify_model_signature(model, signature, public_pem=signer.public_pem)
    assert caught.value.code == "CERT-E115"
    assert "more (files: 1)" in caught.value.what
    checked = verify_model_signature(model, signature, public_pem=signer.public_pem, allow_ignored=["more"])
    assert checked.holds
    assert checked.steering == ("more/modeling.py",)


def test_a_second_signature_in_the_folder_is_a_file_like_any_other(model, signer):
    signature = signed(model, signer)
    shutil.copy(signature, model / "other.sig")
    assert not verify_model_signature(model, signature, public_pem=signer.public_pem).holds
    with pytest.raises(HostileInput, match=r"model\.sig"):
        verify_model_signature(model, model / "other.sig", public_pem=signer.public_pem)


def test_links_are_followed_only_where_both_say_so_and_never_outside(model, signer, tmp_path):
    signature = signed(model, signer)
    edit(signature, signer, lambda payload: payload["predicate"]["serialization"].update(allow_symlinks=True))
    with pytest.raises(HostileInput) as caught:
        verify_model_signature(model, signature, public_pem=signer.public_pem)
    assert caught.value.code == "CERT-E115"
    cache = tmp_path / "models--acme--reasoner"
    snapshot = cache / "snapshots" / "0123"
    (cache / "blobs").mkdir(parents=True)
    for number, path in enumerate(sorted(path for path in model.rglob("*") if path.is_file())):
        blob = cache / "blobs" / str(number)
        shutil.copy(path, blob)
        link = snapshot / path.relative_to(model)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    where = snapshot / "model.sig"
    checked = verify_model_signature(snapshot, where, public_pem=signer.public_pem, allow_symlinks=True)
    assert checked.holds
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").symlink_to(model / "config.json")
    with pytest.raises(HostileInput, match="refused"):
        verify_model_signature(snapshot, where, public_pem=signer.public_pem, allow_symlinks=True)


def test_a_link_is_refused_where_the_signer_followed_none(model, signer):
    signature = signed(model, signer)
    (model / "config.json").rename(model.parent / "config.json")
    (model / "config.json").symlink_to(model.parent / "config.json")
    for allowed in (False, True):
        with pytest.raises(HostileInput, match="refused"):
            verify_model_signature(model, signature, public_pem=signer.public_pem, allow_symlinks=allowed)


def test_a_sigstore_identity_is_refused_with_what_it_would_take(model, signer):
    signature = signed(model, signer)
    document = json.loads(signature.read_bytes())
    document["verificationMaterial"] = {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": [{"logIndex": "1"}]}
    signature.write_text(json.dumps(document))
    with pytest.raises(UsageError) as caught:
        verify_model_signature(model, signature, public_pem=signer.public_pem)
    assert "network" in caught.value.why


MALFORMED: dict[str, Callable[[dict], object]] = {
    "a field beside": lambda found: found.update(more=1),
    "another media type": lambda found: found.update(mediaType="application/json"),
    "two signers": lambda found: found["verificationMaterial"].update(certificate={"rawBytes": "AAAA"}),
    "no signer": lambda found: found["verificationMaterial"].pop("publicKey"),
    "a hint that is no text": lambda found: found["verificationMaterial"]["publicKey"].update(hint=1),
    "an empty key": lambda found: found["verificationMaterial"].update(publicKey={}),
    "no log entries": lambda found: found.update(verificationMaterial={"certificate": {"rawBytes": "AAAA"}}),
    "a long chain": lambda found: found.update(
        verificationMaterial={"x509CertificateChain": {"certificates": [{"rawBytes": "AAAA"}] * 11}}
    ),
    "no signature": lambda found: found["dsseEnvelope"].update(signatures=[]),
    "two signatures": lambda found: found["dsseEnvelope"].update(signatures=found["dsseEnvelope"]["signatures"] * 2),
    "a signature with more": lambda found: found["dsseEnvelope"]["signatures"][0].update(x=1),
    "another payload type": lambda found: found["dsseEnvelope"].update(payloadType="text/plain"),
    "base64 in another spelling": lambda found: found["dsseEnvelope"].update(
        payload=found["dsseEnvelope"]["payload"] + "\n"
    ),
    "no payload": lambda found: found["dsseEnvelope"].update(payload=""),
}


@pytest.mark.parametrize("defect", MALFORMED)
def test_another_form_is_refused(defect, model, signer):
    document = json.loads(signed(model, signer).read_bytes())
    MALFORMED[defect](document)
    with pytest.raises(HostileInput):
        read_model_signature(json.dumps(document).encode())


def test_nothing_to_sign_is_said_to_be_so(tmp_path, signer):
    (tmp_path / "empty").mkdir()
    with pytest.raises(HostileInput, match="cannot be used"):
        sign_model(tmp_path / "empty", signer, output=tmp_path / "s")
