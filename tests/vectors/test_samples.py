"""The sample certificates of docs/certificate.md are what they say they are."""

from pathlib import Path

import pytest

from certify.evidence.certificate import Certificate
from certify.trust.bundle import statement_of
from certify.trust.trustfile import TrustFile
from certify.verify.document import RegistryAnswer, open_document
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"


@pytest.mark.parametrize(
    ("name", "verdict", "level"),
    [("certified", "valid", 1), ("waived", "valid", 1), ("self-declared", "valid", 0), ("revoked", "revoked", 1)],
)
def test_a_sample_verifies_as_what_it_shows(name: str, verdict: str, level: int) -> None:
    folder = SAMPLES / name
    data = (folder / "certificate.pdf").read_bytes()
    certificate = Certificate.from_document(statement_of(open_document(data).certificate).predicate)
    answer = RegistryAnswer.from_bytes((folder / "certificate.status.json").read_bytes())
    found = verify_certificate(
        data,
        trust=TrustFile.load(folder / "trust.json"),
        expectations=Expectations(at=certificate.valid_from),
        answer=answer,
    )
    assert (found.verdict, found.level) == (verdict, level), [one for one in found.checks if one.result == "fail"]


def test_every_picture_in_the_documentation_is_small() -> None:
    pictures = list(SAMPLES.rglob("*.png"))
    assert pictures
    assert all(picture.stat().st_size < 100_000 for picture in pictures)
