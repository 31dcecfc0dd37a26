"""What stands behind the verdict of a run or a certificate: its policy, its decision, its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from certify.decide import LoadedPolicy, policy_from_document
from certify.decide.why import Found
from certify.errors import HostileInput, UsageError
from certify.evidence import statement as kinds
from certify.evidence.canonical import parse_json
from certify.evidence.decision import Decision
from certify.files import read_file
from certify.pipeline.files import RunFolder
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify.trust.summary import decision_of
from certify.verify.document import certificate_in, open_document


class Behind(NamedTuple):
    """A decision with what it rests on, as the files say; no signature is checked here."""

    policy: LoadedPolicy
    """What decided."""
    decision: Decision
    """What it came to."""
    statements: dict[str, Found]
    """The evidence, by the short name of its kind; where there are several of a kind, the last."""


def behind_run(folder: RunFolder) -> Behind:
    """What stands behind a run's verdict.

    Raises:
        UsageError: CERT-E012, it has not decided yet.
    """
    if not folder.has("decision.bundle.json") or not folder.has("policy.json"):
        raise UsageError(
            "CERT-E012", f"run {folder.name} has not come to a decision yet", hint="certify show lists the runs"
        )
    files = sorted(folder.path.glob("*.bundle.json"))
    bundles = [parse_bundle(read_file(file), name=file.name) for file in files]
    return _behind(parse_json(read_file(folder.file("policy.json")), name="policy.json"), bundles)


def behind_certificate(path: Path) -> Behind:
    """What stands behind the certificate in a PDF or a bundle.

    Raises:
        HostileInput: it is not one; CERT-E091, its policy is not the one that decided.
    """
    document = open_document(read_file(path))
    certificate_in(document)
    return _behind(document.file.policy, document.statements.values())


def _behind(policy: object, bundles: Iterable[Bundle]) -> Behind:
    statements: dict[str, Found] = {}
    decision: Decision | None = None
    for bundle in bundles:
        said = statement_of(bundle)
        statements[kinds.SHORT_NAMES.get(said.predicate_type, "")] = Found(bundle.payload_sha256, said.predicate)
        if said.predicate_type == kinds.VSA:
            decision = decision_of(said)
    try:
        loaded = policy_from_document(policy)
    except UsageError as error:  # whoever reads a certificate did not write its policy
        raise HostileInput("CERT-E091", "the policy at hand cannot have decided", error.what) from error
    if decision is None or decision.policy != loaded.reference:
        raise HostileInput("CERT-E091", "the policy at hand is not the one that decided")
    return Behind(loaded, decision, statements)
