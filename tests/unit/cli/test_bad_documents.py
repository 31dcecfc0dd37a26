"""Documents that a reader may be handed: each spoilt one is invalid with its own code, and never an error."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from certify.evidence.canonical import canonical_bytes


def twice(bundle: bytes, pdf: bytes) -> bytes:
    return bundle.replace(b'{"certificate":', b'{"schema":"certify/bundle/v1","certificate":', 1)


def not_a_number(bundle: bytes, pdf: bytes) -> bytes:
    return bundle.rstrip()[:-1] + b',"x":NaN}'


def nested(bundle: bytes, pdf: bytes) -> bytes:
    return b'{"certificate":' + b"[" * 50_000 + b"]" * 50_000 + b"}"


def second_signature(bundle: bytes, pdf: bytes) -> bytes:
    document = json.loads(bundle)
    signatures = document["certificate"]["dsseEnvelope"]["signatures"]
    signatures.append(dict(signatures[0]))
    return canonical_bytes(document)


def other_payload(bundle: bytes, pdf: bytes) -> bytes:
    document = json.loads(bundle)
    some = next(iter(document["statements"].values()))
    document["certificate"]["dsseEnvelope"]["payload"] = some["dsseEnvelope"]["payload"]
    return canonical_bytes(document)


def half_a_bundle(bundle: bytes, pdf: bytes) -> bytes:
    return bundle[: len(bundle) // 2]


def cut_off(bundle: bytes, pdf: bytes) -> bytes:
    return pdf[:-2000]


def appended(bundle: bytes, pdf: bytes) -> bytes:
    return pdf + b"\n% a remark\n"


def saved_again(bundle: bytes, pdf: bytes) -> bytes:
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out)
    return out.getvalue()


def somebody_elses(bundle: bytes, pdf: bytes) -> bytes:
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


def prose(bundle: bytes, pdf: bytes) -> bytes:
    return b"This certifies that everything is fine.\n"


def empty(bundle: bytes, pdf: bytes) -> bytes:
    return b""


SPOILT: dict[Callable[[bytes, bytes], bytes], set[str]] = {
    twice: {"CERT-E047"},
    not_a_number: {"CERT-E048"},
    nested: {"CERT-E049"},
    second_signature: {"CERT-E043"},
    other_payload: {"CERT-E044"},
    half_a_bundle: {"CERT-E046"},
    cut_off: {"CERT-E082"},
    appended: {"CERT-E083"},
    saved_again: {"CERT-E581"},
    somebody_elses: {"CERT-E081"},
    prose: {"CERT-E080"},
    empty: {"CERT-E080"},
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
def test_a_spoilt_document(trusted, spoil, cli, handed, chain):
    Path("spoilt").write_bytes(spoil(chain.bundle, chain.pdf))
    options = ("--trust", "trust-file.json") if trusted else ()
    said = cli("verify", "spoilt", *options, "--json")
    failed = {line["code"] for line in said.document["checks"] if line["result"] == "fail"}
    if spoil is other_payload and not trusted:
        assert said.document["verdict"] != "valid"
        return
    assert (said.code, said.document["verdict"]) == (1, "invalid")
    assert failed & SPOILT[spoil], failed
    assert said.err == ""


@pytest.mark.parametrize("spoil", [twice, nested, cut_off, prose], ids=lambda spoil: spoil.__name__)
def test_show_and_audit_refuse_it(spoil, cli, handed, chain):
    Path("spoilt").write_bytes(spoil(chain.bundle, chain.pdf))
    said = cli("show", "spoilt")
    assert (said.code, said.out) == (1, "")
    assert said.error in SPOILT[spoil]
    audited = cli("audit", "spoilt", "--trust", "trust-file.json", "--evidence", chain.folder.path)
    assert audited.code == 1
    assert audited.error in SPOILT[spoil]


def test_an_audit_under_another_renderer_is_undecided(cli, handed, chain, monkeypatch):
    for room in ("certify.issue.render", "certify.audit.rerender"):
        monkeypatch.setattr(f"{room}.renderer", lambda: "weasyprint 71.0, pango 1.60.0")
    options = ("--trust", "trust-file.json", "--evidence", chain.folder.path, "--rerender")
    said = cli("audit", "certificate.pdf", *options)
    assert said.code == 3
    assert said.out.startswith("UNDECIDED")
    assert "weasyprint 71.0" in " ".join(said.out.split())


def test_an_audit_of_the_real_one_agrees(cli, handed, chain):
    said = cli("audit", "certificate.pdf", "--trust", "trust-file.json", "--evidence", chain.folder.path, "--json")
    assert (said.code, said.document["agrees"]) == (0, True)
