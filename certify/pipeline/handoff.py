"""What goes to a reviewer on another machine: statements only, never a key or a model."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from certify.errors import EvidenceMissing, UsageError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.decision import Verdict
from certify.evidence.plan import EntropyKind, Plan
from certify.files import read_file, write_whole
from certify.pipeline.case import DECISION, POLICY, STATEMENTS
from certify.pipeline.files import RunFolder
from certify.pipeline.handoff_words import ReviewerRole, instructions
from certify.pipeline.waiving import FIXED
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.summary import decision_of

PLAN = "plan.bundle.json"
_STATEMENT_FILES = tuple(f"{kind}.bundle.json" for kind in STATEMENTS)
FILES: Mapping[str, tuple[str, ...]] = {
    "approver": (DECISION, *_STATEMENT_FILES, FIXED, POLICY),
    "witness": (PLAN, "plan.proof"),
    "steward": ("dataset.bundle.json", "declaration.bundle.json", PLAN, "contamination.bundle.json"),
}
"""What each reviewer is sent of a run; what a run does not have is left out."""
NEEDED = {"approver": DECISION, "witness": "plan.proof", "steward": "dataset.bundle.json"}
"""Without this file of the run there is nothing to hand over yet."""
WRITTEN = frozenset({"handoff.json", "README.md"}).union(*FILES.values())
"""Names of everything a reviewer is sent; what comes back under one of them is not read again."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Time of every file in an archive, so that the same statements make the same archive."""


def parcel_for(workspace: Workspace, folder: RunFolder, reviewer: ReviewerRole) -> dict[str, bytes]:
    """The files for a reviewer, by name: the statements, and how to go about them.

    Raises:
        EvidenceMissing: CERT-E108, the run has not come so far.
        UsageError: CERT-E108, nothing is asked of this reviewer.
    """
    if not folder.has(NEEDED[reviewer]):
        raise EvidenceMissing(
            "CERT-E108",
            f"run {folder.name} has nothing for a {reviewer} yet",
            f"it has no {NEEDED[reviewer]}",
            "carry it further with `certify plan make`, `certify check` or `certify decide`",
        )
    _require_question(folder, reviewer)
    names = [name for name in FILES[reviewer] if folder.has(name)]
    files = {name: read_file(folder.file(name)) for name in names}
    about = {
        "schema": "certify/handoff/v1",
        "run": folder.name,
        "for": reviewer,
        "trustFingerprint": workspace.trust.fingerprint,
    }
    files["handoff.json"] = canonical_bytes(about)
    files["README.md"] = instructions(reviewer, folder.name, workspace.trust, files).encode()
    return files


def _require_question(folder: RunFolder, reviewer: ReviewerRole) -> None:
    """Returns if there is something to answer: a decision that certifies, or a plan that asks witnesses."""
    if reviewer == "approver":
        decision = decision_of(statement_of(parse_bundle(read_file(folder.file(DECISION)), name="decision")))
        if decision.verdict is not Verdict.CERTIFIED:
            raise UsageError(
                "CERT-E108",
                f"the decision of run {folder.name} is {decision.verdict.value}; there is nothing to approve",
                hint=f"certify show {folder.name} says why",
            )
    if reviewer == "witness":
        bundle = parse_bundle(read_file(folder.file(PLAN)), name="plan")
        plan = Plan.from_document(statement_of(bundle).predicate, name="plan")
        if plan.entropy.kind is not EntropyKind.SEED_WITNESSES:
            raise UsageError(
                "CERT-E108",
                f"the plan of run {folder.name} asks no seed witness",
                hint="plan with them: certify run MODEL --policy P --entropy seedWitnesses",
            )


def write_parcel(files: Mapping[str, bytes], out: Path) -> None:
    """Puts the files at ``out``: one archive where its name ends in .zip, a new folder otherwise.

    Raises:
        UsageError: CERT-E011, there is something at ``out`` already.
    """
    if out.exists():
        raise UsageError("CERT-E011", f"{out} exists", "nothing is overwritten", "name another file or folder")
    if out.suffix != ".zip":
        for name, data in sorted(files.items()):
            write_whole(out / name, data)
        return
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    write_whole(out, packed.getvalue())
