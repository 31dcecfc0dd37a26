"""How long thirty rules take over one run's evidence, as a multiple of the same thirty as plain Python functions.

The peers are the Rust implementation of CEL and regopy, an interpreter of OPA's Rego, where they are installed; every
row says the same of the same evidence, or nothing is printed.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

from certify.decide import decide, policy_from_document, read_policy
from certify.decide.cel import CelExpr
from certify.decide.decide import view_of
from certify.decide.engine import Engine
from certify.decide.examples import example_input

NOW = "2026-11-23T17:00:00Z"
REPEATS = 50
"""Decisions in one round; the fastest engine would otherwise be measured by its clock."""
FRESH, GAP, SCAN = 'check["fresh-reasoning"]', 'check["static-fresh-gap"]', 'check["corpus-scan"]'


class Asked(NamedTuple):
    """One rule in three languages, with a place for a number."""

    cel: str
    python: str
    rego: str
    numbers: tuple[float, float, float]


FAMILIES = f"{FRESH}.families"
RULES = (
    Asked(
        f"{FRESH}.accuracy.lower >= #", 'FRESH["accuracy"]["lower"] >= #', "FRESH.accuracy.lower >= #",
        (0.5, 0.75, 0.95),
    ),
    Asked(f"{GAP}.upper <= #", 'GAP["upper"] <= #', "GAP.upper <= #", (0.05, 0.1, 0.2)),
    Asked(
        f"size({FAMILIES}) > 0 && {FAMILIES}.all(f, f.share > #)",
        'len(FRESH["families"]) > 0 and all(f["share"] > # for f in FRESH["families"])',
        "count(FRESH.families) > 0; every f in FRESH.families { f.share > # }",
        (0.1, 0.5, 0.999),
    ),
    Asked(
        f"{FAMILIES}.exists(f, f.share > #)",
        'any(f["share"] > # for f in FRESH["families"])',
        "some f in FRESH.families; f.share > #",
        (0.1, 0.5, 1.5),
    ),
    Asked(
        f"{SCAN}.contaminated == 0 && {SCAN}.coverage >= #",
        'SCAN["contaminated"] == 0 and SCAN["coverage"] >= #',
        "SCAN.contaminated == 0; SCAN.coverage >= #",
        (0.5, 1.0, 1.5),
    ),
    Asked("plan.attempt <= #", 'PLAN["attempt"] <= #', "input.plan.attempt <= #", (0, 1, 5)),
    Asked(
        'data.examined == "full" && level >= #', 'DATA["examined"] == "full" and LEVEL >= #',
        'input.data.examined == "full"; input.level >= #', (0, 1, 2),
    ),
    Asked(
        'declared.owner != "" && size(declared.intended_use) >= #',
        'DECLARED["owner"] != "" and len(DECLARED["intended_use"]) >= #',
        'input.declared.owner != ""; count(input.declared.intended_use) >= #',
        (10, 20, 999),
    ),
    Asked(
        f"{FRESH}.accuracy.upper - {FRESH}.accuracy.lower < #",
        'FRESH["accuracy"]["upper"] - FRESH["accuracy"]["lower"] < #',
        "FRESH.accuracy.upper - FRESH.accuracy.lower < #",
        (0.01, 0.1, 0.5),
    ),
    Asked(
        f'plan.entropy in ["beacon", "seedWitnesses"] && {GAP}.power >= #',
        'PLAN["entropy"] in ("beacon", "seedWitnesses") and GAP["power"] >= #',
        'input.plan.entropy in ["beacon", "seedWitnesses"]; GAP.power >= #',
        (0.1, 0.5, 1.5),
    ),
)  # fmt: skip
PYTHON = {
    "FRESH": 'e["check"]["fresh-reasoning"]', "GAP": 'e["check"]["static-fresh-gap"]',
    "SCAN": 'e["check"]["corpus-scan"]',
    "PLAN": 'e["plan"]', "DATA": 'e["data"]', "LEVEL": 'e["level"]', "DECLARED": 'e["declared"]',
}  # fmt: skip
REGO = {
    "FRESH": 'input.check["fresh-reasoning"]',
    "GAP": 'input.check["static-fresh-gap"]',
    "SCAN": 'input.check["corpus-scan"]',
}
Answers = Callable[[], list[bool]]


def texts(language: str, names: dict[str, str]) -> list[str]:
    """The thirty rules in a language."""
    found = []
    for rule in RULES:
        for number in rule.numbers:
            text = getattr(rule, language).replace("#", repr(number))
            for name, place in names.items():
                text = text.replace(name, place)
            found.append(text)
    return found


def with_cel(engine: Engine, facts: dict[str, Any], *, once: bool = False) -> Answers:
    """Evidence bound, each time or once, and thirty expressions evaluated by an engine of CEL."""
    rules, names = texts("cel", {}), {**facts, "params": {}, "now": NOW}
    kept = engine.bind(names)

    def answers() -> list[bool]:
        bound = kept if once else engine.bind(names)
        return [engine.evaluate(text, bound).value is True for text in rules]

    return answers


def with_rego(facts: dict[str, Any]) -> Answers:
    """Evidence handed over and thirty rules queried in regopy."""
    from regopy import Interpreter

    rego = Interpreter()
    rules = "\n".join(f"r{number} if {{ {text} }}" for number, text in enumerate(texts("rego", REGO)))
    rego.add_module("bench.rego", f"package bench\n\n{rules}\n")

    def answers() -> list[bool]:
        rego.set_input(facts)
        held = json.loads(str(rego.query("data.bench")))["expressions"][0]
        return [held.get(f"r{number}", False) for number in range(3 * len(RULES))]

    return answers


def work() -> tuple[dict[str, Answers], int]:
    """What is compared, plain Python first, and the size of the evidence in bytes."""
    starter = read_policy("starter")
    evidence = example_input(starter, starter.evidence["pass"])
    facts = view_of(starter, evidence, NOW).facts
    functions = [eval(f"lambda e: {text}") for text in texts("python", PYTHON)]
    rows: dict[str, Answers] = {
        "plain Python": lambda: [bool(function(facts)) for function in functions],
        "certify's engine, cel-expr-python": with_cel(CelExpr(), facts),
        "the same, evidence bound once": with_cel(CelExpr(), facts, once=True),
    }
    if find_spec("cel") is not None:
        from tests.fakes.rust_cel import RustCel

        rows["common-expression-language (Rust)"] = with_cel(RustCel(), facts)
    if find_spec("regopy") is not None:
        rows["regopy"] = with_rego(facts)
    document = json.loads(json.dumps(starter.document))
    rule = {name: part for name, part in document["rules"][4].items() if name != "assert"}
    document["rules"] = [
        {**rule, "id": f"BE-{number:02}", "assert": text, "message": "{plan.attempt}"}
        for number, text in enumerate(texts("cel", {}), start=1)
    ]
    policy = policy_from_document(document)
    rows["certify, whole decisions with messages and reasons"] = lambda: [
        outcome.status == "met" for outcome in decide(policy, evidence, NOW).rules
    ]
    return rows, len(json.dumps(facts))


def print_policies(rounds: int) -> None:
    """Prints the table as Markdown; a row that came to other answers than plain Python ends it."""
    rows, size = work()
    expected = rows["plain Python"]()
    times: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, run in rows.items():
            if run() != expected:
                raise SystemExit(f"{name} came to other answers than plain Python")
            started = time.perf_counter()
            for _ in range(REPEATS):
                run()
            times[name].append(time.perf_counter() - started)
    floor = statistics.median(times["plain Python"])
    print(f"\n| {len(expected)} rules over {size:,} bytes of evidence | times plain Python |\n|---|---|")
    for name, taken in times.items():
        print(f"| {name} | {statistics.median(taken) / floor:.1f} |")
