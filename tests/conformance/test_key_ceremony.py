"""The ceremony of docs/key-ceremony.md, run as it is written, with the issuer's key in a token."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sqlmodel")

from certify.trust.trustfile import TrustFile
from certify_registry import Registry
from tests.fakes import softhsm

PAGE = Path(__file__).parents[2] / "docs" / "key-ceremony.md"
pytestmark = pytest.mark.slow


@pytest.mark.skipif(softhsm.absence() != "", reason=softhsm.absence() or "there is one")
def test_the_page_can_be_followed(tmp_path: Path) -> None:
    token = softhsm.token()
    token.make_key(21)
    commands = tmp_path / "bin" / "certify"
    commands.parent.mkdir()
    commands.write_text(f'#!/bin/sh\nyes | {sys.executable} -m certify "$@"\n')
    commands.chmod(0o755)
    (tmp_path / "passphrase").write_text("correct horse battery staple\n")
    (tmp_path / "pin").write_text(softhsm.PIN + "\n")
    environment = {
        "PATH": f"{commands.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "user"),
        "PYTHONPATH": f"{PAGE.parents[1]}:{PAGE.parents[1] / 'registry'}",
        "CERTIFY_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
        "CERTIFY_PIN_FILE": str(tmp_path / "pin"),
        "ISSUER": token.uri(21),
        **token.environ,
    }
    script = "set -eu\n" + "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    here = tmp_path / "here"
    here.mkdir()
    ran = subprocess.run(["bash", "-c", script], cwd=here, env=environment, text=True, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    assert "correct horse" not in ran.stdout + ran.stderr
    assert softhsm.PIN not in ran.stdout + ran.stderr

    own = TrustFile.load(tmp_path / "user" / ".config" / "certify" / "trust.json")
    installed = TrustFile.load(here / "bank" / "trust.json")
    assert own == installed
    assert (own.version, own.threshold_for("root")) == (5, 2)
    assert sorted(key.party for key in own.keys_for("root").values()) == ["Anna Adler", "Carla Conti", "Dora Dietz"]
    with Registry.open(here / "bank" / "registry") as registry:
        enrolled = registry.enrolled()
    assert sorted(role for _, role in enrolled) == ["data-steward", "evaluator", "issuer", "revoker"]
    revoked = [keyid for keyid, key in own.keys.items() if key.revoked]
    assert len(revoked) == 1
    assert all(keyid not in revoked for keyid, _ in enrolled)
