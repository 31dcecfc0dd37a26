import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from certify.identify import Manifest, compare, read_dataset
from certify.identify.model import manifest_of

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
