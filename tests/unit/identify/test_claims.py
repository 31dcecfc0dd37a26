import hashlib
import os
import shutil
import subprocess

import pytest

from certify.errors import CertifyError
from certify.evidence.dataset import DigestSource
from certify.identify import read_dataset
from certify.identify.cache import DigestCache


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "part").mkdir(parents=True)
    (folder / "b.txt").write_text("two")
    (folder / "a b.txt").write_text("")
    (folder / "part" / "ü.txt").write_text("three")
    return folder


def sha256sum(folder, *options: str) -> str:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    command = f"find . -type f -print0 | xargs -0 sha256sum {' '.join(options)}"
    return subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("option", ["--text", "--binary"])
def test_what_sha256sum_prints_is_taken_unread_and_said_to_be(corpus, tmp_path, option):
    (tmp_path / "sums").write_text(sha256sum(corpus, option))
    plain, claimed = read_dataset([corpus]), read_dataset([corpus], claimed=tmp_path / "sums")
    assert claimed.manifest == plain.manifest
    assert claimed.identity.digest_source is DigestSource.CLAIMED


def test_a_manifest_of_certify_is_taken(corpus, tmp_path):
    plain = read_dataset([corpus])
    (tmp_path / "manifest.json").write_bytes(plain.manifest.to_bytes())
    claimed = read_dataset([corpus], claimed=tmp_path / "manifest.json")
    assert claimed.identity.identity == plain.identity.identity
    assert claimed.identity.digest_source is DigestSource.CLAIMED


def test_claimed_bytes_are_not_read(corpus, tmp_path):
    (tmp_path / "sums").write_text(f"{'0' * 64}  b.txt\n")
    found = read_dataset([corpus], claimed=tmp_path / "sums")
    assert {entry.path: entry.sha256 for entry in found.manifest.files} == {
        "a b.txt": hashlib.sha256(b"").hexdigest(),
        "b.txt": "0" * 64,
        "part/ü.txt": hashlib.sha256(b"three").hexdigest(),
    }


def test_a_claim_is_never_remembered(corpus, tmp_path):
    class Believed:
        def keeps_time(self, device, path):
            return True

    cache = DigestCache(tmp_path / "cache", file_systems=Believed(), clock=lambda: 1 << 62)
    (tmp_path / "sums").write_text(f"{'0' * 64}  b.txt\n")
    read_dataset([corpus], claimed=tmp_path / "sums", cache=cache)
    assert read_dataset([corpus], cache=cache).manifest == read_dataset([corpus]).manifest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{'0' * 64}  gone.txt\n", "'gone.txt', which is not there"),
        ("hello\n", "line 1 is not"),
        ("", "line 1 is not"),
        (f"{'0' * 63}  b.txt\n", "line 1 is not"),
        (f"{'A' * 64}  b.txt\n", "line 1 is not"),
        (f"\\{'0' * 64}  b\\n.txt\n", "line 1 is not"),
        (f"{'0' * 64}  b.txt\n{'1' * 64}  ./b.txt\n", "line 2 names 'b.txt' a second time"),
        (f"{'0' * 64}  b\x1b.txt\n", "line 1 names a file whose name holds"),
        (f"{'0' * 64}  b.txt\r\n", "line 1 names a file whose name holds"),
        ("[]x", "not valid JSON"),
        ('[{"path":"b.txt","sha256":"' + "0" * 64 + '","size":4}]', "'b.txt' with 4 bytes, and it has 3"),
        ('[{"path":"b.txt","size":3}]', "malformed"),
    ],
)
def test_a_list_that_cannot_be_right_is_refused(corpus, tmp_path, text, told):
    (tmp_path / "list").write_bytes(text.encode())
    with pytest.raises(CertifyError) as caught:
        read_dataset([corpus], claimed=tmp_path / "list")
    assert caught.value.code == "CERT-E113"
    assert told in caught.value.why


def test_a_list_that_is_not_text_or_not_there(corpus, tmp_path):
    (tmp_path / "list").write_bytes(os.urandom(200) + b"\xff")
    with pytest.raises(CertifyError) as caught:
        read_dataset([corpus], claimed=tmp_path / "list")
    assert caught.value.code == "CERT-E113"
    with pytest.raises(CertifyError) as caught:
        read_dataset([corpus], claimed=tmp_path / "none")
    assert caught.value.code == "CERT-E029"
