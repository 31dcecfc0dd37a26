import hashlib
import json
import os
from pathlib import Path

import pytest

from certify.errors import CertifyError, HostileInput, UsageError
from certify.identify import read_model, recheck


def refusal(folder: Path) -> CertifyError:
    with pytest.raises(CertifyError) as caught:
        read_model(folder)
    return caught.value


def test_a_plain_folder_is_identified(model_folder):
    calls = []
    model = read_model(model_folder, progress=lambda done, total: calls.append((done, total)))
    assert model.identity.name == "tiny"
    assert model.identity.architecture == "LlamaForCausalLM"
    assert model.identity.parameters == 11
    assert model.identity.identity == hashlib.sha256(model.manifest.to_bytes()).hexdigest()
    names = [entry.path for entry in model.manifest.files]
    assert names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    assert [entry.path for entry in model.documentation] == ["README.md"]
    assert model.identity.files == 4
    assert model.identity.bytes == sum((model_folder / name).stat().st_size for name in names)
    assert model.config["vocab_size"] == 16
    assert model.chat_template == "{{ messages }}"
    assert model.generation_config is None
    assert calls[-1][0] == calls[-1][1] == model.identity.bytes + 6


def test_every_manifest_digest_is_that_of_the_file(model_folder):
    for entry in read_model(model_folder).manifest.files:
        assert entry.sha256 == hashlib.sha256((model_folder / entry.path).read_bytes()).hexdigest()


def test_documentation_changes_the_release_and_not_the_identity(model_folder):
    before = read_model(model_folder).identity
    (model_folder / "README.md").write_text("# better words")
    after = read_model(model_folder).identity
    assert (after.identity, after.weights_digest) == (before.identity, before.weights_digest)
    assert after.release_digest != before.release_digest


def test_version_control_and_hub_metadata_enter_no_digest(model_folder):
    before = read_model(model_folder).identity
    for name in (".git/objects/ab.py", ".cache/huggingface/download/model.bin.metadata"):
        (model_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (model_folder / name).write_text("x")
    assert read_model(model_folder).identity == before


def test_the_same_weights_in_shards_have_the_same_weights_digest(model_folder, tmp_path, make_safetensors):
    whole = read_model(model_folder).identity
    (model_folder / "model.safetensors").unlink()
    (model_folder / "model-1.safetensors").write_bytes(make_safetensors({"norm": ("BF16", [3])}, fill=2))
    (model_folder / "model-2.safetensors").write_bytes(make_safetensors({"embed": ("F32", [4, 2])}, fill=1))
    weight_map = {"embed": "model-2.safetensors", "norm": "model-1.safetensors"}
    (model_folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    sharded = read_model(model_folder).identity
    assert sharded.weights_digest == whole.weights_digest
    assert sharded.identity != whole.identity


@pytest.mark.parametrize(
    "name",
    [
        "pytorch_model.bin",
        "a.PT",
        "sub/x.pth",
        "x.ckpt",
        "x.pkl",
        "tf_model.h5",
        "flax_model.msgpack",
        "onnx/model.onnx",
    ],
)
def test_weights_that_can_run_code_are_refused_by_name(model_folder, name):
    (model_folder / name).parent.mkdir(exist_ok=True)
    (model_folder / name).write_bytes(b"anything")
    error = refusal(model_folder)
    assert error.code == "CERT-E021"
    assert error.hint == f"certify model prepare {model_folder} {model_folder}-clean"


@pytest.mark.parametrize("head", [b"\x80\x04\x95rest", b"PK\x03\x04rest"])
def test_a_pickle_under_another_name_is_refused(model_folder, head):
    (model_folder / "extra.dat").write_bytes(head)
    assert refusal(model_folder).code == "CERT-E021"


@pytest.mark.parametrize("name", ["modeling.py", "sub/deep/thing.PY", "native.so"])
def test_programs_are_refused(model_folder, name):
    (model_folder / name).parent.mkdir(parents=True, exist_ok=True)
    (model_folder / name).write_text("")
    error = refusal(model_folder)
    assert error.code == "CERT-E022"
    assert "certify model prepare" in error.hint


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "processor_config.json"])
def test_a_setting_that_asks_for_code_is_refused_at_any_depth(model_folder, name):
    path = model_folder / name
    settings = json.loads(path.read_text()) if path.exists() else {}
    written = json.dumps({**settings, "text": [{"auto_map": {"AutoModel": "modeling.M"}}]})
    path.write_text(written.replace("auto_map", r"auto\u005fmap"))
    assert refusal(model_folder).code == "CERT-E022"


def test_a_link_out_of_the_folder_is_refused(model_folder, tmp_path):
    (tmp_path / "secret").write_text("s")
    (model_folder / "vocab.txt").symlink_to("../secret")
    error = refusal(model_folder)
    assert error.code == "CERT-E023"
    assert "out of the folder" in error.why
    assert "certify model prepare" in error.hint


@pytest.mark.parametrize("target", ["README.md", ".", "nothing", "a-link"])
def test_any_other_link_is_refused_too(model_folder, target):
    (model_folder / "a-link").symlink_to(target)
    assert refusal(model_folder).code == "CERT-E023"


def test_a_pipe_is_refused_without_waiting_for_it(model_folder):
    os.mkfifo(model_folder / "model-2.safetensors")
    assert refusal(model_folder).code == "CERT-E023"


@pytest.mark.parametrize("pair", [("É", "E\u0301"), ("a.txt", "A.TXT"), ("dir/x", "DIR/y"), ("straße", "STRASSE")])
def test_names_that_are_one_name_elsewhere_are_refused(model_folder, pair):
    for name in pair:
        (model_folder / name).parent.mkdir(exist_ok=True)
        (model_folder / name).write_text("x")
    assert refusal(model_folder).code == "CERT-E023"


@pytest.mark.parametrize("name", ["line\nbreak", "back\\slash", "bidi\u202egnp.exe", b"latin\xe9"])
def test_unsafe_names_are_refused(model_folder, name):
    raw = name if isinstance(name, bytes) else name.encode()
    Path(os.fsdecode(os.fsencode(model_folder) + b"/" + raw)).write_text("x")
    error = refusal(model_folder)
    assert error.code == "CERT-E023"
    assert error.what.isprintable()


def test_names_enter_the_manifest_composed(model_folder):
    (model_folder / "cafe\u0301.txt").write_text("x")
    assert "caf\u00e9.txt" in [entry.path for entry in read_model(model_folder).manifest.files]


@pytest.mark.parametrize("name", ["../outside.safetensors", "/etc/passwd", "missing.safetensors", "", "a\\b"])
def test_an_index_that_names_what_is_not_there_is_refused(sharded_folder, name):
    path = sharded_folder / "model.safetensors.index.json"
    index = json.loads(path.read_text())
    index["weight_map"]["norm"] = name
    path.write_text(json.dumps(index))
    assert refusal(sharded_folder).code == "CERT-E025"


def test_an_index_that_misplaces_a_tensor_is_refused(sharded_folder):
    path = sharded_folder / "model.safetensors.index.json"
    index = json.loads(path.read_text())
    index["weight_map"]["embed"] = "model-2.safetensors"
    index["weight_map"]["norm"] = "model-1.safetensors"
    path.write_text(json.dumps(index))
    assert refusal(sharded_folder).code == "CERT-E025"


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "[" * 50_000, "{", "\xff", '{"weight_map": []}'])
def test_malformed_settings_are_refused(sharded_folder, text):
    (sharded_folder / "model.safetensors.index.json").write_bytes(text.encode("latin-1"))
    assert refusal(sharded_folder).code == "CERT-E025"


@pytest.mark.parametrize("name", ["consolidated.safetensors", "original/model.safetensors", "model.gguf"])
def test_a_weight_file_outside_the_index_is_refused(sharded_folder, name, make_safetensors):
    (sharded_folder / name).parent.mkdir(exist_ok=True)
    (sharded_folder / name).write_bytes(make_safetensors({"other": ("F32", [1])}))
    error = refusal(sharded_folder)
    assert error.code == "CERT-E028"
    assert "certify model prepare" in error.hint


def test_a_second_weight_file_without_an_index_is_refused(model_folder, make_safetensors):
    (model_folder / "model-2.safetensors").write_bytes(make_safetensors({"other": ("F32", [1])}))
    assert refusal(model_folder).code == "CERT-E028"


def test_the_same_tensor_in_two_shards_is_refused(sharded_folder, make_safetensors):
    both = make_safetensors({"norm": ("BF16", [3]), "embed": ("F32", [4, 2])})
    (sharded_folder / "model-2.safetensors").write_bytes(both)
    assert refusal(sharded_folder).code in ("CERT-E024", "CERT-E025")


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.bin", "adapter_model.safetensors"])
def test_an_adapter_is_refused_and_told_to_merge(tmp_path, name):
    (tmp_path / name).write_text("{}")
    (tmp_path / "config.json").write_text("{}")
    error = refusal(tmp_path)
    assert error.code == "CERT-E027"
    assert "merge" in error.hint


@pytest.mark.parametrize("prepare", ["missing", "file", "empty", "no-weights", "no-config", "no-architecture"])
def test_what_is_no_model_folder_is_a_usage_error(model_folder, tmp_path, prepare):
    folder = model_folder
    if prepare == "missing":
        folder = tmp_path / "nowhere"
    elif prepare == "file":
        folder = model_folder / "config.json"
    elif prepare == "empty":
        folder = tmp_path / "empty"
        folder.mkdir()
    else:
        lost = {"no-weights": "model.safetensors", "no-config": "config.json"}.get(prepare)
        (folder / (lost or "tokenizer.json")).unlink()
        if lost is None:
            (folder / "config.json").write_text("{}")
    error = refusal(folder)
    assert isinstance(error, UsageError)
    assert error.code == "CERT-E020"


def test_an_adapter_without_config_is_still_called_an_adapter(tmp_path):
    (tmp_path / "adapter_config.json").write_text("{}")
    assert refusal(tmp_path).code == "CERT-E027"


def test_a_trust_file_in_the_folder_is_bytes_like_any_other(model_folder, monkeypatch):
    before = read_model(model_folder).identity
    (model_folder / ".certify").mkdir()
    for name in ("trust.json", ".certify/trust.json", ".certify/config.yaml"):
        (model_folder / name).write_text('{"roles": {"issuer": ["vendor"]}, "environment": "production"}')
    model = read_model(model_folder)
    assert model.identity.identity != before.identity
    assert {"trust.json", ".certify/trust.json"} <= {entry.path for entry in model.manifest.files}
    assert "roles" not in repr((model.config, model.chat_template, model.generation_config))


def test_recheck_names_what_changed(model_folder):
    model = read_model(model_folder)
    recheck(model)
    (model_folder / "README.md").write_text("documentation may change")
    recheck(model)
    (model_folder / "tokenizer.json").write_text("{}")
    with pytest.raises(HostileInput, match=r"tokenizer\.json changed") as caught:
        recheck(model)
    assert caught.value.code == "CERT-E026"


def test_a_file_that_grows_while_it_is_read_is_refused(model_folder):
    def grow(done: int, total: int) -> None:
        with (model_folder / "config.json").open("a") as file:
            file.write(" ")

    with pytest.raises(HostileInput) as caught:
        read_model(model_folder, progress=grow)
    assert caught.value.code == "CERT-E026"


def test_the_jinja_file_goes_before_the_tokenizer_settings(model_folder):
    (model_folder / "chat_template.jinja").write_text("from the file")
    assert read_model(model_folder).chat_template == "from the file"
    (model_folder / "chat_template.jinja").unlink()
    several = [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]
    (model_folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": several}))
    assert read_model(model_folder).chat_template == "d"


@pytest.mark.parametrize(
    "asked",
    [
        {"attn_implementation": "somebody/kernel"},
        {"_attn_implementation": "somebody/kernel@v1"},
        {"_attn_implementation_internal": "somebody/kernel:forward"},
        {"text_config": {"attn_implementation": {"": "sdpa", "vision": "somebody/kernel"}}},
        {"custom_generate": "somebody/decoding"},
    ],
)
@pytest.mark.parametrize("name", ["config.json", "generation_config.json"])
def test_a_setting_that_fetches_a_kernel_or_decoding_from_a_hub_is_refused(model_folder, name, asked):
    path = model_folder / name
    settings = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**settings, **asked}))
    assert refusal(model_folder).code == "CERT-E022"


def test_attention_that_an_engine_has_itself_is_taken(model_folder):
    path = model_folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "_attn_implementation": "sdpa"}))
    read_model(model_folder)
