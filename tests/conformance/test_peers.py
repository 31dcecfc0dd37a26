"""Our bundles judged by other people's readers, and theirs by ours; docs/conformance.md says how it went."""

from __future__ import annotations

import base64
import json
from functools import cache

import pytest

from certify.evidence.canonical import parse_json
from tests.conformance import page
from tests.conformance.cases import CLAIM, PAYLOAD, SIGNER, Case, genuine, odd, spoiled
from tests.conformance.peers import HERE, PEERS, Peer, ours
from tests.conformance.theirs import THEIRS, Theirs

ASKED = [pytest.param(peer, marks=[pytest.mark.slow] if peer.slow else [], id=peer.name) for peer in PEERS]
KEYLESS_ONLY = "sigstore (Python)"


@cache
def matrix() -> list[Case]:
    return page.cases()


@pytest.mark.parametrize("peer", ASKED)
@pytest.mark.parametrize(("table", "asked"), [("matrix", matrix), ("odd", odd)], ids=["matrix", "odd"])
def test_the_page_shows_what_the_peer_says(table, asked, peer: Peer) -> None:
    peer.version()
    assert page.opinions(asked(), peer) == page.read_table(table).column(peer.name)


@pytest.mark.parametrize(("table", "asked"), [("matrix", matrix), ("odd", odd)], ids=["matrix", "odd"])
def test_the_page_shows_what_certify_says(table, asked) -> None:
    assert page.opinions(asked(), None) == page.read_table(table).column("certify")


@pytest.mark.parametrize("peer", ASKED)
def test_sound_bundles_are_accepted_and_spoiled_ones_are_not(peer: Peer) -> None:
    """The peers' words themselves, so that a page made from a broken tool cannot pass."""
    peer.version()
    found = dict(zip([case.name for case in matrix()], peer.judge(matrix()), strict=True))
    for name, said in found.items():
        sound = ": " not in name
        if peer.name == KEYLESS_ONLY:
            assert not said.accepts
            assert "expected certificate in bundle" in said.why
        elif sound or peer.checks_signatures:
            assert said.accepts is sound, (name, said.why)


def test_certify_rejects_every_spoiled_bundle() -> None:
    for case in matrix():
        assert ours(case).accepts is (": " not in case.name), case.name


def test_odd_bundles_that_certify_accepts_say_what_was_signed() -> None:
    """Three spellings are free, and none of them reaches a name or a claim."""
    from certify.trust.bundle import parse_bundle

    free = {case.name: parse_bundle(case.bundle) for case in odd() if ours(case).accepts}
    assert set(free) == {"pretty-printed", "no list of log entries", "the mirrored ECDSA signature"}
    assert {(bundle.payload, bundle.keyid) for bundle in free.values()} == {(PAYLOAD, SIGNER.keyid)}


def test_the_odd_bundles_differ_from_the_sound_one_and_from_each_other() -> None:
    made = [case.bundle for case in odd()]
    assert len(set(made)) == len(made)
    assert json.dumps(genuine()).encode() not in made
    assert {case.name for case in odd()} == set(page.read_table("odd").column("certify"))


@pytest.mark.parametrize(
    "one", [pytest.param(one, marks=[pytest.mark.slow] if one.slow else [], id=page.told(one)) for one in THEIRS]
)
def test_what_other_tools_sign_is_judged_as_the_page_says(one: Theirs) -> None:
    case = one.make()
    assert ours(case).accepts is one.accepted
    assert page.read_table("theirs").column("certify")[page.told(one)] == page.word(one.accepted)
    if one.accepted:
        assert not any(ours(bad).accepts for bad in spoiled(case))


def test_the_page_names_the_versions_that_were_asked() -> None:
    told = page.read_table("tools").column("version")
    assert set(told) == {peer.name for peer in PEERS}
    for peer in PEERS:
        if peer.name != "openssl":  # whichever the machine has
            assert told[peer.name] == peer.version()


def test_every_sort_of_statement_in_the_release_is_judged() -> None:
    sound = {case.name.split()[0] for case in matrix() if case.name.endswith("of release 0.1")}
    assert sound == {"certificate", "contamination", "dataset", "decision", "declaration", "evaluation", "plan"}


def test_in_toto_attestation_would_change_our_numbers() -> None:
    """Why statements are not serialised with it."""
    from google.protobuf.json_format import MessageToDict, Parse
    from in_toto_attestation.v1.statement_pb2 import Statement

    huge = PAYLOAD.replace(b'"number":17', b'"number":9007199254740993')
    kept = MessageToDict(Parse(huge, Statement()))["predicate"]["number"]
    small = MessageToDict(Parse(PAYLOAD, Statement()))["predicate"]["number"]
    assert kept == 9007199254740992.0 != 9007199254740993
    assert isinstance(small, float)
    assert isinstance(parse_json(PAYLOAD)["predicate"]["number"], int)
    assert parse_json(PAYLOAD)["predicate"] == CLAIM


def test_in_toto_reads_the_signature_of_a_statement_and_not_the_statement() -> None:
    """Why links and layouts are made beside the statements."""
    from in_toto.exceptions import InvalidMetadata
    from in_toto.models.metadata import Envelope
    from securesystemslib.signer import SSlibKey

    envelope = Envelope.from_dict(genuine()["dsseEnvelope"])
    key = SSlibKey.from_crypto(SIGNER.private_key.public_key(), keyid=SIGNER.keyid)
    envelope.verify_signature({"keyid": SIGNER.keyid, **key.to_dict()})
    with pytest.raises(InvalidMetadata):
        envelope.get_payload()


def test_base64_of_the_corpus_is_base64_in_another_spelling() -> None:
    """The spellings hold the signed payload, so it is the spelling that is judged."""
    texts = {case.name: json.loads(case.bundle)["dsseEnvelope"]["payload"] for case in odd() if "base64" in case.name}
    assert len(texts) == 4
    for text in texts.values():
        standard = text.translate(str.maketrans("-_", "+/", "\n"))
        assert base64.b64decode(standard + "=" * (-len(standard) % 4)) == PAYLOAD
        assert text != base64.b64encode(PAYLOAD).decode()


def test_every_test_that_the_page_names_exists() -> None:
    named = page.read_table("elsewhere").column("test").values()
    assert len(named) >= 17
    for one in named:
        file, _, test = one.strip("`").partition("::")
        assert f"def {test}(" in (HERE / file).read_text(encoding="utf-8"), one
