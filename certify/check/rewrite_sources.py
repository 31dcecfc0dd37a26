"""Files that ``paired-rewrite`` names beside its benchmark: read for a plan, held against what was agreed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from certify.check.reference_file import ReferenceFile, read_references
from certify.check.rewrite_file import RewriteFile, read_rewrites
from certify.errors import CertifyError, HostileInput
from certify.evidence.base import StrictValue
from certify.evidence.parameters.rewrites import PairedRewriteParameters


class _Digested(Protocol):
    @property
    def sha256(self) -> str: ...


F = TypeVar("F", bound=_Digested)
Parameters = Mapping[str, StrictValue]
Files = Mapping[str, Path]


def open_rewrites(parameters: Parameters, files: Files) -> dict[str, RewriteFile]:
    """Every file of rewrites that a plan names.

    Args:
        parameters: of each check.
        files: where a file lies now, by the name the plan uses.

    Raises:
        UsageError: CERT-E100, CERT-E035, one cannot be read.
        HostileInput: CERT-E101, one is not the file that was agreed on.
    """
    named = [(one.rewrite_file, one.rewrites_sha256) for one in _paired(parameters)]
    return {path: _read(path, digest, files, read_rewrites, "rewrites") for path, digest in named if path is not None}


def open_references(parameters: Parameters, files: Files) -> dict[str, ReferenceFile]:
    """Every file of reference models that a plan names; arguments and errors as :func:`open_rewrites`."""
    named = [(one.references, one.references_sha256) for one in _paired(parameters)]
    return {
        path: _read(path, digest, files, read_references, "references") for path, digest in named if path is not None
    }


def rewrite_faults(parameters: Parameters) -> Iterator[CertifyError]:
    """Why these files cannot be read here, each one by itself."""
    for name, given in parameters.items():
        for opened in (open_rewrites, open_references):
            try:
                opened({name: given}, {})
            except CertifyError as error:
                yield error


def rewrite_digests(
    given: PairedRewriteParameters, rewrites: Mapping[str, RewriteFile], references: Mapping[str, ReferenceFile]
) -> dict[str, str]:
    """The digests of these files, by the parameter that a plan holds them in."""
    found = dict[str, str]()
    if given.rewrite_file is not None:
        found["rewrites_sha256"] = rewrites[given.rewrite_file].sha256
    if given.references is not None:
        found["references_sha256"] = references[given.references].sha256
    return found


def _paired(parameters: Parameters) -> list[PairedRewriteParameters]:
    return [given for given in parameters.values() if isinstance(given, PairedRewriteParameters)]


def _read(path: str, digest: str | None, files: Files, read: Callable[[Path], F], kind: str) -> F:
    found = read(files.get(path, Path(path)))
    if digest not in (None, found.sha256):
        raise HostileInput(
            "CERT-E101",
            f"the {kind} in {path} are not the file that was agreed on",
            why=f"its SHA-256 is {found.sha256}, not {digest}",
            hint="put the original file back, or make a new plan for the changed one",
        )
    return found
