import hashlib
import json
from pathlib import Path

import pytest

from certify.attest.preparation import preparation_of, preparation_statement, verify_preparation
from certify.errors import HostileInput, UsageError
from certify.evidence.canonical import canonical_bytes
from certify.identify import prepare
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from tests.fakes.chain import write_model

AT = "2026-11-25T20:00:00Z"


@pytest.fixture
def case(tmp_path: Path) -> tuple[Path, Path, bytes]:
    """(download, clean folder, record)."""
    source, clean = tmp_path / "download", tmp_path / "clean"
    write_model(source)
    config = json.loads((source / "config.json").read_text())
    config |= {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}
    config["auto_map"] = {"AutoModelForCausalLM": "modeling_llama.LlamaForCausalLM"}
    (source / "config.json").write_text(json.dumps(config))
    (source / "modeling_llama.py").write_text("raise SystemExit")
    (source / "README.md").write_text("# model")
    return source, clean, preparation_statement(preparation_of(prepare(source, clean), AT))


def refusal(record: bytes, clean: Path, source: Path, **more: str) -> str:
    with pytest.raises(HostileInput) as caught:
        verify_preparation(record, clean, source=source, **more)
    return caught.value.code


def test_a_record_holds_against_both_folders(case):
    source, clean, record = case
    compared = verify_preparation(record, clean, source=source)
    assert compared.holds
    assert compared.signer is None
    (changed,) = [file for file in compared.preparation.files if file.change]
    assert changed.source.sha256 == hashlib.sha256((source / "config.json").read_bytes()).hexdigest()
    assert [one.path for one in compared.preparation.left_out] == ["modeling_llama.py"]
    statement = json.loads(record)
    assert statement["subject"][0]["digest"]["sha256"] == compared.preparation.model.identity


def test_a_difference_in_either_folder_is_named(case):
    source, clean, record = case
    (source / "config.json").write_text("{}")
    (source / "more.json").write_text("{}")
    compared = verify_preparation(record, clean, source=source)
    assert [(one.kind, one.path) for one in compared.source] == [("changed", "config.json"), ("added", "more.json")]
    assert compared.prepared == ()
    assert verify_preparation(record, clean).holds, "without the download only the folder counts"
    (clean / "more.json").write_text("{}")
    assert [one.path for one in verify_preparation(record, clean).prepared] == ["more.json"]


def test_documentation_that_joined_later_is_no_difference(case):
    source, clean, record = case
    (clean / "model.sig").write_text("{}")
    assert verify_preparation(record, clean, source=source).holds
    (clean / "README.md").write_text("# another")
    assert not verify_preparation(record, clean, source=source).holds


def test_a_signed_record_needs_its_signer_and_a_bare_one_has_none(case):
    source, clean, record = case
    signer = generate_signer()
    bundle = sign_statement(record, signer)
    assert verify_preparation(bundle, clean, source=source, public_pem=signer.public_pem).signer == signer.keyid
    assert refusal(bundle, clean, source, public_pem=generate_signer().public_pem) == "CERT-E044"
    assert refusal(record, clean, source, public_pem=signer.public_pem) == "CERT-E117"
    with pytest.raises(UsageError, match="signed"):
        verify_preparation(bundle, clean, source=source)


@pytest.mark.parametrize(
    "path", ["subject.0.digest.sha256", "predicate.sourceIdentity", "predicate.model.identity",
             "predicate.files.0.source.sha256", "predicate.files.0.prepared.sha256"],
)  # fmt: skip
def test_a_record_that_contradicts_itself_is_refused(case, path):
    source, clean, record = case
    document = json.loads(record)
    *above, last = path.split(".")
    target = document
    for part in above:
        target = target[int(part)] if part.isdigit() else target[part]
    target[last] = "0" * 64
    assert refusal(canonical_bytes(document), clean, source) == "CERT-E117"


def test_claims_changes_and_repetitions_that_do_not_fit_are_refused(case):
    source, clean, record = case
    for edit in (
        lambda found: found["files"][0].update(claimedSha256="0" * 64),
        lambda found: next(file for file in found["files"] if "change" in file).pop("change"),
        lambda found: found["files"][-1].update(change="none at all"),
        lambda found: found["model"].update(weightsDigest="0" * 64),
        lambda found: found["files"].append(found["files"][0]),
    ):
        document = json.loads(record)
        edit(document["predicate"])
        assert refusal(canonical_bytes(document), clean, source) == "CERT-E117"


def test_another_kind_of_statement_is_refused(case):
    source, clean, record = case
    document = json.loads(record)
    document["predicateType"] = "https://example.com/x"
    assert refusal(canonical_bytes(document), clean, source) == "CERT-E117"
    assert refusal(b"[]", clean, source) == "CERT-E117"
    assert refusal(b"{}", clean, source) == "CERT-E045"
