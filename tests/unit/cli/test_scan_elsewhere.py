"""``certify scan`` where the data lies in a store, and where a cluster reads it."""

import json

import pytest

from certify.scan import kernel
from tests.fakes.s3_server import s3_bucket
from tests.fakes.scan_sample import QUESTION

ROWS = [
    f"row {number} tells of lamp {7 * number} on bridge {number * number} in garden {3 * number}"
    for number in range(300)
]


@pytest.fixture(scope="module")
def bucket():
    with s3_bucket() as store:
        yield store


@pytest.fixture
def stored(bucket):
    """Three shards in a store, the second with a copy of an item; and a picture, which is no text."""
    import obstore

    for number in range(3):
        texts = ROWS[100 * number : 100 * number + 100]
        if number == 1:
            texts = [*texts[:40], f"{texts[40]} {QUESTION} It is 108 in all.", *texts[41:]]
        data = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        obstore.put(bucket, f"web/part-{number}.jsonl", data.encode())
    obstore.put(bucket, "web/picture.png", b"")
    return "s3://corpus/web"


@pytest.fixture
def scanned(cli, home, stored, monkeypatch):
    """The document of a scan of what is stored."""
    # Workers are processes of their own, which would compile the search anew for the empty home of a test.
    monkeypatch.setenv("CERTIFY_CACHE", str(kernel.CACHE.parent.parent))
    (home / "eggs.jsonl").write_text(json.dumps({"id": "e1", "question": QUESTION, "answer": "108"}) + "\n")

    def scan(*options):
        said = cli(
            "scan",
            "--data",
            stored,
            "--benchmark",
            "eggs.jsonl",
            "--spikes",
            20,
            "--resume",
            "noted",
            "--json",
            *options,
        )
        assert said.code == 1, said.err
        return said.document

    return scan


def test_objects_in_a_store_are_scanned_like_files(scanned):
    found = scanned()
    (one,) = found["benchmarks"]
    (finding,) = one["findings"]
    assert [(span["shard"], span["document"]) for span in finding["spans"]] == [("part-1.jsonl", 40)]
    assert (found["coverage"]["shards"], found["coverage"]["documents"], found["coverage"]["share"]) == (3, 300, 1.0)
    assert found["coverage"]["skipped"] == ["picture.png"]


@pytest.mark.slow
def test_a_cluster_that_reads_a_store_finds_the_same(scanned, home, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "token")  # Ray reads the mode once, when it is first asked for anything
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    pytest.importorskip("ray", reason="Ray is not installed")
    found = scanned("--ray", "local", "--threads", 2)
    assert len(list((home / "noted").iterdir())) == 3
    for entry in (home / "noted").iterdir():
        entry.unlink()
    assert scanned() == found
