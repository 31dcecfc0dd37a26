import hashlib

import pytest

from certify.errors import CertifyError, UsageError
from certify.identify import read_dataset


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "part").mkdir(parents=True)
    (folder / "b.txt").write_text("two")
    (folder / "a.jsonl").write_text("{}")
    (folder / "part" / "c.txt").write_text("three")
    return folder


def refusal(*paths, **arguments) -> CertifyError:
    with pytest.raises(CertifyError) as caught:
        read_dataset(list(paths), **arguments)
    return caught.value


def test_a_folder_is_taken_whole_and_in_order(corpus):
    data = read_dataset([corpus])
    assert [entry.path for entry in data.manifest.files] == ["a.jsonl", "b.txt", "part/c.txt"]
    assert data.files == (corpus / "a.jsonl", corpus / "b.txt", corpus / "part/c.txt")
    assert data.identity.name == "corpus"
    assert (data.identity.shards, data.identity.bytes) == (3, 10)
    assert data.identity.identity == hashlib.sha256(data.manifest.to_bytes()).hexdigest()


def test_a_folder_may_be_moved(corpus, tmp_path):
    before = read_dataset([corpus]).identity
    moved = corpus.rename(tmp_path / "elsewhere")
    assert read_dataset([moved], "corpus").identity == before


def test_several_paths_are_one_dataset_in_any_order(corpus, tmp_path):
    single = tmp_path / "extra.txt"
    single.write_text("x")
    one, other = read_dataset([corpus, single], "d"), read_dataset([single, corpus], "d")
    assert one.identity == other.identity
    assert [entry.path for entry in one.manifest.files] == [
        "corpus/a.jsonl",
        "corpus/b.txt",
        "corpus/part/c.txt",
        "extra.txt",
    ]
    assert one.files[-1] == single
    assert all(path.is_file() for path in one.files)


def test_a_single_file_is_a_dataset(corpus):
    assert [entry.path for entry in read_dataset([corpus / "b.txt"]).manifest.files] == ["b.txt"]


@pytest.mark.parametrize("kind", ["missing", "empty", "none", "twice", "name"])
def test_data_that_is_not_there_is_a_usage_error(corpus, tmp_path, kind):
    (tmp_path / "empty").mkdir()
    paths = {"missing": [tmp_path / "x"], "empty": [tmp_path / "empty"], "none": [], "twice": [corpus, corpus]}
    error = refusal(*paths.get(kind, [corpus]), **({"name": ""} if kind == "name" else {}))
    assert isinstance(error, UsageError)
    assert error.code == "CERT-E029"


def test_a_link_is_refused_without_talk_of_models(corpus, tmp_path):
    (corpus / "link").symlink_to("b.txt")
    error = refusal(corpus)
    assert error.code == "CERT-E023"
    assert "model" not in error.hint
    assert refusal(corpus / "link").code == "CERT-E023"
