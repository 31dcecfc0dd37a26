"""The chain up to the model: statements beside links, the model's files, the data trained on."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.attest.chain import ChainLine, Outcome, check_model, check_steps, check_trained_on
from certify.attest.layouts import PlannedStep, VerifiedLayout, verify_layout, write_layout
from certify.attest.steps import StepDetails, record_step
from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes
from certify.identify import Manifest, read_dataset, read_model
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer
from tests.fakes.chain import write_model

pytest.importorskip("in_toto")
OWNER, CLEANER, TRAINER = generate_signer(), generate_signer("ed25519"), generate_signer()


def build(work: Path, **change: Any) -> Path:
    for name in ("a", "b"):
        (work / "clean").mkdir(exist_ok=True)
        (work / "clean" / f"{name}.jsonl").write_text(name)
    (work / "base").mkdir()
    (work / "base" / "start.bin").write_text("weights")
    write_model(work / "model")
    given: dict[str, Any] = {"out_folder": work / "links", "base": work, **change}
    record_step("clean", materials=[], products=[work / "clean"], signer=CLEANER, **given)
    record_step(
        "train",
        materials=[work / "clean", work / "base"],
        products=[work / "model"],
        signer=TRAINER,
        details=StepDetails(parameters={"seed": 7}),
        **given,
    )
    steps = [
        PlannedStep("clean", (CLEANER.public_pem,), expected_products=(("CREATE", "clean/*"),)),
        PlannedStep(
            "train",
            (TRAINER.public_pem,),
            expected_materials=(("MATCH", "clean/*", "WITH", "PRODUCTS", "FROM", "clean"), ("ALLOW", "base/*")),
            expected_products=(("CREATE", "model/*"),),
        ),
    ]
    write_layout(work / "root.layout", steps, [OWNER], expires="2036-01-01T00:00:00Z")
    return work


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return build(tmp_path)


def verified(work: Path) -> VerifiedLayout:
    return verify_layout(work / "root.layout", work / "links", [OWNER.public_pem])


def outcomes(work: Path) -> list[Outcome]:
    return [line.outcome for line in check_steps(verified(work), work / "links")]


def rewrite(work: Path, step: str, change: Callable[[Any], None], signer: KeySigner) -> None:
    (path,) = (work / "links").glob(f"{step}.*.statement.json")
    statement = json.loads(base64.b64decode(json.loads(path.read_bytes())["dsseEnvelope"]["payload"]))
    change(statement)
    path.write_bytes(sign_statement(canonical_bytes(statement), signer))


def test_statements_that_agree(work: Path) -> None:
    assert outcomes(work) == [Outcome.HOLDS, Outcome.HOLDS]


def test_statements_need_not_be_there(work: Path) -> None:
    for path in (work / "links").glob("*.statement.json"):
        path.unlink()
    lines = check_steps(verified(work), work / "links")
    assert [line.outcome for line in lines] == [Outcome.HOLDS, Outcome.HOLDS]
    assert "0 of 1 with a statement" in lines[0].detail


def dependencies(statement: Any) -> list[Any]:
    return statement["predicate"]["buildDefinition"]["resolvedDependencies"]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["subject"].pop(),
        lambda s: s["subject"][1]["digest"].update(sha256="0" * 64),
        lambda s: s["subject"].append({"name": "model/extra", "digest": {"sha256": "0" * 64}}),
        lambda s: dependencies(s).pop(),
        lambda s: dependencies(s)[-1].update(name="other"),
        lambda s: dependencies(s)[-1].update(annotations={"kind": "code"}),
        lambda s: s["predicate"]["buildDefinition"]["externalParameters"].update(step="clean"),
        lambda s: s["predicate"]["buildDefinition"].update(buildType="https://example.org/other"),
        lambda s: s.update(predicateType="https://example.org/other"),
        lambda s: s["predicate"].update(withheld=[{"field": "/runDetails", "commitment": "0" * 64}]),
        lambda s: s.update(subject=5),
        lambda s: s.update(predicate=[]),
    ],
)
def test_a_statement_that_differs_from_its_link(work: Path, change: Callable[[Any], None]) -> None:
    """Signed by the right key all the same."""
    rewrite(work, "train", change, TRAINER)
    assert outcomes(work) == [Outcome.HOLDS, Outcome.DIFFERS]


def test_a_statement_by_another_key(work: Path) -> None:
    rewrite(work, "train", lambda statement: None, CLEANER)
    assert outcomes(work) == [Outcome.HOLDS, Outcome.DIFFERS]


def test_large_folders_hold_by_their_manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certify.attest.step_statement.MAX_DESCRIBED", 1)
    work = build(tmp_path, max_listed=1)
    assert outcomes(work) == [Outcome.HOLDS, Outcome.HOLDS]
    manifest = read_dataset([work / "clean"]).manifest
    assert set(verified(work).step("clean").products) == {"clean/a.jsonl", "clean/b.jsonl"}
    beside = work / "links" / f"{manifest.identity}.manifest.json"
    beside.write_bytes(Manifest.of(manifest.files[:1]).to_bytes())
    with pytest.raises(HostileInput, match="CERT-E120"):
        verified(work)
    beside.unlink()
    with pytest.raises(HostileInput, match="CERT-E120"):
        verified(work)


def model_line(work: Path, folder: Path) -> ChainLine:
    return check_model(verified(work).step("train"), read_model(folder), work / "links")


def test_the_model_that_was_trained(work: Path) -> None:
    assert model_line(work, work / "model").outcome is Outcome.HOLDS
    shutil.copytree(work / "model", work / "renamed")
    (work / "renamed" / "README.md").write_text("changed documentation")
    assert model_line(work, work / "renamed").outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: write_model(m, fill=9), "1 changed (model.safetensors)"),
        (lambda m: (m / "generation_config.json").write_text("{}"), "1 extra (generation_config.json)"),
        (lambda m: (m / "tokenizer.json").unlink(), "1 missing (tokenizer.json)"),
    ],
)
def test_another_model_is_told(work: Path, change: Callable[[Path], Any], told: str) -> None:
    change(work / "model")
    line = model_line(work, work / "model")
    assert line.outcome is Outcome.DIFFERS
    assert told in line.detail


def test_a_statement_that_names_another_model(work: Path) -> None:
    rewrite(work, "train", lambda s: s["subject"][0]["digest"].update(sha256="0" * 64), TRAINER)
    assert model_line(work, work / "model").outcome is Outcome.DIFFERS


def trained_on(work: Path, *manifests: Manifest, besides: tuple[str, ...] = ("base",)) -> ChainLine:
    return check_trained_on(verified(work).step("train"), manifests, besides)


def test_exactly_the_scanned_shards(work: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Wherever the scanned copy lies."""
    elsewhere = tmp_path_factory.mktemp("other") / "copy"
    shutil.copytree(work / "clean", elsewhere)
    line = trained_on(work, read_dataset([elsewhere]).manifest)
    assert line.outcome is Outcome.HOLDS
    assert "2 shards" in line.detail
    assert "1 files besides" in line.detail


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: (c / "c.jsonl").write_text("c"), "1 missing (clean/c.jsonl)"),
        (lambda c: (c / "b.jsonl").unlink(), "1 extra (clean/b.jsonl)"),
        (lambda c: (c / "b.jsonl").write_text("z"), "1 changed (clean/b.jsonl)"),
        (lambda c: (c / "b.jsonl").rename(c / "z.jsonl"), "1 missing (clean/z.jsonl); 1 extra (clean/b.jsonl)"),
    ],
)
def test_other_shards_are_told(work: Path, change: Callable[[Path], Any], told: str) -> None:
    change(work / "clean")
    line = trained_on(work, read_dataset([work / "clean"]).manifest)
    assert line.outcome is Outcome.DIFFERS
    assert told in line.detail


def test_whatever_else_was_read_must_be_named(work: Path) -> None:
    line = trained_on(work, read_dataset([work / "clean"]).manifest, besides=())
    assert line.outcome is Outcome.DIFFERS
    assert "1 extra (base/start.bin)" in line.detail
    both = trained_on(work, read_dataset([work / "clean"]).manifest, read_dataset([work / "base"]).manifest, besides=())
    assert both.outcome is Outcome.HOLDS


def test_a_step_that_two_people_tell_differently(work: Path) -> None:
    """In-toto takes either where one signature is enough."""
    steps = [PlannedStep("clean", (CLEANER.public_pem, TRAINER.public_pem), expected_products=(("ALLOW", "*"),))]
    write_layout(work / "root.layout", steps, [OWNER], expires="2036-01-01T00:00:00Z")
    (work / "clean" / "a.jsonl").write_text("otherwise")
    record_step("clean", materials=[], products=[work / "clean"], signer=TRAINER, out_folder=work / "links", base=work)
    with pytest.raises(HostileInput, match="different things"):
        verified(work)


def test_a_list_does_not_contradict_the_link_that_names_it(work: Path) -> None:
    from certify.attest.manifests import expanded
    from certify.attest.naming import manifest_name
    from certify.identify.datasets import read_dataset

    manifest = read_dataset([work / "clean"]).manifest
    (work / manifest_name(manifest.identity)).write_bytes(manifest.to_bytes())
    whole, file = {"d/.certify-manifest.json": {"sha256": manifest.identity}}, f"d/{manifest.files[0].path}"
    for named in ({file: {"sha256": "0" * 64}} | whole, whole | {file: {"sha256": "0" * 64}}):
        with pytest.raises(HostileInput) as caught:
            expanded(named, work)
        assert caught.value.code == "CERT-E120"
    assert file in expanded(whole, work)
