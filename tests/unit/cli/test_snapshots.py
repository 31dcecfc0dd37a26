"""What people see, as plain text in snapshots/; digests, serials and times are replaced by their kind.

After a wanted change: ``CERTIFY_UPDATE_SNAPSHOTS=1 pytest tests/unit/cli/test_snapshots.py``, then read the diff.
"""

import calendar
import os
import re
from pathlib import Path

import pytest

from certify.pipeline import rewordings, scanning
from certify.trust.keys import generate_signer
from certify.trust.trustfile import TrustFile
from tests.fakes.chain import Chain
from tests.fakes.scan_sample import sample, semantic_sample

SNAPSHOTS = Path(__file__).parent / "snapshots"
KINDS = [
    (re.compile(r"CM(-[0-9A-Z]{4}){3}"), "CM-####-####-####"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "#" * 64),
    (re.compile(r"\b[0-9a-f]{16}\b"), "#" * 16),
    (re.compile(r"\b[0-9a-f]{4}( [0-9a-f]{4}){5}\b"), " ".join(["####"] * 6)),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "####-##-##T##:##:##Z"),
    (re.compile(rf"\b\d{{1,2}} (?:{'|'.join(calendar.month_name[1:])}) 20\d\d\b"), "## Month ####"),
    (re.compile(r"as of \d{4}-\d\d-\d\d"), "as of ####-##-##"),
    (re.compile(r"\b\d{1,3}(,\d{3})+ bytes"), "##,### bytes"),
    (re.compile(r"0x[0-9a-f]+"), "0x##"),
    (re.compile(r"^(  starter +)\S+"), r"\1#.#.#"),
]


def plain(text: str) -> str:
    for pattern, kind in KINDS:
        text = pattern.sub(kind, text)
    return text


@pytest.fixture
def stands_as(cli):
    """Compares what a command prints with the snapshot of that name."""

    def compare(name: str, *arguments: str | Path, code: int = 0) -> None:
        said = cli(*arguments)
        assert said.code == code, said.err
        found = plain(said.out + said.err)
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("CERTIFY_UPDATE_SNAPSHOTS"):
            path.write_text(found, encoding="utf-8")
        assert found == path.read_text(encoding="utf-8")
        too_wide = [line for line in found.splitlines() if len(line) > 80 and not line.startswith("next: ")]
        assert too_wide == []

    return compare


def test_verify_valid(stands_as, handed):
    stands_as("verify_valid", "verify", "certificate.pdf", "--trust", "trust-file.json")


def test_verify_without_a_trust_file(stands_as, handed):
    stands_as("verify_incomplete", "verify", "certificate.pdf", code=3)


def test_verify_a_forgery(stands_as, handed, chain: Chain):
    data = bytearray(chain.pdf)
    data[len(data) // 2] ^= 1
    Path("forged.pdf").write_bytes(data)
    stands_as("verify_invalid", "verify", "forged.pdf", "--trust", "trust-file.json", code=1)


def test_verify_a_stranger(stands_as, handed, workspace):
    Path("other-trust.json").write_bytes((workspace / "trust.json").read_bytes())
    stands_as("verify_stranger", "verify", "certificate.pdf", "--trust", "other-trust.json", code=1)


def test_show_a_certificate(stands_as, handed):
    stands_as("show", "show", "certificate.pdf", "--at", "2026-11-26")


def test_policy_show(stands_as):
    stands_as("policy_show", "policy", "show", "starter")


def test_policy_list(stands_as):
    stands_as("policy_list", "policy", "list")


def test_trust_show(stands_as, handed):
    stands_as("trust_show", "trust", "show", "trust-file.json")


def test_trust_show_terms_and_root_keys(stands_as, handed, chain: Chain):
    Path("draft.json").write_bytes(with_terms(chain).to_bytes())
    stands_as("trust_show_terms", "trust", "show", "draft.json")


def test_trust_make_the_next_version(stands_as, handed, chain: Chain):
    Path("root.pub").write_text(generate_signer().public_pem)
    stands_as(
        "trust_make_next", "trust", "make", "next.json", "--from", "trust-file.json",
        "--key", "root=The board=root.pub", "--remove", chain.house.signers["revoker"].keyid[:16],
    )  # fmt: skip


def test_verify_a_certificate_by_a_revoked_key(stands_as, handed, chain: Chain):
    Path("revoked.json").write_bytes(with_terms(chain, index=0, root=False).to_bytes())
    stands_as("verify_revoked_key", "verify", "certificate.json", "--trust", "revoked.json", code=1)


def with_terms(chain: Chain, *, index: int = 97, root: bool = True) -> TrustFile:
    """The chain's trust file after a rotation and a revocation, with two root keys if wanted."""
    document = chain.trust.document()
    stolen = {"index": index, "reason": "the laptop was stolen on the train", "declaredAt": "2026-11-23T17:00:00Z"}
    document["keys"][chain.house.signers["issuer"].keyid]["revoked"] = stolen
    document["keys"][chain.house.signers["evaluator"].keyid]["validUntilIndex"] = 120
    for number in range(2 * root):
        made = generate_signer()
        document["keys"][made.keyid] = {
            "pem": made.public_pem,
            "party": f"Board member {number}",
            "scheme": made.scheme,
        }
        held = document["roles"].setdefault("root", {"keyids": [], "threshold": 2})
        held["keyids"].append(made.keyid)
    return TrustFile.from_document(document)


def test_help(stands_as):
    stands_as("help", "--help")


def test_an_error(stands_as):
    stands_as("error", "verify", "no-such.pdf", code=2)


@pytest.fixture
def scanned(home, monkeypatch):
    """Whatever is named, the scan answers with these reports."""
    Path("eggs.jsonl").write_text('{"id": "q1", "question": "What does she earn?"}\n')

    def answer(**changes: object) -> None:
        report = sample()[0].model_copy(update=changes)
        monkeypatch.setattr(scanning, "_scan", lambda *_: [report])

    return answer


SCAN = ("scan", "--data", "web/", "--benchmark", "eggs.jsonl")


def test_scan_found(stands_as, scanned):
    scanned()
    stands_as("scan_found", *SCAN, code=1)


def test_scan_with_rewordings(stands_as, scanned, monkeypatch):
    scanned(contaminated=0, findings=(), unscanned=(), coverage=1.0)
    monkeypatch.setattr(rewordings, "require_models", lambda *_: None)
    monkeypatch.setattr(rewordings, "semantic_scan", lambda *_, **__: [semantic_sample()])
    stands_as("scan_rewordings", *SCAN, "--semantic", "embedder", "--judge", "judge")


def test_scan_incomplete(stands_as, scanned):
    scanned(contaminated=0, findings=())
    stands_as("scan_incomplete", *SCAN, code=3)


def test_scan_nothing_found(stands_as, scanned):
    kept = dict.fromkeys(("findings", "answer_only", "twins", "common_passages", "unscanned", "skipped"), ())
    scanned(contaminated=0, coverage=1.0, **kept)
    stands_as("scan_nothing_found", *SCAN)
