"""A certificate whose log is witnessed, read under trust files that ask for more or fewer witnesses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

from certify.attest.statements import status_statement
from certify.errors import RegistryError, TrustError
from certify.evidence.canonical import canonical_bytes
from certify.evidence.certificate import State, Status
from certify.pipeline.clock import now
from certify.pipeline.cosigning import TRIES, choose_witnesses, cosign_log, witnessed_proofs
from certify.pipeline.standing import change_standing
from certify.trust.dsse import sign_statement
from certify.trust.note import parse_note
from certify.trust.tlog_proof import parse_tlog_proof
from certify.trust.trust_diff import differences
from certify.trust.trustfile import TrustFile
from certify.trust.witnessed import require_quorum
from certify.verify.expectations import Expectations
from certify.verify.verification import Verification
from certify.verify.verify import verify_certificate
from certify_registry.answering import ask_registry
from tests.fakes.chain import Chain, House, finish, production_house, request_for, scratch
from tests.fakes.tlog import cosigner
from tests.fakes.witnesses import keys_of, policy_text, real_witness, serving_witnesses


def asking(trust: TrustFile, numbers: tuple[int, ...] = (), quorum: int = 0, policy: str | None = None) -> TrustFile:
    """The trust file with witnesses."""
    document = trust.document()
    log = {"origin": trust.log_origin, "vkey": trust.log_vkey}
    if policy is not None:
        document["log"] = {**log, "witnessPolicy": policy}
    else:
        document["log"] = {**log, "witnesses": [key.vkey for key in keys_of(*numbers)], "quorum": quorum}
    return TrustFile.parse(canonical_bytes(document))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    """A house whose own trust file wants two of three witnesses, of which two are up."""
    made = production_house(scratch())
    trust = asking(made.trust, (1, 2, 3), 2)
    (made.workspace.home / "trust.json").write_bytes(trust.to_bytes())
    made.workspace.installed_trust = trust
    folder = tmp_path_factory.mktemp("witnesses")
    with serving_witnesses({n: real_witness(n, folder, trust.log_vkey) for n in (1, 2)}) as url:
        yield made, url


@pytest.fixture(scope="module")
def chain(house: tuple[House, str]) -> Chain:
    """No certificate is issued before the witnesses answer; then the same run ends in one."""
    made, url = house
    request = request_for(made)
    with pytest.raises(RegistryError) as caught:
        finish(made, request, drawn=False)
    assert caught.value.code == "CERT-E646"
    choose_witnesses(made.workspace, policy_text(url, (1, 2, 3), 2))
    return finish(made, request, drawn=False)


def judge(chain: Chain, trust: TrustFile, *, asked: bool = False, **expected: Any) -> Verification:
    expectations = Expectations(**{"at": chain.at, **expected})
    answer, asked_at = (chain.answer, chain.at) if asked else (None, None)
    return verify_certificate(chain.bundle, trust=trust, expectations=expectations, answer=answer, asked_at=asked_at)


def told(found: Verification, name: str = "witnesses") -> tuple[str, str]:
    lines = [(str(line.result), line.detail) for line in found.checks if line.id == name]
    return lines[0] if lines else ("", "")


def test_enough_witnesses_are_counted_and_their_time_is_told(chain: Chain) -> None:
    found = judge(chain, chain.trust)
    assert found.verdict == "valid"
    result, detail = told(found)
    assert result == "pass"
    assert detail.startswith(
        "2 of 3 witnesses cosigned the history it rests on: w1.example, w2.example; enough of them "
    )
    assert "had seen its 4 entries at 20" in detail
    assert all(proof.count("\n— ") == 1 + 2 * 2 for proof in chain.certificate.proofs.values())


def test_a_reader_may_ask_for_more_and_a_trust_file_may_name_none(chain: Chain) -> None:
    assert judge(chain, chain.trust, minimum_witnesses=2).verdict == "valid"
    more = judge(chain, chain.trust, minimum_witnesses=3)
    assert (more.verdict, told(more)[0]) == ("invalid", "fail")
    none = asking(chain.trust)
    assert judge(chain, none).verdict == "valid"
    assert told(judge(chain, none)) == ("", "")
    assert judge(chain, none, minimum_witnesses=1).verdict == "invalid"
    named = judge(chain, asking(chain.trust, (1, 3)))
    assert (named.verdict, told(named)[1][:18]) == ("valid", "1 of 2 witnesses c")


@pytest.mark.parametrize(("numbers", "quorum"), [((1, 2, 3), 3), ((3, 4), 1), ((1, 3), 2)])
def test_too_few_witnesses_make_it_invalid(chain: Chain, numbers: tuple[int, ...], quorum: int) -> None:
    found = judge(chain, asking(chain.trust, numbers, quorum))
    assert found.verdict == "invalid"
    assert [line.code for line in found.checks if line.result == "fail"] == ["CERT-E640"]


def test_a_policy_with_groups_decides_in_place_of_a_number(chain: Chain) -> None:
    names = [key.vkey for key in keys_of(1, 2, 3)]
    lines = "".join(f"witness {name} {name}\n" for name in names)
    for members, verdict in ((names[0:1] + names[3:4], "valid"), (names[0:1] + names[4:5], "invalid")):
        text = f"{lines}group both all {' '.join(members)}\nquorum both\n"
        assert judge(chain, asking(chain.trust, policy=text)).verdict == verdict


def test_a_proof_without_its_cosignatures_does_not_pass(chain: Chain) -> None:
    """The proof of the certificate's own place is signed by nobody, so whoever hands it over can cut it."""
    document = json.loads(chain.bundle)
    head, blank, checkpoint = document["certificateProof"].partition(f"\n\n{chain.trust.log_origin}")
    note = parse_note(chain.trust.log_origin + checkpoint)
    cut = {**document, "certificateProof": head + blank + checkpoint.split("\n— w1.example")[0] + "\n"}
    assert len(note.signatures) == 5
    found = judge(replace(chain, bundle=canonical_bytes(cut)), chain.trust)
    assert (found.verdict, told(found)[0]) == ("invalid", "fail")


def test_an_answer_that_too_few_witnessed_is_told_and_is_not_fresh(chain: Chain) -> None:
    found = judge(chain, chain.trust, asked=True, maximum_status_age_days=1)
    assert found.verdict == "valid"
    assert "2 of 3 witnesses" in told(found, "status")[1]
    bare = chain.answer.model_copy(update={"checkpoint": chain.answer.checkpoint.split("\n— w1.example")[0] + "\n"})
    found = judge(replace(chain, answer=bare), chain.trust, asked=True, maximum_status_age_days=1)
    assert found.verdict == "stale"
    assert told(found, "status")[0] == "skip"


def test_a_withdrawal_counts_however_few_have_seen_it(chain: Chain, house: tuple[House, str]) -> None:
    copied = chain.house.copied(scratch())
    choose_witnesses(copied.workspace, None)
    change_standing(copied.workspace, chain.certificate.serial, State.SUSPENDED, "under examination")
    with copied.workspace.reading() as registry:
        answer = ask_registry(registry, chain.certificate.serial)
    assert answer.checkpoint.count("\n— ") == 1
    assert judge(replace(chain, answer=answer), chain.trust, asked=True).verdict == "suspended"


def test_the_deficit_is_told_and_nothing_waits(chain: Chain) -> None:
    copied, notes = chain.house.copied(scratch()), list[str]()
    with copied.workspace.writing():
        found = cosign_log(copied.workspace, notes.append)
    assert found is not None
    assert found.state.satisfied
    assert not notes
    choose_witnesses(copied.workspace, f"witness w {cosigner(5).verifier.vkey} http://127.0.0.1:9/\nquorum w\n")
    with copied.workspace.writing() as registry:
        found = cosign_log(copied.workspace, notes.append)
        published = (copied.workspace.home / "registry" / "checkpoint").read_text()
        assert registry.checkpoint() == published
        assert not registry.fsck(now())
    assert "0 of 1 witnesses" in notes[0]
    assert Path(copied.workspace.home / "registry" / "cosigned").is_file()


def test_a_log_that_grows_while_the_witnesses_answer(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is signed into a certificate is cosigned, however often somebody else logs something in between."""
    workspace, notes = chain.house.copied(scratch()).workspace, list[str]()
    serial, policy = chain.certificate.serial, chain.trust.log.policy
    with workspace.writing() as registry:
        row = registry.certificate(serial)
        assert row is not None
        publish, proof = registry.publish_cosigned, registry.proof
        between = ["after they answered", "before the proof", *["after they answered"] * (2 * TRIES)]

        def grow(number: int) -> None:
            said = Status(serial=serial, state=State.SUSPENDED, reason=f"{number}", declared_at=now())
            payload = status_statement(said, row.payload_sha256)
            registry.append(sign_statement(payload, workspace.signer("revoker"), None), now=now())

        def published(note: str) -> bool:
            if between[0] == "after they answered":
                between.pop(0)
                grow(len(between))
            return publish(note)

        def proven(index: int) -> str:
            if between[0] == "before the proof":
                between.pop(0)
                grow(len(between))
                between.insert(0, "nothing more")
            return proof(index)

        monkeypatch.setattr(registry, "publish_cosigned", published)
        monkeypatch.setattr(registry, "proof", proven)
        proofs = witnessed_proofs(workspace, {"own": row.log_index}, notes.append)
        assert between.pop(0) == "nothing more"
        assert require_quorum(parse_tlog_proof(proofs["own"]).checkpoint, policy).satisfied
        with pytest.raises(RegistryError) as caught:
            witnessed_proofs(workspace, {"own": row.log_index}, notes.append)
        assert (caught.value.code, "grew" in caught.value.what, "grew" in notes[-1]) == ("CERT-E646", True, True)


@pytest.mark.parametrize(
    ("log", "why"),
    [
        ({"quorum": 1}, "1 witnesses are asked for, and 0 are named"),
        ({"witnesses": [cosigner(1).verifier.vkey] * 2}, "taken"),
        ({"witnesses": ["nonsense"]}, "not of the form"),
        ({"witnesses": [cosigner(1).verifier.vkey], "witnessPolicy": "quorum none\n"}, "both"),
        ({"witnessPolicy": "quorum x\n"}, "not defined"),
        ({"witnessPolicy": f"log {cosigner(1).verifier.vkey}\nquorum none\n"}, "Ed25519 key"),
        ({"witnesses": [cosigner(n).verifier.vkey for n in range(33)]}, "32"),
    ],
)
def test_trust_files_whose_witnesses_cannot_be_used(chain: Chain, log: dict[str, Any], why: str) -> None:
    document = chain.trust.document()
    document["log"] = {"origin": chain.trust.log_origin, "vkey": chain.trust.log_vkey, **log}
    with pytest.raises(TrustError) as caught:
        TrustFile.parse(canonical_bytes(document))
    assert caught.value.code == "CERT-E042"
    assert why in caught.value.what


def test_a_keyholder_reads_what_changes(chain: Chain) -> None:
    said = " / ".join(differences(chain.trust, asking(chain.trust, (1, 4), 1)))
    for words in ("removed: w2.example, Ed25519", "removed: w3.example, ML-DSA-44", "added: w4.example", "2 -> 1"):
        assert words in said
    assert "witness policy of the log: none -> quorum none" in " / ".join(
        differences(chain.trust, asking(chain.trust, policy="quorum none\n"))
    )
