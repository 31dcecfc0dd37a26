"""Before the plan: a clean copy of the model, the configuration it will be tested in, and a pilot."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from certify.check import pilot_requests
from certify.engines.installed import EXTRAS, NEEDS, require_known
from certify.engines.order import Described
from certify.engines.pilot import PilotResult, pilot, require_token_cap
from certify.engines.runner import describe
from certify.errors import UsageError
from certify.evidence.plan import PlannedCheck
from certify.identify import ModelFolder, recheck, stage
from certify.page.wording import decoding_words
from certify.pipeline.decoding import sampling_of
from certify.pipeline.files import RunFolder
from certify.pipeline.reporter import Reporter
from certify.pipeline.request import Prepared, RunInputs
from certify.pipeline.serving import key_of, server_of

PILOT_SECONDS = 900.0
"""A pilot is given up after a quarter of an hour."""


def require_installed(engine: str) -> None:
    """Returns if everything a run needs, to its end, is installed: better told now than after hours.

    Raises:
        UsageError: CERT-E010, names every extra to install.
    """
    require_known(engine)
    needed = {
        EXTRAS[engine]: NEEDS[engine],
        "registry": ("sqlmodel", "alembic"),
        "pdf": ("weasyprint", "jinja2", "segno"),
    }
    absent = {extra: [module for module in modules if find_spec(module) is None] for extra, modules in needed.items()}
    extras = [extra for extra, modules in absent.items() if modules]
    if extras:
        modules = ", ".join(module for extra in extras for module in absent[extra])
        raise UsageError(
            "CERT-E010",
            f"a run with the {engine} engine needs {modules}, which this install lacks",
            "they come as optional parts, so that whoever only checks certificates installs little",
            f"pip install 'certify-models[{','.join(extras)}]'",
        )


def prepare_engine(folder: RunFolder, inputs: RunInputs, reporter: Reporter) -> Prepared:
    """A run ready for its plan.

    Raises:
        UsageError: CERT-E063, the pilot's answers exceed the policy's token cap; nothing was logged.
    """
    reporter.stage("Preparing the engine")
    staged = stage_copy(folder, inputs.model)
    described = Described.from_document(
        folder.once_document("described.json", lambda: describe_model(staged, inputs).document()), name="described.json"
    )
    if not folder.has("plan.bundle.json"):
        reporter.note(f"decoding: {decoding_words(described.configuration)}")
        result = run_pilot(folder, staged, described, inputs, reporter)
        require_token_cap(result, _cap(inputs))
    return Prepared(inputs=inputs, staged=staged, described=described)


def tell_unscored(checks: Sequence[PlannedCheck], described: Described, reporter: Reporter) -> None:
    """Says which checks will end without a result because the engine tells no log-probabilities of given texts."""
    unscored = [check.id for check in checks if check.reads is not None]
    if unscored and described.facts.scores is False:
        engine = described.configuration.engine
        reporter.note(
            f"{', '.join(unscored)} will not run: the {engine} engine tells no log-probabilities of given texts here; "
            "use --engine hf or vllm, or a server whose completions take echo and logprobs"
        )


def stage_copy(folder: RunFolder, model: ModelFolder) -> Path:
    """A copy of the runtime files, each checked against the manifest as it is copied."""
    staged = folder.file("staged")
    if not (folder.has("staged.done") and staged.is_dir()):
        shutil.rmtree(staged, ignore_errors=True)
        stage(model, staged)
        folder.once("staged.done", lambda: model.manifest.identity.encode() + b"\n")
    else:
        recheck(replace(model, folder=staged))
    return staged


def run_pilot(
    folder: RunFolder, staged: Path, described: Described, inputs: RunInputs, reporter: Reporter
) -> PilotResult:
    """Answers to a few problems that no plan asks; made once for a run."""
    reporter.stage("Piloting: does the model finish within the token cap?")
    requests = pilot_requests(inputs.policy.policy.checks)

    def measure() -> PilotResult:
        return pilot(
            staged,
            described.configuration,
            requests,
            progress=lambda seen: reporter.advance(seen.done, seen.total, "pilot answers"),
            max_seconds=PILOT_SECONDS,
            batch_size=inputs.request.at_once,
            server=server_of(inputs.request),
            key=key_of(inputs.request),
        )

    return PilotResult.from_document(folder.once_document("pilot.json", lambda: measure().document()), name="pilot")


def describe_model(staged: Path, inputs: RunInputs) -> Described:
    """The configuration the model would be tested in here."""
    request = inputs.request
    return describe(
        staged,
        request.engine,
        device=request.device,
        dtype=request.dtype,
        prompt_style=request.prompt_style,
        system_prompt=request.system_prompt,
        server=server_of(request),
        key=key_of(request),
        tensor_parallel=request.tensor_parallel,
        batch_invariant=request.batch_invariant,
        context_length=request.context_length,
        sampling=sampling_of(inputs.policy.policy.checks, request.decoding),
    )


def _cap(inputs: RunInputs) -> int:
    return max(request.max_tokens for request in pilot_requests(inputs.policy.policy.checks))
