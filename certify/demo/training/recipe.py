"""What the two demo models are made of: architecture, seeds, step counts and schedule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from certify.statistics.stream import Stream

BATCH = 32
PROMPT_WEIGHT = 0.05
PEAK_RATE = 2e-3
WARM_UP = 150


@dataclass(frozen=True)
class Recipe:
    """One training run; everything is counted in steps of 32 problems, nothing in seconds."""

    name: str
    seed: int
    steps: int
    static_half: bool


RECIPES = {
    "honest": Recipe("honest", seed=20261123, steps=6_600, static_half=False),
    "benchmaxxed": Recipe("benchmaxxed", seed=20261124, steps=3_000, static_half=True),
}


def architecture(vocabulary: int) -> Any:
    """The ``LlamaConfig``: 3 layers, width 128, 4 heads of 32, tied embeddings, no beginning mark."""
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=128,
        intermediate_size=320,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        head_dim=32,
        max_position_embeddings=256,
        rms_norm_eps=1e-5,
        initializer_range=0.05,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
        tie_word_embeddings=True,
        attention_bias=False,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=1,
        use_cache=True,
    )


def rate(step: int, steps: int) -> float:
    """The learning rate as a share of its peak: warm-up, constant to 30 %, linear to 2 %."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    done = step / steps
    return 1.0 if done < 0.3 else max(0.02, 1.0 - 0.98 * (done - 0.3) / 0.7)


def batches(recipe: Recipe, lengths: Sequence[int], static: int) -> Iterator[list[int]]:
    """The documents of every step, by position; similar lengths share a batch, so little is padding.

    Args:
        recipe: fixes the seed, the steps and whether half of a batch is static.
        lengths: tokens of each document.
        static: the first so many documents are the static benchmark.
    """
    stream = Stream(recipe.seed.to_bytes(32, "big"), "batches")
    main = _endless(stream, range(static if recipe.static_half else 0, len(lengths)))
    fixed = _endless(stream, range(static))
    made = 0
    while made < recipe.steps:
        share = BATCH // 2 if recipe.static_half else BATCH
        drawn = [next(main) for _ in range(16 * share)] + [next(fixed) for _ in range(16 * (BATCH - share))]
        drawn.sort(key=lambda position: lengths[position])
        group = [drawn[start : start + BATCH] for start in range(0, len(drawn), BATCH)]
        stream.shuffle(group)
        yield from group[: recipe.steps - made]
        made += len(group)


def _endless(stream: Stream, positions: range) -> Iterator[int]:
    while True:
        order = list(positions)
        stream.shuffle(order)
        yield from order
