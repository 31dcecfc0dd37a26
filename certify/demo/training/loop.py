"""The training loop: one CPU thread, fixed steps, fp32, saved as bf16."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from certify.demo.corpus import honest_problems, pool_problems, taught_problems
from certify.demo.training import tokenizer as tokens
from certify.demo.training.recipe import PEAK_RATE, PROMPT_WEIGHT, STATIC, Cycle, Recipe, architecture, batches, rate
from certify.demo.training.scratchpads import prompt, text_of

REPORT = 200


class Documents(NamedTuple):
    """The training documents of a recipe, in a fixed order."""

    ids: list[list[int]]
    """Token ids, prompt and target."""
    asked: list[int]
    """How many of them are the prompt."""
    families: list[str]
    """The family, or ``static``."""


def documents(recipe: Recipe, cycle: Cycle, tokenizer: Any) -> Documents:
    """Everything a cycle of a recipe trains on, tokenized."""
    first = cycle.drawn_letters
    static = taught_problems(first) if recipe.static_half else []
    rest = pool_problems(first) if recipe.static_half else honest_problems(first)
    encode = tokenizer.backend_tokenizer.encode_batch
    whole = encode([text_of(problem, cycle.scratchpads) for problem in [*static, *rest]])
    asked = encode([prompt(problem.question) for problem in [*static, *rest]])
    names = [STATIC] * len(static) + [problem.family for problem in rest]
    return Documents([each.ids for each in whole], [len(each.ids) for each in asked], names)


def train(recipe: Recipe, folder: Path, first: int = 0) -> None:
    """Trains one model and writes its folder; progress goes to stderr.

    Args:
        recipe: what to train.
        folder: where the files go; rewritten after each cycle.
        first: the cycle to begin with; from 1 on, ``folder`` holds the weights of the cycle before.
    """
    import torch
    import transformers

    torch.set_num_threads(1)
    tokenizer = tokens.build()
    make: Any = transformers.LlamaForCausalLM
    for cycle in range(first, len(recipe.cycles)):
        torch.manual_seed(recipe.seed + cycle)
        model = make.from_pretrained(folder, dtype=torch.float32) if cycle else make(architecture(len(tokenizer)))
        run_cycle(model, recipe, cycle, documents(recipe, recipe.cycles[cycle], tokenizer))
        save(model, tokenizer, folder)


def run_cycle(model: Any, recipe: Recipe, cycle: int, data: Documents) -> None:
    """All steps of one cycle: AdamW, clipped gradients, the rate of :func:`recipe.rate`."""
    import torch

    steps = recipe.cycles[cycle].steps
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
    started, total = time.process_time(), 0.0
    for step, batch in enumerate(batches(recipe, cycle, data.families, [len(each) for each in data.ids])):
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * rate(step, steps)
        value = loss(model, [data.ids[place] for place in batch], [data.asked[place] for place in batch])
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += value.item()
        if (step + 1) % REPORT == 0:
            spent = time.process_time() - started
            print(f"{recipe.name} {cycle + 1}/{step + 1} loss {total / REPORT:.4f} cpu {spent:.0f} s", file=sys.stderr)
            total = 0.0


def loss(model: Any, documents: list[list[int]], asked: list[int]) -> Any:
    """Weighted cross-entropy of one batch: target tokens count 1, prompt tokens 0.05, padding nothing."""
    import torch

    longest = max(map(len, documents))
    ids = torch.zeros((len(documents), longest), dtype=torch.long)
    weights = torch.zeros((len(documents), longest))
    for row, (document, prompt_length) in enumerate(zip(documents, asked, strict=True)):
        ids[row, : len(document)] = torch.tensor(document)
        weights[row, : len(document)] = 1.0
        weights[row, :prompt_length] = PROMPT_WEIGHT
    hidden = model.model(input_ids=ids[:, :-1], use_cache=False).last_hidden_state
    counted = weights[:, 1:] > 0
    logits = model.lm_head(hidden[counted])
    each = torch.nn.functional.cross_entropy(logits, ids[:, 1:][counted], reduction="none")
    share = weights[:, 1:][counted]
    return (each * share).sum() / share.sum()


def save(model: Any, tokenizer: Any, folder: Path) -> None:
    """Writes config, bf16 safetensors, tokenizer and greedy generation settings."""
    import copy

    import torch
    import transformers

    settings: Any = transformers.GenerationConfig
    folder.mkdir(parents=True, exist_ok=True)
    stored = copy.deepcopy(model).to(torch.bfloat16)
    stored.generation_config = settings(do_sample=False, pad_token_id=0, eos_token_id=1, max_new_tokens=96)
    stored.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
