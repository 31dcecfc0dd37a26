"""Every number of a certificate computed again from its evidence pack, and every problem from its seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from certify.check import (
    Scanned,
    Sources,
    all_questions,
    all_requests,
    asked_questions,
    is_public,
    judge_in_worker,
    keep_tasks,
    packed_tasks,
    planned_parameters,
    planned_sources,
    public_fault,
    samples_of,
    scan_corpus,
    score_all,
    scoring_faults,
)
from certify.counting import counted
from certify.engines.episodes import Unfolded, unfold
from certify.engines.given import is_score_of
from certify.engines.journal import read_journal
from certify.engines.order import JournalHeader
from certify.engines.prompts import COMPLETION, planned_version
from certify.engines.waves import plain_prompt
from certify.errors import EvidenceMissing, HostileInput
from certify.evidence.answers import Completion, ItemRecord, Question, Request, evidence_root, turn_key
from certify.evidence.base import Value
from certify.evidence.canonical import sha256_hex
from certify.evidence.evaluation import Evaluation
from certify.evidence.instances import kind_of
from certify.evidence.model import TestedConfiguration
from certify.evidence.parameters import TASK_PREFIX, CorpusScanParameters
from certify.evidence.plan import Plan
from certify.evidence.results import CorpusScanResult
from certify.evidence.telemetry import MeasuredRun
from certify.statistics.stream import turn_seed
from certify.verify.evidence import EvidenceSet
from certify.verify.result import Checklist

V = TypeVar("V", bound=Value)


@dataclass(frozen=True)
class EvidencePack:
    """The folder behind a certificate: questions, records, journal, scan report."""

    folder: Path
    """Where it is."""

    def read(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            EvidenceMissing: CERT-E064, it is not there.
        """
        path = self.folder / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise EvidenceMissing(
                "CERT-E064", f"{path} is not there", "the evidence pack is incomplete", "ask the issuer for all of it"
            ) from error

    def lines(self, name: str, kind: type[V]) -> tuple[V, ...]:
        """The values of a JSON Lines file."""
        return tuple(kind.from_bytes(line, name=name) for line in self.read(name).splitlines())


def recompute(evidence: EvidenceSet, pack: EvidencePack, data: Sequence[Path], checks: Checklist) -> None:
    """Records whether the evidence pack leads to the signed numbers.

    Args:
        evidence: verified statements of the certificate.
        pack: where questions, records and reports lie.
        data: training data to scan again; the scan's own result is taken over when empty.
        checks: collects what was found.
    """
    plan, evaluation = evidence.plan.value, evidence.evaluation.value
    seed = bytes.fromhex(evaluation.seed)
    sources = checks.attempt("benchmarks", lambda: _sources(plan, pack))
    told = public_fault(plan.checks)
    questions = checks.attempt("questions", lambda: _regenerated(pack, plan, evaluation, sources, told))
    if told is not None:
        checks.skipped("public-questions", f"{told}: taken from the pack as committed to, not drawn again")
    records = checks.attempt("records", lambda: _committed(pack, evaluation))
    if sources is None or questions is None or records is None:
        checks.skipped("numbers", "without benchmarks, questions and records nothing can be recomputed")
        return
    asked: Sequence[Question] | None = questions
    if any(check.looks for check in plan.checks):
        asked = checks.attempt("looks", lambda: _looked(plan, questions, records))
    if asked is None:
        checks.skipped("numbers", "without the questions that were asked nothing can be recomputed")
        return
    checks.attempt("requests", lambda: _asked_as_planned(plan, asked, records, seed))
    checks.attempt("journal", lambda: _journal_agrees(pack, evidence, records))
    tasks = keep_tasks(sources, pack.folder)
    faults = scoring_faults(tasks)
    for name, fault in faults.items():
        checks.skipped(f"task-{name}", f"its answers were not scored again: {fault}")
    judged = _Judged(plan, evaluation, tasks, frozenset(TASK_PREFIX + name for name in faults))
    checks.attempt("judgements", lambda: _judged_again(judged, asked, records))
    scanned = checks.attempt("scan", lambda: _scanned(pack, evidence, data, sources, seed))
    if not data and scanned is not None and scanned.result is not None:
        checks.skipped("rescan", "the training data was not given; name it with --data to scan it again")

    def count() -> tuple[bool, str]:
        found_scan = scanned.result if scanned else None
        scored = score_all(
            plan.checks,
            questions,
            records,
            sources,
            found_scan,
            measured=_measured(pack, plan),
            context_length=plan.configuration.context_length,
        )
        told = evaluation.checks
        found = {name: _as_told(result.document(), told.get(name)) for name, result in scored.results.items()}
        if found != evaluation.checks or scored.not_run != evaluation.not_run:
            differing = [name for name in evaluation.checks if found.get(name) != evaluation.checks[name]]
            raise HostileInput("CERT-E110", f"recomputed numbers differ: {', '.join(differing) or 'checks not run'}")
        return True, f"{counted(len(found), 'result')} recomputed, every digit the same"

    checks.attempt("numbers", count)


def _as_told(found: Mapping[str, Any], told: Any) -> dict[str, Any]:
    """A recomputed result as it was told before results named the version of their generator, which was the first."""
    unnamed = isinstance(told, Mapping) and "version" not in told and found.get("version") == 1
    return {name: value for name, value in found.items() if not (unnamed and name == "version")}


@dataclass(frozen=True)
class _Scan:
    """The scan that enters the recount; absent when the plan had none or no data."""

    result: Scanned | None


def _sources(plan: Plan, pack: EvidencePack) -> tuple[Sources, str]:
    sources = planned_sources(plan.checks, packed_tasks(plan.checks, pack.folder))
    return sources, f"{counted(len(sources.benchmarks), 'benchmark')} at hand, each the file that was planned"


def _regenerated(
    pack: EvidencePack, plan: Plan, evaluation: Evaluation, sources: Sources | None, told: str | None
) -> tuple[tuple[Question, ...], str]:
    if sources is None:
        raise EvidenceMissing("CERT-E064", "without the benchmarks no question can be drawn again")
    if told is not None:
        sources = replace(sources, recorded=pack.lines("questions.jsonl", Question))
    drawn = all_questions(plan.checks, sources, bytes.fromhex(evaluation.seed))
    if evidence_root([question.document() for question in drawn]) != evaluation.journal.questions_root:
        raise HostileInput("CERT-E110", "the questions drawn again from the seed are not the ones committed to")
    if pack.lines("questions.jsonl", Question) != drawn:
        raise HostileInput("CERT-E110", "questions.jsonl holds other questions than the seed gives")
    again = len(drawn) - (0 if told is None else sum(map(is_public, drawn)))
    return drawn, f"{counted(again, 'question')} drawn again from the seed, all the same"


def _looked(
    plan: Plan, questions: Sequence[Question], records: Sequence[ItemRecord]
) -> tuple[tuple[Question, ...], str]:
    """The questions up to the looks where checks stop; the answers are exactly those to them."""
    asked = asked_questions(plan.checks, questions, records)
    return asked, f"{len(asked)} of {len(questions)} questions asked; every look decided again from the answers"


def _asked_as_planned(
    plan: Plan, questions: Sequence[Question], records: Sequence[ItemRecord], seed: bytes
) -> tuple[bool, str]:
    """Every answer was drawn with its planned sampling seed, to its prompt, within its limit."""
    requests = {request.key: request for request in all_requests(plan.checks, questions, seed)}
    configuration = plan.configuration
    for record in records:
        request = requests.get(record.key)
        if request is None:
            raise HostileInput("CERT-E110", f"{'/'.join(map(str, record.key))} was not asked as planned")
        episode = unfold(request, dict(enumerate(record.turns)), configuration.reasoning)
        if not episode.over or episode.said != record.turns:
            raise HostileInput("CERT-E110", f"{'/'.join(map(str, record.key))} has other turns than its session asks")
        for turn, given in enumerate(record.turns):
            _turn_as_planned(request, episode, turn, given, configuration)
    return True, f"{counted(len(records), 'answer')}, each with the sampling seed and limit that were planned"


def _turn_as_planned(
    request: Request, episode: Unfolded, turn: int, given: Completion, configuration: TestedConfiguration
) -> None:
    named = "/".join(map(str, turn_key(request.key, turn)))
    seed = str(turn_seed(request.seed, turn))
    if given.key != turn_key(request.key, turn) or given.seed != seed or given.tokens > request.max_tokens:
        raise HostileInput("CERT-E110", f"{named} was not asked as planned")
    if request.given is not None or given.logprobs is not None:
        if not is_score_of(request, given):
            raise HostileInput("CERT-E110", f"{named} is the score of another text than was planned")
        return
    if configuration.prompt_style != COMPLETION:
        return
    if given.prompt_sha256 != sha256_hex(plain_prompt(episode, turn, configuration).encode()):
        raise HostileInput("CERT-E110", f"{named} answers another prompt than was planned")


def _committed(pack: EvidencePack, evaluation: Evaluation) -> tuple[tuple[ItemRecord, ...], str]:
    records = pack.lines("records.jsonl", ItemRecord)
    if evidence_root([record.document() for record in records]) != evaluation.journal.records_root:
        raise HostileInput("CERT-E110", "records.jsonl is not what the evaluation committed to")
    return records, f"{counted(len(records), 'record')}, as committed to in the signed evaluation"


def _journal_agrees(pack: EvidencePack, evidence: EvidenceSet, records: Sequence[ItemRecord]) -> tuple[bool, str]:
    pack.read("journal.jsonl")
    plan = evidence.plan.value
    header = JournalHeader.of(evidence.plan.payload_sha256, plan.model.identity, plan.configuration)
    header = header.model_copy(update={"prompts": planned_version(plan.configuration.engine_version)})
    answers = read_journal(pack.folder / "journal.jsonl", header)
    if {turn.key: turn for record in records for turn in record.turns} != answers:
        raise HostileInput("CERT-E110", "the journal holds other answers than the records")
    told = counted(len(answers), "answer")
    return True, f"{told} in the journal, chained line by line, the same as in the records"


@dataclass(frozen=True)
class _Judged:
    """How the answers were judged."""

    plan: Plan
    evaluation: Evaluation
    tasks: Mapping[str, Path]
    """The file of each task of lm-eval, by its name."""
    left: frozenset[str]
    """Comparisons that are not made again here."""


def _judged_again(how: _Judged, questions: Sequence[Question], records: Sequence[ItemRecord]) -> tuple[bool, str]:
    asked = [question for question in questions if question.verifier not in how.left]
    left = {(one.check, one.item) for one in questions if one.verifier in how.left}
    own = tuple(record for record in records if record.key[:2] not in left)
    again = judge_in_worker(
        asked,
        [turn for record in own for turn in record.turns],
        how.evaluation.configuration.reasoning,
        samples=samples_of(how.plan.checks),
        prompt_style=how.evaluation.configuration.prompt_style,
        tasks=how.tasks,
    )
    if tuple(again) != own:
        raise HostileInput("CERT-E110", "the answers, judged again, come out otherwise")
    return True, f"{counted(len(again), 'answer')} judged again, all the same"


def _measured(pack: EvidencePack, plan: Plan) -> MeasuredRun | None:
    """What was measured beside the evidence, where a check uses it; its digest is in the result of that."""
    used = any(kind_of(check.id) == "cost" for check in plan.checks)
    if not used or not (pack.folder / "telemetry.json").is_file():
        return None
    return MeasuredRun.from_bytes(pack.read("telemetry.json"), name="telemetry.json")


def _scanned(
    pack: EvidencePack, evidence: EvidenceSet, data: Sequence[Path], sources: Sources, seed: bytes
) -> tuple[_Scan, str]:
    plan, evaluation = evidence.plan.value, evidence.evaluation.value
    signed = evaluation.checks.get("corpus-scan")
    if signed is None:
        return _Scan(None), "no scan in this evaluation"
    result = CorpusScanResult.from_document(signed, name="corpus-scan")
    report = pack.read("scan-report.json")
    if sha256_hex(report) != result.report_sha256:
        raise HostileInput("CERT-E110", "scan-report.json is not the report the evaluation committed to")
    if not data:
        return _Scan(Scanned(result, report)), "the report is the one committed to"
    parameters = planned_parameters(plan.checks)["corpus-scan"]
    assert isinstance(parameters, CorpusScanParameters)  # noqa: S101 - the table of parameter types says so
    again = scan_corpus(parameters, sources, list(data), seed)
    if again.result != result or again.report != report:
        raise HostileInput("CERT-E110", "the training data, scanned again, gives another report")
    return _Scan(again), f"{result.documents:,} documents scanned again, every span the same"
