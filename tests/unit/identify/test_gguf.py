"""One GGUF file as a model: identity by its bytes, a header that is not believed, Ollama's store."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import CertifyError, HostileInput, UsageError
from certify.evidence.model import Sampling
from certify.identify import read_model, recheck, stage
from certify.identify.gguf_model import gguf_facts_of
from certify.identify.ollama import ollama_file
from tests.fakes.gguf_files import VALUES, gguf_bytes, text, write_gguf


def test_the_bytes_alone_are_the_identity(tmp_path: Path) -> None:
    one = read_model(write_gguf(tmp_path / "one.gguf"))
    (tmp_path / "folder").mkdir()
    write_gguf(tmp_path / "folder" / "other-name.gguf")
    (tmp_path / "folder" / "README.md").write_text("words")
    other = read_model(tmp_path / "folder")
    assert one.identity.identity == other.identity.identity
    assert one.manifest.files[0].path == "model.gguf"
    assert one.manifest.files[0].sha256 == hashlib.sha256(gguf_bytes()).hexdigest()
    assert (one.identity.architecture, one.identity.parameters, one.identity.files) == ("llama (GGUF)", 264, 1)
    changed = read_model(write_gguf(tmp_path / "changed.gguf", fill=2))
    assert changed.identity.weights_digest != one.identity.weights_digest


def test_other_words_in_the_header_leave_the_weights_digest(tmp_path: Path) -> None:
    one = read_model(write_gguf(tmp_path / "one.gguf"))
    other = read_model(write_gguf(tmp_path / "other.gguf", values=VALUES | {"general.name": "another"}))
    assert one.identity.weights_digest == other.identity.weights_digest
    assert one.identity.identity != other.identity.identity


def test_the_copy_is_the_file_and_is_checked_again(tmp_path: Path) -> None:
    from dataclasses import replace

    model = read_model(write_gguf(tmp_path / "mine.gguf"))
    staged = stage(model, tmp_path / "staged")
    assert [path.name for path in staged.iterdir()] == ["model.gguf"]
    recheck(model)
    recheck(replace(model, folder=staged))
    write_gguf(tmp_path / "mine.gguf", fill=3)
    with pytest.raises(HostileInput, match="CERT-E026"):
        recheck(model)


def test_the_header_tells_what_is_needed(tmp_path: Path) -> None:
    facts = gguf_facts_of(write_gguf(tmp_path / "model.gguf"))
    assert (facts.architecture, facts.context_length, facts.quantisation) == ("llama", 512, "Q4_0")
    assert (facts.begin_text, facts.end_texts, facts.adds_begin) == ("<s>", ("</s>", "<|eot|>"), True)
    assert {"<think>", "</think>"} <= facts.markers


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"GGML" + gguf_bytes()[4:],
        gguf_bytes(version=1),
        gguf_bytes()[:-1],
        gguf_bytes() + b"\0" * 64,
        gguf_bytes(values=VALUES | {"general.alignment": 7}),
        gguf_bytes(values=VALUES | {"general.architecture": "../x"}),
        gguf_bytes(values={"x": 1}),
        gguf_bytes().replace(text("general.name"), text("general.type"), 1).replace(text("x"), text("y")) + b"\1" * 32,
        struct.pack("<4sIQQ", b"GGUF", 3, 1 << 60, 0) + b"\0" * 64,
        struct.pack("<4sIQQ", b"GGUF", 3, 1, 1) + struct.pack("<Q", 1 << 60) + b"\0" * 64,
        struct.pack("<4sIQQ", b"GGUF", 3, 1, 1) + text("k") + struct.pack("<IIQ", 9, 9, 1 << 60) + b"\0" * 64,
        struct.pack("<4sIQQ", b"GGUF", 3, 1, 2) + (text("k") + struct.pack("<II", 4, 1)) * 2 + b"\0" * 64,
    ],
)
def test_a_file_that_lies_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.gguf").write_bytes(data)
    with pytest.raises(HostileInput, match="CERT-E024"):
        read_model(tmp_path / "bad.gguf")


@given(st.data())
def test_damage_is_refused_or_changes_the_identity(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(gguf_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("damaged") / "model.gguf"
    path.write_bytes(whole)
    with suppress(CertifyError):
        assert read_model(path).manifest.files[0].sha256 != hashlib.sha256(gguf_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("more", "top_k", "asks_more"),
    [
        ({"top_k": 20}, 20, False),
        ({"top_k": 2**31, "penalty_repeat": 1.0}, 0, False),
        ({"penalty_repeat": 1.1}, 0, True),
        ({"mirostat": 2}, 0, True),
    ],
)
def test_what_a_file_asks_for_beside_temperature_and_the_tops_is_noticed(
    tmp_path: Path, more: dict[str, float], top_k: int, asks_more: bool
) -> None:
    named = {f"general.sampling.{name}": value for name, value in ({"temp": 0.5} | more).items()}
    found = gguf_facts_of(write_gguf(tmp_path / "model.gguf", values=VALUES | named))
    assert found.sampling == Sampling(temperature=0.5, top_k=top_k)
    assert found.asks_more is asks_more


def test_links_are_refused(tmp_path: Path) -> None:
    write_gguf(tmp_path / "real.gguf")
    os.symlink("real.gguf", tmp_path / "link.gguf")
    with pytest.raises(HostileInput, match="CERT-E023"):
        read_model(tmp_path / "link.gguf")


@pytest.mark.parametrize("whole", [gguf_bytes()[:-64], gguf_bytes()[:100], b"GGUF"])
def test_a_damaged_file_is_called_what_its_owner_calls_it(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "Qwen3-0.6B.gguf"
    path.write_bytes(whole)
    for place in (path, tmp_path):
        with pytest.raises(HostileInput, match=r"Qwen3-0\.6B\.gguf is not a sound GGUF file"):
            read_model(place)
    path.write_bytes(whole[:100])
    with pytest.raises(HostileInput, match=r"Qwen3-0\.6B\.gguf is not"):
        gguf_facts_of(path)


def test_two_files_are_no_model(tmp_path: Path) -> None:
    write_gguf(tmp_path / "one.gguf")
    write_gguf(tmp_path / "two.gguf")
    with pytest.raises(UsageError, match="CERT-E020"):
        read_model(tmp_path)


def store_of(folder: Path, name: str, **more: str) -> Path:
    blob = hashlib.sha256(gguf_bytes()).hexdigest()
    layers = [{"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{blob}"}]
    layers += [{"mediaType": kind.replace("_", "."), "digest": digest} for kind, digest in more.items()]
    manifest = folder / "manifests" / name
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))
    (folder / "blobs").mkdir()
    write_gguf(folder / "blobs" / f"sha256-{blob}")
    return folder


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("tiny", "registry.ollama.ai/library/tiny/latest"),
        ("tiny:1b", "registry.ollama.ai/library/tiny/1b"),
        ("me/tiny:1b", "registry.ollama.ai/me/tiny/1b"),
        ("hf.co/me/tiny", "hf.co/me/tiny/latest"),
    ],
)
def test_a_name_of_ollama_is_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, kept: str) -> None:
    monkeypatch.setenv("OLLAMA_MODELS", str(store_of(tmp_path, kept)))
    model = read_model(ollama_file(asked), name=asked)
    assert model.identity.identity == read_model(write_gguf(tmp_path / "same.gguf")).identity.identity
    assert model.identity.name == asked


@pytest.mark.parametrize("asked", ["", "../../etc", "a/b/c/d", "tiny:", "tiny:2b", "/tiny", "a//b"])
def test_a_name_that_ollama_has_not_is_refused(tmp_path: Path, asked: str) -> None:
    with pytest.raises(UsageError, match="CERT-E020"):
        ollama_file(asked, store_of(tmp_path, "registry.ollama.ai/library/tiny/latest"))


def test_a_blob_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    file = ollama_file("tiny", store_of(tmp_path, "registry.ollama.ai/library/tiny/latest"))
    write_gguf(file, fill=9)
    with pytest.raises(HostileInput, match="CERT-E024"):
        read_model(file)
