"""What the registry says of a certificate comes from the entries it has signed for, not from its index."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import Connection

from certify.errors import RegistryError
from certify.evidence.certificate import State
from certify.evidence.merkle import leaf_hash
from certify.evidence.statement import STATUS
from certify.trust.bundle import parse_bundle
from certify.trust.log_entry import entry_of
from certify.trust.note import parse_checkpoint, parse_note, parse_vkey, verify_checkpoint
from certify.trust.status import Standing
from certify.trust.tlog_proof import verify_tlog_proof
from certify_registry import Registry
from certify_registry.answering import read_parts
from certify_registry.log import tree
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import World

SERIAL = made.serial()


def revoked(world: World) -> None:
    """A log whose entry 3 revokes the certificate of entry 0, with entries of other kinds around it."""
    for bundle in (
        made.certificate(world.issuer),
        made.rendering(world.issuer, pdf="first"),
        made.rendering(world.issuer, pdf="second"),
        made.status(world.revoker, State.REVOKED),
        made.note(1, world.evaluator),
        made.certificate(world.issuer, decision="b"),
        made.status(world.revoker, State.SUSPENDED, decision="b"),
    ):
        world.append(bundle)


def tamper(world: World, *statements: str) -> None:
    """Change the database as somebody does who drops the triggers and puts them back."""
    world.registry.close()
    connection = sqlite3.connect(world.folder / "registry.db", isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0, statement
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()
    world.registry = Registry.open(world.folder)


def test_statuses_of_each_certificate_are_its_own(world: World) -> None:
    revoked(world)
    registry = world.reopen()
    assert [index for index, _ in registry.statuses(SERIAL)] == [3]
    assert [index for index, _ in registry.statuses(made.serial("b"))] == [6]
    assert registry.statuses(made.serial("z")) == []
    assert registry.standing(SERIAL).standing is Standing.REVOKED
    assert registry.rendering_of(SERIAL) == (2, made.rendering(world.issuer, pdf="second"))


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM statuses WHERE log_index = 3"],
        ["DELETE FROM statuses"],
        ["UPDATE statuses SET serial = (SELECT serial FROM certificates WHERE log_index = 5) WHERE log_index = 3"],
        ["DELETE FROM statuses WHERE log_index = 3", "DELETE FROM entries WHERE log_index = 3"],
        [
            "DELETE FROM statuses WHERE log_index = 3",
            "UPDATE entries SET predicate_type = 'x', subject = keyid WHERE log_index = 3",
        ],
        ["DELETE FROM statuses WHERE log_index = 3", "UPDATE entries SET leaf = x'00' WHERE log_index = 3"],
        ["DELETE FROM statuses", "DELETE FROM entries WHERE log_index = 6"],
        [
            "DELETE FROM statuses WHERE log_index = 3",
            "DELETE FROM entries WHERE log_index = 3",
            "INSERT INTO entries SELECT 3, randomblob(32), leaf, predicate_type, payload_sha256, subject, keyid,"
            " bundle_sha256, appended_at, guard FROM entries WHERE log_index = 4",
        ],
        [
            "UPDATE entries SET bundle_sha256 = (SELECT bundle_sha256 FROM entries WHERE log_index = 6)"
            " WHERE log_index = 3",
        ],
    ],
)
def test_a_revocation_cannot_be_taken_out(world: World, statements: list[str]) -> None:
    revoked(world)
    tamper(world, *statements)
    for ask in (world.registry.statuses, world.registry.standing):
        with pytest.raises(RegistryError) as caught:
            ask(SERIAL)
        assert caught.value.code == "CERT-E070"


def test_leaves_that_agree_with_their_hashes_but_not_with_the_signed_root(world: World) -> None:
    revoked(world)
    tamper(
        world,
        "DELETE FROM statuses",
        "UPDATE entries SET log_index = 99 WHERE log_index = 3",
        "UPDATE entries SET log_index = 3 WHERE log_index = 4",
        "UPDATE entries SET log_index = 4 WHERE log_index = 99",
    )
    with pytest.raises(RegistryError) as caught:
        world.registry.statuses(SERIAL)
    assert (caught.value.code, "signed for" in caught.value.what) == ("CERT-E070", True)


def test_a_leaf_of_something_else_with_its_own_hash(world: World) -> None:
    revoked(world)
    row = f"leaf = x'00', leaf_hash = x'{leaf_hash(bytes(1)).hex()}'"
    tamper(world, "DELETE FROM statuses", f"UPDATE entries SET {row} WHERE log_index = 3")
    with pytest.raises(RegistryError) as caught:
        world.registry.statuses(SERIAL)
    assert caught.value.code == "CERT-E070"


@pytest.mark.parametrize("which", ["log_index = 2", "log_index > 0"])
def test_a_rendering_cannot_be_taken_out(world: World, which: str) -> None:
    revoked(world)
    tamper(world, f"DELETE FROM renderings WHERE {which}")
    with pytest.raises(RegistryError) as caught:
        world.registry.rendering_of(SERIAL)
    assert caught.value.code == "CERT-E070"


def test_what_is_appended_later_is_seen(world: World) -> None:
    world.append(made.certificate(world.issuer))
    assert world.registry.statuses(SERIAL) == []
    world.append(made.status(world.revoker, State.REVOKED))
    assert [index for index, _ in world.registry.statuses(SERIAL)] == [1]


def test_a_reader_of_an_older_snapshot_is_not_misled_by_what_others_read(world: World) -> None:
    """Threads share one registry: while one still reads at 3 entries, another has read 4."""
    for bundle in (
        made.certificate(world.issuer),
        made.rendering(world.issuer),
        made.status(world.revoker, State.SUSPENDED),
    ):
        world.append(bundle)
    registry = world.registry
    with registry._read() as older:
        tree.read_head(older)
        world.append(made.status(world.revoker, State.REVOKED))
        assert [index for index, _ in registry.statuses(SERIAL)] == [2, 3]
        assert [index for index, _ in registry._committed.about(older, STATUS, SERIAL, (2,))] == [2]
        parts = read_parts(older, registry._committed, registry._kept.over, SERIAL)
        assert (len(parts.statuses), parse_checkpoint(parse_note(parts.checkpoint).text).size) == (1, 3)
    newest = registry._committed._known[STATUS].growth.size
    assert newest == 4, "what was read of more of the log is not forgotten for less"
    assert [index for index, _ in registry.statuses(SERIAL)] == [2, 3]


def test_the_parts_of_an_answer_are_of_one_head_though_the_log_grows_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.append(made.certificate(world.issuer))
    world.append(made.rendering(world.issuer))
    inclusion = tree.inclusion

    def growing(connection: Connection, index: int, size: int) -> tuple[bytes, ...]:
        monkeypatch.setattr(tree, "inclusion", inclusion)
        world.append(made.status(world.revoker, State.REVOKED))
        return inclusion(connection, index, size)

    monkeypatch.setattr(tree, "inclusion", growing)
    vkey = world.registry.vkey
    for statuses, size in ((0, 2), (1, 3)):
        parts = world.registry.answer_parts(SERIAL)
        assert (len(parts.statuses), verify_checkpoint(parts.checkpoint, parse_vkey(vkey)).size) == (statuses, size)
        assert parts.rendering is not None
        for one in (parts.rendering, *parts.statuses):
            leaf = entry_of(parse_bundle(one.bundle)).to_bytes()
            proof = verify_tlog_proof(one.proof, leaf, vkey)
            assert (proof.index, proof.size) == (one.place, size)
    assert world.registry.answer_parts(made.serial("z")).rendering is None
