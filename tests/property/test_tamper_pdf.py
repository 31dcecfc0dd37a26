"""The named attacks on a certificate's PDF, and ten thousand random ones: none of them is believed."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")
pytest.importorskip("pikepdf")

from certify.audit.rerender import rerender
from certify.errors import HostileInput
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer
from certify.verify.expectations import Expectations
from certify.verify.verification import Verification
from certify.verify.verify import examine_certificate, verify_certificate
from tests.fakes.chain import Chain, stamped
from tests.fakes.tampering import Attack, attacks, other, stamped_by_a_stranger, victim

STOLEN = {"reason": "the laptop was stolen", "declaredAt": "2020-01-01T00:00:00Z"}


def judged(
    data: bytes, chain: Chain, *, trust: TrustFile | None = None, answer: RegistryAnswer | None = None
) -> Verification:
    """What ``certify verify`` comes to while every certificate here is valid."""
    at = max(victim().at, other().at, stamped().at)
    return verify_certificate(data, trust=trust or chain.trust, expectations=Expectations(at=at), answer=answer)


def codes(found: Verification) -> set[str | None]:
    return {line.code for line in found.checks if line.result == "fail"}


def attacked(attack: Attack) -> Chain:
    return stamped() if attack.stamped else victim()


@pytest.mark.parametrize("asked", [False, True], ids=["offline", "registry asked"])
def test_every_named_attack_is_rejected_with_a_code(asked: bool) -> None:
    for name, attack in attacks().items():
        if attack.asked and not asked:
            continue
        chain = attacked(attack)
        found = judged(attack.data, chain, answer=chain.answer if asked else None)
        assert found.verdict == "invalid", name
        assert codes(found), name
        assert all(re.fullmatch(r"CERT-E\d{3}", code or "") for code in codes(found)), name


def test_what_was_attacked_is_valid() -> None:
    for chain in (victim(), other(), stamped()):
        assert judged(chain.pdf, chain, answer=chain.answer).verdict == "valid"


def test_kinds_of_attack_are_told_apart() -> None:
    told: dict[str, set[str | None]] = defaultdict(set)
    for attack in attacks().values():
        told[attack.kind] |= codes(judged(attack.data, attacked(attack), answer=attacked(attack).answer))
    assert len(told) == 4
    assert sum(map(len, told.values())) == len(set().union(*told.values()))


def test_the_table_of_attacks_in_the_docs_is_this_list() -> None:
    page = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text()
    rows = dict(re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \| rejects, (CERT-E\d{3})", page, re.M))
    for name, attack in attacks().items():
        assert rows[name] in codes(judged(attack.data, attacked(attack), answer=attacked(attack).answer)), name


def test_a_page_of_the_issuers_that_shows_other_facts_is_found_by_drawing_it_again() -> None:
    """Offline, its issuer's key vouches for it; the log's record of the file and a second drawing do not."""
    attack = attacks()["text and attachment differ, signed by the issuer"]
    examined = examine_certificate(attack.data, trust=victim().trust, expectations=Expectations(at=victim().at))
    opened = examined.opened
    assert opened is not None
    with pytest.raises(HostileInput) as error:
        rerender(attack.data, opened.certificate.value, opened.evidence, opened.document.file.policy)
    assert error.value.code == "CERT-E111"


def with_term(chain: Chain, role: str, **window: Any) -> TrustFile:
    """The chain's trust file with a term for the key of a role."""
    document = parse_json(chain.trust.to_bytes())
    document["keys"][chain.house.signers[role].keyid].update(window)
    return TrustFile.parse(canonical_bytes(document))


def test_a_signer_whose_term_was_over_is_rejected() -> None:
    trust = with_term(victim(), "issuer", validUntilIndex=1)
    found = judged(victim().pdf, victim(), trust=trust, answer=victim().answer)
    assert (found.verdict, codes(found)) == ("invalid", {"CERT-E126"})


def test_a_signer_whose_key_was_revoked_is_rejected() -> None:
    trust = with_term(victim(), "issuer", revoked={"index": 1, **STOLEN})
    for answer in (None, victim().answer):
        found = judged(victim().pdf, victim(), trust=trust, answer=answer)
        assert (found.verdict, codes(found)) == ("invalid", {"CERT-E126"})


def test_a_stamp_of_an_authority_that_nobody_named_is_rejected() -> None:
    found = judged(stamped_by_a_stranger(), stamped(), answer=stamped().answer)
    assert found.verdict == "invalid"
    assert "CERT-E130" in codes(found)


def test_a_certificate_of_another_house_is_rejected() -> None:
    found = judged(victim().pdf, stamped())
    assert found.verdict == "invalid"
    assert codes(found)


@pytest.mark.slow
@pytest.mark.parametrize("asked", [False, True], ids=["offline", "registry asked"])
def test_ten_thousand_bits_flipped_in_attacked_files_change_nothing(asked: bool) -> None:
    """Bits of the genuine files are in test_tamper.py; here, luck does not help an attack either."""
    generator, tried = random.Random(8), sorted(attacks().items())
    for turn in range(10_000):
        name, attack = tried[turn % len(tried)]
        if attack.asked and not asked:
            continue
        data = bytearray(attack.data)
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        chain = attacked(attack)
        assert judged(bytes(data), chain, answer=chain.answer if asked else None).verdict == "invalid", name
