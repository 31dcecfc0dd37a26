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
from certify.engines.given import Committed, is_score_of
from certify.engines.journal import Journal
from certify.engines.lm import JournalledLM
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
    """Asks every request once, its episode to the end, has every given text scored, and gives the completions by key.

    What the journal holds is not asked again. Answers are written first, then the given texts are read.

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
    asked = [request for request in requests if request.given is None]
    given = [request for request in requests if request.given is not None]
    chat, reasoning = backend.configuration.prompt_style == prompts.CHAT, backend.configuration.reasoning
    if asked:
        lm = JournalledLM(backend, journal, asked, committed, failed)
        task = _task(asked, chat, backend.configuration.system_prompt)
        _require_same_answers(_samples(lm, task, chat), journal, asked, reasoning)
    if given:
        lm = JournalledLM(backend, journal, given, committed, failed)
        _require_same_scores(_samples(lm, _scoring_task(given), False), journal, given)
    held = journal.completions()
    return {key: held[key] for key in sorted(held)} if requests else {}


def _samples(lm: JournalledLM, task: dict[str, Any], chat: bool) -> dict[int, Any]:
    """What lm-eval says of each document, by the document's place."""
    # simple_evaluate would also list the machine's packages by pip, a second or more of each run
    results = evaluate(
        lm=lm,
        task_dict=TaskManager(include_defaults=False).load([task]),
        apply_chat_template=chat,
        system_instruction=lm.system_prompt if chat else None,
        bootstrap_iters=0,
        log_samples=True,
    )
    return {sample["doc"]["index"]: sample["resps"] for sample in results["samples"][TASK]}


def _scoring_task(requests: Sequence[Request]) -> dict[str, Any]:
    return {
        "output_type": "loglikelihood",
        "doc_to_text": lambda document: requests[document["index"]].text,
        "doc_to_target": lambda document: requests[document["index"]].given,
        **_common(requests),
    }


def _common(requests: Sequence[Request]) -> dict[str, Any]:
    """What every task of ours says: a document for each request, and nothing that lm-eval would compute."""
    return {
        "task": TASK,
        "custom_dataset": lambda **_: {"test": Dataset.from_list([{"index": n} for n in range(len(requests))])},
        "test_split": "test",
        "process_results": lambda document, answers: {"answered": len(answers)},
        "metric_list": [{"metric": "answered", "aggregation": "mean", "higher_is_better": True}],
        "repeats": 1,
        "num_fewshot": 0,
    }


def _task(requests: Sequence[Request], chat: bool, system_prompt: str | None) -> dict[str, Any]:
    def wording(document: dict[str, Any]) -> str:
        request = requests[document["index"]]
        if not chat:
            return prompts.single_prompt(request.text, system_prompt, raw=request.raw is True)
        return request.text if request.plain else prompts.user_text(request.text)

    return {
        "output_type": "generate_until",
        "doc_to_text": wording,
        "doc_to_target": lambda document: "",
        "generation_kwargs": {"until": [], "do_sample": False},  # every request brings its own decoding
        **_common(requests),
    }


def _require_same_answers(
    samples: dict[int, Any], journal: Journal, requests: Sequence[Request], reasoning: ReasoningTags | None
) -> None:
    said = by_request(journal.completions().values())
    for place, request in enumerate(requests):
        episode = unfold(request, said.get(request.key, {}), reasoning)
        if not episode.over or samples.get(place) != [[transcript(episode)]]:
            raise _disagreement(request)


def _require_same_scores(samples: dict[int, Any], journal: Journal, requests: Sequence[Request]) -> None:
    held = journal.completions()
    for place, request in enumerate(requests):
        found = held.get(request.key)
        if found is None or not is_score_of(request, found) or samples.get(place) != [[(found.logprob, False)]]:
            raise _disagreement(request)


def _disagreement(request: Request) -> InternalError:
    return InternalError(
        "CERT-E061",
        f"lm-eval and the journal disagree about {'/'.join(map(str, request.key))}",
        "an answer was lost or changed between engine and harness",
        "please report it",
    )
