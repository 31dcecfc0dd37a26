"""Our language model under lm-eval: every answer seeded for itself, journalled, and never asked for twice.

lm-eval is the harness: it holds the task, builds the prompts and collects the answers. It drives this class,
which it cannot tell from one of its own; its caches stay off, because they collapse repeats. What lm-eval sees as
one request may be an episode of several turns: they are led here, and it gets the transcript.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from lm_eval.api.model import LM

from certify.engines.backend import REFUSED, Backend, Generation, Prompt
from certify.engines.episodes import by_request, transcript, unfold
from certify.engines.given import Committed, score_given
from certify.engines.journal import Journal
from certify.engines.order import Key
from certify.engines.scoring import Passage, scored
from certify.engines.waves import Wave, next_wave
from certify.errors import EvidenceMissing, UsageError
from certify.evidence.answers import Completion, FinishReason, Request
from certify.evidence.canonical import canonical_bytes


class JournalledLM(LM):  # type: ignore[misc]  # lm-eval ships no types
    """An lm-eval model whose answers come from a backend by way of a journal.

    Args:
        backend: the engine, loaded.
        journal: open; answers in it are not asked for again.
        requests: the whole run; an lm-eval document names a request by its place here.
        committed: told of each batch once it is safe.
        failed: told why, for each question that the engine gave no answer to.
    """

    def __init__(
        self,
        backend: Backend,
        journal: Journal,
        requests: Sequence[Request],
        committed: Committed,
        failed: Callable[[str], None] = lambda trouble: None,
    ) -> None:
        super().__init__()
        self._backend = backend
        self._journal = journal
        self._requests = requests
        self._committed = committed
        self._failed = failed
        self._refused: set[str] = set()

    @property
    def system_prompt(self) -> str | None:
        """Text before every question, as lm-eval is to put it."""
        return self._backend.configuration.system_prompt

    @property
    def tokenizer_name(self) -> str:
        """Names the chat template for lm-eval's records."""
        return self._backend.configuration.chat_template_sha256 or ""

    def apply_chat_template(self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
        """The prompt of a conversation, as lm-eval asks for it; its JSON where the model's template refuses it."""
        try:
            return self._backend.render_chat(chat_history, add_generation_prompt)
        except EvidenceMissing:
            text = canonical_bytes(chat_history).decode("utf-8")
            self._refused.add(text)
            return text

    def generate_until(self, requests: list[Any]) -> list[str]:
        """The answers to lm-eval's instances, in their order; of an episode, its transcript.

        Turns are answered in waves, all first ones, then all second ones: what is answered together follows from the
        run and its answers, never from where an earlier run was interrupted.

        Raises:
            UsageError: CERT-E062, the journal holds answers to other prompts.
        """
        asked = [self._requests[instance.doc["index"]] for instance in requests]
        first = [self._prompt(instance) for instance in requests]
        wave = Wave(
            tuple(prompt for prompt in first if prompt.text not in self._refused),
            tuple(prompt for prompt in first if prompt.text in self._refused),
        )
        turn = 0
        while wave.prompts or wave.refused:
            self._answer(wave, turn)
            turn += 1
            wave = next_wave(self._backend, asked, by_request(self._journal.completions().values()), turn)
        _require_no_turn_after(self._journal.completions(), turn)
        said, reasoning = by_request(self._journal.completions().values()), self._backend.configuration.reasoning
        return [transcript(unfold(request, said[request.key], reasoning)) for request in asked]

    def loglikelihood(self, requests: list[Any]) -> list[tuple[float, bool]]:
        """Log-probability of each instance's text after its context, and whether greedy decoding would write it.

        A text that could not be scored has minus infinity. Texts that the run itself gives are journalled under the
        keys of their requests; whether greedy decoding would write them is not kept.

        Raises:
            EvidenceMissing: CERT-E060, the engine gives no log-probabilities.
        """
        if self._requests:
            asked = [self._requests[instance.doc["index"]] for instance in requests]
            score_given(self._backend, self._journal, asked, self._committed, self._failed)
            held = self._journal.completions()
            return [(held[request.key].logprob, False) for request in asked]
        passages = [Passage.of(*instance.args) for instance in requests]
        found = scored(self._backend, self._journal, passages)
        return [(found[one.key].logprob, found[one.key].greedy) for one in passages]

    def loglikelihood_rolling(self, requests: list[Any]) -> list[float]:
        """Log-probability of each instance's whole text, however long, by windows that do not overlap.

        Raises:
            EvidenceMissing: CERT-E060, the engine gives no log-probabilities.
        """
        passages = [Passage.of("", instance.args[0]) for instance in requests]
        found = scored(self._backend, self._journal, passages)
        return [found[one.key].logprob for one in passages]

    def _answer(self, wave: Wave, turn: int) -> None:
        prompts = {prompt.key: prompt for prompt in (*wave.prompts, *wave.refused)}
        digests = {key: hashlib.sha256(prompt.text.encode("utf-8")).hexdigest() for key, prompt in prompts.items()}
        seeds = {key: str(prompt.seed) for key, prompt in prompts.items()}
        written = {key: one for key, one in self._journal.completions().items() if one.logprobs is None}
        done = {key: one for key, one in written.items() if (one.turn or 0) == turn}
        _require_same_prompts(done, digests, seeds)

        def commit(generations: Sequence[Generation]) -> None:
            batch = [_completion(one, seeds[one.key], digests[one.key]) for one in generations]
            self._journal.append(batch)
            self._committed(batch)
            for one in generations:
                if one.trouble:
                    self._failed(one.trouble)

        if waiting := [prompt for prompt in wave.refused if prompt.key not in done]:
            commit([Generation(prompt.key, "", (), FinishReason.ERROR, 0, trouble=REFUSED) for prompt in waiting])
        if wave.prompts:
            self._backend.generate(wave.prompts, frozenset(done), commit)

    def _prompt(self, instance: Any) -> Prompt:
        request = self._requests[instance.doc["index"]]
        return Prompt(request.key, instance.args[0], request.seed, request.max_tokens)


def _completion(generation: Generation, seed: str, prompt_sha256: str) -> Completion:
    check, item, repeat = generation.key[:3]
    return Completion(
        check=check,
        item=item,
        repeat=repeat,
        turn=generation.key[3] if len(generation.key) == 4 else None,
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
            raise _other_prompt(key)


def _require_no_turn_after(held: dict[Key, Completion], turns: int) -> None:
    for key, completion in held.items():
        if (completion.turn or 0) >= turns:
            raise _other_prompt(key)


def _other_prompt(key: Key) -> UsageError:
    return UsageError(
        "CERT-E062",
        f"the journal answers another prompt for {'/'.join(map(str, key))} than this run asks",
        "answers to other prompts do not count for this plan",
        "go on with the run that made the journal, or begin a new one",
    )
