"""What a server's JSON says, believed no further than its form: pure functions that never fail otherwise.

Source: the completions and chat completions of OpenAI's API as vLLM, llama.cpp, Ollama and TGI give them; reasoning
apart from the answer is called ``reasoning_content`` by some and ``reasoning`` by others.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from certify.engines.connection import AskingError, Trouble
from certify.evidence.answers import FinishReason
from certify.evidence.model import ReasoningTags, ServerApi

REASONING_FIELDS = ("reasoning_content", "reasoning")
_FINISH = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "length": FinishReason.LENGTH,
}
_MOST_TOKENS = 1 << 40


class Reply(NamedTuple):
    """One answer of a server."""

    text: str
    finish_reason: FinishReason
    tokens: int
    """Generated, by the server's count; 0 where it gives none."""
    prompt_tokens: int
    reasoning_field: str | None
    model: str
    """Name it answers under."""


def read_reply(document: Any, api: ServerApi, tags: ReasoningTags | None) -> Reply:
    """The answer in the JSON of a server.

    Args:
        document: what it sent.
        api: how it was asked.
        tags: markers that are put around reasoning which came apart from the answer.

    Raises:
        AskingError: it has another form, or ended for a reason that is no end.
    """
    choices = document.get("choices") if isinstance(document, dict) else None
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        raise _garbled("it holds not exactly one choice")
    finish = _FINISH.get(str(choices[0].get("finish_reason")))
    if finish is None:
        raise _garbled(f"finish_reason is {str(choices[0].get('finish_reason'))[:40]!a}")
    text, field = _said(choices[0], tags) if api is ServerApi.CHAT else (_text(choices[0], "text"), None)
    usage = document.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    tokens, prompt_tokens = _count(usage.get("completion_tokens")), _count(usage.get("prompt_tokens"))
    model = document.get("model")
    return Reply(sound(text), finish, tokens, prompt_tokens, field, model if isinstance(model, str) else "")


def sound(text: str) -> str:
    """The text as evidence can hold it: U+0000 and halves of characters become U+FFFD."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")


def listed_models(document: Any) -> list[dict[str, Any]]:
    """The models of ``/v1/models`` that have a name."""
    data = document.get("data") if isinstance(document, dict) else None
    entries = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
    return [one for one in entries if isinstance(one.get("id"), str) and one["id"]]


def positive(value: Any) -> int | None:
    """A whole number above 0 that could be a count of tokens."""
    return value if type(value) is int and 0 < value < _MOST_TOKENS else None


def line_of(value: Any, limit: int = 80) -> str:
    """A text as one printable line; empty for anything else."""
    text = value if isinstance(value, str) else ""
    return "".join(one for one in sound(text) if one.isprintable())[:limit]


def _said(choice: dict[str, Any], tags: ReasoningTags | None) -> tuple[str, str | None]:
    message = choice.get("message")
    if not isinstance(message, dict):
        raise _garbled("a choice has no message")
    answer = _text(message, "content")
    named = [name for name in REASONING_FIELDS if isinstance(message.get(name), str) and message[name]]
    if not named:
        return answer, None
    marks = tags or ReasoningTags(open="<think>", close="</think>")
    reasoning = f"{marks.open}{message[named[0]]}"
    closed = answer != "" or str(choice.get("finish_reason")) != "length"
    return (f"{reasoning}{marks.close}{answer}" if closed else reasoning), named[0]


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    if value is None and name == "content":
        return ""
    if not isinstance(value, str):
        raise _garbled(f"{name} is no text")
    return value


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < _MOST_TOKENS else 0


def _garbled(why: str) -> AskingError:
    return AskingError(Trouble.GARBLED, why)
