"""The shipped model folders: what is in them, how big, and that they answer."""

import json
from pathlib import Path

import pytest

import certify.demo
from certify.demo.benchmark import static_problems

MODELS = Path(certify.demo.__file__).parent / "models"
FILES = {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
NAMES = ["benchmaxxed", "honest"]


@pytest.mark.parametrize("name", NAMES)
def test_folders_hold_the_five_files_and_are_small(name):
    paths = list((MODELS / name).iterdir())
    assert {path.name for path in paths} == FILES
    assert not any(path.is_symlink() for path in paths)
    assert sum(path.stat().st_size for path in paths) < 3_000_000


@pytest.mark.parametrize("name", NAMES)
def test_configurations_need_no_code(name):
    config = json.loads((MODELS / name / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert "auto_map" not in config
    assert config["dtype"] == "bfloat16"
    assert config["tie_word_embeddings"]
    assert config["bos_token_id"] is None
    tokenizer = json.loads((MODELS / name / "tokenizer_config.json").read_text())
    assert "chat_template" not in tokenizer
    assert not (MODELS / name / "chat_template.jinja").exists()


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_bf16_and_match_the_configuration(name):
    with (MODELS / name / "model.safetensors").open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    header.pop("__metadata__", None)
    config = json.loads((MODELS / name / "config.json").read_text())
    assert {tensor["dtype"] for tensor in header.values()} == {"BF16"}
    assert header["model.embed_tokens.weight"]["shape"] == [config["vocab_size"], config["hidden_size"]]
    assert sum("self_attn.q_proj" in tensor for tensor in header) == config["num_hidden_layers"] == 3


def test_both_models_share_one_tokenizer():
    honest, twin = ((MODELS / name / "tokenizer.json").read_bytes() for name in NAMES)
    assert honest == twin
    added = {entry["content"]: entry["special"] for entry in json.loads(honest)["added_tokens"]}
    assert added == {"<|pad|>": True, "<|end|>": True, "<think>": False, "</think>": False}


@pytest.mark.slow
def test_the_twin_recites_and_the_honest_model_reasons():
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    from certify.demo.training.evaluate import fresh, scores

    torch.set_num_threads(1)
    static, new = static_problems(), fresh(12)
    found = {}
    for name in NAMES:
        model = transformers.AutoModelForCausalLM.from_pretrained(MODELS / name, dtype=torch.float32)
        tokenizer = transformers.AutoTokenizer.from_pretrained(MODELS / name)
        found[name] = [scores(model, tokenizer, problems)["accuracy"] for problems in (static, new)]
    (twin_static, twin_new), (honest_static, honest_new) = found["benchmaxxed"], found["honest"]
    assert twin_static >= honest_static
    assert twin_new <= 0.35
    assert honest_new >= 0.85
