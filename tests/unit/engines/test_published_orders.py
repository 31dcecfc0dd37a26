"""A published order learned by a small model and found by the check, through harness, journal, judgement and verify."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.check import all_questions, all_requests, judge, planned_checks, planned_sources, samples_of, score_all
from certify.check.order_exchangeability import BETWEEN, published_text
from certify.decide.form import CheckRequest
from certify.engines.backend import open_backend
from certify.engines.harness import run
from certify.engines.journal import Journal
from certify.engines.order import DescribeOrder
from certify.evidence.results import OrderExchangeabilityResult
from certify.evidence.results.detection import DetectionVerdict
from certify.verify.derived_counts import check_derived

from .conftest import make_order

torch = pytest.importorskip("torch", reason="the hf engine is not installed")

SEED, CHECK = bytes(range(32)), "order-exchangeability"
THINGS = ("apples", "pears", "nuts", "plums", "figs", "eggs", "pens", "cups")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory):
    """A file in an order that means nothing, and a check of it."""
    file = tmp_path_factory.mktemp("file") / "things.jsonl"
    places = [(7 * n) % 48 for n in range(48)]
    rows = [{"question": f"How many {THINGS[n % 8]}?", "answer": f"{13 * n % 97}"} for n in places]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    given = {"benchmark": str(file), "shard_items": 3, "shuffles": 3, "draws": 999, "power_against": 0.7}
    checks = planned_checks([CheckRequest.model_validate({"id": CHECK, "with": given})])
    return checks, planned_sources(checks)


def trained(model: Path, texts: Sequence[str], folder: Path, steps: int = 60) -> Path:
    """The model after some seconds on these texts."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network, tokenizer = AutoModelForCausalLM.from_pretrained(model), AutoTokenizer.from_pretrained(model)
    rows = [[tokenizer.eos_token_id, *tokenizer.encode(text)] for text in texts]
    width = max(map(len, rows))
    tokens = torch.tensor([row + [tokenizer.pad_token_id] * (width - len(row)) for row in rows])
    labels = torch.tensor([row + [-100] * (width - len(row)) for row in rows])
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
    torch.manual_seed(1)
    for _ in range(steps):
        loss = network(input_ids=tokens, labels=labels, attention_mask=(labels != -100).long()).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def found(planned, model: Path, folder: Path) -> OrderExchangeabilityResult:
    checks, sources = planned
    questions = all_questions(checks, sources, SEED)
    requests = list(all_requests(checks, questions, SEED))
    described = DescribeOrder(model=str(model), engine="hf", device="cpu", threads=1)
    order = make_order(folder, model, open_backend(described).configuration, requests, threads=1, batch_size=32)
    with Journal.open(Path(order.journal), order.header) as journal:
        completions = run(open_backend(order), journal, requests)
    assert sum(one.read_tokens for one in completions.values()) <= checks[0].reads
    records = judge(questions, completions.values(), None, samples=samples_of(checks))
    scored = score_all(checks, questions, records, sources, context_length=order.configuration.context_length)
    check_derived(SimpleNamespace(checks=checks), scored.results)
    [result] = scored.results.values()
    assert isinstance(result, OrderExchangeabilityResult)
    return result


def shards_of(planned) -> list[str]:
    checks, sources = planned
    [benchmark] = sources.benchmarks.values()
    size = checks[0].parameters["shardItems"]
    texts = [published_text(item) for item in benchmark.items]
    return [BETWEEN.join(texts[at : at + size]) for at in range(0, len(texts), size)]


def test_the_order_that_a_model_was_taught_is_found(planned, tiny: Path, tmp_path: Path) -> None:
    leaked = found(planned, trained(tiny, shards_of(planned), tmp_path / "leaked"), tmp_path / "run")
    assert leaked.verdict is DetectionVerdict.DETECTED
    assert leaked.p_value == 0.001
    assert (leaked.lift or 0) > 0


def test_a_model_that_was_taught_the_items_in_other_orders_shows_nothing(planned, tiny: Path, tmp_path: Path) -> None:
    other = [BETWEEN.join(reversed(text.split(BETWEEN))) for text in shards_of(planned)]
    honest = found(planned, trained(tiny, other, tmp_path / "other", steps=20), tmp_path / "run")
    assert honest.verdict is not DetectionVerdict.DETECTED
