"""lm-eval's own tasks over given texts through our language model, beside lm-eval's own model on the same files."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from datasets import Dataset
from lm_eval.api.model import TemplateLM
from lm_eval.evaluator import evaluate
from lm_eval.tasks import TaskManager

from certify.demo.story import MODELS
from certify.engines import hf_scoring
from certify.engines.backend import Backend, open_backend
from certify.engines.journal import Journal, read_scores
from certify.engines.lm import JournalledLM
from certify.engines.order import DescribeOrder
from certify.engines.scoring import Passage, scored

from .conftest import make_order, make_requests

torch = pytest.importorskip("torch", reason="the hf engine is not installed")
ITEMS = 16
TEXT = "Question: What is 12 + 30?\nAnswer: 42. How many apples are left after lunch? "


def documents() -> Dataset:
    return Dataset.from_list([{"n": n, "right": n % 4} for n in range(ITEMS)])


CHOICE = {
    "task": "choice",
    "custom_dataset": lambda **_: {"test": documents()},
    "test_split": "test",
    "output_type": "multiple_choice",
    "doc_to_text": lambda one: f"Question: What is {one['n']} + {3 * one['n'] % 10}?\nAnswer:",
    "doc_to_target": lambda one: one["right"],
    "doc_to_choice": lambda one: [str(one["n"] + 3 * one["n"] % 10 + (place - one["right"]) * 3) for place in range(4)],
    "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
    "num_fewshot": 0,
}
ROLLING = {
    "task": "rolling",
    "custom_dataset": lambda **_: {"test": documents()},
    "test_split": "test",
    "output_type": "loglikelihood_rolling",
    "doc_to_text": "",
    "doc_to_target": lambda one: TEXT * (1 + one["n"] % 3),
    "metric_list": [{"metric": "bits_per_byte", "aggregation": "bits_per_byte", "higher_is_better": False}],
    "num_fewshot": 0,
}


def evaluated(lm) -> tuple[dict, list, list]:
    """(results, scores of choices, scores of whole texts) by lm-eval."""
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    tasks = TaskManager(include_defaults=False).load([CHOICE, ROLLING])
    found = evaluate(lm=lm, task_dict=tasks, bootstrap_iters=0, log_samples=True)
    choices = [pair[0] for one in found["samples"]["choice"] for pair in one["filtered_resps"]]
    texts = [one["filtered_resps"][0] for one in found["samples"]["rolling"]]
    return found["results"], choices, texts


def backend_of(model: Path, **more) -> tuple[Backend, object]:
    order = DescribeOrder(model=str(model), engine="hf", device="cpu", threads=1)
    configuration = open_backend(order).configuration
    folder = more.pop("folder")
    order = make_order(folder, model, configuration, make_requests(1), threads=1, **more)
    return open_backend(order), order


class Plain(TemplateLM):
    """lm-eval's own way from texts to tokens and windows, and the whole matrix of log-probabilities."""

    backend = "causal"
    eot_token_id = property(lambda self: self.tokenizer.eos_token_id)

    def __init__(self, model: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        super().__init__()
        self.model = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
        self.tokenizer = AutoTokenizer.from_pretrained(model)

    def tok_encode(self, string, add_special_tokens=None, **_):
        return self.tokenizer.encode(string)

    def _loglikelihood_tokens(self, requests, **_):
        return [self._told(context, text) for _, context, text in requests]

    def loglikelihood_rolling(self, requests, disable_tqdm=False):
        return [self._told([self.eot_token_id], self.tok_encode(one.args[0]))[0] for one in requests]

    def generate_until(self, requests, disable_tqdm=False):
        raise NotImplementedError

    def _told(self, context, text):
        with torch.inference_mode():
            told = self.model(torch.tensor([context + text])).logits[0, len(context) - 1 : -1].log_softmax(-1)
        own = told[range(len(text)), text]
        return own.sum().item(), bool((told.argmax(-1) == torch.tensor(text)).all())


def harness_model(kind: str, model: Path):
    if kind == "plain":
        return Plain(model)
    pytest.importorskip("accelerate", reason="lm-eval's own model needs accelerate and peft")
    pytest.importorskip("peft", reason="lm-eval's own model needs accelerate and peft")
    from lm_eval.models.huggingface import HFLM

    return HFLM(pretrained=str(model), device="cpu", dtype="float32", batch_size=4)


@pytest.mark.skipif(not (MODELS / "honest" / "model.safetensors").is_file(), reason="the demo's model is not here")
@pytest.mark.parametrize("kind", ["plain", "HFLM"])
def test_a_multiple_choice_task_scores_as_with_the_harness_own_model(tmp_path: Path, kind: str) -> None:
    model = MODELS / "honest"
    theirs = evaluated(harness_model(kind, model))
    backend, order = backend_of(model, folder=tmp_path, batch_size=4)
    with Journal.open(Path(order.journal), order.header) as journal:
        lm = JournalledLM(backend, journal, [], lambda batch: pytest.fail("nothing is generated"))
        ours = evaluated(lm)
        assert ours[0]["choice"]["acc,none"] == theirs[0]["choice"]["acc,none"]
        assert ours[0]["rolling"]["bits_per_byte,none"] == pytest.approx(theirs[0]["rolling"]["bits_per_byte,none"])
        assert ours[1] == pytest.approx(theirs[1], abs=1e-3)
        assert ours[2] == pytest.approx(theirs[2], abs=1e-2)
        kept = Path(order.journal).read_bytes()
        again = JournalledLM(None, journal, [], lambda batch: None)  # type: ignore[arg-type]
        again._backend = type("Idle", (), {"configuration": backend.configuration})()
        assert evaluated(again) == ours, "what is journalled needs no model"
    assert Path(order.journal).read_bytes() == kept
    assert len(read_scores(Path(order.journal))) == 4 * ITEMS + 3


@pytest.mark.parametrize("most_logits", [1, 300 * 7 * 3, 1 << 25])
def test_slices_change_nothing(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_logits: int) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    monkeypatch.setattr(hf_scoring, "MOST_LOGITS", most_logits)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(tiny), AutoTokenizer.from_pretrained(tiny)
    passages = [Passage.of(f"Question: {n}?" * n, f" {n} apples are left" * (3 - n % 3)) for n in range(5)]
    backend, order = backend_of(tiny, folder=tmp_path, batch_size=3)
    with Journal.open(Path(order.journal), order.header) as journal:
        found = scored(backend, journal, passages)
    for one in passages:
        score = found[one.key]
        before = tokenizer.encode(one.context) or [tokenizer.eos_token_id]
        ids = before + list(score.token_ids)
        assert tokenizer.decode(score.token_ids) == one.text
        with torch.inference_mode():
            told = model(torch.tensor([ids])).logits[0].log_softmax(-1)
        places = range(len(before), len(ids))
        assert score.logprobs == pytest.approx([told[at - 1, ids[at]].item() for at in places], abs=1e-4)
        assert score.greedy == all(told[at - 1].argmax().item() == ids[at] for at in places)


def test_a_model_that_computes_nan_fails_that_text(tiny: Path, tmp_path: Path) -> None:
    backend, order = backend_of(tiny, folder=tmp_path)
    sick, sound = Passage.of("Question: z", " 42"), Passage.of("Question:", " 42")
    token = set(backend._model.codec.encode(sick.context)) - set(backend._model.codec.encode(sound.context))  # type: ignore[attr-defined]
    with torch.no_grad():
        backend._network.model.embed_tokens.weight[max(token)] = float("nan")  # type: ignore[attr-defined]
    with Journal.open(Path(order.journal), order.header) as journal:
        found = scored(backend, journal, [sick, sound])
    assert found[sick.key].failed
    assert not found[sound.key].failed
