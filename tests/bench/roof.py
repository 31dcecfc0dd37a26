"""``python -m tests.bench --only roof``: tokens a second of an engine against what the memory's speed allows.

A token costs at least one reading of the keys and values of all tokens before it, and a step of the decoder at least
one reading of the weights, which all answers of the step share. No engine that keeps full attention in the stored
precision is faster. The weights are random, so no download is needed: speed does not depend on them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from certify.engines.journal import read_journal
from certify.engines.order import JournalHeader, WorkOrder, write_requests
from certify.engines.runner import answer, describe
from certify.evidence.answers import Request
from certify.evidence.model import Sampling
from tests.bench.overhead.pairs import questions

SIZES = {"float32": 4, "bfloat16": 2, "float16": 2}
PLACES = {"small": (2, 256, 4, 2, 512), "3b": (36, 2048, 16, 2, 11008)}
"""Layers, width, attention heads, heads of keys and values, inner width; 3b has the shape of Qwen2.5-3B.
Source: its config.json."""
WORDS = 4096


class Shape(NamedTuple):
    """What decides how many bytes a token reads."""

    layers: int
    kv_heads: int
    head_size: int
    weights: int
    """Parameters that each step reads."""
    size: int
    """Bytes of a number."""

    @property
    def token_bytes(self) -> int:
        """Keys and values of one token."""
        return 2 * self.layers * self.kv_heads * self.head_size * self.size


def bytes_read(shape: Shape, answers: Iterable[tuple[int, int]]) -> int:
    """Fewest bytes that any decoder reads for these answers, all of them in step with each other.

    Args:
        shape: of the model.
        answers: tokens of the prompt and of the answer, for each.
    """
    cached = longest = 0
    for prompt, tokens in answers:
        # The first token comes out of reading the prompt; each later one reads all that stand before it.
        cached += sum(range(prompt + 1, prompt + tokens))
        longest = max(longest, tokens)
    return cached * shape.token_bytes + max(0, longest - 1) * shape.weights * shape.size


def copy_bandwidth(device: str, mebibytes: int = 1024) -> float:
    """Bytes a second that the device's memory moves in a plain copy, reading and writing counted."""
    import torch

    source = torch.zeros(mebibytes << 20, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    best = 0.0
    for _ in range(8):
        _wait(device)
        started = time.perf_counter()
        target.copy_(source)
        _wait(device)
        best = max(best, 2 * source.numel() / (time.perf_counter() - started))
    return best


def print_roof(shape: str, answers: int, tokens: int) -> None:
    """Prints one row for each engine that is installed.

    Args:
        shape: of ``PLACES``.
        answers: how many are made at once.
        tokens: length of each.
    """
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    bandwidth = copy_bandwidth(device)
    named = torch.cuda.get_device_name() if device == "cuda" else "processor"
    print(f"\n{named}: a copy moves {bandwidth / 1e9:,.0f} GB a second, reading and writing counted\n")
    print(
        "| engine, shape, answers of tokens | tokens a second | roof | share of the roof |\n|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        write_model(model, shape)
        for engine in ("hf", "vllm"):
            try:
                installed = f"{engine} {version('transformers' if engine == 'hf' else engine)}"
            except PackageNotFoundError:
                print(f"| {engine}: not installed, not run | – | – | – |")
                continue
            rate, roof = _measured(model, engine, device, bandwidth, questions(answers, tokens), Path(folder) / engine)
            print(
                f"| {installed}, {shape}, {answers} of {tokens} | {rate:,.0f} | {roof:,.0f} | {rate / roof:.1%} |",
                flush=True,
            )


def shape_of(config: Any, weights: int, dtype: str) -> Shape:
    """The shape that a configuration of ``transformers`` describes."""
    return Shape(
        layers=config.num_hidden_layers,
        kv_heads=config.num_key_value_heads,
        head_size=config.hidden_size // config.num_attention_heads,
        weights=weights,
        size=SIZES[dtype],
    )


def write_model(folder: Path, shape: str) -> None:
    """A model of that shape with random weights; it seldom ends an answer early."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    made: Any = transformers  # its classes carry no types
    layers, width, heads, kv_heads, inner = PLACES[shape]
    vocabulary = {"<|end|>": 0, "<|pad|>": 1, "<unk>": 2} | {f"w{n}": n for n in range(3, WORDS)}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    special = {"eos_token": "<|end|>", "pad_token": "<|pad|>", "unk_token": "<unk>"}
    made.PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(folder)
    config = made.LlamaConfig(
        vocab_size=WORDS, hidden_size=width, intermediate_size=inner, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=kv_heads, max_position_embeddings=32_768,
        bos_token_id=None, eos_token_id=0, pad_token_id=1, tie_word_embeddings=True, dtype="bfloat16",
    )  # fmt: skip
    torch.manual_seed(20261126)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda" if torch.cuda.is_available() else "cpu"):  # a processor draws for minutes
            made.LlamaForCausalLM(config).save_pretrained(folder)
    finally:
        torch.set_default_dtype(torch.float32)


def _measured(
    model: Path, engine: str, device: str, bandwidth: float, asked: list[Request], folder: Path
) -> tuple[float, float]:
    """Tokens a second, and the most that the memory allows."""
    from transformers import AutoConfig, AutoTokenizer

    from certify.engines.prompts import completion_prompt

    folder.mkdir()
    configuration = describe(model, engine, device=device, sampling=Sampling(temperature=1.0)).configuration
    write_requests(folder / "requests.jsonl", asked)
    order = WorkOrder(
        model=str(model), configuration=configuration, requests=str(folder / "requests.jsonl"),
        journal=str(folder / "journal.jsonl"), header=JournalHeader.of("11" * 32, "22" * 32, configuration),
        batch_size=len(asked),
    )  # fmt: skip
    telemetry = answer(order)
    made = read_journal(Path(order.journal))
    tokenizer = AutoTokenizer.from_pretrained(model)
    lengths = [
        (len(tokenizer.encode(completion_prompt(one.text, None))), len(made[one.key].token_ids)) for one in asked
    ]
    files = sum(file.stat().st_size for file in model.glob("*.safetensors"))
    shape = shape_of(AutoConfig.from_pretrained(model), files // SIZES["bfloat16"], configuration.dtype)
    seconds = bytes_read(shape, lengths) / bandwidth
    return telemetry.tokens_per_second, sum(tokens for _, tokens in lengths) / seconds


def _wait(device: str) -> None:
    if device == "cuda":
        import torch

        torch.cuda.synchronize()
