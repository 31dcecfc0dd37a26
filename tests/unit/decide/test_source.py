from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from certify.decide import source
from certify.decide.source import MAX_BYTES, parse_yaml, read_bytes
from certify.errors import UsageError
from certify.resources import room


def parsed(text: str) -> object:
    return parse_yaml(text.encode(), name="p.yaml").content


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: 1\nb: 2\na: 3", "line 3 repeats the key 'a'"),
        ("a: &x 1\nb: *x", "line 1 uses an anchor or alias"),
        ("a: !!python/object:os.system {}", "uses a tag"),
        ("a: !!str 1", "uses a tag"),
        ("1: a", "the key on line 1 is not text"),
        ("true: a", "the key on line 1 is not text"),
        ("[a, b]: c", "the key on line 1 is not text"),
        ("a: [", "while parsing"),
        ("a: 1\n---\nb: 2", "single document"),
        ("a: 99999999999999999", "too large"),
        ("a: 1e999", "too large"),
        ("a: " + "[" * 40 + "]" * 40, "nests more than 24 levels"),
        ('a: "\\0"', "U+0000"),
    ],
)
def test_what_could_mislead_or_exhaust_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(text)
    assert caught.value.code == "CERT-E050"
    assert why in caught.value.why


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    levels = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 20))
    with pytest.raises(UsageError, match="CERT-E050"):
        parsed(f"l0: &l0 [x]\n{levels}")


def test_scalars_read_as_in_yaml_1_2() -> None:
    text = (
        "a: no\nb: 2026-11-23\nc: 1:30\nd: 012\ne: .inf\nf: 1_000\ng: 0x10\nh: true\ni: 1\nj: 0.5\nk: ~\nl: -3\nm: ''"
    )
    assert parsed(text) == {
        "a": "no",
        "b": "2026-11-23",
        "c": "1:30",
        "d": "012",
        "e": ".inf",
        "f": "1_000",
        "g": "0x10",
        "h": True,
        "i": 1,
        "j": 0.5,
        "k": None,
        "l": -3,
        "m": "",
    }


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert parsed("'<<': {a: 1}") == {"<<": {"a": 1}}


def test_lines_are_known() -> None:
    source = parse_yaml(b"rules:\n  - id: A\n    title: B\n", name="p.yaml")
    assert source.lines["rules", 0, "title"] == 3


def test_files_are_regular_small_and_there(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"a" * (MAX_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    for name in ("large", "pipe", "absent", "."):
        with pytest.raises(UsageError, match="CERT-E050"):
            read_bytes(tmp_path / name)


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(UsageError, match="CERT-E050"):
        parse_yaml(b"a: \xff", name="p.yaml")


def test_an_empty_file_says_nothing() -> None:
    assert parsed("") is None


def test_a_policy_means_the_same_without_libyaml(monkeypatch):
    data = (room("policies") / "starter" / "policy.yaml").read_bytes()

    class Plain(yaml.SafeLoader):
        yaml_implicit_resolvers = source._CoreLoader.yaml_implicit_resolvers

    found = parse_yaml(data, name="p.yaml")
    monkeypatch.setattr(source, "_CoreLoader", Plain)
    assert parse_yaml(data, name="p.yaml") == found
