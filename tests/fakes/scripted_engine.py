"""An engine that knows the right answers: it reads them beside the requests, where no real engine looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from certify.check import judge
from certify.engines.journal import Journal, read_journal, require_complete
from certify.engines.order import Described, EngineFacts, Progress, Telemetry, WorkOrder, read_requests
from certify.engines.pilot import PilotResult
from certify.engines.prompts import completion_prompt, single_prompt
from certify.engines.replay import replay_configuration
from certify.evidence.answers import Completion, FinishReason, ItemRecord, Question, Request
from certify.evidence.canonical import sha256_hex
from certify.evidence.model import Sampling

WHEN = "2026-11-23T12:00:00Z"
Answerer = Callable[[Request, str], str]
"""What to say to a request, given the right answer."""

DESCRIBED = Described(
    configuration=replay_configuration(Sampling(temperature=0)),
    facts=EngineFacts(vocabulary=16, end_tokens=(0,), example_prompt=completion_prompt("1 + 1 = ?"), hardware="none"),
)
PILOT = PilotResult(
    answers=4,
    truncated_share=0,
    error_share=0,
    mean_tokens=3,
    longest=5,
    tokens_per_second=100,
    load_seconds=0,
    peak_memory=1,
)


def right(_request: Request, gold: str) -> str:
    """The right answer."""
    return f" {gold}\n"


def wrong(_request: Request, _gold: str) -> str:
    """Never the right answer."""
    return " 99999999\n"


class ThreeUnreadable:
    """Right answers, except that three of the fresh ones say nothing: too many to read, too few to fail."""

    def __init__(self) -> None:
        self.left = 3

    def __call__(self, request: Request, gold: str) -> str:
        """What to say."""
        if request.check != "fresh-reasoning" or not self.left:
            return right(request, gold)
        self.left -= 1
        return ""


def completion(request: Request, text: str) -> Completion:
    """An answer in the form an engine gives it."""
    return Completion(
        check=request.check,
        item=request.item,
        repeat=request.repeat,
        seed=str(request.seed),
        prompt_sha256=sha256_hex(single_prompt(request.text, raw=request.raw is True).encode()),
        text=text,
        finish_reason=FinishReason.STOP,
        token_ids=tuple(text.encode()),
        prompt_tokens=len(request.text),
    )


def scored(request: Request) -> Completion:
    """The score of a given text, as likely as its length says."""
    text = request.given or ""
    return completion(request, text).model_copy(
        update={
            "prompt_sha256": sha256_hex(request.text.encode()),
            "token_ids": tuple(text.encode()),
            "logprobs": tuple(-round(1 + byte / 1000, 6) for byte in text.encode()),
        }
    )


class ScriptedEngine:
    """Stands where ``certify.engines.runner.answer`` stands; it can be made to die after some answers."""

    def __init__(self, say: Answerer = right, batch: int = 16) -> None:
        self.say = say
        self.batch = batch
        self.dies_after: int | None = None
        self.asked: list[tuple[str, str, int]] = []
        self.failures: dict[str, int] = {}

    def answer(
        self, order: WorkOrder, *, progress: Callable[[Progress], None] | None = None, key: str | None = None
    ) -> Telemetry:
        """Answers what the journal does not hold yet."""
        requests = read_requests(Path(order.requests))
        gold = gold_beside(Path(order.requests))
        with Journal.open(Path(order.journal), order.header) as journal:
            held = journal.completions()
            waiting = [request for request in requests if request.key not in held]
            for start in range(0, len(waiting), self.batch):
                if self.dies_after is not None and len(self.asked) >= self.dies_after:
                    raise KeyboardInterrupt
                batch = waiting[start : start + self.batch]
                self.asked += [request.key for request in batch]
                said = [
                    scored(one) if one.given else completion(one, self.say(one, gold[one.key[:2]])) for one in batch
                ]
                journal.append(said)
                if progress is not None:
                    progress(Progress(len(held) + len(self.asked), len(requests), len(self.asked), 1.0))
        require_complete(requests, read_journal(Path(order.journal), order.header), Path(order.journal))
        given = {request.key for request in requests if request.given}
        return Telemetry(
            started_at=WHEN,
            finished_at=WHEN,
            answered=sum(key not in given for key in self.asked),
            scored=sum(key in given for key in self.asked),
            resumed=len(held),
            failures=self.failures,
        )


def gold_beside(requests: Path) -> dict[tuple[str, str], str]:
    """The right answers, from the questions that lie beside the requests."""
    lines = (requests.parent / "questions.jsonl").read_bytes().splitlines()
    questions = [Question.from_bytes(line) for line in lines]
    return {(question.check, question.item): question.gold for question in questions}


def judge_here(
    questions: Iterable[Question], completions: Iterable[Completion], reasoning: object, **how: object
) -> tuple[ItemRecord, ...]:
    """``judge_in_worker`` without the worker: the same rule, no second process to wait for."""
    return judge(list(questions), completions, reasoning, **how)  # type: ignore[arg-type]
