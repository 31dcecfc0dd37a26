"""Any single bit of a certificate, changed: nothing passes, whether a registry was asked or not."""

import random
from collections import Counter
from copy import copy
from dataclasses import replace

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.evidence.canonical import canonical_bytes
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes.chain import Chain, level_one, stamped

SEED = 20261123


@pytest.fixture(scope="module")
def chain() -> Chain:
    return level_one()


def accepted(chain: Chain, data: bytes, places: list[tuple[int, int]], answer: RegistryAnswer | None) -> list[int]:
    """The places where a flipped bit went through; counts what the others were told."""
    spoiled = bytearray(data)
    passed = []
    codes: Counter[str | None] = Counter()
    for place, bit in places:
        spoiled[place] ^= 1 << bit
        expectations = Expectations(at=chain.at)
        found = verify_certificate(bytes(spoiled), trust=chain.trust, expectations=expectations, answer=answer)
        failed = [line for line in found.checks if line.result == "fail"]
        if found.verdict != "invalid" or not failed:
            passed.append(place)
        codes.update(line.code for line in failed[:1])
        spoiled[place] ^= 1 << bit
    assert None not in codes
    assert bytes(spoiled) == data
    return passed


def flips(data: bytes, count: int, seed: int = SEED) -> list[tuple[int, int]]:
    generator = random.Random(seed)
    return [(generator.randrange(len(data)), generator.randrange(8)) for _ in range(count)]


def test_the_unspoiled_files_pass(chain):
    for data in (chain.pdf, chain.bundle):
        for answer in (chain.answer, None):
            expectations = Expectations(at=chain.at)
            assert (
                verify_certificate(data, trust=chain.trust, expectations=expectations, answer=answer).verdict == "valid"
            )


@pytest.mark.parametrize("asked", [True, False], ids=["registry asked", "offline"])
def test_a_sample_of_flipped_bits_of_the_pdf_is_rejected(asked, chain):
    assert accepted(chain, chain.pdf, flips(chain.pdf, 1000), chain.answer if asked else None) == []


def test_a_sample_of_flipped_bits_of_the_bundle_is_rejected(chain):
    assert accepted(chain, chain.bundle, flips(chain.bundle, 400), None) == []


def test_every_byte_of_the_ends_of_a_pdf_is_held(chain):
    """Where readers of PDFs are usually forgiving: the header and the trailer."""
    ends = [*range(64), *range(len(chain.pdf) - 256, len(chain.pdf))]
    assert accepted(chain, chain.pdf, [(place, place % 8) for place in ends], None) == []


@pytest.mark.parametrize("roots", [True, False], ids=["authority known", "unknown"])
def test_a_sample_of_flipped_bits_of_stamped_files_is_rejected(roots):
    chain = stamped()
    if not roots:
        trust = {name: value for name, value in chain.trust.document().items() if not name.startswith("timestamp")}
        house = replace(chain.house, workspace=copy(chain.house.workspace))
        house.workspace.installed_trust = TrustFile.parse(canonical_bytes(trust))
        chain = replace(chain, house=house)
    assert accepted(chain, chain.pdf, flips(chain.pdf, 300), None) == []
    assert accepted(chain, chain.bundle, flips(chain.bundle, 300), None) == []


@pytest.mark.slow
def test_ten_thousand_flipped_bits_of_a_stamped_bundle_are_rejected():
    assert accepted(stamped(), stamped().bundle, flips(stamped().bundle, 10_000, seed=3), None) == []


@pytest.mark.slow
@pytest.mark.parametrize("asked", [True, False], ids=["registry asked", "offline"])
def test_ten_thousand_flipped_bits_of_the_pdf_are_rejected(asked, chain):
    assert accepted(chain, chain.pdf, flips(chain.pdf, 10_000, seed=1), chain.answer if asked else None) == []


@pytest.mark.slow
def test_ten_thousand_flipped_bits_of_the_bundle_are_rejected(chain):
    assert accepted(chain, chain.bundle, flips(chain.bundle, 10_000, seed=2), None) == []


@pytest.mark.slow
def test_bytes_taken_out_put_in_or_exchanged_are_noticed(chain):
    generator = random.Random(3)
    for data in (chain.pdf, chain.bundle):
        for _ in range(500):
            start, length = generator.randrange(len(data)), generator.randrange(1, 40)
            piece = data[start : start + length]
            for spoiled in (
                data[:start] + data[start + length :],
                data[:start] + generator.randbytes(length) + data[start:],
                data[:start] + piece + data[start:],
                data[:start] + piece[::-1] + data[start + length :],
            ):
                if spoiled != data:
                    found = verify_certificate(spoiled, trust=chain.trust, expectations=Expectations(at=chain.at))
                    assert found.verdict == "invalid"
