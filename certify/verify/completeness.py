"""Checks that an evaluation ran all that was planned, and that everybody speaks of the same data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certify.errors import HostileInput
from certify.evidence.answers import ANSWERED
from certify.evidence.base import Value
from certify.evidence.contamination import Contamination, data_seen
from certify.evidence.dataset import DataExamined, Dataset, DatasetIdentity
from certify.evidence.evaluation import Evaluation
from certify.evidence.instances import kind_of
from certify.evidence.parameters.decoding import PRESETS
from certify.evidence.plan import Plan, PlannedCheck
from certify.evidence.results import (
    ConcisionResult,
    CorpusScanResult,
    CostResult,
    FreshReasoningResult,
    MultiTurnResult,
    Outcomes,
    PrivateSetResult,
    StaticBenchmarkResult,
    UnseenToolsResult,
)
from certify.trust.verified import Verified
from certify.verify.derived_counts import check_derived
from certify.verify.floors import check_floors
from certify.verify.ladder_counts import check_ladder
from certify.verify.looks import asked_items
from certify.verify.profile_counts import check_profile
from certify.verify.scan_counts import check_scan_result
from certify.verify.score_counts import check_scores

if TYPE_CHECKING:
    from certify.verify.evidence import EvidenceSet


_FROM_FILES = ("static-benchmark", "private-set")
"""Checks that ask at most as many items as their file holds."""


def asked_ways(check: PlannedCheck) -> int:
    """In how many ways a check asks each of its items, a question for each."""
    if check.id == "unseen-tools":
        modes = check.parameters.get("modes")
        return len(modes) if isinstance(modes, list | tuple) and modes else 1
    return 3 if check.id == "multi-turn" else 1


def check_counts(plan: Plan, evaluation: Evaluation) -> None:
    """Returns if every planned check either ran with all its answers or is named as not run.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    ran, missing = set(evaluation.checks), {one.check for one in evaluation.not_run}
    if ran & missing or ran | missing != {check.id for check in plan.checks}:
        raise HostileInput("CERT-E090", "the evaluation leaves out a planned check without saying so")
    questions = sum(check.items for check in plan.checks)
    asked = asked_items(plan, evaluation.results())
    records = sum(asked[check.id] * check.samples for check in plan.checks)
    if (evaluation.journal.questions, evaluation.journal.records) != (questions, records):
        raise HostileInput("CERT-E090", f"not the {records} planned answers to {questions} questions were evaluated")
    _check_sizes(plan)
    _one_file_for_a_benchmark(plan)
    _decoded_as_named(plan)
    results = evaluation.results()
    for check in plan.checks:
        if check.id in results:
            _check_result(check.model_copy(update={"items": asked[check.id]}), results[check.id])
    check_derived(plan, results)


def _check_result(check: PlannedCheck, result: Value) -> None:
    """A result counts every planned answer once, and is about the benchmarks whose files were planned."""
    outcomes = getattr(result, "outcomes", None)
    if isinstance(outcomes, Outcomes):
        ended = sum(getattr(outcomes, outcome.value) for outcome in ANSWERED)
        if not outcomes.answers == ended == check.items * check.samples:
            raise HostileInput("CERT-E090", f"the result of {check.id} does not count the planned answers")
    if isinstance(result, FreshReasoningResult):
        _check_families(check, result)
    if isinstance(result, MultiTurnResult | UnseenToolsResult):
        _check_levels(check, result)
    if isinstance(result, ConcisionResult | CostResult):
        _check_reads(check, result)
    check_scores(check, result)
    check_ladder(check, result)
    check_profile(check, result)
    check_floors(check, result)
    if isinstance(result, PrivateSetResult):
        names = (check.parameters.get(name) for name in ("name", "sha256", "languages"))
        asked, found = list(map(str, names)), [result.name, result.sha256, str(list(result.languages))]
    elif isinstance(result, StaticBenchmarkResult):
        asked, found = [str(check.parameters.get("sha256"))], [result.benchmark_sha256]
    elif isinstance(result, CorpusScanResult):
        check_scan_result(result)
        digests = check.parameters.get("sha256")
        asked = sorted(map(str, digests.values())) if isinstance(digests, dict) else []
        found = sorted(one.benchmark_sha256 for one in result.benchmarks)
    else:
        return
    if asked != found:
        raise HostileInput("CERT-E090", f"the result of {check.id} is about another benchmark than was planned")


def _check_reads(check: PlannedCheck, result: ConcisionResult | CostResult) -> None:
    """A check that reads others speaks of those it was planned to read."""
    found = list(result.reads) if isinstance(result, CostResult) else [one.check for one in result.checks]
    if list(check.parameters.get("reads", ())) != found:
        raise HostileInput("CERT-E090", f"the result of {check.id} is about other checks than were planned")


def _check_sizes(plan: Plan) -> None:
    """What a plan says of its size in a second place follows from its parameters, as the pipeline computes it.

    A benchmark may hold fewer items than a plan would ask at most; how many it holds is only seen with its file.
    """
    for check in plan.checks:
        said = {"samples": check.samples, "maxTokens": check.max_tokens, "items": check.items}
        given = {name: check.parameters[name] for name in said if check.parameters.get(name) is not None}
        ways = asked_ways(check)
        items = given.pop("items", check.items // ways)
        if type(items) is not int:
            raise HostileInput("CERT-E090", f"the plan's {check.id} asks for no number of items")
        most = items * ways + _public_items(check)
        fits = check.items <= most if kind_of(check.id) in _FROM_FILES else check.items == most
        if not fits or any(said[name] != value for name, value in given.items()):
            raise HostileInput("CERT-E090", f"the plan's {check.id} is of another size than its parameters say")
    if plan.tokens != sum(check.tokens for check in plan.checks):
        raise HostileInput("CERT-E090", "the plan allows another number of tokens than its checks add up to")


def _check_levels(check: PlannedCheck, result: MultiTurnResult | UnseenToolsResult) -> None:
    """The levels are those planned, and their items are all of them."""
    asked, found = check.parameters.get("levels"), [one.level for one in result.levels]
    if not isinstance(asked, list | tuple) or sorted(map(str, asked)) != sorted(map(str, found)):
        raise HostileInput("CERT-E090", f"the result of {check.id} is about other levels than were planned")
    items = sum(one.items for one in result.levels)
    if isinstance(result, MultiTurnResult):
        counts = [share.items for share in (result.facts, result.message, result.turns, result.total_drop)]
        whole = items * asked_ways(check) == check.items
    else:
        used = {name: mode for name, mode in (("act", result.act), ("plan", result.plan)) if mode is not None}
        counts = [mode.solved.items for mode in used.values()]
        whole = sorted(map(str, check.parameters.get("modes") or ())) == list(used)
    if not whole or any(count != items for count in counts):
        raise HostileInput("CERT-E090", f"the levels in the result of {check.id} do not add up to the whole")


def _decoded_as_named(plan: Plan) -> None:
    """A check that names a decoding is run with it; names that this version does not know say nothing to it."""
    for check in plan.checks:
        preset = PRESETS.get(str(check.parameters.get("decoding")))
        if preset is not None and preset.sampling != plan.configuration.sampling:
            raise HostileInput("CERT-E090", f"the plan's {check.id} names another decoding than its configuration has")


def _one_file_for_a_benchmark(plan: Plan) -> None:
    """What is answered, twinned and looked for in the data under one name is one file."""
    files: dict[str, set[str]] = {}
    for check in plan.checks:
        named, sha256 = check.parameters.get("benchmark"), check.parameters.get("sha256")
        for name, digest in sha256.items() if isinstance(sha256, dict) else [(named, sha256)] if named else []:
            files.setdefault(str(name), set()).add(str(digest))
    if any(len(digests) > 1 for digests in files.values()):
        raise HostileInput("CERT-E090", "the plan means two files by the name of one benchmark")


def _check_families(check: PlannedCheck, result: FreshReasoningResult) -> None:
    """The families are those planned, at the level planned, and their counts add up to the whole."""
    asked, found = check.parameters.get("families"), [one.family for one in result.families]
    if not isinstance(asked, list | tuple) or sorted(map(str, asked)) != sorted(found):
        raise HostileInput("CERT-E090", f"the result of {check.id} is about other families than were planned")
    _check_public(check, result)
    if check.parameters.get("level") != result.level:
        raise HostileInput("CERT-E090", f"the result of {check.id} is about another level than was planned")
    every = (*result.families, *(result.public_families or ()))
    parts = [sum(getattr(one, name) for one in every) for name in ("items", "answers", "right")]
    if parts != [check.items, result.outcomes.answers, result.outcomes.correct]:
        raise HostileInput("CERT-E090", f"the families in the result of {check.id} do not add up to the whole")
    if result.lowest_family != min((one.share for one in result.families), default=result.lowest_family):
        raise HostileInput("CERT-E090", f"the weakest family in the result of {check.id} is not the weakest")


def _check_public(check: PlannedCheck, result: FreshReasoningResult) -> None:
    """As many public families as planned, or those planned, and all problems of theirs; none where none were."""
    rows, planned = result.public_families or (), check.parameters.get("publicFamilies")
    known = sorted(one.family for one in rows)
    named = sorted(map(str, planned)) if isinstance(planned, list | tuple) else []
    fits = len(set(known)) == planned if isinstance(planned, int) else known == named
    if not fits or (result.public is None) != (not rows):
        raise HostileInput("CERT-E090", f"the result of {check.id} is about other public families than were planned")
    shared = result.public is None or result.public.items == _public_items(check)
    if not shared or sum(one.items for one in rows) != _public_items(check):
        raise HostileInput("CERT-E090", f"the public families in the result of {check.id} do not add up to the whole")


def _public_items(check: PlannedCheck) -> int:
    """Problems of public families in a plan, which come on top of its items."""
    said = check.parameters.get("publicItems")
    return said if isinstance(said, int) else 0


def check_data(evidence: EvidenceSet) -> None:
    """Returns if plan, data steward and scan speak of the same data, for the model of the plan.

    Raises:
        HostileInput: CERT-E090, otherwise.
    """
    plan, stewards = evidence.plan.value, evidence.datasets
    if {_named(dataset) for dataset in plan.datasets} != {_named(part.value.dataset) for part in stewards}:
        raise HostileInput("CERT-E090", "the plan names other training data than the data steward signed")
    for part in stewards:
        _trained_it(part, plan.model.identity)
    at_hand = plan.data_examined in (DataExamined.FULL, DataExamined.PARTIAL)
    whole = all(part.value.complete for part in stewards)
    claimed = plan.data_examined is DataExamined.FULL and not whole
    if at_hand != bool(stewards) or claimed or plan.data_examined is DataExamined.NAMED:
        raise HostileInput("CERT-E090", "the plan claims another share of the training data than the steward signed")
    _scan_read_it_all(evidence)
    if evidence.contamination is not None:
        _scan_agrees(evidence.contamination.value, evidence)


def _scan_read_it_all(evidence: EvidenceSet) -> None:
    """A scan read as many files and bytes as the data steward signed for, or it was not of this data."""
    scanned = evidence.evaluation.value.results().get("corpus-scan")
    if not isinstance(scanned, CorpusScanResult):
        return
    signed = [part.value.dataset for part in evidence.datasets]
    if (scanned.shards, scanned.bytes) != (sum(one.shards for one in signed), sum(one.bytes for one in signed)):
        raise HostileInput("CERT-E090", "the scan read other files than those the data steward signed for")


def _named(dataset: DatasetIdentity) -> tuple[str, str, int, int]:
    """What a dataset is; who computed its digest may differ from statement to statement."""
    return dataset.name, dataset.identity, dataset.shards, dataset.bytes


def _trained_it(part: Verified[Dataset], model: str) -> None:
    """A statement about data names the data first, and any model that it is said to have trained after it."""
    data, *models = [subject.digest.sha256 for subject in part.statement.subject]
    if data != part.value.dataset.identity or (models and model not in models):
        raise HostileInput("CERT-E090", "a data steward's statement is about other data or another model")


def _scan_agrees(said: Contamination, evidence: EvidenceSet) -> None:
    """The contamination statement says what the evaluation says, for readers who want that alone."""
    plan = evidence.plan
    results = evidence.evaluation.value.results()
    seen = data_seen(plan.value.data_examined, results)
    same = (plan.payload_sha256, plan.value.datasets, seen, results.get("corpus-scan"))
    if (said.plan_sha256, said.datasets, said.data_examined, said.scan) != same:
        raise HostileInput("CERT-E090", "the contamination statement and the evaluation disagree")
