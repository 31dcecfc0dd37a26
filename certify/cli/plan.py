"""``certify plan``: first stage of a run, and the answers of seed witnesses."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, Trust, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.stages import tell
from certify.errors import ExitCode, TrustError
from certify.evidence.plan import EntropyKind
from certify.pipeline.request import RunRequest, Stage

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="First stage of run: sign and log the plan, ask nothing yet."
)


@app.command("make")
def make(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    policy: Annotated[str, typer.Option(help="Shipped id, or path of a policy.")],
    data: Annotated[list[Path] | None, typer.Option(help="Training data at hand; repeat for several.")] = None,
    data_complete: Annotated[bool, typer.Option(help="Attest that this is all of the training data.")] = False,
    name: Annotated[str | None, typer.Option(help="Name of the model.")] = None,
    declaration: Annotated[Path | None, typer.Option(help="Declaration of intended use, YAML.")] = None,
    engine: Annotated[str, typer.Option(help="hf or vllm.")] = "hf",
    entropy: Annotated[EntropyKind, typer.Option(help="Where the seed comes from.")] = EntropyKind.SELF,
    json: Json = False,
) -> int:
    """Sign and log the plan of a run; no question is drawn yet."""
    from certify.pipeline.main import start_run
    from certify.pipeline.preparing import require_installed
    from certify.pipeline.workspace import Workspace

    request = RunRequest(
        model=model,
        policy=policy,
        data=tuple(data or ()),
        complete=data_complete,
        name=name,
        declaration=declaration,
        engine=engine,
        entropy=entropy,
    )
    require_installed(engine)
    home = Context.home(context)
    reporter = TerminalReporter()
    try:
        folder = start_run(Workspace.open_or_create(home, ask=ask_passphrase), request, reporter, upto=Stage.PLAN)
    finally:
        reporter.close()
    tell(str(home), folder.name, Stage.PLAN, json)
    return int(ExitCode.POSITIVE)


@app.command("answer")
def answer(
    context: typer.Context,
    plan: Annotated[Path, typer.Argument(help="plan.bundle.json of the run.")],
    proof: Annotated[Path, typer.Option(help="plan.proof of the run: that the log holds the plan.")],
    key: Annotated[Path, typer.Option(help="The witness's own Ed25519 key.")],
    trust: Trust = None,
) -> int:
    """As a seed witness, answer a plan that the log holds: prints the answer to hand back."""
    from certify.cli.reading import find_trust
    from certify.pipeline.files import read_file
    from certify.pipeline.witnessing import answer_plan
    from certify.trust.keys import load_key
    from certify.trust.passphrase import find_passphrase

    trust_file = find_trust(Context.of(context), trust)
    if trust_file is None:
        raise TrustError("CERT-E042", "a seed witness needs a trust file", hint="name it with --trust FILE")
    signer = load_key(key, find_passphrase(str(key), prompt=ask_passphrase))
    shown = read_file(proof).decode("utf-8", "replace")
    print(json_module.dumps(answer_plan(read_file(plan), shown, signer, trust_file).document(), indent=2))
    return int(ExitCode.POSITIVE)
