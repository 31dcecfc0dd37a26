"""Witness policies: read as the specification says, and evaluated the same way round."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import HostileInput, TrustError
from certify.trust.cosignature import cosign
from certify.trust.note import parse_note
from certify.trust.tlog_policy import LIMIT, TlogPolicy, counted_policy, parse_policy
from certify.trust.witnessed import require_quorum, witnessed
from tests.fakes.tlog import MemoryLog, cosigner

LOG = MemoryLog(7)
W = [cosigner(number) for number in range(7)]
K = [one.verifier.vkey for one in W]
EXAMPLE = f"""
log {LOG.vkey} https://log.example/one

witness X1 {K[1]} https://w1.example/
 witness\tX2 {K[2]}
witness X3 {K[3]}
group X-witnesses 2 X1 X2 X3
  # a comment
witness Y1 {K[4]}
witness Y2 {K[5]}
witness Y3 {K[6]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification() -> None:
    policy = parse_policy(EXAMPLE)
    assert [one.url for one in (*policy.logs, *policy.witnesses)][:2] == [
        "https://log.example/one",
        "https://w1.example/",
    ]
    names = [one.name for one in policy.witnesses]
    for count in range(7):
        for held in combinations(names, count):
            of_x, of_y = sum(name[0] == "X" for name in held), sum(name[0] == "Y" for name in held)
            assert policy.satisfied(held) == (of_x >= 2 and of_y >= 1)
    assert parse_policy(policy.to_text()) == policy
    assert not policy.satisfied(["X-and-Y", "quorum"])


def test_nobody_need_speak() -> None:
    assert parse_policy("quorum none\n") == TlogPolicy()
    assert parse_policy("quorum none\n").satisfied(())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cut off"),
        ("quorum none", "cut off"),
        ("\n", "which quorum"),
        ("quorum none\nquorum none\n", "line 2: there is a second quorum"),
        (f"quorum A\nwitness A {K[0]}\n", "not defined above"),
        ("group G any A\nquorum none\n", "not defined above"),
        ("group G any none\nquorum none\n", "not defined above"),
        (f"witness none {K[0]}\nquorum none\n", "taken"),
        (f"witness A {K[0]}\nwitness A {K[1]}\nquorum A\n", "taken"),
        (f"witness A {K[0]}\ngroup A any A\nquorum A\n", "taken"),
        (f"witness A {K[0]}\ngroup G all A A\nquorum G\n", "in a group already"),
        (f"witness A {K[0]}\ngroup G all A\ngroup H all A\nquorum G\n", "in a group already"),
        (f"witness A {K[0]}\nwitness B {K[0]}\nquorum A\n", "twice"),
        (f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none\n", "twice"),
        *[(f"witness A {K[0]}\ngroup G {k} A\nquorum G\n", "no threshold") for k in ("0", "2", "01", "+1", "½", "١")],
        (f"witness A {K[0]}\ngroup G all\nquorum A\n", "no line"),
        (f"witness A {K[0]} url more\nquorum A\n", "no line"),
        ("Quorum none\n", "no line"),
        ("quorum none\r\n", "control character"),
        ("quorum\u00a0none\n", "no line"),
        ("quorum none\n\x7f\n", "control character"),
        ("#" * 300_000 + "\nquorum none\n", "more than"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, why: str) -> None:
    with pytest.raises(TrustError) as caught:
        parse_policy(text)
    assert caught.value.code == "CERT-E641"
    assert why in caught.value.why or why in caught.value.what


def test_keys_of_the_wrong_kind_are_refused() -> None:
    for text in (f"log {K[0]}\nquorum none\n", f"witness A {LOG.vkey}\nquorum A\n"):
        with pytest.raises(TrustError) as caught:
            parse_policy(text)
        assert caught.value.code == "CERT-E075"


def test_thirty_two_witnesses_and_groups_are_read_and_no_more() -> None:
    keys = [cosigner(100 + number).verifier.vkey for number in range(LIMIT + 1)]
    lines = [f"witness w{n} {key}\ngroup g{n} any w{n}\n" for n, key in enumerate(keys)]
    assert len(parse_policy("".join(lines[:LIMIT]) + "quorum g31\n").groups) == LIMIT
    with pytest.raises(TrustError):
        parse_policy("".join(lines) + "quorum g31\n")


def test_two_keys_of_one_witness_are_one_voice() -> None:
    both = [cosigner(1), cosigner(1, post_quantum=True)]
    policy = counted_policy(LOG.signer.verifier, [one.verifier for one in (*both, W[2])], 2)
    text = parse_note(LOG.checkpoint()).text
    alone = LOG.checkpoint() + "".join(cosign(text, one, 5) for one in both)
    assert not witnessed(alone, policy).satisfied
    with pytest.raises(HostileInput) as caught:
        require_quorum(alone, policy)
    assert caught.value.code == "CERT-E640"
    found = require_quorum(alone + cosign(text, W[2], 3), policy)
    assert (found.times, found.time, found.time_text) == ({"w1.example": 5, "w2.example": 3}, 3, "1970-01-01T00:00:03Z")
    with pytest.raises(TrustError):
        counted_policy(LOG.signer.verifier, [one.verifier for one in both], 2)


def test_a_quorum_does_not_stand_in_for_the_log() -> None:
    other = MemoryLog(7, name="log.example/two")
    policy = counted_policy(LOG.signer.verifier, [W[1].verifier], 1)
    cosigned = other.checkpoint() + cosign(parse_note(other.checkpoint()).text, W[1], 5)
    with pytest.raises(HostileInput) as caught:
        witnessed(cosigned, policy)
    assert caught.value.code == "CERT-E076"


@given(st.text(alphabet=st.sampled_from("lgwitnesroupqmA1 \t\n#"), max_size=200))
def test_any_text_is_a_policy_or_refused_plainly(text: str) -> None:
    with suppress(TrustError):
        parse_policy(text)
