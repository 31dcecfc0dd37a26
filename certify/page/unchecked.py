"""What a document does not say, gravest first: nobody may read more into it than was looked at."""

from __future__ import annotations

from collections.abc import Mapping

from certify.counting import counted
from certify.evidence.base import Value
from certify.evidence.certificate import Certificate, Level
from certify.evidence.dataset import DataExamined
from certify.evidence.model import ServedIdentity
from certify.evidence.results import CorpusScanResult
from certify.page.verdict import Findings
from certify.page.wording import clip
from certify.verify.words.caveats import incomplete_answers
from certify.verify.words.clauses import gap_words
from certify.verify.words.scan import unscanned_words

NOT_CHECKED_SHOWN = 4
"""Planned checks without a result that stand by name."""
CUT_OFF_SHOWN = 3
"""Checks whose cut-off answers stand by name."""


def not_checked(findings: Findings, results: Mapping[str, Value] | None = None) -> tuple[str, ...]:
    """What this document does not say, gravest first."""
    scan = (results or {}).get("corpus-scan")
    own = [f"{clip(one.check, 40)}: {clip(one.reason, 90)}" for one in findings.not_checked]
    if len(own) > NOT_CHECKED_SHOWN:
        more = len(own) - NOT_CHECKED_SHOWN + 1
        own = [*own[: NOT_CHECKED_SHOWN - 1], f"{more} more planned checks gave no result"]
    level = findings.level if isinstance(findings, Certificate) else Level.SELF_DECLARED
    left_out = unscanned_words(scan) if isinstance(scan, CorpusScanResult) else ""
    undisclosed = findings.data_examined is DataExamined.UNDISCLOSED
    serving = findings.configuration.serving
    unverified = serving is not None and serving.identity is not ServedIdentity.VERIFIED
    told = [
        (bool(left_out), f"{left_out}: not searched for published items"),
        (unverified, "That the server ran these files: endpoint identity not verified"),
        (bool(cut := _cut_off(results or {})), cut),
        (level < Level.INDEPENDENTLY_RERUN, "That the answers came from this model: the evaluator’s word, not re-run"),
        (not undisclosed, "That these weights came from the data named: the data steward’s word"),
        (undisclosed, "The training data, which is undisclosed"),
        (findings.data_examined is DataExamined.NAMED, "What stands in the training data, which was not searched"),
        (True, f"{'Attempts' if undisclosed else 'Training data nobody declared, and attempts'} outside this log"),
        (True, "Other configurations, quantisations, prompts or fine-tunings of the model"),
        (bool(gaps := gap_words(findings.clauses)), f"{gaps}: see the report"),
        (True, "What the policy does not ask, such as safety, fairness, privacy or security"),
    ]
    return (*own, *(text for holds, text in told if holds))


def _cut_off(results: Mapping[str, Value]) -> str:
    """Answers that were cut off or unreadable, the checks with most of them first; empty where they hardly matter."""
    found = sorted(incomplete_answers(results), key=lambda one: -one.truncated - one.unreadable)
    told = [f"{clip(one.check, 40)} {one.words()}" for one in found[:CUT_OFF_SHOWN]]
    rest = f"; and {counted(len(found) - CUT_OFF_SHOWN, 'more check')}, see the report" if found[CUT_OFF_SHOWN:] else ""
    return f"Answers cut off or unreadable, counted as not right: {'; '.join(told)}{rest}" if told else ""
