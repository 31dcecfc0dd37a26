"""What a model is asked, what it answers, and the record that becomes evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from certify.evidence.base import Sha256, Value
from certify.evidence.canonical import canonical_bytes
from certify.evidence.merkle import leaf_hash, tree_root
from certify.evidence.scores import LogProbability, Moments, require_one_each

TurnKey = tuple[str, str, int] | tuple[str, str, int, int]
"""(check, item, repeat) of a request and of the answer to it; later turns of an episode append their number."""

MAX_TURNS = 64

GIVEN = "given"
"""The comparison of a question that gives a text: there is none."""

GivenText = Annotated[str, Field(min_length=1)]


class Episode(Value):
    """A conversation: what is said next follows from these facts and from the answers so far, and nothing else."""

    session: str
    """Which rule leads it; see docs/engines.md."""
    facts: dict[str, Any]
    """What the rule needs: JSON values, lists rather than tuples."""
    turns: int = Field(ge=1, le=MAX_TURNS)
    """Most answers; the conversation ends there at the latest."""


class Question(Value):
    """One item put to a model: the same for every repeat."""

    check: str
    """Id of the check that asks."""
    item: str = Field(min_length=1, max_length=200)
    """Id within the check."""
    group: str
    """What is averaged together: a family, or a benchmark id."""
    text: str
    """The problem, before any prompt format."""
    gold: str
    """The right answer, canonical text."""
    verifier: str
    """Which comparison decides: ``family:<id>``, ``public:<id>``, ``puzzle:<id>``, ``integer``, ``math``, ``choice``,
    ``text``, ``short``, ``abstention`` or ``task:<name>``; ``given`` where a text is given."""
    pair: str | None = None
    """For a fresh twin of a static item, or a puzzle's twin without a solution: that item's id."""
    max_tokens: int = Field(ge=0)
    """Longest answer, reasoning included, tokens; in an episode, of each turn; 0 where a text is given."""
    plain: bool | None = None
    """True where the text itself says in which form to answer; absent otherwise."""
    raw: bool | None = None
    """True where the text is a whole prompt, put to a model without ``Question:`` and ``Answer:``; absent otherwise."""
    episode: Episode | None = None
    """How the conversation goes on after the text; absent for a single question."""
    diagnostics: dict[str, str] | None = None
    """What tells known mistakes apart, by name: wrong answers, or what was to be done; absent where nothing does."""
    aliases: tuple[str, ...] | None = None
    """Other names of the right answer, compared in the same way; absent where there are none."""
    look: int | None = Field(default=None, ge=1)
    """The look before which it is asked, from 1; absent where a check has none."""
    decimal_comma: bool | None = None
    """True where the right answer is a number and the language begins decimals with a comma; absent otherwise."""
    given: GivenText | None = None
    """A text whose log-probability after ``text``, which may be empty, is asked in place of an answer; absent where
    the model is to write one."""
    moments: bool | None = None
    """True where mean and standard deviation of the log-probability are asked with it; absent otherwise."""

    @model_validator(mode="after")
    def _asks_or_gives(self) -> Self:
        if self.given is not None and (self.verifier, self.gold) != (GIVEN, ""):
            raise ValueError("a given text is compared with nothing")
        _require_one_way(self)
        return self

    @property
    def read_bytes(self) -> int:
        """UTF-8 bytes of a given text and of what stands before it; 0 where none is given."""
        return 0 if self.given is None else len(self.text.encode()) + len(self.given.encode())


class Request(Value):
    """One question asked once, as an engine sees it: without the right answer."""

    check: str
    """Id of the check that asks."""
    item: str
    """Id of the question."""
    repeat: int = Field(ge=0)
    """0-based repeat."""
    seed: int = Field(ge=0, lt=2**63)
    """Sampling seed of this repeat."""
    text: str
    """The problem."""
    max_tokens: int = Field(ge=0)
    """Longest answer, tokens; in an episode, of each turn; 0 where a text is given."""
    plain: bool | None = None
    """As in the question."""
    raw: bool | None = None
    """As in the question."""
    episode: Episode | None = None
    """As in the question."""
    given: GivenText | None = None
    """As in the question."""
    moments: bool | None = None
    """As in the question."""

    @model_validator(mode="after")
    def _asks_or_gives(self) -> Self:
        _require_one_way(self)
        return self

    @property
    def key(self) -> tuple[str, str, int]:
        """(check, item, repeat): unique within a run; records are sorted by it."""
        return (self.check, self.item, self.repeat)


def _require_one_way(one: Question | Request) -> None:
    """Returns if a question or request either asks for an answer or gives a text.

    Raises:
        ValueError: it does both, or neither.
    """
    if one.given is None and (one.max_tokens < 1 or one.moments is not None):
        raise ValueError("an answer has at least one token, and moments belong to a given text")
    if one.given is not None and (one.raw is not True or one.episode is not None or one.max_tokens):
        raise ValueError("a given text is raw, of one turn, and no token is written after it")


class FinishReason(StrEnum):
    """Why a model stopped writing."""

    STOP = "stop"
    LENGTH = "length"
    ERROR = "error"


class ServerReport(Value):
    """What a server tells of an answer in place of its token ids."""

    tokens: int = Field(ge=0)
    """Generated tokens by the server's own count."""
    reasoning_field: str | None = None
    """``reasoning`` or ``reasoning_content``, where the server gave the reasoning apart from the answer."""


class Completion(Value):
    """One answer exactly as the engine gave it."""

    check: str
    """Id of the check that asked."""
    item: str
    """Id of the question."""
    repeat: int
    """0-based repeat."""
    seed: str
    """Sampling seed, decimal text (it may exceed what JSON numbers hold)."""
    prompt_sha256: Sha256
    """Digest of the fully rendered prompt, UTF-8; of a given text, of what stands before it."""
    text: str
    """Everything generated, reasoning and its tags included; or the given text."""
    finish_reason: FinishReason
    """Why it ended; ``error`` where a given text could not be scored."""
    token_ids: tuple[int, ...]
    """Generated tokens as the engine counted them; or those of the given text, none where it could not be scored."""
    prompt_tokens: int
    """Length of the prompt, tokens; of a given text, tokens that the model was shown before it."""
    reported: ServerReport | None = None
    """What the server told instead, where the answer came from one; ``token_ids`` is empty then."""
    turn: int | None = Field(default=None, ge=1, lt=MAX_TURNS)
    """Turn of an episode, counted from 0; absent for the first, and so for every single question."""
    logprobs: tuple[LogProbability, ...] | None = None
    """Of a given text, the log-probability of each token, to six decimals; absent where the text was generated."""
    moments: Moments | None = None
    """Of a given text, mean and standard deviation of the log-probability of what could have stood there, for each
    token; absent where they were not asked for or the engine tells none."""

    @model_validator(mode="after")
    def _each_token_has_one(self) -> Self:
        if self.logprobs is not None and (self.turn or self.reported):
            raise ValueError("a given text has one turn, and its own tokens")
        failed = self.finish_reason is FinishReason.ERROR
        require_one_each(self.token_ids, self.logprobs, self.moments, failed=failed)
        return self

    @property
    def key(self) -> TurnKey:
        """(check, item, repeat), and the turn after the first."""
        return turn_key(self.request_key, self.turn or 0)

    @property
    def request_key(self) -> tuple[str, str, int]:
        """(check, item, repeat) of the request that this answers, or a turn of."""
        return (self.check, self.item, self.repeat)

    @property
    def tokens(self) -> int:
        """Generated tokens: counted by the engine, or as the server reported them; none of a given text."""
        if self.logprobs is not None:
            return 0
        return len(self.token_ids) if self.reported is None else self.reported.tokens

    @property
    def read_tokens(self) -> int:
        """Tokens that the model read: the prompt, and a given text after it."""
        return self.prompt_tokens + (len(self.token_ids) if self.logprobs is not None else 0)

    @property
    def logprob(self) -> float:
        """Log-probability of a given text; minus infinity where it could not be scored, or none was given."""
        return sum(self.logprobs) if self.logprobs else float("-inf")


def turn_key(key: tuple[str, str, int], turn: int) -> TurnKey:
    """The key of one turn of a request; the first has the request's own."""
    return (*key, turn) if turn else key


class Outcome(StrEnum):
    """What became of one answer; exactly one holds, and only ``correct`` counts as right.

    ``scored`` is said of given texts alone: nothing was answered, so nothing is right, wrong or missing.
    """

    CORRECT = "correct"
    WRONG = "wrong"
    NO_ANSWER = "no_answer"
    UNPARSEABLE = "unparseable"
    TRUNCATED = "truncated"
    UNCLOSED = "unclosed"
    LOOPED = "looped"
    ERROR = "error"
    SCORED = "scored"


ANSWERED = tuple(outcome for outcome in Outcome if outcome is not Outcome.SCORED)
"""What can become of an answer, given texts left out."""


class ItemRecord(Value):
    """One answer judged: the unit of evidence. Sorted by key, the records are the evaluation."""

    completion: Completion
    """The answer; of an episode, the one to its last turn."""
    earlier: tuple[Completion, ...] | None = None
    """Answers to the turns before it, in their order; absent where there was one turn."""
    answer: str | None = None
    """The span taken as the answer; absent when there was none."""
    outcome: Outcome
    """The judgement."""
    marks: dict[str, int] | None = None
    """What else was counted in the answer, by name; absent where its check counts nothing else."""

    @property
    def key(self) -> tuple[str, str, int]:
        """(check, item, repeat)."""
        return self.completion.request_key

    @property
    def turns(self) -> tuple[Completion, ...]:
        """Every answer of it, in the order of the turns."""
        return (*(self.earlier or ()), self.completion)


def evidence_root(documents: list[dict[str, Any]]) -> str:
    """The RFC 6962 root (hex) over the canonical bytes of JSON objects, in the given order."""
    return tree_root([leaf_hash(canonical_bytes(document)) for document in documents]).hex()
