"""Provenance steps: who did what to which files, as an in-toto link and as a signed statement of the same."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from certify.attest.artifacts import MAX_LISTED, Artifacts, merged, read_paths
from certify.attest.code_version import describe_code
from certify.attest.command import STDERR, run_command
from certify.attest.envelopes import MAX_METADATA, functionary_id, in_toto, signed_envelope
from certify.attest.environment import describe_environment
from certify.attest.naming import link_name, manifest_name, require_step_name, statement_name
from certify.attest.openings import openings_file, set_aside
from certify.attest.scrubbing import scrubbed, scrubbed_value
from certify.attest.step_statement import StepFacts, StepKind, listed_folders, step_statement
from certify.errors import UsageError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.visibility import Opening
from certify.files import write_whole
from certify.identify.reading import Progress
from certify.trust.bundle import MAX_BUNDLE
from certify.trust.dsse import sign_statement
from certify.trust.keys import StatementSigner
from certify.trust.timestamps import Timestamper


@dataclass(frozen=True)
class StepDetails:
    """What a step tells beside its files and its command."""

    kind: StepKind | None = None
    """Which statement; provenance where a command, parameters or code were given, else a link."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """JSON values by name."""
    code: Sequence[Path] = ()
    """Files, folders or git checkouts of what ran."""
    packages: Sequence[str] = ()
    """Python packages whose versions matter."""
    variables: Sequence[str] = ()
    """Environment variables to record; no others are."""
    restrict: Sequence[str] = ()
    """``command``, ``parameters``, ``environment``: left out, and opened to named readers later."""
    secret: Sequence[str] = ()
    """The same, left out without trace."""


@dataclass(frozen=True)
class RecordedStep:
    """What became of a step."""

    name: str
    """The step."""
    exit_code: int
    """Of its command; 0 where it had none."""
    link: Path | None
    """The signed link; absent when the command failed."""
    materials: Artifacts
    """What it read."""
    products: Artifacts
    """What it wrote; empty when the command failed."""
    statement: Path | None = None
    """The signed statement of the same, a Sigstore bundle; absent when the command failed."""
    openings: Path | None = None
    """Openings of what was withheld, for its owner alone; absent where nothing was."""
    kind: StepKind | None = None
    """Which predicate the statement has."""


def utc_now() -> str:
    """The present time, RFC 3339 UTC with whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record_step(
    name: str,
    *,
    materials: Iterable[Path],
    products: Iterable[Path],
    signer: StatementSigner,
    out_folder: Path,
    command: Sequence[str] | None = None,
    timestamper: Timestamper | None = None,
    base: Path | None = None,
    details: StepDetails | None = None,
    clock: Callable[[], str] = utc_now,
    stdout: int | None = STDERR,
    progress: Progress | None = None,
    max_listed: int = MAX_LISTED,
) -> RecordedStep:
    """Record a step, running its command between reading materials and products if there is one.

    A command may take as long as it needs. When it fails nothing is written, and its exit code is in the answer.
    Data that is both material and product and did not change is read once.

    Args:
        name: the step's name in the layout: letters, digits, ``_`` and ``-``.
        materials: files and folders the step reads.
        products: files and folders it writes.
        command: program and arguments; recorded with secrets replaced.
        signer: who performs the step.
        timestamper: stamps the statement; in-toto links carry no timestamps.
        out_folder: where link and statement go, as ``NAME.KEYID.link`` and ``NAME.KEYID.statement.json``.
        base: folder that files are named relative to and the command runs in; the current one when absent.
        details: what else to tell.
        clock: gives the present time as RFC 3339 UTC.
        stdout: where the command's standard output goes, as for ``run_command``.
        progress: called with bytes read and bytes in all.
        max_listed: files of one folder beyond which its manifest goes beside the link.

    Raises:
        UsageError: CERT-E057, a path, name or command that cannot be used; CERT-E029, an empty folder; CERT-E118, a
            field cannot be withheld.
        HostileInput: CERT-E023, CERT-E026, a link, or a file that changed while it was read.
    """
    require_step_name(name)
    root, told, paths, written = base or Path.cwd(), details or StepDetails(), list(materials), list(products)
    read = read_paths(paths, root, again=written, progress=progress)
    facts = replace(_before(name, told, command, root, started_at=clock()), materials=read)
    step_statement(facts, restrict=told.restrict, secret=told.secret)  # what cannot be told must not cost the work
    exit_code = run_command(command, root, stdout=stdout) if command else 0
    if exit_code != 0:
        return RecordedStep(name, exit_code, None, merged(read, max_listed), {})
    finished = clock()
    made = read_paths(written, root, known=read, progress=progress)

    facts = replace(facts, products=made, finished_at=finished)
    return _write(facts, told, signer, out_folder, max_listed, timestamper=timestamper)


def _before(name: str, told: StepDetails, command: Sequence[str] | None, root: Path, *, started_at: str) -> StepFacts:
    return StepFacts(
        name=name,
        kind=told.kind or (StepKind.PROVENANCE if command or told.parameters or told.code else StepKind.LINK),
        materials=(),
        products=(),
        command=scrubbed(command or ()),
        parameters=scrubbed_value(dict(told.parameters)),
        environment=_surroundings(told, command, root),
        code=[describe_code(path, root) for path in told.code],
        invocation=uuid.uuid4().hex,
        started_at=started_at,
    )


def _surroundings(told: StepDetails, command: Sequence[str] | None, root: Path) -> dict[str, Any]:
    """The environment, where something ran in it or somebody asks for it."""
    if not (command or told.packages or told.variables):
        return {}
    return describe_environment(command, packages=told.packages, variables=told.variables, folder=root)


def _write(
    facts: StepFacts,
    told: StepDetails,
    signer: StatementSigner,
    folder: Path,
    max_listed: int,
    *,
    timestamper: Timestamper | None,
) -> RecordedStep:
    """Writes what belongs to a link first and the link last: without a link there is no step."""
    keyid = functionary_id(signer.public_pem)
    link, statement = folder / link_name(facts.name, keyid), folder / statement_name(facts.name, keyid)
    document, openings = step_statement(facts, restrict=told.restrict, secret=told.secret)
    payload = canonical_bytes(document)
    content = _link(facts, hidden="command" in {*told.restrict, *told.secret}, max_listed=max_listed)
    envelope, bundle = signed_envelope(content, [signer]), sign_statement(payload, signer, timestamper)
    if len(envelope) > MAX_METADATA or len(bundle) > MAX_BUNDLE:
        raise UsageError(
            "CERT-E057",
            f"the record of step {facts.name} is larger than anybody would read",
            "it names too many files one by one",
            "put them into one folder, which is then named by the digest of its list",
        )
    private = _write_openings(statement, payload, openings)
    _write_manifests(facts, folder, max_listed)
    write_whole(statement, bundle)
    write_whole(link, envelope)
    return RecordedStep(facts.name, 0, link, content.materials, content.products, statement, private, facts.kind)


def _link(facts: StepFacts, *, hidden: bool, max_listed: int) -> Any:
    return in_toto("models.link").Link(
        name=facts.name,
        materials=merged(facts.materials, max_listed),
        products=merged(facts.products, max_listed),
        command=[] if hidden else list(facts.command),
        byproducts={"return-value": 0} if facts.command else {},
    )


def _write_openings(statement: Path, payload: bytes, openings: Sequence[Opening]) -> Path | None:
    path = statement.with_name(statement.name.replace(".statement.", ".openings."))
    set_aside(path)
    if not openings:
        return None
    write_whole(path, openings_file(payload, openings), mode=0o600)
    return path


def _write_manifests(facts: StepFacts, folder: Path, max_listed: int) -> None:
    """Writes the manifest of each folder that the link or the statement names by its manifest alone."""
    for side in (facts.materials, facts.products):
        listed = listed_folders(side)
        for one in side:
            if one.is_folder and (len(one.manifest.files) > max_listed or one.name not in listed):
                write_whole(folder / manifest_name(one.identity), one.manifest.to_bytes())
