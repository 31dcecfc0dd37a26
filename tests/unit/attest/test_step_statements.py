"""What a step says beside its link: parameters, code, environment, identities; and what is read only once."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from certify.attest import artifacts, step_statement
from certify.attest.step_statement import StepKind
from certify.attest.steps import RecordedStep, StepDetails, record_step
from certify.errors import UsageError
from certify.identify import read_dataset, read_model
from certify.trust.bundle import parse_bundle, statement_of, verify_signature
from certify.trust.keys import generate_signer
from tests.fakes.chain import write_model

SIGNER = generate_signer()
MAKE = [
    sys.executable,
    "-c",
    "import pathlib; pathlib.Path('out').mkdir(); pathlib.Path('out/x.jsonl').write_text('x')",
]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    for name in ("a", "b"):
        file = tmp_path / "raw" / f"{name}.jsonl"
        file.write_text(name)
    return tmp_path


def record(work: Path, **change: Any) -> RecordedStep:
    details = {name: change.pop(name) for name in list(change) if name in StepDetails.__dataclass_fields__}
    given: dict[str, Any] = {"materials": ["raw"], "products": ["out"], "command": MAKE, **change}
    return record_step(
        "filter",
        materials=[work / one for one in given.pop("materials")],
        products=[work / one for one in given.pop("products")],
        signer=SIGNER,
        out_folder=work / "links",
        base=work,
        details=StepDetails(**details),
        **given,
    )


def told(step: RecordedStep) -> dict[str, Any]:
    assert step.statement is not None
    bundle = parse_bundle(step.statement.read_bytes())
    verify_signature(bundle, SIGNER.public_pem)
    statement_of(bundle)
    return json.loads(bundle.payload)


def names(descriptors: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in descriptors]


def test_a_command_makes_provenance_with_everything_that_was_told(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setenv("HUB_TOKEN", "abc")
    (work / "filter.py").write_text("code")
    step = record(
        work,
        parameters={"threshold": 0.8, "deep": [1, {"seed": 7}]},
        code=[work / "filter.py"],
        packages=["pydantic"],
        variables=["OMP_NUM_THREADS", "HUB_TOKEN"],
        clock=iter(["2026-11-23T17:00:00Z", "2026-11-23T18:00:00Z"]).__next__,
    )
    statement = told(step)
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    built, ran = statement["predicate"]["buildDefinition"], statement["predicate"]["runDetails"]
    assert built["externalParameters"] == {
        "step": "filter",
        "command": MAKE,
        "parameters": {"threshold": 0.8, "deep": [1, {"seed": 7}]},
    }
    environment = built["internalParameters"]["environment"]
    assert environment["described"] == "command"
    assert environment["python"] == sys.version.split()[0]
    assert environment["variables"] == {"HUB_TOKEN": "***", "OMP_NUM_THREADS": "4"}
    assert list(environment["packages"]) == ["pydantic"]
    assert names(built["resolvedDependencies"]) == ["raw", "raw/a.jsonl", "raw/b.jsonl", "filter.py"]
    assert names(statement["subject"]) == ["out", "out/x.jsonl"]
    assert (ran["metadata"]["startedOn"], ran["metadata"]["finishedOn"]) == (
        "2026-11-23T17:00:00Z",
        "2026-11-23T18:00:00Z",
    )


def test_without_a_command_it_is_a_link(work: Path) -> None:
    statement = told(record(work, command=None, products=["raw"]))
    assert statement["predicateType"] == "https://in-toto.io/attestation/link/v0.3"
    assert statement["predicate"]["command"] == []
    assert statement["predicate"]["environment"] == {}
    assert names(statement["predicate"]["materials"]) == ["raw", "raw/a.jsonl", "raw/b.jsonl"]


def test_parameters_need_provenance(work: Path) -> None:
    assert (
        told(record(work, command=None, products=["raw"], parameters={"a": 1}))["predicateType"]
        == step_statement.PROVENANCE
    )
    with pytest.raises(UsageError, match="no place for parameters"):
        record(work, kind=StepKind.LINK, parameters={"a": 1})
    assert not (work / "out").exists(), "the command ran before the mistake was told"


def test_folders_are_named_by_their_identity(work: Path) -> None:
    """The same digests that ``data describe`` and ``model digest`` print."""
    write_model(work / "model")
    statement = told(record(work, command=None, products=["raw", "model"]))
    subjects = {one["name"]: one for one in statement["subject"]}
    assert subjects["raw"]["digest"]["sha256"] == read_dataset([work / "raw"]).identity.identity
    assert subjects["raw"]["annotations"]["kind"] == "dataset"
    assert subjects["model"]["digest"]["sha256"] == read_model(work / "model").identity.identity
    assert subjects["model"]["annotations"] == {
        "kind": "model",
        "files": 3,
        "bytes": subjects["model"]["annotations"]["bytes"],
        "digestSource": "recomputed",
    }
    assert subjects["raw"]["annotations"]["digestSource"] == "recomputed"


class Reads:
    """Counts how often each path is read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        real = artifacts.read_dataset

        def counted(paths: Sequence[Path], *rest: Any, **more: Any) -> Any:
            self.paths += [path.name for path in paths]
            return real(paths, *rest, **more)

        monkeypatch.setattr(artifacts, "read_dataset", counted)


def age(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the clock that judges how recent a change is run ahead: a file's ``ctime`` cannot be set."""
    real = time.time_ns
    monkeypatch.setattr(artifacts.time, "time_ns", lambda: real() + 10 * artifacts.RACY_NS)


def test_unchanged_data_is_read_once(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    age(work, monkeypatch)
    reads = Reads(monkeypatch)
    step = record(work, products=["raw", "out"])
    assert reads.paths == ["raw", "out"]
    assert step.products["raw/a.jsonl"] == step.materials["raw/a.jsonl"]
    sources = {one["name"]: one["annotations"]["digestSource"] for one in told(step)["subject"] if "annotations" in one}
    assert sources == {"raw": "cached", "out": "recomputed"}


@pytest.mark.parametrize(
    "change",
    [
        "pathlib.Path('raw/a.jsonl').write_text('z')",
        "pathlib.Path('raw/c.jsonl').write_text('z')",
        "pathlib.Path('raw/a.jsonl').unlink()",
        "s=os.stat('raw/a.jsonl'); pathlib.Path('raw/a.jsonl').write_text('z'); "
        "os.utime('raw/a.jsonl', ns=(s.st_atime_ns, s.st_mtime_ns))",
        "pathlib.Path('raw/new').write_text('z'); os.replace('raw/new', 'raw/a.jsonl')",
    ],
)  # fmt: skip
def test_changed_data_is_read_again(work: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """Also when size and time of change were put back."""
    age(work, monkeypatch)
    reads = Reads(monkeypatch)
    step = record(work, products=["raw"], command=[sys.executable, "-c", f"import os, pathlib; {change}"])
    assert reads.paths == ["raw", "raw"]
    assert step.products != step.materials


def test_data_that_changed_just_now_is_read_again(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second change could carry the same time."""
    reads = Reads(monkeypatch)
    record(work, products=["raw"], command=None)
    assert reads.paths == ["raw", "raw"]


def test_many_files_go_beside_the_link_by_digest(work: Path) -> None:
    step = record(work, max_listed=1)
    identity = read_dataset([work / "raw"]).identity.identity
    assert step.materials == {"raw/.certify-manifest.json": {"sha256": identity}}
    assert step.products == {"out/x.jsonl": step.products["out/x.jsonl"]}
    beside = work / "links" / f"{identity}.manifest.json"
    assert beside.read_bytes() == read_dataset([work / "raw"]).manifest.to_bytes()


def test_a_statement_names_large_folders_alone(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_statement, "MAX_DESCRIBED", 1)
    step = record(work)
    built = told(step)["predicate"]["buildDefinition"]
    assert names(built["resolvedDependencies"]) == ["raw"]
    assert set(step.materials) == {"raw/a.jsonl", "raw/b.jsonl"}, "the link still lists them"
    assert (work / "links" / f"{built['resolvedDependencies'][0]['digest']['sha256']}.manifest.json").is_file()


def test_a_file_that_could_be_taken_for_a_list_is_refused(work: Path) -> None:
    (work / "raw" / artifacts.MANIFEST).write_text("[]")
    with pytest.raises(UsageError, match="holds a file called"):
        record(work)


def test_restricted_fields_are_nowhere_but_in_the_private_file(work: Path) -> None:
    step = record(
        work, parameters={"threshold": "planted-value"}, restrict=["parameters", "command"], secret=["environment"]
    )
    assert step.openings is not None
    assert step.link is not None
    assert stat.S_IMODE(step.openings.stat().st_mode) == 0o600
    assert b"planted-value" in step.openings.read_bytes()
    statement = told(step)
    assert "planted-value" not in json.dumps(statement)
    assert "pathlib" not in json.dumps(statement)
    assert "pathlib" not in json.dumps(payload(step.link))
    assert statement["predicate"]["buildDefinition"]["internalParameters"] == {}
    assert len(statement["predicate"]["withheld"]) == 2


def payload(path: Path) -> Any:
    import base64

    return json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))


def test_openings_of_an_earlier_recording_are_set_aside(work: Path) -> None:
    first = record(work, restrict=["command"])
    assert first.openings is not None
    private = first.openings.read_bytes()
    assert record(work, command=None).openings is None
    assert not first.openings.exists()
    (kept,) = first.openings.parent.glob("*.openings.*.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_bytes() == private


@pytest.mark.parametrize("field", ["materials", "", "/command", "subject"])
def test_paths_and_digests_cannot_be_withheld(work: Path, field: str) -> None:
    with pytest.raises(UsageError, match="CERT-E118"):
        record(work, restrict=[field])
    assert not (work / "out").exists()


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@y", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_code_is_a_commit_where_the_checkout_is_clean(work: Path) -> None:
    code = work / "code"
    code.mkdir()
    (code / "run.py").write_text("1")
    plain = code_digest(record(work, code=[code], command=None, products=["raw"]))
    git(code, "init", "-q")
    git(code, "add", ".")
    git(code, "commit", "-qm", "x")
    assert code_digest(record(work, code=[code], command=None, products=["raw"])) == {
        "gitCommit": git(code, "rev-parse", "HEAD")
    }
    (code / "new.py").write_text("2")
    dirty = code_digest(record(work, code=[code], command=None, products=["raw"]))
    assert set(plain) == set(dirty) == {"sha256"}
    assert plain != dirty


def code_digest(step: RecordedStep) -> dict[str, str]:
    return told(step)["predicate"]["buildDefinition"]["resolvedDependencies"][-1]["digest"]


@pytest.mark.parametrize(
    "change",
    [{"packages": ["no-such-package-here"]}, {"variables": ["NO_SUCH_VARIABLE"]}, {"code": [Path("/nowhere")]}],
)
def test_what_is_asked_for_and_not_there_is_an_error(work: Path, change: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="CERT-E057"):
        record(work, **change)
    assert not (work / "out").exists()
    assert not os.path.exists(work / "links")
