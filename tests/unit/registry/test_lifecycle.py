"""What one cause touches, who must agree, and lists that anybody can derive again."""

from __future__ import annotations

from typing import Any

import pytest

from certify.errors import CertifyError, UsageError
from certify.evidence.base import Value
from certify.evidence.canonical import parse_json
from certify.evidence.certificate import State
from certify.evidence.lifecycle import StatusPurpose
from certify.evidence.statement import CERTIFICATE, PLAN, STATUS
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer
from certify.trust.status import Standing
from certify.trust.status_list import check_lists
from certify_registry.lifecycle.impact import Condition, conditions_of, impact_of
from certify_registry.lifecycle.snapshots import make_lists, withdrawn_in
from certify_registry.lifecycle.voices import change_of
from certify_registry.store.terms import software
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import LOG_KEY, World

NOW = "2026-12-01T00:00:00Z"
TOMORROW = "2026-12-02T00:00:00Z"
LEAKED = made.digest("leaked file")


def changed(bundle: bytes, signer: KeySigner, **fields: Any) -> bytes:
    """A statement with other fields in its claim, signed again."""
    statement = statement_of(parse_bundle(bundle))
    claim = {**statement.predicate, **fields}
    return made.signed(statement.predicate_type, statement.subject[0].digest.sha256, claim, signer)


def referring(bundle: bytes, kind: str = PLAN) -> dict[str, Any]:
    read = parse_bundle(bundle)
    names = {"kind": "plan", "predicateType": kind, "party": "Prüflabor Nord"}
    return {**names, "payloadSha256": read.payload_sha256, "keyid": read.keyid}


def of_parameters(world: World, tokens: int, **parameters: Any) -> bytes:
    check = {"id": "static-benchmark", "version": 1, "items": 10, "samples": 1, "maxTokens": 64}
    return changed(
        made.plan(world.evaluator, tokens=tokens), world.evaluator, checks=[{**check, "parameters": parameters}]
    )


@pytest.fixture
def full(world: World) -> World:
    """Three certificates: a and b of plans that name benchmarks, c of none."""
    plans = [of_parameters(world, 1, benchmark="GSM8K", sha256=LEAKED), of_parameters(world, 2, benchmark="aime25")]
    engines = ["vllm 0.30.2; torch 2.12.0", "vllm 0.31.0; torch 2.13.0+cpu", "transformers 5.19.0"]
    data = {
        "name": "Corpus  One",
        "identity": made.digest("data"),
        "shards": 1,
        "bytes": 9,
        "digestSource": "recomputed",
    }
    for name, plan, engine in zip("abc", [*plans, None], engines, strict=True):
        evidence = []
        if plan is not None:
            world.append(plan)
            evidence = [referring(plan)]
        configuration = {**made.CONFIGURATION, "engine": engine.split(" ")[0], "engineVersion": engine}
        bundle = made.certificate(world.issuer, decision=name)
        more = {"datasets": [data]} if name == "c" else {}
        world.append(changed(bundle, world.issuer, evidence=evidence, configuration=configuration, **more))
    return world


def found(world: World, text: str, **more: Any) -> str:
    names = {made.serial(name): name for name in "abc"}
    touched = impact_of(world.registry, conditions_of(text), now=NOW, **more)
    return "".join(names[one.row.serial] for one in touched)


def test_what_each_cause_touches(full: World) -> None:
    evaluator = full.evaluator.keyid
    expected = {
        f"key={evaluator[:8]}": "ab",
        f"key={full.issuer.keyid}": "abc",
        "key=00000000": "",
        "benchmark=gsm8k": "a",
        f"benchmark={LEAKED}": "a",
        "benchmark=gsm8": "",
        "engine=vllm": "ab",
        "engine=vllm 0.30.2": "a",
        "engine=vllm<0.31": "a",
        "engine=torch>=2.12,<2.14": "ab",
        "engine=torch==2.13.0": "b",
        "engine=transformers>=5": "c",
        "policy=starter": "abc",
        "policy=starter@1.0.0": "abc",
        "policy=starter@2.0.0": "",
        f"policy={made.POLICY['sha256']}": "abc",
        "dataset=corpus one": "c",
        f"dataset={made.digest('data')}": "c",
        "policy=starter,engine=vllm,benchmark=AIME25": "b",
        "engine=vllm>=0.30,<0.32,policy=starter": "ab",
    }
    assert {text: found(full, text) for text in expected} == expected
    assert found(full, "policy=starter", since=full.registry.size - 1) == "c"
    assert full.registry.fsck(made.NOW) == ()


def test_it_is_told_why_and_how_each_stands(full: World) -> None:
    full.append(made.status(full.revoker, State.SUSPENDED, decision="a"))
    (a,) = impact_of(full.registry, conditions_of(f"benchmark=gsm8k,key={full.evaluator.keyid[:10]}"), now=NOW)
    assert (a.standing, a.can_be_suspended) == ("suspended", False)
    assert a.causes == (
        "its plan names the benchmark in static-benchmark",
        "the key signed its plan for Prüflabor Nord",
    )
    (b,) = impact_of(full.registry, [Condition("engine", "vllm 0.31.0")], now=NOW)
    assert (b.standing, b.can_be_suspended) == ("valid", True)
    assert b.causes == ("tested with vllm: vllm 0.31.0; torch 2.13.0+cpu",)


@pytest.mark.parametrize(
    "text",
    ["", "key", "key=", "key=xyz", "key=3f2a", "who=me", "policy=starter,", "engine=vllm<", "engine=vllm<<1", ",,"],
)
def test_what_is_not_named_clearly_touches_nothing(full: World, text: str) -> None:
    with pytest.raises(UsageError) as raised:
        found(full, text)
    assert raised.value.code == "CERT-E625"


def test_versions_are_read_from_the_line_of_an_engine() -> None:
    line = "transformers 5.19.0; torch 2.13.0+cpu; cuda 12.8; lm-eval 0.4.13; certify 0.1.0.dev3; prompts 2"
    assert dict(software(line)) == {
        "transformers": "5.19.0",
        "torch": "2.13.0+cpu",
        "cuda": "12.8",
        "lm-eval": "0.4.13",
        "certify": "0.1.0.dev3",
        "prompts": "2",
    }


@pytest.fixture
def second(full: World) -> KeySigner:
    """A second revoker's key, enrolled from here on."""
    signer = generate_signer()
    full.registry.enroll(signer.public_pem, "Second Ltd", "revoker")
    return signer


def again(bundle: bytes, signer: KeySigner) -> bytes:
    return sign_statement(parse_bundle(bundle).payload, signer)


def test_two_revokers_agree_where_there_are_two(full: World, second: KeySigner) -> None:
    serial, word = made.serial("a"), made.status(full.revoker, State.REVOKED, decision="a")
    full.append(word)
    told = full.registry.standing(serial)
    assert (told.standing, told.waits_for) == (Standing.SUSPENDED, 1)
    assert [one.standing for one in full.registry.find(_any(), status="suspended", now=NOW)] == ["suspended"]
    full.append(made.status(second, State.REVOKED, decision="a", reason="other words"))
    assert full.registry.standing(serial).standing is Standing.SUSPENDED
    full.append(again(word, second))
    assert full.registry.standing(serial).standing is Standing.REVOKED
    assert [one.row.serial for one in full.registry.find(_any(), status="revoked", now=NOW)] == [serial]


def test_what_one_revoker_did_before_there_were_two_stands(full: World) -> None:
    full.append(made.status(full.revoker, State.REVOKED, decision="a"))
    full.registry.enroll(generate_signer().public_pem, "Second Ltd", "revoker")
    assert full.registry.standing(made.serial("a")).standing is Standing.REVOKED


def _any() -> Any:
    from certify_registry import Question

    return Question()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"supersededBy": made.serial("c")}, ""),
        ({"supersededBy": made.serial("a")}, "CERT-E626"),
        ({"supersededBy": made.serial("nowhere")}, "CERT-E079"),
        ({"supersededBy": made.serial("b")}, "CERT-E045"),
        ({"supersededBy": made.serial("c"), "state": "suspended"}, "CERT-E045"),
        ({"reasonCode": "because"}, "CERT-E045"),
        ({"reasonCode": "renewed"}, ""),
    ],
)
def test_who_may_supersede_whom(full: World, fields: dict[str, str], code: str) -> None:
    bundle = changed(made.status(full.revoker, State.SUPERSEDED, decision="b"), full.revoker, **fields)
    if not code:
        full.append(bundle)
        assert full.registry.standing(made.serial("b")).superseded_by == fields.get("supersededBy")
        return
    with pytest.raises(CertifyError) as raised:
        full.append(bundle)
    assert raised.value.code == code


@pytest.fixture
def withdrawn(full: World) -> World:
    full.append(made.status(full.revoker, State.REVOKED, decision="a"))
    full.append(made.status(full.revoker, State.SUSPENDED, decision="b"))
    full.append(made.status(full.revoker, State.SUPERSEDED, decision="c"))
    return full


def test_the_lists_are_those_of_the_log(withdrawn: World) -> None:
    registry = withdrawn.registry
    signed, _ = make_lists(registry, LOG_KEY, now=NOW, until=TOMORROW)
    lists = check_lists(signed, registry.vkey)
    expected = {"a": Standing.REVOKED, "b": Standing.SUSPENDED, "c": Standing.SUPERSEDED}
    for name, standing in expected.items():
        row = registry.certificate(made.serial(name))
        assert row is not None
        assert lists.standing(row.log_index) is standing
    assert sum(int.from_bytes(bits, "big").bit_count() for bits in lists.bits.values()) == 3
    assert (lists.checkpoint.size, lists.note) == (registry.size, registry.checkpoint())


def test_the_same_log_gives_the_same_bytes_and_a_mirror_derives_them(withdrawn: World) -> None:
    registry = withdrawn.registry
    first, made_lists = make_lists(registry, LOG_KEY, now=NOW, until=TOMORROW)
    assert make_lists(withdrawn.reopen(), LOG_KEY, now=NOW, until=TOMORROW)[0] == first
    registry = withdrawn.registry
    logged = [(index, parse_bundle(registry.bundle_at(index))) for index in range(registry.size)]
    places, changes = {}, {}
    for index, bundle in logged:
        statement = statement_of(bundle)
        if statement.predicate_type == CERTIFICATE:
            places[statement.predicate["serial"]] = index
        elif statement.predicate_type == STATUS:
            changes.setdefault(statement.predicate["serial"], []).append(change_of(index, bundle))
    for size in range(registry.size + 1):
        derived = withdrawn_in(places, changes, registry.voices_needed(), size)
        count = {purpose: len(indexes) for purpose, indexes in derived.items()}
        ends = [size > place for place in sorted(one.index for said in changes.values() for one in said)]
        assert count == dict(zip(StatusPurpose, ends, strict=True))
    assert isinstance(made_lists[0], Value)
    assert parse_json(first.to_bytes())["schema"] == "certify/status-lists/v1"


def test_an_empty_log_and_a_wrong_term_have_no_lists(world: World) -> None:
    for until in (TOMORROW, NOW):
        with pytest.raises(UsageError) as raised:
            make_lists(world.registry, LOG_KEY, now=NOW, until=until)
        assert raised.value.code == "CERT-E624"
        if until == TOMORROW:
            world.append(made.note(1, world.evaluator))
