"""A task of lm-eval from plan to certificate, and through an audit that has neither the task nor its data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

pytest.importorskip("datasets")

from certify.audit.audit import audit_certificate
from certify.check.tasks.maker import MakeOrder, made
from certify.engines.prompts import completion_prompt
from certify.evidence.answers import Request
from certify.evidence.evaluation import Evaluation
from certify.evidence.plan import Plan
from certify.trust.bundle import parse_bundle, statement_of
from tests.fakes.chain import House, finish, request_for
from tests.fakes.scripted_engine import ScriptedEngine, judge_here
from tests.unit.check.tasks.conftest import write_tasks

TASK = "static-benchmark:sums"


def in_this_process(folder: Path):
    """Reads tasks here: another process takes seconds to import lm-eval."""

    def read(name: str, place: str, metric: str | None, shots: int | None) -> bytes:
        order = {"name": name, "folder": place, "file": "-", "told": "-", "cache": str(folder / "cache")}
        return made(MakeOrder.from_document({**order, **({} if metric is None else {"metric": metric})}))

    return read


def mostly_right(request: Request, gold: str) -> str:
    return " 0\n" if request.check == TASK and request.item == "3" else f" {gold}\n"


@pytest.mark.slow
def test_a_task_is_certified_and_audited_without_its_folder(house: House, tmp_path: Path, monkeypatch) -> None:
    folder = write_tasks(tmp_path / "ward")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CERTIFY_TASKS", str(tmp_path))
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    monkeypatch.setattr("certify.check.tasks.making._read", in_this_process(tmp_path))
    request = request_for(house)
    document = yaml.safe_load((Path(request.policy) / "policy.yaml").read_text())
    document["checks"].append({"id": TASK, "with": {"task": "sums", "tasks": "ward", "max_tokens": 64}})
    wide = house.root / "wide-policy"
    shutil.move(request.policy, wide)
    (wide / "policy.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    chain = finish(house, request.model_copy(update={"policy": str(wide)}), ScriptedEngine(mostly_right), drawn=False)
    [headline] = [one for one in chain.certificate.headlines if one.name.endswith("(sums)")]
    assert headline.value == "91.67 %"
    assert "of sums version 1.5, the operator’s own task under lm-eval" in headline.detail
    plan = Plan.from_document(statement_of(bundle_of(chain, "plan")).predicate)
    [planned] = [check for check in plan.checks if check.id == TASK]
    assert str(tmp_path) not in planned.to_bytes().decode()
    result = Evaluation.from_document(statement_of(bundle_of(chain, "evaluation")).predicate).results()[TASK]
    assert result.benchmark_sha256 == planned.parameters["sha256"]

    monkeypatch.chdir(house.root)
    shutil.rmtree(folder)
    monkeypatch.delenv("CERTIFY_TASKS")
    monkeypatch.setattr("certify.audit.recompute.judge_in_worker", judge_here)
    given = {"trust": chain.trust, "pack": chain.folder.path, "at": chain.at}
    found = audit_certificate(chain.bundle, **given)
    assert found.agrees
    [told] = [line for line in found.checks if line.id == "task-sums"]
    assert (told.result, result.task.code in told.detail) == ("skip", True)
    monkeypatch.setenv("CERTIFY_TASK_CODE", result.task.code)
    found = audit_certificate(chain.bundle, **given)
    assert found.agrees
    assert "task-sums" not in {line.id for line in found.checks}
    next(chain.folder.path.glob("*.task.jsonl")).unlink()
    assert "benchmarks" in {
        line.id for line in audit_certificate(chain.bundle, **given).checks if line.result == "fail"
    }


def bundle_of(chain, name: str):
    return parse_bundle(chain.folder.file(f"{name}.bundle.json").read_bytes(), name=name)


def test_other_questions_keep_their_frame() -> None:
    from certify.engines.prompts import single_prompt

    assert single_prompt("1 + 1 = ?", "Sys", raw=False) == completion_prompt("1 + 1 = ?", "Sys")
    assert single_prompt("Q: 1\nA:", "Sys", raw=True) == "Sys\n\nQ: 1\nA:"
    assert single_prompt("Q: 1\nA:", raw=True) == "Q: 1\nA:"
