"""A tiny model with random weights, made on the spot, and requests to put to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

from certify.engines.order import JournalHeader, WorkOrder, write_requests
from certify.evidence.answers import Completion, Episode, FinishReason, Request
from certify.evidence.model import Sampling, TestedConfiguration
from certify.statistics.stream import repeat_seed

CHAT_TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}{% endfor %}"
    "{{ '[' + strftime_now('%Y-%m-%d') + ']' }}"
    "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
)


def make_model(folder: Path, chat_template: str | None = None) -> Path:
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, special_tokens=["<|end|>", "<|pad|>"])
    bpe.train_from_iterator(["Question: What is 12 + 30?\nAnswer: 42", "How many apples are left?"] * 4, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|end|>", pad_token="<|pad|>")
    tokenizer.add_tokens([AddedToken("<think>", special=False), AddedToken("</think>", special=False)])
    tokenizer.padding_side = "left"
    tokenizer.chat_template = chat_template
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=160,
        initializer_range=0.4,
        eos_token_id=[tokenizer.eos_token_id, 40],
        bos_token_id=None,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("tiny") / "model")


@pytest.fixture(scope="session")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("chatty") / "model", CHAT_TEMPLATE)


def make_requests(items: int, repeats: int = 1, max_tokens: int = 12) -> list[Request]:
    return [
        Request(
            check="fresh-reasoning",
            item=f"item-{n:03d}",
            repeat=repeat,
            seed=repeat_seed(b"\x01" * 32, f"item-{n:03d}", repeat),
            text=f"What is {n} + {7 * n}?" + " Think well." * (n % 3),
            max_tokens=max_tokens,
        )
        for n in range(items)
        for repeat in range(repeats)
    ]


def make_completion(request: Request, text: str = "42") -> Completion:
    return Completion(
        check=request.check,
        item=request.item,
        repeat=request.repeat,
        seed=str(request.seed),
        prompt_sha256="ab" * 32,
        text=text,
        finish_reason=FinishReason.STOP,
        token_ids=(1, 2, 0),
        prompt_tokens=9,
    )


def make_configuration(**changes: object) -> TestedConfiguration:
    plain = TestedConfiguration(
        engine="replay",
        engine_version="none",
        dtype="none",
        prompt_style="completion",
        sampling=Sampling(temperature=0),
        context_length=1000,
    )
    return plain.model_copy(update=changes)


def make_order(
    folder: Path, model: Path, configuration: TestedConfiguration, requests: list[Request], **more
) -> WorkOrder:
    folder.mkdir(parents=True, exist_ok=True)
    write_requests(folder / "requests.jsonl", requests)
    return WorkOrder(
        model=str(model),
        configuration=configuration,
        requests=str(folder / "requests.jsonl"),
        journal=str(folder / "journal.jsonl"),
        header=JournalHeader.of("11" * 32, "22" * 32, configuration),
        **more,
    )


def make_episodes(items: int, repeats: int = 1, turns: int = 3, max_tokens: int = 8) -> list[Request]:
    """Requests of which every second is a conversation that says the numbers on; the others are single questions."""
    facts = {"messages": [{"text": f"And {turn}?"} for turn in range(1, 9)]}
    episode = Episode(session="script", facts=facts, turns=turns)
    return [
        request.model_copy(update={"episode": episode} if place % 2 else {})
        for place, request in enumerate(make_requests(items, repeats, max_tokens))
    ]


def make_given(texts: list[tuple[str, str]], repeats: int = 1, moments: bool | None = None) -> list[Request]:
    """Requests that give texts after their contexts, in place of asking for one."""
    return [
        Request(
            check="order-exchangeability",
            item=f"text-{n:03d}",
            repeat=repeat,
            seed=repeat_seed(b"\x01" * 32, f"text-{n:03d}", repeat),
            text=context,
            max_tokens=0,
            raw=True,
            given=text,
            moments=moments,
        )
        for n, (context, text) in enumerate(texts)
        for repeat in range(repeats)
    ]
