import json

import pytest

from certify.audit.audit import audit_certificate
from certify.engines.journal import Journal, read_journal
from certify.engines.journal_lines import read_lines
from certify.engines.order import JournalHeader
from certify.errors import CertifyError, HostileInput
from certify.evidence.answers import ItemRecord, evidence_root
from certify.evidence.canonical import canonical_bytes, parse_json
from tests.fakes.chain import stamped
from tests.fakes.forgery import forge, put
from tests.fakes.scripted_engine import judge_here


def results(found):
    return {line.id: line.result for line in found.checks}


def test_an_honest_chain_agrees_in_everything(chain, audit):
    found = audit(training_data=chain.request.data, redraw=True)
    assert found.agrees
    assert results(found) == {
        "benchmarks": "pass",
        "questions": "pass",
        "records": "pass",
        "requests": "pass",
        "journal": "pass",
        "judgements": "pass",
        "scan": "pass",
        "numbers": "pass",
        "page": "pass",
        "rerun": "skip",
    }
    assert found.verification.verdict == "valid"


def test_what_was_not_repeated_is_said(audit):
    found = audit()
    assert found.agrees
    assert {name for name, result in results(found).items() if result == "skip"} == {"rescan", "page", "rerun"}


def test_a_bundle_can_be_audited_and_has_no_page(chain, audit):
    found = audit(chain.bundle, redraw=True)
    assert found.agrees
    assert results(found)["page"] == "skip"


@pytest.mark.slow
def test_the_answers_are_judged_in_a_process_of_their_own(chain, pack):
    found = audit_certificate(chain.pdf, trust=chain.trust, pack=pack, at=chain.at)
    assert found.agrees


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write_lines(path, documents):
    path.write_bytes(b"".join(canonical_bytes(document) + b"\n" for document in documents))


def lines(name, change):
    """Tampering with one JSON Lines file of a pack."""

    def tamper(pack):
        documents = lines_of(pack / name)
        write_lines(pack / name, change(documents) or documents)

    return tamper


def last_line_cut(pack):
    path = pack / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-40])


def one_answer_changed(pack):
    """The chain of digests is made to hold again: only the answers in the records tell."""
    path = pack / "journal.jsonl"
    with path.open("rb") as file:
        header = read_lines(file, path).header
    completions = list(read_journal(path).values())
    completions[3] = completions[3].model_copy(update={"text": " 1234567\n"})
    path.unlink()
    with Journal.open(path, header) as journal:
        journal.append(completions)


def another_runs_journal(pack):
    path = pack / "journal.jsonl"
    with path.open("rb") as file:
        header = read_lines(file, path).header
    completions = list(read_journal(path).values())
    path.unlink()
    other = header.model_copy(update={"plan_sha256": "00" * 32})
    assert isinstance(other, JournalHeader)
    with Journal.open(path, other) as journal:
        journal.append(completions)


TAMPERED = {
    "a record judged right": (
        lines("records.jsonl", put(5, "outcome", value="wrong")),
        [("records", "CERT-E110")],
    ),
    "a record's answer": (lines("records.jsonl", put(5, "answer", value="7")), [("records", "CERT-E110")]),
    "a record less": (lines("records.jsonl", lambda documents: documents[:-1]), [("records", "CERT-E110")]),
    "a record twice": (
        lines("records.jsonl", lambda documents: [*documents, documents[0]]),
        [("records", "CERT-E110")],
    ),
    "records exchanged": (lines("records.jsonl", lambda documents: documents[::-1]), [("records", "CERT-E110")]),
    "a question's gold": (lines("questions.jsonl", put(0, "gold", value="1")), [("questions", "CERT-E110")]),
    "a question's text": (lines("questions.jsonl", put(0, "text", value="1 + 1?")), [("questions", "CERT-E110")]),
    "a question less": (lines("questions.jsonl", lambda documents: documents[1:]), [("questions", "CERT-E110")]),
    "a line that is no JSON": (
        lambda pack: (pack / "records.jsonl").write_bytes(b"{\n"),
        [("records", "CERT-E046")],
    ),
    "a line of another kind": (
        lambda pack: (pack / "records.jsonl").write_bytes(b"{}\n"),
        [("records", "CERT-E045")],
    ),
    "a journal line": (lines("journal.jsonl", put(4, "completion", "text", value=" 1\n")), [("journal", "CERT-E061")]),
    "a journal without its end": (last_line_cut, [("journal", "CERT-E110")]),
    "a journal made again": (one_answer_changed, [("journal", "CERT-E110")]),
    "a journal of another run": (another_runs_journal, [("journal", "CERT-E062")]),
    "the scan report": (
        lambda pack: (pack / "scan-report.json").write_bytes((pack / "scan-report.json").read_bytes() + b" "),
        [("scan", "CERT-E110"), ("numbers", "CERT-E110")],
    ),
}


@pytest.mark.parametrize(("tamper", "expected"), TAMPERED.values(), ids=list(TAMPERED))
def test_tampering_with_the_pack_is_found_by_name(tamper, expected, pack, audit, differing):
    tamper(pack)
    found = audit()
    assert not found.agrees
    assert differing(found) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("questions.jsonl", [("questions", "CERT-E064")]),
        ("records.jsonl", [("records", "CERT-E064")]),
        ("journal.jsonl", [("journal", "CERT-E064")]),
        ("scan-report.json", [("scan", "CERT-E064"), ("numbers", "CERT-E110")]),
    ],
)
def test_a_pack_that_lacks_a_file(name, expected, pack, audit, differing):
    (pack / name).unlink()
    found = audit()
    assert not found.agrees
    assert differing(found) == expected


def test_other_training_data_than_was_scanned(audit, differing, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text('{"text": "Somebody else wrote this."}\n' * 12)
    assert ("scan", "CERT-E110") in differing(audit(training_data=[other]))


def test_a_benchmark_that_is_no_longer_there(chain, audit, differing, monkeypatch):
    def gone(*_given):
        raise HostileInput("CERT-E101", "the benchmark is not the file that was agreed on")

    monkeypatch.setattr("certify.audit.recompute.planned_sources", gone)
    found = audit()
    assert differing(found) == [("benchmarks", "CERT-E101"), ("questions", "CERT-E064")]
    assert results(found)["numbers"] == "skip"


def test_numbers_that_do_not_follow_from_the_records(chain, audit, differing):
    """What no count in the certificate contradicts, only the answers themselves do."""
    found = audit(forge(chain, {"evaluation": put("checks", "static-fresh-gap", "detectable", value=0.0123)}))
    assert ("numbers", "CERT-E110") in differing(found)


def test_a_record_that_was_judged_otherwise_and_signed(chain, pack, audit, differing):
    """The evaluator commits to a record that its answer does not bear out."""
    documents = lines_of(pack / "records.jsonl")
    documents[0]["outcome"] = "wrong"
    write_lines(pack / "records.jsonl", documents)
    root = evidence_root([ItemRecord.from_document(document).document() for document in documents])
    found = audit(forge(chain, {"evaluation": lambda d: d["journal"].update(recordsRoot=root)}))
    assert ("judgements", "CERT-E110") in differing(found)
    assert ("numbers", "CERT-E110") in differing(found)


def test_answers_drawn_with_another_sampling_seed(chain, pack, audit, differing):
    documents = lines_of(pack / "records.jsonl")
    documents[0]["completion"]["seed"] = "42"
    write_lines(pack / "records.jsonl", documents)
    root = evidence_root([ItemRecord.from_document(document).document() for document in documents])
    found = audit(forge(chain, {"evaluation": lambda d: d["journal"].update(recordsRoot=root)}))
    assert ("requests", "CERT-E110") in differing(found)


def test_questions_of_another_seed(chain, audit, differing):
    """The evaluator asks the same questions as before and says they came from the new seed."""
    found = audit(forge(chain, {"plan": lambda document: document.update(applicant="Somebody else")}))
    assert differing(found) == [("questions", "CERT-E110")]
    assert results(found)["numbers"] == "skip"


PAGE = {
    "a nicer number": put("headlines", 0, "value", value="101.00 %"),
    "a nicer interval": put("headlines", 0, "detail", value="no doubt at all"),
    "no numbers": put("headlines", value=[]),
    "a caveat less": lambda document: document["caveats"].pop(),
    "another caveat": put("caveats", 0, value="All is well."),
}


@pytest.mark.parametrize("edit", PAGE.values(), ids=list(PAGE))
def test_a_first_page_that_says_something_else(edit, chain, audit, differing):
    found = audit(forge(chain, {"certificate": edit}))
    assert not found.agrees
    assert found.verification.verdict == "invalid"


def test_a_page_that_shows_another_certificate(chain, audit, differing):
    """The issuer draws one page and attaches another bundle to it: everything in it is signed, the picture lies."""
    from datetime import UTC, datetime

    from certify.issue.sign import issuer_certificate, sign_pdf
    from tests.fakes.lying_page import showing

    drawn = showing(chain, chain, valid_until="2099-01-01T00:00:00Z")
    when = datetime.strptime(chain.certificate.issued_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    issuer = chain.house.signers["issuer"]
    lying = sign_pdf(drawn, issuer, issuer_certificate(issuer, chain.certificate.issuer, when), when)
    found = audit(lying, redraw=True)
    assert found.verification.verdict == "valid"
    assert differing(found) == [("page", "CERT-E111")]


def test_another_renderer_decides_nothing(chain, audit, monkeypatch):
    """The page of this machine's renderer would name another one in its metadata: the bytes differ for that alone."""
    for room in ("certify.issue.render", "certify.audit.rerender"):
        monkeypatch.setattr(f"{room}.renderer", lambda: "weasyprint 71.0, pango 1.60.0")
    found = audit(redraw=True)
    page = next(line for line in found.checks if line.id == "page")
    assert (page.result, page.code) == ("skip", "CERT-E593")
    assert "weasyprint 71.0" in page.detail
    assert "weasyprint 70.0" in page.detail
    assert found.agrees
    assert found.undecided


def test_a_certificate_that_cannot_be_believed_never_agrees(chain, audit):
    found = audit(forge(chain, {"certificate": lambda document: document.update(level=2)}))
    assert found.verification.verdict == "invalid"
    assert not found.agrees


def test_what_cannot_be_read_is_an_error_with_a_code(chain, audit):
    for data in (b"nothing", b"{}", chain.pdf[:-10]):
        with pytest.raises(CertifyError) as error:
            audit(data)
        assert error.value.code


def test_the_pack_of_another_certificate(audit, differing):
    from tests.fakes.chain import level_one_of_another_model

    found = audit(pack=level_one_of_another_model().folder.path)
    assert not found.agrees
    assert {name for name, _ in differing(found)} >= {"questions"}


def test_the_audit_reads_the_bundle_inside_the_pdf(pack, audit):
    """The pack's own copy of the bundle does not enter: what is audited is what was handed over."""
    (pack / "certificate.json").write_bytes(b"{}")
    assert audit(redraw=True).agrees
    assert parse_json((pack / "certificate.json").read_bytes()) == {}


def test_a_page_with_a_timestamp_is_drawn_again_and_rebuilt_byte_for_byte(monkeypatch):
    chain = stamped()
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)
    found = audit_certificate(chain.pdf, trust=chain.trust, pack=chain.folder.path, at=chain.at, redraw=True)
    assert {line.id: line.result for line in found.checks}["page"] == "pass"
