"""Finding certificates by what people know of them."""

from __future__ import annotations

import sqlite3

import pytest

from certify.evidence.certificate import State
from certify_registry import Question
from tests.fakes import logged_statements as made
from tests.unit.registry.conftest import World

NOW = "2026-12-01T00:00:00Z"
LATER = "2028-01-01T00:00:00Z"


@pytest.fixture
def found(world: World):  # type: ignore[no-untyped-def]
    world.append(made.certificate(world.issuer, decision="a", issuer="Institut für  Prüfung"))
    world.append(made.certificate(world.issuer, decision="b", of=made.model("Ünder_Score 100%")))
    world.append(made.certificate(world.issuer, decision="c"))
    world.append(made.rendering(world.issuer, decision="c", pdf="drawn"))
    world.append(made.status(world.revoker, State.SUSPENDED, decision="b"))

    def ask(question: Question, **more: object) -> list[str]:
        answer = world.registry.find(question, **{"now": NOW, **more})  # type: ignore[arg-type]
        names = {made.serial(name): name for name in "abc"}
        return [names[one.row.serial] for one in answer]

    return ask


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question(), "cba"),
        (Question(text="INSTITUT FÜR prüfung"), "a"),
        (Question(text="under_score 100%"), ""),
        (Question(text="ünder_score 100%"), "b"),
        (Question(text="e_s"), ""),
        (Question(text=made.serial("c").lower()), "c"),
        (Question(digest=made.model()["identity"]), "ca"),
        (Question(digest=made.digest("drawn").upper()), "c"),
        (Question(digest=made.POLICY["sha256"]), "cba"),
        (Question(terms=(("policy", "starter"), ("issuer", "acme"))), "cb"),
        (Question(terms=(("policy", "starter@2.0.0"),)), ""),
        (Question(terms=(("engine", "hf 1"),)), "cba"),
    ],
)
def test_every_part_of_a_question_counts(found, question: Question, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert "".join(found(question)) == expected


def test_by_standing_and_page_by_page(found) -> None:  # type: ignore[no-untyped-def]
    assert found(Question(), status="valid") == ["c", "a"]
    assert found(Question(), status="suspended") == ["b"]
    assert found(Question(), status="expired") == []
    assert found(Question(), status="expired", now=LATER) == ["c", "a"]
    assert found(Question(), limit=2) == ["c", "b"]
    assert found(Question(), before=1, limit=2) == ["a"]


def test_certificates_of_an_older_version_get_their_terms(world: World) -> None:
    world.append(made.certificate(world.issuer, decision="a"))
    world.registry.close()
    connection = sqlite3.connect(world.folder / "registry.db", isolation_level=None)
    connection.execute("DROP TABLE packed")
    connection.execute("DROP TABLE terms")
    connection.execute("DROP TRIGGER heads_in_order")
    connection.execute("ALTER TABLE heads DROP COLUMN number")
    connection.execute("CREATE TRIGGER heads_in_order BEFORE INSERT ON heads BEGIN SELECT 1; END")
    connection.execute("UPDATE alembic_version SET version_num = 'r0001'")
    connection.close()
    registry = world.reopen()
    assert [one.row.serial for one in registry.find(Question(text="acme"), now=NOW)] == [made.serial("a")]
    assert registry.fsck(made.NOW) == ()
