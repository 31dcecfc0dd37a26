"""A layout as people write it: the template works as it is, and mistakes are told before anything is signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from certify.attest.layout_file import read_layout_file
from certify.attest.layout_template import layout_template
from certify.attest.layouts import write_layout
from certify.errors import UsageError
from certify.trust.keys import generate_signer

OWNER = generate_signer()
GOOD = """
owner: Example Bank
expires: 2036-01-01T00:00:00Z
steps:
  - name: collect
    functionaries: [alice.pub]
    products: [CREATE raw/*]
  - name: filter
    functionaries: [alice.pub, bob.pub]
    threshold: 2
    materials: [MATCH raw/* WITH PRODUCTS FROM collect]
    products: ["CREATE 'clean data/*'"]
"""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    for name in ("alice", "collector", "lawyer", "privacy", "engineer", "trainer"):
        (tmp_path / f"{name}.pub").write_text(generate_signer().public_pem)
    (tmp_path / "bob.pub").write_text(generate_signer("ed25519").public_pem)
    return tmp_path


def read(folder: Path, text: str):
    path = folder / "layout.yaml"
    path.write_text(text)
    return read_layout_file(path)


def test_a_file_says_who_may_do_what(keys: Path) -> None:
    plan = read(keys, GOOD)
    collect, clean = plan.steps
    assert (plan.owner, plan.expires) == ("Example Bank", "2036-01-01T00:00:00Z")
    assert collect.functionaries == ((keys / "alice.pub").read_text(),)
    assert (clean.threshold, len(clean.functionaries)) == (2, 2)
    assert clean.expected_materials == (("MATCH", "raw/*", "WITH", "PRODUCTS", "FROM", "collect"),)
    assert clean.expected_products == (("CREATE", "clean data/*"),)
    write_layout(keys / "root.layout", plan.steps, [OWNER], expires=plan.expires)


def test_a_key_may_stand_in_the_file_itself(keys: Path) -> None:
    pem = OWNER.public_pem.replace("\n", "\n      ")
    text = f"owner: x\nexpires: 2036-01-01T00:00:00Z\nsteps:\n  - name: a\n    functionaries:\n    - |\n      {pem}\n"
    assert read(keys, text).steps[0].functionaries == (OWNER.public_pem,)


def test_the_template_can_be_signed_once_the_keys_are_there(keys: Path) -> None:
    plan = read(keys, layout_template("standard", expires="2036-01-01T00:00:00Z"))
    assert [step.name for step in plan.steps] == ["collect", "license-review", "filter", "decontaminate", "train"]
    write_layout(keys / "root.layout", plan.steps, [OWNER], expires=plan.expires)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("owner:", "ownr:", "did you mean owner"),
        ("threshold: 2", "treshold: 2", "did you mean threshold"),
        ("threshold: 2", "threshold: 0", "threshold"),
        ("threshold: 2", "threshold: many", "threshold"),
        ("expires: 2036-01-01T00:00:00Z", "expires: soon", "expires"),
        ("[alice.pub]", "[carol.pub]", "carol.pub cannot be read"),
        ("[alice.pub]", "[]", "functionaries"),
        ("FROM collect", "FROM train", "no earlier step"),
        ("FROM collect", "FROM 'collect", "cannot be read"),
        ("name: filter", "name: filter\n    name: other", "twice"),
        ("owner: Example Bank", "owner: &a x\nexpires: *a", "references"),
        (GOOD, "- a list", "list of fields"),
        (GOOD, "owner: x\nexpires: 2036-01-01T00:00:00Z\nsteps: 5", "steps"),
        (GOOD, "#" * 70_000, "larger"),
    ],
)
def test_a_mistake_is_told(keys: Path, before: str, after: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(keys, GOOD.replace(before, after))
    assert caught.value.code == "CERT-E057"
    assert told in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


def test_an_unknown_template_is_told() -> None:
    with pytest.raises(UsageError, match="no template"):
        layout_template("other", expires="2036-01-01T00:00:00Z")
