"""Episodes: one rule leads them, whoever follows it, and what it costs single questions is nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.engines import prompts
from certify.engines.episodes import by_request, transcript, unfold
from certify.engines.journal import read_journal, unanswered
from certify.engines.journal_lines import entry_line
from certify.engines.order import read_requests, write_requests
from certify.engines.replay import ReplayBackend, replay_configuration
from certify.engines.sessions import SESSIONS, Message, script
from certify.engines.waves import chat_messages, next_wave
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.answers import Completion, Episode, FinishReason, Request
from certify.evidence.model import ReasoningTags, Sampling
from certify.statistics.stream import turn_seed

from .conftest import make_completion, make_configuration, make_episodes, make_order, make_requests

THINK = ReasoningTags(open="<think>", close="</think>")
CONVERSATION = make_episodes(2)[1]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


def said(request: Request, turn: int, text: str, **changes) -> Completion:
    completion = make_completion(request, text).model_copy(update={"seed": str(turn_seed(request.seed, turn))})
    return completion.model_copy(update={"turn": turn or None, **changes})


def test_single_questions_are_written_as_before_there_were_episodes() -> None:
    (request,) = make_requests(1)
    line, _ = entry_line("00" * 32, make_completion(request), True)
    assert set(json.loads(line)["completion"]) == {
        *("check", "item", "repeat", "seed", "promptSha256", "text", "finishReason", "tokenIds", "promptTokens")
    }
    assert set(request.document()) == {"check", "item", "repeat", "seed", "text", "maxTokens"}
    assert make_completion(request).key == request.key
    assert turn_seed(request.seed, 0) == request.seed


def test_an_episode_survives_its_files(tmp_path: Path) -> None:
    write_requests(tmp_path / "requests.jsonl", make_episodes(3))
    assert read_requests(tmp_path / "requests.jsonl") == make_episodes(3)


def test_an_episode_goes_on_until_its_rule_or_its_bound_ends_it() -> None:
    turns: dict[int, Completion] = {}
    for turn, asked in enumerate([CONVERSATION.text, "And 1?", "And 2?"]):
        episode = unfold(CONVERSATION, turns, None)
        assert (episode.asked[-1].text, episode.over) == (asked, False)
        turns[turn] = said(CONVERSATION, turn, f"{turn}")
    episode = unfold(CONVERSATION, turns | {3: said(CONVERSATION, 3, "late")}, None)
    assert episode.over
    assert [one.text for one in episode.said] == ["0", "1", "2"]
    assert [one["content"] for one in json.loads(transcript(episode))] == [
        CONVERSATION.text,
        "0",
        "And 1?",
        "1",
        "And 2?",
        "2",
    ]
    short = CONVERSATION.model_copy(update={"episode": Episode(session="script", facts=script([]), turns=9)})
    assert unfold(short, {0: said(short, 0, "0")}, None).over


def test_an_error_of_the_engine_ends_an_episode() -> None:
    broken = said(CONVERSATION, 0, "", finish_reason=FinishReason.ERROR)
    assert unfold(CONVERSATION, {0: broken}, None).over


def test_sessions_do_not_see_the_reasoning(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list = []

    class Ear:
        id = "ear"

        def following(self, facts, answers):
            heard.append(list(answers))
            return Message("go on")

    monkeypatch.setitem(SESSIONS, "ear", Ear())
    request = CONVERSATION.model_copy(update={"episode": Episode(session="ear", facts={}, turns=3)})
    turns = {0: said(request, 0, "<think>7</think> 8"), 1: said(request, 1, "<think>and on")}
    unfold(request, turns, THINK)
    assert heard == [["8"], ["8", ""]]


@pytest.mark.parametrize("name", sorted(SESSIONS))
@given(
    facts=st.dictionaries(st.sampled_from(["messages", "tools", "given", "goal", "limit"]), ANYTHING),
    answers=st.lists(st.text(), min_size=1),
)
def test_sessions_never_raise_and_repeat_themselves(name: str, facts: dict, answers: list[str]) -> None:
    session = SESSIONS[name]
    assert session.following(facts, answers) == session.following(facts, answers)


def test_an_unknown_session_is_named() -> None:
    request = CONVERSATION.model_copy(update={"episode": Episode(session="none", facts={}, turns=2)})
    with pytest.raises(UsageError, match="CERT-E102"):
        unfold(request, {0: said(request, 0, "1")}, None)


def test_turns_that_nobody_asked_are_refused(tmp_path: Path) -> None:
    requests = make_episodes(2)
    turns = [said(requests[0], 0, "1"), *(said(requests[1], turn, "1") for turn in range(3))]
    held = {one.key: one for one in turns}
    assert unanswered(requests, held, tmp_path) == 0
    held.popitem()
    assert unanswered(requests, held, tmp_path) == 1
    for extra in (said(requests[1], 5, "1"), said(requests[0], 1, "1"), said(requests[1], 2, "1", seed="8")):
        with pytest.raises(UsageError, match="CERT-E062"):
            unanswered(requests, held | {extra.key: extra}, tmp_path)


@pytest.mark.parametrize(
    ("tags", "wrote", "shown"),
    [
        (None, "4", "4"),
        (THINK, "<think>2+2</think>4", "<think>2+2</think>4"),
        (THINK, "<think>2+2", "<think>2+2</think>"),
        (THINK.model_copy(update={"opened_by_template": True}), "2+2</think>4", "<think>2+2</think>4"),
    ],
)
def test_templates_get_all_that_was_written_and_choose_themselves(tags, wrote: str, shown: str) -> None:
    configuration = make_configuration(prompt_style="chat", reasoning=tags, system_prompt="Be brief.")
    episode = unfold(CONVERSATION, {0: said(CONVERSATION, 0, wrote)}, tags)
    assert chat_messages(episode, 1, configuration) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": prompts.user_text(CONVERSATION.text)},
        {"role": "assistant", "content": shown},
        {"role": "user", "content": prompts.user_text("And 1?")},
    ]


def test_a_template_that_takes_no_second_turn_is_an_error_of_that_item() -> None:
    class OneTurn(ReplayBackend):
        def render_chat(self, messages, add_generation_prompt=True):
            raise EvidenceMissing("CERT-E060", "one turn only")

    configuration = replay_configuration(Sampling(temperature=0)).model_copy(update={"prompt_style": "chat"})
    backend = OneTurn(lambda prompt: None, configuration)
    wave = next_wave(backend, [CONVERSATION], by_request([said(CONVERSATION, 0, "4")]), 1)
    assert not wave.prompts
    assert [prompt.key for prompt in wave.refused] == [(*CONVERSATION.key, 1)]


@pytest.mark.slow  # each kill starts the engine anew
def test_killed_anywhere_a_run_of_episodes_ends_with_the_same_transcripts(tiny: Path, tmp_path: Path) -> None:
    pytest.importorskip("lm_eval", reason="lm-eval is not installed")
    pytest.importorskip("torch", reason="the hf engine is not installed")
    from certify.engines.runner import answer, describe

    from .test_worker import killed_run

    configuration = describe(tiny, "hf", sampling=Sampling(temperature=1.0)).configuration
    requests = make_episodes(12, repeats=2)
    orders = [
        make_order(tmp_path / name, tiny, configuration, requests, batch_size=4, threads=1) for name in ("whole", "cut")
    ]
    assert answer(orders[0]).answered == 12 + 3 * 12
    killed_run(orders[1], [(random.randint(1, 4), random.uniform(0, 0.01)), (random.randint(2, 4), 0.0)])
    whole, cut = (read_journal(Path(order.journal), order.header) for order in orders)
    assert whole == cut
    assert Path(orders[0].journal).read_bytes() == Path(orders[1].journal).read_bytes()
