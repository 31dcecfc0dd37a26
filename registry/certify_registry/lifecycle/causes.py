"""Why a certificate is touched by something that went wrong: told from its own signed statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certify.evidence import statement as kinds
from certify.evidence.certificate import Certificate
from certify.evidence.plan import Plan
from certify.trust.bundle import parse_bundle, statement_of
from certify_registry.store.index_rows import folded
from certify_registry.store.lookup import CertificateRow
from certify_registry.store.terms import asked_by

if TYPE_CHECKING:
    from certify_registry.reader import Reader


def cause_of(reader: Reader, row: CertificateRow, kind: str, value: str) -> str:
    """A sentence that says what of a certificate rests on a key, benchmark, engine, policy or dataset.

    Raises:
        RegistryError: CERT-E070, a statement is damaged.
    """
    bundle = parse_bundle(reader.bundle(row.payload_sha256))
    made = Certificate.from_document(statement_of(bundle).predicate, name="certificate")
    if kind == "key":
        return _signed(made, bundle.keyid, value.lower())
    if kind == "benchmark":
        return _asked(reader, made, value)
    if kind == "engine":
        return f"tested with {made.configuration.engine}: {made.configuration.engine_version}"
    if kind == "policy":
        return f"decided under {made.policy.id} {made.policy.version}"
    names = [one.name for one in made.datasets if value.lower() == one.identity or folded(value) == folded(one.name)]
    return f"names the training data {', '.join(names)}"


def _signed(made: Certificate, keyid: str, named: str) -> str:
    signed = [one.kind for one in made.evidence if one.keyid.startswith(named)]
    signed += ["certificate"] if keyid.startswith(named) else []
    holders = sorted({one.party for one in made.evidence if one.keyid.startswith(named)})
    return f"the key signed its {', '.join(dict.fromkeys(signed))}" + (f" for {', '.join(holders)}" if holders else "")


def _asked(reader: Reader, made: Certificate, value: str) -> str:
    plans = [one.payload_sha256 for one in made.evidence if one.predicate_type == kinds.PLAN]
    checks = []
    for digest in plans:
        predicate = statement_of(parse_bundle(reader.bundle(digest))).predicate
        for check in Plan.from_document(predicate, name="plan").checks:
            names, digests = asked_by(check.parameters)
            if value.lower() in digests or folded(value) in map(folded, names):
                checks.append(check.id)
    return f"its plan names the benchmark in {', '.join(checks)}"
