"""Copies of a registry: made while it is in use, believed only after everything was worked out again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.errors import CertifyError
from certify.evidence.certificate import State
from certify.trust.keys import KeySigner
from certify.trust.note import parse_vkey, sign_checkpoint, verify_checkpoint
from certify.trust.status import Standing
from certify_registry import Appended, Registry
from certify_registry.connecting import surroundings
from certify_registry.log.memory import LOCK
from certify_registry.moving.exporting import export
from certify_registry.moving.importing import bring
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import LOG_KEY
from tests.unit.registry.contract.conftest import Place

Signers = dict[str, KeySigner]


def filled(registry: Registry, signers: Signers) -> None:
    """Entries of every kind, a key that was retired, two heads and a PDF."""
    plan = made.plan(signers["evaluator"])
    evaluation = made.evaluation(signers["evaluator"], made.payload_of(plan))
    certificate = made.certificate(signers["issuer"])
    assert all(isinstance(one, Appended) for one in registry.append_many([plan, evaluation, certificate], now=made.NOW))
    registry.append(made.rendering(signers["issuer"]), now=made.NOW)
    more = [made.status(signers["revoker"], State.REVOKED), made.plan(signers["evaluator"], tokens=2)]
    assert all(isinstance(one, Appended) for one in registry.append_many(more, now=made.NOW))
    registry.retire(signers["revoker"].public_pem, "revoker Ltd", "revoker")
    registry.put_blob(b"a PDF")


def brought(copy: Path, to: Place, key: Ed25519PrivateKey = LOG_KEY, **how: bool) -> Registry:
    return bring(copy, surroundings(to.address, "create", to.objects, to.lock, 0.5), key, **how)


def refused(code: str, work: Callable[[], object]) -> CertifyError:
    with pytest.raises(CertifyError) as caught:
        work()
    assert caught.value.code == code, f"{caught.value} {caught.value.why}"
    return caught.value


def facts(registry: Registry) -> dict[str, Any]:
    return {
        "origin": registry.origin,
        "vkey": registry.vkey,
        "checkpoint": registry.checkpoint(),
        "entries": registry.entries(0, 99),
        "enrolled": registry.enrolled(),
        "standing": registry.standing(made.serial()),
        "certificates": registry.certificates(),
        "rendering": registry.rendering_of(made.serial()),
        "proofs": [registry.proof(index) for index in range(registry.size)],
        "pdf": registry.get_blob(made.digest("a PDF")),
    }


def test_a_registry_moves_with_everything_and_goes_on_there_alone(
    place: Place, another: Place, registry: Registry, signers: Signers, home: Path
) -> None:
    filled(registry, signers)
    before = facts(registry)
    assert export(registry, home / "copy", made.NOW, final=True).final
    with brought(home / "copy", another) as moved:
        assert facts(moved) == before
        assert moved.fsck(made.NOW) == ()
        assert moved.standing(made.serial()).standing is Standing.REVOKED
        assert moved.append(made.note(1, signers["evaluator"]), now=made.NOW).index == 6
        assert moved.consistency(5)
    for work in (
        lambda: registry.append(made.note(2, signers["evaluator"]), now=made.NOW),
        lambda: registry.enroll(signers["issuer"].public_pem, "X", "approver"),
        lambda: reopened(place).append(made.note(2, signers["evaluator"]), now=made.NOW),
    ):
        refused("CERT-E605", work)
    with place.open(key=False) as reader:
        assert facts(reader) == before, "what was there stays readable"
        assert reader.fsck(made.NOW) == ()
    refused("CERT-E079", lambda: brought(home / "copy", another))
    export(registry, home / "again", made.NOW, final=True)


def reopened(place: Place) -> Registry:
    return place.open()


def test_a_copy_that_is_not_final_is_no_continuation(
    another: Place, registry: Registry, signers: Signers, home: Path
) -> None:
    filled(registry, signers)
    assert not export(registry, home / "copy", made.NOW).final
    refused("CERT-E604", lambda: brought(home / "copy", another))
    refused("CERT-E604", lambda: export(registry, home / "copy", made.NOW))
    refused("CERT-E075", lambda: brought(home / "copy", another, Ed25519PrivateKey.generate(), restore=True))
    assert registry.append(made.note(1, signers["evaluator"]), now=made.NOW).index == 6


def test_a_lost_database_is_restored_unless_something_newer_was_signed(
    place: Place, another: Place, registry: Registry, signers: Signers, home: Path
) -> None:
    filled(registry, signers)
    export(registry, home / "older", made.NOW)
    registry.append(made.note(1, signers["evaluator"]), now=made.NOW)
    export(registry, home / "newer", made.NOW)
    lock = registry._log.objects.get(LOCK, 2**20)
    published = registry._log.objects.get("checkpoint", 2**20)
    refused("CERT-E606", lambda: brought(home / "newer", another, restore=True))
    into = surroundings(another.address, "create", another.objects, None, 0.5)
    into.objects.put_many({"lock": lock})
    refused("CERT-E072", lambda: brought(home / "older", another, restore=True))
    into.objects.remove("")
    into.objects.put_many({"lock": lock[:0] or published})
    with brought(home / "newer", another, restore=True) as restored:
        assert facts(restored) == facts(registry)
        assert restored.fsck(made.NOW) == ()
        assert restored.append(made.note(2, signers["evaluator"]), now=made.NOW).index == 7


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def write(path: Path, documents: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))


def without_entry(copy: Path) -> None:
    write(copy / "entries.jsonl", lines(copy / "entries.jsonl")[:-1])


def swapped_entries(copy: Path) -> None:
    found = lines(copy / "entries.jsonl")
    write(copy / "entries.jsonl", [found[1], found[0], *found[2:]])


def repeated_entry(copy: Path) -> None:
    found = lines(copy / "entries.jsonl")
    write(copy / "entries.jsonl", [*found, found[0]])


def without_key(copy: Path) -> None:
    write(copy / "keys.jsonl", lines(copy / "keys.jsonl")[1:])


def without_last_head(copy: Path) -> None:
    write(copy / "heads.jsonl", lines(copy / "heads.jsonl")[:-1])


def earlier_end(copy: Path) -> None:
    """A copy that claims an earlier, genuine head: everything in it is signed, and something is missing."""
    heads = lines(copy / "heads.jsonl")
    described = json.loads((copy / "archive.json").read_bytes())
    described |= {"checkpoint": heads[-2]["checkpoint"], "size": heads[-2]["size"]}
    (copy / "archive.json").write_text(json.dumps(described))


def other_root(copy: Path) -> None:
    described = json.loads((copy / "archive.json").read_bytes())
    described["checkpoint"] = described["checkpoint"].replace("\n6\n", "\n5\n")
    (copy / "archive.json").write_text(json.dumps(described))


def changed_blob(copy: Path) -> None:
    path = next(path for path in sorted((copy / "blobs").rglob("*")) if path.is_file())
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def no_description(copy: Path) -> None:
    (copy / "archive.json").unlink()


def half_a_line(copy: Path) -> None:
    path = copy / "heads.jsonl"
    path.write_bytes(path.read_bytes()[:-5])


@pytest.mark.parametrize(
    "damage",
    [without_entry, swapped_entries, repeated_entry, without_key, without_last_head, earlier_end, other_root,
     changed_blob, no_description, half_a_line],
)  # fmt: skip
def test_a_copy_that_was_changed_is_refused_and_nothing_is_written(
    world_copy: Path, home: Path, damage: Callable[[Path], None]
) -> None:
    damage(world_copy)
    target = Place(str(home / "target"))
    refused("CERT-E603", lambda: brought(world_copy, target))
    with pytest.raises(CertifyError) as caught:
        target.open()
    assert caught.value.code == "CERT-E079"


@pytest.fixture
def world_copy(home: Path, signers: Signers) -> Path:
    with Place(str(home / "source")).create(signers) as registry:
        filled(registry, signers)
        export(registry, home / "copy", made.NOW, final=True)
    return home / "copy"


def test_a_fork_signed_by_the_log_itself_is_no_restore(world_copy: Path, home: Path, signers: Signers) -> None:
    """The lock remembers another history of the same size, signed by the same key."""
    from certify.trust.note import NoteSigner

    described = json.loads((world_copy / "archive.json").read_bytes())
    key = parse_vkey(described["vkey"])
    genuine = verify_checkpoint(described["checkpoint"], key)
    target = Place(str(home / "target"))
    (home / "target").mkdir()
    forked = sign_checkpoint(genuine._replace(root=bytes(32)), NoteSigner(key.name, LOG_KEY))
    (home / "target" / "lock").write_text(forked)
    refused("CERT-E072", lambda: brought(world_copy, target, restore=True))
