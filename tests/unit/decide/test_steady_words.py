"""What a rule says of missing evidence does not depend on the order in which the evidence lies."""

from itertools import permutations

import pytest

from certify.decide.cel import program
from certify.decide.decide import View, decide_rule
from certify.decide.policy import load_policy

GAP = {"fresh": {"estimate": 0.5}, "power_against": 0.1, "power": 0.5}
NOW = "2026-11-23T17:00:00Z"


@pytest.mark.parametrize("left_out", [(), ("power",), ("fresh",), ("fresh", "power"), tuple(GAP)])
def test_the_power_rule_words_its_exceptions_in_one_order(left_out):
    rule = next(one for one in load_policy("starter").policy.rules if one.id == "ST-04")
    told = set()
    for order in permutations(GAP):
        program.cache_clear()
        found = {"static-fresh-gap": {name: GAP[name] for name in order if name not in left_out}}
        outcome = decide_rule(rule, View({"check": found}, {}, NOW))
        told.add((outcome.status, outcome.message, tuple(outcome.observed)))
    assert len(told) == 1
