"""How a prompt is worded for a server, and how its text is tidied: by a model folder or by a GGUF header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from certify.engines import prompts
from certify.engines.codec import EXAMPLE, Codec
from certify.engines.replies import sound
from certify.evidence.canonical import canonical_bytes
from certify.evidence.model import ReasoningTags, ServerApi

Messages = Sequence[dict[str, str]]


class Wording(Protocol):
    """What a server's backend has to know about a model's texts."""

    @property
    def style(self) -> str:
        """chat or completion."""
        ...

    @property
    def codec(self) -> Codec | None:
        """The model's tokenizer; None where only the server has it."""
        ...

    @property
    def end_texts(self) -> tuple[str, ...]:
        """Texts of the tokens that end an answer."""
        ...

    def render_chat(self, messages: Messages, add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation by the model's own template."""
        ...

    def lengths(self, texts: Sequence[str], *, continued: bool = False) -> list[int | None]:
        """Tokens of each prompt, or of each text that the model goes on with; None where only the server can tell."""
        ...

    def reasoning(self, system_prompt: str | None) -> ReasoningTags | None:
        """How the model marks its reasoning."""
        ...

    def template_sha256(self) -> str | None:
        """Digest of the chat template in use, if any."""
        ...


class FolderWording:
    """By the tokenizer of a model folder."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.style = codec.style
        self.end_texts = codec.end_texts()

    def render_chat(self, messages: Messages, add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation by the model's own template."""
        return self.codec.render_chat(messages, add_generation_prompt)

    def lengths(self, texts: Sequence[str], *, continued: bool = False) -> list[int | None]:
        """Tokens of each prompt, or of each text that the model goes on with."""
        return [len(ids) for ids in self.codec.encode_all(texts, continued=continued)]

    def reasoning(self, system_prompt: str | None) -> ReasoningTags | None:
        """How the model marks its reasoning."""
        return self.codec.reasoning(system_prompt)

    def template_sha256(self) -> str | None:
        """Digest of the chat template in use, if any."""
        return self.codec.template_sha256()


def conversation(messages: Messages) -> str:
    """A conversation as it is sent to a server that applies a template of its own: canonical JSON."""
    return canonical_bytes([dict(one) for one in messages]).decode()


def example_prompt(wording: Wording, api: ServerApi, system_prompt: str | None) -> str:
    """A small question as the server would be asked it."""
    if wording.style != prompts.CHAT:
        return prompts.completion_prompt(EXAMPLE, system_prompt)
    said = prompts.messages(EXAMPLE, system_prompt)
    return conversation(said) if api is ServerApi.CHAT else wording.render_chat(said)


def tidied(text: str, wording: Wording) -> str:
    """A server's text without what ends it: end markers that it left in, and what follows a stop text."""
    found = sound(text)
    while marker := next((one for one in wording.end_texts if one and found.endswith(one)), None):
        found = found[: -len(marker)]
    cuts = [at for stop in prompts.stop_strings(wording.style) if (at := found.find(stop)) >= 0]
    return found[: min(cuts)] if cuts else found
