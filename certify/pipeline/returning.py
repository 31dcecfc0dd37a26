"""What comes back from reviewers on other machines: verified as a whole before any of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.canonical import parse_json
from certify.evidence.evaluation import WitnessAnswer
from certify.files import write_whole
from certify.pipeline import approving, waiving
from certify.pipeline.case import DECISION, Case, read_case
from certify.pipeline.files import RunFolder
from certify.pipeline.handoff import PLAN, WRITTEN
from certify.pipeline.planning import WITNESS_FOLDER
from certify.pipeline.voices import require_counting_voice
from certify.pipeline.workspace import Workspace
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify.trust.keys import public_key_of, signature_matches
from certify.verify.approvals import verify_approval
from certify.verify.entropy import witness_message

Kind = Literal["approval", "waiver", "witness answer"]


@dataclass(frozen=True)
class Taken:
    """Something that came back and was kept."""

    kind: Kind
    """What it is."""
    by: str
    """Who signed it, as the trust file names the key's holder."""
    path: Path
    """Where it is now."""


def take_back(workspace: Workspace, parts: Iterable[tuple[str, bytes]]) -> tuple[list[Taken], list[str]]:
    """What reviewers signed, kept where the next start finds it, and the names of files that were passed over.

    Everything is verified under the workspace's trust file before anything is kept.

    Raises:
        HostileInput: CERT-E109, a file is what a reviewer signs, and not signed as it must be.
    """
    returns = _Returns(workspace)
    planned, passed = [], []
    for name, data in parts:
        if PurePosixPath(name).name in WRITTEN:
            continue
        try:
            keep = returns.plan(data)
        except HostileInput as error:
            raise HostileInput(
                "CERT-E109", f"{name[:100]} cannot be taken: {error.what}", f"{error.code}. {error.why}".strip(),
                "nothing was kept; ask its sender for a good copy, or take the others alone",
            ) from error  # fmt: skip
        if keep is None:
            passed.append(name)
        else:
            planned.append(keep)
    return [keep.store(workspace) for keep in planned], passed


@dataclass(frozen=True)
class _Keep:
    """A verified return that has not been kept yet."""

    kind: Kind
    by: str
    bundle: Bundle | None = None
    folder: RunFolder | None = None
    case: Case | None = None
    answer: WitnessAnswer | None = None

    def store(self, workspace: Workspace) -> Taken:
        if self.bundle is not None and self.folder is not None and self.case is not None:
            path = approving.keep_approval(workspace, self.folder, self.case, self.bundle)
        elif self.bundle is not None:
            path = waiving.keep_waiver(workspace, self.bundle)
        else:
            assert self.answer is not None  # noqa: S101 - one of the three is there
            assert self.folder is not None  # noqa: S101
            path = self.folder.file(WITNESS_FOLDER) / f"{self.answer.keyid[:16]}.json"
            write_whole(path, self.answer.to_bytes())
        return Taken(self.kind, self.by, path)


class _Returns:
    """Tells what a returned file is, and for which run."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.trust = workspace, workspace.trust
        self.runs = list(workspace.runs())

    def plan(self, data: bytes) -> _Keep | None:
        """What to keep; None for a file that no reviewer signs."""
        document = _json_object(data)
        if document is None:
            return None
        if set(document) == {"keyid", "signature"}:
            return self._answer(WitnessAnswer.from_document(document, name="witness answer"))
        if "dsseEnvelope" not in document:
            return None
        bundle = parse_bundle(document)
        kind = statement_of(bundle).predicate_type
        if kind == kinds.APPROVAL:
            return self._approval(bundle)
        if kind == kinds.WAIVER:
            waiver = waiving.verify_waiver(bundle, self.trust)
            require_counting_voice(self.workspace, bundle, waiving.WHAT)
            return _Keep("waiver", waiver.party, bundle)
        return None

    def _approval(self, bundle: Bundle) -> _Keep:
        decision = statement_of(bundle).subject[0].digest.sha256
        for folder in self.runs:
            if folder.has(DECISION) and waiving.read_bundle(folder.file(DECISION)).payload_sha256 == decision:
                case = read_case(folder.file(DECISION), folder.name, self.trust)
                said = verify_approval(bundle, case.decision, self.trust)
                require_counting_voice(self.workspace, bundle, approving.WHAT)
                return _Keep("approval", said.party, bundle, folder, case)
        raise HostileInput("CERT-E106", "no run here has come to the decision that it is about")

    def _answer(self, answer: WitnessAnswer) -> _Keep:
        witness = next((one for one in self.trust.seed_witnesses if one.keyid == answer.keyid), None)
        if witness is None:
            raise HostileInput("CERT-E055", "the trust file names no seed witness with that key")
        for folder in self.runs:
            if folder.has(PLAN):
                plan = waiving.read_bundle(folder.file(PLAN)).payload_sha256
                signed = bytes.fromhex(answer.signature)
                if signature_matches(public_key_of(witness.pem), signed, witness_message(plan)):
                    return _Keep("witness answer", witness.party, folder=folder, answer=answer)
        raise HostileInput("CERT-E092", "it answers none of the plans made here")


def _json_object(data: bytes) -> dict[str, object] | None:
    """The object in JSON bytes; None for anything else, such as the instructions."""
    if data.lstrip()[:1] != b"{" or b"\n{" in data.strip():
        return None
    document = parse_json(data, name="a returned file")
    return document if isinstance(document, dict) else None
