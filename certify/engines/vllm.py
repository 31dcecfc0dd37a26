"""The vLLM engine: the same prompts, seeds and journal on a GPU server's engine."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any, Self

from certify.engines.backend import GIVEN_UP, REJECTED, Commit, Generation, Order, Prompt, trouble_of
from certify.engines.models import Model, asked_of, describe_model
from certify.engines.order import EngineFacts, Key
from certify.engines.scoring import Scorer
from certify.engines.vllm_scoring import VllmScorer
from certify.evidence.answers import FinishReason
from certify.evidence.model import TestedConfiguration

ON_A_CPU = {"enforce_eager": True, "gpu_memory_utilization": 0.3}
"""vLLM's processor build compiles nothing and takes this share of main memory, under the name it has for GPUs."""

GATHERING = 0.25
"""Seconds for which ended answers are gathered before a commit: each waits for the disk, and a kill costs them."""

FINISH_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}


class VllmBackend:
    """A ``vllm.LLM`` with a seed for each request; vLLM decides itself what runs together, up to the batch size."""

    def __init__(self, engine: Any, described: Model, batch_size: int) -> None:
        self._engine = engine
        self._model = described
        self._batch_size = batch_size

    @classmethod
    def load(cls, order: Order) -> Self:
        """The model of an order, in vLLM and ready; without weights where it is only to be described."""
        if asked_of(order).batch_invariant:
            os.environ["VLLM_BATCH_INVARIANT"] = "1"  # read when vLLM is imported, and by the processes it starts
        import vllm

        described = describe_model(order, f"vllm {vllm.__version__}; {_torch_version()}", "cpu")
        if order.mode == "describe":
            return cls(None, described, 1)
        engine = vllm.LLM(
            model=order.model,
            tokenizer=order.model,
            trust_remote_code=False,
            dtype=described.configuration.dtype,
            max_model_len=described.configuration.context_length,
            tensor_parallel_size=described.configuration.tensor_parallel or 1,
            max_num_seqs=order.batch_size,
            seed=0,
            disable_log_stats=True,
            **(ON_A_CPU if described.configuration.device == "cpu" else {}),
        )
        return cls(engine, described, order.batch_size)

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
        """Which implementation of attention vLLM chooses for this model here; None where it does not tell."""
        try:
            return _attention(self._engine.llm_engine.vllm_config)
        except Exception:  # not an interface that vLLM promises, and no reason to lose a run
            return None

    def scorer(self) -> Scorer:
        """What tells log-probabilities of given texts."""
        return VllmScorer(self._engine, self._model.codec, self.configuration.context_length, self._batch_size)

    def generate(self, prompts: Sequence[Prompt], done: frozenset[Key], commit: Commit) -> None:
        """Answers what is not done: vLLM gets all of it at once, and answers are committed as they end."""
        asked: dict[str, tuple[Prompt, int]] = {}
        ended = list[Generation]()
        for number, prompt in enumerate(prompt for prompt in prompts if prompt.key not in done):
            ids = self._model.codec.encode(prompt.text, continued=prompt.continued)
            if trouble := self._hand_over(str(number), prompt, ids):
                ended.append(Generation(prompt.key, "", (), FinishReason.ERROR, len(ids), trouble=trouble))
            else:
                asked[str(number)] = prompt, len(ids)
        committed = time.monotonic()
        while asked or ended:
            outputs = [output for output in self._engine.llm_engine.step() if output.finished] if asked else []
            ended += [self._generation(*asked.pop(output.request_id), output) for output in outputs]
            if ended and (not asked or time.monotonic() - committed >= GATHERING):
                commit(ended)
                ended, committed = [], time.monotonic()

    def _hand_over(self, name: str, prompt: Prompt, ids: list[int]) -> str:
        """Queues a prompt; why it cannot be asked, else empty."""
        if trouble := trouble_of(ids, self._model.codec, self.configuration.context_length):
            return trouble
        try:
            self._engine.llm_engine.add_request(
                name, {"type": "token", "prompt_token_ids": ids}, self._parameters(prompt, len(ids))
            )
        except ValueError:  # vLLM checks each request by itself; what it refuses is refused always
            return REJECTED
        return ""

    def _parameters(self, prompt: Prompt, prompt_tokens: int) -> Any:
        import vllm

        sampling, codec = self.configuration.sampling, self._model.codec
        return vllm.SamplingParams(
            n=1,
            seed=prompt.seed,
            temperature=sampling.temperature,
            top_p=sampling.top_p or 1e-9,  # vLLM wants more than 0; this keeps the likeliest token alone
            top_k=sampling.top_k,
            max_tokens=min(prompt.max_tokens, self.configuration.context_length - prompt_tokens),
            stop=list(codec.stops),
            stop_token_ids=sorted(codec.end_tokens),
            skip_special_tokens=False,
            spaces_between_special_tokens=False,
            output_kind=vllm.sampling_params.RequestOutputKind.FINAL_ONLY,
        )

    def _generation(self, prompt: Prompt, prompt_tokens: int, output: Any) -> Generation:
        written = output.outputs[0]
        tokens = tuple(int(token) for token in written.token_ids)
        finish = FINISH_REASONS.get(written.finish_reason, FinishReason.ERROR)
        trouble = GIVEN_UP if finish is FinishReason.ERROR else ""
        return Generation(prompt.key, self._model.codec.decode(tokens), tokens, finish, prompt_tokens, trouble=trouble)


def _attention(config: Any) -> str:
    from vllm.config import set_current_vllm_config
    from vllm.v1.attention.selector import get_attn_backend

    model = config.model_config
    with set_current_vllm_config(config):
        chosen = get_attn_backend(model.get_head_size(), model.dtype, config.cache_config.cache_dtype)
    return str(chosen.get_name())


def _torch_version() -> str:
    import torch

    cuda = f"; cuda {torch.version.cuda}" if torch.version.cuda else ""
    return f"torch {torch.__version__}{cuda}"
