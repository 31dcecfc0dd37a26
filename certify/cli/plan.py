"""``certify plan``: first stage of a run, and the answers of seed witnesses."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from certify.cli.options import Context, Json, ask_passphrase
from certify.cli.progress import TerminalReporter
from certify.cli.stages import tell
from certify.errors import ExitCode
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
    plan: Annotated[Path, typer.Argument(help="plan.bundle.json of the run.")],
    key: Annotated[Path, typer.Option(help="The witness's own Ed25519 key.")],
) -> int:
    """As a seed witness, answer a plan: prints the answer to hand back."""
    from certify.pipeline.files import read_file
    from certify.pipeline.witnessing import answer_plan
    from certify.trust.keys import load_key
    from certify.trust.passphrase import find_passphrase

    signer = load_key(key, find_passphrase(str(key), prompt=ask_passphrase))
    print(json_module.dumps(answer_plan(read_file(plan), signer).document(), indent=2))
    return int(ExitCode.POSITIVE)
