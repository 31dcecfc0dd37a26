"""Waivers on the issuer's side: made, kept, and fixed for a run before it decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from certify.attest.statements import waiver_statement
from certify.decide import LoadedPolicy
from certify.errors import HostileInput, UsageError
from certify.evidence import statement as kinds
from certify.evidence.approval import MAX_WAIVER_DAYS, Waiver
from certify.files import read_file, write_whole
from certify.pipeline.clock import FORM, now
from certify.pipeline.files import RunFolder
from certify.pipeline.voices import require_counting_voice
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import MAX_BUNDLE, Bundle, parse_bundle
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner
from certify.trust.timestamps import Timestamper
from certify.trust.trustfile import TrustFile
from certify.trust.verified import Verified, verify_voice
from certify.verify.approvals import ROLE, require_approver

FOLDER = "waivers"
"""Where a workspace keeps waivers for the runs to come."""
FIXED = "waivers.jsonl"
"""The waivers a run decides with, fixed once."""
WHAT = "waiver"
"""What errors call it."""
MOST_WAIVERS = 100
"""Waivers for one model and policy that a decision looks at; more than a policy has rules is a mistake."""


@dataclass(frozen=True)
class Exemption:
    """What a person asks to have waived."""

    rule: str
    """The one rule."""
    model: str
    """Identity of the one model."""
    model_name: str
    """What people call it."""
    reason: str
    """Why."""
    ticket: str
    """Where the matter is kept."""
    approver: str
    """Who answers for it."""
    expires: str
    """When it ends, RFC 3339 in UTC."""


def sign_waiver(
    asked: Exemption, policy: LoadedPolicy, signer: StatementSigner, timestamper: Timestamper | None = None
) -> Bundle:
    """The signed waiver, for exactly this policy and model, from now on.

    Raises:
        UsageError: CERT-E104, the policy has no such rule or lets nobody waive it, or the end is no time of the
            calendar, past, or more than 90 days away.
    """
    rule = next((one for one in policy.policy.rules if one.id == asked.rule), None)
    if rule is None:
        known = ", ".join(one.id for one in policy.policy.rules)
        raise _refused(f"the policy {policy.policy.id} has no rule {asked.rule!r}", hint=f"its rules: {known}")
    if rule.waivable is False:
        raise _refused(
            f"the policy {policy.policy.id} lets nobody waive {rule.id}",
            "without it the certificate would say nothing",
            rule.remedy,
        )
    begins = now()
    _require_end(begins, asked.expires)
    reference = policy.reference
    document = {
        "rule": rule.id,
        "policy": reference.id,
        "policyVersion": reference.version,
        "policySha256": reference.sha256,
        "reason": asked.reason,
        "ticket": asked.ticket,
        "approver": asked.approver,
        "validFrom": begins,
        "expiresAt": asked.expires,
    }
    try:
        waiver = Waiver.from_document(document, name="waiver")
    except HostileInput as error:
        raise _refused(error.what) from error
    payload = waiver_statement(waiver, asked.model, asked.model_name)
    return parse_bundle(sign_statement(payload, signer, timestamper))


def _require_end(begins: str, ends: str) -> None:
    try:
        span = datetime.strptime(ends, FORM).replace(tzinfo=UTC) - datetime.strptime(begins, FORM).replace(tzinfo=UTC)
    except ValueError as error:
        raise _refused(f"{ends!r} is not a time", hint="write it like 2026-12-24T12:00:00Z") from error
    if span.total_seconds() <= 0:
        raise _refused(f"the waiver would have ended already, at {ends}", hint="give --expires a moment to come")
    if span.total_seconds() > MAX_WAIVER_DAYS * 86400:
        raise _refused(
            f"the waiver would last longer than {MAX_WAIVER_DAYS} days",
            "an exception that outlives a quarter has become the rule; policies are changed in the open",
            "give --expires an earlier moment",
        )


def verify_waiver(bundle: Bundle, trust: TrustFile) -> Verified[Waiver]:
    """The waiver of a bundle, if one approver signed it with a key for nothing else.

    Raises:
        HostileInput: its form, signature or role is wrong; CERT-E106, the key holds another role too.
    """
    waiver = verify_voice(bundle, role=ROLE, predicate_type=kinds.WAIVER, model=Waiver, trust=trust)
    require_approver(waiver.keyid, trust)
    return waiver


def keep_waiver(workspace: Workspace, bundle: Bundle) -> Path:
    """Where the workspace now keeps a waiver for the runs to come; it is verified first.

    Raises:
        HostileInput: as ``verify_waiver``; CERT-E126, its key counts no more, or not yet.
    """
    verify_waiver(bundle, workspace.trust)
    require_counting_voice(workspace, bundle, WHAT)
    path = workspace.home / FOLDER / f"{bundle.payload_sha256[:16]}.json"
    write_whole(path, bundle.to_bytes())
    return path


def waivers_for(
    workspace: Workspace, folder: RunFolder, named: Sequence[Path], model: str, policy: LoadedPolicy
) -> list[Bundle]:
    """The waivers a run decides with: those named, and those the workspace keeps for this model and policy.

    They are fixed once, before the decision; whatever comes later is for the next run.

    Raises:
        UsageError: CERT-E105, one that was named is for another model or policy.
        HostileInput: one is not signed by an approver; CERT-E126, its key does not count where it lies in the log.
    """
    if folder.has("decision.bundle.json") and not folder.has(FIXED):
        return []

    def gather() -> bytes:
        found = {bundle.payload_sha256: bundle for bundle in _gather(workspace, named, model, policy)}
        if len(found) > MOST_WAIVERS:
            raise UsageError("CERT-E104", f"there are {len(found)} waivers for this model", "", "keep those in force")
        return b"".join(bundle.to_bytes() + b"\n" for _, bundle in sorted(found.items()))

    return [parse_bundle(line, name=FIXED) for line in folder.once(FIXED, gather).splitlines()]


def _gather(workspace: Workspace, named: Sequence[Path], model: str, policy: LoadedPolicy) -> Iterator[Bundle]:
    for path in named:
        bundle, waiver = _verified(path, workspace)
        if not _concerns(waiver, model, policy):
            raise UsageError(
                "CERT-E105",
                f"the waiver {path} is for another model or policy",
                "a waiver counts for the one model and policy it names",
                "leave it out, or ask its approver for one that fits: certify waive",
            )
        yield _counting(path, workspace, bundle)
    for path in _kept(workspace):
        bundle, waiver = _verified(path, workspace)
        if _concerns(waiver, model, policy):
            yield _counting(path, workspace, bundle)


def _verified(path: Path, workspace: Workspace) -> tuple[Bundle, Verified[Waiver]]:
    bundle = read_bundle(path)
    with _named(path):
        return bundle, verify_waiver(bundle, workspace.trust)


def _counting(path: Path, workspace: Workspace, bundle: Bundle) -> Bundle:
    with _named(path):
        require_counting_voice(workspace, bundle, WHAT)
    return bundle


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Whatever is wrong with a waiver in a file is told with the file's name."""
    try:
        yield
    except HostileInput as error:
        what = f"the waiver {path} cannot be used: {error.what}"
        raise HostileInput(error.code, what, error.why, "move it away, or ask an approver of today for one") from error


def _kept(workspace: Workspace) -> Iterable[Path]:
    kept = workspace.home / FOLDER
    return [path for path in sorted(kept.glob("*.json")) if not path.name.startswith(".")] if kept.is_dir() else []


def _concerns(waiver: Verified[Waiver], model: str, policy: LoadedPolicy) -> bool:
    """Whether it speaks of this model and policy, in force or not: what does not hold is told in the decision."""
    return waiver.statement.subject[0].digest.sha256 == model and waiver.value.policy in (None, policy.policy.id)


def read_bundle(path: Path) -> Bundle:
    """The signed statement in a file that a user named; nothing in it is believed yet.

    Raises:
        UsageError: CERT-E012, it cannot be read.
        HostileInput: it is too large, or not a bundle.
    """
    if path.is_file() and path.stat().st_size > MAX_BUNDLE:
        raise HostileInput("CERT-E045", f"{path} is larger than any signed statement")
    return parse_bundle(read_file(path), name=str(path))


def _refused(what: str, why: str = "", hint: str = "") -> UsageError:
    return UsageError("CERT-E104", what, why, hint or "certify waive --help")
