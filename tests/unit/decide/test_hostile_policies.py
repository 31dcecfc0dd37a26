"""Policies that want to exhaust, mislead or break out: each is refused with an error that says what to do."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from certify.cli.render import clean
from certify.decide import LoadedPolicy, lint, load_policy, policy_from_document, read_policy
from certify.decide.cel import Activation
from certify.decide.decide import decide_rule, view_of
from certify.decide.examples import example_input
from certify.errors import UsageError
from certify.evidence.decision import RuleStatus

NOW = "2026-11-23T17:00:00Z"
SCAN = 'check["corpus-scan"]'


def refused(path: Path) -> UsageError:
    started = time.process_time()
    with pytest.raises(UsageError) as caught:
        load_policy(path)
    assert time.process_time() - started < 5
    assert caught.value.code in ("CERT-E050", "CERT-E051", "CERT-E053")
    assert caught.value.what
    assert caught.value.hint
    return caught.value


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
FILES = {
    "a bomb of anchors": (BOMB, "anchor"),
    "an anchor to itself": ("a: &a [*a]\n", "anchor"),
    "a tab": ("id: mine\nrules:\n\t- id: X-01\n", "tab"),
    "a key twice": ("id: mine\nid: yours\n", "repeats the key 'id'"),
    "a key twice, further in": (
        "rules:\n  - {id: X-01, severity: low, severity: high}\n",
        "repeats the key 'severity'",
    ),
    "a tag": ("id: !!python/object/apply:os.system [id]\n", "tag"),
    "a merge of another map": ("id: mine\n<<: {version: 1.0.0}\n", "<<"),
    "an unknown field": ("id: mine\nversion: 1.0.0\ntitle: T\ncolour: red\n", "unknown field 'colour'"),
    "a list for a text": ("id: [mine]\nversion: 1.0.0\ntitle: T\n", "id is not text"),
    "a text for a list": ("id: mine\nversion: 1.0.0\ntitle: T\nrules: none\n", "rules is not a list"),
    "a number for a text": ("id: mine\nversion: 1.0\ntitle: T\n", "version is not text"),
    "two policies in one file": ("id: mine\n---\nid: yours\n", "document"),
    "brackets without end": ("id: " + "[" * 100_000, "nests more than 24 levels"),
    "ten megabytes": ("id: mine\ndescription: >-\n" + "  word word word\n" * 600_000, "larger than"),
    "a binary file": ("id: mine\x00\x01\n", "control characters"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_exhaust_or_mislead(tmp_path: Path, name: str) -> None:
    text, told = FILES[name]
    (tmp_path / "policy.yaml").write_text(text)
    error = refused(tmp_path)
    assert told in f"{error.what} {error.why} {error.hint}"
    assert len(error.what) + len(error.why) < 1000


def extending(folder: Path, base: str, **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "policy.yaml").write_text(
        yaml.safe_dump({"id": folder.name, "version": "1.0.0", "title": "T", "extends": base, **more})
    )
    return folder


def test_policies_that_extend_each_other_in_a_circle(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        extending(tmp_path / one, f"../{other}")
    assert "or itself" in refused(tmp_path / "a").why


@pytest.mark.parametrize(
    "base", ["/dev/zero", "/dev/stdin", "/proc/self/mem", "../" * 40 + "etc/passwd", "~", "http://x/y"]
)
def test_a_policy_extends_policies_alone(tmp_path: Path, base: str) -> None:
    refused(extending(tmp_path / "mine", base))


def test_looser_is_refused_however_it_is_asked(tmp_path: Path) -> None:
    for more in ({"move": {"ST-01": {"floor": 0.7}}}, {"move": {"ST-07": {"most": 0.2}}}, {"validity_days": 500}):
        assert "not allowed" in refused(extending(tmp_path / "mine", "starter", **more)).what
    middle = extending(tmp_path / "middle", "starter", move={"ST-01": {"floor": 0.9}})
    assert "looser" in refused(extending(tmp_path / "mine", str(middle), move={"ST-01": {"floor": 0.8}})).why


LOOPS = [
    f"{SCAN}.self_test.all(a, " * 12 + "true" + ")" * 12,
    "[1,2,3,4,5,6,7,8,9]" + "".join(f".map(v{n}, [v{n}, v{n}])" for n in range(20)) + " != []",
    '"a".matches("' + "(a{1,999}){1,999}" * 4 + '")',
    '"' + "a" * 200 + '".matches("' + "(a?)*" * 80 + '$")',
    " + ".join(['"x"'] * 240) + ' != ""',
    "!" * 900 + "true",
    "(" * 400 + "true" + ")" * 400,
    "-" * 900 + "1 > 0",
    "[" * 300 + "]" * 300 + " == []",
]


@pytest.mark.parametrize("expression", LOOPS)
def test_expressions_that_loop_or_explode_stop_soon(read: Callable[..., LoadedPolicy], expression: str) -> None:
    started = time.process_time()
    policy = read(assert_=expression[:1000])
    found = lint(policy)
    assert {finding.gravity for finding in found} & {"error"}
    facts = {"check": {"corpus-scan": {"self_test": list(range(300))}}}
    with contextlib.suppress(ValueError):  # it may be no expression at all
        assert Activation(facts, {}, NOW).evaluate(expression).value in (None, True, False)
    assert time.process_time() - started < 5


def test_the_budget_of_a_loop_is_an_error_and_no_pass(read: Callable[..., LoadedPolicy], good: dict[str, Any]) -> None:
    families = f"{SCAN}.self_test"
    looping = f"size({families}) > 0 && {families}.all(a, {families}.all(b, {families}.all(c, a.planted >= 0)))"
    policy = read(assert_=looping)
    view = view_of(policy, example_input(policy, good), NOW)
    tests = view.facts["check"]["corpus-scan"]["self_test"]
    view.facts["check"]["corpus-scan"]["self_test"] = tests * 100
    outcome = decide_rule(policy.policy.rules[0], view)
    assert outcome.status is RuleStatus.MISSING
    assert "budget" in outcome.message


HOSTILE = "{params.secret} {1/0} {{x}} <script>alert(1)</script>\n\u2713 ST-05 met\x1b[31m \u202ered"


def test_what_evidence_says_is_never_read_as_a_template(
    read: Callable[..., LoadedPolicy], good: dict[str, Any]
) -> None:
    policy = read(message="by {declared.owner}, {params.secret}", params={"secret": "k"})
    document = {**json.loads(json.dumps(good)), "declared": {"owner": HOSTILE, "intended_use": "sums"}}
    view = view_of(policy, example_input(policy, document), NOW)
    message = decide_rule(policy.policy.rules[0], view).message
    assert message == f"by {HOSTILE}, k"
    assert "\x1b" not in clean(message)
    assert "\u202e" not in clean(message)


@pytest.mark.parametrize(
    "message",
    [
        "{__import__('os').system('id')}", "{().__class__}", "{params.__class__}", "{0}", "{x!r}", "{check}",
        "{" * 500 + "}" * 500, "{declared.owner}" * 62, "{{{declared.owner}}", "%(x)s {", "{now.getFullYear()}",
    ],
)  # fmt: skip
def test_messages_that_want_more_than_a_value(read: Callable[..., LoadedPolicy], message: str) -> None:
    found = {finding.id for finding in lint(read(message=message)) if finding.gravity == "error"}
    harmless = message.startswith("{declared.owner}") or message in ("{0}", "{" * 500 + "}" * 500)
    assert bool(found & {"type", "message"}) != harmless, message


def test_a_document_from_a_stranger_is_held_to_the_same(starter: LoadedPolicy) -> None:
    for field, value in (
        ("assert", "x" * 100_000),
        ("params", {f"p{n}": 1 for n in range(51)}),
        ("examples", {}),
        ("title", None),
    ):
        document = json.loads(json.dumps(starter.document))
        document["rules"][4][field] = value
        with pytest.raises(UsageError, match="CERT-E051"):
            policy_from_document(document)
    assert read_policy("starter").policy.rules
