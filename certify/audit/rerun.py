"""A random sample of the questions asked again of the model at hand: does it give the answers that were signed for?"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from certify.audit.recompute import EvidencePack
from certify.check import all_requests, judge_in_worker, packed_tasks
from certify.engines.episodes import by_request
from certify.engines.journal import read_journal
from certify.engines.order import JournalHeader, Progress, ServerOrder, WorkOrder, write_requests
from certify.engines.runner import answer, describe
from certify.errors import HostileInput, UsageError
from certify.evidence.answers import ItemRecord, Outcome, Question
from certify.evidence.model import TestedConfiguration
from certify.evidence.plan import Plan
from certify.evidence.rerun import Rerun
from certify.identify import read_model, stage
from certify.statistics import clopper_pearson
from certify.statistics.interval import MINIMUM_ITEMS
from certify.statistics.stream import Stream
from certify.verify.evidence import EvidenceSet
from certify.verify.reruns import ALPHA, rerun_p_value

_MUST_AGREE = (
    "dtype",
    "quantisation",
    "prompt_style",
    "chat_template_sha256",
    "system_prompt",
    "sampling",
    "reasoning",
)
"""Without these the answers would be those of another configuration."""


class HowToRerun(NamedTuple):
    """What an auditor names for a rerun."""

    model: Path
    """Folder or file of the model at hand."""
    items: int
    """Questions to ask again, one answer to each."""
    engine: str | None = None
    """What runs it; the one of the certificate when None."""
    device: str = "auto"
    """auto, cpu or cuda."""
    server: ServerOrder | None = None
    """Who answers, for engines behind a server."""
    seed: bytes | None = None
    """32 bytes that draw the sample; fresh ones when None, so that nobody could have known it beforehand."""
    progress: Callable[[Progress], None] | None = None
    """Told after each batch."""


def rerun(evidence: EvidenceSet, pack: EvidencePack, how: HowToRerun, at: str) -> tuple[Rerun, str]:
    """Asks a random sample of the signed questions again, and compares.

    Args:
        evidence: verified statements of the certificate.
        pack: where questions and records lie.
        how: model, sample and engine.
        at: the time, RFC 3339 UTC.

    Raises:
        HostileInput: CERT-E097, another model is at hand; CERT-E110, it does not give the signed answers.
        UsageError: CERT-E149, too few questions, or a configuration that would not be the tested one.
        EvidenceMissing: CERT-E060, the engine stopped; CERT-E064, the pack is incomplete.
    """
    plan, evaluation = evidence.plan.value, evidence.evaluation.value
    seed = how.seed or secrets.token_bytes(32)
    sample = _sample(pack, how.items, seed)
    with tempfile.TemporaryDirectory(prefix="certify-rerun-") as home:
        staged = _staged(plan, how.model, Path(home))
        configuration, differing = _configuration(plan.configuration, staged, how)
        asked = all_requests(plan.checks, [question for question, _ in sample], bytes.fromhex(evaluation.seed))
        wanted = {record.key for _, record in sample}
        write_requests(Path(home) / "requests.jsonl", [request for request in asked if request.key in wanted])
        order = WorkOrder(
            model=str(staged),
            configuration=configuration,
            requests=str(Path(home) / "requests.jsonl"),
            journal=str(Path(home) / "journal.jsonl"),
            header=JournalHeader.of(evidence.plan.payload_sha256, plan.model.identity, configuration),
            server=how.server,
        )
        answer(order, progress=how.progress)
        records = _judged(plan, pack, sample, Path(order.journal))
    found = Rerun(
        evaluation_sha256=evidence.evaluation.payload_sha256,
        seed=seed.hex(),
        configuration=configuration,
        differing=differing,
        rerun_at=at,
        **_compared(sample, records),
    )
    if found.p_value <= ALPHA:
        raise HostileInput(
            "CERT-E110",
            f"the certificate counts {found.signed_right} of {found.items} sampled answers as right; "
            f"the model at hand gave {found.rerun_right}",
            f"honest answers would differ so much with a chance of {found.p_value:.2g}",
            "ask the issuer how the answers were made",
        )
    return found, rerun_words(found)


def rerun_words(found: Rerun) -> str:
    """What a sample came to, for people."""
    said = (
        f"{found.same_outcome} of {found.items} sampled answers judged the same here (95 % interval "
        f"{found.agreement_lower:.2f} to {found.agreement_upper:.2f}), {found.same_text} of them to the letter; right: "
        f"{found.signed_right} as signed, {found.rerun_right} here"
    )
    return said + (f"; otherwise here: {', '.join(found.differing)}" if found.differing else "")


def _sample(pack: EvidencePack, items: int, seed: bytes) -> list[tuple[Question, ItemRecord]]:
    """Distinct questions, each with one of its signed answers; every answered question is as likely as any other.

    Texts that were scored and not answered are left out: no judgement of them could agree.
    """
    every = pack.lines("questions.jsonl", Question)
    questions = {(one.check, one.item): one for one in every if one.given is None}
    answered: dict[tuple[str, str], list[ItemRecord]] = {}
    for record in pack.lines("records.jsonl", ItemRecord):
        if (record.key[0], record.key[1]) in questions:
            answered.setdefault((record.key[0], record.key[1]), []).append(record)
    if not MINIMUM_ITEMS <= items <= len(answered):
        raise UsageError(
            "CERT-E149",
            f"{items} questions cannot be asked again",
            f"{len(answered)} were asked, and a sample below {MINIMUM_ITEMS} says nothing",
            f"name a number from {MINIMUM_ITEMS} to {len(answered)}",
        )
    stream = Stream(seed, "audit/rerun/v1")
    names = stream.sample(sorted(answered), items)
    return [(questions[name], answered[name][stream.below(len(answered[name]))]) for name in sorted(names)]


def _staged(plan: Plan, folder: Path, home: Path) -> Path:
    model = read_model(folder, name=plan.model.name)
    if model.identity.identity != plan.model.identity:
        raise HostileInput(
            "CERT-E097",
            f"{folder} is not the certified model",
            f"its identity is {model.identity.identity}, not {plan.model.identity}",
            "name the folder that `certify verify CERT --model DIR` accepts",
        )
    return stage(model, home / "staged")


def _configuration(
    tested: TestedConfiguration, staged: Path, how: HowToRerun
) -> tuple[TestedConfiguration, tuple[str, ...]]:
    """The configuration here, and in what it is not the tested one."""
    found = describe(
        staged,
        how.engine or tested.engine,
        device=how.device,
        dtype=tested.dtype if tested.dtype in ("float32", "bfloat16", "float16") else "auto",
        prompt_style=tested.prompt_style,
        system_prompt=tested.system_prompt,
        sampling=tested.sampling,
        server=how.server,
        context_length=tested.context_length,
    ).configuration
    other = [name for name in type(tested).model_fields if getattr(tested, name) != getattr(found, name)]
    barred = [name for name in other if name in _MUST_AGREE]
    if barred:
        raise UsageError(
            "CERT-E149",
            f"the model cannot be run here as it was tested: {', '.join(barred)} differ",
            "the answers would be those of another configuration",
            "name the engine and device of the certificate; `certify show` prints them",
        )
    return found, tuple(other)


def _judged(
    plan: Plan, pack: EvidencePack, sample: Sequence[tuple[Question, ItemRecord]], journal: Path
) -> Mapping[tuple[str, str], ItemRecord]:
    """Each new answer judged as the signed one was; it counts as the first answer to its question."""
    turns = by_request(read_journal(journal).values())
    first = [turn.model_copy(update={"repeat": 0}) for _, record in sample for turn in turns[record.key].values()]
    records = judge_in_worker(
        [question for question, _ in sample],
        first,
        plan.configuration.reasoning,
        samples={check.id: 1 for check in plan.checks},
        prompt_style=plan.configuration.prompt_style,
        tasks=packed_tasks(plan.checks, pack.folder),
    )
    return {(record.key[0], record.key[1]): record for record in records}


def _compared(
    sample: Sequence[tuple[Question, ItemRecord]], again: Mapping[tuple[str, str], ItemRecord]
) -> dict[str, Any]:
    """The numbers of a rerun."""
    pairs = [(signed, again[question.check, question.item]) for question, signed in sample]
    right = [(one.outcome is Outcome.CORRECT, other.outcome is Outcome.CORRECT) for one, other in pairs]
    items, same = len(pairs), sum(one == other for one, other in right)
    lower, upper = clopper_pearson(same, items)
    signed_right, rerun_right = sum(one for one, _ in right), sum(other for _, other in right)
    return {
        "items": items,
        "same_text": sum(_texts(one) == _texts(other) for one, other in pairs),
        "same_outcome": same,
        "agreement": round(same / items, 4),
        "agreement_lower": lower,
        "agreement_upper": upper,
        "signed_right": signed_right,
        "rerun_right": rerun_right,
        "p_value": rerun_p_value(items, same, signed_right, rerun_right),
    }


def _texts(record: ItemRecord) -> list[str]:
    return [turn.text for turn in record.turns]
