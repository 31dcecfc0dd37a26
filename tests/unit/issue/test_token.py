"""A certificate whose issuer's key never left its token."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.trust.keys import KeySigner, StatementSigner
from certify.trust.remote import RemoteSigner
from certify.trust.signers import open_signer
from certify.verify.expectations import Expectations
from certify.verify.verify import verify_certificate
from tests.fakes import chain, softhsm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(softhsm.absence() != "", reason=softhsm.absence() or "there is one"),
]


@pytest.fixture
def issuer() -> StatementSigner:
    token = softhsm.token()
    token.make_key(31)
    return open_signer(token.uri(31), passphrase=lambda: softhsm.PIN)


def test_its_bundle_and_pdf_are_valid(issuer: StatementSigner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = chain.generate_signer
    made: list[KeySigner] = []

    def generate(*scheme: str) -> KeySigner:
        """The fake house makes its role keys in order; the issuer's comes from the token."""
        made.append(genuine(*scheme))  # type: ignore[arg-type]
        return cast("KeySigner", issuer) if list(chain.PARTIES)[len(made) - 1 : len(made)] == ["issuer"] else made[-1]

    monkeypatch.setattr(chain, "generate_signer", generate)
    house = chain.production_house(tmp_path)
    assert isinstance(house.signers["issuer"], RemoteSigner)
    found = chain.finish(house, chain.request_for(house))
    for data in (found.pdf, found.bundle):
        result = verify_certificate(
            data, trust=house.trust, expectations=Expectations(at=found.at), answer=found.answer, asked_at=found.at
        )
        assert result.verdict == "valid", [line for line in result.checks if line.result == "fail"]
