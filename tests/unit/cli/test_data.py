"""``certify data``: from a template to a chain that is checked up to the certificate's scan."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certify.attest.step_statement import LINK
from certify.evidence.statement import STATEMENT_TYPE
from certify.identify import read_dataset
from certify.pipeline.trusting import KeyGrant, make_trust_file
from certify.trust.dsse import sign_statement
from certify.trust.keys import KeySigner, generate_signer, save_key
from tests.fakes.chain import Chain

pytest.importorskip("in_toto")
PASSPHRASE = "correct horse battery staple"
LATER = "2036-01-01T00:00:00Z"
COPY = [sys.executable, "-c", "import shutil; shutil.copytree('model-made', 'model')"]


@pytest.fixture
def keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, KeySigner]:
    monkeypatch.setenv("CERTIFY_PASSPHRASE", PASSPHRASE)
    signers = {name: generate_signer() for name in ("owner", "alice", "bob")}
    for name, signer in signers.items():
        save_key(home / f"{name}.pem", signer, PASSPHRASE)
        (home / f"{name}.pub").write_text(signer.public_pem)
    return signers


@pytest.fixture
def made(cli, keys, home, chain: Chain) -> Path:
    """Two steps: the certificate's data comes in, and its model is trained on it."""
    shutil.copy(chain.request.data[0], home / "corpus.jsonl")
    shutil.copytree(chain.request.model, home / "model-made")
    for call in (
        ("collect", "--product", "corpus.jsonl", "--key", "alice.pem"),
        (
            "train",
            "--material",
            "corpus.jsonl",
            "--product",
            "model",
            "--key",
            "bob.pem",
            "--restrict",
            "command",
            "--",
            *COPY,
        ),
    ):
        said = cli("data", "step", "--out", "links", *call)
        assert said.code == 0, said.err
    said = cli(
        "data", "layout", "root.layout", "--step", "collect=alice.pub", "--step", "train=bob.pub",
        "--expires", LATER, "--key", "owner.pem",
    )  # fmt: skip
    assert said.code == 0, said.err
    return home


def verify(cli: Any, *options: object, code: int = 0) -> dict[str, str]:
    said = cli("data", "verify", "root.layout", "--owner", "owner.pub", "--links", "links", *options, "--json")
    assert said.code == code, said.out + said.err
    if not said.error:
        assert said.document["verdict"] == {0: "holds", 1: "differs", 3: "incomplete"}[code]
        return {line["id"]: line["result"] for line in said.document["checks"]}
    return {"error": said.error}


def test_the_chain_from_the_certificate_to_the_data(cli, made: Path, chain: Chain) -> None:
    (made / "certificate.pdf").write_bytes(chain.pdf)
    (made / "trust-file.json").write_bytes(chain.trust.to_bytes())
    asked = ("--model", "model", "--scanned", "certificate.pdf", "--manifest", "corpus.jsonl")
    lines = verify(cli, *asked, "--trust", "trust-file.json")
    assert lines == {"collect": "pass", "train": "pass", "model": "pass", "scan": "pass", "trained on": "pass"}
    assert verify(cli, *asked, code=3)["scan"] == "skip"


def test_a_statement_of_the_scan_instead_of_the_certificate(cli, made: Path, chain: Chain) -> None:
    shutil.copy(chain.folder.file("contamination.bundle.json"), made / "scan.json")
    (made / "trust-file.json").write_bytes(chain.trust.to_bytes())
    (made / "manifest.json").write_bytes(read_dataset([made / "corpus.jsonl"]).manifest.to_bytes())
    asked = ("--scanned", "scan.json", "--manifest", "manifest.json")
    assert verify(cli, *asked, "--trust", "trust-file.json")["trained on"] == "pass"
    assert verify(cli, *asked, code=3)["scan"] == "skip"
    stranger = make_trust_file(
        "a stranger's", version=1, expires=LATER, log_vkey=chain.trust.log_vkey,
        grants=[KeyGrant(role, "Stranger", generate_signer().public_pem) for role in chain.trust.roles],
    )  # fmt: skip
    (made / "stranger.json").write_bytes(stranger.to_bytes())
    assert verify(cli, *asked, "--trust", "stranger.json", code=3)["scan"] == "skip"


@pytest.mark.parametrize("change", ["more", "other"])
def test_data_that_was_not_scanned_is_told(cli, made: Path, chain: Chain, change: str) -> None:
    """A training step that read one line, or one file, more than the scan did."""
    (made / "certificate.json").write_bytes(chain.bundle)
    (made / "trust-file.json").write_bytes(chain.trust.to_bytes())
    (made / "scanned").mkdir()
    shutil.copy(made / "corpus.jsonl", made / "scanned" / "corpus.jsonl")
    extra = ["--material", "secret.jsonl"] if change == "more" else []
    (made / "secret.jsonl").write_text("the answers")
    if change == "other":
        with (made / "corpus.jsonl").open("a") as stream:
            stream.write('{"text": "the answers"}\n')
    products = ["--product", "corpus.jsonl", *(["--product", "secret.jsonl"] if extra else [])]
    assert cli("data", "step", "collect", *products, "--key", "alice.pem", "--out", "links").code == 0
    train = ["--material", "corpus.jsonl", *extra, "--product", "model", "--key", "bob.pem", "--out", "links"]
    assert cli("data", "step", "train", *train).code == 0
    asked = ("--scanned", "certificate.json", "--trust", "trust-file.json", "--manifest")
    assert verify(cli, *asked, "scanned/corpus.jsonl", code=1)["trained on"] == "fail"
    if change == "other":
        assert verify(cli, *asked, "corpus.jsonl", code=1)["scanned data"] == "fail"
    else:
        assert verify(cli, *asked, "scanned/corpus.jsonl", "--besides", "secret.jsonl")["trained on"] == "pass"


def test_another_model_than_the_scan_speaks_of(cli, made: Path, chain: Chain) -> None:
    (made / "certificate.json").write_bytes(chain.bundle)
    (made / "model" / "tokenizer.json").write_text('{"changed": true}')
    shutil.copytree(made / "model", made / "model-made", dirs_exist_ok=True)
    assert (
        cli(
            "data",
            "step",
            "train",
            "--material",
            "corpus.jsonl",
            "--product",
            "model",
            "--key",
            "bob.pem",
            "--out",
            "links",
        ).code
        == 0
    )
    lines = verify(cli, "--model", "model", "--scanned", "certificate.json", "--manifest", "corpus.jsonl", code=1)
    assert (lines["model"], lines["scanned model"]) == ("pass", "fail")


def test_a_document_that_tells_nothing_of_a_scan(cli, made: Path, chain: Chain) -> None:
    shutil.copy(chain.folder.file("plan.bundle.json"), made / "plan.json")
    assert verify(cli, "--scanned", "plan.json", "--manifest", "corpus.jsonl", code=1) == {"error": "CERT-E121"}
    forged = bytearray(chain.pdf)
    forged[len(forged) // 2] ^= 1
    (made / "forged.pdf").write_bytes(forged)
    assert verify(cli, "--scanned", "forged.pdf", "--manifest", "corpus.jsonl", code=1) == {"error": "CERT-E121"}
    assert verify(cli, "--manifest", "corpus.jsonl", code=2) == {"error": "CERT-E011"}
    (made / "certificate.json").write_bytes(chain.bundle)
    assert verify(cli, "--scanned", "certificate.json", code=2) == {"error": "CERT-E057"}


def test_the_data_of_a_named_step(cli, made: Path) -> None:
    assert verify(cli, "--data", "corpus.jsonl", "--data-step", "collect")["data"] == "pass"
    assert verify(cli, "--data", "model")["data"] == "pass"
    assert verify(cli, "--data", "corpus.jsonl", code=1) == {"error": "CERT-E059"}
    assert verify(cli, "--data", "corpus.jsonl", "--data-step", "nothing", code=2) == {"error": "CERT-E057"}


def test_a_restricted_command_is_opened_to_an_auditor(cli, made: Path) -> None:
    (statement,) = Path("links").glob("train.*.statement.json")
    (openings,) = Path("links").glob("train.*.openings.json")
    assert all("copytree" not in path.read_text() for path in Path("links").iterdir() if path != openings)
    out = Path("for-auditor.json")
    call = (
        "data",
        "disclose",
        statement,
        "--openings",
        openings,
        "--to",
        "Prüfstelle",
        "--out",
        out,
        "--key",
        "bob.pem",
    )
    assert cli(*call).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    said = cli("data", "open", out, statement, "--signer", "bob.pub", "--json")
    assert said.document["predicate"]["buildDefinition"]["externalParameters"]["command"] == COPY
    assert said.document["signaturesChecked"] is True
    unchecked = cli("data", "open", out, statement)
    assert unchecked.code == 3
    assert "Prüfstelle" in unchecked.out
    assert "whoever signed" in unchecked.out
    assert cli("data", "open", out, statement, "--signer", "alice.pub").error == "CERT-E044"
    (other,) = Path("links").glob("collect.*.statement.json")
    assert (cli("data", "open", out, other).code, cli("data", "open", out, other).error) == (1, "CERT-E119")
    assert cli(*call, "--field", "nothing").error == "CERT-E118"


def test_a_template_is_written_once_and_signed(cli, keys, home) -> None:
    assert cli("data", "layout", "layout.yaml", "--template", "standard").code == 0
    text = Path("layout.yaml").read_text()
    assert cli("data", "layout", "layout.yaml", "--template", "standard").error == "CERT-E011"
    for name in ("collector", "lawyer", "privacy", "engineer", "trainer"):
        shutil.copy("alice.pub" if name != "privacy" else "bob.pub", f"{name}.pub")
    said = cli("data", "layout", "layout.yaml", "root.layout", "--key", "owner.pem", "--json")
    assert said.document["steps"] == ["collect", "license-review", "filter", "decontaminate", "train"]
    assert Path("layout.yaml").read_text() == text


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("root.layout", "--step", "a=b.pub"),
        ("--step", "a=alice.pub"),
        ("--step", "a", "--expires", LATER),
        ("--template", "standard", "--step", "a=alice.pub"),
    ],
)
def test_a_layout_is_made_in_one_way_at_a_time(cli, keys, options: tuple[str, ...]) -> None:
    said = cli("data", "layout", "x.yaml", *options, "--key", "owner.pem")
    assert (said.code, said.error) == (2, "CERT-E011")


def test_a_failing_command_leaves_nothing_and_its_status(cli, made: Path) -> None:
    before = sorted(path.name for path in Path("links").iterdir())
    call = ("data", "step", "again", "--product", "corpus.jsonl", "--key", "bob.pem", "--out", "links")
    said = cli(*call, "--", sys.executable, "-c", "raise SystemExit(7)")
    assert (said.code, said.out) == (7, "")
    said = cli(*call, "--json", "--", sys.executable, "-c", "raise SystemExit(7)")
    assert said.document == {"schema": "certify/data/v1", "step": "again", "exitCode": 7}
    assert sorted(path.name for path in Path("links").iterdir()) == before


def test_options_after_the_dashes_belong_to_the_command(cli, made: Path) -> None:
    program = "import sys; sys.exit(len(sys.argv))"
    call = ("data", "step", "again", "--product", "corpus.jsonl", "--key", "bob.pem")
    assert cli(*call, "--", sys.executable, "-c", program, "--product", "--", "--json").code == 4
    assert cli(*call, "--materiel", "corpus.jsonl").code == 2, "a misspelt option must not become the command"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--param", "a"), "CERT-E011"),
        (("--param", "a=1", "--param", "a=2"), "CERT-E011"),
        (("--params", "list.json"), "CERT-E011"),
        (("--params", "nowhere.json"), "CERT-E012"),
        (("--kind", "other"), "CERT-E011"),
        (("--kind", "link", "--param", "a=1"), "CERT-E057"),
        (("--restrict", "materials"), "CERT-E118"),
        (("--env", "NO_SUCH_VARIABLE"), "CERT-E057"),
        (("--material", "nowhere"), "CERT-E057"),
    ],
)
def test_options_that_cannot_be_used(cli, made: Path, options: tuple[str, ...], error: str) -> None:
    Path("list.json").write_text("[1]")
    said = cli("data", "step", "again", "--product", "corpus.jsonl", "--key", "bob.pem", *options)
    assert (said.code, said.error) == (2, error)
    assert not list(Path().glob("again.*"))


def test_the_output_of_the_command_is_its_own(made: Path) -> None:
    """stdout carries what the command writes and nothing else; with --json it is certify's."""
    call = [sys.executable, "-m", "certify", "data", "step", "again", "--product", "corpus.jsonl", "--key", "bob.pem"]
    command = ["--", sys.executable, "-c", "print('from the command')"]
    plain = subprocess.run([*call, *command], capture_output=True, text=True, check=True)
    assert plain.stdout == "from the command\n"
    assert "again." in plain.stderr
    with_json = subprocess.run([*call, "--json", *command], capture_output=True, text=True, check=True)
    assert json.loads(with_json.stdout)["exitCode"] == 0
    assert "from the command" in with_json.stderr


def test_an_inspection_runs_only_by_name(cli, made: Path, keys: dict[str, KeySigner]) -> None:
    from certify.attest.envelopes import in_toto, signed_envelope

    metadata = in_toto("models.metadata").Metadata.load("root.layout")
    layout = metadata.get_payload()
    layout.inspect = [in_toto("models.layout").Inspection(name="look", run=["touch", "looked"])]
    Path("root.layout").write_bytes(signed_envelope(layout, [keys["owner"]]))
    assert verify(cli, code=1) == {"error": "CERT-E059"}
    assert verify(cli, "--allow-inspection", "other", code=1) == {"error": "CERT-E059"}
    assert not Path("looked").exists()
    said = cli(
        "data", "verify", "root.layout", "--owner", "owner.pub", "--links", "links", "--allow-inspection", "look"
    )
    assert said.code == 0, said.err
    assert "warning" in said.err
    assert "touch looked" in said.err
    assert Path("looked").exists()
    assert not Path("look.link").exists()


def test_a_statement_of_a_scan_that_is_no_scan(cli, made: Path, keys: dict[str, KeySigner]) -> None:
    payload = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "x", "digest": {"sha256": "0" * 64}}],
        "predicateType": LINK,
        "predicate": {},
    }
    Path("link.json").write_bytes(sign_statement(json.dumps(payload).encode(), keys["owner"]))
    assert verify(cli, "--scanned", "link.json", code=1) == {"error": "CERT-E121"}
