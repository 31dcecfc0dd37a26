"""The training loop: one CPU thread, fixed steps, fp32, saved as bf16."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from certify.demo.benchmark import static_problems
from certify.demo.corpus import honest_problems, pool_problems
from certify.demo.training import tokenizer as tokens
from certify.demo.training.recipe import PEAK_RATE, PROMPT_WEIGHT, Recipe, architecture, batches, rate
from certify.demo.training.scratchpads import prompt, text_of

REPORT = 200
KEEP = 2_000


def documents(recipe: Recipe, tokenizer: Any) -> tuple[list[list[int]], list[int], int]:
    """Token ids of every document, the length of each prompt, and how many are static (they come first)."""
    static = static_problems() if recipe.static_half else []
    problems = [*static, *(pool_problems() if recipe.static_half else honest_problems())]
    encode = tokenizer.backend_tokenizer.encode_batch
    whole = [encoded.ids for encoded in encode([text_of(problem) for problem in problems])]
    asked = [len(encoded.ids) for encoded in encode([prompt(problem.question) for problem in problems])]
    return whole, asked, len(static)


def train(recipe: Recipe, folder: Path) -> None:
    """Trains one model from scratch and writes its folder; progress goes to stderr."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    import transformers

    make: Any = transformers.LlamaForCausalLM
    tokenizer = tokens.build()
    ids, asked, static = documents(recipe, tokenizer)
    model = make(architecture(len(tokenizer)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
    started, total = time.process_time(), 0.0
    for step, batch in enumerate(batches(recipe, [len(each) for each in ids], static)):
        for group in optimizer.param_groups:
            group["lr"] = PEAK_RATE * rate(step, recipe.steps)
        value = loss(model, [ids[place] for place in batch], [asked[place] for place in batch])
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += value.item()
        if (step + 1) % REPORT == 0:
            spent = time.process_time() - started
            print(f"{recipe.name} step {step + 1} loss {total / REPORT:.4f} cpu {spent:.0f} s", file=sys.stderr)
            total = 0.0
        if (step + 1) % KEEP == 0 and step + 1 < recipe.steps:
            save(model, tokenizer, folder)
    save(model, tokenizer, folder)


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
