"""The stock harness beside ours, on the same questions: what becomes of repeats and of an interrupted run."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")
pytest.importorskip("sqlitedict", reason="lm-eval's cache needs sqlitedict")

from datasets import Dataset
from lm_eval.api.model import LM
from lm_eval.evaluator import simple_evaluate
from lm_eval.tasks import TaskManager

from certify.engines.backend import Generation, Prompt
from certify.engines.harness import run
from certify.engines.journal import Journal
from certify.engines.replay import ReplayBackend, replay_configuration
from certify.evidence.answers import FinishReason
from certify.evidence.model import Sampling

from .conftest import make_order, make_requests

ITEMS, REPEATS, POWER_CUT = 6, 4, 10
SAMPLED = Sampling(temperature=1.0)


class PowerCut(Exception):
    """The machine stops."""


class Sampler:
    """Never says the same thing twice, as a model at temperature 1 hardly does; stops the machine when told to."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.cut: int | None = None

    def speak(self) -> str:
        if len(self.said) == self.cut:
            raise PowerCut
        self.said.append(f"answer {len(self.said)}")
        return self.said[-1]


class StockModel(LM):
    """Tells the harness's cache of each answer at once, as lm-eval's own model classes do."""

    def __init__(self, sampler: Sampler) -> None:
        super().__init__()
        self.sampler = sampler

    def generate_until(self, requests):
        found = []
        for request in requests:
            found.append(self.sampler.speak())
            self.cache_hook.add_partial("generate_until", request.args, found[-1])
        return found

    def loglikelihood(self, requests):
        raise NotImplementedError

    loglikelihood_rolling = loglikelihood


def stock(sampler: Sampler, cache: Path, **decoding) -> list[list[str]]:
    """Answers of the stock harness with its response cache on, by item."""
    task = {
        "task": "stock",
        "custom_dataset": lambda **_: {"test": Dataset.from_list([{"n": n} for n in range(ITEMS)])},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": lambda document: f"What is {document['n']} + 1?",
        "doc_to_target": lambda document: "",
        "process_results": lambda document, answers: {"answered": len(answers)},
        "metric_list": [{"metric": "answered", "aggregation": "mean", "higher_is_better": True}],
        "filter_list": [{"name": "all", "filter": [{"function": "take_first_k", "k": REPEATS}]}],
        "generation_kwargs": {"until": [], "temperature": 1.0, **decoding},
        "repeats": REPEATS,
        "num_fewshot": 0,
    }
    results = simple_evaluate(
        model=StockModel(sampler),
        tasks=[task],
        task_manager=TaskManager(include_defaults=False),
        use_cache=str(cache),
        bootstrap_iters=0,
        log_samples=True,
    )
    return [one["resps"][0] for one in results["samples"]["stock"]]


def ours(sampler: Sampler, folder: Path) -> list[list[str]]:
    """Answers of certify on a journal, by item."""

    def speak(prompt: Prompt) -> Generation:
        text = sampler.speak()
        return Generation(prompt.key, text, tuple(map(ord, text)), FinishReason.STOP, 1)

    requests, configuration = make_requests(ITEMS, REPEATS), replay_configuration(SAMPLED)
    order = make_order(folder, folder, configuration, requests, batch_size=1)
    with Journal.open(Path(order.journal), order.header) as journal:
        found = run(ReplayBackend(speak, configuration, 1), journal, requests)
    said = [found[request.key].text for request in requests]
    return [said[start : start + REPEATS] for start in range(0, len(said), REPEATS)]


def interrupted(answering, where: Path) -> tuple[Sampler, list[list[str]]]:
    """A run that stops after ten answers and is started again."""
    sampler = Sampler()
    sampler.cut = POWER_CUT
    with pytest.raises(PowerCut):
        answering(sampler, where)
    sampler.cut = None
    return sampler, answering(sampler, where)


def test_stock_collapses_repeats_on_resume_and_ours_does_not(tmp_path: Path) -> None:
    sampler, answers = interrupted(stock, tmp_path / "cache")
    assert any(len(set(one)) == 1 for one in answers)  # one answer stands for all repeats of an item
    sampler, answers = interrupted(ours, tmp_path / "ours")
    assert all(len(set(one)) == REPEATS for one in answers)
    assert len(sampler.said) == ITEMS * REPEATS


def test_stock_answers_a_repeated_run_with_one_answer_an_item_and_ours_with_the_same_ones(tmp_path: Path) -> None:
    sampler = Sampler()
    before = stock(sampler, tmp_path / "cache")
    after = stock(sampler, tmp_path / "cache")
    assert len(sampler.said) == ITEMS * REPEATS
    assert [len(set(one)) for one in before] == [REPEATS] * ITEMS
    assert [len(set(one)) for one in after] == [1] * ITEMS
    sampler = Sampler()
    assert ours(sampler, tmp_path / "ours") == ours(sampler, tmp_path / "ours")
    assert len(sampler.said) == ITEMS * REPEATS


def test_stock_asks_a_sampled_run_again_from_the_start_and_ours_only_what_is_missing(tmp_path: Path) -> None:
    sampler, answers = interrupted(lambda *given: stock(*given, do_sample=True), tmp_path / "cache")
    assert len(sampler.said) == POWER_CUT + ITEMS * REPEATS
    assert not {text for one in answers for text in one} & set(sampler.said[:POWER_CUT])
    sampler, answers = interrupted(ours, tmp_path / "ours")
    assert len(sampler.said) == ITEMS * REPEATS
    assert {text for one in answers for text in one} == set(sampler.said)
