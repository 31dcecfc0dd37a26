import hashlib
import json
import os
import stat

import pytest

from certify.errors import HostileInput, UsageError
from certify.identify import read_model, stage
from certify.identify.reading import HashedFile


@pytest.fixture(params=["kernel copy", "plain copy"])
def _way(request, monkeypatch):
    if request.param == "plain copy":
        monkeypatch.setattr(HashedFile, "share_with", lambda self, destination: False)


@pytest.mark.usefixtures("_way")
def test_the_copy_holds_exactly_the_runtime_files(model_folder, tmp_path):
    (model_folder / "sub").mkdir()
    (model_folder / "sub" / "vocab.txt").write_text("a\nb\n")
    model = read_model(model_folder)
    (model_folder / "appeared-later.txt").write_text("not in the manifest")
    calls = []
    staged = stage(model, tmp_path / "staged", progress=lambda done, total: calls.append((done, total)))
    found = sorted(path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file())
    assert found == [entry.path for entry in model.manifest.files]
    for entry in model.manifest.files:
        path = staged / entry.path
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry.sha256
        assert stat.S_IMODE(path.stat().st_mode) == 0o444
        assert path.stat().st_ino != (model_folder / entry.path).stat().st_ino
    assert read_model(staged).identity.identity == model.identity.identity
    assert calls[-1] == (model.manifest.total_bytes, model.manifest.total_bytes)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("change", ["flip", "grow", "drop", "rename", "link", "folder"])
def test_a_model_that_changed_is_not_staged_and_leaves_nothing(model_folder, tmp_path, change):
    model = read_model(model_folder)
    path = model_folder / "model.safetensors"
    data = path.read_bytes()
    path.rename(model_folder / "other.safetensors")
    if change == "flip":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif change == "grow":
        path.write_bytes(data + b"x")
    elif change == "link":
        path.symlink_to("other.safetensors")
    elif change == "folder":
        path.mkdir()
    with pytest.raises(HostileInput) as caught:
        stage(model, tmp_path / "staged")
    assert caught.value.code == ("CERT-E023" if change == "link" else "CERT-E026")
    assert not (tmp_path / "staged").exists()


def test_a_full_disk_leaves_nothing(model_folder, tmp_path, monkeypatch):
    model = read_model(model_folder)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "copy_file_range", full)
    with pytest.raises(OSError, match="No space"):
        stage(model, tmp_path / "staged")
    assert not (tmp_path / "staged").exists()


def test_an_existing_destination_is_left_alone(model_folder, tmp_path):
    with pytest.raises(UsageError):
        stage(read_model(model_folder), tmp_path)
    assert (tmp_path / "tiny").is_dir()


def test_large_shards_are_read_and_copied_side_by_side_with_the_same_result(
    model_folder, make_safetensors, tmp_path, monkeypatch
):
    (model_folder / "model.safetensors").unlink()
    names = {f"part-{number}": f"model-{number}.safetensors" for number in range(3)}
    for number, (tensor, name) in enumerate(names.items()):
        (model_folder / name).write_bytes(make_safetensors({tensor: ("F32", [512, 600])}, fill=number))
    (model_folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    found = {}
    for threads in (1, 3):
        monkeypatch.setattr("certify.identify.threads.cores", lambda threads=threads: threads)
        found[threads] = read_model(model_folder)
        staged = stage(found[threads], tmp_path / f"staged-{threads}")
        assert read_model(staged).identity.identity == found[threads].identity.identity
    assert found[1].identity == found[3].identity
    with (model_folder / "model-1.safetensors").open("r+b") as shard:
        shard.seek(-1, os.SEEK_END)
        shard.write(b"\xff")
    with pytest.raises(HostileInput, match=r"model-1\.safetensors"):
        stage(found[3], tmp_path / "again")
    assert not (tmp_path / "again").exists()
