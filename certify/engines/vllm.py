"""The vLLM engine: the same prompts, seeds and journal on a GPU server's engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from certify.engines.backend import Commit, Generation, Order, Prompt, batches, trouble_of
from certify.engines.models import Model, describe_model
from certify.engines.order import EngineFacts, Key
from certify.engines.scoring import Scorer
from certify.engines.vllm_scoring import VllmScorer
from certify.evidence.answers import FinishReason
from certify.evidence.model import TestedConfiguration

WAVES = 8
"""A commit holds this many batches: vLLM schedules within a call, so calls should be long."""

ON_A_CPU = {"enforce_eager": True, "gpu_memory_utilization": 0.3}
"""vLLM's processor build compiles nothing and takes this share of main memory, under the name it has for GPUs."""

FINISH_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}


class VllmBackend:
    """A ``vllm.LLM`` with a seed for each request; vLLM decides itself what runs together."""

    def __init__(self, engine: Any, described: Model, batch_size: int) -> None:
        self._engine = engine
        self._model = described
        self._call_size = batch_size * WAVES

    @classmethod
    def load(cls, order: Order) -> Self:
        """The model of an order, in vLLM and ready; without weights where it is only to be described."""
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

    def scorer(self) -> Scorer:
        """What tells log-probabilities of given texts."""
        return VllmScorer(self._engine, self._model.codec, self.configuration.context_length, self._call_size)

    def generate(self, prompts: Sequence[Prompt], done: frozenset[Key], commit: Commit) -> None:
        """Answers what is not done, in the order asked."""
        for batch in batches([prompt for prompt in prompts if prompt.key not in done], self._call_size):
            encoded = [(prompt, self._model.codec.encode(prompt.text)) for prompt in batch]
            fitting = [one for one in encoded if not self._trouble(one[1])]
            refused = [
                Generation(prompt.key, "", (), FinishReason.ERROR, len(ids), trouble=trouble)
                for prompt, ids in encoded
                if (trouble := self._trouble(ids))
            ]
            commit([*self._answer(fitting), *refused])

    def _trouble(self, ids: list[int]) -> str:
        return trouble_of(ids, self._model.codec, self.configuration.context_length)

    def _answer(self, batch: Sequence[tuple[Prompt, list[int]]]) -> list[Generation]:
        if not batch:
            return []
        outputs = self._engine.generate(
            [{"prompt_token_ids": ids} for _, ids in batch],
            [self._parameters(prompt, len(ids)) for prompt, ids in batch],
            use_tqdm=False,
        )
        return [self._generation(*asked, output) for asked, output in zip(batch, outputs, strict=True)]

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
        )

    def _generation(self, prompt: Prompt, ids: list[int], output: Any) -> Generation:
        written = output.outputs[0]
        tokens = tuple(int(token) for token in written.token_ids)
        finish = FINISH_REASONS.get(written.finish_reason, FinishReason.ERROR)
        return Generation(prompt.key, self._model.codec.decode(tokens), tokens, finish, len(ids))


def _torch_version() -> str:
    import torch

    cuda = f"; cuda {torch.version.cuda}" if torch.version.cuda else ""
    return f"torch {torch.__version__}{cuda}"
