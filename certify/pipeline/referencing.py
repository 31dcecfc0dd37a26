"""Finished runs as reference models: what each answered to a benchmark and its rewrites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from certify.check.base import Answers
from certify.check.instances import as_seen_by
from certify.check.paired_rewrite import ORIGINAL, REWRITE, PairedRewrite, right_by_side
from certify.check.rounds import planned_parameters
from certify.errors import EvidenceMissing, HostileInput, UsageError
from certify.evidence import statement as kinds
from certify.evidence.answers import ItemRecord, Question, evidence_root
from certify.evidence.base import Value
from certify.evidence.evaluation import Evaluation
from certify.evidence.instances import kind_of
from certify.evidence.plan import Plan
from certify.evidence.references import ReferenceModel, References
from certify.evidence.results.rewrites import PairedRewriteResult, RewriteSource
from certify.files import read_file
from certify.pipeline.evaluating import QUESTIONS
from certify.pipeline.files import RunFolder
from certify.pipeline.looking import RECORDS
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import parse_bundle
from certify.trust.verified import verify_statement

CHECK = PairedRewrite.id
V = TypeVar("V", bound=Value)


def references_of(workspace: Workspace, runs: Sequence[str], check: str = CHECK) -> References:
    """The reference models that some runs of a workspace give.

    Args:
        workspace: whose trust file their evaluations are held against.
        runs: their names, each of another model.
        check: id of the check whose answers are taken.

    Raises:
        UsageError: CERT-E495, a run has no such result, or runs asked other things, or one model stands there twice.
        EvidenceMissing: CERT-E064, a run's answers are not at hand.
        HostileInput: CERT-E110, they are not those that its evaluation committed to.
    """
    found = [_read(workspace, workspace.run_folder(name), check) for name in runs]
    asked = {(result.benchmark_sha256, _source(result), result.isomorphs * result.samples) for _, result in found}
    if len(asked) != 1:
        raise _unfit("they asked other items, other rewrites or another number of answers", "take runs of one policy")
    [(benchmark, rewrites, samples)] = asked
    models = tuple(model for model, _ in found)
    if len({one.identity for one in models}) < len(models):
        raise _unfit("one model stands among them twice", "name each model once")
    return References(benchmark=benchmark, rewrites=rewrites, samples=samples, models=models)


def _read(workspace: Workspace, folder: RunFolder, check: str) -> tuple[ReferenceModel, PairedRewriteResult]:
    if kind_of(check) != CHECK or not folder.has("evaluation.bundle.json"):
        raise _unfit(f"{folder.name} has no evaluation with {check}", "finish the run first, or name its check")
    plan = _statement(workspace, folder, "plan", kinds.PLAN, Plan)
    evaluation = _statement(workspace, folder, "evaluation", kinds.EVALUATION, Evaluation)
    result = evaluation.results().get(check)
    if not isinstance(result, PairedRewriteResult) or result.pairs is None:
        raise _unfit(f"{folder.name} has no result of {check} with answers", "name a run that asked it")
    answers = as_seen_by(check, planned_parameters(plan.checks), _answers(folder, evaluation))
    sides = right_by_side(CHECK, answers)
    samples = result.isomorphs * result.samples
    items = {
        item: (right, samples, sides[REWRITE].get(item, 0), samples) for item, right in sorted(sides[ORIGINAL].items())
    }
    return ReferenceModel(name=plan.model.name, identity=plan.model.identity, items=items), result


def _statement(workspace: Workspace, folder: RunFolder, name: str, kind: str, form: type[V]) -> V:
    bundle = parse_bundle(read_file(folder.file(f"{name}.bundle.json")), name=name)
    return verify_statement(bundle, role="evaluator", predicate_type=kind, model=form, trust=workspace.trust).value


def _answers(folder: RunFolder, evaluation: Evaluation) -> Answers:
    """The questions and judged answers that an evaluation committed to."""
    questions, records = _lines(folder, QUESTIONS, Question), _lines(folder, RECORDS, ItemRecord)
    for name, lines, root in (
        (QUESTIONS, questions, evaluation.journal.questions_root),
        (RECORDS, records, evaluation.journal.records_root),
    ):
        if evidence_root([one.document() for one in lines]) != root:
            raise HostileInput("CERT-E110", f"{name} of {folder.name} is not what its evaluation committed to")
    return Answers(questions, records)


def _lines(folder: RunFolder, name: str, form: type[V]) -> tuple[V, ...]:
    if not folder.has(name):
        raise EvidenceMissing("CERT-E064", f"{folder.file(name)} is not there", hint="take a run whose folder is whole")
    return tuple(form.from_bytes(line, name=name) for line in read_file(folder.file(name)).splitlines())


def _source(result: PairedRewriteResult) -> str:
    file = result.rewrites is RewriteSource.FILE
    return str(result.rewrites_sha256) if file else result.rewrites.value


def _unfit(what: str, hint: str) -> UsageError:
    return UsageError("CERT-E495", f"these runs cannot serve as references: {what}", hint=hint)
