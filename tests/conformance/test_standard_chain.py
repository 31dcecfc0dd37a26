"""The chain of the shipped template, five steps and six keys of two kinds, judged by the in-toto-verify command."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from certify.attest.layout_file import read_layout_file
from certify.attest.layout_template import layout_template
from certify.attest.layouts import VerifiedLayout, verify_layout, write_layout
from certify.attest.steps import record_step
from certify.errors import HostileInput
from certify.trust.keys import generate_signer
from tests.fakes.chain import write_model

pytest.importorskip("in_toto.models.metadata")
CLIENT = Path(sys.executable).parent / "in-toto-verify"
pytestmark = pytest.mark.skipif(not CLIENT.exists(), reason="in-toto-verify is not installed")

KEYS = {
    name: generate_signer("ed25519" if name in ("privacy", "trainer") else "ecdsa-p256")
    for name in ("owner", "collector", "lawyer", "privacy", "engineer", "trainer")
}


def build(work: Path, max_listed: int = 100_000) -> Path:
    for name, key in KEYS.items():
        (work / f"{name}.pub").write_text(key.public_pem)
    (work / "layout.yaml").write_text(layout_template("standard", expires="2036-01-01T00:00:00Z"))
    plan = read_layout_file(work / "layout.yaml")
    write_layout(work / "root.layout", plan.steps, [KEYS["owner"]], expires=plan.expires, readme=plan.owner)
    for folder in ("raw", "filtered", "clean"):
        (work / folder).mkdir()
        for name in ("a", "b"):
            (work / folder / f"{name}.jsonl").write_text(f"{folder} {name}")
    (work / "review").mkdir()
    (work / "review" / "findings.md").write_text("fine")
    write_model(work / "model")
    for name, who, materials, products in (
        ("collect", "collector", [], ["raw"]),
        ("license-review", "lawyer", ["raw"], ["raw", "review"]),
        ("license-review", "privacy", ["raw"], ["raw", "review"]),
        ("filter", "engineer", ["raw", "review"], ["filtered"]),
        ("decontaminate", "engineer", ["filtered"], ["clean"]),
        ("train", "trainer", ["clean"], ["model"]),
    ):
        record_step(
            name,
            materials=[work / one for one in materials],
            products=[work / one for one in products],
            signer=KEYS[who],
            out_folder=work / "links",
            base=work,
            max_listed=max_listed,
        )
    return work


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("chain"))


@pytest.fixture
def chain(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "chain")
    return tmp_path / "chain"


def accepted(chain: Path) -> bool:
    """What both say, which has to be the same."""
    command = [CLIENT, "--layout", "root.layout", "--verification-keys", "owner.pub", "--link-dir", "links"]
    done = subprocess.run(command, cwd=chain, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    try:
        ours: VerifiedLayout | None = verify_layout(chain / "root.layout", chain / "links", [KEYS["owner"].public_pem])
    except HostileInput:
        ours = None
    assert (done.returncode == 0) == (ours is not None)
    return ours is not None


def test_the_whole_chain(chain: Path) -> None:
    assert accepted(chain)


@pytest.mark.parametrize("step", ["collect", "license-review", "filter", "decontaminate", "train"])
def test_one_link_missing(chain: Path, step: str) -> None:
    next((chain / "links").glob(f"{step}.*.link")).unlink()
    assert not accepted(chain)


@pytest.mark.parametrize("step", ["collect", "license-review", "train"])
def test_one_byte_of_a_link_changed(chain: Path, step: str) -> None:
    link = next((chain / "links").glob(f"{step}.*.link"))
    data = bytearray(link.read_bytes())
    place = data.index(b'"payload":"') + 40
    data[place] = ord("A") if data[place] != ord("A") else ord("B")
    link.write_bytes(data)
    assert not accepted(chain)


def test_two_signatures_by_one_reviewer_are_one(chain: Path) -> None:
    lawyer, privacy = (
        next((chain / "links").glob(f"license-review.{keyid(name)}.link")) for name in ("lawyer", "privacy")
    )
    privacy.write_bytes(lawyer.read_bytes())
    assert not accepted(chain)


def keyid(name: str) -> str:
    from certify.attest.envelopes import functionary_id

    return functionary_id(KEYS[name].public_pem)[:8]


def test_folders_named_by_their_manifests(tmp_path: Path) -> None:
    """What stands for many files flows through the rules like any file."""
    chain = build(tmp_path, max_listed=1)
    assert accepted(chain)
    next((chain / "links").glob("*.manifest.json")).write_text("[]")
    with pytest.raises(HostileInput):
        verify_layout(chain / "root.layout", chain / "links", [KEYS["owner"].public_pem])
