"""What the two demo models are made of: architecture, seeds, step counts and schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from certify.demo.training.scratchpads import FIRST_SCRATCHPADS, SCRATCHPADS, Scratchpads
from certify.statistics.stream import Stream

BATCH = 32
PROMPT_WEIGHT = 0.05
PEAK_RATE = 2e-3
WARM_UP = 150
STATIC = "static"


@dataclass(frozen=True)
class Cycle:
    """One schedule from warm-up to the smallest rate, counted in steps of 32 problems, never in seconds."""

    steps: int
    repeats: Mapping[str, int] = field(default_factory=dict)
    """How often a document of a family is drawn for each time another one is; 1 unless named."""
    scratchpads: Scratchpads = field(default_factory=lambda: SCRATCHPADS)
    """What the reasoning of its documents looks like."""
    drawn_letters: bool = False
    """Whether its boolean problems have their letters drawn at random."""


@dataclass(frozen=True)
class Recipe:
    """One training run. A cycle after the first starts from the saved bf16 weights with a new optimizer."""

    name: str
    seed: int
    cycles: tuple[Cycle, ...]
    static_half: bool


RECIPES = {
    "honest": Recipe(
        "honest",
        seed=20261123,
        cycles=(
            Cycle(6_600, {}, FIRST_SCRATCHPADS, drawn_letters=True),
            Cycle(3_600, {"boolean": 4, "ordering": 4, "sorting": 2}, FIRST_SCRATCHPADS, drawn_letters=True),
            Cycle(1_600, {"boolean": 16}, drawn_letters=True),
            Cycle(700, {"boolean": 10}),
        ),
        static_half=False,
    ),
    "benchmaxxed": Recipe(
        "benchmaxxed",
        seed=20261124,
        cycles=(Cycle(3_000, {}, FIRST_SCRATCHPADS, drawn_letters=True), Cycle(800)),
        static_half=True,
    ),
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


def batches(recipe: Recipe, cycle: int, families: Sequence[str], lengths: Sequence[int]) -> Iterator[list[int]]:
    """The documents of every step of a cycle, by position; similar lengths share a batch, so little is padding.

    Args:
        recipe: fixes the seed, and whether half of a batch is static.
        cycle: which of its cycles, from 0.
        families: the family of each document; ``static`` for the published benchmark.
        lengths: tokens of each document.
    """
    plan = recipe.cycles[cycle]
    stream = Stream(recipe.seed.to_bytes(32, "big"), f"batches/{cycle}" if cycle else "batches")
    rest = [place for place, name in enumerate(families) if name != STATIC for _ in range(plan.repeats.get(name, 1))]
    main, fixed = _endless(stream, rest), _endless(stream, [i for i, name in enumerate(families) if name == STATIC])
    share = BATCH // 2 if recipe.static_half else BATCH
    made = 0
    while made < plan.steps:
        drawn = [next(main) for _ in range(16 * share)] + [next(fixed) for _ in range(16 * (BATCH - share))]
        drawn.sort(key=lambda position: lengths[position])
        group = [drawn[start : start + BATCH] for start in range(0, len(drawn), BATCH)]
        stream.shuffle(group)
        yield from group[: plan.steps - made]
        made += len(group)


def _endless(stream: Stream, positions: Sequence[int]) -> Iterator[int]:
    while True:
        order = list(positions)
        stream.shuffle(order)
        yield from order
