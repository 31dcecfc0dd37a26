"""What every engine owes the harness, whichever it is."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import pytest

from certify.engines import prompts
from certify.engines.backend import NO_ROOM, REJECTED, Backend, Prompt, open_backend
from certify.engines.harness import run
from certify.engines.journal import Journal, read_journal, unanswered
from certify.engines.order import DescribeOrder, ServerOrder, WorkOrder
from certify.engines.reasoning import split_reasoning
from certify.engines.replay import ReplayBackend, replay_configuration
from certify.errors import InternalError, UsageError
from certify.evidence.answers import Episode, FinishReason, turn_key
from certify.evidence.model import Sampling, ServerApi, TestedConfiguration
from tests.fakes.openai_server import World, answering, unlikelihood

from .conftest import make_episodes, make_order, make_requests

pytest.importorskip("lm_eval", reason="lm-eval is not installed")
SAMPLED = Sampling(temperature=1.0)


class FakeLLM:
    """Answers like vLLM: by prompt tokens and seed, whatever else is asked."""

    made: ClassVar[list[dict]] = []
    rejected: ClassVar[tuple[list[int], ...]] = ()
    """Prompts that are not taken."""

    def __init__(self, **arguments) -> None:
        self.made.append(arguments)
        self.llm_engine = self
        self.queue: dict[str, SimpleNamespace] = {}

    def add_request(self, name: str, prompt: dict, asked: SimpleNamespace) -> str:
        assert (prompt["type"], asked.output_kind) == ("token", "final")
        if prompt["prompt_token_ids"] in self.rejected:
            raise ValueError("not a prompt")
        ended = self._one(prompt["prompt_token_ids"], asked)
        self.queue[name] = SimpleNamespace(request_id=name, finished=True, left=asked.seed % 7, outputs=ended.outputs)
        return f"{name}-internal"

    def step(self) -> list[SimpleNamespace]:
        """What ended, the last asked first, among what goes on; an answer takes up to seven steps."""
        for one in self.queue.values():
            one.left -= 1
        ended = [name for name, one in reversed(self.queue.items()) if one.left < 0]
        going = [SimpleNamespace(request_id=name, finished=False) for name in self.queue if name not in ended]
        return [*going, *map(self.queue.pop, ended)]

    def generate(self, prompts: Sequence[dict], parameters: Sequence[SimpleNamespace], use_tqdm: bool = True):
        assert not use_tqdm
        return [self._one(one["prompt_token_ids"], asked) for one, asked in zip(prompts, parameters, strict=True)]

    @classmethod
    def _one(cls, ids: list[int], asked: SimpleNamespace) -> SimpleNamespace:
        if hasattr(asked, "prompt_logprobs"):
            return SimpleNamespace(prompt_logprobs=cls._told(ids, asked))
        assert (asked.n, asked.skip_special_tokens) == (1, False)
        wish = 3 + asked.seed % 17
        tokens = [20 + (sum(ids) + asked.seed * (n + 3)) % 200 for n in range(min(wish, asked.max_tokens))]
        if wish < asked.max_tokens:
            return SimpleNamespace(outputs=[SimpleNamespace(token_ids=[*tokens, 0], finish_reason="stop")])
        return SimpleNamespace(outputs=[SimpleNamespace(token_ids=tokens, finish_reason="length")])

    @staticmethod
    def _told(ids: list[int], asked: SimpleNamespace) -> list[dict | None]:
        assert (asked.prompt_logprobs, asked.max_tokens, asked.detokenize) == (0, 1, False)
        costs = [unlikelihood(ids, place) for place in range(len(ids))]
        return [
            {token: SimpleNamespace(logprob=-cost, rank=1 if cost == 0 else 2)} if place else None
            for place, (token, cost) in enumerate(zip(ids, costs, strict=True))
        ]


@pytest.fixture
def fake_vllm(monkeypatch: pytest.MonkeyPatch) -> type[FakeLLM]:
    module = ModuleType("vllm")
    module.__version__ = "0.0-fake"  # type: ignore[attr-defined]
    module.LLM, module.SamplingParams = FakeLLM, SimpleNamespace  # type: ignore[attr-defined]
    kinds = SimpleNamespace(FINAL_ONLY="final")
    module.sampling_params = SimpleNamespace(RequestOutputKind=kinds)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setattr(FakeLLM, "made", [])
    monkeypatch.setattr("certify.engines.vllm.GATHERING", 0.0)
    return FakeLLM


class Engine:
    """Opens one engine, again and again."""

    def __init__(self, name: str, model: Path, folder: Path, server: ServerOrder | None = None) -> None:
        self.name, self.model, self.folder, self.server = name, model, folder, server
        if name == "replay":
            self.configuration = replay_configuration(SAMPLED)
        else:
            order = DescribeOrder(model=str(model), engine=name, sampling=SAMPLED, threads=1, server=server)
            self.configuration = open_backend(order).configuration

    def order(self, requests: list, **more) -> WorkOrder:
        return make_order(self.folder, self.model, self.configuration, requests, threads=1, server=self.server, **more)

    def open(self, order: WorkOrder) -> Backend:
        if self.name != "replay":
            return open_backend(order)
        return ReplayBackend(_replayed, self.configuration, order.batch_size)


def _replayed(prompt: Prompt):
    from certify.engines.backend import Generation

    text = f"{prompt.seed % 1000}"
    finish = FinishReason.LENGTH if prompt.seed % 3 == 0 else FinishReason.STOP
    return Generation(prompt.key, text, tuple(map(ord, text)), finish, len(prompt.text))


@pytest.fixture(params=["replay", "hf", "vllm", "openai", "openai-chat"])
def engine(request: pytest.FixtureRequest, tiny: Path, tmp_path: Path) -> Iterator[Engine]:
    if request.param != "replay":
        pytest.importorskip("torch", reason="the hf engine is not installed")
    if request.param == "vllm":
        request.getfixturevalue("fake_vllm")
    if not request.param.startswith("openai"):
        yield Engine(request.param, tiny, tmp_path / "run")
        return
    world = World(api=("chat/completions",), context=400) if request.param.endswith("chat") else World(owner="vllm")
    with answering(world) as url:
        yield Engine("openai", tiny, tmp_path / "run", ServerOrder(endpoint=url))


def answered(engine: Engine, requests: list, **more) -> dict:
    order = engine.order(requests, **more)
    with Journal.open(Path(order.journal), order.header) as journal:
        return run(engine.open(order), journal, requests)


def test_every_request_is_answered_once_under_its_own_key(engine: Engine) -> None:
    requests = make_requests(7, repeats=3)
    found = answered(engine, requests, batch_size=4)
    assert list(found) == sorted(request.key for request in requests)
    assert all(found[request.key].seed == str(request.seed) for request in requests)
    assert len({one.prompt_sha256 for one in found.values()}) == 7
    assert read_journal(engine.folder / "journal.jsonl").keys() == found.keys()


def test_repeats_do_not_collapse(engine: Engine) -> None:
    found = answered(engine, make_requests(1, repeats=8))
    assert len({(one.text, one.token_ids) for one in found.values()}) > 4


def test_answers_are_reproducible_and_cap_is_reported(engine: Engine, tmp_path: Path) -> None:
    requests = make_requests(12, repeats=2, max_tokens=10)
    first = answered(engine, requests)
    engine.folder = tmp_path / "again"
    assert answered(engine, requests) == first
    reasons = {one.finish_reason for one in first.values()}
    assert FinishReason.LENGTH in reasons
    if engine.name != "replay":
        assert all(one.tokens <= 10 for one in first.values())
        assert all(one.tokens == 10 for one in first.values() if one.finish_reason is FinishReason.LENGTH)


class Stop(Exception):
    """The power goes."""


def test_a_broken_run_goes_on_where_it_stopped(engine: Engine, tmp_path: Path) -> None:
    requests = make_requests(10, repeats=2)
    whole = answered(engine, requests, batch_size=3)
    engine.folder = tmp_path / "broken"
    order = engine.order(requests, batch_size=3 if engine.name != "vllm" else 1)
    batches: list = []

    def fail_later(batch) -> None:
        batches.append(batch)
        if len(batches) == 2:
            raise Stop

    with Journal.open(Path(order.journal), order.header) as journal, pytest.raises(Stop):
        run(engine.open(order), journal, requests, fail_later)
    kept = Path(order.journal).read_bytes()
    assert 0 < len(read_journal(Path(order.journal))) < len(requests)
    asked: list = []
    with Journal.open(Path(order.journal), order.header) as journal:
        assert run(engine.open(order), journal, requests, asked.extend) == whole
    assert Path(order.journal).read_bytes().startswith(kept)
    assert len(asked) == len(requests) - sum(len(batch) for batch in batches)


def test_each_repeat_is_asked_with_a_seed_of_its_own(engine: Engine) -> None:
    found = answered(engine, make_requests(2, repeats=16))
    assert len({one.seed for one in found.values()}) == 32
    assert len({(one.item, one.text) for one in found.values()}) > 20


def test_an_exactly_equal_question_is_asked_again(engine: Engine) -> None:
    requests = make_requests(2, repeats=2)
    requests[2:] = [one.model_copy(update={"text": requests[0].text}) for one in requests[2:]]
    asked: list = []
    order = engine.order(requests)
    with Journal.open(Path(order.journal), order.header) as journal:
        run(engine.open(order), journal, requests, asked.extend)
    assert len({one.prompt_sha256 for one in asked}) == 1
    assert len({one.key for one in asked}) == 4


def test_a_journal_of_other_prompts_is_refused(engine: Engine) -> None:
    requests = make_requests(3)
    answered(engine, requests)
    changed = [request.model_copy(update={"text": request.text + "!"}) for request in requests]
    with pytest.raises(UsageError, match="CERT-E062"):
        answered(engine, changed)


def test_an_endless_prompt_is_an_error_of_that_item_alone(engine: Engine) -> None:
    if engine.name == "replay":
        pytest.skip("a recording has no context length")
    serving = engine.configuration.serving
    if serving is not None and serving.api is ServerApi.CHAT:
        pytest.skip("only the server knows how long its own template makes a prompt")
    requests = make_requests(3)
    requests[1] = requests[1].model_copy(update={"text": "x " * 500})
    order, troubles = engine.order(requests), list[str]()
    with Journal.open(Path(order.journal), order.header) as journal:
        found = run(engine.open(order), journal, requests, failed=troubles.append)
    reasons = [one.finish_reason for one in found.values()]
    assert troubles == [NO_ROOM]
    assert reasons[1] is FinishReason.ERROR
    assert FinishReason.ERROR not in (reasons[0], reasons[2])


def test_vllm_gets_a_seed_a_request_and_no_remote_code(fake_vllm: type[FakeLLM], tiny: Path, tmp_path: Path) -> None:
    engine = Engine("vllm", tiny, tmp_path / "run")
    answered(engine, make_requests(2, repeats=2))
    (made,) = fake_vllm.made
    assert made["trust_remote_code"] is False
    assert made["max_model_len"] == 160
    assert (made["tensor_parallel_size"], made["max_num_seqs"]) == (1, 16)
    assert "vllm 0.0-fake" in engine.configuration.engine_version
    assert (engine.configuration.tensor_parallel, engine.configuration.batch_invariant) == (None, False)


@pytest.mark.parametrize("gathering", [0.0, 60.0])
def test_vllm_gets_everything_at_once_and_each_answer_is_kept_when_it_ends(
    fake_vllm: type[FakeLLM], tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gathering: float
) -> None:
    monkeypatch.setattr("certify.engines.vllm.GATHERING", gathering)
    engine = Engine("vllm", tiny, tmp_path / "run")
    requests = make_requests(12, repeats=2)
    order, batches = engine.order(requests, batch_size=2), list[list]()
    with Journal.open(Path(order.journal), order.header) as journal:
        found = run(engine.open(order), journal, requests, batches.append)
    assert len(found) == 24
    longest = max(int(one.seed) % 7 for one in found.values())
    assert [one.key for batch in batches for one in batch] != sorted(found)
    if gathering:
        assert len(batches) == 1
    else:
        assert 2 < len(batches) <= 1 + longest  # no answer waited for a slower one


def test_what_vllm_rejects_is_an_error_of_that_item(
    fake_vllm: type[FakeLLM], tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine("vllm", tiny, tmp_path / "run")
    requests = make_requests(3)
    order, troubles = engine.order(requests), list[str]()
    backend = engine.open(order)
    refused = backend._model.codec.encode(prompts.single_prompt(requests[1].text, None, raw=False))
    monkeypatch.setattr(fake_vllm, "rejected", (refused,))
    with Journal.open(Path(order.journal), order.header) as journal:
        found = run(backend, journal, requests, failed=troubles.append)
    assert troubles == [REJECTED]
    assert [one.key for one in found.values() if one.finish_reason is FinishReason.ERROR] == [requests[1].key]


def test_vllm_is_told_of_gpus_that_share_the_weights_and_of_answers_that_must_not_depend_on_others(
    fake_vllm: type[FakeLLM], tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_BATCH_INVARIANT", "0")
    asked = DescribeOrder(
        model=str(tiny), engine="vllm", sampling=SAMPLED, threads=1, tensor_parallel=2, batch_invariant=True
    )
    engine = Engine("vllm", tiny, tmp_path / "run")
    engine.configuration = open_backend(asked).configuration
    assert (engine.configuration.tensor_parallel, engine.configuration.batch_invariant) == (2, True)
    monkeypatch.setenv("VLLM_BATCH_INVARIANT", "0")
    opened = engine.open(engine.order(make_requests(1)))
    assert opened.configuration == engine.configuration
    assert os.environ["VLLM_BATCH_INVARIANT"] == "1"
    assert fake_vllm.made[-1]["tensor_parallel_size"] == 2


def test_a_harness_that_changes_an_answer_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from certify.engines import harness

    real = harness.evaluate

    def lossy(**arguments):
        results = real(**arguments)
        results["samples"]["certify"][1]["resps"] = [["something else"]]
        return results

    monkeypatch.setattr(harness, "evaluate", lossy)
    with pytest.raises(InternalError, match="CERT-E061"):
        answered(Engine("replay", tmp_path, tmp_path / "run"), make_requests(3))


def test_chat_prompts_go_through_the_models_template(chatty: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the hf engine is not installed")
    from certify.engines.prompts import messages

    described = open_backend(DescribeOrder(model=str(chatty), engine="hf", system_prompt="Be brief.", threads=1))
    configuration: TestedConfiguration = described.configuration
    requests = make_requests(2)
    order = make_order(tmp_path, chatty, configuration, requests, threads=1)
    backend = open_backend(order)
    with Journal.open(Path(order.journal), order.header) as journal:
        found = run(backend, journal, requests)
    for request in requests:
        expected = backend.render_chat(messages(request.text, "Be brief."))
        assert expected.count("Be brief.") == 1
        assert found[request.key].prompt_sha256 == hashlib.sha256(expected.encode()).hexdigest()


def test_a_text_is_gone_on_with_as_it_stands(engine: Engine) -> None:
    asked, told = make_requests(4), "A train leaves at"
    requests = [one.model_copy(update={"text": told, "continued": True}) for one in asked[:2]] + asked[2:]
    found = answered(engine, requests)
    digest = hashlib.sha256(told.encode()).hexdigest()
    assert [found[one.key].prompt_sha256 == digest for one in requests] == [True, True, False, False]


def test_a_text_is_gone_on_with_outside_the_models_template(chatty: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the hf engine is not installed")
    described = open_backend(DescribeOrder(model=str(chatty), engine="hf", system_prompt="Be brief.", threads=1))
    told, templated = make_requests(2)
    told = told.model_copy(update={"continued": True})
    order = make_order(tmp_path, chatty, described.configuration, [told, templated], threads=1)
    backend = open_backend(order)
    with Journal.open(Path(order.journal), order.header) as journal:
        found = run(backend, journal, [told, templated])
    assert found[told.key].prompt_sha256 == hashlib.sha256(told.text.encode()).hexdigest()
    codec = backend._model.codec  # type: ignore[attr-defined]
    assert found[told.key].prompt_tokens == len(codec._tokenizer(told.text)["input_ids"])
    assert found[templated.key].prompt_tokens > found[told.key].prompt_tokens


def test_an_episode_is_answered_turn_by_turn_under_keys_and_seeds_of_its_own(engine: Engine) -> None:
    requests = make_episodes(4, repeats=2)
    found = answered(engine, requests, batch_size=3)
    expected = [turn_key(one.key, turn) for one in requests for turn in range(3 if one.episode else 1)]
    assert list(found) == sorted(expected)
    assert all(found[turn_key(one.key, 0)].seed == str(one.seed) for one in requests)
    assert len({one.seed for one in found.values()}) == len(found)
    for one in (one for one in requests if one.episode):
        texts = [found[turn_key(one.key, turn)].text for turn in range(2)]
        said = [split_reasoning(text, engine.configuration.reasoning).answer.strip() for text in texts]
        prompt = (
            f"Question: {one.text}\nAnswer: {said[0]}\nQuestion: And 1?\nAnswer: {said[1]}\nQuestion: And 2?\nAnswer:"
        )
        assert found[turn_key(one.key, 2)].prompt_sha256 == hashlib.sha256(prompt.encode()).hexdigest()


def test_a_broken_episode_goes_on_with_the_turns_it_has(engine: Engine, tmp_path: Path) -> None:
    requests = make_episodes(6, repeats=2)
    whole = answered(engine, requests, batch_size=3)
    lines = (engine.folder / "journal.jsonl").read_bytes()
    engine.folder = tmp_path / "broken"
    order = engine.order(requests, batch_size=3)
    answers: list = []

    def fail_later(batch) -> None:
        answers.extend(batch)
        if any(one.turn == 1 for one in batch):
            raise Stop

    with Journal.open(Path(order.journal), order.header) as journal, pytest.raises(Stop):
        run(engine.open(order), journal, requests, fail_later)
    held = read_journal(Path(order.journal))
    assert unanswered(requests, held, Path(order.journal)) == 6
    with Journal.open(Path(order.journal), order.header) as journal:
        assert run(engine.open(order), journal, requests, answers.extend) == whole
    assert len(answers) == len(whole)
    in_order = engine.name not in ("vllm", "openai")  # these two write answers as they end
    assert not in_order or Path(order.journal).read_bytes() == lines


def test_a_conversation_that_outgrows_the_context_ends_with_an_error_of_that_item_alone(engine: Engine) -> None:
    if engine.name == "replay":
        pytest.skip("a recording has no context length")
    requests = make_episodes(4)
    long = Episode(session="script", facts={"messages": [{"text": "x " * 500}, {"text": "And?"}]}, turns=3)
    requests[3] = requests[3].model_copy(update={"episode": long})
    found = answered(engine, requests)
    ended = [one for one in found.values() if one.finish_reason is FinishReason.ERROR]
    assert [one.key for one in ended] == [turn_key(requests[3].key, 1)]
    assert turn_key(requests[3].key, 2) not in found
