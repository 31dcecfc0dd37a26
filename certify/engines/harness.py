"""The run under lm-eval: requests become one task, its results become completions again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from datasets import Dataset
from lm_eval.evaluator import evaluate
from lm_eval.tasks import TaskManager

from certify.engines import prompts
from certify.engines.backend import Backend
from certify.engines.episodes import by_request, transcript, unfold
from certify.engines.journal import Journal
from certify.engines.lm import Committed, JournalledLM
from certify.engines.order import Key
from certify.errors import InternalError
from certify.evidence.answers import Completion, Request
from certify.evidence.model import ReasoningTags

TASK = "certify"


def run(
    backend: Backend,
    journal: Journal,
    requests: Sequence[Request],
    committed: Committed = lambda batch: None,
    failed: Callable[[str], None] = lambda trouble: None,
) -> dict[Key, Completion]:
    """Asks every request once, its episode to the end, and gives the completions by key.

    What the journal holds is not asked again.

    Args:
        backend: the engine, loaded.
        journal: open for these requests.
        requests: with distinct keys; each is a document of its own, so that repeats cannot collapse.
        committed: told of each batch once it is safe.
        failed: told why, for each question that the engine gave no answer to.

    Raises:
        InternalError: CERT-E061, lm-eval reports other answers than the journal holds.
    """
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    if not requests:
        return {}
    chat = backend.configuration.prompt_style == prompts.CHAT
    # simple_evaluate would also list the machine's packages by pip, a second or more of each run
    task = _task(requests, chat, backend.configuration.system_prompt)
    results = evaluate(
        lm=JournalledLM(backend, journal, requests, committed, failed),
        task_dict=TaskManager(include_defaults=False).load([task]),
        apply_chat_template=chat,
        system_instruction=backend.configuration.system_prompt if chat else None,
        bootstrap_iters=0,
        log_samples=True,
    )
    return _completions(results, journal, requests, backend.configuration.reasoning)


def _task(requests: Sequence[Request], chat: bool, system_prompt: str | None) -> dict[str, Any]:
    def wording(document: dict[str, Any]) -> str:
        request = requests[document["index"]]
        if not chat:
            return prompts.single_prompt(request.text, system_prompt, raw=request.raw is True)
        return request.text if request.plain else prompts.user_text(request.text)

    return {
        "task": TASK,
        "custom_dataset": lambda **_: {"test": Dataset.from_list([{"index": n} for n in range(len(requests))])},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": wording,
        "doc_to_target": lambda document: "",
        "process_results": lambda document, answers: {"answered": len(answers)},
        "metric_list": [{"metric": "answered", "aggregation": "mean", "higher_is_better": True}],
        "generation_kwargs": {"until": [], "do_sample": False},  # every request brings its own decoding
        "repeats": 1,
        "num_fewshot": 0,
    }


def _completions(
    results: Any, journal: Journal, requests: Sequence[Request], reasoning: ReasoningTags | None
) -> dict[Key, Completion]:
    held = journal.completions()
    said = by_request(held.values())
    samples = {sample["doc"]["index"]: sample["resps"] for sample in results["samples"][TASK]}
    for place, request in enumerate(requests):
        episode = unfold(request, said.get(request.key, {}), reasoning)
        if not episode.over or samples.get(place) != [[transcript(episode)]]:
            raise InternalError(
                "CERT-E061",
                f"lm-eval and the journal disagree about {'/'.join(map(str, request.key))}",
                "an answer was lost or changed between engine and harness",
                "please report it",
            )
    return {key: held[key] for key in sorted(held)}
