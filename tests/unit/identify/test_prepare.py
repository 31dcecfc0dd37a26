import hashlib
import json
import os
from pathlib import Path

import pytest

from certify.errors import CertifyError, HostileInput, UsageError
from certify.identify import prepare, read_model


@pytest.fixture
def cache(model_folder: Path, tmp_path: Path) -> Path:
    """A hub cache as the download tools leave it: a snapshot of links into blobs."""
    root = tmp_path / "hub" / "models--acme--tiny"
    snapshot = root / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    (root / "blobs").mkdir()
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text("0123abcd")
    for path in model_folder.iterdir():
        blob = root / "blobs" / hashlib.sha256(path.read_bytes()).hexdigest()
        blob.write_bytes(path.read_bytes())
        (snapshot / path.name).symlink_to(os.path.relpath(blob, snapshot))
    return root


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def refusal(source: Path, destination: Path) -> CertifyError:
    before = set(destination.parent.iterdir())
    with pytest.raises(CertifyError) as caught:
        prepare(source, destination)
    assert set(destination.parent.iterdir()) == before, "something half-written was left behind"
    return caught.value


def test_a_snapshot_of_links_becomes_a_folder_of_files(cache, model_folder, tmp_path):
    with pytest.raises(HostileInput):
        read_model(cache / "snapshots" / "0123abcd")
    prepared = prepare(cache / "snapshots" / "0123abcd", tmp_path / "clean")
    assert prepared.identity.identity == read_model(model_folder).identity.identity
    assert prepared.identity.name == "acme/tiny"
    assert not any(path.is_symlink() for path in (tmp_path / "clean").rglob("*"))
    assert prepared.kept == tuple(names(tmp_path / "clean"))


def test_the_cache_folder_itself_is_accepted(cache, tmp_path):
    with pytest.raises(UsageError, match="not a model folder") as caught:
        read_model(cache)
    assert f"certify model prepare {cache}" in caught.value.hint
    assert "config.json" in prepare(cache, tmp_path / "clean").kept


def test_several_snapshots_without_a_current_one_are_asked_about(cache, tmp_path):
    (cache / "refs" / "main").unlink()
    (cache / "snapshots" / "4567").mkdir()
    assert refusal(cache, tmp_path / "clean").code == "CERT-E020"


def test_an_unmodified_download_loses_what_no_engine_should_see(model_folder, tmp_path, make_safetensors):
    extra = ["pytorch_model.bin", "pytorch_model.bin.index.json", "original/consolidated.00.pth", "convert.py",
             ".gitattributes", "training_args.bin"]  # fmt: skip
    for name in extra:
        (model_folder / name).parent.mkdir(exist_ok=True)
        (model_folder / name).write_text('{"weight_map": {"a": "x.bin"}}')
    (model_folder / "consolidated.safetensors").write_bytes(make_safetensors({"x": ("F32", [1])}))
    for name in (".cache/huggingface/download/x.metadata", ".git/config", ".certify/trust.json"):
        (model_folder / name).parent.mkdir(parents=True)
        (model_folder / name).write_text("x")
    prepared = prepare(model_folder, tmp_path / "clean")
    left_out = dict(prepared.left_out)
    dropped = {*extra, "consolidated.safetensors", ".cache/huggingface", ".git", ".certify/trust.json"}
    assert set(left_out) == dropped
    assert "can run code" in left_out["pytorch_model.bin"]
    assert names(tmp_path / "clean") == sorted(prepared.kept)
    assert "README.md" in prepared.kept
    assert read_model(tmp_path / "clean").identity.identity == prepared.identity.identity


def test_shards_are_dropped_where_the_whole_file_is_what_engines_load(model_folder, tmp_path, make_safetensors):
    (model_folder / "model-1.safetensors").write_bytes(make_safetensors({"x": ("F32", [1])}))
    index = {"weight_map": {"x": "model-1.safetensors"}}
    (model_folder / "model.safetensors.index.json").write_text(json.dumps(index))
    prepared = prepare(model_folder, tmp_path / "clean")
    assert {path for path, _ in prepared.left_out} == {"model-1.safetensors", "model.safetensors.index.json"}


def test_shards_of_an_index_are_kept(sharded_folder, tmp_path):
    prepared = prepare(sharded_folder, tmp_path / "clean")
    assert prepared.left_out == ()
    assert prepared.identity.identity == read_model(sharded_folder).identity.identity


def test_a_model_that_needs_its_own_code_is_refused(model_folder, tmp_path):
    config = {"architectures": ["Own"], "auto_map": {"AutoModelForCausalLM": "modeling_own.Own"}}
    (model_folder / "config.json").write_text(json.dumps(config))
    (model_folder / "modeling_own.py").write_text("")
    error = refusal(model_folder, tmp_path / "clean")
    assert error.code == "CERT-E022"
    assert "model prepare" not in error.hint


def test_pickles_alone_are_refused(model_folder, tmp_path):
    (model_folder / "model.safetensors").rename(model_folder / "pytorch_model.bin")
    error = refusal(model_folder, tmp_path / "clean")
    assert error.code == "CERT-E021"
    assert "save_pretrained" in error.hint


@pytest.mark.parametrize("target", ["../secret", "/etc/hostname", "../hub/models--acme--other/blobs/x", "nothing"])
def test_a_link_out_of_the_download_is_refused(model_folder, tmp_path, target):
    (tmp_path / "secret").write_text("s")
    blob = tmp_path / "hub/models--acme--other/blobs/x"
    blob.parent.mkdir(parents=True)
    blob.write_text("another model's")
    (model_folder / "vocab.txt").symlink_to(target)
    assert refusal(model_folder, tmp_path / "clean").code == "CERT-E023"


@pytest.mark.parametrize("target", ["../../refs/main", "../../../../secret", "../../../models--acme--other/blobs/x"])
def test_a_link_out_of_the_blobs_of_a_cache_is_refused(cache, tmp_path, target):
    (tmp_path / "secret").write_text("s")
    other = cache.parent / "models--acme--other/blobs/x"
    other.parent.mkdir(parents=True)
    other.write_text("another model's")
    (cache / "snapshots/0123abcd/vocab.txt").symlink_to(target)
    assert refusal(cache, tmp_path / "clean").code == "CERT-E023"


def test_a_link_within_the_folder_becomes_a_file(model_folder, tmp_path):
    (model_folder / "vocab.txt").symlink_to("config.json")
    prepare(model_folder, tmp_path / "clean")
    assert (tmp_path / "clean/vocab.txt").read_text() == (model_folder / "config.json").read_text()


def test_a_pipe_is_refused(model_folder, tmp_path):
    os.mkfifo(model_folder / "vocab.txt")
    assert refusal(model_folder, tmp_path / "clean").code == "CERT-E023"


def test_a_broken_download_is_refused_with_its_own_name_and_nothing_left(sharded_folder, tmp_path):
    (sharded_folder / "model-2.safetensors").unlink()
    error = refusal(sharded_folder, tmp_path / "clean")
    assert error.code == "CERT-E025"
    assert "certify-prepare" not in error.what + error.why + error.hint


def test_an_adapter_is_refused(model_folder, tmp_path):
    (model_folder / "adapter_config.json").write_text("{}")
    assert refusal(model_folder, tmp_path / "clean").code == "CERT-E027"


@pytest.mark.parametrize("name", ["taken", "file", "tiny/inside"])
def test_a_destination_in_use_is_left_alone(model_folder, tmp_path, name):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").write_text("x")
    (tmp_path / "file").write_text("x")
    assert refusal(model_folder, tmp_path / name).code == "CERT-E020"


def test_an_empty_destination_is_filled(model_folder, tmp_path):
    (tmp_path / "clean").mkdir()
    prepare(model_folder, tmp_path / "clean")
    assert read_model(tmp_path / "clean").identity.parameters == 11


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path):
    assert isinstance(refusal(tmp_path / "nowhere", tmp_path / "clean"), UsageError)


def test_every_file_is_accounted_for_with_both_digests(model_folder, tmp_path):
    (model_folder / "convert.py").write_text("x")
    prepared = prepare(model_folder, tmp_path / "clean")
    assert {file.source.path for file in prepared.files} | {one.path for one in prepared.left_out} == set(
        names(model_folder)
    )
    for file in prepared.files:
        data = (tmp_path / "clean" / file.prepared.path).read_bytes()
        assert (file.prepared.sha256, file.prepared.size) == (hashlib.sha256(data).hexdigest(), len(data))
        assert file.source == file.prepared
        assert (file.claimed, file.change) == (None, None)


def test_what_the_cache_calls_a_file_is_checked_and_recorded(cache, tmp_path):
    prepared = prepare(cache, tmp_path / "clean")
    assert all(file.claimed == file.source.sha256 for file in prepared.files)
    blob = (cache / "snapshots/0123abcd/model.safetensors").resolve()
    blob.write_bytes(blob.read_bytes()[:-1] + b"\x7f")
    error = refusal(cache, tmp_path / "again")
    assert error.code == "CERT-E026"
    assert "cache" in error.why


def test_a_blob_named_otherwise_claims_nothing(cache, tmp_path):
    link = cache / "snapshots/0123abcd/config.json"
    blob = link.resolve()
    link.unlink()
    blob.rename(cache / "blobs" / ("a" * 40))
    link.symlink_to("../../blobs/" + "a" * 40)
    prepared = prepare(cache, tmp_path / "clean")
    assert [file.source.path for file in prepared.files if file.claimed is None] == ["config.json"]
