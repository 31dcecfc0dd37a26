"""``certify verify``: a stranger's check of a certificate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from certify.cli.options import Context, Json, MaxStatusAge, MinLevel, Online, Registry, Status, StatusList, Trust
from certify.cli.render import checklist, emit, emit_json, fields, next_step
from certify.errors import ExitCode

if TYPE_CHECKING:
    from certify.verify.verification import Verification

app = typer.Typer(add_completion=False)

EXIT_CODES = {"valid": ExitCode.POSITIVE, "stale": ExitCode.INCOMPLETE, "incomplete": ExitCode.INCOMPLETE}
SENTENCES = {
    "valid": "VALID: intact, signed by who it says; 'status' tells about withdrawal.",
    "stale": "STALE: intact, but no answer about withdrawal is as fresh as you ask for.",
    "invalid": "INVALID: do not rely on this document.",
    "revoked": "REVOKED: this certificate was withdrawn for good.",
    "suspended": "SUSPENDED: this certificate is withdrawn for now.",
    "expired": "EXPIRED: this certificate was good once; its time is over.",
    "superseded": "SUPERSEDED: a newer certificate takes this one's place.",
    "not_yet_valid": "NOT YET VALID: this certificate's time has not begun.",
    "incomplete": "INCOMPLETE: intact; signer unknown, so nobody vouches for it yet.",
}
UNCOMPARED = "INCOMPLETE: intact, signed by who it says; another version of certify made what this one cannot compare."


@app.command()
def verify(
    context: typer.Context,
    certificate: Annotated[str, typer.Argument(metavar="CERT", help="A PDF, a bundle, or a serial.")],
    model: Annotated[Path | None, typer.Option(help="Folder that should hold the certified model.")] = None,
    policy: Annotated[str | None, typer.Option(help="Insist on this policy.")] = None,
    min_level: MinLevel = 0,
    trust: Trust = None,
    at: Annotated[str | None, typer.Option(help="Time to ask about, 2026-11-23T12:00:00Z; now when absent.")] = None,
    max_status_age: MaxStatusAge = None,
    status: Status = None,
    status_list: StatusList = None,
    registry: Registry = None,
    online: Online = False,
    rerun: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A second party's signed rerun (`certify audit --rerun`).")
    ] = None,
    require_witnesses: Annotated[
        int, typer.Option(min=0, metavar="N", help="At least N of the trust file's witnesses cosigned the log.")
    ] = 0,
    json: Json = False,
) -> int:
    """Check somebody's certificate, offline, under your own trust file."""
    from certify.cli.reading import find_certificate, find_trust, registry_of
    from certify.decide import load_policy
    from certify.evidence.certificate import Level
    from certify.files import read_file
    from certify.pipeline.clock import now
    from certify.verify.expectations import Expectations
    from certify.verify.verify import verify_certificate

    settings = Context.of(context)
    trust_file = find_trust(settings, trust)
    found = find_certificate(settings, certificate, status, registry or registry_of(trust_file, wanted=online))
    wanted = load_policy(policy).reference if policy else None
    result = verify_certificate(
        found.data,
        trust=trust_file,
        expectations=Expectations(
            at=at or now(),
            model=model,
            policy=wanted.id if wanted else None,
            policy_sha256=wanted.sha256 if wanted else None,
            minimum_level=Level(min_level),
            maximum_status_age_days=max_status_age,
            rerun=read_file(rerun) if rerun else None,
            status_lists=read_file(status_list) if status_list else None,
            minimum_witnesses=require_witnesses,
        ),
        answer=found.answer,
        asked_at=found.asked_at,
    )
    if json:
        emit_json("verify", {**result.document(), "modifiedPack": _is_modified(result)})
    else:
        _show(result, trust_file.name if trust_file else None, certificate)
    return int(EXIT_CODES.get(result.verdict, ExitCode.NEGATIVE))


def _is_modified(result: Verification) -> bool:
    """Whether the policy that decided passes for a shipped one that it is not."""
    from certify.decide import read_policy, shipped_policies

    name = (result.policy or "").partition(" ")[0]
    return name in shipped_policies() and read_policy(name).reference.sha256 != result.policy_sha256


def _policy(result: Verification) -> str:
    if result.policy is None:
        return "not established"
    modified = ": modified pack, not the one that comes with this certify" if _is_modified(result) else ""
    return f"{result.policy}, digest {(result.policy_sha256 or '')[:16]}{modified}"


def _show(result: Verification, trust_name: str | None, certificate: str) -> None:
    rows = [
        ("signer", result.signer or "unknown"),
        ("trust file", f"{trust_name}, fingerprint {(result.trust_fingerprint or '')[:16]}" if trust_name else "none"),
        ("policy", _policy(result)),
        ("level", f"L{result.level}" if result.level is not None else "not established"),
        ("serial", result.serial or "not readable"),
    ]
    fields(rows)
    emit()
    uncompared = result.verdict == "incomplete" and result.signer is not None
    emit(UNCOMPARED if uncompared else SENTENCES[result.verdict], "pass" if result.verdict == "valid" else "fail")
    if result.development:
        emit("DEVELOPMENT KEYS: a demonstration, never to be relied on.", "warn")
    emit()
    checklist([(line.result, line.id, line.detail) for line in result.checks if line.result != "skip"])
    skipped = [(line.result, line.id, line.detail) for line in result.checks if line.result == "skip"]
    if skipped:
        emit()
        emit("not checked:")
        checklist(skipped)
    failed = next((line.code for line in result.checks if line.result == "fail" and line.code), None)
    if failed:
        next_step(f"certify explain {failed}")
    elif uncompared:
        next_step("pip install --upgrade certify-models", "then verify again")
    elif result.verdict == "incomplete":
        next_step(f"certify verify {certificate} --trust FILE", "the trust file comes from whoever you trust")
    elif result.verdict == "stale":
        next_step(f"certify verify {certificate} --registry URL", "asks the registry; --online the trust file's")
    elif result.verdict == "valid":
        next_step(f"certify show {certificate}")
