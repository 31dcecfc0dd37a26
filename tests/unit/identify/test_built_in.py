import hashlib
import json
import shutil
from pathlib import Path

import pytest

from certify.errors import HostileInput
from certify.identify import prepare, read_model
from certify.identify.built_in import built_in, without_code

ROOT = Path(__file__).parents[3]
PHI = {
    "architectures": ["Phi3ForCausalLM"],
    "model_type": "phi3",
    "auto_map": {
        "AutoConfig": "configuration_phi3.Phi3Config",
        "AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM",
    },
    "rope_theta": 10000.0,
}


def config(**more: object) -> bytes:
    return json.dumps({**PHI, **more}, indent=2).encode()


def test_every_other_byte_stays():
    text = '{\n "x": 1.10,\n "auto_map" : {"AutoConfig": "}\\",{"} ,\n "model_type":"phi3", "big": 1e400,\n' \
           ' "architectures": ["Phi3ForCausalLM"]}\n'  # fmt: skip
    found = without_code(text.encode())
    assert found is not None
    assert found.data.decode() == text.replace('"auto_map" : {"AutoConfig": "}\\",{"} ,\n ', "")
    assert found.original == hashlib.sha256(text.encode()).hexdigest()
    assert "transformers 5.19.0" in found.why


@pytest.mark.parametrize("order", [["auto_map", "a", "b"], ["a", "auto_map", "b"], ["a", "b", "auto_map"]])
def test_the_member_is_cut_wherever_it_stands(order):
    rest = {"a": [1, {"auto_map": {}}], "b": 'the "auto_map": here', "architectures": PHI["architectures"]}
    document = {key: rest.get(key, PHI["auto_map"]) for key in order}
    document |= {"architectures": PHI["architectures"], "model_type": "phi3"}
    for text in (json.dumps(document), json.dumps(document, indent=4), json.dumps(document, separators=(",", ":"))):
        found = without_code(text.encode())
        assert found is not None
        assert json.loads(found.data) == {key: value for key, value in document.items() if key != "auto_map"}


def test_an_escaped_name_is_the_same_name():
    text = json.dumps(PHI).replace('"auto_map"', '"auto\\u005fmap"')
    found = without_code(text.encode())
    assert found is not None
    assert b"phi3.Phi3" not in found.data


@pytest.mark.parametrize(
    "more",
    [
        {"architectures": ["OwnForCausalLM"]},
        {"architectures": ["Phi3ForCausalLM", "OwnForCausalLM"]},
        {"architectures": []},
        {"architectures": "Phi3ForCausalLM"},
        {"architectures": [7]},
        {"model_type": "own"},
        {"model_type": "llama"},
        {"model_type": ["phi3"]},
        {"auto_map": {"AutoModelForCausalLM": "modeling_own.OwnForCausalLM"}},
        {"auto_map": {"AutoTokenizer": ["tokenization_own.Own", None]}},
        {"auto_map": ["modeling_phi3.Phi3ForCausalLM"]},
        {"auto_map": "modeling_phi3.Phi3ForCausalLM"},
    ],
)
def test_a_model_that_needs_its_code_keeps_its_pointer(more):
    assert without_code(config(**more)) is None


def test_a_repeated_pointer_is_not_cut_half():
    text = config().decode().replace('"rope_theta"', '"auto_map": {"AutoConfig": "x.Y"}, "rope_theta"')
    with pytest.raises(HostileInput):
        without_code(text.encode())


def test_the_list_says_where_it_comes_from_and_holds_what_people_use():
    listed = built_in()
    assert listed.source.startswith("transformers 5.")
    assert {"LlamaForCausalLM"} == set(listed.architectures["llama"])
    assert len(listed.architectures) > 100


def test_the_list_is_that_of_the_installed_release():
    names = pytest.importorskip("transformers.models.auto.modeling_auto")
    transformers = pytest.importorskip("transformers")
    if built_in().source != f"transformers {transformers.__version__}":
        pytest.skip(f"the list is of {built_in().source}, transformers here is {transformers.__version__}")
    table = names.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    assert built_in().architectures == {
        kind: (name,) if isinstance(name, str) else tuple(sorted(name)) for kind, name in table.items()
    }


def test_a_download_with_needless_code_is_prepared_and_the_change_recorded(model_folder, tmp_path):
    (model_folder / "config.json").write_bytes(config(vocab_size=16))
    (model_folder / "modeling_phi3.py").write_text("raise SystemExit")
    prepared = prepare(model_folder, tmp_path / "clean")
    (changed,) = prepared.changed
    assert changed.source.sha256 == hashlib.sha256(config(vocab_size=16)).hexdigest()
    assert changed.prepared.sha256 == hashlib.sha256((tmp_path / "clean/config.json").read_bytes()).hexdigest()
    assert changed.prepared.sha256 != changed.source.sha256
    assert dict(prepared.left_out)["modeling_phi3.py"] == "a program; the engine's own code takes its place"
    assert read_model(tmp_path / "clean").identity.identity == prepared.identity.identity
    assert (model_folder / "config.json").read_bytes() == config(vocab_size=16)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("config.json", {**PHI, "text_config": {"auto_map": {"AutoConfig": "x.Y"}}}),
        ("config.json", {**PHI, "attn_implementation": "someone/kernel"}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["x.Y", None]}}),
        ("generation_config.json", {"custom_generate": "someone/code"}),
    ],
)
def test_every_other_pointer_to_code_is_refused_as_before(model_folder, tmp_path, name, document):
    (model_folder / "config.json").write_bytes(config())
    (model_folder / name).write_text(json.dumps(document))
    with pytest.raises(HostileInput) as caught:
        prepare(model_folder, tmp_path / "clean")
    assert caught.value.code == "CERT-E022"
    assert not (tmp_path / "clean").exists()


def test_why_the_code_is_needed_is_said(model_folder, tmp_path):
    (model_folder / "config.json").write_bytes(config(model_type="own"))
    with pytest.raises(HostileInput) as caught:
        prepare(model_folder, tmp_path / "clean")
    assert "'own' is not built into transformers" in caught.value.why


@pytest.mark.slow
def test_the_engine_loads_the_prepared_folder_without_the_publishers_code(tmp_path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    bundled = next(path.parent for path in (ROOT / "certify/demo/models").glob("*/config.json"))
    plain = json.loads((bundled / "config.json").read_text())
    kind = transformers.AutoModelForCausalLM.from_pretrained(bundled, local_files_only=True)
    download = tmp_path / "download"
    shutil.copytree(bundled, download)
    pointer = {"AutoModelForCausalLM": f"modeling_own.{plain['architectures'][0]}"}
    (download / "config.json").write_text(json.dumps({**plain, "auto_map": pointer}))
    (download / "modeling_own.py").write_text("raise SystemExit('the publisher\\'s code ran')")
    prepare(download, tmp_path / "clean")
    loaded = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "clean", local_files_only=True)
    tokens = torch.arange(1, 9).unsqueeze(0)
    with torch.no_grad():
        assert torch.equal(loaded(tokens).logits, kind(tokens).logits)
