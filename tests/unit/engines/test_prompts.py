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
