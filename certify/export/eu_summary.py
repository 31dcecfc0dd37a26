"""A dataset statement in the form of the EU's public summary of training content."""

from __future__ import annotations

from typing import Any

from certify.evidence.data_description import DataDescription
from certify.evidence.dataset import Dataset, Declaration
from certify.evidence.statement import Subject
from certify.export.eu_sections import content_rows, model_rows, processing_rows, provider_rows, source_sections
from certify.export.markdown import plain
from certify.export.origin import Origin

TEMPLATE = (
    "European Commission, template for the public summary of training content, Article 53(1)(d) of Regulation (EU) "
    "2024/1689"
)
SCHEMA = "certify/eu-training-content-summary/v1"


def eu_summary(
    dataset: Dataset,
    origin: Origin,
    *,
    model: Subject | None = None,
    declaration: Declaration | None = None,
    declared: Origin | None = None,
) -> dict[str, Any]:
    """The summary's three sections as a JSON object; what was not stated says so.

    Args:
        dataset: the steward's claim.
        origin: who signed it.
        model: the model that the data trained, if the statement names one.
        declaration: what its owner declares.
        declared: who signed that.
    """
    said = dataset.description or DataDescription()
    sections = [
        (
            "1. General information",
            [*provider_rows(said), *model_rows(model, declaration), *content_rows(dataset, said)],
        ),
        *source_sections(said),
        ("3. Data processing aspects", processing_rows(said)),
    ]
    return {
        "schema": SCHEMA,
        "template": TEMPLATE,
        "dataset": dataset.dataset.document(),
        "note": _note(dataset, origin, declared),
        "sections": [
            {"heading": heading, "fields": [{"label": label, "value": value} for label, value in rows]}
            for heading, rows in sections
        ],
    }


def as_markdown(summary: dict[str, Any]) -> str:
    """The summary as a page."""
    lines = [
        "# Public summary of training content",
        "",
        f"Form: {plain(summary['template'])}.",
        "",
        plain(summary["note"]),
    ]
    for section in summary["sections"]:
        lines += ["", f"{_level(section['heading'])} {section['heading']}", ""]
        lines += [f"- **{plain(field['label'])}**: {plain(field['value'])}" for field in section["fields"]]
    return "\n".join(lines) + "\n"


def _level(heading: str) -> str:
    return "###" if heading.split(" ", maxsplit=1)[0].strip(".").count(".") else "##"


def _note(dataset: Dataset, origin: Origin, declared: Origin | None) -> str:
    parts = [origin.sentence]
    if declared is not None:
        parts.append(
            f"Section 1.2 is also filled from the owner's signed declaration {declared.statement_sha256}; "
            f"signer: {declared.signer}."
        )
    whole = "says" if dataset.complete else "does not say"
    parts.append(f"The steward {whole} that this is all of the training data.")
    parts.append("Whether this summary is sufficient is for its provider to judge, who keeps it up to date, at least")
    parts.append("every six months.")
    return " ".join(parts)
