"""An S3 server on this machine with one bucket, ``corpus``, and the environment of a user who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def s3_bucket() -> Iterator[Any]:
    """The store of the bucket, as obstore gives it; skips where there is no such server or no obstore."""
    pytest.importorskip("obstore", reason="obstore is not installed")
    server = pytest.importorskip("moto.server", reason="there is no S3 server to start: moto is not installed")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {
                "AWS_ENDPOINT_URL": f"http://{host}:{port}",
                "AWS_ALLOW_HTTP": "true",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": "us-east-1",
            }.items():
                patch.setenv(name, value)
            yield _made(f"http://{host}:{port}")
    finally:
        running.stop()


def _made(endpoint: str) -> Any:
    import boto3
    from obstore.store import from_url

    from certify.scan.reading import remote

    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket="corpus")
    remote._store.cache_clear()  # a server before this one had another port
    return from_url("s3://corpus")
