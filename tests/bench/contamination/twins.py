"""Trains a clean and a leaked twin: the same first weights and the same documents in the same order, but for leaks."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from certify.demo.training.recipe import architecture, rate
from certify.statistics.stream import Stream
from tests.bench.contamination.world import World, seed_of

CLEAN, LEAKED = "clean", "leaked"
TWINS = (CLEAN, LEAKED)
GROUP = 16
"""Batches among which documents are sorted by length, so that little is padding."""
REPORT = 200


class Shape(NamedTuple):
    """A model and its schedule."""

    width: int
    layers: int
    batch: int
    peak: float
    """Largest learning rate."""


def device() -> str:
    """The GPU where torch finds one, else the processor."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def batches(lengths: Sequence[int], size: int, number: int) -> list[list[int]]:
    """The documents of each step by position, in an order drawn from the seed; both twins get the same."""
    stream, order = Stream(seed_of(number), "batches"), list(range(len(lengths)))
    stream.shuffle(order)
    made = []
    for start in range(0, len(order), GROUP * size):
        group = sorted(order[start : start + GROUP * size], key=lambda place: lengths[place])
        cut = [group[at : at + size] for at in range(0, len(group), size)]
        stream.shuffle(cut)
        made += cut
    return made


def tokens(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of whole texts, whatever padding the tokenizer was last asked for."""
    backend = tokenizer.backend_tokenizer
    backend.no_padding()
    return [each.ids for each in backend.encode_batch(list(texts), add_special_tokens=False)]


def model_of(shape: Shape, vocabulary: int, number: int) -> Any:
    """A new model; the same seed gives the same weights on one version of torch."""
    import torch
    import transformers

    config = architecture(vocabulary)
    config.hidden_size, config.num_hidden_layers = shape.width, shape.layers
    config.intermediate_size = shape.width * 5 // 2
    config.num_attention_heads = config.num_key_value_heads = shape.width // config.head_dim
    make: Any = transformers.LlamaForCausalLM
    torch.manual_seed(number)
    return make(transformers.LlamaConfig(**{**config.to_dict(), "max_position_embeddings": 1024}))


def train(twin: str, world: World, tokenizer: Any, shape: Shape, number: int) -> Any:
    """One twin, ready to be asked.

    Args:
        twin: ``clean`` or ``leaked``.
        world: what there is to read.
        tokenizer: shared by all.
        shape: of the model.
        number: the seed.
    """
    import torch

    where = device()
    leaks = [leak for leak in world.leaks() for _ in range(leak.exposures)]
    rest, leaked = tokens(tokenizer, world.background), tokens(tokenizer, [leak.text for leak in leaks])
    stand_ins = tokens(tokenizer, [leak.stand_in for leak in leaks])
    read = [*(leaked if twin == LEAKED else stand_ins), *rest]
    table = torch.zeros((len(read), max(map(len, read))), dtype=torch.long)
    for row, ids in enumerate(read):
        table[row, : len(ids)] = torch.tensor(ids)
    table = table.to(where)
    model = model_of(shape, len(tokenizer), number).to(where)
    optimizer = torch.optim.AdamW(model.parameters(), lr=shape.peak, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
    steps = batches([len(ids) for ids in (*leaked, *rest)], shape.batch, number)
    started, total = time.perf_counter(), torch.zeros((), device=where)
    for step, places in enumerate(steps):
        for group in optimizer.param_groups:
            group["lr"] = shape.peak * rate(step, len(steps))
        longest = max(len(read[place]) for place in places)
        value = loss(model, table[torch.tensor(places, device=where), :longest])
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += value.detach()
        if (step + 1) % REPORT == 0:
            spent, mean = time.perf_counter() - started, total.item() / REPORT
            print(f"{number} {twin} {step + 1}/{len(steps)} loss {mean:.3f} {spent:.0f} s", file=sys.stderr)
            total.zero_()
    return model.eval()


def loss(model: Any, ids: Any) -> Any:
    """Cross-entropy of every token; padding, which is id 0, counts nothing."""
    import torch

    hidden = model.model(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
    counted = ids[:, 1:] != 0
    return torch.nn.functional.cross_entropy(model.lm_head(hidden[counted]), ids[:, 1:][counted])
