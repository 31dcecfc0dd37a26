"""GGUF files written byte by byte, so that a test can make any of them lie."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
)
TOKENS = ["<unk>", "<s>", "</s>", "<think>", "</think>", "a", "b", "<|eot|>"]
VALUES: dict[str, Any] = {
    "general.architecture": "llama",
    "general.name": "tiny",
    "llama.context_length": 512,
    "tokenizer.ggml.tokens": TOKENS,
    "tokenizer.ggml.scores": [0.5] * len(TOKENS),
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.ggml.eot_token_id": 7,
    "tokenizer.ggml.add_bos_token": True,
    "tokenizer.chat_template": TEMPLATE,
}
TENSORS = {"blk.0.w": ((64, 4), 2), "norm": ((8,), 0)}
"""Name to shape and type: 2 is Q4_0, 0 is F32."""
_BYTES = {2: lambda count: count // 32 * 18, 0: lambda count: count * 4}


def text(value: str) -> bytes:
    """A text with its length."""
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def typed(value: Any) -> bytes:
    """A value with its type."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    if isinstance(value[0], int):
        return struct.pack("<IIQ", 9, 5, len(value)) + struct.pack(f"<{len(value)}i", *value)
    return struct.pack("<IIQ", 9, 6, len(value)) + struct.pack(f"<{len(value)}f", *value)


def gguf_bytes(values: dict[str, Any] | None = None, version: int = 3, fill: int = 1) -> bytes:
    """A whole file."""
    entries = VALUES if values is None else values
    head = struct.pack("<4sIQQ", b"GGUF", version, len(TENSORS), len(entries))
    head += b"".join(text(key) + typed(value) for key, value in entries.items())
    body = b""
    for name, (shape, kind) in TENSORS.items():
        body += b"\0" * (-len(body) % 32)
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, len(body))
        count = 1
        for size in shape:
            count *= size
        body += bytes([fill]) * _BYTES[kind](count)
    return head + b"\0" * (-len(head) % 32) + body


def write_gguf(path: Path, **traits: Any) -> Path:
    """A whole file on disk."""
    path.write_bytes(gguf_bytes(**traits))
    return path
