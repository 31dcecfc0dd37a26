"""What a run would take here: a pilot of a minute or so, and nothing logged."""

from __future__ import annotations

import tempfile
from pathlib import Path

from certify.check import planned_checks
from certify.engines.pilot import MAX_TRUNCATED_SHARE
from certify.evidence.base import Value
from certify.page.wording import decoding_words
from certify.pipeline.files import RunFolder
from certify.pipeline.main import read_inputs
from certify.pipeline.outlook import Outlook, outlook_of, require_reachable
from certify.pipeline.preparing import describe_model, require_installed, run_pilot, stage_copy, tell_unscored
from certify.pipeline.reporter import Reporter
from certify.pipeline.request import RunRequest
from certify.pipeline.serving import require_consistent

BYTES_PER_ANSWER = 3000
"""Journal and record of an answer beside its tokens, about."""
BYTES_PER_TOKEN = 12
"""Text and token id of one generated token in journal and record, about."""
BYTES_PER_READ = 17
"""Question, request, journal and record of a given text for each token that it may have at most; measured, about."""


class Estimation(Value):
    """What a run would take; measured on a few pilot problems, so only as good as these."""

    answers: int
    """Answers the plan would ask for."""
    most_tokens: int
    """Tokens if every answer ran to its limit."""
    expected_tokens: int
    """Tokens if the others are as long as the pilot's."""
    tokens_per_second: float
    """As the pilot went."""
    expected_hours: float
    """Time of answering at that speed; reading data comes on top."""
    most_hours: float
    """If every answer ran to its limit."""
    memory_bytes: int
    """Most memory of the pilot's engine."""
    disk_bytes: int
    """Room the run's files need, a copy of the model included."""
    truncated_share: float
    """Share of pilot answers cut off at the policy's limit."""
    finishes: bool
    """Whether the model finishes its answers within the limit: otherwise the run would be refused."""
    dtype: str
    """Number format."""
    device: str
    """Processor."""
    prompt_style: str
    """chat or completion."""
    decoding: str
    """How the next token is drawn."""
    reasoning: str | None
    """Reasoning tags found."""
    outlook: Outlook
    """What the plan could show, check by check."""


def estimate_run(request: RunRequest, reporter: Reporter) -> Estimation:
    """Calibrates in a temporary folder; the workspace and the log are not touched.

    Raises:
        CertifyError: the model, policy or engine cannot be used.
    """
    require_consistent(request)
    require_installed(request.engine)
    inputs = read_inputs(request, reporter)
    checks = planned_checks(inputs.policy.policy.checks)
    require_reachable(inputs.policy, checks)
    with tempfile.TemporaryDirectory(prefix="certify-estimate-") as name:
        folder = RunFolder(Path(name))
        reporter.stage("Preparing the engine")
        staged = stage_copy(folder, inputs.model)
        described = describe_model(staged, inputs)
        tell_unscored(checks, described, reporter)
        pilot = run_pilot(folder, staged, described, inputs, reporter)
    configuration = described.configuration
    outlook = outlook_of(inputs.policy, checks, pilot.mean_tokens, configuration.context_length)
    answers, most, expected = outlook.answers, outlook.most_tokens, outlook.expected_tokens or 0
    written = answers * BYTES_PER_ANSWER + expected * BYTES_PER_TOKEN + (outlook.most_read or 0) * BYTES_PER_READ
    speed = max(pilot.tokens_per_second, 1e-9)
    return Estimation(
        answers=answers,
        most_tokens=most,
        expected_tokens=expected,
        tokens_per_second=round(pilot.tokens_per_second, 1),
        expected_hours=round(expected / speed / 3600, 3),
        most_hours=round(most / speed / 3600, 3),
        memory_bytes=pilot.peak_memory,
        disk_bytes=inputs.model.identity.bytes + written,
        truncated_share=round(pilot.truncated_share, 4),
        finishes=pilot.truncated_share <= MAX_TRUNCATED_SHARE,
        dtype=configuration.dtype,
        device=configuration.device,
        prompt_style=configuration.prompt_style,
        decoding=decoding_words(configuration),
        reasoning=configuration.reasoning.open if configuration.reasoning else None,
        outlook=outlook,
    )
