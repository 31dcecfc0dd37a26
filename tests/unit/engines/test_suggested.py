"""Decoding that a model's own files ask for: taken where nobody names another, and told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from certify.engines import runner, worker
from certify.engines.backend import open_backend
from certify.engines.order import Described, DescribeOrder, EngineFacts, WorkOrder
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.model import GREEDY, Sampling, TestedConfiguration

from .conftest import make_order, make_requests

pytest.importorskip("torch", reason="the hf engine is not installed")
OWN = Sampling(temperature=0.6, top_p=0.95, top_k=20)


def model_with(tiny: Path, folder: Path, **asked) -> Path:
    shutil.copytree(tiny, folder)
    (folder / "generation_config.json").write_text(json.dumps(asked))
    return folder


def configuration(model: Path, sampling: Sampling | None = None) -> TestedConfiguration:
    return open_backend(DescribeOrder(model=str(model), engine="hf", sampling=sampling, threads=1)).configuration


def facts(model: Path) -> EngineFacts:
    return open_backend(DescribeOrder(model=str(model), engine="hf", threads=1)).facts()


def test_what_the_model_asks_for_is_taken_unless_another_is_named(tiny: Path, tmp_path: Path) -> None:
    model = model_with(tiny, tmp_path / "model", do_sample=True, temperature=0.6, top_p=0.95, top_k=20)
    found = configuration(model)
    assert (found.sampling, found.sampling_suggested) == (OWN, True)
    found = configuration(model, GREEDY)
    assert (found.sampling, found.sampling_suggested) == (GREEDY, None)
    assert configuration(model, OWN).sampling_suggested


@pytest.mark.parametrize(("name", "value", "whole"), [("repetition_penalty", 1.1, None), ("min_p", 0.0, True)])
def test_what_a_model_asks_for_beside_that_is_not_used_and_so_not_its_choice(
    tiny: Path, tmp_path: Path, name: str, value: float, whole: bool | None
) -> None:
    asked = {"do_sample": True, "temperature": 0.6, "top_p": 0.95, "top_k": 20, name: value}
    found = configuration(model_with(tiny, tmp_path / "model", **asked))
    assert (found.sampling, found.sampling_suggested) == (OWN, whole)


def test_the_engine_finds_the_planned_configuration_again(tiny: Path, tmp_path: Path) -> None:
    model = model_with(tiny, tmp_path / "model", do_sample=True, temperature=0.6, top_p=0.95, top_k=20)
    planned = configuration(model)
    order: WorkOrder = make_order(tmp_path / "run", model, planned, make_requests(1), threads=1)
    assert open_backend(order).configuration == planned


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"do_sample": False, "temperature": 0.6},
        {"do_sample": True, "temperature": 1e9},
        {"do_sample": True, "temperature": 1.0, "top_k": -5},
        {"do_sample": True, "temperature": 1.0, "top_k": 2**60},
    ],
)
def test_where_the_model_asks_for_nothing_or_nothing_that_exists_it_is_greedy(tiny, tmp_path: Path, asked) -> None:
    found = configuration(model_with(tiny, tmp_path / "model", **asked))
    assert (found.sampling, found.sampling_suggested) == (GREEDY, None)


def test_answers_that_depend_on_nothing_beside_them_need_a_gpu(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    plain = configuration(tiny).model_copy(update={"engine": "vllm"})
    told = {"event": "described", "described": Described(configuration=plain, facts=facts(tiny)).document()}
    monkeypatch.setattr(runner, "require_engine", lambda engine: None)
    monkeypatch.setattr(runner, "_messages", lambda order, key=None: (one for one in [told]))
    assert runner.describe(tiny, "vllm").configuration == plain
    told["described"]["configuration"]["batchInvariant"] = True
    with pytest.raises(UsageError, match="CERT-E010"):
        runner.describe(tiny, "vllm", batch_invariant=True)


def test_a_plan_from_before_that_was_said_is_carried_out(tiny: Path, tmp_path: Path) -> None:
    model = model_with(tiny, tmp_path / "model", do_sample=True, temperature=0.6, top_p=0.95, top_k=20)
    earlier = configuration(model).model_copy(update={"sampling_suggested": None})
    order: WorkOrder = make_order(tmp_path / "run", model, earlier, make_requests(1), threads=1)
    worker._require_configuration(order, open_backend(order))
    other = order.model_copy(update={"configuration": earlier.model_copy(update={"sampling": GREEDY, "dtype": "x"})})
    with pytest.raises(EvidenceMissing, match="dtype, sampling differ"):
        worker._require_configuration(other, open_backend(order))
