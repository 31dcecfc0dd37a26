"""A registry with keys for every role."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certify.trust.keys import KeySigner, generate_signer
from certify_registry import Appended, Registry
from tests.fakes.logged_statements import NOW, note

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
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
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
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


@pytest.fixture(scope="session")
def nearly_full(tmp_path_factory: pytest.TempPathFactory, empty: Path, signers: dict[str, KeySigner]) -> Path:
    """A registry of 255 notes to copy; the next entry fills a tile."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY)) / "registry"
    shutil.copytree(empty, folder)
    with Registry.open(folder, LOG_KEY) as registry:
        for number in range(255):
            registry.append(note(number, signers["evaluator"]), now=NOW)
    kept = tmp_path_factory.mktemp("nearly-full") / "registry"
    shutil.move(folder, kept)
    folder.parent.rmdir()
    return kept


@pytest.fixture
def world(home: Path, empty: Path, signers: dict[str, KeySigner]) -> Iterator[World]:
    yield from opened(home, empty, signers)


@pytest.fixture
def large_world(home: Path, nearly_full: Path, signers: dict[str, KeySigner]) -> Iterator[World]:
    yield from opened(home, nearly_full, signers)


def opened(home: Path, template: Path, signers: dict[str, KeySigner]) -> Iterator[World]:
    shutil.copytree(template, home / "registry")
    registry = Registry.open(home / "registry", LOG_KEY)
    made = World(home / "registry", signers["evaluator"], signers["issuer"], signers["revoker"], registry)
    yield made
    made.registry.close()
