"""A policy with several benchmarks and with checks that read others, from plan to certificate and through the audit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from certify.audit.audit import audit_certificate
from certify.check import planned_checks
from certify.decide import load_policy
from certify.engines.order import Telemetry, WorkOrder
from certify.evidence.evaluation import Evaluation
from certify.page.page import page_of
from certify.pipeline.measuring import TELEMETRY
from certify.trust.bundle import parse_bundle, statement_of
from tests.fakes.chain import Chain, House, finish, request_for
from tests.fakes.scripted_engine import ScriptedEngine, judge_here

LABELLED = "static-benchmark:sevenths"
PRIVATE = "private-set"
ORDER = "order-exchangeability:published"
SECRET = "Patientin Muster"
ASKING = ["static-benchmark", "fresh-reasoning", "static-fresh-gap", LABELLED, PRIVATE]


class TimedEngine(ScriptedEngine):
    """Says that a minute and a half went by."""

    def answer(self, order: WorkOrder, **how: Any) -> Telemetry:
        told = super().answer(order, **how)
        return told.model_copy(update={"seconds": 90.0, "tokens": 900, "peak_memory": 10**9})


def widened(policy: Path, root: Path) -> None:
    """Adds a second benchmark and the readers to the starter policy's checks."""
    rows = [{"question": f"{n} / 7 = ?", "answer": f"\\frac{{{n}}}{{7}}"} for n in range(1, 13)]
    file = root / "sevenths.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    own = [{"id": f"{SECRET} {n}", "question": f"{SECRET}: {n} mg?", "answer": 2 * n} for n in range(12)]
    (root / "ward.jsonl").write_text("".join(json.dumps(row) + "\n" for row in own))
    document = yaml.safe_load((policy / "policy.yaml").read_text())
    published = document["checks"][0]["with"]["benchmark"]
    document["checks"] += [
        {"id": LABELLED, "with": {"benchmark": str(file), "max_tokens": 64, "samples": 4, "scaling": [1, 4]}},
        {"id": PRIVATE, "with": {"name": "ward", "languages": ["de", "en"], "max_tokens": 64}},
        {"id": "concision", "with": {"reads": [LABELLED]}},
        {"id": "cost", "with": {"reads": ASKING}},
        {
            "id": ORDER,
            "with": {"benchmark": published, "shuffles": 2, "draws": 199, "shards": 12, "power_against": 0.9},
        },
    ]
    (policy / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))


def private_words_stay_private(chain: Chain) -> None:
    """Neither statements nor page nor log hold a word of the operator's own problems."""
    assert SECRET.encode() not in chain.bundle
    for name in ("plan", "evaluation", "decision"):
        bundle = parse_bundle(chain.folder.file(f"{name}.bundle.json").read_bytes(), name=name)
        assert SECRET not in json.dumps(statement_of(bundle).predicate, ensure_ascii=False)
    bundle = parse_bundle(chain.folder.file("evaluation.bundle.json").read_bytes(), name="evaluation")
    evaluation = Evaluation.from_document(statement_of(bundle).predicate)
    page = page_of(chain.certificate, evaluation.results())
    assert ("Languages tested", "English, German.") in [tuple(row) for row in page.facts]
    assert SECRET not in repr(page)


def test_a_wide_plan_is_certified_and_audited(house: House, monkeypatch) -> None:
    monkeypatch.setenv("CERTIFY_PRIVATE_SETS", str(house.root))
    request = request_for(house)
    widened(Path(request.policy), house.root)
    wide = house.root / "wide-policy"
    Path(request.policy).rename(wide)
    request = request.model_copy(update={"policy": str(wide)})
    assert len(planned_checks(load_policy(wide).policy.checks)) == 9
    chain = finish(house, request, TimedEngine(), drawn=False)
    names = [headline.name for headline in chain.certificate.headlines]
    assert "Published items answered correctly (sevenths)" in names
    assert f"Tokens for each right answer ({LABELLED})" in names
    assert "Right answers each second" in names
    [order] = [one for one in chain.certificate.headlines if one.name.startswith("Published order of items recognised")]
    assert order.value == "insufficient", "whose orders are all as likely"
    assert "p = 1.0000" in order.detail
    [labelled] = [one for one in chain.certificate.headlines if one.name.endswith("(sevenths)")]
    assert "test-time scaling, not the model alone" in labelled.detail
    private_words_stay_private(chain)
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)
    given = {"trust": chain.trust, "pack": chain.folder.path, "at": chain.at}
    assert audit_certificate(chain.bundle, **given).agrees
    kept = chain.folder.file(TELEMETRY)
    kept.write_bytes(kept.read_bytes().replace(b"90", b"45"))
    found = audit_certificate(chain.bundle, **given)
    assert [line.id for line in found.checks if line.result == "fail"] == ["numbers"]
