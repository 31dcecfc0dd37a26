"""Servers that answer, that fail, and that deceive: what the openai engine makes of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("lm_eval", reason="lm-eval is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")

from certify.engines import asking, openai
from certify.engines.backend import open_backend
from certify.engines.harness import run
from certify.engines.journal import Journal, read_journal
from certify.engines.order import DescribeOrder, ServerOrder, WorkOrder
from certify.errors import CertifyError, EvidenceMissing, UsageError
from certify.evidence.answers import Completion, FinishReason, Request
from certify.evidence.model import Sampling, ServedIdentity, ServerApi, TestedConfiguration
from tests.fakes.openai_server import World, answering, spoken

from .conftest import make_order, make_requests

SAMPLED = Sampling(temperature=0.7, top_p=0.9, top_k=20)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.005)


class Asked:
    """A model folder behind a server."""

    def __init__(self, folder: Path, model: Path, server: ServerOrder, **more) -> None:
        self.folder, self.model, self.server = folder, model, server
        order = DescribeOrder(model=str(model), engine="openai", sampling=SAMPLED, server=server, threads=1, **more)
        self.backend = open_backend(order)
        self.configuration: TestedConfiguration = self.backend.configuration

    def order(self, requests: list[Request], **more) -> WorkOrder:
        return make_order(self.folder, self.model, self.configuration, requests, server=self.server, **more)

    def answers(self, requests: list[Request], **more) -> dict[tuple, Completion]:
        order = self.order(requests, **more)
        with Journal.open(Path(order.journal), order.header) as journal:
            return run(open_backend(order), journal, requests)

    @property
    def kept(self) -> dict[tuple, Completion]:
        return read_journal(self.folder / "journal.jsonl")


@contextmanager
def behind(world: World, tiny: Path, folder: Path, **server) -> Iterator[Asked]:
    with answering(world) as url:
        yield Asked(folder, tiny, ServerOrder(endpoint=url, **server))


def test_the_server_gets_the_plan_and_nothing_else(tiny: Path, tmp_path: Path) -> None:
    world = World(owner="vllm")
    with behind(world, tiny, tmp_path) as asked:
        found = asked.answers(make_requests(3, repeats=2, max_tokens=9))
    said = [one for one in world.requests if one["max_tokens"] == 9]
    assert len(said) == 6
    by_seed = {str(one["seed"]): one for one in said}
    for completion in found.values():
        one = by_seed[completion.seed]
        assert (one["temperature"], one["top_p"], one["top_k"], one["stream"]) == (0.7, 0.9, 20, False)
        assert one["prompt"].startswith("Question: ")
        assert one["stop"] == ["\nQuestion:"]
        assert one["stop_token_ids"]
        text, tokens, finish = spoken(one["prompt"], one["seed"], 9)
        assert (completion.text, completion.tokens, completion.finish_reason) == (text, tokens, finish)
        assert completion.token_ids == ()
        assert completion.reported is not None
        assert completion.prompt_tokens == len(one["prompt"])
    assert all("Authorization" not in one for one in world.headers)


def test_llama_cpp_samples_as_the_plan_says_and_writes_the_markers(tiny: Path, tmp_path: Path) -> None:
    world = World(owner="llamacpp")
    with behind(world, tiny, tmp_path) as asked:
        asked.answers(make_requests(2, max_tokens=9))
        reasoning = asked.configuration.reasoning
    assert reasoning is not None
    for one in (one for one in world.requests if one["max_tokens"] == 9):
        assert one["samplers"] == ["temperature", "top_k", "top_p"]
        assert (one["temperature"], one["top_p"], one["top_k"]) == (0.7, 0.9, 20)
        assert (one["mirostat"], one["presence_penalty"], one["repeat_penalty"], one["min_p"]) == (0, 0.0, 1.0, 0.0)
        assert one["preserved_tokens"] == [reasoning.open, reasoning.close]
        assert one["cache_prompt"] is False
        assert "stop_token_ids" not in one


def test_what_answers_is_part_of_the_configuration(tiny: Path, tmp_path: Path) -> None:
    with behind(World(owner="vllm", context=100), tiny, tmp_path) as asked:
        found = asked.configuration
    assert found.serving is not None
    assert found.serving.identity is ServedIdentity.NOT_VERIFIED
    assert found.serving.endpoint == asked.server.endpoint
    assert (found.serving.software, found.serving.api, found.serving.own_sampling) == ("vllm", "completions", False)
    assert found.engine_version.startswith("vllm 0.0-fake; ")
    assert (found.context_length, found.device, found.dtype) == (100, "server", "as served")


def test_a_server_of_unknown_kind_is_said_to_have_settings_of_its_own(tiny: Path, tmp_path: Path) -> None:
    with behind(World(), tiny, tmp_path) as asked:
        serving = asked.configuration.serving
    assert serving is not None
    assert (serving.software, serving.own_sampling) == ("unknown", True)


def test_requests_are_in_flight_together_and_never_more_than_allowed(tiny: Path, tmp_path: Path) -> None:
    world = World(delay=0.1)  # long beside what a busy machine takes to send a request
    with behind(world, tiny, tmp_path) as asked:
        asked.answers(make_requests(40), batch_size=5)
    assert world.most_at_once == 5


def test_a_slow_answer_holds_up_nobody(tiny: Path, tmp_path: Path) -> None:
    world = World(mode="slow", bad=frozenset({"What is 0 +"}))
    with behind(world, tiny, tmp_path, seconds=3.0) as asked:
        order, seen = asked.order(make_requests(30), batch_size=2), list[float]()
        with Journal.open(Path(order.journal), order.header) as journal:
            told, troubles = (lambda batch: seen.append(time.monotonic())), list[str]()
            run(open_backend(order), journal, make_requests(30), told, troubles.append)
    assert seen[-1] - seen[-2] > 1.0  # the others were safe long before the slow one was given up
    assert [one.finish_reason for one in asked.kept.values()].count(FinishReason.ERROR) == 1
    assert troubles == ["the answer took too long"]


@pytest.mark.parametrize("mode", ["busy", "broken", "rude", "garbage", "torn", "form"])
def test_what_passes_is_asked_again(tiny: Path, tmp_path: Path, mode: str) -> None:
    requests = make_requests(6)
    with behind(World(), tiny, tmp_path / "calm") as asked:
        calm = asked.answers(requests)
    world = World(mode=mode, bad=frozenset({"What is"}), failures=2)
    with behind(world, tiny, tmp_path / "wild") as asked:
        assert asked.answers(requests) == calm


@pytest.mark.parametrize(
    "mode",
    [
        "broken",
        "rude",
        "garbage",
        "deep",
        "form",
        "other",
        "endless",
        "filtered",
        "torn",
        "huge",
        "slow",
        "dripping",
        "long",
    ],
)
def test_a_request_that_fails_for_good_is_an_error_of_its_own(tiny: Path, tmp_path: Path, mode: str) -> None:
    requests = make_requests(20)
    world = World(mode=mode, bad=frozenset({"What is 3 +"}))
    with behind(world, tiny, tmp_path, seconds=1.0 if mode in ("slow", "dripping") else 20.0) as asked:
        found = asked.answers(requests)
    bad = [key for key, one in found.items() if one.finish_reason is FinishReason.ERROR]
    assert bad == [requests[3].key]
    assert (found[bad[0]].text, found[bad[0]].tokens) == ("", 0)
    if mode in ("slow", "dripping", "huge", "long"):  # what would be the same again is not asked again
        assert sum("What is 3 +" in one["prompt"] for one in world.requests) == 1


@pytest.mark.parametrize("mode", ["broken", "garbage", "other", "huge"])
def test_a_server_that_fails_often_ends_the_run_and_no_error_is_kept(tiny: Path, tmp_path: Path, mode: str) -> None:
    requests = make_requests(30)
    world = World(mode="")
    with behind(world, tiny, tmp_path) as asked:
        world.mode, world.bad = mode, frozenset({"What is 1", "What is 2"})
        with pytest.raises(EvidenceMissing, match="CERT-E542"):
            asked.answers(requests, batch_size=4)
        assert all(one.finish_reason is not FinishReason.ERROR for one in asked.kept.values())
        before = len(world.requests)
        world.mode = ""
        kept = dict(asked.kept)
        found = asked.answers(requests)
    assert len(found) == 30
    assert found.items() >= kept.items()
    later = " ".join(one["prompt"] for one in world.requests[before:])
    assert not any(f"{request.text}\n" in later for request in requests if request.key in kept)


@pytest.mark.parametrize(("mode", "hint"), [("moved", "no redirection"), ("unauthorized", "--api-key-env")])
def test_a_server_that_cannot_be_used_is_one_clear_error(tiny: Path, tmp_path: Path, mode: str, hint: str) -> None:
    world = World()
    with behind(world, tiny, tmp_path) as asked:
        world.mode, order = mode, asked.order(make_requests(4))
        with (
            Journal.open(Path(order.journal), order.header) as journal,
            pytest.raises(EvidenceMissing, match="CERT-E541") as caught,
        ):
            run(asked.backend, journal, make_requests(4))
    assert hint in caught.value.hint
    assert asked.kept == {}


def test_a_server_that_dies_is_one_clear_error_and_the_run_goes_on_later(tiny: Path, tmp_path: Path) -> None:
    requests = make_requests(12)
    world = World()
    with answering(world) as url:
        port = int(url.split(":")[2].split("/")[0])
        asked = Asked(tmp_path, tiny, ServerOrder(endpoint=url))
        order = asked.order(requests, batch_size=1)
        backend = open_backend(order)
        with Journal.open(Path(order.journal), order.header) as journal:
            run(backend, journal, requests)
    (tmp_path / "journal.jsonl").unlink()
    with pytest.raises(EvidenceMissing, match="CERT-E541"), Journal.open(Path(order.journal), order.header) as journal:
        run(backend, journal, requests)
    assert asked.kept == {}
    with answering(world, port):
        assert len(asked.answers(requests)) == 12


def test_a_model_that_is_not_there_is_named(tiny: Path, tmp_path: Path) -> None:
    with answering(World()) as url, pytest.raises(EvidenceMissing, match="does not exist") as caught:
        Asked(tmp_path, tiny, ServerOrder(endpoint=url, model="wrong"))
    assert caught.value.code == "CERT-E541"


def test_the_chat_interface_is_used_only_where_there_is_no_other(chatty: Path, tmp_path: Path) -> None:
    world = World(api=("chat/completions",))
    with behind(world, chatty, tmp_path) as asked:
        asked.answers(make_requests(2))
        assert asked.configuration.serving is not None
        assert asked.configuration.serving.api is ServerApi.CHAT
        assert asked.configuration.chat_template_sha256 is None
    last = world.requests[-1]["messages"]
    assert [one["role"] for one in last] == ["user"]
    assert last[0]["content"].endswith("inside \\boxed{}.")
    world = World()
    with behind(world, chatty, tmp_path / "plain") as asked:
        asked.answers(make_requests(2))
    assert {one["page"] for one in world.requests} == {"completions"}
    assert "<|user|>What is" in world.requests[-1]["prompt"]


def test_a_text_is_gone_on_with_only_where_there_is_more_than_a_chat(chatty: Path, tmp_path: Path) -> None:
    told, asked_for = make_requests(2)
    told = told.model_copy(update={"continued": True})
    world = World(owner="vllm")
    with behind(world, chatty, tmp_path) as asked:
        asked.answers([told, asked_for])
    prompts = {one["prompt"]: one for one in world.requests}
    assert prompts[told.text]["add_special_tokens"] is True
    assert [one["add_special_tokens"] for text, one in prompts.items() if "<|user|>What" in text] == [False]
    with behind(World(api=("chat/completions",)), chatty, tmp_path / "chat") as asked:
        found = asked.answers([told, asked_for])
    assert found[told.key].finish_reason is FinishReason.ERROR
    assert found[asked_for.key].finish_reason is not FinishReason.ERROR


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_that_comes_apart_is_put_back_before_the_answer(chatty: Path, tmp_path: Path, field: str) -> None:
    world = World(api=("chat/completions",), reasoning_field=field)
    with behind(world, chatty, tmp_path) as asked:
        found = asked.answers(make_requests(3, max_tokens=40))
    for one in found.values():
        assert one.text.startswith("<think>")
        assert one.text.count("</think>") == 1
        assert one.reported is not None
        assert one.reported.reasoning_field == field


def test_text_that_evidence_cannot_hold_is_mended(tiny: Path, tmp_path: Path) -> None:
    with behind(World(mode="halves", bad=frozenset({"What is 0 +"})), tiny, tmp_path) as asked:
        found = asked.answers(make_requests(20))
    assert found["fresh-reasoning", "item-000", 0].text == "a\ufffdb\ufffdc"


def test_end_markers_that_a_server_leaves_in_are_cut(tiny: Path) -> None:
    from certify.engines.models import asked_of
    from certify.engines.served import model_folder
    from certify.engines.wordings import tidied

    wording = model_folder(asked_of(DescribeOrder(model=str(tiny), engine="openai"))).wording
    assert "<|end|>" in wording.end_texts
    assert tidied("42<|end|>", wording) == "42"
    assert tidied("42\nQuestion: and", wording) == "42"


def test_a_key_is_sent_and_nowhere_shown(tiny: Path, tmp_path: Path) -> None:
    world = World(key="sesame-4711")
    with answering(world) as url:
        server = ServerOrder(endpoint=url)
        with pytest.raises(EvidenceMissing, match="CERT-E541") as caught:
            Asked(tmp_path, tiny, server)
        assert "--api-key-env" in caught.value.hint
        order = DescribeOrder(model=str(tiny), engine="openai", server=server, threads=1)
        with pytest.raises(EvidenceMissing) as caught:
            open_backend(order, openai.route_to(server, "sesame-4712"))
        assert "sesame" not in f"{caught.value.what}{caught.value.why}{caught.value.hint}"
        assert "[credentials]" in caught.value.what
        configuration = open_backend(order, openai.route_to(server, "sesame-4711")).configuration
        requests = make_requests(20)
        world.mode, world.bad = "echo", frozenset({"What is 0 +"})
        work = make_order(tmp_path, tiny, configuration, requests, server=server)
        with Journal.open(Path(work.journal), work.header) as journal:
            found = run(open_backend(work, openai.route_to(server, "sesame-4711")), journal, requests)
    assert found[requests[0].key].finish_reason is FinishReason.ERROR
    assert b"sesame" not in Path(work.journal).read_bytes() + json.dumps(work.document()).encode()


def test_another_server_than_planned_is_another_configuration(tiny: Path, tmp_path: Path) -> None:
    with behind(World(owner="vllm"), tiny, tmp_path) as asked:
        pass
    with behind(World(), tiny, tmp_path) as other:
        pass
    assert asked.configuration != other.configuration


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/v1",
        "http://user:secret@host/v1",
        "http://host/v1?key=1",
        "http://host/v1#x",
        "http://ho st/v1",
        "http:///v1",
        "http://host:99999/v1",
        "http://host/../v1%2f",
        "host:8000",
    ],
)
def test_an_address_that_is_no_plain_one_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="CERT-E540") as caught:
        openai.route_to(ServerOrder(endpoint=url))
    assert "secret" not in f"{caught.value.what}{caught.value.why}{caught.value.hint}"


def test_device_and_number_format_are_left_to_the_server(tiny: Path) -> None:
    with pytest.raises(UsageError, match="CERT-E010"):
        open_backend(DescribeOrder(model=str(tiny), engine="openai", dtype="bfloat16"))
    with pytest.raises(CertifyError, match="CERT-E545"):
        open_backend(DescribeOrder(model=str(tiny), engine="openai"))


def test_prompts_that_the_server_alone_counts_are_held_to_no_shorter_context(chatty: Path, tmp_path: Path) -> None:
    with answering(World()) as url:
        asked = Asked(tmp_path, chatty, ServerOrder(endpoint=url), context_length=50)
        assert asked.configuration.context_length == 50
        assert open_backend(asked.order(make_requests(1))).configuration == asked.configuration
    with answering(World(api=("chat/completions",))) as url, pytest.raises(UsageError, match="only the server counts"):
        Asked(tmp_path, chatty, ServerOrder(endpoint=url), context_length=50)


def test_a_server_with_less_context_than_was_planned_is_not_what_was_planned(chatty: Path, tmp_path: Path) -> None:
    with behind(World(), chatty, tmp_path) as asked:
        planned = asked.configuration.model_copy(update={"context_length": 10**6})
        order = asked.order(make_requests(1)).model_copy(update={"configuration": planned})
        assert open_backend(order).configuration.context_length == asked.configuration.context_length
