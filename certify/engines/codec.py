"""Text to tokens and back, the same for every engine that reads a Hugging Face tokenizer."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import Any, Self

from certify.engines import prompts
from certify.engines.templates import template_guard
from certify.evidence.model import ReasoningTags

EXAMPLE = "1 + 1 = ?"


class Codec:
    """A tokenizer together with what ends an answer.

    Args:
        tokenizer: a ``transformers`` tokenizer.
        end_tokens: ids that end an answer.
        style: prompt style, ``chat`` or ``completion``.
        known: tokens that the model has; as many as the tokenizer has when absent.
    """

    def __init__(self, tokenizer: Any, end_tokens: Collection[int], style: str, known: int | None = None) -> None:
        self._tokenizer = tokenizer
        self._known = known or len(tokenizer)
        self.end_tokens = frozenset(end_tokens)
        self.style = style
        self.stops = prompts.stop_strings(style)
        self._tail = max((len(stop) for stop in self.stops), default=0) + 1
        self._suspects: dict[int, bool] = {}

    @classmethod
    def load(cls, folder: str, config: Any, generation: Any, style: str) -> Self:
        """The codec of a model folder, read offline and without any code of the folder.

        Args:
            folder: the model.
            config: its ``transformers`` configuration.
            generation: its generation configuration, or None.
            style: ``auto`` takes the chat template where there is one.
        """
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        style = prompts.style_of(style, has_template=bool(tokenizer.chat_template))
        sources = (config, getattr(config, "text_config", None), generation, tokenizer)
        ends = _ids(getattr(source, "eos_token_id", None) for source in sources)
        return cls(tokenizer, ends, style, getattr(config.get_text_config(), "vocab_size", None))

    @property
    def padding(self) -> int:
        """A token id to fill up with; never looked at."""
        token = int(self._tokenizer.pad_token_id or 0)
        return token if token < self._known else 0

    @property
    def vocabulary(self) -> int:
        """Number of tokens."""
        return len(self._tokenizer)

    def encode(self, text: str, *, continued: bool = False) -> list[int]:
        """The tokens of a prompt; templates bring their own special tokens, plain prompts get the tokenizer's."""
        [ids] = self.encode_all([text], continued=continued)
        return ids

    def encode_all(self, texts: Sequence[str], *, continued: bool = False) -> list[list[int]]:
        """The tokens of many prompts, in much less time than one after another.

        Args:
            texts: rendered in this codec's style.
            continued: no template rendered them, whatever the style.
        """
        if not texts:
            return []
        plain = continued or self.style == prompts.COMPLETION
        found: list[list[int]] = self._tokenizer(list(texts), add_special_tokens=plain, return_attention_mask=False)[
            "input_ids"
        ]
        for ids in found:
            while ids and ids[-1] in self.end_tokens and plain:
                ids.pop()  # some tokenizers close every text; a prompt is to be gone on with
        return found

    def readable(self, ids: Sequence[int]) -> bool:
        """Whether a model can read these tokens: there are some, and none that it lacks, as of another tokenizer."""
        return bool(ids) and max(ids) < self._known

    def encode_pair(self, context: str, text: str) -> tuple[list[int], list[int]]:
        """The tokens of a context and of a text that follows it; an empty context is the token that opens every text.

        Spaces at the end of the context count to the text, and both are encoded as one, so that the border between
        them falls between two tokens. Source: lm-eval, ``TemplateLM._encode_pair``.
        """
        if not context.strip():
            text = context + text
            opening = self._tokenizer.bos_token_id
            opening = self._tokenizer.eos_token_id if opening is None else opening
            ids = self._tokenizer.encode(text, add_special_tokens=False)
            return [] if opening is None else [opening], ids[1:] if ids[:1] == [opening] else ids
        before = context.rstrip()
        first = self._opened(before)
        return first, self._opened(context + text)[len(first) :]

    def _opened(self, text: str) -> list[int]:
        opens_itself = bool(self._tokenizer.bos_token) and text.startswith(self._tokenizer.bos_token)
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=not opens_itself)
        while ids and ids[-1] in self.end_tokens and not text.endswith(self.end_texts()):
            ids.pop()  # some tokenizers close every text
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of generated tokens: reasoning markers stay, end marker and stop text go.

        U+0000, which evidence cannot hold, becomes U+FFFD; the token ids keep the truth.
        """
        kept = list(ids)
        while kept and (kept[-1] in self.end_tokens or kept[-1] == self._tokenizer.pad_token_id):
            kept.pop()
        text = self._plain(kept)
        cuts = [at for stop in self.stops if (at := text.find(stop)) >= 0]
        return text[: min(cuts)] if cuts else text

    def stopped(self, ids: Sequence[int]) -> bool:
        """Whether the last token of ``ids`` completed a stop text."""
        if not self.stops or not self._suspicious(ids[-1]):
            return False
        text = self._plain(list(ids[-4 * self._tail :]))
        return any(stop in text for stop in self.stops)

    def end_texts(self) -> tuple[str, ...]:
        """The texts of the tokens that end an answer, longest first, for servers that leave them in."""
        texts = {self._plain([token]) for token in sorted(self.end_tokens) if 0 <= token < self.vocabulary}
        return tuple(sorted(texts - {""}, key=lambda text: (-len(text), text)))

    def render_chat(self, messages: Sequence[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation, under a frozen date.

        Raises:
            EvidenceMissing: CERT-E060, the template refuses the conversation.
        """
        with template_guard():
            return str(
                self._tokenizer.apply_chat_template(
                    list(messages),
                    tokenize=False,
                    add_generation_prompt=add_generation_prompt,
                    strftime_now=prompts.frozen_strftime,
                )
            )

    def example_prompt(self, system_prompt: str | None) -> str:
        """A small question as the model would be asked it."""
        if self.style == prompts.CHAT:
            return self.render_chat(prompts.messages(EXAMPLE, system_prompt))
        return prompts.completion_prompt(EXAMPLE, system_prompt)

    def reasoning(self, system_prompt: str | None) -> ReasoningTags | None:
        """How this model marks its reasoning."""
        vocabulary = set(self._tokenizer.get_added_vocab())
        template = self._template() if self.style == prompts.CHAT else None
        return prompts.detect_reasoning(template, vocabulary, self.example_prompt(system_prompt))

    def template_sha256(self) -> str | None:
        """Digest of the chat template in use, if any."""
        return hashlib.sha256(self._template().encode()).hexdigest() if self.style == prompts.CHAT else None

    def _template(self) -> str:
        return str(self._tokenizer.get_chat_template())

    def _plain(self, ids: list[int]) -> str:
        text = self._tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return str(text).replace("\x00", "\ufffd")

    def _suspicious(self, token: int) -> bool:
        if token not in self._suspects:
            last = {stop[-1] for stop in self.stops}
            self._suspects[token] = any(character in self._plain([token]) for character in last)
        return self._suspects[token]


def _ids(values: Any) -> set[int]:
    found: set[int] = set()
    for value in values:
        if isinstance(value, int):
            found.add(value)
        elif isinstance(value, (list, tuple)):
            found.update(int(one) for one in value)
    return found
