"""A registry with keys for every role."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from certify.trust.keys import KeySigner, generate_signer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.fakes.logged_statements import NOW

from certify_registry import Appended, Registry

LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)


@dataclass
class World:
    """A registry folder, its keys and the open registry."""

    folder: Path
    evaluator: KeySigner
    issuer: KeySigner
    revoker: KeySigner
    registry: Registry

    log_key = LOG_KEY

    def append(self, bundle: bytes, now: str = NOW) -> Appended:
        return self.registry.append(bundle, now=now)

    def reopen(self) -> Registry:
        self.registry.close()
        self.registry = Registry.open(self.folder, LOG_KEY)
        return self.registry


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder in memory where there is one: the tests care for what is written, not for the disk's speed."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def signers() -> dict[str, KeySigner]:
    return {role: generate_signer() for role in ("evaluator", "issuer", "revoker")}


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory, signers: dict[str, KeySigner]) -> Path:
    """An empty registry to copy."""
    folder = tmp_path_factory.mktemp("empty") / "registry"
    with Registry.create(folder, "localhost/certify-dev-1", LOG_KEY) as registry:
        for role, signer in signers.items():
            registry.enroll(signer.public_pem, f"{role} Ltd", role)
    return folder


@pytest.fixture
def world(home: Path, empty: Path, signers: dict[str, KeySigner]) -> Iterator[World]:
    shutil.copytree(empty, home / "registry")
    registry = Registry.open(home / "registry", LOG_KEY)
    made = World(home / "registry", signers["evaluator"], signers["issuer"], signers["revoker"], registry)
    yield made
    made.registry.close()
