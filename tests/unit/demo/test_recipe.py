"""The training recipe: schedules, batches and the weighted loss."""

import types
from itertools import islice

import pytest

from certify.demo.training.recipe import BATCH, RECIPES, STATIC, WARM_UP, Cycle, Recipe, batches, rate

FAMILIES = [STATIC] * 40 + ["boolean"] * 100 + ["addition"] * 300
LENGTHS = [20 + place % 60 for place in range(len(FAMILIES))]


def drawn(recipe, cycle=0):
    return list(batches(recipe, cycle, FAMILIES, LENGTHS))


def test_the_rate_warms_up_holds_and_falls():
    steps = 2_000
    assert rate(0, steps) == pytest.approx(1 / WARM_UP)
    assert rate(WARM_UP, steps) == rate(599, steps) == 1.0
    falling = [rate(step, steps) for step in range(600, steps)]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == pytest.approx(0.02, abs=1e-3)


def test_batches_repeat_exactly_and_count_their_steps():
    recipe = Recipe("r", 7, (Cycle(45), Cycle(20)), static_half=False)
    assert drawn(recipe) == drawn(recipe)
    assert [len(batch) for batch in drawn(recipe)] == [BATCH] * 45
    assert len(drawn(recipe, 1)) == 20
    assert drawn(recipe)[:20] != drawn(recipe, 1)
    assert drawn(recipe) != drawn(Recipe("r", 8, (Cycle(45),), static_half=False))


def test_an_honest_recipe_never_draws_static_documents():
    recipe = Recipe("r", 7, (Cycle(64),), static_half=False)
    assert all(FAMILIES[place] != STATIC for batch in drawn(recipe) for place in batch)


def test_half_of_a_benchmaxxed_group_is_static():
    places = [place for batch in drawn(Recipe("r", 7, (Cycle(64),), static_half=True)) for place in batch]
    assert sum(FAMILIES[place] == STATIC for place in places) == len(places) // 2


def test_repeats_draw_a_family_more_often():
    recipe = Recipe("r", 7, (Cycle(700, {"boolean": 3}),), static_half=False)
    places = [place for batch in drawn(recipe) for place in batch]
    assert sum(FAMILIES[place] == "boolean" for place in places) / len(places) == pytest.approx(0.5, abs=0.02)


def test_batches_hold_similar_lengths():
    spans = [
        max(LENGTHS[p] for p in batch) - min(LENGTHS[p] for p in batch)
        for batch in islice(drawn(RECIPES["honest"]), 64)
    ]
    assert sum(spans) / len(spans) < 10


def test_the_loss_ignores_padding_and_discounts_the_prompt():
    torch = pytest.importorskip("torch")
    from certify.demo.training.loop import loss

    torch.manual_seed(0)
    table = torch.nn.Embedding(11, 6)
    model = types.SimpleNamespace(
        model=lambda input_ids, use_cache: types.SimpleNamespace(last_hidden_state=table(input_ids)),
        lm_head=lambda hidden: hidden @ table.weight.T,
    )
    document, padded = [3, 4, 5, 6], [3, 4, 5, 6, 7, 8, 9]
    alone = loss(model, [document], [2])
    each = torch.nn.functional.cross_entropy(
        table(torch.tensor([3, 4, 5])) @ table.weight.T, torch.tensor([4, 5, 6]), reduction="none"
    )
    weights = torch.tensor([0.05, 1.0, 1.0])
    assert torch.allclose(alone, (each * weights).sum() / weights.sum())
    both = loss(model, [document, padded], [2, 2])
    assert torch.isfinite(both)
    assert not torch.allclose(alone, both)
    assert torch.allclose(loss(model, [document, document], [2, 2]), alone)
