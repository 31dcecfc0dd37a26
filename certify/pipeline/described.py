"""A steward's signed words, read back: whose they are, and what else speaks of the same data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify.errors import HostileInput
from certify.evidence import statement as kinds
from certify.evidence.dataset import Dataset, Declaration
from certify.evidence.statement import SHORT_NAMES, Subject
from certify.evidence.visibility import withheld_fields
from certify.export.origin import Origin
from certify.files import read_file
from certify.identify.manifest import MAX_MANIFEST, Manifest
from certify.pipeline.clock import now
from certify.trust.bundle import Bundle, parse_bundle, statement_of
from certify.trust.trustfile import TrustFile
from certify.trust.verified import verify_statement


@dataclass(frozen=True)
class SignedDescription:
    """The steward's claim, who signed it, and the model that it names."""

    dataset: Dataset
    """The claim."""
    origin: Origin
    """Which statement, and who signed it."""
    model: Subject | None
    """The model that the data is said to have trained, if the statement names one."""


def signed_description(path: Path, trust: TrustFile | None) -> SignedDescription:
    """A steward's statement in a bundle; the signer is named where a trust file says who it is.

    Raises:
        HostileInput: CERT-E045, another kind of statement, or about other data than its subject; with a trust file
            what ``verify_statement`` refuses.
        TrustError: CERT-E042, the trust file has run out.
    """
    bundle, value, party = _claim(path, kinds.DATASET, Dataset, trust)
    statement = statement_of(bundle)
    if statement.subject[0].digest.sha256 != value.dataset.identity:
        raise HostileInput("CERT-E045", f"{path} names one dataset as its subject and speaks of another")
    hidden = tuple(one.field for one in withheld_fields(statement.predicate))
    model = statement.subject[1] if len(statement.subject) > 1 else None
    return SignedDescription(value, Origin(bundle.payload_sha256, bundle.keyid, party, hidden), model)


def _claim(path: Path, kind: str, model: type[Any], trust: TrustFile | None) -> tuple[Bundle, Any, str | None]:
    """The claim in a bundle, and who signed it where a trust file says so."""
    bundle = parse_bundle(read_file(path), name=str(path))
    if trust is not None:
        trust.require_current(now())
        found = verify_statement(bundle, role="data-steward", predicate_type=kind, model=model, trust=trust)
        return bundle, found.value, found.party
    statement = statement_of(bundle)
    if statement.predicate_type != kind:
        raise HostileInput(
            "CERT-E045", f"{path} is a statement of another kind", hint=f"a {SHORT_NAMES[kind]} is needed"
        )
    return bundle, model.from_document(statement.predicate, name=str(path), by_name=False), None


def listed_shards(path: Path, dataset: Dataset) -> Manifest:
    """The list of shards in a file, which is that of the data described.

    Raises:
        HostileInput: CERT-E058, it lists other data; CERT-E025, it is no list.
    """
    found = Manifest.from_bytes(read_file(path, max_bytes=MAX_MANIFEST))
    if found.identity != dataset.dataset.identity:
        raise HostileInput(
            "CERT-E058",
            f"{path} lists other data than the statement speaks of",
            hint="write it with `certify data describe DATA --manifest FILE`",
        )
    return found


def owners_declaration(path: Path, signed: SignedDescription, trust: TrustFile | None) -> tuple[Declaration, Origin]:
    """The owner's word about the model that the data is said to have trained, and who signed it.

    Raises:
        HostileInput: CERT-E058, it is about another model; otherwise as ``signed_description``.
    """
    bundle, value, party = _claim(path, kinds.DECLARATION, Declaration, trust)
    if signed.model is None or statement_of(bundle).subject[0].digest != signed.model.digest:
        raise HostileInput(
            "CERT-E058",
            f"the statement does not say that the data trained the model of {path}",
            "the summary would tie the data to a model that its steward did not name",
            "make the statement with `certify data describe DATA --model DIR --out FILE`",
        )
    return value, Origin(bundle.payload_sha256, bundle.keyid, party)
