"""Genuine parties that lie: signatures, roles and log are in order, one thing is not as it should be."""

import copy

import pytest

from certify.evidence import statement as kinds
from certify.evidence.canonical import canonical_bytes, parse_json
from certify.evidence.evaluation import Evaluation
from certify.statistics import tightest_interval
from certify.trust.bundle import parse_bundle, statement_of
from certify.trust.dsse import sign_statement
from certify.trust.keys import generate_signer
from certify.verify.first_page import COMPARED, WORDING
from certify.verify.words.headlines import headlines
from tests.fakes.chain import level_one, level_zero
from tests.fakes.forgery import Log, forge, parts_of, put


def take(*path):
    """An edit that removes one place of a document."""

    def edit(document):
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return edit


DIGEST = "ab" * 32
LATER = "2126-11-23T17:00:00Z"

FACTS = {
    "another level": put("level", value=0),
    "a higher level": put("level", value=2),
    "another model name": put("model", "name", value="a better model"),
    "other weights": put("model", "weightsDigest", value=DIGEST),
    "another configuration": put("configuration", "dtype", value="bfloat16"),
    "a rule less": lambda document: document["rules"].pop(),
    "a rule met otherwise": put("rules", 0, "message", value="all is well"),
    "a clause less": lambda document: document["clauses"].pop(),
    "no word on clauses": take("clauses"),
    "a clause that nothing covers, supported": put("clauses", 0, "support", value="supported"),
    "another attempt": put("attempts", "number", value=2),
    "fewer attempts in all": put("attempts", "total", value=0),
    "attempts that can be excluded": put("attempts", "excludable", value=True),
    "another extent of data": put("dataExamined", value="partial"),
    "no data": put("datasets", value=[]),
    "another seed source": put("entropy", value="beacon"),
    "something not checked": put("notChecked", value=[{"check": "corpus-scan", "reason": "no time"}]),
    "no declaration": take("declaration"),
    "another purpose": put("declaration", "intendedUse", value="Medical advice."),
    "another serial": put("serial", value="CM-0000-0000-0000"),
    "development keys": put("development", value=True),
    "another time of decision": put("decidedAt", value="2020-01-01T00:00:00Z"),
    "another policy version": put("policy", "version", value="2.0.0"),
    "a validity beyond the policy's": put("validUntil", value=LATER),
    "a validity from before the decision": put("validFrom", value="2020-01-01T00:00:00Z"),
    "issued before it was decided": put("issuedAt", value="2020-01-01T00:00:00Z"),
}
"""What an issuer could print against the evidence."""


@pytest.mark.parametrize("edit", FACTS.values(), ids=list(FACTS))
def test_facts_that_do_not_follow_from_the_evidence(edit, chain, judge, failed):
    found = judge(forge(chain, {"certificate": edit}))
    assert found.verdict == "invalid"
    noticed = [(line.id, line.code) for line in failed(found)]
    assert noticed[0] in (("decision", "CERT-E090"), ("decision", "CERT-E091"))
    assert noticed[1:] in ([], [("first-page", "CERT-E090")])


PAGE = {
    "a nicer number": put("headlines", 0, "value", value="101.00 %"),
    "a nicer interval": put("headlines", 0, "detail", value="no doubt at all"),
    "no numbers": put("headlines", value=[]),
    "a caveat less": lambda document: document["caveats"].pop(),
    "another caveat": put("caveats", 0, value="All is well."),
}


@pytest.mark.parametrize("edit", PAGE.values(), ids=list(PAGE))
def test_a_first_page_that_says_something_else(edit, chain, judge, failed):
    found = judge(forge(chain, {"certificate": edit}))
    assert found.verdict == "invalid"
    assert [(line.id, line.code) for line in failed(found)] == [("first-page", "CERT-E090")]


UNKNOWN = sorted({*range(1, WORDING), WORDING + 1, 10**9} - COMPARED)


@pytest.mark.parametrize("number", UNKNOWN)
def test_whoever_names_an_unknown_wording_to_say_what_he_likes_is_not_called_valid(number, chain, judge):
    claims = {"wording": number, "caveats": []}

    def boast(document):
        document.update(claims)
        document["headlines"][0]["value"] = "101.00 %"

    found = judge(forge(chain, {"certificate": boast}))
    assert found.verdict == "incomplete"
    assert found.signer is not None
    [line] = [line for line in found.checks if line.id == "first-page"]
    assert line.result == "skip"
    assert line.detail.startswith("use a newer certify" if number > WORDING else "use the certify of its time")


def in_words_of(number, change=""):
    """An edit that words a certificate's numbers as another version did, one of them otherwise if wanted."""

    def edit(document):
        found = Evaluation.from_document(statement_of(parts_of(level_one().bundle)["evaluation"]).predicate).results()
        told = [one.document() for one in headlines(found, number)]
        told[0]["detail"] += change
        document.update(wording=number, headlines=told)

    return edit


@pytest.mark.parametrize("number", sorted(COMPARED))
def test_a_certificate_in_the_words_of_its_time_is_compared_with_them(number, chain, judge, failed):
    read = judge(forge(chain, {"certificate": in_words_of(number)}))
    assert read.verdict == "valid"
    [line] = [line for line in read.checks if line.id == "first-page"]
    assert line.detail.endswith(f"in the words of version {number}") is (number != WORDING)
    found = judge(forge(chain, {"certificate": in_words_of(number, "; and nicer")}))
    assert [(line.id, line.code) for line in failed(found)] == [("first-page", "CERT-E090")]


def test_the_words_of_another_version_are_not_this_ones(chain, judge, failed):
    def edit(document):
        in_words_of(4)(document)
        document["wording"] = WORDING

    found = judge(forge(chain, {"certificate": edit}))
    assert [(line.id, line.code) for line in failed(found)] == [("first-page", "CERT-E090")]


def test_what_is_withdrawn_or_broken_outweighs_a_page_that_cannot_be_compared(chain, judge):
    def edit(document):
        document.update(wording=WORDING + 1, level=2)

    assert judge(forge(chain, {"certificate": edit})).verdict == "invalid"


def test_nothing_changed_is_valid(chain, judge):
    assert (judge(forge(chain)).verdict, judge(forge(chain)).level) == ("valid", 1)


def test_an_issuer_that_prints_another_name_is_named_as_the_trust_file_has_it(chain, judge):
    found = judge(forge(chain, {"certificate": put("issuer", value="Somebody Better")}))
    assert found.signer == "Institut für Modellprüfung"
    line = next(line for line in found.checks if line.id == "certificate-signature")
    assert "the document calls the issuer 'Somebody Better'" in line.detail


def references(change):
    def edit(document):
        change(document["evidence"])

    return edit


def misspell(document):
    """A field under Python's name for it, which other readers do not know."""
    document["valid_until"] = document.pop("validUntil")


def test_what_was_signed_has_one_spelling(chain, judge, failed):
    found = judge(forge(chain, {"certificate": misspell}))
    assert [(line.id, line.code) for line in failed(found)] == [("certificate-signature", "CERT-E045")]


def relabel(one, another):
    def change(evidence):
        by_kind = {reference["kind"]: reference for reference in evidence}
        by_kind[one]["kind"], by_kind[another]["kind"] = another, one

    return references(change)


def digest_of(document, kind):
    """Payload digest of the one statement of a kind."""
    [found] = [reference["payloadSha256"] for reference in document["evidence"] if reference["kind"] == kind]
    return found


CHAIN = {
    "a reference less": ({"certificate": references(lambda evidence: evidence.pop())}, "evidence-signatures"),
    "a reference more": (
        {"certificate": references(lambda evidence: evidence.append(evidence[0] | {"payloadSha256": DIGEST}))},
        "evidence-signatures",
    ),
    "a reference twice": (
        {"certificate": references(lambda evidence: evidence.append(evidence[0]))},
        "evidence-signatures",
    ),
    "another key named": ({"certificate": put("evidence", 0, "keyid", value=DIGEST)}, "evidence-signatures"),
    "another kind named": ({"certificate": put("evidence", 0, "kind", value="approval")}, "evidence-signatures"),
    "another type named": (
        {"certificate": put("evidence", 0, "predicateType", value=kinds.STATUS)},
        "evidence-signatures",
    ),
    "kinds exchanged": ({"certificate": relabel("plan", "declaration")}, "evidence-signatures"),
    "another place named": (
        {"certificate": references(lambda e: next(r for r in e if r["kind"] == "plan").update(logIndex=0))},
        "log",
    ),
    "a place of what is not logged": (
        {"certificate": references(lambda e: next(r for r in e if r["kind"] == "dataset").update(logIndex=3))},
        "log",
    ),
    "no place of what is logged": (
        {"certificate": references(lambda e: next(r for r in e if r["kind"] == "plan").pop("logIndex"))},
        "log",
    ),
    "a proof of nothing at hand": ({"certificate": lambda d: d["proofs"].update({DIGEST: d["proofs"]["plan"]})}, "log"),
    "a second proof of the plan": (
        {"certificate": lambda d: d["proofs"].update({digest_of(d, "plan"): d["proofs"]["plan"]})},
        "log",
    ),
    "no proof of the plan": ({"certificate": take("proofs", "plan")}, "log"),
    "a proof of another entry": (
        {"certificate": lambda d: d["proofs"].update(plan=d["proofs"]["evaluation"])},
        "log",
    ),
    "no proof at all": ({"certificate": put("proofs", "plan", value="")}, "log"),
    "another proof of the certificate": ({"file": put("certificateProof", value="c2sp.org/tlog-proof@v1\n")}, "log"),
    "a seed of its own": ({"evaluation": put("seed", value=DIGEST)}, "evidence-signatures"),
    "entropy of its own": ({"evaluation": put("entropy", "value", value=DIGEST)}, "evidence-signatures"),
    "the seed's source exchanged": ({"evaluation": put("entropy", "kind", value="self")}, "evidence-signatures"),
    "another plan evaluated": ({"evaluation": put("planSha256", value=DIGEST)}, "evidence-signatures"),
    "another model evaluated": ({"evaluation": put("model", "identity", value=DIGEST)}, "evidence-signatures"),
    "another configuration evaluated": (
        {"evaluation": put("configuration", "dtype", value="float16")},
        "evidence-signatures",
    ),
    "a check left out": ({"evaluation": take("checks", "corpus-scan")}, "evidence-signatures"),
    "a check too many": (
        {"evaluation": put("notRun", value=[{"check": "made-up", "reason": "none"}])},
        "evidence-signatures",
    ),
    "a check both run and not": (
        {"evaluation": put("notRun", value=[{"check": "corpus-scan", "reason": "none"}])},
        "evidence-signatures",
    ),
    "fewer questions than planned": ({"evaluation": put("journal", "questions", value=3)}, "evidence-signatures"),
    "fewer answers than planned": ({"evaluation": put("journal", "records", value=3)}, "evidence-signatures"),
    "fewer answers counted": (
        {"evaluation": put("checks", "fresh-reasoning", "outcomes", "answers", value=10)},
        "evidence-signatures",
    ),
    "answers that ended in no way": (
        {"evaluation": put("checks", "static-benchmark", "outcomes", "correct", value=3)},
        "evidence-signatures",
    ),
    "another benchmark asked": (
        {"evaluation": put("checks", "static-benchmark", "benchmarkSha256", value=DIGEST)},
        "evidence-signatures",
    ),
    "another benchmark looked for": (
        {
            "evaluation": put("checks", "corpus-scan", "benchmarks", 0, "benchmarkSha256", value=DIGEST),
            "contamination": put("scan", "benchmarks", 0, "benchmarkSha256", value=DIGEST),
        },
        "evidence-signatures",
    ),
    "more data than the steward signed": ({"dataset": put("dataset", "bytes", value=1)}, "evidence-signatures"),
    "a late evaluation": ({"evaluation": put("finishedAt", value=LATER)}, "evidence-signatures"),
    "a first attempt after earlier ones": (
        {
            "evaluation": put(
                "attempts",
                "earlier",
                value=[{"logIndex": 0, "payloadSha256": DIGEST, "shares": ["name"]}],
            )
        },
        "evidence-signatures",
    ),
    "a second attempt after one at another model": (
        {
            "evaluation": put(
                "attempts",
                value={
                    "number": 2,
                    "earlier": [{"logIndex": 0, "payloadSha256": DIGEST, "shares": ["applicant"]}],
                    "excludable": False,
                },
            )
        },
        "evidence-signatures",
    ),
    "data that nobody signed": (
        {"plan": lambda d: d["datasets"].append(d["datasets"][0] | {"identity": DIGEST})},
        "evidence-signatures",
    ),
    "all data, the steward says part": ({"dataset": put("complete", value=False)}, "evidence-signatures"),
    "no data, the steward says all": ({"plan": put("dataExamined", value="undisclosed")}, "evidence-signatures"),
    "another scan for other readers": (
        {"contamination": put("scan", "contaminated", value=7)},
        "evidence-signatures",
    ),
    "a scan of another plan": ({"contamination": put("planSha256", value=DIGEST)}, "evidence-signatures"),
    "a scan of other data": (
        {"contamination": put("datasets", 0, "identity", value=DIGEST)},
        "evidence-signatures",
    ),
    "a better verdict": (
        {"evaluation": put("checks", "corpus-scan", "contaminated", value=9), "decision": lambda d: None},
        "evidence-signatures",
    ),
    "a decision on other evidence": ({"decision": put("evidence", value=[DIGEST])}, "decision"),
    "a rule decided otherwise": ({"decision": put("rules", 9, "status", value="not_met")}, "decision"),
    "a clause with another force": ({"decision": put("clauses", 0, "force", value="in_force")}, "decision"),
    "a decision by another policy": ({"decision": put("policy", "sha256", value=DIGEST)}, "decision"),
    "a plan for another policy": ({"plan": put("policy", "sha256", value=DIGEST)}, "decision"),
    "another policy in the bundle": ({"file": put("policy", "rules", 0, "params", "floor", value=0.1)}, "decision"),
    "no rules in the bundle": ({"file": put("policy", "rules", value=[])}, "decision"),
}
"""Edits of a chain, and the check that has to see them."""


@pytest.mark.parametrize(("edits", "check"), CHAIN.values(), ids=list(CHAIN))
def test_a_chain_that_does_not_hold_together(edits, check, chain, judge, failed):
    found = judge(forge(chain, edits))
    assert found.verdict == "invalid"
    assert check in [line.id for line in failed(found)]
    assert all(line.code for line in failed(found))


def test_a_refused_decision_carries_no_certificate(chain, judge, failed):
    def fail(document):
        fresh = document["checks"]["fresh-reasoning"]
        for family in fresh["families"]:
            family |= {"right": family["answers"] // 5, "share": 0.2}
        counts = {family["family"]: (family["items"], family["right"]) for family in fresh["families"]}
        right, answers = sum(right for _, right in counts.values()), fresh["outcomes"]["answers"]
        fresh["outcomes"] |= {"correct": right, "wrong": answers - right}
        found = tightest_interval(counts, 1)
        fresh["accuracy"] |= {"estimate": found.estimate, "lower": found.lower, "upper": found.upper}
        fresh["lowestFamily"] = 0.2

    found = judge(forge(chain, {"evaluation": fail}))
    noticed = [(line.id, line.code) for line in failed(found)]
    assert noticed == [("decision", "CERT-E091"), ("first-page", "CERT-E090")]
    assert "refused" in failed(found)[0].detail


def test_an_easier_test_than_the_policy_asks_for_decides_nothing(chain, judge, failed):
    def easier(document):
        check = next(check for check in document["checks"] if check["id"] == "fresh-reasoning")
        check["parameters"]["maxTokens"] = check["maxTokens"] = 4096
        document["tokens"] = sum(each["items"] * each["samples"] * each["maxTokens"] for each in document["checks"])

    found = judge(forge(chain, {"plan": easier}))
    assert [(line.id, line.code) for line in failed(found)] == [("decision", "CERT-E091")]


@pytest.mark.parametrize(
    "order",
    [
        ("evaluation", "plan", "decision", "certificate"),
        ("plan", "decision", "evaluation", "certificate"),
        ("decision", "evaluation", "plan", "certificate"),
    ],
)
def test_another_order_of_the_log(order, chain, judge, failed):
    found = judge(forge(chain, order=order))
    assert [(line.id, line.code) for line in failed(found)] == [("log", "CERT-E090")]


def test_a_certificate_logged_before_its_evidence(chain, judge, failed):
    """The issuer logs everything again, after the certificate; the proofs hold, the order does not."""
    document = parse_json(forge(chain))
    certificate = parse_bundle(document["certificate"])
    log = Log(chain)
    own = log.append(certificate)
    for part in parts_of(chain.bundle).values():
        log.append(part)
    document["certificateProof"] = log.proof(own)
    found = judge(canonical_bytes(document))
    assert [(line.id, line.code) for line in failed(found)] == [("log", "CERT-E090")]


def test_a_log_of_another_name(chain, judge, failed):
    impostor = forge(level_zero())
    document = parse_json(forge(chain))
    document["certificateProof"] = parse_json(impostor)["certificateProof"]
    found = judge(canonical_bytes(document))
    assert [line.id for line in failed(found)] == ["log"]


@pytest.mark.parametrize("kind", ["plan", "evaluation", "decision", "dataset", "declaration", "certificate"])
@pytest.mark.parametrize("role", ["revoker", "stranger"])
def test_a_signer_without_the_role(kind, role, chain, judge, failed):
    signer = generate_signer() if role == "stranger" else chain.house.signers[role]
    found = judge(forge(chain, signers={kind: signer}))
    assert found.verdict == "invalid"
    check = {"certificate": "certificate-signature", "decision": "decision"}.get(kind, "evidence-signatures")
    assert [(line.id, line.code) for line in failed(found)] == [(check, "CERT-E055")]


@pytest.mark.parametrize("kind", ["plan", "evaluation", "dataset", "declaration", "decision"])
def test_a_statement_left_out(kind, chain, judge, failed):
    document = parse_json(chain.bundle)
    del document["statements"][parts_of(chain.bundle)[kind].payload_sha256]
    found = judge(canonical_bytes(document))
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]


@pytest.mark.parametrize("kind", ["dataset", "declaration"])
def test_a_statement_the_whole_chain_leaves_out(kind, chain, judge, failed):
    found = judge(forge(chain, drop=[kind]))
    assert found.verdict == "invalid"


SUBJECTS = ["plan", "evaluation", "dataset", "declaration", "contamination", "decision", "certificate"]


@pytest.mark.parametrize("kind", SUBJECTS)
def test_a_subject_that_the_claim_is_not_about(kind, chain, judge, failed):
    found = judge(forge(chain, subjects={kind: put("subject", 0, "digest", "sha256", value=DIGEST)}))
    assert found.verdict == "invalid"
    assert [line.code for line in failed(found)] == ["CERT-E090"]


def test_data_that_trained_another_model(chain, judge, failed):
    found = judge(forge(chain, subjects={"dataset": put("subject", 1, "digest", "sha256", value=DIGEST)}))
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]


def test_two_decisions(chain, other, judge, failed):
    """A second signed decision among the evidence, so that readers could take one or the other."""
    second = parts_of(other.bundle)["decision"]
    found = judge(forge(chain, more=[second]))
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]


def test_two_plans(chain, other, judge, failed):
    found = judge(forge(chain, more=[parts_of(other.bundle)["plan"]]))
    assert [line.id for line in failed(found)] == ["evidence-signatures"]


def test_a_statement_of_a_kind_that_has_no_place(chain, judge, failed):
    statement = parse_json(parts_of(chain.bundle)["declaration"].payload)
    statement["predicateType"] = kinds.STATUS
    signed = parse_bundle(sign_statement(canonical_bytes(statement), chain.house.signers["revoker"]))
    found = judge(forge(chain, more=[signed]))
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]


PARTS = ["plan", "evaluation", "dataset", "declaration", "contamination", "decision"]


@pytest.mark.parametrize("kind", PARTS)
def test_a_statement_of_another_chain_filed_in_its_place(kind, chain, other, judge, failed):
    """Somebody without keys exchanges a statement; the certificate still names the old one."""
    document = parse_json(chain.bundle)
    mine, theirs = parts_of(chain.bundle)[kind], parts_of(other.bundle)[kind]
    del document["statements"][mine.payload_sha256]
    document["statements"][theirs.payload_sha256] = theirs.document
    found = judge(canonical_bytes(document), chain.answer)
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]
    document["statements"][mine.payload_sha256] = document["statements"].pop(theirs.payload_sha256)
    found = judge(canonical_bytes(document), chain.answer)
    assert [(line.id, line.code) for line in failed(found)] == [("document", "CERT-E045")]


@pytest.mark.parametrize("kind", PARTS)
def test_a_statement_of_another_chain_signed_in(kind, chain, other, judge, failed):
    """The issuer itself rests a certificate on a statement that was made for another model."""
    found = judge(forge(chain, instead={kind: parts_of(other.bundle)[kind]}))
    assert found.verdict == "invalid"
    assert {line.code for line in failed(found)} <= {"CERT-E090", "CERT-E091", "CERT-E092"}


def test_the_certificate_of_another_chain(chain, other, judge, failed):
    document = parse_json(chain.bundle)
    document["certificate"] = parse_json(other.bundle)["certificate"]
    found = judge(canonical_bytes(document))
    assert [(line.id, line.code) for line in failed(found)] == [("evidence-signatures", "CERT-E090")]


@pytest.mark.parametrize("name", ["certificateProof", "policy"])
def test_a_part_of_another_chains_bundle(name, chain, other, judge, failed):
    document = parse_json(chain.bundle)
    document[name] = copy.deepcopy(parse_json(other.bundle)[name])
    if name == "policy":
        document[name]["rules"][0]["params"] = document[name]["rules"][1]["params"]
    found = judge(canonical_bytes(document))
    assert [line.id for line in failed(found)] == [{"certificateProof": "log", "policy": "decision"}[name]]


def test_a_proof_of_another_statement_of_the_same_log(chain, judge, failed):
    document = parse_json(chain.bundle)
    statement = statement_of(parse_bundle(document["certificate"]))
    document["certificateProof"] = statement.predicate["proofs"]["decision"]
    found = judge(canonical_bytes(document))
    assert [(line.id, line.code) for line in failed(found)] == [("log", "CERT-E076")]


def test_nothing_signed_by_development_keys_is_valid_in_production(chain, development, judge, failed):
    for data in (development.bundle, forge(development, {"certificate": put("development", value=False)})):
        found = judge(data)
        assert found.verdict == "invalid"
        assert [(line.id, line.code) for line in failed(found)] == [("certificate-signature", "CERT-E055")]


def test_the_fixtures_are_told_apart():
    assert level_one().trust.fingerprint != level_zero().trust.fingerprint
