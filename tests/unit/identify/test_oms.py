import hashlib
import json

import pytest

from certify.errors import HostileInput, UsageError
from certify.identify import oms_files
from certify.identify.oms import NAMES, Serialization, binding_of, signed_payload
from certify.identify.oms_files import covered_files, digest_files, hidden_files, ignored_at, steers
from certify.identify.oms_reading import parse_payload

FILES = Serialization(method="files", ignore_paths=(".git",))


def shards(size: int) -> Serialization:
    return Serialization(method="shards", shard_size=size)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "a:0:5").write_bytes(b"0123456789")
    (folder / "empty").write_bytes(b"")
    (folder / "sub" / "b.txt").write_bytes(b"xyz")
    (folder / "sub.txt").write_bytes(b"!")
    return folder


def payload_of(folder, how: Serialization) -> dict:
    files = digest_files(covered_files(folder, ignored_at(folder, folder / "model.sig")), how)
    return json.loads(signed_payload("model", files, how, binding_of(files, files)))


def parsed(document: dict):
    return parse_payload(json.dumps(document).encode())


def test_every_file_is_listed_by_code_points_with_its_digest(folder):
    document = payload_of(folder, FILES)
    resources = document["predicate"]["resources"]
    assert [each["name"] for each in resources] == ["a:0:5", "empty", "sub.txt", "sub/b.txt"]
    assert resources[0]["digest"] == hashlib.sha256(b"0123456789").hexdigest()
    assert document["predicate"]["serialization"] == {
        "method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": [".git"],
    }  # fmt: skip
    raw = b"".join(bytes.fromhex(each["digest"]) for each in resources)
    assert document["subject"][0]["digest"] == {"sha256": hashlib.sha256(raw).hexdigest()}


@pytest.mark.parametrize(("size", "ends"), [(4, [4, 8, 10]), (5, [5, 10]), (10, [10]), (11, [10])])
def test_ranges_end_where_the_specification_says(folder, size, ends):
    resources = payload_of(folder, shards(size))["predicate"]["resources"]
    first = {each["name"]: each["digest"] for each in resources if each["name"].startswith("a:")}
    starts = [0, *ends[:-1]]
    assert first == {
        f"a:0:5:{start}:{end}": hashlib.sha256(b"0123456789"[start:end]).hexdigest()
        for start, end in zip(starts, ends, strict=True)
    }
    assert not any(each["name"].startswith("empty") for each in resources)
    assert parsed(payload_of(folder, shards(size))).files().keys() == {"a:0:5", "sub.txt", "sub/b.txt"}


def test_ranges_larger_than_one_read_are_digested_whole(folder, monkeypatch):
    data = bytes(range(251)) * 20_000
    (folder / "big").write_bytes(data)
    size = 3_000_001
    resources = payload_of(folder, shards(size))["predicate"]["resources"]
    found = [each["digest"] for each in resources if each["name"].startswith("big")]
    assert found == [hashlib.sha256(data[start : start + size]).hexdigest() for start in (0, size)]


def test_what_is_written_reads_back(folder):
    signed = parsed(payload_of(folder, FILES))
    assert signed.files()["sub/b.txt"] == (hashlib.sha256(b"xyz").hexdigest(),)
    assert signed.ignored == ()
    assert signed.binding is not None


def test_other_digests_are_taken(folder):
    how = Serialization(method="files", hash_type="blake2b")
    (found, *_) = digest_files(covered_files(folder, ()), how)
    assert found.digests == (hashlib.blake2b(b"0123456789").hexdigest(),)
    assert found.entry.sha256 == hashlib.sha256(b"0123456789").hexdigest()


def test_a_digest_whose_package_is_absent_is_said_to_be_so(folder, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(oms_files, "import_module", absent)
    with pytest.raises(UsageError, match="blake3 is not installed"):
        digest_files(covered_files(folder, ()), Serialization(method="files", hash_type="blake3"))


def edited(document: dict, where: str, value) -> dict:
    *above, last = where.split(".")
    target = document
    for part in above:
        target = target[int(part)] if part.isdigit() else target[part]
    if value is None:
        del target[last]
    else:
        target[int(last) if last.isdigit() else last] = value
    return document


def rooted(document: dict) -> dict:
    """The document with a root that fits, so that only the defect itself can be what is refused."""
    try:
        raw = b"".join(bytes.fromhex(each["digest"]) for each in document["predicate"]["resources"])
        digest = document["subject"][0]["digest"]
    except (KeyError, IndexError, TypeError, ValueError):
        return document
    digest["sha256"] = hashlib.sha256(raw).hexdigest()
    return document


DEFECTS = {
    "another kind": ("predicateType", "https://example.com/wrong/v1.0"),
    "deprecated": ("predicateType", "https://model_signing/Digests/v0.1"),
    "another statement": ("_type", "https://in-toto.io/Statement/v0.1"),
    "a field beside": ("more", 1),
    "absolute": ("predicate.resources.0.name", "/etc/passwd"),
    "parent": ("predicate.resources.0.name", "../x"),
    "parent inside": ("predicate.resources.0.name", "a/../../x"),
    "dot": ("predicate.resources.0.name", "./a"),
    "double slash": ("predicate.resources.0.name", "a//b"),
    "backslash": ("predicate.resources.0.name", "..\\x"),
    "trailing slash": ("predicate.resources.0.name", "a/"),
    "unsorted": ("predicate.resources.0.name", "zzz"),
    "twice": ("predicate.resources.0.name", "empty"),
    "mixed algorithms": ("predicate.resources.0.algorithm", "blake3"),
    "unknown algorithm": ("predicate.serialization.hash_type", "md5"),
    "short digest": ("predicate.resources.0.digest", "ab"),
    "capital digest": ("predicate.resources.0.digest", "AB" * 32),
    "no method": ("predicate.serialization.method", None),
    "no links rule": ("predicate.serialization.allow_symlinks", None),
    "no digest kind": ("predicate.serialization.hash_type", None),
    "links as text": ("predicate.serialization.allow_symlinks", "false"),
    "shard size with files": ("predicate.serialization.shard_size", 5),
    "shards without size": ("predicate.serialization.method", "shards"),
    "unknown method": ("predicate.serialization.method", "tar"),
    "unknown rule": ("predicate.serialization.more", 1),
    "ignored glob": ("predicate.serialization.ignore_paths", ["*.py"]),
    "ignored everything": ("predicate.serialization.ignore_paths", ["."]),
    "ignored parent": ("predicate.serialization.ignore_paths", ["../x"]),
    "ignored root": ("predicate.serialization.ignore_paths", ["/"]),
    "no files": ("predicate.resources", []),
    "no subject": ("subject", []),
    "no name": ("subject.0.name", ""),
    "no root": ("subject.0.digest", {"sha512": "ab"}),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_list_with_two_meanings_is_refused(folder, defect):
    where, value = DEFECTS[defect]
    document = edited(payload_of(folder, FILES), where, value)
    with pytest.raises(HostileInput) as caught:
        parsed(document if defect == "no root" else rooted(document))
    assert caught.value.code == "CERT-E114"


def test_two_subjects_or_a_root_of_other_files_are_refused(folder):
    document = payload_of(folder, FILES)
    document["subject"] *= 2
    with pytest.raises(HostileInput, match="cannot be used"):
        parsed(document)
    document = payload_of(folder, FILES)
    document["subject"][0]["digest"]["sha256"] = "0" * 64
    with pytest.raises(HostileInput) as caught:
        parsed(document)
    assert "root digest" in caught.value.why


def test_half_a_binding_of_names_is_refused(folder):
    document = payload_of(folder, FILES)
    del document["subject"][0]["annotations"][NAMES]["manifest"]
    with pytest.raises(HostileInput):
        parsed(document)


@pytest.mark.parametrize(
    "name", ["b", "b:0", "b:x:3", "b:0:03", "b:1:3", "b:0:6", "b:5:10", "b:0:0", "b:-1:3", "b:0:\u0663"]
)
def test_ranges_that_do_not_cover_a_file_are_refused(folder, name):
    document = payload_of(folder, shards(5))
    document["predicate"]["resources"] = [{"name": name, "digest": "ab" * 32, "algorithm": "sha256"}]
    with pytest.raises(HostileInput) as caught:
        parsed(rooted(document))
    assert caught.value.code == "CERT-E114"


def test_a_gap_between_ranges_is_refused(folder):
    document = payload_of(folder, shards(4))
    del document["predicate"]["resources"][1]
    with pytest.raises(HostileInput):
        parsed(rooted(document))


def test_the_order_of_the_reference_tool_and_unknown_fields_are_taken(folder):
    document = payload_of(folder, FILES)
    resources = document["predicate"]["resources"]
    document["predicate"]["resources"] = [*resources[:2], resources[3], resources[2]]
    document["predicate"]["more"] = document["predicate"]["resources"][0]["uri"] = "ignored by everybody"
    assert list(parsed(rooted(document)).files()) == ["a:0:5", "empty", "sub/b.txt", "sub.txt"]


def test_only_the_top_of_the_folder_has_default_exceptions(folder):
    for path in (".git/config", ".github/x.py", ".gitignore", "sub/.gitignore", "sub/.git/hook.py"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    (folder / "model.sig").write_text("{}")
    ignored = ignored_at(folder, folder / "model.sig")
    names = {source.name for source in covered_files(folder, ignored)}
    assert names == {"a:0:5", "empty", "sub.txt", "sub/b.txt", "sub/.gitignore", "sub/.git/hook.py"}
    hidden = hidden_files(folder, ignored - {"model.sig"})
    assert hidden == {".git": (".git/config",), ".github": (".github/x.py",), ".gitignore": (".gitignore",)}
    assert [path for files in hidden.values() for path in files if steers(path)] == [".github/x.py"]


def test_a_link_is_refused_and_a_model_can_be_one_file(folder):
    (single,) = covered_files(folder / "sub.txt", ())
    assert single.name == "sub.txt"
    (folder / "link").symlink_to("sub.txt")
    with pytest.raises(HostileInput, match="link"):
        covered_files(folder, ())
    with pytest.raises(UsageError):
        covered_files(folder / "link", ())
    with pytest.raises(UsageError):
        covered_files(folder / "nowhere", ())
    assert "link" in {source.name for source in covered_files(folder, (), follow_links=True)}
    (folder / "out").symlink_to("/etc/hostname")
    with pytest.raises(HostileInput, match="refused"):
        covered_files(folder, (), follow_links=True)
