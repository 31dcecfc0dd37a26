"""The transformers engine: any causal language model in safetensors, on a CPU or one GPU."""

from __future__ import annotations

import inspect
import platform
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from certify.engines.backend import NO_NUMBERS, Commit, Generation, Order, Prompt, batches, trouble_of
from certify.engines.codec import Codec
from certify.engines.hf_scoring import HfScorer, require_cache
from certify.engines.models import Model, describe_model
from certify.engines.order import EngineFacts, Key
from certify.engines.sampling import choose, generator_for
from certify.engines.scoring import Scorer
from certify.evidence.answers import FinishReason
from certify.evidence.model import TestedConfiguration


class _Encoded(NamedTuple):
    prompt: Prompt
    ids: list[int]


class _Row:
    """One answer being written."""

    def __init__(self, encoded: _Encoded, codec: Codec, context_length: int) -> None:
        self._codec = codec
        self.prompt, self.ids = encoded
        self.limit = min(self.prompt.max_tokens, context_length - len(self.ids))
        self.tokens: list[int] = []
        self.trouble = trouble_of(self.ids, codec, context_length)
        self.finish: FinishReason | None = FinishReason.ERROR if self.trouble else None
        self.generator = generator_for(self.prompt.seed)

    def take(self, token: int, sound: bool) -> None:
        """Adds a token and sees whether the answer ends with it."""
        if not sound:  # the model computed NaN; no token means anything
            self.finish, self.trouble = FinishReason.ERROR, NO_NUMBERS
            return
        self.tokens.append(token)
        if token in self._codec.end_tokens or self._codec.stopped(self.tokens):
            self.finish = FinishReason.STOP
        elif len(self.tokens) >= self.limit:
            self.finish = FinishReason.LENGTH

    def generation(self) -> Generation:
        """The finished answer."""
        tokens = tuple(self.tokens)
        finish = self.finish or FinishReason.ERROR
        text = self._codec.decode(tokens)
        return Generation(self.prompt.key, text, tokens, finish, len(self.ids), trouble=self.trouble)


class HfBackend:
    """A ``transformers`` model with a decoding loop of our own.

    The loop is ours because each answer needs its own random stream, and because batches must not depend on
    what an earlier, interrupted run already answered.
    """

    def __init__(self, network: Any, described: Model, batch_size: int) -> None:
        self._network = network
        self._model = described
        self._batch_size = batch_size
        accepted = self._accepted = frozenset(inspect.signature(network.forward).parameters)
        self._last_only = {"logits_to_keep": 1} if "logits_to_keep" in accepted else {}
        self._positions = "position_ids" in accepted

    @classmethod
    def load(cls, order: Order) -> Self:
        """The model of an order, in memory and ready; without weights where it is only to be described."""
        import torch

        described = describe_model(order, _engine_version(), platform.processor() or platform.machine())
        torch.set_num_threads(order.threads)
        torch.use_deterministic_algorithms(True, warn_only=True)
        if order.mode == "describe":
            return cls(_Unloaded(), described, 1)
        return cls(_network(order.model, described.configuration), described, order.batch_size)

    @property
    def configuration(self) -> TestedConfiguration:
        """The conditions as they are."""
        return self._model.configuration

    def facts(self) -> EngineFacts:
        """What people may want to know about the model."""
        return self._model.facts()

    def render_chat(self, messages: Sequence[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation by the model's own chat template."""
        return self._model.codec.render_chat(messages, add_generation_prompt)

    def attention(self) -> str | None:
        """Which implementation of attention runs."""
        return getattr(self._network.config, "_attn_implementation", None)

    def scorer(self) -> Scorer:
        """What tells log-probabilities of given texts."""
        length = self.configuration.context_length
        return HfScorer(self._network, self._model.codec, length, self._batch_size, self._accepted)

    def generate(self, prompts: Sequence[Prompt], done: frozenset[Key], commit: Commit) -> None:
        """Answers what is not done, longest prompts first, in batches that are the same in every run."""
        codec = self._model.codec
        encoded = [_Encoded(prompt, codec.encode(prompt.text, continued=prompt.continued)) for prompt in prompts]
        encoded.sort(key=lambda one: (-len(one.ids), one.prompt.key))
        for batch in batches(encoded, self._batch_size):
            open_ones = [one for one in batch if one.prompt.key not in done]
            if open_ones:
                commit(self._answer(open_ones))

    def _answer(self, batch: Sequence[_Encoded]) -> list[Generation]:
        import torch

        rows = [_Row(one, self._model.codec, self.configuration.context_length) for one in batch]
        with torch.inference_mode():
            self._write([row for row in rows if row.finish is None])
        return [row.generation() for row in rows]

    def _write(self, rows: list[_Row]) -> None:
        import torch

        if not rows:
            return
        tokens, mask = self._padded(rows)
        cache = None
        while True:
            logits, cache = self._forward(tokens, mask, cache)
            chosen = choose(logits, self.configuration.sampling, [row.generator for row in rows])
            sound = (~logits.isnan().any(dim=-1)).tolist()
            for row, token, fine in zip(rows, chosen.tolist(), sound, strict=True):
                row.take(token, fine)
            going = [place for place, row in enumerate(rows) if row.finish is None]
            if not going:
                return
            if len(going) < len(rows):
                kept = torch.tensor(going, device=mask.device)
                cache.batch_select_indices(kept)
                chosen, mask, rows = chosen[kept], mask[kept], [rows[place] for place in going]
            tokens = chosen.unsqueeze(1)
            mask = torch.cat([mask, mask.new_ones((len(rows), 1))], dim=1)

    def _padded(self, rows: Sequence[_Row]) -> tuple[Any, Any]:
        import torch

        width = max(len(row.ids) for row in rows)
        gaps = [width - len(row.ids) for row in rows]
        padding = self._model.codec.padding
        tokens = torch.tensor([[padding] * gap + row.ids for gap, row in zip(gaps, rows, strict=True)])
        mask = torch.tensor([[0] * gap + [1] * (width - gap) for gap in gaps])
        return tokens.to(self._network.device), mask.to(self._network.device)

    def _forward(self, tokens: Any, mask: Any, cache: Any) -> tuple[Any, Any]:
        positions = (mask.cumsum(dim=1) - 1).clamp_min(0)[:, -tokens.shape[1] :]
        output = self._network(
            input_ids=tokens,
            attention_mask=mask,
            past_key_values=cache,
            use_cache=True,
            **({"position_ids": positions} if self._positions else {}),
            **self._last_only,
        )
        cache = require_cache(self._network, getattr(output, "past_key_values", None))
        return output.logits[:, -1, :].float(), cache


class _Unloaded:
    """Stands for the weights where a model is only described."""

    def forward(self, input_ids: Any) -> Any:
        """Never called: a description answers nothing."""
        raise NotImplementedError


def _network(folder: str, configuration: TestedConfiguration) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    network: Any = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=getattr(torch, configuration.dtype),
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
    )
    return network.to(configuration.device.split(":")[0]).eval()


def _engine_version() -> str:
    import torch
    import transformers

    cuda = f"; cuda {torch.version.cuda}" if torch.version.cuda else ""
    return f"transformers {transformers.__version__}; torch {torch.__version__}{cuda}"
