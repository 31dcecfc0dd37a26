"""``certify model sign``, ``verify``, ``prepare`` and ``digest`` as people and programs use them."""

import hashlib
import json
from pathlib import Path

import pytest

from certify.trust.keys import generate_signer, save_key
from tests.fakes.chain import write_model
from tests.unit.cli.conftest import Cli

WORDS = "correct horse battery"


@pytest.fixture
def model(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model and an encrypted key in the current folder."""
    monkeypatch.setenv("CERTIFY_PASSPHRASE", WORDS)
    signer = generate_signer()
    save_key(home / "key.pem", signer, WORDS)
    (home / "key.pub").write_text(signer.public_pem)
    return write_model(home / "tiny")


def sign(cli: Cli, model: Path, *more: str | Path) -> Path:
    signature = model / "model.sig"
    said = cli("model", "sign", model, "--output", signature, "--key", "key.pem", *more)
    assert said.code == 0, said.err
    return signature


def test_a_signature_is_made_and_checked_and_says_what_it_binds(cli, model, home):
    said = cli("model", "sign", "tiny", "--output", "tiny/model.sig", "--key", "key.pem",
               "--public-key-out", "out.pub")  # fmt: skip
    assert said.code == 0
    assert "not by the root digest" in " ".join(said.out.split())
    assert (home / "out.pub").read_text() == (home / "key.pub").read_text()
    said = cli("model", "verify", "tiny", "--signature", "tiny/model.sig", "--public-key", "out.pub")
    assert said.code == 0
    assert hashlib.sha256((home / "out.pub").read_bytes()).hexdigest() in said.out
    assert "not by the root digest" in " ".join(said.out.split())
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_changed_model_does_not_hold_and_json_says_why(cli, model):
    signature = sign(cli, model)
    (model / "config.json").write_text("{}")
    args = ("model", "verify", model, "--signature", signature, "--public-key", "key.pub")
    said = cli(*args)
    assert said.code == 1
    assert "config.json changed" in said.out
    document = cli(*args, "--json").document
    assert document["schema"] == "certify/model/v1"
    assert document["verdict"] == "does_not_hold"
    assert [one["path"] for one in document["differences"]] == ["config.json"]


def test_shards_and_an_ignored_program_are_told(cli, model):
    (model / ".github").mkdir()
    (model / ".github" / "setup.py").write_text("x")
    signature = sign(cli, model, "--method", "shards", "--shard-size", "7")
    said = cli("model", "verify", model, "--signature", signature, "--public-key", "key.pub")
    assert said.code == 0
    assert "digests of shards" in said.out
    assert ".github/setup.py" in said.out
    assert cli("model", "verify", model, "--signature", signature, "--public-key", "key.pub", "--json").document[
        "steering"
    ] == [".github/setup.py"]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("verify", "tiny", "--signature", "none.sig", "--public-key", "key.pub"), 2, "CERT-E012"),
        (("verify", "tiny", "--signature", "tiny/model.sig"), 2, "CERT-E011"),
        (("verify", "tiny", "--signature", "tiny/model.sig", "--public-key", "key.pub", "--root", "x"), 2, "CERT-E011"),
        (("verify", "tiny", "--signature", "tiny/model.sig", "--root", "key.pub"), 2, "CERT-E011"),
        (("verify", "tiny", "--signature", "tiny/config.json", "--public-key", "key.pub"), 1, "CERT-E114"),
        (("verify", "tiny", "--signature", "tiny/model.sig", "--public-key", "tiny/config.json"), 4, "CERT-E041"),
        (("verify", "gone", "--signature", "tiny/model.sig", "--public-key", "key.pub"), 2, "CERT-E020"),
        (("sign", "gone", "--output", "s.sig", "--key", "key.pem"), 2, "CERT-E020"),
        (("sign", "tiny", "--output", "s.sig", "--key", "key.pem", "--public-key-out", "tiny/k"), 2, "CERT-E011"),
        (("sign", "tiny", "--output", "s.sig", "--key", "edwards.pem"), 4, "CERT-E041"),
        (("digest", "tiny", "--output", "tiny/manifest.json"), 2, "CERT-E011"),
        (("prepare", "tiny", "clean", "--statement", "clean/record.json"), 2, "CERT-E011"),
        (("prepare", "tiny", "clean", "--statement", "tiny/record.json"), 2, "CERT-E011"),
        (("prepare", "tiny", "clean", "--check"), 2, "CERT-E012"),
    ],
)
def test_mistakes_are_told_apart(arguments, code, error, cli, model, home):
    sign(cli, model)
    save_key(home / "edwards.pem", generate_signer("ed25519"), WORDS)
    before = sorted(path.name for path in home.rglob("*"))
    said = cli("model", *arguments)
    assert (said.code, said.error) == (code, error), said.err
    assert sorted(path.name for path in home.rglob("*")) == before


def test_the_manifest_is_what_the_identity_digests(cli, model, home):
    said = cli("model", "digest", model, "--output", "manifest.json", "--json")
    assert hashlib.sha256((home / "manifest.json").read_bytes()).hexdigest() == said.document["identity"]


def test_a_preparation_leaves_its_record_beside_the_folder(cli, model, home):
    (model / "convert.py").write_text("x")
    said = cli("model", "prepare", model, "clean")
    assert said.code == 0
    assert "clean.preparation.json, not signed" in " ".join(said.out.split())
    record = json.loads((home / "clean.preparation.json").read_bytes())
    assert record["predicateType"].endswith("/preparation/v0.1")
    assert cli("model", "prepare", model, "clean", "--check").code == 0
    (home / "clean" / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    said = cli("model", "prepare", model, "clean", "--check")
    assert said.code == 1
    assert "config.json changed" in said.out


def test_a_signed_record_names_its_signer(cli, model):
    said = cli("model", "prepare", model, "clean", "--statement", "record.json", "--key", "key.pem", "--json")
    assert said.document["statement"] == "record.json"
    args = ("model", "prepare", model, "clean", "--check", "--statement", "record.json")
    assert cli(*args).error == "CERT-E011"
    checked = cli(*args, "--public-key", "key.pub", "--json").document
    assert (checked["verdict"], checked["signer"]) == ("holds", said.document["signer"])


def test_cutting_a_pointer_to_code_is_told(cli, model):
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 16,
              "auto_map": {"AutoModelForCausalLM": "modeling_llama.LlamaForCausalLM"}}  # fmt: skip
    (model / "config.json").write_text(json.dumps(config))
    said = cli("model", "prepare", model, "clean")
    told = " ".join(said.out.split())
    assert "config.json differs from the download. - auto_map cut out" in told
    assert "in place of the publisher's" in told


def test_a_development_key_says_what_it_is_worth(cli, model, workspace):
    said = cli("--home", workspace, "model", "sign", "tiny", "--output", "tiny/model.sig")
    assert said.code == 0
    assert "proves nothing to others" in said.out
    said = cli("--home", workspace, "model", "prepare", "tiny", "clean", "--sign")
    assert "proves nothing to others" in said.out
    assert "signed by" in said.out
