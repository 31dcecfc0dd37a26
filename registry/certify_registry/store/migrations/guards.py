"""The triggers that make tables append-only, as each database has them."""

from __future__ import annotations

from alembic import op

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END"
FUNCTION = "certify_append_only"
WRITER = "certify_writer"
"""The role that every session takes on PostgreSQL."""


def on_postgres() -> bool:
    """Whether the database at hand is PostgreSQL; otherwise it is SQLite."""
    return op.get_bind().dialect.name == "postgresql"


def make_append_only(*tables: str) -> None:
    """Refuse every change and removal of rows; on PostgreSQL writers get the right to add and to read."""
    if on_postgres():
        op.execute(
            f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the registry is append-only'; END $$"
        )
        for table in tables:
            for when in ("UPDATE OR DELETE", "TRUNCATE"):
                name = f"{table}_no_{when.rpartition(' ')[2].lower()}"
                each = "STATEMENT" if when == "TRUNCATE" else "ROW"
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {FUNCTION}()"
                )
            op.execute(
                f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{WRITER}') "
                f"THEN GRANT SELECT, INSERT ON {table} TO {WRITER}; END IF; END $$"
            )
        return
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {_REFUSE}")


def guard_entries() -> None:
    """Entries are numbered without gaps, and heads follow each other."""
    if on_postgres():
        _in_order("entries", "log_index", "min(log_index) <> coalesce((SELECT max(log_index) FROM entries e "
                  "WHERE e.log_index < (SELECT min(log_index) FROM fresh)) + 1, 0) "
                  "OR max(log_index) - min(log_index) + 1 <> count(*)")  # fmt: skip
        return
    # INSERT OR REPLACE would remove a row without firing the triggers above.
    op.execute(
        "CREATE TRIGGER entries_in_order BEFORE INSERT ON entries "
        "WHEN NEW.log_index != (SELECT coalesce(max(log_index) + 1, 0) FROM entries) "
        "OR EXISTS (SELECT 1 FROM entries WHERE leaf_hash = NEW.leaf_hash) " + _REFUSE
    )
    op.execute(
        "CREATE TRIGGER heads_in_order BEFORE INSERT ON heads "
        "WHEN NEW.size != (SELECT coalesce(max(size) + 1, 0) FROM heads) " + _REFUSE
    )


def guard_heads() -> None:
    """Heads are numbered without gaps, and each is of a larger tree than the one before."""
    if on_postgres():
        _in_order("heads", "size", "count(*) > 1 OR max(number) <> coalesce((SELECT max(number) FROM heads h WHERE "
                  "h.number < (SELECT max(number) FROM fresh)) + 1, 0) OR max(size) <= coalesce((SELECT max(size) "
                  "FROM heads h WHERE h.number < (SELECT max(number) FROM fresh)), -1)")  # fmt: skip
        return
    op.execute(
        "CREATE TRIGGER heads_in_order BEFORE INSERT ON heads "
        "WHEN NEW.size <= (SELECT coalesce(max(size), -1) FROM heads) "
        "OR NEW.number != (SELECT coalesce(max(number) + 1, 0) FROM heads) " + _REFUSE
    )


def _in_order(table: str, column: str, wrong: str) -> None:
    """One check for all rows of a statement: a check for each row would be most of the time of a large batch."""
    op.execute(
        f"CREATE FUNCTION certify_{table}_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF (SELECT count({column}) > 0 AND ({wrong}) FROM fresh) "
        "THEN RAISE EXCEPTION 'the registry is append-only'; END IF; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_in_order AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
        f"FOR EACH STATEMENT EXECUTE FUNCTION certify_{table}_in_order()"
    )
