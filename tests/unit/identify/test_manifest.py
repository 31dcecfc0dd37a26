import hashlib
import json
import subprocess

import pytest

from certify.errors import HostileInput
from certify.evidence.model import FileEntry, FileRole
from certify.identify import DifferenceKind, Manifest, compare
from certify.identify.roles import is_metadata, role_of


def entry(path: str, content: str = "x") -> FileEntry:
    return FileEntry(path=path, size=len(content), sha256=hashlib.sha256(content.encode()).hexdigest())


def test_the_identity_is_what_sha256sum_prints(tmp_path):
    manifest = Manifest.of([entry("b"), entry("a/é"), entry("a", "yy")])
    (tmp_path / "manifest.json").write_bytes(manifest.to_bytes())
    printed = subprocess.run(["sha256sum", "manifest.json"], cwd=tmp_path, capture_output=True, check=True)
    assert printed.stdout.split()[0].decode() == manifest.identity
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


def test_paths_are_sorted_by_their_bytes_not_by_utf16():
    manifest = Manifest.of([entry("\U0001f600"), entry("\uff5e"), entry("z")])
    assert [file.path for file in manifest.files] == ["z", "\uff5e", "\U0001f600"]


def canonical(*entries: dict[str, object]) -> bytes:
    return json.dumps(list(entries), separators=(",", ":"), sort_keys=True).encode()


A, B = entry("a").document(), entry("b").document()
BAD = {
    "unsorted": canonical(B, A),
    "twice": canonical(A, A),
    "object": b"{}",
    "spaces": b" " + canonical(A),
    "unknown field": canonical({**A, "role": "runtime"}),
    "upper-case digest": canonical({**A, "sha256": A["sha256"].upper()}),
    "parent": canonical({**A, "path": "../a"}),
    "absolute": canonical({**A, "path": "/a"}),
    "double slash": canonical({**A, "path": "a//b"}),
    "float size": canonical(A).replace(b'"size":1', b'"size":1.0'),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_bytes_that_are_not_canonical_are_no_manifest(data):
    with pytest.raises(HostileInput):
        Manifest.from_bytes(data)


def test_every_kind_of_difference_is_told():
    expected = Manifest.of([entry("same"), entry("old-name", "moved"), entry("lost", "l"), entry("edited", "1")])
    found = Manifest.of([entry("same"), entry("new-name", "moved"), entry("extra", "e"), entry("edited", "22")])
    told = {(difference.kind, difference.path): difference.detail for difference in compare(expected, found)}
    assert set(told) == {
        (DifferenceKind.RENAMED, "old-name"),
        (DifferenceKind.DROPPED, "lost"),
        (DifferenceKind.ADDED, "extra"),
        (DifferenceKind.CHANGED, "edited"),
    }
    assert "new-name" in told[DifferenceKind.RENAMED, "old-name"]
    assert "2 bytes instead of 1" in told[DifferenceKind.CHANGED, "edited"]
    assert compare(expected, expected) == ()


def test_two_shards_swapped_are_two_changes():
    expected = Manifest.of([entry("m-1", "first"), entry("m-2", "other")])
    found = Manifest.of([entry("m-1", "other"), entry("m-2", "first")])
    assert [difference.kind for difference in compare(expected, found)] == [DifferenceKind.CHANGED] * 2


def test_only_one_of_two_copies_is_a_rename():
    expected = Manifest.of([entry("a", "v")])
    found = Manifest.of([entry("b", "v"), entry("c", "v")])
    assert [(d.kind, d.path) for d in compare(expected, found)] == [
        (DifferenceKind.RENAMED, "a"),
        (DifferenceKind.ADDED, "c"),
    ]


@pytest.mark.parametrize(
    "path",
    ["README", "README.md", "readme_zh.MD", "LICENSE", "Licence.txt", "NOTICE.txt", "USE_POLICY.md", "figures/a.PNG",
     "model.sig", ".gitattributes", "acme.certify.pdf", "docs/acme.certify.pdf"],
)  # fmt: skip
def test_the_allow_list_is_documentation(path):
    assert role_of(path) is FileRole.DOCUMENTATION


@pytest.mark.parametrize(
    "path",
    ["config.json", "README.safetensors", "LICENSE.py", "docs/README.md", "sub/LICENSE", "chat_template.jinja", "x.pdf",
     "NOTICE.json", "trust.json", "sub/model.sig", "readme.md.bin", "merges.txt", ".certify/trust.json"],
)  # fmt: skip
def test_everything_else_is_runtime(path):
    assert role_of(path) is FileRole.RUNTIME


def test_metadata_is_only_what_tools_write():
    assert is_metadata(".git")
    assert is_metadata(".git/config")
    assert is_metadata(".cache/huggingface/x")
    assert not is_metadata(".github/x")
    assert not is_metadata(".cache/other")
    assert not is_metadata("sub/.git")
