"""What the registry says of a certificate comes from the entries it has signed for, not from its index."""

from __future__ import annotations

import sqlite3

import pytest

from certify.errors import RegistryError
from certify.evidence.certificate import State
from certify.evidence.merkle import leaf_hash
from certify.trust.status import Standing
from certify_registry import Registry
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
