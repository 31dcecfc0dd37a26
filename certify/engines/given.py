"""Texts that a plan gives: scored like any other, and journalled under the keys of their requests like answers."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from certify.engines.backend import Backend
from certify.engines.journal import Journal
from certify.engines.order import Key
from certify.engines.scoring import Passage, failed_score
from certify.errors import UsageError
from certify.evidence.answers import Completion, FinishReason, Request
from certify.evidence.scores import TextScore

NOT_SCORED = "the text cannot be scored: it has no token, one that the model lacks, or too many after its context"
NO_SCORES = "the engine tells no log-probabilities of given texts"

Committed = Callable[[Sequence[Completion]], None]
Failed = Callable[[str], None]


def score_given(
    backend: Backend, journal: Journal, requests: Sequence[Request], committed: Committed, failed: Failed
) -> None:
    """Has every given text scored into the journal; what that holds is not asked for again.

    A text that several requests give is scored once. Where the engine tells no log-probabilities, each request ends
    with an error of its own.

    Args:
        backend: the engine, loaded.
        journal: open for this run.
        requests: each gives a text.
        committed: told of each batch once it is safe.
        failed: told why, for each text that could not be scored.

    Raises:
        UsageError: CERT-E062, the journal holds the score of another text.
    """
    held, wanted = journal.completions(), dict[str, Passage]()
    waiting: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        passage = _passage(request)
        told = wanted.setdefault(passage.key, passage)
        wanted[passage.key] = told._replace(moments=told.moments or passage.moments)
        if request.key not in held:
            waiting[passage.key].append(request)
        elif not is_score_of(request, held[request.key]):
            raise other_text(request.key)

    def keep(scores: Iterable[TextScore], trouble: str = NOT_SCORED) -> None:
        batch = [_completion(request, score) for score in scores for request in waiting[score.key]]
        journal.append(batch)
        committed(batch)
        for one in batch:
            if one.finish_reason is FinishReason.ERROR:
                failed(trouble)

    open_ones = [passage for passage in wanted.values() if waiting[passage.key]]
    scorer = backend.scorer() if open_ones else None
    if scorer is not None:
        done = frozenset(key for key in wanted if not waiting[key])
        scorer.score(list(wanted.values()), done, keep)
    elif open_ones:
        keep([failed_score(passage) for passage in open_ones], NO_SCORES)


def context_sha256(request: Request) -> str:
    """Digest of what stands before a given text: the tested configuration adds nothing to it."""
    return hashlib.sha256(request.text.encode("utf-8")).hexdigest()


def is_score_of(request: Request, completion: Completion) -> bool:
    """Whether a completion scores exactly the text that a request gives, after its context and under its seed."""
    said = completion.text, completion.prompt_sha256, completion.seed
    return completion.logprobs is not None and said == (request.given, context_sha256(request), str(request.seed))


def _passage(request: Request) -> Passage:
    return Passage.of(request.text, request.given or "", request.moments is True)


def _completion(request: Request, score: TextScore) -> Completion:
    return Completion(
        check=request.check,
        item=request.item,
        repeat=request.repeat,
        seed=str(request.seed),
        prompt_sha256=context_sha256(request),
        text=request.given or "",
        finish_reason=FinishReason.ERROR if score.failed else FinishReason.STOP,
        token_ids=score.token_ids,
        prompt_tokens=score.context_tokens,
        logprobs=score.logprobs,
        moments=score.moments if request.moments else None,
    )


def other_text(key: Key) -> UsageError:
    """The error for a journal whose entry under a key is not the score that a run asks for."""
    return UsageError(
        "CERT-E062",
        f"the journal holds something else for {'/'.join(map(str, key))} than the score of the text that is given",
        "scores of other texts do not count for this plan",
        "go on with the run that made the journal, or begin a new one",
    )
