from __future__ import annotations

import pytest

from certify.engines import prompts
from certify.evidence.model import ReasoningTags


def test_completion_style() -> None:
    assert prompts.completion_prompt("2 + 2 = ?") == "Question: 2 + 2 = ?\nAnswer:"
    assert prompts.completion_prompt("2 + 2 = ?", "Be exact.") == "Be exact.\n\nQuestion: 2 + 2 = ?\nAnswer:"


def test_chat_style_asks_for_a_box() -> None:
    conversation = prompts.messages("2 + 2 = ?", "Be exact.")
    assert [turn["role"] for turn in conversation] == ["system", "user"]
    assert conversation[1]["content"].startswith("2 + 2 = ?\n\n")
    assert conversation[1]["content"].endswith("\\boxed{}.")
    assert [turn["role"] for turn in prompts.messages("2 + 2 = ?")] == ["user"]


def test_a_problem_that_asks_for_a_box_itself_is_put_as_published() -> None:
    text = "Find $x$. Let's think step by step and output the final answer within \\boxed{}."
    assert prompts.messages(text)[0]["content"] == text
    assert prompts.user_text("\\boxed{x} is on a card. " + "What is x? " * 20).endswith(prompts.BOXED_INSTRUCTION)


@pytest.mark.parametrize(
    ("said", "version"), [("lm-eval 0.4.13; prompts 1", 1), ("prompts 2", 2), ("replay", prompts.PROMPTS_VERSION)]
)
def test_a_plan_says_which_texts_it_was_made_with(said: str, version: int) -> None:
    assert prompts.planned_version(said) == version


def test_only_completions_need_a_stop_text() -> None:
    assert prompts.stop_strings("completion") == ("\nQuestion:",)
    assert prompts.stop_strings("chat") == ()


@pytest.mark.parametrize(
    ("template", "vocabulary", "prompt", "expected"),
    [
        (None, {"<think>", "</think>"}, "Question: x\nAnswer:", ("<think>", "</think>", False)),
        ("{{ m.content.split('</think>')[-1] }}", set(), "<user>x<assistant>", ("<think>", "</think>", False)),
        ("{{ '<think>' }}", set(), "<user>x<assistant><think>\n", ("<think>", "</think>", True)),
        ("{{ '</think>' }}", set(), "<assistant><think>\n\n</think>\n\n", ("<think>", "</think>", False)),
        (None, {"[THINK]", "[/THINK]"}, None, ("[THINK]", "[/THINK]", False)),
        (None, {"<think>"}, "x", None),
        ("{{ messages }}", {"<|im_end|>"}, "x", None),
        (None, set(), None, None),
    ],
)
def test_reasoning_tags_are_found(template, vocabulary, prompt, expected) -> None:
    found = prompts.detect_reasoning(template, vocabulary, prompt)
    wanted = (
        None if expected is None else ReasoningTags(open=expected[0], close=expected[1], opened_by_template=expected[2])
    )
    assert found == wanted
