"""Steps and layouts of ours, judged by the in-toto-verify command; and what our own verification adds."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certify.attest.layouts import PlannedStep, VerifiedLayout, verify_layout, write_layout
from certify.attest.steps import record_step
from certify.errors import HostileInput, UsageError
from certify.trust.keys import KeySigner, generate_signer

in_toto_metadata = pytest.importorskip("in_toto.models.metadata")
CLIENT = Path(sys.executable).parent / "in-toto-verify"
LATER = "2036-01-01T00:00:00Z"
OWNER, ALICE, BOB = generate_signer(), generate_signer(), generate_signer("ed25519")

pytestmark = pytest.mark.skipif(not CLIENT.exists(), reason="in-toto-verify is not installed")


def write_chain_layout(chain: Path, signer: KeySigner = OWNER, **change: Any) -> None:
    download = PlannedStep("download", (ALICE.public_pem,), expected_products=(("CREATE", "raw/*"),))
    clean = PlannedStep(
        "clean",
        (ALICE.public_pem, BOB.public_pem),
        threshold=change.pop("threshold", 1),
        expected_materials=(("MATCH", "raw/*", "WITH", "PRODUCTS", "FROM", "download"),),
        expected_products=(("REQUIRE", "clean/data.jsonl"), ("CREATE", "clean/*")),
    )
    given = {"expires": LATER, **change}
    write_layout(chain / "root.layout", [download, clean], [signer], **given)


def do_step(chain: Path, name: str, signer: KeySigner, materials: list[str], products: list[str]) -> None:
    record_step(
        name,
        materials=[chain / path for path in materials],
        products=[chain / path for path in products],
        signer=signer,
        out_folder=chain / "links",
        base=chain,
    )


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    for folder, text in (("raw", "dirty"), ("clean", "clean")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.jsonl").write_text(text)
    (tmp_path / "owner.pub.pem").write_text(OWNER.public_pem)
    do_step(tmp_path, "download", ALICE, [], ["raw"])
    do_step(tmp_path, "clean", ALICE, ["raw"], ["clean"])
    write_chain_layout(tmp_path)
    return tmp_path


def theirs(chain: Path) -> bool:
    command = [CLIENT, "--layout", "root.layout", "--verification-keys", "owner.pub.pem", "--link-dir", "links"]
    done = subprocess.run(command, cwd=chain, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0


def ours(chain: Path, **change: Any) -> VerifiedLayout | str:
    try:
        return verify_layout(chain / "root.layout", chain / "links", [OWNER.public_pem], **change)
    except HostileInput as error:
        return f"{error.code} {error.what}"


def accepted(chain: Path) -> bool:
    verdict = theirs(chain)
    assert verdict == isinstance(ours(chain), VerifiedLayout)
    return verdict


def only_link(chain: Path, step: str) -> Path:
    (found,) = (chain / "links").glob(f"{step}.*.link")
    return found


def resign(path: Path, change: Any, signer: KeySigner, keep_signature: bool = False) -> None:
    from certify.attest.envelopes import functionary_id

    envelope = json.loads(path.read_bytes())
    payload = json.loads(base64.b64decode(envelope["payload"]))
    change(payload)
    data = json.dumps(payload).encode()
    envelope["payload"] = base64.b64encode(data).decode()
    if not keep_signature:
        kind = envelope["payloadType"].encode()
        signature = signer.sign(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(data), data))
        keyid = functionary_id(signer.public_pem)
        envelope["signatures"] = [{"keyid": keyid, "sig": base64.b64encode(signature).decode()}]
    path.write_text(json.dumps(envelope))


def test_a_whole_chain_is_accepted_by_both(chain: Path) -> None:
    assert accepted(chain)
    found = ours(chain, data=[chain / "clean"], base=chain)
    assert isinstance(found, VerifiedLayout)
    assert found.steps == ("download", "clean")
    assert found.products == {"clean/data.jsonl": {"sha256": hashlib.sha256(b"clean").hexdigest()}}


def test_a_tampered_product_digest_is_rejected_by_both(chain: Path) -> None:
    def change(payload: dict[str, Any]) -> None:
        payload["products"]["clean/data.jsonl"]["sha256"] = "0" * 64

    resign(only_link(chain, "clean"), change, ALICE, keep_signature=True)
    assert not accepted(chain)


def test_a_link_by_a_key_that_may_not_sign_the_step_is_rejected_by_both(chain: Path) -> None:
    only_link(chain, "download").unlink()
    do_step(chain, "download", BOB, [], ["raw"])
    assert not accepted(chain)


def test_a_link_by_a_stranger_under_a_trusted_name_is_rejected_by_both(chain: Path) -> None:
    resign(only_link(chain, "clean"), lambda payload: None, generate_signer())
    assert not accepted(chain)


def test_data_changed_between_two_steps_is_rejected_by_both(chain: Path) -> None:
    (chain / "raw" / "data.jsonl").write_text("exchanged")
    only_link(chain, "clean").unlink()
    do_step(chain, "clean", ALICE, ["raw"], ["clean"])
    assert not accepted(chain)


def test_a_product_that_no_rule_names_is_rejected_by_both(chain: Path) -> None:
    (chain / "extra.jsonl").write_text("benchmark answers")
    do_step(chain, "clean", ALICE, ["raw"], ["clean", "extra.jsonl"])
    assert not accepted(chain)


def test_a_missing_required_product_is_rejected_by_both(chain: Path) -> None:
    (chain / "clean" / "data.jsonl").rename(chain / "clean" / "other.jsonl")
    do_step(chain, "clean", ALICE, ["raw"], ["clean"])
    assert not accepted(chain)


def test_a_threshold_needs_two_signers_who_saw_the_same(chain: Path) -> None:
    write_chain_layout(chain, threshold=2)
    assert not accepted(chain)
    do_step(chain, "clean", BOB, ["raw"], ["clean"])
    assert accepted(chain)
    (chain / "clean" / "data.jsonl").write_text("something else")
    do_step(chain, "clean", BOB, ["raw"], ["clean"])
    assert not accepted(chain)


def test_an_expired_layout_is_rejected_by_both(chain: Path) -> None:
    write_chain_layout(chain, expires="2020-01-01T00:00:00Z")
    assert not accepted(chain)


def test_a_layout_by_another_owner_is_rejected_by_both(chain: Path) -> None:
    write_chain_layout(chain, ALICE)
    assert not accepted(chain)


def test_inspections_are_never_run(chain: Path) -> None:
    inspection = {
        "_type": "inspection",
        "name": "look",
        "run": ["touch", str(chain / "pwned")],
        "expected_materials": [],
        "expected_products": [],
    }
    resign(chain / "root.layout", lambda payload: payload["inspect"].append(inspection), OWNER)
    assert "run commands" in str(ours(chain))
    assert not (chain / "pwned").exists()


def test_a_link_that_is_itself_a_layout_is_refused(chain: Path) -> None:
    only_link(chain, "clean").write_bytes((chain / "root.layout").read_bytes())
    assert "is a layout where a link is needed" in str(ours(chain))


def test_a_step_named_like_a_path_does_not_smuggle_in_a_layout(chain: Path) -> None:
    """Whoever signs such a step, and not the owner, could have commands run on the reader's machine."""
    from certify.attest.envelopes import functionary_id

    inspection = {"_type": "inspection", "name": "look", "run": ["touch", str(chain / "pwned")]}
    inspection |= {"expected_materials": [], "expected_products": []}

    def inner(payload: Any) -> None:
        payload.update(steps=[], inspect=[inspection])

    place = chain / "links" / "sub" / f"clean.{functionary_id(ALICE.public_pem)[:8]}.link"
    place.parent.mkdir()
    place.write_bytes((chain / "root.layout").read_bytes())
    resign(place, inner, ALICE)
    resign(chain / "root.layout", lambda payload: payload["steps"][1].update(name="sub/clean"), OWNER)
    assert "'sub/clean'" in str(ours(chain))
    assert not (chain / "pwned").exists()


def test_a_layout_without_steps_is_refused(chain: Path) -> None:
    resign(chain / "root.layout", lambda payload: payload.update(steps=[]), OWNER)
    assert "has no steps" in str(ours(chain))


def test_data_that_differs_from_the_last_step_is_refused(chain: Path) -> None:
    (chain / "clean" / "data.jsonl").write_text("changed later")
    assert "clean/data.jsonl (changed)" in str(ours(chain, data=[chain / "clean"], base=chain))
    (chain / "clean" / "data.jsonl").write_text("clean")
    (chain / "clean" / "b.jsonl").write_text("added later")
    assert "clean/b.jsonl (unexpected)" in str(ours(chain, data=[chain / "clean"], base=chain))


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 60_000, b'{"signed": 5}', b"\xff"])
def test_hostile_metadata_is_refused(chain: Path, content: bytes) -> None:
    only_link(chain, "clean").write_bytes(content)
    assert str(ours(chain)).startswith("CERT-E059")
    (chain / "root.layout").write_bytes(content)
    assert str(ours(chain)).startswith("CERT-E059")


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [PlannedStep("a", (ALICE.public_pem,))] * 2,
        [PlannedStep("a", ())],
        [PlannedStep("a", (ALICE.public_pem,), threshold=2)],
        [PlannedStep("a", (ALICE.public_pem,) * 2, threshold=2)],
        [PlannedStep("a", (ALICE.public_pem,), expected_products=(("MAKE", "x"),))],
        [PlannedStep("../a", (ALICE.public_pem,))],
    ],
)
def test_a_layout_that_cannot_hold_is_not_written(tmp_path: Path, steps: list[PlannedStep]) -> None:
    with pytest.raises(UsageError) as caught:
        write_layout(tmp_path / "root.layout", steps, [OWNER], expires=LATER)
    assert caught.value.code == "CERT-E057"
    assert list(tmp_path.iterdir()) == []


def test_a_layout_needs_an_owner_and_a_date(tmp_path: Path, chain: Path) -> None:
    steps = [PlannedStep("a", (ALICE.public_pem,))]
    for owners, expires in (([], LATER), ([OWNER], "soon")):
        with pytest.raises(UsageError):
            write_layout(tmp_path / "x.layout", steps, owners, expires=expires)
    with pytest.raises(UsageError):
        verify_layout(chain / "root.layout", chain / "links", [])
