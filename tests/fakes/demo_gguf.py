"""A demo model as one GGUF file that llama.cpp runs: its own weights, rounded to eight bits or kept as they are.

Source: llama.cpp's gguf-py and its converter for models of type llama, among them the order of rows that rotary
embeddings want; ggml's Q8_0: of 32 numbers one half-precision scale and 32 whole numbers.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from .gguf_files import text, typed

F32, Q8_0 = 0, 8
NORMAL, CONTROL, USER_DEFINED = 1, 3, 4
NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "model.norm": "output_norm",
    "model.embed_tokens": "token_embd",
}


def write_demo_gguf(folder: Path, path: Path, *, quantised: bool = True) -> Path:
    """Writes a demo model's folder as one file.

    Args:
        folder: of safetensors, as the demo brings it: type llama, tied embeddings, a byte-level BPE tokenizer.
        path: where to.
        quantised: Q8_0 for all matrices; float32 otherwise.
    """
    config, tokenizer = (json.loads((folder / name).read_bytes()) for name in ("config.json", "tokenizer.json"))
    values = _settings(config) | _vocabulary(tokenizer, config)
    values |= {"general.name": folder.name, "general.file_type": 7 if quantised else 0}
    index, body, count = b"", b"", 0
    for name, array in _tensors(folder / "model.safetensors", config):
        body += b"\0" * (-len(body) % 32)
        kind = Q8_0 if quantised and array.ndim == 2 else F32
        shape = array.shape[::-1]
        index += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, len(body))
        body += _q8_0(array) if kind == Q8_0 else array.tobytes()
        count += 1
    head = struct.pack("<4sIQQ", b"GGUF", 3, count, len(values))
    head += b"".join(text(key) + typed(value) for key, value in values.items()) + index
    path.write_bytes(head + b"\0" * (-len(head) % 32) + body + b"\0" * (-len(body) % 32))
    return path


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    return {
        "general.architecture": "llama",
        "llama.context_length": config["max_position_embeddings"],
        "llama.embedding_length": config["hidden_size"],
        "llama.block_count": config["num_hidden_layers"],
        "llama.feed_forward_length": config["intermediate_size"],
        "llama.attention.head_count": config["num_attention_heads"],
        "llama.attention.head_count_kv": config["num_key_value_heads"],
        "llama.attention.layer_norm_rms_epsilon": config["rms_norm_eps"],
        "llama.rope.freq_base": config["rope_parameters"]["rope_theta"],
        "llama.rope.dimension_count": config["head_dim"],
        "llama.vocab_size": config["vocab_size"],
    }


def _vocabulary(tokenizer: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The tokenizer; GPT-2's way of cutting text does as well, since no merge crosses the demo's own cuts."""
    tokens = {number: token for token, number in tokenizer["model"]["vocab"].items()}
    kinds = dict.fromkeys(tokens, NORMAL)
    for added in tokenizer["added_tokens"]:
        tokens[added["id"]] = added["content"]
        kinds[added["id"]] = CONTROL if added["special"] else USER_DEFINED
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": [tokens[number] for number in range(config["vocab_size"])],
        "tokenizer.ggml.token_type": [kinds[number] for number in range(config["vocab_size"])],
        "tokenizer.ggml.merges": [" ".join(pair) for pair in tokenizer["model"]["merges"]],
        "tokenizer.ggml.eos_token_id": config["eos_token_id"],
        "tokenizer.ggml.padding_token_id": config["pad_token_id"],
        "tokenizer.ggml.add_bos_token": False,
    }


def _tensors(path: Path, config: dict[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    with safe_open(path, "pt") as file:
        for name in sorted(file.keys()):
            array = file.get_tensor(name).float().numpy()
            stem = name.removesuffix(".weight")
            if rotated := heads.get(stem.rpartition(".")[2]):
                split = array.reshape(rotated, 2, array.shape[0] // rotated // 2, array.shape[1])
                array = split.swapaxes(1, 2).reshape(array.shape)
            if stem.startswith("model.layers."):
                _, _, layer, part = stem.split(".", 3)
                yield f"blk.{layer}.{NAMES[part]}.weight", np.ascontiguousarray(array)
            else:
                yield f"{NAMES[stem]}.weight", np.ascontiguousarray(array)


def _q8_0(array: np.ndarray) -> bytes:
    blocks = array.reshape(-1, 32)
    scales = (np.abs(blocks).max(axis=1) / 127).astype(np.float32)
    whole = np.where(scales[:, None] > 0, blocks / np.where(scales > 0, scales, 1)[:, None], 0)
    packed = np.zeros(len(blocks), dtype=[("scale", "<f2"), ("numbers", "i1", 32)])
    packed["scale"], packed["numbers"] = scales, np.rint(whole)
    return packed.tobytes()
