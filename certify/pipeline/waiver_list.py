"""The waivers a workspace keeps for a policy, and how each stands before anything is decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from certify.decide import LoadedPolicy
from certify.decide.waivers import fault_of_waiver
from certify.errors import CertifyError, HostileInput
from certify.evidence.approval import Waiver
from certify.evidence.decision import WaiverFindingKind
from certify.files import read_file
from certify.pipeline.files import RunFolder
from certify.pipeline.waiving import FOLDER, read_bundle, verify_waiver
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.summary import decision_of


class StandingWaiver(NamedTuple):
    """A waiver that is kept for runs to come."""

    file: str
    """Name of its file."""
    waiver: Waiver | None
    """What it says; None where it cannot be believed."""
    model: str
    """Identity of the model it is for; empty like the waiver."""
    fault: str
    """Why it does not hold now: expired, not_yet_valid, too_broad, ...; empty where it does."""
    words: str
    """The same in a sentence."""
    used_by: tuple[str, ...]
    """The runs whose decision rests on it."""


def standing_waivers(workspace: Workspace, policy: LoadedPolicy, at: str) -> Iterator[StandingWaiver]:
    """Every waiver that the workspace keeps for a policy, and those that nobody can believe, by file name.

    Args:
        workspace: whose waivers.
        policy: the policy that would decide.
        at: the time to look at, RFC 3339 in UTC.
    """
    used = _used(workspace)
    kept = workspace.home / FOLDER
    for path in sorted(kept.glob("*.json")) if kept.is_dir() else ():
        if path.name.startswith("."):
            continue
        try:
            bundle = read_bundle(path)
            signed = verify_waiver(bundle, workspace.trust)
        except HostileInput as error:
            yield StandingWaiver(path.name, None, "", "not_believed", error.what, ())
            continue
        if signed.value.policy not in (None, policy.policy.id):
            continue
        model = signed.statement.subject[0].digest.sha256
        fault = fault_of_waiver(signed, policy, model, at)
        runs = tuple(used.get(bundle.payload_sha256, ()))
        if fault is None and not runs:
            fault = (WaiverFindingKind.UNUSED, "it holds, and no decision here has used it yet")
        yield StandingWaiver(path.name, signed.value, model, *(fault or ("", "it holds")), runs)


def _used(workspace: Workspace) -> dict[str, list[str]]:
    """Waiver to the runs whose decision rests on it; what cannot be read is no use."""
    found: dict[str, list[str]] = {}
    for folder in workspace.runs():
        for digest in _used_in(folder):
            found.setdefault(digest, []).append(folder.name)
    return found


def _used_in(folder: RunFolder) -> list[str]:
    if not folder.has("decision.bundle.json"):
        return []
    try:
        decision = decision_of(statement_of(parse_bundle(read_file(folder.file("decision.bundle.json")))))
    except CertifyError:
        return []
    return [rule.waiver.payload_sha256 for rule in decision.rules if rule.waiver is not None]
