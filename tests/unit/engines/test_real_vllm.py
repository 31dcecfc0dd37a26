"""The engine ``vllm`` on vLLM itself, where it is installed beside certify; a GPU is not needed, patience is."""

from __future__ import annotations

import threading
from importlib.resources import files
from pathlib import Path

import pytest

pytest.importorskip("vllm", reason="vllm is not installed in this environment; docs/engines.md says how")
pytest.importorskip("lm_eval", reason="lm-eval is not installed")

from certify.engines.backend import open_backend
from certify.engines.journal import read_journal
from certify.engines.order import DescribeOrder
from certify.engines.runner import answer, describe
from certify.engines.scoring import Passage
from certify.errors import EvidenceMissing
from certify.evidence.answers import FinishReason, Request
from certify.evidence.model import Sampling

from .conftest import make_order
from .test_worker import kill_worker

pytestmark = pytest.mark.slow  # vLLM takes a minute or more to start
SAMPLED = Sampling(temperature=1.0, top_p=0.95)
PASSAGES = (
    Passage.of("Question: Tom has 1 apple and buys 2.\nAnswer:", " 3"),
    Passage.of("", " a whole text of its own"),
    Passage.of("x x x ", "y"),
)


@pytest.fixture
def model() -> Path:
    return Path(str(files("certify.demo") / "models" / "honest"))


def sums(items: int, repeats: int) -> list[Request]:
    text = "Tom has {} apples and buys {}. How many has he?"
    return [
        Request(check="c", item=f"i{n}", repeat=r, seed=1000 * n + r, text=text.format(n, n + 3), max_tokens=48)
        for n in range(items)
        for r in range(repeats)
    ]


def test_answers_are_kept_as_they_end_and_a_killed_run_goes_on(model: Path, tmp_path: Path) -> None:
    configuration = describe(model, "vllm", device="cpu", sampling=SAMPLED).configuration
    assert (configuration.batch_invariant, configuration.tensor_parallel) == (False, None)
    order = make_order(tmp_path, model, configuration, sums(24, 2), batch_size=4)

    def kill(progress) -> None:
        threading.Timer(0, kill_worker).start()

    with pytest.raises(EvidenceMissing, match="CERT-E060"):
        answer(order, progress=kill)
    held = read_journal(Path(order.journal))
    assert 0 < len(held) < 48
    telemetry = answer(order)
    found = read_journal(Path(order.journal))
    assert len(found) == 48
    assert found.items() >= held.items()
    assert (telemetry.resumed, telemetry.answered) == (len(held), 48 - len(held))
    assert FinishReason.ERROR not in {one.finish_reason for one in found.values()}
    assert telemetry.attention
    assert telemetry.peak_memory > 10**9  # its own, and that of the engine that vLLM starts beside it


def test_log_probabilities_are_those_of_transformers(model: Path, tmp_path: Path) -> None:
    told = {}
    for engine in ("vllm", "hf"):
        asked = DescribeOrder(model=str(model), engine=engine, device="cpu", sampling=SAMPLED, threads=2)
        configuration = open_backend(asked).configuration
        backend = open_backend(make_order(tmp_path / engine, model, configuration, sums(1, 1), threads=2))
        scores = []
        backend.scorer().score(PASSAGES, frozenset(), scores.extend)
        told[engine] = {one.text_sha256: one for one in scores}
    for passage in PASSAGES:
        ours, theirs = (told[engine][passage.key] for engine in ("vllm", "hf"))
        assert ours.logprob == pytest.approx(theirs.logprob, abs=1e-3)
        assert ours.greedy == theirs.greedy
