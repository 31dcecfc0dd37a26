"""The keys of a witness: an Ed25519 and an ML-DSA-44 key under one name, in one file."""

from __future__ import annotations

import re
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from certify.errors import TrustError, UsageError
from certify.files import read_file, write_whole
from certify.trust.cosignature import LONGEST_NAME, Cosigner
from certify.trust.keys import MIN_PASSPHRASE
from certify.trust.note import is_key_name

MAX_FILE = 64 * 1024
_PEM = re.compile(rb"-----BEGIN [A-Z ]{1,40}-----\n[A-Za-z0-9+/=\n]+-----END [A-Z ]{1,40}-----\n")
PrivateKey = Ed25519PrivateKey | MLDSA44PrivateKey


def make_keys(path: Path, passphrase: str) -> None:
    """Write two new private keys, encrypted, readable by their owner alone.

    Raises:
        UsageError: CERT-E056 the passphrase is too short; CERT-E012 the file is there already, or cannot be written.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        why = "whoever copies the file may try as many as they like"
        hint = f"choose one of at least {MIN_PASSPHRASE} characters"
        raise UsageError("CERT-E056", "the passphrase is too short", why, hint)
    if path.exists():
        raise UsageError("CERT-E012", f"{path} is there already", "keys are never overwritten", "name another file")
    secret = serialization.BestAvailableEncryption(passphrase.encode())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret
    made: tuple[PrivateKey, ...] = (Ed25519PrivateKey.generate(), MLDSA44PrivateKey.generate())
    write_whole(path, b"".join(key.private_bytes(*form) for key in made), mode=0o600)


def load_cosigners(path: Path, name: str, passphrase: str) -> tuple[Cosigner, ...]:
    """The witness's keys under the name it signs with.

    Raises:
        UsageError: CERT-E011 no such name can be used; CERT-E012 the file cannot be read.
        TrustError: CERT-E040 the passphrase is wrong; CERT-E041 the file holds no keys of a witness.
    """
    if not is_key_name(name) or len(name.encode()) > LONGEST_NAME:
        hint = "a host of yours and a path, such as witness.authority.example/1"
        raise UsageError("CERT-E011", f"{name[:80]!r} cannot be the name of a witness", "it is printed in proofs", hint)
    found = _PEM.findall(read_file(path, max_bytes=MAX_FILE))
    try:
        keys = [serialization.load_pem_private_key(one, passphrase.encode()) for one in found]
    except (ValueError, TypeError) as error:
        raise TrustError("CERT-E040", f"the keys in {path} cannot be opened", "the passphrase is wrong") from error
    cosigners = tuple(Cosigner(name, key) for key in keys if isinstance(key, PrivateKey))
    if not cosigners or len(cosigners) != len(found) or len({key.verifier.kind for key in cosigners}) != len(found):
        hint = "make them with: certify registry witness --key FILE --make"
        raise TrustError("CERT-E041", f"{path} holds no keys of a witness", "one of each kind is needed", hint)
    return cosigners
