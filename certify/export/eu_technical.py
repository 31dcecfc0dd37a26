"""What a certificate holds of the technical documentation that the EU's AI Act asks for.

Source: Regulation (EU) 2024/1689, Annex IV and Annex XI, section 1; only points that secondary sources name alike.
"""

from __future__ import annotations

from certify.evidence.data_description import DataDescription
from certify.export.certified import Certified
from certify.export.eu_sections import content_rows, processing_rows, source_sections
from certify.export.origin import NOT_STATED
from certify.export.sheet import (
    CERTIFICATE,
    DECLARED,
    TESTED,
    Entry,
    Section,
    data_named,
    declared,
    numbers,
    page,
    tested_as,
)

REMARKS = (
    "An extract for whoever writes the technical documentation, which is the provider's duty and asks for more. It is "
    "no assessment under Article 43 of the Regulation.",
    "Points are named in our words and were not compared with the Official Journal; points that are not listed here "
    "were not looked at.",
    "As of 2026-11-23: duties for high-risk systems of Annex III were to apply from 2027-12-02 and for products of "
    "Annex I from 2028-08-02, by an amendment whose text in the Official Journal was not found; duties of providers of "
    "general-purpose models apply since 2025-08-02.",
)


def eu_technical(found: Certified) -> str:
    """The extract in Markdown: each point answered, with where the answer comes from, or said to be absent."""
    sections = [*_annex_iv(found), *_annex_xi(found), *_data(found)]
    return page(found, "Extract for technical documentation, Regulation (EU) 2024/1689", REMARKS, sections,
                "not in this certificate")  # fmt: skip


def _annex_iv(found: Certified) -> list[Section]:
    certificate, said = found.certificate, found.certificate.declaration
    evaluation = found.evidence.evaluation
    signed = f"{TESTED}, signed by {evaluation.party}"
    points = [
        Entry("1", "general description: intended purpose", declared(said, "intended_use"), DECLARED),
        Entry("1", "general description: provider", declared(said, "owner", "contact"), DECLARED),
        Entry("1", "general description: version", declared(said, "version"), DECLARED),
        Entry("1", "general description: identity of the files", _identity(found), CERTIFICATE),
        Entry("2(d)", "training data: provenance, by digest", data_named(found), CERTIFICATE),
        Entry("2(e)", "human oversight", declared(said, "human_oversight"), DECLARED),
        Entry("2(g)", "metrics and results", numbers(found), signed),
        Entry("2(g)", "conditions of the tests", tested_as(found), signed),
        Entry("2(g)", "test logs, dated and signed", _logs(found), signed),
        Entry("2(g)", "policy fixed before the tests", _policy(found), f"plan, signed by {found.evidence.plan.party}"),
        Entry("2(h)", "cybersecurity"),
        Entry("3", "limits of capability and performance", declared(said, "known_risks"), DECLARED),
        Entry("3", "limits that the certificate states", " ".join(certificate.caveats), CERTIFICATE),
        Entry("6", "changes through the lifecycle", declared(said, "update_policy"), DECLARED),
        Entry("8", "declaration of conformity"),
        Entry("9", "plan of monitoring after placing on the market", declared(said, "monitoring"), DECLARED),
    ]
    return [("Annex IV: high-risk systems", points)]


def _annex_xi(found: Certified) -> list[Section]:
    said, model = found.certificate.declaration, found.certificate.model
    architecture = f"{model.architecture}, {model.parameters:,} parameters"
    points = [
        Entry("1(a)", "tasks", declared(said, "intended_use"), DECLARED),
        Entry("1(b)", "acceptable use", declared(said, "prohibited_use", "out_of_scope"), DECLARED),
        Entry("1(c)", "release and distribution", declared(said, "placed_on_market", "deployment"), DECLARED),
        Entry("1(d)", "architecture and parameters", architecture, f"{CERTIFICATE}, as the model's files state them"),
        Entry("1(e)", "modality and format of input and output"),
        Entry("1(f)", "licence", declared(said, "licence"), DECLARED),
        Entry("2(a)", "means of integration"),
        Entry("2(b)", "training process"),
        Entry("2(c)", "training data: by digest", data_named(found), CERTIFICATE),
        Entry("2(c)", "training data: as described", _described(found), DECLARED),
        Entry("2(d)", "computation and time of training"),
        Entry("2(e)", "energy"),
    ]
    return [("Annex XI, section 1: general-purpose models", points)]


def _described(found: Certified) -> str:
    named = [one.value.dataset.name for one in found.evidence.datasets if one.value.description is not None]
    return f"see below: {', '.join(named)}" if named else ""


def _data(found: Certified) -> list[Section]:
    """What stewards say of the data, as in the public summary of training content; only what is stated."""
    sections: list[Section] = []
    for one in found.evidence.datasets:
        said = one.value.description or DataDescription()
        rows = [*content_rows(one.value, said), *processing_rows(said)]
        rows += [(f"{heading}: {label}", value) for heading, part in source_sections(said) for label, value in part]
        entries = [Entry("2(c)", label, value, DECLARED) for label, value in rows if value != NOT_STATED]
        sections.append((f"Training data as its steward {one.party} describes it: {one.value.dataset.name}", entries))
    return sections


def _identity(found: Certified) -> str:
    model = found.certificate.model
    return f"{model.name}, {model.files} files, sha256:{model.identity}"


def _logs(found: Certified) -> str:
    """Which signed statement commits to the answers, and when they were given."""
    evaluation = found.evidence.evaluation
    value = evaluation.value
    return (
        f"{value.journal.records:,} judged answers from {value.started_at} to {value.finished_at}, committed to in "
        f"statement sha256:{evaluation.payload_sha256}"
    )


def _policy(found: Certified) -> str:
    policy = found.evidence.plan.value.policy
    return f"{policy.id} {policy.version}, sha256:{policy.sha256}"
