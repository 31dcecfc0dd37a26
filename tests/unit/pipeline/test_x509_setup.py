"""Which X.509 certificates a workspace's PDFs carry."""

from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("weasyprint")
pytest.importorskip("sqlmodel")

from certify.errors import TrustError
from certify.pipeline.founding import create_development
from certify.pipeline.workspace import Workspace
from certify.pipeline.x509_setup import certificates_for, chain_of, keep_authority, utc_now
from certify.trust.keys import generate_signer


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = Path(tmp_path_factory.mktemp("x509")) / "home"
    create_development(home, "Kontor Analytics GmbH")
    return Workspace.open(home)


def test_a_self_issued_one_until_there_is_an_authority(workspace: Workspace) -> None:
    signer, now = workspace.signer("issuer"), utc_now()
    assert chain_of(workspace) is None
    assert len(certificates_for(workspace, signer, "X", now)) == 1
    kept = keep_authority(workspace, now)
    assert certificates_for(workspace, signer, "X", now) == kept.chain
    assert len(kept.chain) == 2


def test_certificates_that_do_not_count_stop_the_issue(workspace: Workspace) -> None:
    kept = keep_authority(workspace, utc_now())
    for at in (utc_now() - timedelta(days=1), utc_now() + timedelta(days=4 * 365)):
        with pytest.raises(TrustError) as error:
            certificates_for(workspace, workspace.signer("issuer"), "X", at)
        assert error.value.code == "CERT-E594"
    with pytest.raises(TrustError) as error:
        certificates_for(workspace, generate_signer(), "X", utc_now())
    assert error.value.code == "CERT-E594"
    assert chain_of(workspace) == kept.chain
