"""What each check found. These fields are what policies can ask about."""

from __future__ import annotations

from pydantic import Field

from certify.evidence.base import Fraction, Sha256, Value
from certify.evidence.estimates import Drop, Estimate, Outcomes
from certify.evidence.ladders import LogicPuzzlesResult, LongChainResult
from certify.evidence.looks import LookTaken
from certify.evidence.profile import CapabilityProfileResult
from certify.evidence.tasks import AskedTask

__all__ = ["RESULT_TYPES", "Drop", "Estimate", "Outcomes"]


class ScalingPoint(Value):
    """Several answers to each item taken together: test-time scaling, a system's number and never the model's own."""

    answers: int = Field(ge=1)
    """Answers taken together, k."""
    any_right: Estimate
    """pass@k: at least one of them is right, which somebody else would have to tell."""
    all_right: Estimate
    """All of them are right: reliability."""
    majority: Estimate
    """majority@k: the commonest of them is right, ties broken by lot."""


class StaticBenchmarkResult(Value):
    """Check ``static-benchmark``: published items, answered."""

    benchmark: str
    """Id of the benchmark."""
    benchmark_sha256: Sha256
    """Digest of the file the items were read from."""
    accuracy: Estimate
    """Share of right answers."""
    outcomes: Outcomes
    """How the answers ended."""
    looks: tuple[LookTaken, ...] | None = None
    """The looks taken, in order; absent where the plan has none."""
    scaling: tuple[ScalingPoint, ...] | None = None
    """Test-time scaling, where the plan asked for it."""
    task: AskedTask | None = None
    """The task of lm-eval that worded the items and scored the answers; absent for a benchmark."""


class FamilyResult(Value):
    """One family of fresh problems."""

    family: str
    """Its id."""
    version: int
    """Version of its generator."""
    released: str
    """Date the family was published: its problems are new, their kind is not."""
    right: int
    """Right answers."""
    answers: int
    """All answers."""
    items: int
    """Problems."""
    share: Fraction
    """Plain share of right answers."""
    floor: Fraction
    """Share that the best of a bank of answerers without reasoning reaches, upper bound."""
    floor_responder: str
    """Which of them."""


class FreshReasoningResult(Value):
    """Check ``fresh-reasoning``: problems drawn after the plan was logged."""

    accuracy: Estimate
    """Average over families."""
    families: tuple[FamilyResult, ...]
    """Each family."""
    lowest_family: Fraction
    """Share of the weakest family."""
    outcomes: Outcomes
    """How the answers ended."""
    level: int
    """Difficulty level of the problems."""
    looks: tuple[LookTaken, ...] | None = None
    """The looks taken, in order; absent where the plan has none."""
    public: Estimate | None = None
    """Average over public families of reasoning-gym, where the plan asked for them; no part of ``accuracy``."""
    public_families: tuple[FamilyResult, ...] | None = None
    """Each public family; ``released`` is the day of the library's version, the kind may be older."""


class StaticFreshGapResult(Value):
    """Check ``static-fresh-gap``: published items against fresh twins of the same form."""

    static: Estimate
    """On the published items."""
    fresh: Estimate
    """On their fresh twins."""
    gap: float = Field(ge=-1, le=1)
    """Mean of static minus fresh, item by item."""
    p_value: Fraction
    """Exact one-sided sign-flip test of no gap."""
    upper: float = Field(ge=-1, le=2)
    """95 % upper bound of the gap."""
    detectable: Fraction
    """Smallest gap that this many items would find with power 0.8."""
    power: Fraction
    """Power against the gap named in the plan."""
    power_against: Fraction
    """The gap named in the plan."""
    items: int
    """Pairs."""
    outcomes: Outcomes
    """How the answers to the fresh twins ended."""
    margin: Fraction | None = None
    """Gap that the plan allowed for twins that are a little harder by themselves."""
    margin_p_value: Fraction | None = None
    """Exact one-sided sign-flip test of a gap of at most the margin."""
    isomorphs: int | None = Field(default=None, ge=1)
    """Twins of each item, where the plan said how many."""
    left_out: int | None = Field(default=None, ge=0)
    """Published items without a twin that is certain to be of the same form."""


class SelfTestRow(Value):
    """Copies planted to see whether the scan would find them."""

    kind: str
    """How the copies were changed."""
    planted: int
    """Copies planted."""
    found: int
    """Copies found."""
    recall_lower: Fraction
    """One-sided 95 % lower bound of the share found."""


class PublishedRule(Value):
    """What a rule of another paper says of the same data, for comparison with published figures."""

    judged: int = Field(ge=0)
    """Items long enough for the rule."""
    flagged: int = Field(ge=0)
    """Those it calls contaminated."""


class ScannedBenchmark(Value):
    """One benchmark looked for in the training data; a count that is absent was not made."""

    benchmark: str
    """Its id."""
    benchmark_sha256: Sha256
    """Digest of its file."""
    items: int
    """Items looked for."""
    too_short: int = 0
    """Items too short to tell a copy from chance: not judged."""
    contaminated: int
    """Items found, whole or in part."""
    full: int
    """Items found whole."""
    partial: int
    """Items found in part."""
    reordered: int | None = Field(default=None, ge=0)
    """Items found with their sentences shuffled."""
    question_only: int | None = Field(default=None, ge=0)
    """Items found without their answer beside any copy."""
    question_and_answer: int | None = Field(default=None, ge=0)
    """Items found with their answer beside a copy."""
    answer_only: int | None = Field(default=None, ge=0)
    """Items of which a worked answer stands in the data without the question; not among those found."""
    template_twins: int | None = Field(default=None, ge=0)
    """Items of which the words stand in the data with other numbers or names; not among those found."""
    common_passages: int | None = Field(default=None, ge=0)
    """Items of which only a passage was found that many documents share; not among those found."""
    gpt3_thirteen_gram: PublishedRule | None = None
    """A run of thirteen words that the data shares. Source: Brown et al. 2020, appendix C."""
    llama2_dirty: PublishedRule | None = None
    """More than 80 % of the words in shared runs of over ten. Source: Touvron et al. 2023, appendix A.6."""
    tulu3_eight_gram: PublishedRule | None = None
    """More than half of the words in shared runs of eight. Source: Lambert et al. 2024, section 3.2."""


class CorpusScanResult(Value):
    """Check ``corpus-scan``: benchmark items looked for in the training data."""

    benchmarks: tuple[ScannedBenchmark, ...] = Field(min_length=1)
    """Each benchmark."""
    items: int
    """Items over all benchmarks."""
    contaminated: int
    """Items found over all benchmarks."""
    contaminated_share: Fraction
    """Their share."""
    shards: int
    """Files of the data."""
    documents: int
    """Documents read."""
    bytes: int
    """Bytes of these files as stored."""
    self_test: tuple[SelfTestRow, ...]
    """Whether the scan finds what was planted."""
    verbatim_recall_lower: Fraction
    """Recall bound for unchanged copies."""
    report_sha256: Sha256
    """Digest of the full report with every span."""
    rule: str | None = None
    """Name of the rules by which copies were told; results of the same rules are comparable."""
    coverage: Fraction | None = None
    """Share of the bytes that was searched, rounded down to six decimals; 1 only where nothing was left out."""
    unscanned: int | None = Field(default=None, ge=0)
    """Parts of the data that could not be searched; the full report names each with the reason."""
    unscanned_bytes: int | None = Field(default=None, ge=0)
    """Their bytes as stored, as far as the format tells."""


class TurnsLevel(Value):
    """One difficulty of the revised orders."""

    level: int
    """The difficulty."""
    revisions: int
    """Changes that count, in each item."""
    items: int
    """Items."""
    facts: Fraction
    """Plain share of right answers to the final facts alone."""
    message: Fraction
    """Plain share with the whole story in one message."""
    turns: Fraction
    """Plain share turn by turn."""
    floor: Fraction
    """Share that the best of a bank of answerers who follow no revision reaches, upper bound."""
    floor_responder: str
    """Which of them."""


class MultiTurnResult(Value):
    """Check ``multi-turn``: the same items asked at once, in one message with revisions, and turn by turn."""

    facts: Estimate
    """Share of right answers to the final facts alone."""
    message: Estimate
    """Share with the revisions told in one message."""
    turns: Estimate
    """Share with the revisions told turn by turn: the last answer counts."""
    revision_drop: Drop
    """Final facts minus one message: what following revisions costs."""
    turn_drop: Drop
    """One message minus turn by turn: what the turns cost."""
    total_drop: Drop
    """Final facts minus turn by turn."""
    stale_share: Fraction
    """Of the last answers turn by turn, share that gives the total of an earlier state."""
    missed_share: Fraction
    """Share that gives the total without exactly one of the revisions."""
    reliable: Fraction
    """Share of items of which every sample is right turn by turn."""
    levels: tuple[TurnsLevel, ...] = Field(min_length=1)
    """Each difficulty."""
    outcomes: Outcomes
    """How the answers ended, an episode counted once."""


class PrivateSetResult(Value):
    """Check ``private-set``: an operator's own problems, of which nothing is published but their number and score."""

    name: str
    """The operator's name for the set."""
    sha256: Sha256
    """Digest of its file."""
    languages: tuple[str, ...] = Field(min_length=1)
    """Languages of the problems, BCP 47 tags."""
    accuracy: Estimate
    """Share of right answers."""
    outcomes: Outcomes
    """How the answers ended."""


class Lengths(Value):
    """Lengths of some answers, tokens, reasoning included."""

    answers: int = Field(ge=0)
    """How many."""
    median: int | None = Field(default=None, ge=0)
    """Half of them are at most so long; absent where there are none."""
    p95: int | None = Field(default=None, ge=0)
    """Nineteen in twenty are at most so long."""


class BudgetPoint(Value):
    """What is right within a number of tokens."""

    tokens: int = Field(ge=1)
    """The budget."""
    accuracy: Estimate
    """Share of answers that ended within it and are right."""


class AnswerLengths(Value):
    """How long the answers to one check are, and what that buys."""

    check: str
    """Id of the check that asked."""
    answers: int = Field(ge=0)
    """All answers."""
    correct: int = Field(ge=0)
    """Right ones."""
    tokens: int = Field(ge=0)
    """Tokens of all answers, wrong ones included."""
    characters: int = Field(ge=0)
    """Characters of all answers: tokenizers differ."""
    tokens_per_correct: float | None = Field(default=None, ge=0)
    """All tokens for each right answer; absent where none is right."""
    tokens_per_correct_lower: float | None = Field(default=None, ge=0)
    """Lower end of the 95 % bootstrap interval over items."""
    tokens_per_correct_upper: float | None = Field(default=None, ge=0)
    """Upper end; absent where a resample holds no right answer."""
    right: Lengths
    """Of right answers."""
    wrong: Lengths
    """Of all others."""
    truncated_share: Fraction
    """Share cut off at the limit, loops included."""
    looped_share: Fraction
    """Share that ended in a loop."""
    curve: tuple[BudgetPoint, ...]
    """Accuracy within growing budgets: the same answers, not asked again."""
    area: Fraction
    """Mean accuracy over the logarithm of the budget, from the first budget to the last."""


class ConcisionResult(Value):
    """Check ``concision``: what an answer costs in tokens."""

    checks: tuple[AnswerLengths, ...] = Field(min_length=1)
    """Each check whose answers were measured, in the order of the plan."""
    truncated_share: Fraction
    """The largest of their shares."""
    looped_share: Fraction
    """The largest of their shares."""


class CostResult(Value):
    """Check ``cost``: telemetry of the run; what is absent was not measured."""

    reads: tuple[str, ...] = Field(min_length=1)
    """The checks whose answers were made in the time measured."""
    answers: int = Field(ge=1)
    """All answers."""
    correct: int = Field(ge=0)
    """Right ones."""
    tokens: int = Field(ge=0)
    """Tokens generated."""
    seconds: float = Field(gt=0)
    """Time of answering, without loading."""
    correct_per_second: float = Field(ge=0)
    """Right answers for each second."""
    peak_memory: int | None = Field(default=None, ge=1)
    """Largest resident memory of the engine's process, bytes; memory of a GPU is not in it."""
    correct_per_second_per_gigabyte: float | None = Field(default=None, ge=0)
    """The same for each 10^9 bytes of that memory."""
    kilowatt_hours: float | None = Field(default=None, gt=0)
    """Energy of the GPU board, not at the wall."""
    correct_per_kilowatt_hour: float | None = Field(default=None, ge=0)
    """Right answers for each kilowatt-hour."""
    currency: str | None = None
    """Currency of the declared price."""
    price_per_hour: float | None = Field(default=None, gt=0)
    """As declared in the plan, not tested."""
    correct_per_unit: float | None = Field(default=None, ge=0)
    """Right answers for each unit of that currency."""
    batch_size: int = Field(ge=1)
    """Questions answered together: all of the above depends on it."""
    brief: bool
    """Whether the run took under a minute: then rates say little."""
    telemetry_sha256: Sha256
    """Digest of the file with the measurements."""


class ToolUse(Value):
    """Invented tools in one mode; shares of answers unless said otherwise."""

    solved: Estimate
    """Share of right results that came from own valid calls, over the items that can be solved."""
    declined: Fraction
    """Share that says so, over the items that no tool can solve or that leave something out."""
    gave_up: Fraction
    """Share that says "impossible", over the items that can be solved."""
    first_call_right: Fraction
    """Share whose first call is a needed tool with known inputs and the documented choice, over these items."""
    without_calls: Fraction
    """Share with the right number, though not from own valid calls: not counted as solved."""
    calls: int = Field(ge=0)
    """Calls over all answers of the mode."""
    unknown_tool: Fraction
    """Share of the calls to a tool that does not exist."""
    wrong_arguments: Fraction
    """Share of the calls with arguments that the documentation does not allow."""
    wrong_tool: Fraction
    """Share of the calls to a tool that is not needed, over the items that can be solved."""
    wrong_choice: Fraction
    """Share of the calls to a needed tool with another choice than documented, over these items."""
    formless: Fraction
    """Share of answers in which a turn was neither a call nor an answer; one is asked again."""


class ToolsLevel(Value):
    """One difficulty of the invented tools."""

    level: int
    """The difficulty."""
    depth: int
    """Tools that are needed."""
    items: int
    """Items that can be solved."""
    act: Fraction | None = None
    """Plain share solved with results coming back; absent where not asked."""
    plan: Fraction | None = None
    """Plain share solved with all calls at once; absent where not asked."""
    floor: Fraction
    """Share that the best of a bank of answerers who read no documentation reaches, upper bound."""
    floor_responder: str
    """Which of them."""


class UnseenToolsResult(Value):
    """Check ``unseen-tools``: tools that were invented for the run, used from their documentation."""

    act: ToolUse | None = None
    """With results coming back; absent where not asked."""
    plan: ToolUse | None = None
    """With all calls written at once; absent where not asked."""
    levels: tuple[ToolsLevel, ...] = Field(min_length=1)
    """Each difficulty."""
    outcomes: Outcomes
    """How the answers ended, an episode counted once."""


RESULT_TYPES: dict[str, type[Value]] = {
    "static-benchmark": StaticBenchmarkResult,
    "fresh-reasoning": FreshReasoningResult,
    "static-fresh-gap": StaticFreshGapResult,
    "corpus-scan": CorpusScanResult,
    "logic-puzzles": LogicPuzzlesResult,
    "long-chain": LongChainResult,
    "multi-turn": MultiTurnResult,
    "private-set": PrivateSetResult,
    "concision": ConcisionResult,
    "cost": CostResult,
    "unseen-tools": UnseenToolsResult,
    "capability-profile": CapabilityProfileResult,
}
"""Check id to the type of its result."""
