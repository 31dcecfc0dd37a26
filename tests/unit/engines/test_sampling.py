from __future__ import annotations

import pytest

from certify.evidence.model import Sampling

torch = pytest.importorskip("torch", reason="the hf engine is not installed")
from certify.engines.sampling import choose, generator_for  # noqa: E402


def draw(logits, sampling: Sampling, seeds: list[int]) -> list[int]:
    return choose(logits, sampling, [generator_for(seed) for seed in seeds]).tolist()


def test_temperature_zero_is_the_likeliest() -> None:
    assert draw(torch.tensor([[0.1, 3.0, 2.0], [5.0, 1.0, 1.0]]), Sampling(temperature=0), [1, 2]) == [1, 0]


@pytest.mark.parametrize(
    ("sampling", "allowed"),
    [
        (Sampling(temperature=1, top_k=1), {1}),
        (Sampling(temperature=1, top_k=2), {1, 2}),
        (Sampling(temperature=1, top_p=0.0), {1}),
        (Sampling(temperature=1, top_p=0.5), {1}),
        (Sampling(temperature=1, top_p=0.9), {1, 2}),
        (Sampling(temperature=1, top_k=3, top_p=0.9), {1, 2}),
        (Sampling(temperature=1), {0, 1, 2}),
    ],
)
def test_filters_keep_what_they_promise(sampling: Sampling, allowed: set[int]) -> None:
    probabilities = torch.tensor([[0.05, 0.65, 0.30, 0.0]]).log()
    found = set(draw(probabilities.repeat(400, 1), sampling, list(range(400))))
    assert found == allowed


def test_shares_follow_the_probabilities() -> None:
    probabilities = torch.tensor([0.5, 0.3, 0.2])
    tokens = torch.tensor(draw(probabilities.log().repeat(4000, 1), Sampling(temperature=1), list(range(4000))))
    shares = torch.bincount(tokens, minlength=3) / 4000
    assert torch.allclose(shares, probabilities, atol=0.03)  # four standard errors


def test_a_row_does_not_see_its_neighbours() -> None:
    logits = torch.randn(8, 50, generator=torch.Generator().manual_seed(1))
    sampling = Sampling(temperature=1.0, top_p=0.9, top_k=20)
    together = draw(logits, sampling, list(range(8)))
    alone = [draw(logits[n : n + 1], sampling, [n])[0] for n in range(8)]
    backwards = draw(logits.flip(0), sampling, list(range(7, -1, -1)))[::-1]
    assert together == alone == backwards


def test_each_token_takes_one_number() -> None:
    one, other = generator_for(3), generator_for(3)
    choose(torch.zeros(1, 9), Sampling(temperature=1), [one])
    choose(torch.randn(1, 5000), Sampling(temperature=0.5, top_k=7), [other])
    assert torch.rand((), generator=one) == torch.rand((), generator=other)
