import hashlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.evidence.canonical import canonical_bytes
from certify.evidence.model import FileEntry
from certify.identify import Manifest, compare, read_dataset
from certify.identify.files import list_files
from certify.identify.hashing import Sharding, digest_files
from certify.identify.model import manifest_of
from certify.identify.reading import Meter

NAMES = st.text(alphabet="abcdefgh", min_size=1, max_size=3)
PATHS = st.builds(lambda parts: "/".join(parts) + ".txt", st.lists(NAMES, min_size=1, max_size=2))
FOLDERS = st.dictionaries(PATHS, st.binary(min_size=1, max_size=40), min_size=1, max_size=5)
FEW = settings(max_examples=60, deadline=None)


def written(root: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def changed(files: dict[str, bytes], change: str, pick: int, bit: int, fresh: str) -> dict[str, bytes]:
    path = sorted(files)[pick % len(files)]
    result = dict(files)
    content = result.pop(path)
    if change == "flip":
        place = bit % (8 * len(content))
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        result[path] = bytes(flipped)
    elif change == "rename":
        result[f"new/{fresh}"] = content
    elif change == "add":
        result[path], result[f"new/{fresh}"] = content, b"added"
    return result


@FEW
@given(
    FOLDERS,
    st.sampled_from(["flip", "rename", "add", "drop"]),
    st.integers(0, 99),
    st.integers(0, 10**6),
    PATHS,
)
def test_any_single_change_is_another_identity_and_is_told(files, change, pick, bit, fresh):
    after = changed(files, change, pick, bit, fresh)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        before, found = manifest_of(written(Path(one), files)), manifest_of(written(Path(other), after))
        assert before.identity != found.identity
        assert len(compare(before, found)) == 1
        assert compare(before, manifest_of(Path(one))) == ()
        if after:
            assert read_dataset([Path(one)], "d").identity != read_dataset([Path(other)], "d").identity


@FEW
@given(FOLDERS)
def test_a_manifest_survives_its_bytes(files):
    with tempfile.TemporaryDirectory() as one:
        manifest = manifest_of(written(Path(one), files))
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


@FEW
@given(FOLDERS, st.integers(1, 4), st.integers(1, 50), st.integers(0, 50))
def test_digests_are_those_of_hashlib_for_any_tree(files, workers, size, above):
    with tempfile.TemporaryDirectory() as one:
        found = list_files(written(Path(one), files))
        sharding = Sharding(above, size)
        digests = digest_files(Path(one), found, Meter(0, None), sharding=sharding, workers=workers)
    assert [file.path for file in found] == sorted(files, key=lambda path: path.encode())
    for file, digest in zip(found, digests, strict=True):
        data = files[file.path]
        shards = tuple(hashlib.sha256(data[at : at + size]).hexdigest() for at in range(0, len(data), size))
        assert digest.sha256 == hashlib.sha256(data).hexdigest()
        assert (digest.sharded.digests if digest.sharded else None) == (shards if len(data) > above else None)


ENTRIES = st.builds(
    FileEntry,
    path=st.text(min_size=1, max_size=20, alphabet=st.characters(exclude_categories=("Cs",))),
    size=st.integers(0, 2**53 - 1),
    sha256=st.binary(max_size=4).map(lambda data: hashlib.sha256(data).hexdigest()),
)


@FEW
@given(st.lists(ENTRIES, max_size=20, unique_by=lambda entry: entry.path))
def test_a_manifest_is_canonical_json_in_the_order_of_the_names_bytes(entries):
    manifest = Manifest.of(entries)
    expected = sorted(entries, key=lambda entry: entry.path.encode())
    assert manifest.to_bytes() == canonical_bytes([entry.document() for entry in expected])
    assert manifest.identity == hashlib.sha256(manifest.to_bytes()).hexdigest()
