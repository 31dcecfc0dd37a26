"""The statements of steps, read by the protobuf messages of in-toto and SLSA."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from certify.attest.step_statement import StepKind
from certify.attest.steps import StepDetails, record_step
from certify.trust.bundle import parse_bundle
from certify.trust.keys import generate_signer

pytest.importorskip("in_toto_attestation")

from google.protobuf.json_format import MessageToDict, ParseDict
from in_toto_attestation.predicates.link.v0.link_pb2 import Link
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage

SIGNER = generate_signer()


def statement(work: Path, details: StepDetails, command: list[str] | None) -> dict[str, Any]:
    for name in ("raw", "clean"):
        (work / name).mkdir()
        (work / name / "a.jsonl").write_text(name)
    step = record_step(
        "filter",
        materials=[work / "raw"],
        products=[work / "clean"],
        signer=SIGNER,
        out_folder=work,
        base=work,
        command=command,
        details=details,
    )
    assert step.statement is not None
    found: dict[str, Any] = json.loads(parse_bundle(step.statement.read_bytes()).payload)
    return found


def accepted(document: dict[str, Any], predicate_type: type[Any], *, unknown: bool = False) -> Any:
    """The predicate as their message, once their checks took the statement around it."""
    message = ParseDict(document, StatementMessage())
    Statement.copy_from_pb(message).validate()
    assert MessageToDict(message)["predicateType"] == document["predicateType"]
    return ParseDict(document["predicate"], predicate_type(), ignore_unknown_fields=unknown)


def test_provenance_is_slsa_provenance(tmp_path: Path) -> None:
    details = StepDetails(parameters={"threshold": 0.8, "seeds": [1, 2]}, code=[Path(__file__)], packages=["pydantic"])
    document = statement(tmp_path, details, ["true"])
    message = accepted(document, Provenance)
    assert message.build_definition.build_type.endswith("/step-build-type/v0.1")
    assert message.build_definition.external_parameters["command"] == ["true"]
    assert message.build_definition.resolved_dependencies[0].name == "raw"
    assert message.run_details.metadata.started_on.ToJsonString().endswith("Z")
    assert message.run_details.builder.version["certify"]


def test_a_withheld_field_is_all_that_they_do_not_know(tmp_path: Path) -> None:
    document = statement(tmp_path, StepDetails(restrict=["command"]), ["true"])
    message = accepted(document, Provenance, unknown=True)
    assert "command" not in message.build_definition.external_parameters
    del document["predicate"]["withheld"]
    accepted(document, Provenance)


def test_a_link_is_an_in_toto_link(tmp_path: Path) -> None:
    message = accepted(statement(tmp_path, StepDetails(kind=StepKind.LINK), ["true"]), Link)
    assert (message.name, list(message.command)) == ("filter", ["true"])
    assert [material.name for material in message.materials] == ["raw", "raw/a.jsonl"]
