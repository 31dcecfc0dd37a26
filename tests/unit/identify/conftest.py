import json
import math
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

SIZES = {"F32": 4, "BF16": 2, "F4": 0.5}


def safetensors_bytes(tensors: dict[str, tuple[str, list[int]]], fill: int = 1, **metadata: str) -> bytes:
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    position, body = 0, b""
    for number, (name, (dtype, shape)) in enumerate(tensors.items()):
        size = int(math.prod(shape) * SIZES[dtype])
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [position, position + size]}
        body += bytes([(fill + number) % 256]) * size
        position += size
    encoded = json.dumps(header).encode()
    return struct.pack("<Q", len(encoded)) + encoded + body


@pytest.fixture
def make_safetensors() -> Callable[..., bytes]:
    return safetensors_bytes


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text('{"architectures": ["LlamaForCausalLM"], "vocab_size": 16}')
    (folder / "tokenizer.json").write_text('{"auto_map": "a word of the vocabulary"}')
    settings = {"model_max_length": 10**30, "chat_template": "{{ messages }}"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "README.md").write_text("# tiny")
    weights = {"embed": ("F32", [4, 2]), "norm": ("BF16", [3])}
    (folder / "model.safetensors").write_bytes(safetensors_bytes(weights, format="pt"))
    return folder


@pytest.fixture
def sharded_folder(model_folder: Path) -> Path:
    (model_folder / "model.safetensors").unlink()
    (model_folder / "model-1.safetensors").write_bytes(safetensors_bytes({"embed": ("F32", [4, 2])}, fill=1))
    (model_folder / "model-2.safetensors").write_bytes(safetensors_bytes({"norm": ("BF16", [3])}, fill=2))
    weight_map = {"embed": "model-1.safetensors", "norm": "model-2.safetensors"}
    index = json.dumps({"metadata": {"total_size": 38}, "weight_map": weight_map})
    (model_folder / "model.safetensors.index.json").write_text(index)
    return model_folder
