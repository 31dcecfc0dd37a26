from __future__ import annotations

from pathlib import Path

import pytest

from certify.engines.backend import NO_NUMBERS, NO_ROOM, Generation, Prompt, open_backend
from certify.engines.hf import HfBackend
from certify.engines.order import DescribeOrder, JournalHeader, WorkOrder
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.answers import FinishReason
from certify.evidence.model import ReasoningTags, Sampling

torch = pytest.importorskip("torch", reason="the hf engine is not installed")
SAMPLED = Sampling(temperature=1.0)
GREEDY = Sampling(temperature=0)


def load(model: Path, sampling: Sampling = GREEDY, batch_size: int = 16, **asked) -> HfBackend:
    described = open_backend(DescribeOrder(model=str(model), engine="hf", sampling=sampling, threads=1, **asked))
    configuration = described.configuration
    order = WorkOrder(
        model=str(model),
        configuration=configuration,
        requests="",
        journal="",
        header=JournalHeader.of("0" * 64, "0" * 64, configuration),
        batch_size=batch_size,
        threads=1,
    )
    backend = open_backend(order)
    assert isinstance(backend, HfBackend)
    return backend


def prompts_of(count: int, max_tokens: int = 14) -> list[Prompt]:
    words = ["What is 1 + 1?", "How many apples are left after lunch on Monday?", "12 + 30 = ?"]
    return [
        Prompt(("c", f"i{n:02d}", 0), f"Question: {words[n % 3]} {n}\nAnswer:", 1000 + n, max_tokens)
        for n in range(count)
    ]


def answers(backend: HfBackend, prompts: list[Prompt], done: frozenset = frozenset()) -> dict:
    found: list[Generation] = []
    backend.generate(prompts, done, found.extend)
    assert len({one.key for one in found}) == len(found)
    return {one.key: one for one in found}


@pytest.mark.parametrize("sampling", [GREEDY, SAMPLED, Sampling(temperature=0.7, top_p=0.9, top_k=40)])
def test_answers_do_not_depend_on_what_runs_beside_them(tiny: Path, sampling: Sampling) -> None:
    prompts = prompts_of(12)
    together = answers(load(tiny, sampling, 12), prompts)
    assert together == answers(load(tiny, sampling, 12), prompts)
    assert together == answers(load(tiny, sampling, 1), prompts)
    assert together == answers(load(tiny, sampling, 5), prompts[::-1])
    some = frozenset(prompt.key for prompt in prompts[::2])
    assert answers(load(tiny, sampling, 12), prompts, some) == {k: v for k, v in together.items() if k not in some}


def test_greedy_agrees_with_transformers_own_generation(tiny: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(tiny), AutoTokenizer.from_pretrained(tiny)
    prompts = prompts_of(9)
    ours = answers(load(tiny), prompts)
    for prompt in prompts:
        ids = tokenizer(prompt.text, return_tensors="pt")
        theirs = model.generate(**ids, do_sample=False, max_new_tokens=14, eos_token_id=[0, 40], pad_token_id=1)
        assert tuple(theirs[0, ids["input_ids"].shape[1] :].tolist()) == ours[prompt.key].token_ids
        assert ours[prompt.key].prompt_tokens == ids["input_ids"].shape[1]


def test_seeds_make_repeats_differ(tiny: Path) -> None:
    repeats = [Prompt(("c", "i", n), "Question: 1?\nAnswer:", 77 + n, 10) for n in range(8)]
    assert len({one.token_ids for one in answers(load(tiny, SAMPLED), repeats).values()}) == 8
    same = [prompt._replace(seed=5) for prompt in repeats]
    assert len({one.token_ids for one in answers(load(tiny, SAMPLED), same).values()}) == 1


def test_finish_reasons(tiny: Path) -> None:
    found = answers(load(tiny, SAMPLED), prompts_of(60, 20)).values()
    ended = [one for one in found if one.finish_reason is FinishReason.STOP]
    cut = [one for one in found if one.finish_reason is FinishReason.LENGTH]
    assert len(ended) + len(cut) == 60
    assert ended
    assert cut
    assert all(one.token_ids[-1] in (0, 40) and len(one.token_ids) <= 20 for one in ended)
    assert all(len(one.token_ids) == 20 and not {0, 40} & set(one.token_ids) for one in cut)
    assert not any("<|end|>" in one.text for one in ended)


def test_context_bounds_prompt_and_answer_together(tiny: Path) -> None:
    backend = load(tiny)
    long = Prompt(("c", "long", 0), "Question: " + "x " * 60 + "\nAnswer:", 1, 100)
    longer = Prompt(("c", "longer", 0), "Question: " + "x " * 400 + "\nAnswer:", 1, 100)
    found = answers(backend, [long, longer])
    assert found[long.key].prompt_tokens + len(found[long.key].token_ids) <= 160
    assert found[longer.key] == Generation(
        longer.key, "", (), FinishReason.ERROR, found[longer.key].prompt_tokens, trouble=NO_ROOM
    )


class Scripted:
    """A network that always says the same tokens."""

    device = "cpu"

    def __init__(self, script: list[int], vocabulary: int) -> None:
        self._script, self._vocabulary = script, vocabulary

    def forward(self, input_ids, position_ids) -> None: ...

    def __call__(self, input_ids, attention_mask, past_key_values, **_):
        from types import SimpleNamespace

        from transformers import DynamicCache

        cache = DynamicCache() if past_key_values is None else past_key_values
        cache.at = getattr(cache, "at", -1) + 1
        logits = torch.full((len(input_ids), 1, self._vocabulary), -1.0)
        logits[:, :, self._script[cache.at]] = float("nan") if self._script[cache.at] == 2 else 1.0
        return SimpleNamespace(logits=logits, past_key_values=cache)


def scripted(model: Path, text: str, extra: list[int] | None = None) -> Generation:
    from transformers import AutoTokenizer

    backend = load(model)
    tokens = AutoTokenizer.from_pretrained(model).encode(text) + (extra or [])
    backend._network = Scripted([*tokens, 5, 5, 5], backend.facts().vocabulary)
    prompt = Prompt(("c", "i", 0), "Question: 1?\nAnswer:", 1, len(tokens) + 2)
    return answers(backend, [prompt])[prompt.key]


def test_reasoning_markers_stay_in_the_text(tiny: Path) -> None:
    found = scripted(tiny, "<think> 12 + 30</think> 42", [0])
    assert found.text == "<think> 12 + 30</think> 42"
    assert found.finish_reason is FinishReason.STOP
    assert found.token_ids[-1] == 0


def test_the_next_question_ends_the_answer(tiny: Path) -> None:
    found = scripted(tiny, " 42\nQuestion: What is")
    assert found.text == " 42"
    assert found.finish_reason is FinishReason.STOP


def test_nan_is_an_error_and_not_an_answer(tiny: Path) -> None:
    found = scripted(tiny, " 4", [2])
    assert (found.finish_reason, found.trouble) == (FinishReason.ERROR, NO_NUMBERS)
    assert 2 not in found.token_ids


def test_a_zero_byte_becomes_a_replacement_character(tiny: Path) -> None:
    found = scripted(tiny, "a\x00b", [0])
    assert found.text == "a\ufffdb"


def test_describe_completion_model(tiny: Path) -> None:
    backend = load(tiny)
    configuration = backend.configuration
    assert configuration.prompt_style == "completion"
    assert configuration.chat_template_sha256 is None
    assert configuration.reasoning == ReasoningTags(open="<think>", close="</think>")
    assert (configuration.context_length, configuration.dtype, configuration.device) == (160, "float32", "cpu")
    assert "torch" in configuration.engine_version
    assert backend.facts().end_tokens == (0, 40)
    assert backend.facts().example_prompt == "Question: 1 + 1 = ?\nAnswer:"


def test_describe_chat_model(chatty: Path) -> None:
    backend = load(chatty, system_prompt="Be brief.")
    assert backend.configuration.prompt_style == "chat"
    assert backend.configuration.chat_template_sha256 is not None
    assert backend.configuration.reasoning == ReasoningTags(open="<think>", close="</think>", opened_by_template=True)
    prompt = backend.facts().example_prompt
    assert prompt.startswith("<|system|>Be brief.<|user|>1 + 1 = ?")
    assert prompt.endswith("[2026-01-01]<|assistant|><think>\n")


def test_what_cannot_be_is_said_plainly(tiny: Path) -> None:
    with pytest.raises(EvidenceMissing, match="no chat template"):
        load(tiny, prompt_style="chat")
    with pytest.raises(UsageError, match="CERT-E010"):
        load(tiny, dtype="float7")
    with pytest.raises(UsageError, match="CERT-E010"):
        load(tiny, device="tpu")
    with pytest.raises(UsageError, match="CERT-E010"):
        open_backend(DescribeOrder(model=str(tiny), engine="abacus"))


def test_a_shorter_context_can_be_tested_and_a_longer_one_not(tiny: Path) -> None:
    short = load(tiny, context_length=40)
    assert short.configuration.context_length == 40
    [(_, found)] = answers(short, [Prompt(("c", "i", 0), "1 + 1 =", 1, 100)]).items()
    assert len(found.token_ids) + found.prompt_tokens <= 40
    with pytest.raises(UsageError, match="CERT-E010") as caught:
        load(tiny, context_length=161)
    assert "160" in caught.value.hint
