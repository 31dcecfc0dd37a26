"""Our language model under lm-eval: every answer seeded for itself, journalled, and never asked for twice.

lm-eval is the harness: it holds the task, builds the prompts and collects the answers. It drives this class,
which it cannot tell from one of its own; its caches stay off, because they collapse repeats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from lm_eval.api.model import LM

from certify.engines.backend import Backend, Generation, Prompt
from certify.engines.journal import Journal
from certify.engines.order import Key
from certify.errors import UsageError
from certify.evidence.answers import Completion, Request

Committed = Callable[[Sequence[Completion]], None]


class JournalledLM(LM):  # type: ignore[misc]  # lm-eval ships no types
    """An lm-eval model whose answers come from a backend by way of a journal.

    Args:
        backend: the engine, loaded.
        journal: open; answers in it are not asked for again.
        requests: the whole run; an lm-eval document names a request by its place here.
        committed: told of each batch once it is safe.
    """

    def __init__(self, backend: Backend, journal: Journal, requests: Sequence[Request], committed: Committed) -> None:
        super().__init__()
        self._backend = backend
        self._journal = journal
        self._requests = requests
        self._committed = committed

    @property
    def tokenizer_name(self) -> str:
        """Names the chat template for lm-eval's records."""
        return self._backend.configuration.chat_template_sha256 or ""

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation, as lm-eval asks for it."""
        return self._backend.render_chat(chat_history, add_generation_prompt)

    def generate_until(self, requests: list[Any]) -> list[str]:
        """The answers to lm-eval's instances, in their order.

        Raises:
            UsageError: CERT-E062, the journal holds answers to other prompts.
        """
        prompts = [self._prompt(instance) for instance in requests]
        digests = {prompt.key: hashlib.sha256(prompt.text.encode("utf-8")).hexdigest() for prompt in prompts}
        seeds = {prompt.key: str(prompt.seed) for prompt in prompts}
        done = self._journal.completions()
        _require_same_prompts(done, digests, seeds)

        def commit(generations: Sequence[Generation]) -> None:
            batch = [_completion(one, seeds[one.key], digests[one.key]) for one in generations]
            self._journal.append(batch)
            self._committed(batch)

        self._backend.generate(prompts, frozenset(done), commit)
        answered = self._journal.completions()
        return [answered[prompt.key].text for prompt in prompts]

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        """Not offered: no shipped check scores given texts."""
        raise NotImplementedError("certify's engines generate answers; they do not score given texts")

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        """Not offered: no shipped check scores given texts."""
        raise NotImplementedError("certify's engines generate answers; they do not score given texts")

    def _prompt(self, instance: Any) -> Prompt:
        request = self._requests[instance.doc["index"]]
        return Prompt(request.key, instance.args[0], request.seed, request.max_tokens)


def _completion(generation: Generation, seed: str, prompt_sha256: str) -> Completion:
    check, item, repeat = generation.key
    return Completion(
        check=check,
        item=item,
        repeat=repeat,
        seed=seed,
        prompt_sha256=prompt_sha256,
        text=generation.text,
        finish_reason=generation.finish_reason,
        token_ids=generation.token_ids,
        prompt_tokens=generation.prompt_tokens,
        reported=generation.reported,
    )


def _require_same_prompts(done: dict[Key, Completion], digests: dict[Key, str], seeds: dict[Key, str]) -> None:
    for key, completion in done.items():
        if completion.prompt_sha256 != digests.get(key) or completion.seed != seeds.get(key):
            raise UsageError(
                "CERT-E062",
                f"the journal answers another prompt for {'/'.join(map(str, key))} than this run asks",
                "answers to other prompts do not count for this plan",
                "go on with the run that made the journal, or begin a new one",
            )
