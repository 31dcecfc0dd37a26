"""Prompts by a GGUF header: its chat template in a sandbox, its markers, and no tokenizer but the server's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certify.engines import prompts
from certify.engines.codec import EXAMPLE, Codec
from certify.engines.order import DescribeOrder
from certify.engines.served import Served
from certify.engines.templates import template_guard
from certify.evidence.model import ReasoningTags
from certify.identify.gguf_model import GGUF_NAME, GgufFacts, gguf_facts_of

SMALLEST_CONTEXT = 2048
"""Taken where a header names no context length."""


def staged_gguf(model: str) -> Path | None:
    """The GGUF file of a staged model, if it is one."""
    file = Path(model) / GGUF_NAME
    return file if file.is_file() else None


def gguf_file(order: DescribeOrder, file: Path) -> Served:
    """A GGUF file as a server's model.

    Raises:
        EvidenceMissing: CERT-E060, it lacks what the prompt style needs; HostileInput: CERT-E024.
    """
    facts = gguf_facts_of(file)
    return Served(
        wording=GgufWording(facts, order.prompt_style),
        path=str(file),
        quantisation=facts.quantisation,
        context_length=facts.context_length or SMALLEST_CONTEXT,
        suggested=facts.sampling,
        asks_more=facts.asks_more,
        vocabulary=facts.vocabulary,
    )


class GgufWording:
    """By the header of a GGUF file."""

    codec: Codec | None = None

    def __init__(self, facts: GgufFacts, style: str) -> None:
        self._facts = facts
        self.style = prompts.style_of(style, has_template=bool(facts.chat_template))
        self.end_texts = facts.end_texts

    def render_chat(self, messages: Sequence[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation, under a frozen date and without the token that the server puts first itself.

        Raises:
            EvidenceMissing: CERT-E060, the template refuses the conversation.
        """
        with template_guard():
            rendered = _template(self._facts.chat_template or "").render(
                messages=list(messages),
                add_generation_prompt=add_generation_prompt,
                bos_token=self._facts.begin_text,
                eos_token=next(iter(self._facts.end_texts), ""),
                tools=None,
            )
        return str(rendered).removeprefix(self._facts.begin_text if self._facts.adds_begin else "")

    def lengths(self, texts: Sequence[str], *, continued: bool = False) -> list[int | None]:
        """Only the server can tell."""
        return [None if text else 0 for text in texts]

    def reasoning(self, system_prompt: str | None) -> ReasoningTags | None:
        """How the model marks its reasoning."""
        chat = self.style == prompts.CHAT
        example = self.render_chat(prompts.messages(EXAMPLE, system_prompt)) if chat else None
        template = self._facts.chat_template if chat else None
        return prompts.detect_reasoning(template, self._facts.markers, example)

    def template_sha256(self) -> str | None:
        """Digest of the chat template in use, if any."""
        chat = self.style == prompts.CHAT
        return hashlib.sha256((self._facts.chat_template or "").encode()).hexdigest() if chat else None


def _template(source: str) -> Any:
    """A template as Hugging Face's tokenizers compile them. Source: transformers, utils/chat_template_utils.py."""
    from jinja2 import TemplateError
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> str:
        raise TemplateError(message)

    def as_json(value: Any, indent: int | None = None) -> str:
        return json.dumps(value, ensure_ascii=False, indent=indent)

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = as_json
    environment.globals.update(raise_exception=refuse, strftime_now=prompts.frozen_strftime)
    return environment.from_string(source)
