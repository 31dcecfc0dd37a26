"""An S3 server of this machine keeps the objects: conditional writes hold the lock there as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certify.errors import RegistryError
from certify.trust.keys import KeySigner
from certify_registry import connect, found
from certify_registry.store.surroundings import objects_at
from tests.fakes import logged_statements as made
from tests.fakes.postgres import Cluster
from tests.fakes.s3_server import s3_bucket
from tests.unit.registry.conftest import LOG_KEY

ADDRESS = "s3://corpus/registry"


@pytest.fixture(scope="module")
def bucket() -> Iterator[None]:
    with s3_bucket():
        yield


def test_a_registry_keeps_its_objects_in_s3(bucket: None, postgres: Cluster, signers: dict[str, KeySigner]) -> None:
    address = postgres.create_database()
    with found(address, "localhost/s3", LOG_KEY, objects=ADDRESS) as registry:
        registry.enroll(signers["evaluator"].public_pem, "A", "evaluator")
        registry.append_many([made.note(number, signers["evaluator"]) for number in range(12)], now=made.NOW)
    with connect(address, LOG_KEY, objects=ADDRESS) as registry:
        assert registry.append(made.note(13, signers["evaluator"]), now=made.NOW).index == 12
        assert registry.bundle_at(3) == made.note(3, signers["evaluator"])
        assert registry.fsck(made.NOW) == ()


def test_locks_in_s3_are_swapped_by_whoever_saw_them_last(bucket: None) -> None:
    first, second = objects_at(ADDRESS), objects_at(ADDRESS)
    assert first.swap("swapped", None, b"a")
    assert not second.swap("swapped", None, b"b")
    assert second.swap("swapped", b"a", b"b")
    assert not first.swap("swapped", b"a", b"c"), "its own memory of the object is old"
    assert first.swap("swapped", b"b", b"c")
    assert second.get("swapped", 10) == b"c"


def test_a_store_that_does_not_answer_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    from certify_registry.store.blobs import BlobStore
    from certify_registry.store.remote import RemoteObjects

    class Away:
        """What obstore raises where nobody listens; the real waiting takes minutes."""

    import obstore
    from obstore.exceptions import GenericError

    def refuse(*_: object, **__: object) -> None:
        raise GenericError("Generic S3 error: connection refused")

    for name in ("get", "put", "head", "list"):
        monkeypatch.setattr(obstore, name, refuse)
    blobs = BlobStore(RemoteObjects(Away(), ADDRESS))
    for ask in (lambda: blobs.get("0" * 64), lambda: blobs.put(b"x"), lambda: list(blobs.digests())):
        with pytest.raises(RegistryError) as caught:
            ask()
        assert caught.value.code == "CERT-E601"
        assert ADDRESS in caught.value.what
