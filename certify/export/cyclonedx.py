"""A certificate as a CycloneDX 1.6 bill of materials of a machine-learning model.

Source: ECMA-424, CycloneDX 1.6, modelCard and componentData.
"""

from __future__ import annotations

from typing import Any

from certify import __version__
from certify.evidence.dataset import DatasetIdentity, Declaration
from certify.export.certified import Certified, measures, name_of, notice, open_rules, particulars, unsaid

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"


def cyclonedx(found: Certified) -> dict[str, Any]:
    """The certified model with its numbers and limits, and the training data that the certificate names.

    A hash of model or data is that of the canonical list of its files. Software that the model runs on is not listed:
    a certificate knows it as one line of text.
    """
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{name_of(found, f'bill of materials at {found.at}')}",
        "version": 1,
        "metadata": {
            "timestamp": found.at,
            "tools": {"components": [{"type": "application", "name": "certify", "version": __version__}]},
            "component": _model(found),
            "properties": [
                _property("notice", notice(found)),
                *(_property(name, value) for name, value in particulars(found).items()),
                *(_property("not checked", text) for text in unsaid(found)),
            ],
        },
        "components": [_dataset(found, one) for one in found.certificate.datasets],
    }


def _model(found: Certified) -> dict[str, Any]:
    certificate, said = found.certificate, found.certificate.declaration
    component: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": f"model:{certificate.model.identity}",
        "name": certificate.model.name,
        "hashes": [_hash(certificate.model.identity)],
        "externalReferences": [
            {
                "type": "attestation",
                "url": f"urn:certify:{certificate.serial}",
                "comment": f"Signed certificate; its standing: {certificate.status_location}",
                "hashes": [_hash(found.sha256)],
            }
        ],
        "modelCard": _card(found),
        "properties": [_property("hash", "SHA-256 of the canonical list of all files that an engine reads")],
    }
    if said is not None and said.version:
        component["version"] = said.version
    if said is not None and said.licence:
        component["licenses"] = [{"license": {"name": said.licence}}]
    return component


def _card(found: Certified) -> dict[str, Any]:
    certificate = found.certificate
    return {
        "modelParameters": {
            "modelArchitecture": certificate.model.architecture,
            "datasets": [{"ref": f"data:{one.identity}"} for one in certificate.datasets],
        },
        "quantitativeAnalysis": {"performanceMetrics": [*_printed(found), *_shares(found)]},
        "considerations": _considerations(found, certificate.declaration),
    }


def _printed(found: Certified) -> list[dict[str, Any]]:
    """The numbers of the first page, as printed there."""
    return [{"type": one.name, "value": one.value, "slice": one.detail} for one in found.certificate.headlines]


def _shares(found: Certified) -> list[dict[str, Any]]:
    return [
        {
            "type": f"{one.check}: {one.name}, share",
            "value": str(one.estimate.estimate),
            "slice": f"{one.estimate.items} items, {one.estimate.samples} answers to each, rule {one.estimate.rule}",
            "confidenceInterval": {"lowerBound": str(one.estimate.lower), "upperBound": str(one.estimate.upper)},
        }
        for one in measures(found)
    ]


def _considerations(found: Certified, said: Declaration | None) -> dict[str, Any]:
    """What the owner declares, marked so; limits are the certificate's and the owner's."""
    limits = [*unsaid(found), *open_rules(found)]
    if said is None:
        return {"technicalLimitations": limits}
    risks = [f"Declared, not tested: {text}" for text in (*(said.known_risks or ()), *(said.out_of_scope or ()))]
    unwanted = [f"Declared, prohibited use: {said.prohibited_use}"] if said.prohibited_use else []
    known = {
        "users": [f"Declared by {said.owner}, not tested: {said.users}"] if said.users else [],
        "useCases": [f"Declared by {said.owner}, not tested: {said.intended_use}"],
        "technicalLimitations": [*limits, *unwanted, *risks],
    }
    return {name: texts for name, texts in known.items() if texts}


def _dataset(found: Certified, one: DatasetIdentity) -> dict[str, Any]:
    claim = next((each.value for each in found.evidence.datasets if each.value.dataset == one), None)
    whole = {None: "no steward says", True: "the steward's word: yes", False: "the steward's word: no"}
    component: dict[str, Any] = {
        "type": "data",
        "bom-ref": f"data:{one.identity}",
        "name": one.name,
        "hashes": [_hash(one.identity)],
        "data": [{"type": "dataset", "name": one.name}],
        "properties": [
            _property("hash", "SHA-256 of the canonical list of all shards"),
            _property("digest source", one.digest_source.value),
            _property("files", f"{one.shards:,}"),
            _property("bytes", f"{one.bytes:,}"),
            _property("all of the training data", whole[claim.complete if claim else None]),
            _property("examined", found.certificate.data_examined.value),
        ],
    }
    if claim is not None and claim.licence:
        component["licenses"] = [{"license": {"name": claim.licence}}]
    return component


def _hash(sha256: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": sha256}


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"certify:{name.replace(' ', '-')}", "value": value}
