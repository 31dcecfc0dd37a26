"""Whether the statement beside a link says the same as the link, under the same key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from certify.attest.artifacts import Artifacts
from certify.attest.manifests import read_manifest
from certify.attest.naming import manifest_name, statement_name
from certify.attest.step_statement import BUILD_TYPE, LINK, PROVENANCE
from certify.attest.verification import PerformedStep
from certify.errors import HostileInput
from certify.evidence.canonical import parse_json
from certify.evidence.visibility import withheld_fields
from certify.trust.bundle import MAX_BUNDLE, parse_bundle, verify_signature
from certify.trust.keys import pem_of, scheme_of


def read_step_statement(step: PerformedStep, keyid: str, folder: Path) -> dict[str, Any] | None:
    """The statement beside the link that this key signed, if there is one and it agrees with the link.

    Args:
        step: the verified step.
        keyid: in-toto's id of the signer.
        folder: of the links.

    Raises:
        HostileInput: CERT-E120, it tells another step, other files, or another key signed it; CERT-E043 to CERT-E049,
            it is no signed statement.
    """
    path = folder / statement_name(step.name, keyid)
    if not path.is_file():
        return None
    if path.stat().st_size > MAX_BUNDLE:
        raise _differs(path, "it is larger than any bundle")
    bundle = parse_bundle(path.read_bytes(), name=path.name)
    pem = _public_pem(step.signers[keyid])
    if pem is None:
        raise _differs(path, "its signer's key is of a kind that only in-toto knows")
    verify_signature(bundle, pem)
    statement = parse_json(bundle.payload, name=path.name)
    _compare(path, statement, step, folder)
    return dict(statement)


def kind_of(descriptor: Any) -> str | None:
    """What a descriptor names beside a file: ``dataset``, ``model`` or ``code``."""
    annotations = descriptor.get("annotations")
    return annotations.get("kind") if isinstance(annotations, dict) else None


def _compare(path: Path, statement: Any, step: PerformedStep, folder: Path) -> None:
    try:
        name, materials = _told(statement)
        subjects = list(statement["subject"])
        withheld_fields(statement["predicate"])
        sides = [
            (materials, step.materials, "materials"),
            (subjects, step.products, "products"),
        ]
        for descriptors, artifacts, side in sides:
            _compare_side(path, descriptors, artifacts, side, folder)
    except (KeyError, TypeError, AttributeError) as error:
        raise _differs(path, "it is not a statement of a step") from error
    if name != step.name:
        raise _differs(path, f"it tells of another step, {str(name)[:64]!r}")


def _told(statement: Any) -> tuple[str, list[Any]]:
    """The step's name and its materials, as the statement has them."""
    kind, predicate = statement["predicateType"], statement["predicate"]
    if kind == LINK:
        return predicate["name"], list(predicate["materials"])
    definition = predicate["buildDefinition"]
    if kind != PROVENANCE or definition["buildType"] != BUILD_TYPE:
        raise KeyError(kind)
    dependencies = [one for one in definition["resolvedDependencies"] if kind_of(one) != "code"]
    return definition["externalParameters"]["step"], dependencies


def _compare_side(path: Path, descriptors: list[Any], artifacts: Artifacts, side: str, folder: Path) -> None:
    listed = {one["name"]: one["digest"] for one in descriptors if kind_of(one) is None}
    whole = {one["name"]: one for one in descriptors if kind_of(one) is not None}
    apart = {name for name in artifacts if any(_is_below(name, above) for above in whole) and name not in listed}
    if listed != {name: digest for name, digest in artifacts.items() if name not in apart}:
        raise _differs(path, f"its {side} are not those of the link")
    for name, one in whole.items():
        _compare_folder(path, name, one, artifacts, folder, needed=any(_is_below(file, name) for file in apart))


def _compare_folder(path: Path, name: str, one: Any, artifacts: Artifacts, folder: Path, *, needed: bool) -> None:
    """A folder that is named by its manifest alone is taken apart; files listed one by one need no manifest."""
    identity = str(one["digest"]["sha256"])
    if not needed and not (folder / manifest_name(identity)).is_file():
        return
    told = {entry.path: entry.sha256 for entry in read_manifest(folder, identity).files}
    start = "" if name == "." else f"{name}/"
    found = {file[len(start) :]: digest["sha256"] for file, digest in artifacts.items() if _is_below(file, name)}
    if told != found:
        raise _differs(path, f"the files of {name} are not those of the link")


def _is_below(name: str, folder: str) -> bool:
    return folder == "." or name.startswith(f"{folder}/")


def _public_pem(key: Mapping[str, Any]) -> str | None:
    """Our PEM text of a key as in-toto's layouts hold it. Source: securesystemslib 1.6, ``SSlibKey``."""
    try:
        public = str(key["keyval"]["public"])
        parsed: Any = (
            load_pem_public_key(public.encode("ascii"))
            if public.startswith("-----")
            else Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        )
        scheme_of(parsed)
    except Exception:  # kinds of keys that only in-toto has raise as they like
        return None
    return pem_of(parsed)


def _differs(path: Path, why: str) -> HostileInput:
    return HostileInput(
        "CERT-E120",
        f"{path.name} does not agree with its link: {why}",
        "two records of one step that differ cannot both be right",
        "ask whoever performed the step to record it again",
    )
